-- What the numbers of registers are reconciled by (đối chiếu số hiệu, số vào sổ), and what people found on the paper about numbers that
-- do not agree. The keys of a record are written with its newest version; those of older records are made by a job.

DELETE FROM record_keys;                      -- made anew, with the columns below
ALTER TABLE record_keys ADD COLUMN serial TEXT;    -- số hiệu as the record has it
ALTER TABLE record_keys ADD COLUMN entry TEXT;     -- số vào sổ as the record has it
ALTER TABLE record_keys ADD COLUMN year TEXT;      -- of graduation, four figures
INSERT INTO counters (name, value) VALUES ('record_keys', 0); -- 1 once every record has its keys

CREATE TABLE discrepancy_answers (            -- what became of numbers that do not agree
    place_id    TEXT NOT NULL,                -- volume, or batch without one, in which it was answered
    discrepancy TEXT NOT NULL,                -- its key: what does not agree, without the place
    records     TEXT NOT NULL,                -- JSON: ids of the records that were looked at
    verdict     TEXT NOT NULL,                -- skipped | missing | misread | cancelled | as_on_paper | same_paper | other_series
    note        TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    answered_at TEXT NOT NULL,
    preserved   BIGINT NOT NULL DEFAULT 0,    -- 1 once the place's answers are in the vault
    PRIMARY KEY (place_id, discrepancy)
);
CREATE INDEX discrepancy_answers_by_key ON discrepancy_answers (discrepancy);
