-- Each copy of a request is a line of the issue book of its own; a request is an object of the vault.

ALTER TABLE copies DROP COLUMN quantity;
CREATE INDEX copies_by_request ON copies (request_id);
ALTER TABLE copy_requests ADD COLUMN object_id TEXT;   -- once a version of it is in the vault
