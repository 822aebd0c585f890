-- What becomes of a request, who is told of it.

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
