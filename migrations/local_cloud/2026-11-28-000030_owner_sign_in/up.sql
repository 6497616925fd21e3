-- The owner of an account signs in too, by the account's own name. `sealed_password` is the password that
-- the start made up, told again at each start until the owner sets another. `sealed_secret` is of an MFA
-- device, which is asked for once `activated_at` says that codes proved it.
CREATE TABLE owner_logins (
    account_id TEXT PRIMARY KEY NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    password_hash TEXT NOT NULL,
    sealed_password TEXT,
    password_set_at BIGINT NOT NULL,
    failed_attempts BIGINT NOT NULL,
    first_failed_at BIGINT NOT NULL,
    sealed_secret TEXT,
    last_step BIGINT NOT NULL,
    activated_at BIGINT,
    CHECK (activated_at IS NULL OR sealed_secret IS NOT NULL)
);

-- Sign-ins under way are of users or of owners, and know the page that was asked for. Those of before are
-- begun again: they last ten minutes.
DROP TABLE sign_ins;
CREATE TABLE sign_ins (
    token_digest TEXT PRIMARY KEY NOT NULL,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    owner_of TEXT REFERENCES accounts (id) ON DELETE CASCADE,
    stage TEXT NOT NULL CHECK (stage IN ('NewPassword', 'Code', 'Binding')),
    password_hash TEXT NOT NULL,
    sealed_secret TEXT,
    codes_tried BIGINT NOT NULL,
    landing TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    CHECK ((user_id IS NULL) <> (owner_of IS NULL)),
    CHECK (owner_of IS NULL OR stage = 'Code'),
    CHECK ((stage = 'Binding') = (sealed_secret IS NOT NULL))
);
CREATE INDEX sign_ins_user ON sign_ins (user_id);
CREATE INDEX sign_ins_owner ON sign_ins (owner_of);
CREATE INDEX sign_ins_expiry ON sign_ins (expires_at);
