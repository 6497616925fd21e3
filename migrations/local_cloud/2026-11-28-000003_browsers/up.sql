-- A browser may have several consoles open at once: each session has an id, which the browser names beside
-- its token, and sessions of roles that were switched to end with the one that they were switched from.
-- The owner of an account has sessions too. `mfa_present` is what `acs:MFAPresent` says.
CREATE TABLE console_sessions_of_browsers (
    id TEXT PRIMARY KEY NOT NULL,
    browser_digest TEXT NOT NULL,
    role_id TEXT REFERENCES roles (id) ON DELETE CASCADE,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    owner_of TEXT REFERENCES accounts (id) ON DELETE CASCADE,
    came_by TEXT NOT NULL CHECK (came_by IN ('RoleSso', 'UserSso', 'Password', 'OwnerPassword', 'RoleSwitch')),
    switched_from TEXT REFERENCES console_sessions_of_browsers (id) ON DELETE CASCADE,
    session_name TEXT NOT NULL,
    source_identity TEXT,
    mfa_present BOOLEAN NOT NULL,
    provider_name TEXT,
    issuer TEXT,
    name_id TEXT,
    name_id_format TEXT,
    session_index TEXT,
    metadata_digest TEXT REFERENCES session_metadata (digest),
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CHECK ((role_id IS NULL) + (user_id IS NULL) + (owner_of IS NULL) = 2),
    CHECK ((came_by IN ('RoleSso', 'RoleSwitch')) = (role_id IS NOT NULL)),
    CHECK ((came_by = 'OwnerPassword') = (owner_of IS NOT NULL)),
    CHECK ((came_by = 'RoleSwitch') = (switched_from IS NOT NULL)),
    CHECK ((came_by = 'RoleSso') = (provider_name IS NOT NULL)),
    CHECK ((came_by IN ('RoleSso', 'UserSso')) = (issuer IS NOT NULL)),
    CHECK ((issuer IS NULL) = (name_id IS NULL))
);
INSERT INTO console_sessions_of_browsers
    (id, browser_digest, role_id, user_id, came_by, session_name, mfa_present, provider_name, issuer, name_id,
     name_id_format, session_index, metadata_digest, started_at, expires_at)
    SELECT 'cs-' || substr(token_digest, 1, 16), token_digest, role_id, user_id, came_by, session_name, FALSE,
     provider_name, issuer, name_id, name_id_format, session_index, metadata_digest, started_at, expires_at
     FROM console_sessions;
DROP TABLE console_sessions;
ALTER TABLE console_sessions_of_browsers RENAME TO console_sessions;
CREATE INDEX console_sessions_browser ON console_sessions (browser_digest);
CREATE INDEX console_sessions_role ON console_sessions (role_id);
CREATE INDEX console_sessions_user ON console_sessions (user_id);
CREATE INDEX console_sessions_owner ON console_sessions (owner_of);
CREATE INDEX console_sessions_switched ON console_sessions (switched_from);
CREATE INDEX console_sessions_expiry ON console_sessions (expires_at);
CREATE INDEX console_sessions_subject ON console_sessions (issuer, name_id);
CREATE INDEX console_sessions_metadata ON console_sessions (metadata_digest);

-- Whether whoever assumed the role had passed a second factor at the sign-in.
ALTER TABLE temporary_credentials ADD COLUMN mfa_present BOOLEAN NOT NULL DEFAULT FALSE;
