-- Units, and the archive's structure as an archivist keeps it: every fonds, batch, person and right carries its unit;
-- fonds, series, files and volumes are described, closed, moved, merged and split, each act with its trace.

CREATE TABLE units (                      -- đơn vị: sở, phòng, trường, xã …
    id           TEXT PRIMARY KEY,
    code         TEXT NOT NULL UNIQUE,    -- mã đơn vị
    name         TEXT NOT NULL,
    kind         TEXT NOT NULL,           -- department | division | school | centre | commune | other
    parent_id    TEXT REFERENCES units (id), -- the unit above it
    valid_from   TEXT,                    -- day it was founded, YYYY-MM-DD
    valid_to     TEXT,                    -- first day it no longer stood
    successor_id TEXT REFERENCES units (id), -- the unit it was merged into
    basis        TEXT NOT NULL DEFAULT '',-- decision behind the merger
    version      BIGINT NOT NULL DEFAULT 1,
    preserved_version BIGINT,                  -- newest version that is in the vault
    changed_by   TEXT NOT NULL DEFAULT 'machine',
    changed_at   TEXT NOT NULL
);
-- Everything of today's installations belongs to one unit; an office gives it its own name.
INSERT INTO units (id, code, name, kind, changed_at)
VALUES ('00000000-0000-7000-8000-000000000000', 'DON-VI', 'Đơn vị mặc định', 'department', '2026-11-30T00:00:00.000Z');

-- No reference: SQLite adds no referencing column that has a default.
ALTER TABLE fonds ADD COLUMN unit_id TEXT NOT NULL DEFAULT '00000000-0000-7000-8000-000000000000';
ALTER TABLE batches ADD COLUMN unit_id TEXT NOT NULL DEFAULT '00000000-0000-7000-8000-000000000000';
ALTER TABLE people ADD COLUMN unit_id TEXT NOT NULL DEFAULT '00000000-0000-7000-8000-000000000000';        -- works there
ALTER TABLE people ADD COLUMN rights_unit_id TEXT NOT NULL DEFAULT '00000000-0000-7000-8000-000000000000'; -- holds the roles for it
ALTER TABLE tokens ADD COLUMN rights_unit_id TEXT NOT NULL DEFAULT '00000000-0000-7000-8000-000000000000';

ALTER TABLE fonds ADD COLUMN arrangement TEXT NOT NULL DEFAULT 'unarranged'; -- chỉnh lý: unarranged | under_way | arranged
ALTER TABLE fonds ADD COLUMN closed_on TEXT;             -- day the agency ceased
ALTER TABLE fonds ADD COLUMN successor_id TEXT REFERENCES fonds (id); -- the fonds that goes on
ALTER TABLE fonds ADD COLUMN fields TEXT NOT NULL DEFAULT '{}'; -- JSON: the rest of its description
ALTER TABLE fonds ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE fonds ADD COLUMN preserved_version BIGINT;
ALTER TABLE fonds ADD COLUMN changed_by TEXT NOT NULL DEFAULT 'machine';
ALTER TABLE fonds ADD COLUMN changed_at TEXT NOT NULL DEFAULT '2026-11-30T00:00:00.000Z';

ALTER TABLE series ADD COLUMN state TEXT NOT NULL DEFAULT 'open'; -- open | closed | merged
ALTER TABLE series ADD COLUMN merged_into TEXT REFERENCES series (id);
ALTER TABLE series ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE series ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE series ADD COLUMN changed_by TEXT NOT NULL DEFAULT 'machine';
ALTER TABLE series ADD COLUMN changed_at TEXT NOT NULL DEFAULT '2026-11-30T00:00:00.000Z';

ALTER TABLE files ADD COLUMN state TEXT NOT NULL DEFAULT 'open'; -- open | closed | merged
ALTER TABLE files ADD COLUMN merged_into TEXT REFERENCES files (id);
ALTER TABLE files ADD COLUMN fields TEXT NOT NULL DEFAULT '{}'; -- JSON: the other fields of TT 05/2025/TT-BNV
ALTER TABLE files ADD COLUMN shelf TEXT NOT NULL DEFAULT '{}';  -- JSON: kho, giá, hộp, hồ sơ, tờ
ALTER TABLE files ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE files ADD COLUMN preserved_version BIGINT;
ALTER TABLE files ADD COLUMN changed_by TEXT NOT NULL DEFAULT 'machine';
ALTER TABLE files ADD COLUMN changed_at TEXT NOT NULL DEFAULT '2026-11-30T00:00:00.000Z';
CREATE INDEX files_by_series ON files (series_id);

ALTER TABLE register_volumes ADD COLUMN state TEXT NOT NULL DEFAULT 'open'; -- open | closed | merged
ALTER TABLE register_volumes ADD COLUMN merged_into TEXT REFERENCES register_volumes (id);
ALTER TABLE register_volumes ADD COLUMN council TEXT;      -- hội đồng thi
ALTER TABLE register_volumes ADD COLUMN first_number TEXT; -- first số vào sổ, as written
ALTER TABLE register_volumes ADD COLUMN last_number TEXT;  -- last one
ALTER TABLE register_volumes ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE register_volumes ADD COLUMN shelf TEXT NOT NULL DEFAULT '{}';
ALTER TABLE register_volumes ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE register_volumes ADD COLUMN preserved_version BIGINT;
ALTER TABLE register_volumes ADD COLUMN changed_by TEXT NOT NULL DEFAULT 'machine';
ALTER TABLE register_volumes ADD COLUMN changed_at TEXT NOT NULL DEFAULT '2026-11-30T00:00:00.000Z';
CREATE INDEX batches_by_volume ON batches (volume_id);
CREATE INDEX batches_by_file ON batches (file_id);

CREATE TABLE holding_history (            -- what was done to each, in order; the vault has it too
    id         TEXT PRIMARY KEY,          -- UUIDv7, so that it sorts by time
    kind       TEXT NOT NULL,             -- unit | fonds | series | file | volume | document
    holding_id TEXT NOT NULL,
    act        TEXT NOT NULL,             -- word of the log
    details    TEXT NOT NULL,             -- JSON: from where to where, into what, from what
    reason     TEXT NOT NULL DEFAULT '',
    actor      TEXT NOT NULL,
    at         TEXT NOT NULL
);
CREATE INDEX history_by_holding ON holding_history (holding_id, id);

CREATE TABLE code_rules (                 -- how codes are made and checked, by day
    kind TEXT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT,
    form TEXT NOT NULL,                   -- such as {agency}.{year}.{notation}; empty: any
    longest BIGINT NOT NULL,              -- in characters
    letters TEXT NOT NULL DEFAULT '',     -- which characters, such as A-Z0-9.; empty: any that print
    source TEXT NOT NULL, verified TEXT,
    PRIMARY KEY (kind, valid_from)
);

-- What was made before has no object of its own in the vault yet.
INSERT INTO jobs (id, kind, subject, priority, state, run_at, once_key, created_at)
    SELECT id, 'preserve_fonds', id, 5, 'ready', created_at, 'preserve_fonds:' || id, created_at FROM fonds WHERE code <> 'MAC-DINH';
INSERT INTO jobs (id, kind, subject, priority, state, run_at, once_key, created_at)
    SELECT id, 'preserve_file', id, 5, 'ready', created_at, 'preserve_file:' || id, created_at FROM files;
INSERT INTO jobs (id, kind, subject, priority, state, run_at, once_key, created_at)
    SELECT id, 'preserve_volume', id, 5, 'ready', created_at, 'preserve_volume:' || id, created_at FROM register_volumes;
