-- Keys of several kinds, each with a life: next, active, retiring, retired.
ALTER TABLE signing_keys ADD COLUMN purpose TEXT NOT NULL DEFAULT 'signing';
ALTER TABLE signing_keys ADD COLUMN kind TEXT NOT NULL DEFAULT 'RSA-2048';
-- Since when it is in its state.
ALTER TABLE signing_keys ADD COLUMN state_since BIGINT NOT NULL DEFAULT 0;
UPDATE signing_keys SET state_since = created_at;
DROP INDEX signing_keys_active;

-- One key of a kind is active and one is next, also when two replicas make or turn them at the same moment.
CREATE UNIQUE INDEX signing_keys_active ON signing_keys (purpose, kind) WHERE state = 'Active';
CREATE UNIQUE INDEX signing_keys_next ON signing_keys (purpose, kind) WHERE state = 'Next';
