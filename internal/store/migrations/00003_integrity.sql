-- +goose Up
-- What reading is held against, without reading everything; none for runs that were
-- finished before it was kept.
ALTER TABLE runs ADD COLUMN checksum BIGINT;      -- CRC-32C of what a list shows of a finished run
ALTER TABLE runs ADD COLUMN records_digest BYTEA; -- the part of the digest that is of the jobs' records
