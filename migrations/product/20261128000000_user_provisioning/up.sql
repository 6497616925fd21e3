-- RAM users that are kept for persons, user SSO of their accounts, and the console sessions that we open.

CREATE TABLE user_provisionings (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- A user or a group; its prefix says which.
    assignee_id TEXT NOT NULL,
    description TEXT NOT NULL,
    duplication_strategy TEXT NOT NULL,
    deletion_strategy TEXT NOT NULL,
    -- Disabled while it is being deleted: it reaches nobody any more, and goes with its last event.
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX user_provisionings_by_account ON user_provisionings (account_id, assignee_id);
CREATE INDEX user_provisionings_by_assignee ON user_provisionings (assignee_id, account_id);

-- What is still to be done for one person, or failed. Gone when it is done; at most one for a person of a
-- provisioning, the latest.
CREATE TABLE user_provisioning_events (
    id TEXT NOT NULL PRIMARY KEY,
    user_provisioning_id TEXT NOT NULL REFERENCES user_provisionings (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    user_id TEXT NOT NULL,
    source TEXT NOT NULL,
    duplication_strategy TEXT NOT NULL,
    deletion_strategy TEXT NOT NULL,
    error_count BIGINT NOT NULL,
    error TEXT NOT NULL,
    tried_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX user_provisioning_events_by_user ON user_provisioning_events (user_provisioning_id, user_id);
CREATE INDEX user_provisioning_events_by_account ON user_provisioning_events (account_id, user_id);
CREATE INDEX user_provisioning_events_of_user ON user_provisioning_events (user_id);

-- The RAM user of a person in an account, as we know it. It outlives the person until the account's is gone.
CREATE TABLE provisioned_users (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    user_id TEXT NOT NULL,
    ram_user_name TEXT NOT NULL,
    ram_user_name_key TEXT NOT NULL,
    principal_name TEXT NOT NULL,
    status TEXT NOT NULL,
    -- What it had when it was taken over, as JSON; absent for one that we made.
    taken_over TEXT,
    has_permissions BOOLEAN NOT NULL,
    looked_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, user_id)
);
CREATE UNIQUE INDEX provisioned_users_by_name ON provisioned_users (account_id, ram_user_name_key);
CREATE INDEX provisioned_users_by_user ON provisioned_users (user_id, account_id);

-- Accounts whose user SSO we set, and what they had before.
CREATE TABLE account_user_sso (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
    status TEXT NOT NULL,
    -- What ties it to this installation; another one now means that it is behind.
    trust_digest TEXT NOT NULL,
    -- A hash of the metadata that we wrote, by which we know it again.
    metadata_digest TEXT NOT NULL,
    -- How long a console session may last there, in hours.
    session_hours BIGINT NOT NULL,
    -- The account's own settings, as JSON.
    previous TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE user_provisioning_configurations (
    directory_id TEXT NOT NULL PRIMARY KEY REFERENCES directories (id),
    session_hours BIGINT NOT NULL,
    landing_page TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE console_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- The role that was entered; absent for a RAM user.
    access_configuration_id TEXT,
    -- How the console calls whoever came in: a role's name, or a RAM user's principal name.
    identity TEXT NOT NULL,
    -- What the assertion called the person.
    name_id TEXT NOT NULL,
    method TEXT NOT NULL,
    source_address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    end_reason TEXT,
    -- When the cloud is to be told of the end; absent when there is nothing to tell.
    logout_due_at BIGINT,
    logout_attempts BIGINT NOT NULL,
    logout_error TEXT NOT NULL
);
CREATE INDEX console_sessions_by_user ON console_sessions (user_id, started_at);
CREATE INDEX console_sessions_by_account ON console_sessions (account_id, started_at);
CREATE INDEX console_sessions_by_start ON console_sessions (started_at, id);
CREATE INDEX console_sessions_by_expiry ON console_sessions (expires_at);
CREATE INDEX console_sessions_to_tell ON console_sessions (logout_due_at) WHERE logout_due_at IS NOT NULL;

-- From when on sessions of a role are good, for clouds that know no logout; as long as an older one could live.
CREATE TABLE role_cutoffs (
    access_configuration_id TEXT NOT NULL REFERENCES access_configurations (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    denied_before BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (access_configuration_id, account_id)
);

-- One comparison and one repair of an account at a time; of other kinds a later one may have to follow.
DROP INDEX tasks_of_accounts;
CREATE UNIQUE INDEX tasks_of_accounts ON tasks (account_id, kind)
    WHERE status = 'InProgress' AND kind IN ('DetectDrift', 'RepairDrift');
CREATE INDEX tasks_for_persons ON tasks (account_id, assignee_id)
    WHERE status = 'InProgress' AND assignee_id IS NOT NULL;
