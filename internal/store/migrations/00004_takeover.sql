-- +goose Up
-- What servers need to take runs over from each other. A run's epoch counts the
-- servers that executed it; it is not the owner's life.
ALTER TABLE runs ADD COLUMN run_epoch BIGINT NOT NULL DEFAULT 0; -- 0 before anything is noted
ALTER TABLE runs ADD COLUMN noted BYTEA;                         -- what another server needs to go on; only while it is unfinished
ALTER TABLE runs ADD COLUMN detached BIGINT NOT NULL DEFAULT 0;  -- 1 when no client is connected until its end
