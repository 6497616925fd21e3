-- The common subset of SQLite and PostgreSQL: ids are TEXT, moments are milliseconds in BIGINT,
-- a folded key stands beside each name that is unique whatever its case.

CREATE TABLE directories (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE administrators (
    id TEXT NOT NULL PRIMARY KEY,
    user_name TEXT NOT NULL,
    user_name_key TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    directory_id TEXT NOT NULL REFERENCES directories (id),
    user_name TEXT NOT NULL,
    user_name_key TEXT NOT NULL,
    display_name TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT,
    email_key TEXT,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    provision_type TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_by_name ON users (directory_id, user_name_key);
CREATE UNIQUE INDEX users_by_email ON users (directory_id, email_key) WHERE email_key IS NOT NULL;

CREATE TABLE groups (
    id TEXT NOT NULL PRIMARY KEY,
    directory_id TEXT NOT NULL REFERENCES directories (id),
    group_name TEXT NOT NULL,
    group_name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    provision_type TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX groups_by_name ON groups (directory_id, group_name_key);

CREATE TABLE memberships (
    group_id TEXT NOT NULL REFERENCES groups (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id, group_id);

-- What somebody signs in with. The principal is a user or an administrator; its prefix says which.
CREATE TABLE passwords (
    principal_id TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    must_change BOOLEAN NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE mfa_devices (
    id TEXT NOT NULL PRIMARY KEY,
    principal_id TEXT NOT NULL,
    name TEXT NOT NULL,
    sealed_secret TEXT NOT NULL,
    -- The time step of the last code accepted: no code of this step or an earlier one is accepted again.
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX mfa_devices_by_principal ON mfa_devices (principal_id);

CREATE TABLE sign_ins (
    id TEXT NOT NULL PRIMARY KEY,
    token_digest TEXT NOT NULL UNIQUE,
    principal_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    sealed_totp_secret TEXT,
    attempts BIGINT NOT NULL,
    next TEXT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_ins_by_expiry ON sign_ins (expires_at);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    token_digest TEXT NOT NULL UNIQUE,
    principal_id TEXT NOT NULL,
    method TEXT NOT NULL,
    source_address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_principal ON sessions (principal_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE failure_counters (
    key TEXT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX failure_counters_by_expiry ON failure_counters (expires_at);

CREATE TABLE folders (
    id TEXT NOT NULL PRIMARY KEY,
    parent_id TEXT REFERENCES folders (id),
    name TEXT NOT NULL
);

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    folder_id TEXT NOT NULL REFERENCES folders (id),
    kind TEXT NOT NULL
);

CREATE TABLE access_configurations (
    id TEXT NOT NULL PRIMARY KEY,
    directory_id TEXT NOT NULL REFERENCES directories (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    session_seconds BIGINT NOT NULL,
    relay_state TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX access_configurations_by_name ON access_configurations (directory_id, name_key);

CREATE TABLE permission_policies (
    access_configuration_id TEXT NOT NULL REFERENCES access_configurations (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    document TEXT,
    PRIMARY KEY (access_configuration_id, kind, name)
);

CREATE TABLE access_assignments (
    access_configuration_id TEXT NOT NULL REFERENCES access_configurations (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    assignee_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (access_configuration_id, account_id, assignee_id)
);
CREATE INDEX access_assignments_by_assignee ON access_assignments (assignee_id, account_id);

CREATE TABLE provisionings (
    access_configuration_id TEXT NOT NULL REFERENCES access_configurations (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    status TEXT NOT NULL,
    revision BIGINT NOT NULL,
    trust_digest TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (access_configuration_id, account_id)
);

CREATE TABLE tasks (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    access_configuration_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    assignee_id TEXT,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    failure_reason TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX tasks_due ON tasks (next_at, account_id) WHERE status = 'InProgress';

-- One worker at a time works in an account. The fence grows with each claim, and every local write
-- of a worker names it, so that a worker that slept through its lease changes nothing.
CREATE TABLE account_leases (
    account_id TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    fence BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);

CREATE TABLE signing_keys (
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    sealed_private_key TEXT NOT NULL,
    certificate TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- One key signs at a time, also when two replicas make the first one at the same moment.
CREATE UNIQUE INDEX signing_keys_active ON signing_keys (state) WHERE state = 'Active';

CREATE TABLE events (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT NOT NULL,
    request_id TEXT NOT NULL,
    source_address TEXT NOT NULL
);
CREATE INDEX events_by_target ON events (target, id);
CREATE INDEX events_by_actor ON events (actor, id);
