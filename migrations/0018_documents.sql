-- Documents: what a person means by one paper. An ordered list of pages of one or several scans, in a file or a volume.

CREATE TABLE documents (
    id           TEXT PRIMARY KEY,        -- one proposed from a scan or a volume bears its id
    fonds_id     TEXT NOT NULL REFERENCES fonds (id),
    unit_id      TEXT NOT NULL DEFAULT '00000000-0000-7000-8000-000000000000',
    file_id      TEXT REFERENCES files (id),
    volume_id    TEXT REFERENCES register_volumes (id),
    ordinal      BIGINT,                  -- place in its file, from 1; given when a person confirms it
    state        TEXT NOT NULL,           -- proposed | confirmed | joined
    joined_into  TEXT REFERENCES documents (id),
    fields       TEXT NOT NULL DEFAULT '{}', -- JSON: the fields of TT 05/2025/TT-BNV
    version      BIGINT NOT NULL DEFAULT 1,
    preserved_version BIGINT,                  -- in the vault once a person has touched it; before, it follows from its scan
    changed_by   TEXT NOT NULL DEFAULT 'machine',
    changed_at   TEXT NOT NULL
);
CREATE INDEX documents_by_file ON documents (file_id);
CREATE INDEX documents_by_volume ON documents (volume_id);
CREATE INDEX documents_by_fonds ON documents (fonds_id, id);

CREATE TABLE document_pages (             -- every page belongs to one document
    page_id     TEXT PRIMARY KEY REFERENCES pages (id),
    document_id TEXT NOT NULL REFERENCES documents (id),
    position    BIGINT NOT NULL,          -- from 1 once a person has ordered them; 0: by file name and number
    part        TEXT NOT NULL DEFAULT 'page' -- cover | page | back
);
CREATE INDEX document_pages_in_order ON document_pages (document_id, position);

-- Each file as delivered becomes a document, each register volume one.
INSERT INTO documents (id, fonds_id, unit_id, file_id, state, changed_at)
    SELECT s.id, b.fonds_id, b.unit_id, b.file_id, 'proposed', s.received_at
    FROM scans s JOIN batches b ON b.id = s.batch_id WHERE s.state = 'received' AND b.volume_id IS NULL;
INSERT INTO documents (id, fonds_id, unit_id, volume_id, state, changed_at)
    SELECT v.id, v.fonds_id, v.unit_id, v.id, 'proposed', v.created_at
    FROM (SELECT r.*, f.unit_id FROM register_volumes r JOIN fonds f ON f.id = r.fonds_id) v
    WHERE EXISTS (SELECT 1 FROM batches b JOIN scans s ON s.batch_id = b.id
        WHERE b.volume_id = v.id AND s.state = 'received');
INSERT INTO document_pages (page_id, document_id, position)
    SELECT p.id, COALESCE(b.volume_id, s.id), 0
    FROM pages p JOIN scans s ON s.id = p.scan_id JOIN batches b ON b.id = s.batch_id WHERE s.state = 'received';
-- A page scanned again stands in its document where the one before it stood.
UPDATE document_pages SET document_id = (SELECT g.document_id FROM pages p
        JOIN document_pages g ON g.page_id = p.stands_for WHERE p.id = document_pages.page_id)
    WHERE page_id IN (SELECT p.id FROM pages p JOIN document_pages g ON g.page_id = p.stands_for);
DELETE FROM documents WHERE id NOT IN (SELECT document_id FROM document_pages);
