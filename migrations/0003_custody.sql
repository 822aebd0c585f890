-- Watching over the vault: what a scrub read, when, and what it found.

CREATE TABLE scrub_runs (
    id          TEXT PRIMARY KEY,
    started_at  TEXT NOT NULL,
    finished_at TEXT,                     -- null while under way or cut off; the next scrub goes on from there
    objects     BIGINT NOT NULL DEFAULT 0,
    files       BIGINT NOT NULL DEFAULT 0,
    bytes       BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX scrub_runs_by_start ON scrub_runs (started_at);

CREATE TABLE scrub_checks (               -- the newest look at each place of the vault: the checkpoint
    location   TEXT PRIMARY KEY,          -- folder of the object, relative to the vault's base
    object_id  TEXT,                      -- null when the object could not be named
    run_id     TEXT NOT NULL REFERENCES scrub_runs (id),
    outcome    TEXT NOT NULL,             -- whole | damaged | unreadable
    checked_at TEXT NOT NULL
);
CREATE INDEX scrub_checks_by_object ON scrub_checks (object_id);
CREATE INDEX scrub_checks_by_outcome ON scrub_checks (outcome);

CREATE TABLE scrub_findings (
    run_id    TEXT NOT NULL REFERENCES scrub_runs (id),
    location  TEXT NOT NULL,
    path      TEXT NOT NULL,              -- below the location; empty for the object as a whole
    object_id TEXT,
    outcome   TEXT NOT NULL,              -- mismatch | missing | extra | could_not_read | missing_object | corrupt
    detail    TEXT NOT NULL,
    found_at  TEXT NOT NULL,
    PRIMARY KEY (run_id, location, path)
);
