-- One portable set for SQLite and PostgreSQL: TEXT, BIGINT and DOUBLE PRECISION only.
-- Ids are UUIDv7 text, times RFC 3339 UTC text, digests lower-case hex SHA-256, a flag is a nullable time.

-- The archive's structure -----------------------------------------------------------------------

CREATE TABLE fonds (                      -- phông
    id          TEXT PRIMARY KEY,
    code        TEXT NOT NULL UNIQUE,     -- mã phông
    name        TEXT NOT NULL,            -- tên phông
    state       TEXT NOT NULL,            -- open | closed (a merged department's fonds is closed)
    agency_code TEXT,                     -- mã định danh at the time; never rewritten
    history     TEXT NOT NULL DEFAULT '', -- lịch sử đơn vị hình thành phông
    created_at  TEXT NOT NULL
);

CREATE TABLE series (
    id       TEXT PRIMARY KEY,
    fonds_id TEXT NOT NULL REFERENCES fonds (id),
    code     TEXT NOT NULL,
    title    TEXT NOT NULL,
    UNIQUE (fonds_id, code)
);

CREATE TABLE files (                      -- hồ sơ
    id          TEXT PRIMARY KEY,
    fonds_id    TEXT NOT NULL REFERENCES fonds (id),
    series_id   TEXT REFERENCES series (id),
    code        TEXT NOT NULL,            -- mã hồ sơ
    title       TEXT NOT NULL,            -- tiêu đề hồ sơ
    maintenance TEXT NOT NULL,            -- thời hạn lưu trữ, code 01..07
    mode        TEXT NOT NULL,            -- chế độ sử dụng, code 01..03
    shelf_code  TEXT,                     -- mã hồ sơ gốc giấy
    created_at  TEXT NOT NULL,
    UNIQUE (fonds_id, code)
);

CREATE TABLE register_volumes (           -- quyển sổ gốc
    id         TEXT PRIMARY KEY,
    fonds_id   TEXT NOT NULL REFERENCES fonds (id),
    code       TEXT NOT NULL,             -- the label on the spine
    title      TEXT NOT NULL,
    school     TEXT,
    year       BIGINT,                    -- exam year, when one volume holds one year
    created_at TEXT NOT NULL,
    UNIQUE (fonds_id, code)
);

-- Delivery --------------------------------------------------------------------------------------

CREATE TABLE batches (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,
    fonds_id       TEXT NOT NULL REFERENCES fonds (id),
    file_id        TEXT REFERENCES files (id),
    volume_id      TEXT REFERENCES register_volumes (id),
    class_hint     TEXT,                  -- class id when the archivist knows what is in the box
    declared_count BIGINT,                -- how many files the archivist says there are
    state          TEXT NOT NULL,         -- open | closed
    opened_by      TEXT NOT NULL,
    opened_at      TEXT NOT NULL,
    closed_at      TEXT
);

CREATE TABLE scans (                      -- one file as delivered = one OCFL object
    id            TEXT PRIMARY KEY,
    batch_id      TEXT NOT NULL REFERENCES batches (id),
    original_name TEXT NOT NULL,          -- as given, path inside the delivery
    sha256        TEXT NOT NULL,
    size          BIGINT NOT NULL,        -- bytes
    media_type    TEXT NOT NULL,          -- by content, never by extension
    state         TEXT NOT NULL,          -- received | quarantined | duplicate
    reason        TEXT,                   -- stable code when quarantined
    duplicate_of  TEXT REFERENCES scans (id),
    object_id     TEXT,                   -- in the vault; null for a duplicate
    page_count    BIGINT NOT NULL DEFAULT 0,
    received_by   TEXT NOT NULL,
    received_at   TEXT NOT NULL,
    UNIQUE (batch_id, original_name, sha256)
);
CREATE INDEX scans_by_digest ON scans (sha256);

CREATE TABLE uploads (                    -- tus uploads under way; the bytes wait in the spool
    id            TEXT PRIMARY KEY,
    batch_id      TEXT NOT NULL REFERENCES batches (id),
    original_name TEXT NOT NULL,
    size          BIGINT NOT NULL,
    sha256        TEXT,                   -- declared digest, when the sender gave one
    person        TEXT NOT NULL,
    scan_id       TEXT,                   -- set once accepted
    created_at    TEXT NOT NULL,
    expires_at    TEXT NOT NULL
);

CREATE TABLE pages (
    id               TEXT PRIMARY KEY,
    scan_id          TEXT NOT NULL REFERENCES scans (id),
    number           BIGINT NOT NULL,     -- from 1
    state            TEXT NOT NULL,       -- received | read | set_aside
    outcome          TEXT,                -- stable word of the reading pool
    class            TEXT,
    class_confidence DOUBLE PRECISION,
    rotation         BIGINT,              -- degrees the content stands turned, clockwise
    width            BIGINT,
    height           BIGINT,
    dpi              BIGINT,
    text             TEXT,
    quality          TEXT,                -- JSON
    fingerprint      TEXT,                -- perceptual, of the upright page
    milliseconds     BIGINT,
    read_at          TEXT,
    UNIQUE (scan_id, number)
);

-- Records ---------------------------------------------------------------------------------------

CREATE TABLE records (
    id           TEXT PRIMARY KEY,
    scan_id      TEXT NOT NULL REFERENCES scans (id),
    page_id      TEXT NOT NULL REFERENCES pages (id),
    ordinal      BIGINT NOT NULL,         -- place on the page, from 1
    class        TEXT NOT NULL,
    state        TEXT NOT NULL,           -- proposed | corrected | approved | rejected
    version      BIGINT NOT NULL,
    doubtful     BIGINT NOT NULL,         -- fields a person still has to look at
    bounds       TEXT,                    -- JSON [x,y,w,h] on the page as delivered
    claimed_by   TEXT,
    claimed_at   TEXT,
    kept_version BIGINT,                  -- newest version that is in the vault; the lag is a metric
    updated_at   TEXT NOT NULL,
    UNIQUE (page_id, ordinal)
);
CREATE INDEX records_by_state ON records (state, doubtful);
CREATE INDEX records_by_scan ON records (scan_id);

CREATE TABLE record_versions (
    record_id TEXT NOT NULL REFERENCES records (id),
    version   BIGINT NOT NULL,
    state     TEXT NOT NULL,
    fields    TEXT NOT NULL,              -- JSON: key -> {raw,value,confidence,accepted,box}
    author    TEXT NOT NULL,              -- person id, or "machine"
    note      TEXT NOT NULL DEFAULT '',
    at        TEXT NOT NULL,
    PRIMARY KEY (record_id, version)
);

CREATE TABLE publications (               -- the sequence every index follows
    position  BIGINT PRIMARY KEY,
    record_id TEXT NOT NULL REFERENCES records (id),
    version   BIGINT NOT NULL,
    at        TEXT NOT NULL
);

CREATE TABLE counters (                   -- one locked row each: order of numbers is order of commits
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('publication', 0);

-- Work ------------------------------------------------------------------------------------------

CREATE TABLE jobs (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,            -- id of what is to be worked on
    priority    BIGINT NOT NULL,          -- higher first
    state       TEXT NOT NULL,            -- ready | leased | done | failed
    attempts    BIGINT NOT NULL DEFAULT 0,
    run_at      TEXT NOT NULL,
    leased_by   TEXT,
    lease_until TEXT,
    error_code  TEXT,
    once_key    TEXT UNIQUE,              -- at most one waiting job per key; cleared when leased
    created_at  TEXT NOT NULL,
    settled_at  TEXT
);
CREATE INDEX jobs_to_lease ON jobs (state, kind, priority, run_at);

-- The log ---------------------------------------------------------------------------------------

CREATE TABLE log (
    position     BIGINT PRIMARY KEY,      -- from 1, no gaps
    at           TEXT NOT NULL,
    actor        TEXT NOT NULL,           -- person, token or "machine"
    deed         TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id   TEXT NOT NULL,
    details      TEXT NOT NULL,           -- JSON, no personal data
    previous     TEXT NOT NULL,           -- digest of the entry before
    digest       TEXT NOT NULL
);
CREATE INDEX log_by_subject ON log (subject_id);

CREATE TABLE log_head (
    id       BIGINT PRIMARY KEY,
    position BIGINT NOT NULL,
    digest   TEXT NOT NULL
);
INSERT INTO log_head (id, position, digest)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

-- People ----------------------------------------------------------------------------------------

CREATE TABLE people (
    id            TEXT PRIMARY KEY,
    login         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    password_hash TEXT NOT NULL,          -- argon2id, PHC string
    roles         TEXT NOT NULL,          -- comma-separated role words
    disabled_at   TEXT,
    created_at    TEXT NOT NULL
);

CREATE TABLE sessions (
    digest     TEXT PRIMARY KEY,          -- of the cookie's token; the token itself is never kept
    person_id  TEXT NOT NULL REFERENCES people (id),
    form_token TEXT NOT NULL,             -- against forged forms
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);

CREATE TABLE tokens (                     -- API tokens
    id         TEXT PRIMARY KEY,
    digest     TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    roles      TEXT NOT NULL,
    made_by    TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT
);

CREATE TABLE throttle (                   -- failed guesses per door and caller
    key          TEXT PRIMARY KEY,
    window_start TEXT NOT NULL,
    failures     BIGINT NOT NULL
);

-- Certified copies ------------------------------------------------------------------------------

CREATE TABLE copy_requests (
    id              TEXT PRIMARY KEY,
    code            TEXT NOT NULL UNIQUE, -- tracking code, 100 bits; whoever has it may fetch the copy
    state           TEXT NOT NULL,        -- received | confirmed | released | refused | issued
    applicant       TEXT NOT NULL,        -- JSON: name, contact, standing
    wanted          TEXT NOT NULL,        -- JSON: name, birth, school, year, numbers, purpose
    procedure_code  TEXT NOT NULL,        -- code valid on the day of receipt
    record_id       TEXT REFERENCES records (id),
    confirmed_by    TEXT,
    confirmed_at    TEXT,
    refusal         TEXT,                 -- reason in words for the applicant
    made_by         TEXT NOT NULL,        -- token, person or "public"
    idempotency_key TEXT,
    created_at      TEXT NOT NULL,
    due_at          TEXT NOT NULL,
    settled_at      TEXT,
    UNIQUE (made_by, idempotency_key)
);

CREATE TABLE copies (                     -- sổ cấp bản sao
    id             TEXT PRIMARY KEY,
    year           BIGINT NOT NULL,
    number         BIGINT NOT NULL,       -- without gaps within the year
    state          TEXT NOT NULL,         -- opening | issued | void; superseded is computed, never kept
    request_id     TEXT REFERENCES copy_requests (id),
    record_id      TEXT NOT NULL REFERENCES records (id),
    record_version BIGINT NOT NULL,
    code           TEXT NOT NULL UNIQUE,  -- verification code, printed on the copy
    object_id      TEXT,
    sha256         TEXT,
    issued_by      TEXT NOT NULL,
    issued_at      TEXT NOT NULL,
    UNIQUE (year, number)
);
CREATE INDEX copies_by_record ON copies (record_id);
CREATE INDEX copies_by_digest ON copies (sha256);

-- Law-dependent values, dated: valid_from inclusive, valid_to exclusive or null ------------------

CREATE TABLE procedures (                 -- thủ tục hành chính
    code TEXT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT,
    name TEXT NOT NULL, working_days BIGINT NOT NULL, cut_off TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL, verified TEXT,
    PRIMARY KEY (code, valid_from)
);
CREATE TABLE fees (
    procedure_code TEXT NOT NULL, place TEXT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT,
    amount BIGINT NOT NULL, unit TEXT NOT NULL, source TEXT NOT NULL, verified TEXT,
    PRIMARY KEY (procedure_code, place, valid_from)
);
CREATE TABLE retention_rules (
    code TEXT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT,
    record_type TEXT NOT NULL, term_code TEXT NOT NULL, source TEXT NOT NULL, verified TEXT,
    PRIMARY KEY (code, valid_from)
);
CREATE TABLE places (
    code TEXT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT,
    name TEXT NOT NULL, kind TEXT NOT NULL, became TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL, verified TEXT,
    PRIMARY KEY (code, valid_from)
);
CREATE TABLE agencies (
    code TEXT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT,
    name TEXT NOT NULL, became TEXT NOT NULL DEFAULT '', source TEXT NOT NULL, verified TEXT,
    PRIMARY KEY (code, valid_from)
);
CREATE TABLE holidays (
    day TEXT PRIMARY KEY, name TEXT NOT NULL, source TEXT NOT NULL
);
