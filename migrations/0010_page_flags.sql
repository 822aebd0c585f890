-- What is noticed of pages and asks for a person, and what became of it.

CREATE TABLE page_flags (                 -- cảnh báo chất lượng
    id          TEXT PRIMARY KEY,
    page_id     TEXT NOT NULL REFERENCES pages (id),
    code        TEXT NOT NULL,
    other_id    TEXT NOT NULL DEFAULT '', -- the other page it speaks of; '' where there is none
    gravity     BIGINT NOT NULL,          -- 1 note, 2 warning, 3 grave
    details     TEXT NOT NULL,            -- JSON: the numbers its sentence names
    state       TEXT NOT NULL,            -- open | accepted | put_aside | superseded | different
    raised_at   TEXT NOT NULL,
    reason      TEXT,
    resolved_by TEXT,
    resolved_at TEXT,
    UNIQUE (page_id, code, other_id)
);
CREATE INDEX page_flags_by_state ON page_flags (state, gravity);
CREATE INDEX page_flags_by_other ON page_flags (other_id);

CREATE TABLE page_marks (                 -- a sample of what is written on a page, to find the same sheet again
    page_id TEXT NOT NULL REFERENCES pages (id),
    mark    BIGINT NOT NULL,
    PRIMARY KEY (page_id, mark)
);
CREATE INDEX page_marks_by_mark ON page_marks (mark);

ALTER TABLE pages ADD COLUMN numbering TEXT;  -- JSON: its printed number and the numbers its rows run through
ALTER TABLE pages ADD COLUMN stands_for TEXT; -- the first page whose place this one took

CREATE INDEX pages_by_place ON pages ((COALESCE(stands_for, id)));

CREATE INDEX jobs_by_subject ON jobs (subject, kind, state);
