-- Lists that exist already (danh sách có sẵn): the file as given, how its columns are read, its rows, and what they agree and
-- disagree with. Rows stand in a table of their own: no copy is made of them, and nothing that makes one looks here.

CREATE TABLE imports (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,           -- of the file as given
    sha256       TEXT NOT NULL,
    size         BIGINT NOT NULL,
    state        TEXT NOT NULL,           -- unreadable | received | mapped | confirmed | done | undone
    problem      TEXT,                    -- why it cannot be read
    found        TEXT NOT NULL,           -- JSON: sheets, columns, first rows, what is odd
    mapping      TEXT,                    -- JSON: which column is read as what
    mapping_name TEXT,                    -- under which the mapping is kept for lists with the same head
    received_by  TEXT NOT NULL,
    received_at  TEXT NOT NULL,
    mapped_by    TEXT,
    mapped_at    TEXT,
    confirmed_by TEXT,                    -- another person
    confirmed_at TEXT,
    ended_at     TEXT,                    -- all rows are in
    undone_by    TEXT,
    undone_at    TEXT,
    reason       TEXT NOT NULL DEFAULT '',-- why it was undone
    taken_rows   BIGINT NOT NULL DEFAULT 0,
    last_row     BIGINT NOT NULL DEFAULT 0, -- of the sheet, that is in; a cut-off import goes on after it
    doubtful     BIGINT NOT NULL DEFAULT 0, -- rows with a value that cannot be what its field holds
    duplicates   BIGINT NOT NULL DEFAULT 0, -- rows whose number or person stands in another row of a list
    matched      BIGINT NOT NULL DEFAULT 0, -- pairs of a row and a record
    different    BIGINT NOT NULL DEFAULT 0, -- of those, the ones that say something else
    version      BIGINT NOT NULL DEFAULT 1,
    preserved_version BIGINT              -- newest version that is in the vault
);
CREATE INDEX imports_by_digest ON imports (sha256);

CREATE TABLE import_mappings (            -- kept, to be used again by the signature of a head
    name      TEXT PRIMARY KEY,
    signature TEXT NOT NULL,
    mapping   TEXT NOT NULL,              -- JSON
    made_by   TEXT NOT NULL,
    made_at   TEXT NOT NULL
);
CREATE INDEX mappings_by_signature ON import_mappings (signature);

CREATE TABLE list_rows (
    id           TEXT PRIMARY KEY,        -- import id, a point, number: the same whenever it is taken in
    import_id    TEXT NOT NULL REFERENCES imports (id),
    number       BIGINT NOT NULL,         -- of the row in its sheet
    class        TEXT NOT NULL,           -- whose fields it has
    fields       TEXT NOT NULL,           -- JSON: key -> {raw, value, doubt}
    others       TEXT NOT NULL,           -- JSON: head of column -> text, of columns that are no field
    doubtful     BIGINT NOT NULL,         -- fields in doubt
    serial_key   TEXT,                    -- diploma number, letters and figures only
    person_key   TEXT,                    -- name without accents and birth date
    UNIQUE (import_id, number)
);
CREATE INDEX list_rows_by_serial ON list_rows (serial_key);
CREATE INDEX list_rows_by_person ON list_rows (person_key);

CREATE TABLE record_keys (                -- the same of records read from paper, followed before lists are compared
    record_id  TEXT PRIMARY KEY REFERENCES records (id),
    version    BIGINT NOT NULL,           -- of the record, that they were made of
    serial_key TEXT,
    person_key TEXT,
    fresh      BIGINT NOT NULL            -- 1 until rows of lists were compared with it
);
CREATE INDEX record_keys_by_serial ON record_keys (serial_key);
CREATE INDEX record_keys_by_person ON record_keys (person_key);
CREATE INDEX record_keys_fresh ON record_keys (fresh);

CREATE TABLE list_matches (               -- a row of a list and a record that tell of the same
    row_id         TEXT NOT NULL REFERENCES list_rows (id),
    record_id      TEXT NOT NULL REFERENCES records (id),
    import_id      TEXT NOT NULL,
    found_by       TEXT NOT NULL,         -- serial | person | both
    record_version BIGINT NOT NULL,       -- that was compared
    state          TEXT NOT NULL,         -- same | different
    differences    TEXT NOT NULL,         -- JSON: key -> {list, record}
    verdict        TEXT,                  -- list_wrong | record_wrong | another_person | both_stand
    note           TEXT NOT NULL DEFAULT '',
    answered_by    TEXT,
    answered_at    TEXT,
    PRIMARY KEY (row_id, record_id)
);
CREATE INDEX matches_by_import ON list_matches (import_id, state);
CREATE INDEX matches_by_record ON list_matches (record_id);
