-- Letters on their way out: who has taken one to deliver it, and what kept it so far.

-- The node that is delivering the letter, until `next_try_at`. A node that starts again has its own back at once.
ALTER TABLE outbox ADD COLUMN taken_by TEXT;
-- In words for the operator; never anything of the letter.
ALTER TABLE outbox ADD COLUMN trouble TEXT;

DROP INDEX outbox_waiting;
CREATE INDEX outbox_due ON outbox (next_try_at) WHERE sent_at IS NULL AND given_up_at IS NULL;
