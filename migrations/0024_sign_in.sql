-- A second factor, sessions that one can see and end, accounts that sleep and are confirmed each quarter.

ALTER TABLE people ADD COLUMN totp_secret TEXT;  -- base32 (RFC 6238); absent without a second factor
ALTER TABLE people ADD COLUMN totp_pending TEXT; -- one that was shown and not proven yet
ALTER TABLE people ADD COLUMN totp_step BIGINT;  -- newest step of which a code was taken: none counts twice
ALTER TABLE people ADD COLUMN active_at TEXT;    -- last sign-in, or when an administrator woke the account
ALTER TABLE people ADD COLUMN confirmed_at TEXT; -- when somebody last confirmed that the account is needed
ALTER TABLE people ADD COLUMN confirmed_by TEXT; -- who confirmed it

CREATE TABLE recovery_codes (
    digest    TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    used_at   TEXT
);

-- Everybody signs in again: sessions of before say nothing of when they were used.
DELETE FROM sessions;
ALTER TABLE sessions ADD COLUMN id TEXT NOT NULL DEFAULT '';        -- by which its owner ends it
ALTER TABLE sessions ADD COLUMN used_at TEXT NOT NULL DEFAULT '';   -- to the minute
ALTER TABLE sessions ADD COLUMN proven_at TEXT NOT NULL DEFAULT ''; -- last password or code
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';   -- network it was opened from
ALTER TABLE sessions ADD COLUMN program TEXT NOT NULL DEFAULT '';   -- what the browser calls itself

CREATE TABLE sign_in_rules (              -- what the law asks of accounts and sessions
    valid_from    TEXT NOT NULL PRIMARY KEY,
    valid_to      TEXT,
    idle_minutes  BIGINT NOT NULL,        -- after which an unused session ends
    fresh_minutes BIGINT NOT NULL,        -- for which a password or code counts as fresh proof
    sleep_days    BIGINT NOT NULL,        -- after which an unused account sleeps
    review_days   BIGINT NOT NULL,        -- after which an account must be confirmed again
    source        TEXT NOT NULL,
    verified      TEXT
);
