-- Columns and tables take the words that the program, its metrics and its pages use for them.

ALTER TABLE page_flags RENAME COLUMN gravity TO severity; -- 1 note, 2 warning, 3 grave
ALTER TABLE log RENAME COLUMN deed TO action;             -- stable word of what was done
ALTER TABLE page_marks RENAME TO text_sketches;           -- MinHash sketch of what is written on a page
ALTER TABLE text_sketches RENAME COLUMN mark TO hash;
