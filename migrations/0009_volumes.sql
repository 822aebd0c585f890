-- The column map of a bound volume: which columns its pages have, confirmed by a person.

CREATE TABLE column_maps (                -- bản đồ cột; the newest version counts
    volume_id    TEXT NOT NULL REFERENCES register_volumes (id),
    version      BIGINT NOT NULL,         -- from 1
    class        TEXT NOT NULL,           -- class of the rows
    edges        TEXT NOT NULL,           -- JSON: borders as shares of the table's width
    fields       TEXT NOT NULL,           -- JSON: key of each column's field, or null
    page_id      TEXT,                    -- the sheet it was confirmed on; no reference: a rebuild brings pages back later
    confirmed_by TEXT NOT NULL,
    confirmed_at TEXT NOT NULL,
    note         TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (volume_id, version)
);

ALTER TABLE register_volumes ADD COLUMN map_kept BIGINT; -- newest version of its map that is in the vault
ALTER TABLE pages ADD COLUMN table_columns TEXT;         -- JSON: the columns found on the page
ALTER TABLE pages ADD COLUMN map_version BIGINT;         -- version of the map the page was read with
ALTER TABLE pages ADD COLUMN map_percent BIGINT;         -- how much of its borders the page shows; null where it does not fit
