-- +goose Up
-- One schema for SQLite and PostgreSQL: types that both know. Times are in
-- microseconds since 1970. What is only shown is JSON; what is searched for has a
-- column, in which no NUL may be.

CREATE TABLE runs (
    id             TEXT PRIMARY KEY,
    created_at     BIGINT NOT NULL,
    status         TEXT   NOT NULL,
    finished       BIGINT NOT NULL, -- 0 or 1
    kind           TEXT   NOT NULL, -- of the workload
    name           TEXT   NOT NULL,
    owner          TEXT   NOT NULL, -- the server that executes it
    life           TEXT   NOT NULL, -- of the owner: another one each time it opens the store
    stop           BIGINT NOT NULL, -- 1 when someone wants it stopped
    baseline       BIGINT NOT NULL, -- 0 or 1
    bytes          BIGINT NOT NULL, -- of everything that is kept of it
    submission_key BYTEA,
    submission     BYTEA,           -- digest of the request's body
    note           TEXT   NOT NULL, -- a JSON string
    digest         TEXT   NOT NULL,
    jobs           TEXT   NOT NULL, -- which attempt's records are the right ones
    spec           TEXT   NOT NULL,
    state          TEXT   NOT NULL,
    summary        TEXT             -- the result without its series
);

CREATE INDEX runs_newest ON runs (created_at, id, finished, baseline, bytes);
CREATE INDEX runs_status ON runs (status, created_at, id);
CREATE INDEX runs_kind ON runs (kind, created_at, id);
CREATE INDEX runs_name ON runs (name, created_at, id) WHERE name <> '';
CREATE INDEX runs_unfinished ON runs (owner) WHERE finished = 0;
CREATE UNIQUE INDEX runs_baseline ON runs (name) WHERE baseline = 1;
CREATE UNIQUE INDEX runs_submission ON runs (submission_key) WHERE submission_key IS NOT NULL;

CREATE TABLE labels (
    key        TEXT   NOT NULL,
    value      TEXT   NOT NULL,
    created_at BIGINT NOT NULL, -- the run's, so that a label's runs are in order
    run_id     TEXT   NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    PRIMARY KEY (key, value, created_at, run_id)
);
CREATE INDEX labels_run ON labels (run_id);

CREATE TABLE results (
    run_id TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    series TEXT NOT NULL,
    tally  BYTEA,
    detail BYTEA
);

-- Records of jobs: Parquet files of many jobs each. They are written before their
-- run is finished, under the name of the attempt to finish it.
CREATE TABLE jobs (
    run_id  TEXT   NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    attempt TEXT   NOT NULL,
    n       BIGINT NOT NULL,
    records BYTEA  NOT NULL,
    PRIMARY KEY (run_id, attempt, n)
);

CREATE TABLE owners (
    owner       TEXT PRIMARY KEY,
    alive_until BIGINT NOT NULL
);

-- Written to see whether anything can be.
CREATE TABLE probe (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL
);
