-- The last stored words that were not the ones of the program, its API and its pages.

UPDATE pages SET outcome = 'excluded' WHERE outcome = 'put_aside'; -- a person took the page out of its batch
UPDATE pages SET state = 'failed' WHERE state = 'set_aside';       -- received | read | failed
UPDATE page_flags SET state = 'excluded' WHERE state = 'put_aside';
UPDATE request_events SET state = 'recorded' WHERE state = 'kept'; -- recorded | waiting | delivered | dead

ALTER TABLE records RENAME COLUMN kept_version TO preserved_version;      -- newest version that is in the vault
ALTER TABLE register_volumes RENAME COLUMN map_kept TO map_preserved;     -- newest version of its map that is in the vault

-- The key of a job that waits begins with its kind.
UPDATE jobs SET once_key = REPLACE(once_key, 'keep_', 'preserve_') WHERE kind LIKE 'keep!_%' ESCAPE '!';
UPDATE jobs SET kind = REPLACE(kind, 'keep_', 'preserve_') WHERE kind LIKE 'keep!_%' ESCAPE '!';
UPDATE jobs SET once_key = REPLACE(once_key, 'tell_portal', 'notify_portal') WHERE kind = 'tell_portal';
UPDATE jobs SET kind = 'notify_portal' WHERE kind = 'tell_portal';
