-- Whether the service is on; there is one row. Where a directory was made before, it is.
CREATE TABLE services (
    id TEXT NOT NULL PRIMARY KEY,
    status TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
INSERT INTO services (id, status, updated_at)
SELECT 'cloudsso', CASE WHEN EXISTS (SELECT 1 FROM directories) THEN 'Enabled' ELSE 'Disabled' END, 0;

-- Programs that administer the product.
CREATE TABLE machine_identities (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- What a machine identity may do: RAM policy documents, by name.
CREATE TABLE machine_policies (
    machine_identity_id TEXT NOT NULL REFERENCES machine_identities (id),
    name TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (machine_identity_id, name)
);

-- The holder is an administrator or a machine identity; its prefix says which.
CREATE TABLE access_keys (
    id TEXT NOT NULL PRIMARY KEY,
    holder_id TEXT NOT NULL,
    sealed_secret TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX access_keys_by_holder ON access_keys (holder_id);

-- Nonces of signed calls: each passes once for its key, and is forgotten when its age alone refuses it.
CREATE TABLE used_nonces (
    access_key_id TEXT NOT NULL,
    nonce TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (access_key_id, nonce)
);
CREATE INDEX used_nonces_by_expiry ON used_nonces (access_key_id, expires_at);

-- Tags of users and access configurations.
CREATE TABLE tags (
    resource_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (resource_id, key)
);
CREATE INDEX tags_by_key ON tags (key, value, resource_id);

-- What a synchronised user is called by the identity provider it comes from.
ALTER TABLE users ADD COLUMN external_id TEXT;
CREATE UNIQUE INDEX users_by_external_id ON users (directory_id, external_id) WHERE external_id IS NOT NULL;

-- Policies that were added before this was kept count from the configuration's last change.
ALTER TABLE permission_policies ADD COLUMN added_at BIGINT NOT NULL DEFAULT 0;
UPDATE permission_policies SET added_at = (
    SELECT updated_at FROM access_configurations
    WHERE access_configurations.id = permission_policies.access_configuration_id
);
