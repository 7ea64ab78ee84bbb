-- +goose Up
-- Searches for the highest load that holds. Their runs are ordinary runs.
CREATE TABLE searches (
    id         TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    finished   BIGINT NOT NULL, -- 0 or 1
    owner      TEXT   NOT NULL, -- the server that executes it
    life       TEXT   NOT NULL, -- of the owner, as in runs
    document   TEXT   NOT NULL,
    checksum   BIGINT NOT NULL  -- CRC-32C of the document
);
CREATE INDEX searches_newest ON searches (created_at, id);
CREATE INDEX searches_unfinished ON searches (owner) WHERE finished = 0;
