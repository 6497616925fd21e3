-- Tags of whatever an account or the resource directory holds. `account_id` is whose tags they are;
-- `resource_type` is the word of the API (role, policy, user, Account, Folder, …) and `resource_id` the
-- id under which the store keeps the resource. Whoever deletes a resource deletes its tags.

CREATE TABLE tags (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    tag_key TEXT NOT NULL,
    tag_value TEXT NOT NULL,
    PRIMARY KEY (account_id, resource_type, resource_id, tag_key)
) WITHOUT ROWID;
