-- Sign-ins by password that are under way: each opens nothing but the page of its stage. `password_hash` is
-- that of the password by which it began, and another one since then ends it; `sealed_secret` is of the MFA
-- device that it is about to bind. What has used up its codes stays until it expires, so that they count.
CREATE TABLE sign_ins (
    token_digest TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    stage TEXT NOT NULL CHECK (stage IN ('NewPassword', 'Code', 'Binding')),
    password_hash TEXT NOT NULL,
    sealed_secret TEXT,
    codes_tried BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CHECK ((stage = 'Binding') = (sealed_secret IS NOT NULL))
);
CREATE INDEX sign_ins_user ON sign_ins (user_id);
CREATE INDEX sign_ins_expiry ON sign_ins (expires_at);
