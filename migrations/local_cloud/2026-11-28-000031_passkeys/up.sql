-- Passkeys stand for a login profile beside its password, and go with it: whoever administers the account
-- takes them from a user by making the profile anew. `id` is the credential's.
CREATE TABLE passkeys (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES login_profiles (user_id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    document TEXT NOT NULL,
    counter BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX passkeys_user ON passkeys (user_id);

-- What an answer is held against, once: of a sign-in under way (`holder` is its token's digest) or of a
-- console session that makes a passkey (its id).
CREATE TABLE passkey_challenges (
    holder TEXT PRIMARY KEY NOT NULL,
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX passkey_challenges_expiry ON passkey_challenges (expires_at);

-- From where users signed in by password in the last 30 days: elsewhere is unusual.
CREATE TABLE sign_in_places (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, source)
) WITHOUT ROWID;
CREATE INDEX sign_in_places_age ON sign_in_places (seen_at);
