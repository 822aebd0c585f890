-- Parts of uploads under way that lie beside the vault, where every process over this catalogue reaches them.

CREATE TABLE upload_parts (
    upload_id  TEXT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    first_byte BIGINT NOT NULL,           -- its offset in the file
    size       BIGINT NOT NULL,           -- bytes
    sha256     TEXT NOT NULL,             -- of the part alone
    name       TEXT NOT NULL,             -- below uploads/ beside the vault
    PRIMARY KEY (upload_id, first_byte)
);
