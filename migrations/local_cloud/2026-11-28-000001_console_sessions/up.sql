-- Console sessions of RAM users beside those of roles, and what single logout needs to know of them.

-- Metadata by which somebody came in, for as long as a session of theirs lasts: whoever opened a session
-- can end it, also when the account trusts another by then.
CREATE TABLE session_metadata (
    digest TEXT PRIMARY KEY NOT NULL,
    document TEXT NOT NULL
);

-- `came_by` says how. `provider_name` is the SAML provider of a role's session. What an identity provider
-- said of the person is null where nobody did.
CREATE TABLE console_sessions_of_anybody (
    token_digest TEXT PRIMARY KEY NOT NULL,
    role_id TEXT REFERENCES roles (id) ON DELETE CASCADE,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    came_by TEXT NOT NULL CHECK (came_by IN ('RoleSso', 'UserSso', 'Password')),
    session_name TEXT NOT NULL,
    provider_name TEXT,
    issuer TEXT,
    name_id TEXT,
    name_id_format TEXT,
    session_index TEXT,
    metadata_digest TEXT REFERENCES session_metadata (digest),
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CHECK ((role_id IS NULL) <> (user_id IS NULL)),
    CHECK ((came_by = 'RoleSso') = (role_id IS NOT NULL)),
    CHECK ((came_by = 'RoleSso') = (provider_name IS NOT NULL)),
    CHECK ((came_by = 'Password') = (issuer IS NULL)),
    CHECK ((issuer IS NULL) = (name_id IS NULL))
);
INSERT INTO console_sessions_of_anybody
    (token_digest, role_id, came_by, session_name, provider_name, issuer, name_id, session_index,
     started_at, expires_at)
    SELECT token_digest, role_id, 'RoleSso', session_name, provider_name, issuer, name_id, session_index,
     started_at, expires_at FROM console_sessions;
DROP TABLE console_sessions;
ALTER TABLE console_sessions_of_anybody RENAME TO console_sessions;
CREATE INDEX console_sessions_role ON console_sessions (role_id);
CREATE INDEX console_sessions_user ON console_sessions (user_id);
CREATE INDEX console_sessions_expiry ON console_sessions (expires_at);
CREATE INDEX console_sessions_subject ON console_sessions (issuer, name_id);
CREATE INDEX console_sessions_metadata ON console_sessions (metadata_digest);

-- Logouts that still count: an assertion of theirs that was made before and comes late opens nothing.
-- `session_index` is empty where all sessions of the name were meant; `key_digest` is of the certificate
-- that the request was verified with, so that nobody ends what another signed.
CREATE TABLE logouts (
    issuer TEXT NOT NULL,
    name_id TEXT NOT NULL,
    session_index TEXT NOT NULL,
    key_digest TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, name_id, session_index, key_digest, issued_at)
) WITHOUT ROWID;
CREATE INDEX logouts_expiry ON logouts (expires_at);
