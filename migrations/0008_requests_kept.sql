-- Each copy of a request is a line of the issue book of its own; a request is an object of the vault.

ALTER TABLE copies DROP COLUMN quantity;
CREATE INDEX copies_by_request ON copies (request_id);
ALTER TABLE copy_requests ADD COLUMN object_id TEXT;   -- once a version of it is in the vault

CREATE TABLE request_dismissals (         -- a candidate the clerk looked at, and why it is not the one
    request_id TEXT NOT NULL REFERENCES copy_requests (id),
    record_id  TEXT NOT NULL REFERENCES records (id),
    reason     TEXT NOT NULL,             -- another_person | another_birth | another_diploma | unreadable | other
    note       TEXT NOT NULL,
    person     TEXT NOT NULL,
    at         TEXT NOT NULL,
    PRIMARY KEY (request_id, record_id)
);
