-- What lists of a working day need: requests found by name, each list cut in its order.
ALTER TABLE copy_requests ADD COLUMN names TEXT NOT NULL DEFAULT ''; -- name on the diploma and applicant's, folded to plain letters; '' until folded
CREATE INDEX copy_requests_in_order ON copy_requests (due_at, id);
CREATE INDEX copy_requests_by_state ON copy_requests (state, due_at, id);
CREATE INDEX copy_requests_by_receipt ON copy_requests (created_at, id);
CREATE INDEX copy_requests_unfolded ON copy_requests (id) WHERE names = '';
ALTER TABLE batches ADD COLUMN folded TEXT NOT NULL DEFAULT ''; -- its name in plain letters; '' until folded
CREATE TABLE request_drafts (             -- requests that citizens are writing, for a day
    digest     TEXT PRIMARY KEY,          -- SHA-256 of the secret in the writer's browser
    body       TEXT NOT NULL,             -- what was written so far, JSON of the pages' form
    code       TEXT,                      -- tracking code of the request it became
    written_at TEXT NOT NULL              -- last step, RFC 3339 UTC
);
CREATE INDEX request_drafts_by_age ON request_drafts (written_at);
