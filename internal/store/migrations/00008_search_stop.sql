-- +goose Up
-- A client of another server may cancel a search, as it may a run.
ALTER TABLE searches ADD COLUMN stop BIGINT NOT NULL DEFAULT 0; -- 1 when someone wants it stopped
