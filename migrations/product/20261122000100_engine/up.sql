-- Assignments on folders, tasks of folders, removal, and the comparison of accounts with what they
-- should have.

CREATE TABLE resource_directories (
    id TEXT NOT NULL PRIMARY KEY,
    root_folder_id TEXT NOT NULL REFERENCES folders (id)
);

-- When an account left the resource directory. Nobody enters it from then on.
ALTER TABLE accounts ADD COLUMN left_at BIGINT;

-- Which targets of an assignment reach an account: the account itself, and every folder it lies in.
CREATE TABLE account_targets (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    target_id TEXT NOT NULL,
    PRIMARY KEY (account_id, target_id)
);
CREATE INDEX account_targets_by_target ON account_targets (target_id, account_id);
INSERT INTO account_targets (account_id, target_id) SELECT id, id FROM accounts;
INSERT INTO account_targets (account_id, target_id)
WITH RECURSIVE above (account_id, folder_id) AS (
    SELECT accounts.id, accounts.folder_id FROM accounts
    UNION
    SELECT above.account_id, folders.parent_id
    FROM above JOIN folders ON folders.id = above.folder_id
    WHERE folders.parent_id IS NOT NULL
)
SELECT account_id, folder_id FROM above;

-- The target is an account or a folder; its prefix says which.
CREATE TABLE assignments_on_targets (
    access_configuration_id TEXT NOT NULL REFERENCES access_configurations (id),
    target_id TEXT NOT NULL,
    assignee_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (access_configuration_id, target_id, assignee_id)
);
INSERT INTO assignments_on_targets (access_configuration_id, target_id, assignee_id, created_at)
SELECT access_configuration_id, account_id, assignee_id, created_at FROM access_assignments;
DROP TABLE access_assignments;
ALTER TABLE assignments_on_targets RENAME TO access_assignments;
CREATE INDEX access_assignments_by_assignee ON access_assignments (assignee_id, target_id);
CREATE INDEX access_assignments_by_target ON access_assignments (target_id, access_configuration_id);

CREATE TABLE tasks_on_targets (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    -- Absent where a whole account is compared or repaired.
    access_configuration_id TEXT,
    target_id TEXT NOT NULL,
    -- The account that a worker works in. Absent where the target is a folder: that task ends with
    -- the last of its parts, which name it as their parent.
    account_id TEXT,
    parent_id TEXT,
    assignee_id TEXT,
    -- Whether removing the last assignment takes the role away too.
    deprovisions BOOLEAN NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    -- Since when the present attempt is under way.
    started_at BIGINT,
    failure_reason TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
INSERT INTO tasks_on_targets (
    id, kind, status, access_configuration_id, target_id, account_id, assignee_id, deprovisions, attempts,
    next_at, failure_reason, created_at, ended_at
)
SELECT id, kind, status, access_configuration_id, account_id, account_id, assignee_id, FALSE, attempts,
    next_at, failure_reason, created_at, ended_at
FROM tasks;
DROP TABLE tasks;
ALTER TABLE tasks_on_targets RENAME TO tasks;
CREATE INDEX tasks_due ON tasks (next_at, account_id) WHERE status = 'InProgress' AND account_id IS NOT NULL;
CREATE INDEX tasks_in_progress ON tasks (account_id, id) WHERE status = 'InProgress';
CREATE INDEX tasks_by_parent ON tasks (parent_id, status) WHERE parent_id IS NOT NULL;
CREATE INDEX tasks_by_configuration ON tasks (access_configuration_id, id);
CREATE INDEX tasks_by_target ON tasks (target_id, id);
CREATE INDEX tasks_by_creation ON tasks (created_at, id);
-- One comparison and one repair of an account at a time.
CREATE UNIQUE INDEX tasks_of_accounts ON tasks (account_id, kind)
    WHERE status = 'InProgress' AND access_configuration_id IS NULL;

CREATE INDEX provisionings_by_account ON provisionings (account_id, access_configuration_id);

-- When an account was last compared with what it should have, and what differed.
CREATE TABLE drift_reports (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
    compared_at BIGINT NOT NULL
);
CREATE TABLE drift_differences (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    object_kind TEXT NOT NULL,
    object_name TEXT NOT NULL,
    part TEXT NOT NULL,
    finding TEXT NOT NULL,
    access_configuration_id TEXT,
    PRIMARY KEY (account_id, object_kind, object_name, part)
);
