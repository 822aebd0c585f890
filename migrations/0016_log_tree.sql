-- The log becomes leaves of a signed tree. An act writes its entry without a position, so that acts do not wait for
-- each other; a sequencer gives positions and puts the entries into the tree in the vault. The chain of digests, which
-- anyone who could write here could also recompute, ends with it.

CREATE TABLE log_entries (
    id           TEXT PRIMARY KEY,
    position     BIGINT UNIQUE,           -- from 1, no gaps; absent until it is given one
    at           TEXT NOT NULL,
    actor        TEXT NOT NULL,           -- person, token or "machine"
    action       TEXT NOT NULL,           -- stable word of what was done
    subject_kind TEXT NOT NULL,
    subject_id   TEXT NOT NULL,
    details      TEXT NOT NULL            -- JSON, no personal data
);
INSERT INTO log_entries (id, position, at, actor, action, subject_kind, subject_id, details)
SELECT '00000000-0000-0000-0000-'
        || substr('000000000000' || CAST(position AS TEXT), length(CAST(position AS TEXT)) + 1),
    position, at, actor, action, subject_kind, subject_id, details
FROM log;
DROP TABLE log;
ALTER TABLE log_entries RENAME TO log;
CREATE INDEX log_by_subject ON log (subject_id);
CREATE INDEX log_waiting ON log (at, id) WHERE position IS NULL;

CREATE TABLE log_tree (
    id          BIGINT PRIMARY KEY,
    sequenced   BIGINT NOT NULL,          -- entries that have a position
    size        BIGINT NOT NULL,          -- entries in the newest signed tree
    root        TEXT NOT NULL,            -- its root, base64
    signed_at   TEXT,
    holder      TEXT,                     -- who writes tiles now
    held_until  TEXT,
    checked_at  TEXT,                     -- last comparison of every entry with every tile
    checked     BIGINT NOT NULL DEFAULT 0,-- entries compared then
    broken      TEXT                      -- what did not fit then, JSON
);
INSERT INTO log_tree (id, sequenced, size, root)
SELECT 1, position, 0, '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' FROM log_head;
DROP TABLE log_head;

CREATE TABLE log_keys (                   -- public keys that checkpoints were signed with
    verifier TEXT PRIMARY KEY,
    since    TEXT NOT NULL,
    until    TEXT                         -- absent for the one in use
);

CREATE TABLE log_outside (                -- places outside that are shown the tree
    place    TEXT PRIMARY KEY,
    size     BIGINT NOT NULL,
    root     TEXT NOT NULL,
    shown_at TEXT,
    tried_at TEXT NOT NULL,
    failure  TEXT                         -- why the newest try failed
);
