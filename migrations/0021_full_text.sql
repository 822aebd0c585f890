-- What else every index follows beside the publications: pages as they were read, and holdings whose description their
-- pages and records inherit. One row for each, at the newest of its positions, in a sequence of their own.

CREATE TABLE index_changes (
    kind       TEXT NOT NULL,             -- page | document | batch | file | volume
    subject_id TEXT NOT NULL,
    position   BIGINT NOT NULL,           -- order of numbers is order of commits
    PRIMARY KEY (kind, subject_id)
);
CREATE INDEX index_changes_in_order ON index_changes (position);

CREATE INDEX files_by_code ON files (code);              -- found by code whatever the fonds
CREATE INDEX volumes_by_code ON register_volumes (code);

-- Pages that were read before.
INSERT INTO index_changes (kind, subject_id, position)
    SELECT 'page', p.id, ROW_NUMBER() OVER (ORDER BY p.id) FROM pages p WHERE p.state = 'read';
INSERT INTO counters (name, value) SELECT 'index_change', COUNT(*) FROM index_changes;
