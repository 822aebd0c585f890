-- What people saw when they decided: the version of a record and the digest of its content.

ALTER TABLE copy_requests ADD COLUMN record_version BIGINT;  -- as the clerk confirmed it
ALTER TABLE copy_requests ADD COLUMN record_digest TEXT;
ALTER TABLE copies ADD COLUMN record_digest TEXT;            -- null: made before digests were kept
