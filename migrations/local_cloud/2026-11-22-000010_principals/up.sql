-- RAM users, their groups and what they sign in and sign calls with; and one table of attachments for
-- whoever holds policies.

CREATE TABLE users (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    display_name TEXT NOT NULL,
    email TEXT NOT NULL,
    mobile_phone TEXT NOT NULL,
    comments TEXT NOT NULL,
    provision_type TEXT NOT NULL CHECK (provision_type IN ('Manual', 'SCIM', 'CloudSSO')),
    last_login_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_name ON users (account_id, name_key);

-- `password_hash` is null where a profile was made inactive without a password. `is_initial` is a
-- password that came with the profile, or when it was switched on again.
CREATE TABLE login_profiles (
    user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    password_hash TEXT,
    password_set_at BIGINT NOT NULL,
    password_reset_required BOOLEAN NOT NULL,
    mfa_bind_required BOOLEAN NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('Active', 'Inactive')),
    is_initial BOOLEAN NOT NULL,
    failed_attempts BIGINT NOT NULL,
    first_failed_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Passwords that a user had, for the policy that forbids them to come back. It outlives the login
-- profile, or a new profile would forget them.
CREATE TABLE previous_passwords (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    password_hash TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, password_hash)
);

CREATE TABLE groups (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    display_name TEXT NOT NULL,
    comments TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX groups_name ON groups (account_id, name_key);

CREATE TABLE group_members (
    group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_user ON group_members (user_id);

-- One-time code devices. The secret is sealed; `last_step` is the newest time step that was used up.
CREATE TABLE mfa_devices (
    serial_number TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name_key TEXT NOT NULL,
    sealed_secret TEXT NOT NULL,
    user_id TEXT UNIQUE REFERENCES users (id),
    last_step BIGINT NOT NULL,
    activated_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX mfa_devices_name ON mfa_devices (account_id, name_key);

-- The name before `.onaliyun.com` in the account's default domain, where it is not the account's id.
CREATE TABLE account_aliases (
    account_id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    alias TEXT NOT NULL,
    alias_key TEXT NOT NULL UNIQUE
);

-- Settings of an account that somebody changed, each a document of its own kind.
CREATE TABLE account_settings (
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('PasswordPolicy', 'SecurityPreference', 'UserSso')),
    document TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, kind)
);

-- Access keys of users beside those of the account and of services, and when each was last used.
CREATE TABLE access_keys_of_anybody (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    holder TEXT NOT NULL CHECK (holder IN ('Account', 'Service', 'User')),
    service TEXT,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    sealed_secret TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('Active', 'Inactive')),
    last_used_at BIGINT,
    last_used_service TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK ((holder = 'Service') = (service IS NOT NULL)),
    CHECK ((holder = 'User') = (user_id IS NOT NULL))
);
INSERT INTO access_keys_of_anybody
    (id, account_id, holder, service, sealed_secret, status, created_at, updated_at)
    SELECT id, account_id, holder, service, sealed_secret, status, created_at, created_at FROM access_keys;
DROP TABLE access_keys;
ALTER TABLE access_keys_of_anybody RENAME TO access_keys;
CREATE INDEX access_keys_account ON access_keys (account_id, holder);
CREATE INDEX access_keys_user ON access_keys (user_id);

-- What a role, a user or a group holds; their ids are unlike each other. `policy_id` is set for custom
-- policies and keeps them from being deleted under a holder.
CREATE TABLE attachments (
    holder_id TEXT NOT NULL,
    holder_kind TEXT NOT NULL CHECK (holder_kind IN ('Role', 'User', 'Group')),
    policy_type TEXT NOT NULL CHECK (policy_type IN ('System', 'Custom')),
    policy_name TEXT NOT NULL,
    policy_name_key TEXT NOT NULL,
    policy_id TEXT REFERENCES policies (id),
    attached_at BIGINT NOT NULL,
    PRIMARY KEY (holder_id, policy_type, policy_name_key),
    CHECK ((policy_type = 'Custom') = (policy_id IS NOT NULL))
);
INSERT INTO attachments
    (holder_id, holder_kind, policy_type, policy_name, policy_name_key, policy_id, attached_at)
    SELECT role_id, 'Role', policy_type, policy_name, policy_name_key, policy_id, attached_at
    FROM role_policies;
DROP TABLE role_policies;
CREATE INDEX attachments_policy ON attachments (policy_id);
