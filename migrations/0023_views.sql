-- Seeing is an act: who looked at what. The entries are in the log; here is what finds and counts them, and what the log
-- must not hold.

CREATE TABLE views (
    entry_id TEXT PRIMARY KEY,            -- entry of the log
    at       TEXT NOT NULL,
    day      TEXT NOT NULL,               -- day in Viet Nam, by which views are counted
    actor    TEXT NOT NULL,               -- person, token or "machine"
    action   TEXT NOT NULL,               -- as in the log
    weight   BIGINT NOT NULL,             -- how much it counts towards the ceiling of the day
    question TEXT,                        -- keyed digest of what was asked
    once     TEXT NOT NULL                -- digest of the whole act: the same again within minutes is one act
);
CREATE INDEX views_by_actor ON views (actor, day);
CREATE INDEX views_once ON views (actor, once);

CREATE TABLE viewed_records (             -- what each view showed
    entry_id  TEXT NOT NULL REFERENCES views (entry_id),
    record_id TEXT NOT NULL,
    PRIMARY KEY (record_id, entry_id)
);

CREATE TABLE view_texts (                 -- questions and reasons in words: personal data, never in the log or the vault
    entry_id TEXT PRIMARY KEY,
    kind     TEXT NOT NULL,               -- question | reason
    text     TEXT NOT NULL,
    ends_at  TEXT NOT NULL                -- when it is deleted
);
CREATE INDEX view_texts_by_end ON view_texts (ends_at);

CREATE TABLE view_reasons (               -- for whom a reason opens which record, on which day
    actor     TEXT NOT NULL,
    record_id TEXT NOT NULL,
    day       TEXT NOT NULL,
    PRIMARY KEY (actor, record_id, day)
);

CREATE TABLE view_key (                   -- with which digests of questions are keyed; of no use to whoever has only the log
    id  BIGINT PRIMARY KEY,
    key TEXT NOT NULL
);

ALTER TABLE people ADD COLUMN views_a_day BIGINT; -- the ceiling set for them; the usual one where absent
ALTER TABLE tokens ADD COLUMN views_a_day BIGINT;
