-- What a delivery declares beforehand, how far an upload got, and the receipt in the vault.

CREATE TABLE batch_manifest (             -- the files an archivist says there are, before they come
    batch_id      TEXT NOT NULL REFERENCES batches (id),
    original_name TEXT NOT NULL,
    size          BIGINT,                 -- bytes, when declared
    sha256        TEXT,                   -- when declared
    PRIMARY KEY (batch_id, original_name)
);

ALTER TABLE batches ADD COLUMN receipt_digest TEXT; -- of the receipt kept in the vault; null until it is there
ALTER TABLE uploads ADD COLUMN received BIGINT NOT NULL DEFAULT 0; -- bytes known to be on disk

CREATE INDEX uploads_by_expiry ON uploads (expires_at);
CREATE INDEX pages_by_reading ON pages (read_at); -- the pace of reading, for the time left
