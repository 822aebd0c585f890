-- Seals in the long run: how far each is provable, the files a copy had before its time stamp was
-- renewed, and copies that wait for a signature made on the approver's own machine.

ALTER TABLE copies ADD COLUMN seal_level TEXT;      -- B-B … B-LTA, as its file says; null: not looked at yet
ALTER TABLE copies ADD COLUMN provable_until TEXT;  -- end of the certificate behind its newest time stamp
ALTER TABLE copies ADD COLUMN reopened TEXT;        -- instant at which the request behind this void line went back to be released anew
CREATE INDEX copies_by_proof ON copies (seal_level, provable_until);

CREATE TABLE earlier_files (             -- sealed files of copies that a renewed one has followed
    sha256      TEXT PRIMARY KEY,
    copy_id     TEXT NOT NULL REFERENCES copies (id)
);
CREATE INDEX earlier_files_by_copy ON earlier_files (copy_id);

CREATE TABLE seals_waiting (
    copy_id     TEXT PRIMARY KEY REFERENCES copies (id),
    person_id   TEXT NOT NULL,           -- who released it; nobody else may hand in its signature
    certificate TEXT NOT NULL,           -- SHA-256 of the certificate whose key is to sign
    attributes  TEXT NOT NULL,           -- what is to be signed: DER of the signed attributes, base64
    signature   TEXT,                    -- base64, once handed in and found to fit
    since       TEXT NOT NULL,
    ends_at     TEXT NOT NULL            -- not signed before: the line becomes void
);
CREATE INDEX seals_waiting_by_end ON seals_waiting (ends_at);
