-- How a job ends: done, wrong itself, or put off because the world is; and one holder for each thing.

ALTER TABLE jobs ADD COLUMN faults BIGINT NOT NULL DEFAULT 0; -- faults of the world in a row; they use up no attempt
ALTER TABLE jobs ADD COLUMN lost BIGINT NOT NULL DEFAULT 0;   -- holders in a row that fell silent
-- `state` gains two words: held (a person holds it back) and given_up (a person ended it undone).

-- Whoever held a job under an earlier release takes it again: from here on two jobs of one thing are never worked at once.
UPDATE jobs SET state = 'ready', leased_by = NULL, lease_until = NULL WHERE state = 'leased';
CREATE UNIQUE INDEX jobs_one_holder ON jobs (kind, subject) WHERE state = 'leased';

-- What an outage failed for good under earlier releases goes on by itself.
UPDATE jobs SET state = 'ready', attempts = 0, settled_at = NULL, run_at = created_at
WHERE state = 'failed' AND error_code IN ('unavailable', 'holder_lost', 'too_many_attempts', 'vault_conflict')
    AND NOT EXISTS (SELECT 1 FROM jobs other WHERE other.kind = jobs.kind AND other.subject = jobs.subject
        AND other.state = 'ready');

-- The next job of a kind is the first row of this index, however long the queue.
CREATE INDEX jobs_by_turn ON jobs (kind, state, priority DESC, run_at);
DROP INDEX jobs_to_lease;

-- The newest publication of a record, asked for once for each step of the sequence an index follows.
CREATE INDEX publications_by_record ON publications (record_id, position);
