-- Where the metadata of an application is fetched anew by itself, and what came of it. An application whose metadata
-- an administrator brought as a file has no row here.

CREATE TABLE metadata_sources (
    application_id TEXT NOT NULL PRIMARY KEY REFERENCES applications (id),
    url TEXT NOT NULL,
    -- Certificates of keys one of which must have signed it, as a JSON list of base 64 of DER; empty where https is
    -- all that vouches for it.
    signers TEXT NOT NULL,
    -- Whether what they signed counts without anybody's yes.
    auto_approve_signed BOOLEAN NOT NULL,
    -- Grows with every write but a claim.
    version BIGINT NOT NULL,
    -- By what the peer names what it sent last.
    etag TEXT,
    last_modified TEXT,
    -- When it was last fetched and found to be good.
    refreshed_at BIGINT,
    next_refresh_at BIGINT NOT NULL,
    -- Failures since then, and the last of them.
    failures BIGINT NOT NULL,
    last_error TEXT,
    -- Metadata that waits for an administrator's yes, and since when.
    pending_metadata TEXT,
    pending_at BIGINT,
    -- SHA-256 of the metadata that an administrator said no to.
    dismissed_digest TEXT
);
CREATE INDEX metadata_sources_by_refresh ON metadata_sources (next_refresh_at);
