-- The latest messages of each application, and of senders that no application is registered for: for whoever sets one
-- up. No Response is kept, only what it told.

CREATE TABLE saml_exchanges (
    -- Empty where no application is registered for the sender. What an application left goes with it.
    application_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    -- A request that came, or an answer that went.
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    source_address TEXT NOT NULL,
    -- Who was signed in; a user or an administrator. Absent where nobody was.
    principal_id TEXT,
    -- Of the request, also with an answer; empty where nobody asked, or it could not be read.
    message_id TEXT NOT NULL,
    -- Why it was refused; empty where it was not.
    reason TEXT NOT NULL,
    -- A request as it was received: the query, or the field of the form. Empty with an answer.
    message TEXT NOT NULL,
    is_redirect BOOLEAN NOT NULL,
    -- What an answer told, as JSON.
    answer TEXT,
    PRIMARY KEY (application_id, request_id, kind)
);

-- When an application was last answered with an assertion, and last refused something.
CREATE TABLE application_uses (
    application_id TEXT NOT NULL PRIMARY KEY REFERENCES applications (id),
    used_at BIGINT,
    refused_at BIGINT
);
