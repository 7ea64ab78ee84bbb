-- +goose Up
-- Histograms of the workers that a result lists, each read alone.
CREATE TABLE worker_tallies (
    run_id   TEXT   NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    n        BIGINT NOT NULL, -- place in the result's list
    tally    BYTEA  NOT NULL,
    checksum BIGINT NOT NULL, -- CRC-32C of the tally
    PRIMARY KEY (run_id, n)
);
ALTER TABLE results ADD COLUMN workers_digest BYTEA; -- the part of the digest that is of them; none without any
