-- External identity providers that push users and groups by SCIM, what they authenticate by, and what they did.

-- Whether SCIM is served; while it is, what is synchronised is not changed by hand.
ALTER TABLE directories ADD COLUMN scim_status TEXT NOT NULL DEFAULT 'Disabled';

CREATE TABLE scim_connectors (
    id TEXT NOT NULL PRIMARY KEY,
    directory_id TEXT NOT NULL REFERENCES directories (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    dialect TEXT NOT NULL,
    adoption TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_request_at BIGINT,
    last_write_at BIGINT,
    last_refusal_at BIGINT,
    last_refusal_code TEXT NOT NULL,
    last_refusal_detail TEXT NOT NULL,
    -- Since when a mass change is held, and what was attempted.
    held_at BIGINT,
    held_users BIGINT NOT NULL,
    held_memberships BIGINT NOT NULL,
    -- Until when an administrator lets mass changes pass.
    allowed_until BIGINT
);
CREATE UNIQUE INDEX scim_connectors_by_name ON scim_connectors (name_key);

CREATE TABLE scim_credentials (
    id TEXT NOT NULL PRIMARY KEY,
    connector_id TEXT NOT NULL REFERENCES scim_connectors (id) ON DELETE CASCADE,
    -- SHA-256 of the token.
    token_digest TEXT NOT NULL,
    -- The token's last characters.
    hint TEXT NOT NULL,
    scope TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_used_at BIGINT,
    last_used_from TEXT NOT NULL
);
CREATE UNIQUE INDEX scim_credentials_by_token ON scim_credentials (token_digest);
CREATE INDEX scim_credentials_by_connector ON scim_credentials (connector_id);

-- The latest requests of each connector. Ids of requests sort by age.
CREATE TABLE scim_requests (
    connector_id TEXT NOT NULL REFERENCES scim_connectors (id) ON DELETE CASCADE,
    request_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    credential_id TEXT NOT NULL,
    source_address TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    status BIGINT NOT NULL,
    scim_type TEXT,
    detail TEXT NOT NULL,
    -- JSON.
    understood TEXT NOT NULL,
    body_bytes BIGINT NOT NULL,
    duration_micros BIGINT NOT NULL,
    PRIMARY KEY (connector_id, request_id)
);

-- How much each connector took away in each minute, and how much there was when the minute's first was counted.
CREATE TABLE scim_mass_changes (
    connector_id TEXT NOT NULL REFERENCES scim_connectors (id) ON DELETE CASCADE,
    minute BIGINT NOT NULL,
    users BIGINT NOT NULL,
    memberships BIGINT NOT NULL,
    users_before BIGINT NOT NULL,
    memberships_before BIGINT NOT NULL,
    PRIMARY KEY (connector_id, minute)
);

CREATE INDEX users_by_connector ON users (connector_id) WHERE connector_id IS NOT NULL;
CREATE INDEX groups_by_connector ON groups (connector_id) WHERE connector_id IS NOT NULL;
