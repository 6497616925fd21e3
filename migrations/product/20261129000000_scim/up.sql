-- What SCIM keeps of users and groups beyond what the product itself uses.

-- Grows by one with every write; what an ETag says.
ALTER TABLE users ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE groups ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- The connector that looks after a synchronised one, and what it calls it.
ALTER TABLE users ADD COLUMN connector_id TEXT;
ALTER TABLE groups ADD COLUMN connector_id TEXT;
ALTER TABLE groups ADD COLUMN external_id TEXT;

-- Attributes that have no column, as SCIM writes them; and a copy of everything that is searched without an
-- index, folded. Both JSON.
ALTER TABLE users ADD COLUMN profile TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN search TEXT NOT NULL DEFAULT '';

-- There is one directory: a name or an address is looked up without it.
DROP INDEX users_by_name;
CREATE UNIQUE INDEX users_by_name ON users (user_name_key);
DROP INDEX users_by_email;
CREATE UNIQUE INDEX users_by_email ON users (email_key) WHERE email_key IS NOT NULL;
DROP INDEX groups_by_name;
CREATE UNIQUE INDEX groups_by_name ON groups (group_name_key);
-- Unique to nobody (RFC 7643 §3.1), and its connector's own.
DROP INDEX users_by_external_id;
CREATE INDEX users_by_external_id ON users (external_id, connector_id) WHERE external_id IS NOT NULL;
CREATE INDEX groups_by_external_id ON groups (external_id, connector_id) WHERE external_id IS NOT NULL;

-- Addresses of a user beside the first, which stands in its own column.
CREATE TABLE user_emails (
    email_key TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (email_key, user_id)
);
CREATE INDEX user_emails_by_user ON user_emails (user_id);
