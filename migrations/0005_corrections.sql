-- Phụ lục sổ gốc: what a decision changes in an approved record, or that it takes the diploma away;
-- and what became of a line of the issue book after it was opened.

CREATE TABLE corrections (
    id               TEXT PRIMARY KEY,
    record_id        TEXT NOT NULL REFERENCES records (id),
    kind             TEXT NOT NULL,   -- correction | revocation
    state            TEXT NOT NULL,   -- entered | approved | rejected
    ground           TEXT NOT NULL,   -- code of correction_grounds
    decision_number  TEXT NOT NULL,   -- số, ký hiệu
    decision_date    TEXT NOT NULL,   -- YYYY-MM-DD
    decision_agency  TEXT NOT NULL,
    decision_scan_id TEXT,            -- no reference: a rebuild brings scans back in any order
    effective_from   TEXT NOT NULL,   -- YYYY-MM-DD in Viet Nam
    changes          TEXT NOT NULL,   -- JSON: key -> {before, after}
    note             TEXT NOT NULL DEFAULT '',
    year             BIGINT,          -- of the appendix, once approved
    number           BIGINT,          -- without gaps within the year
    record_version   BIGINT,          -- version of the record made by the approval
    entered_by       TEXT NOT NULL,
    entered_at       TEXT NOT NULL,
    decided_by       TEXT,
    decided_at       TEXT,
    refusal          TEXT,
    UNIQUE (year, number)
);
CREATE INDEX corrections_by_record ON corrections (record_id);
CREATE INDEX corrections_by_state ON corrections (state, decided_at);
CREATE UNIQUE INDEX corrections_once ON corrections (record_id, decision_number, decision_date)
    WHERE state <> 'rejected';

CREATE TABLE correction_grounds (         -- căn cứ chỉnh sửa, thu hồi; dated as every rule of the law
    code TEXT NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT,
    kind TEXT NOT NULL, name TEXT NOT NULL, name_en TEXT NOT NULL,
    fields TEXT NOT NULL DEFAULT '',      -- keys it may change, comma-separated; empty for any
    source TEXT NOT NULL, verified TEXT,
    PRIMARY KEY (code, valid_from)
);

ALTER TABLE copies ADD COLUMN quantity BIGINT NOT NULL DEFAULT 1; -- số lượng bản
ALTER TABLE copies ADD COLUMN reissue_of TEXT;      -- the earlier copy that this one repeats
ALTER TABLE copies ADD COLUMN void_code TEXT;       -- stable word: why no copy was made
ALTER TABLE copies ADD COLUMN withdrawn_at TEXT;
ALTER TABLE copies ADD COLUMN withdrawn_by TEXT;
ALTER TABLE copies ADD COLUMN withdrawal TEXT;      -- the reason, for whoever checks the copy
ALTER TABLE copies ADD COLUMN code_until TEXT;      -- the code answers before this instant; null: always
