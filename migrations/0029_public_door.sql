-- A stranger's request waits outside the vault until the office takes it up; what strangers take is counted by the day.

ALTER TABLE copy_requests ADD COLUMN taken_at TEXT; -- when the office took it up; before that it is not in the vault
ALTER TABLE copy_requests ADD COLUMN taken_by TEXT; -- person or token id; NULL for those of before
UPDATE copy_requests SET taken_at = created_at;

ALTER TABLE request_evidence ADD COLUMN inbox TEXT; -- name of its file in the inbox beside the vault; NULL once it is in the vault

CREATE TABLE public_use (                 -- of today; rows of earlier days are removed
    day     TEXT NOT NULL,                -- in Viet Nam
    network TEXT NOT NULL,                -- 203.0.113.9, 203.0.113.0/24, 2001:db8:1:2::/64 or 2001:db8:1::/48
    kind    TEXT NOT NULL,                -- requests | papers | paper_bytes
    amount  BIGINT NOT NULL,
    PRIMARY KEY (day, network, kind)
);

ALTER TABLE copy_requests ADD COLUMN standing_shown TEXT;    -- what a clerk saw of the applicant's standing, in words
ALTER TABLE copy_requests ADD COLUMN standing_shown_by TEXT; -- person id
