-- The local cloud's own tables. Times are milliseconds in BIGINT, ids are TEXT as they stand on the
-- wire; a column that ends in _key is the folded form of a case-insensitive name.

CREATE TABLE folders (
    id TEXT PRIMARY KEY NOT NULL,
    parent_id TEXT REFERENCES folders (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    depth BIGINT NOT NULL CHECK (depth BETWEEN 0 AND 5),
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX folders_name ON folders (parent_id, name_key);

CREATE TABLE accounts (
    id TEXT PRIMARY KEY NOT NULL,
    folder_id TEXT NOT NULL REFERENCES folders (id),
    kind TEXT NOT NULL CHECK (kind IN ('Management', 'ResourceAccount', 'CloudAccount')),
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    display_name_key TEXT NOT NULL UNIQUE,
    join_method TEXT NOT NULL CHECK (join_method IN ('created', 'invited')),
    status TEXT NOT NULL,
    console_session_seconds BIGINT NOT NULL CHECK (console_session_seconds BETWEEN 3600 AND 86400),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX accounts_folder ON accounts (folder_id);

CREATE TABLE resource_directories (
    id TEXT PRIMARY KEY NOT NULL,
    root_folder_id TEXT NOT NULL REFERENCES folders (id),
    management_account_id TEXT NOT NULL UNIQUE REFERENCES accounts (id),
    created_at BIGINT NOT NULL
);

-- Long-lived access keys. `holder` says whose: 'Account' is the account's owner, 'Service' a cloud
-- service, named in `service`.
CREATE TABLE access_keys (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    holder TEXT NOT NULL CHECK (holder IN ('Account', 'Service')),
    service TEXT,
    sealed_secret TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('Active', 'Inactive')),
    created_at BIGINT NOT NULL,
    CHECK ((holder = 'Service') = (service IS NOT NULL))
);

CREATE TABLE roles (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    trust_policy TEXT NOT NULL,
    max_session_seconds BIGINT NOT NULL CHECK (max_session_seconds BETWEEN 3600 AND 43200),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX roles_name ON roles (account_id, name_key);

CREATE TABLE policies (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    versions_made BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX policies_name ON policies (account_id, name_key);

CREATE TABLE policy_versions (
    policy_id TEXT NOT NULL REFERENCES policies (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    document TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (policy_id, number)
);
CREATE UNIQUE INDEX policy_versions_default ON policy_versions (policy_id) WHERE is_default;

-- What a role holds. System policies live in the catalogue of the program, so only their names are
-- here; `policy_id` is set for custom policies and keeps them from being deleted under a role.
CREATE TABLE role_policies (
    role_id TEXT NOT NULL REFERENCES roles (id),
    policy_type TEXT NOT NULL CHECK (policy_type IN ('System', 'Custom')),
    policy_name TEXT NOT NULL,
    policy_name_key TEXT NOT NULL,
    policy_id TEXT REFERENCES policies (id),
    attached_at BIGINT NOT NULL,
    PRIMARY KEY (role_id, policy_type, policy_name_key),
    CHECK ((policy_type = 'Custom') = (policy_id IS NOT NULL))
);
CREATE INDEX role_policies_policy ON role_policies (policy_id);

CREATE TABLE saml_providers (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    metadata TEXT NOT NULL,
    authn_sign_algorithm TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX saml_providers_name ON saml_providers (account_id, name_key);
