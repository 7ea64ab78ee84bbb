-- +goose Up
-- A name may have a baseline of several runs.
DROP INDEX runs_baseline;
CREATE INDEX runs_baseline ON runs (name) WHERE baseline = 1;
