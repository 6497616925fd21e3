-- Issuers of tokens that an account trusts. `client_ids` and `fingerprints` are lists with commas
-- between, as the API has them.

CREATE TABLE oidc_providers (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    issuer_url TEXT NOT NULL,
    client_ids TEXT NOT NULL,
    fingerprints TEXT NOT NULL,
    issuance_limit_hours BIGINT NOT NULL CHECK (issuance_limit_hours BETWEEN 1 AND 168),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX oidc_providers_name ON oidc_providers (account_id, name_key);
CREATE UNIQUE INDEX oidc_providers_issuer ON oidc_providers (account_id, issuer_url);
