-- +goose Up
-- The records of a small run are in the binary form. Earlier versions take them for damaged, so they must refuse the
-- database, as they do one of a later schema.
SELECT 1;
