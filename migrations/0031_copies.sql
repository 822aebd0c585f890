-- Copies elsewhere: each run of a backup and each drill.

CREATE TABLE backup_runs (
    id          TEXT PRIMARY KEY,
    place       TEXT NOT NULL,             -- its name in the settings, or the folder of a copy by hand
    run         TEXT,                      -- folder below runs/; absent until it is known
    started_at  TEXT NOT NULL,
    finished_at TEXT,                      -- absent while it runs, or where it was cut off or failed
    encrypted   BIGINT NOT NULL,           -- 1 or 0
    versions    BIGINT NOT NULL DEFAULT 0, -- versions of objects in the place
    added       BIGINT NOT NULL DEFAULT 0, -- those that the run added
    bytes       BIGINT NOT NULL DEFAULT 0, -- that the run wrote
    damaged     BIGINT NOT NULL DEFAULT 0, -- versions damaged in the vault, so not in the place
    failure     TEXT                       -- stable word of what it met
);
CREATE INDEX backup_runs_by_place ON backup_runs (place, started_at);

CREATE TABLE backup_drills (
    id          TEXT PRIMARY KEY,
    place       TEXT NOT NULL,
    run         TEXT NOT NULL,
    started_at  TEXT NOT NULL,
    finished_at TEXT NOT NULL,
    seconds     BIGINT NOT NULL,
    objects     BIGINT NOT NULL,           -- that came back whole
    rows        BIGINT NOT NULL,           -- that came back
    differences BIGINT NOT NULL,
    details     TEXT NOT NULL              -- JSON: the first hundred of them
);
CREATE INDEX backup_drills_by_end ON backup_drills (finished_at);
