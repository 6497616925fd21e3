-- What comes and goes: credentials and sessions that expire, and one-time values kept until then.

CREATE TABLE temporary_credentials (
    access_key_id TEXT PRIMARY KEY NOT NULL,
    sealed_secret TEXT NOT NULL,
    token_digest TEXT NOT NULL,
    role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    session_name TEXT NOT NULL,
    session_policy TEXT,
    source_identity TEXT,
    issued_to TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX temporary_credentials_role ON temporary_credentials (role_id);
CREATE INDEX temporary_credentials_expiry ON temporary_credentials (expires_at);

CREATE TABLE console_sessions (
    token_digest TEXT PRIMARY KEY NOT NULL,
    role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    session_name TEXT NOT NULL,
    provider_name TEXT NOT NULL,
    issuer TEXT NOT NULL,
    name_id TEXT NOT NULL,
    session_index TEXT,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX console_sessions_role ON console_sessions (role_id);
CREATE INDEX console_sessions_expiry ON console_sessions (expires_at);

CREATE TABLE used_nonces (
    access_key_id TEXT NOT NULL,
    nonce TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (access_key_id, nonce)
) WITHOUT ROWID;
CREATE INDEX used_nonces_expiry ON used_nonces (expires_at);

CREATE TABLE used_assertions (
    issuer TEXT NOT NULL,
    assertion_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, assertion_id)
) WITHOUT ROWID;
CREATE INDEX used_assertions_expiry ON used_assertions (expires_at);
