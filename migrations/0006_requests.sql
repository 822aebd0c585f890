-- What a request says, brings along and costs; what becomes of it, and who is told.

ALTER TABLE copy_requests ADD COLUMN consent TEXT;            -- version of the consent text agreed to
ALTER TABLE copy_requests ADD COLUMN extended_at TEXT;        -- when its term was extended, once
ALTER TABLE copy_requests ADD COLUMN waits_until TEXT;        -- when the wait for its applicant ends
ALTER TABLE copy_requests ADD COLUMN fee BIGINT NOT NULL DEFAULT 0;         -- đồng
ALTER TABLE copy_requests ADD COLUMN fee_source TEXT NOT NULL DEFAULT '';   -- the rule behind it
ALTER TABLE copy_requests ADD COLUMN payment TEXT NOT NULL DEFAULT 'free';  -- free | unpaid | paid | waived
ALTER TABLE copy_requests ADD COLUMN payment_reference TEXT;
ALTER TABLE copy_requests ADD COLUMN payment_at TEXT;
CREATE INDEX copy_requests_by_term ON copy_requests (settled_at, due_at);

ALTER TABLE procedures ADD COLUMN extension_days BIGINT NOT NULL DEFAULT 0;
ALTER TABLE procedures ADD COLUMN wait_days BIGINT NOT NULL DEFAULT 0;

CREATE TABLE consents (                   -- what applicants agree to; a version never changes
    version TEXT PRIMARY KEY, valid_from TEXT NOT NULL, valid_to TEXT,
    vi TEXT NOT NULL, en TEXT NOT NULL, source TEXT NOT NULL, verified TEXT
);

CREATE TABLE request_messages (
    id         TEXT PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES copy_requests (id),
    sender     TEXT NOT NULL,             -- office | applicant
    person     TEXT NOT NULL,             -- who of the office, or "public"
    text       TEXT NOT NULL,
    at         TEXT NOT NULL
);
CREATE INDEX request_messages_by_request ON request_messages (request_id, at);

CREATE TABLE request_evidence (           -- papers that show the applicant's standing; each an OCFL object
    id          TEXT PRIMARY KEY,
    request_id  TEXT NOT NULL REFERENCES copy_requests (id),
    name        TEXT NOT NULL,            -- as given, last part only
    media_type  TEXT NOT NULL,            -- by content
    pages       BIGINT NOT NULL,
    size        BIGINT NOT NULL,          -- bytes
    sha256      TEXT NOT NULL,
    object_id   TEXT NOT NULL,
    received_at TEXT NOT NULL
);
CREATE INDEX request_evidence_by_request ON request_evidence (request_id, received_at);

CREATE TABLE search_cases (               -- nothing was found: the archivist looks in what is not digitised
    id         TEXT PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES copy_requests (id),
    state      TEXT NOT NULL,             -- open | found | not_found | closed
    note       TEXT NOT NULL,             -- what the clerk adds
    opened_by  TEXT NOT NULL,
    opened_at  TEXT NOT NULL,
    finding    TEXT,                      -- what the archivist found, in words
    record_id  TEXT REFERENCES records (id),
    ended_by   TEXT,
    ended_at   TEXT
);
CREATE INDEX search_cases_by_state ON search_cases (state, opened_at);
CREATE INDEX search_cases_by_request ON search_cases (request_id);

CREATE TABLE reuse_lookups (              -- another system asks for results instead of paper
    id         TEXT PRIMARY KEY,
    token_id   TEXT NOT NULL,             -- whose token
    purpose    TEXT NOT NULL,             -- code of the procedure it is for
    consent    TEXT NOT NULL,             -- reference of the holder's consent in the asking system
    consent_at TEXT NOT NULL,
    results    BIGINT NOT NULL,           -- how many were listed
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);
CREATE INDEX reuse_lookups_by_time ON reuse_lookups (created_at);

CREATE TABLE reuse_offers (               -- what a look-up listed, and so may fetch
    lookup_id TEXT NOT NULL REFERENCES reuse_lookups (id),
    copy_id   TEXT NOT NULL REFERENCES copies (id),
    PRIMARY KEY (lookup_id, copy_id)
);

CREATE TABLE reuse_fetches (              -- each is one result reused
    id        TEXT PRIMARY KEY,
    lookup_id TEXT NOT NULL REFERENCES reuse_lookups (id),
    copy_id   TEXT NOT NULL REFERENCES copies (id),
    purpose   TEXT NOT NULL,
    at        TEXT NOT NULL
);
CREATE INDEX reuse_fetches_by_time ON reuse_fetches (at);

CREATE TABLE webhooks (                   -- where a portal wants to be told; registered by the administrator
    token_id   TEXT PRIMARY KEY REFERENCES tokens (id),
    url        TEXT NOT NULL,
    secret     TEXT NOT NULL,             -- key of the signatures; kept readable because every notice needs it
    made_by    TEXT NOT NULL,
    created_at TEXT NOT NULL
);

CREATE TABLE request_events (             -- steps of a request, and the outbox of those a portal is told of
    id         TEXT PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES copy_requests (id),
    event      TEXT NOT NULL,
    at         TEXT NOT NULL,
    token_id   TEXT,                      -- the portal's token; null when nobody is to be told
    state      TEXT NOT NULL,             -- kept | waiting | delivered | dead
    attempts   BIGINT NOT NULL DEFAULT 0,
    last_error TEXT,                      -- stable word
    settled_at TEXT
);
CREATE INDEX request_events_by_request ON request_events (request_id, at);
CREATE INDEX request_events_by_state ON request_events (state, at);
