-- What a page shows of its place in a pile of papers, for grouping by what pages say (JSON of a stream page).
ALTER TABLE pages ADD COLUMN stream TEXT;
