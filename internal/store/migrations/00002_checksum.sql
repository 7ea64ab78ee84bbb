-- +goose Up
-- CRC-32C of the records; none for those that were written before it was kept.
ALTER TABLE jobs ADD COLUMN checksum BIGINT;
