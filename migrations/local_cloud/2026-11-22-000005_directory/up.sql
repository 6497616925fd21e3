-- The resource directory grows: who belongs to it, what holds in it, and who may join or act for it.

-- An account outside of the directory keeps the root as its folder until it joins. `joined_at` is set
-- for an account that was invited; one that was created there joined when it was made.
ALTER TABLE accounts ADD COLUMN is_member BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE accounts ADD COLUMN joined_at BIGINT;
ALTER TABLE accounts ADD COLUMN payer_account_id TEXT;

ALTER TABLE resource_directories ADD COLUMN control_policy_enabled BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE resource_directories ADD COLUMN member_deletion_enabled BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE resource_directories ADD COLUMN display_name_sync_enabled BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE control_policies (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- `policy_id` is that of a row above or of a system control policy, which the program knows;
-- `target_id` is a folder or a member. Whoever deletes either deletes its attachments.
CREATE TABLE control_policy_attachments (
    policy_id TEXT NOT NULL,
    target_id TEXT NOT NULL,
    attached_at BIGINT NOT NULL,
    PRIMARY KEY (target_id, policy_id)
) WITHOUT ROWID;
CREATE INDEX control_policy_attachments_policy ON control_policy_attachments (policy_id);

-- Every folder and member begins with the policy that allows everything.
INSERT INTO control_policy_attachments (policy_id, target_id, attached_at)
SELECT 'FullAliyunAccess', id, created_at FROM folders;
INSERT INTO control_policy_attachments (policy_id, target_id, attached_at)
SELECT 'FullAliyunAccess', id, created_at FROM accounts WHERE kind <> 'Management';

CREATE TABLE handshakes (
    id TEXT PRIMARY KEY NOT NULL,
    target_entity TEXT NOT NULL,
    target_type TEXT NOT NULL CHECK (target_type IN ('Account', 'Email')),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    note TEXT NOT NULL,
    parent_folder_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('Pending', 'Accepted', 'Cancelled', 'Declined')),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX handshakes_account ON handshakes (account_id);

CREATE TABLE delegated_administrators (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    service TEXT NOT NULL,
    delegated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, service)
) WITHOUT ROWID;

-- The check before a member's deletion, and the deletion itself once it is done.
CREATE TABLE account_deletions (
    account_id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id),
    checked_at BIGINT NOT NULL,
    deleted_at BIGINT
);
