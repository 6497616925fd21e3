-- A user that CloudSSO let go stays with what it has, though nobody comes in as it any more: since when, and
-- which user of the account answers for it, once an administrator has said so.
ALTER TABLE users ADD COLUMN orphaned_at BIGINT;
ALTER TABLE users ADD COLUMN owner_id TEXT REFERENCES users (id) ON DELETE SET NULL;
CREATE INDEX users_owner ON users (owner_id) WHERE owner_id IS NOT NULL;
