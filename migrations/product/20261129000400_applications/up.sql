-- SAML service providers that people sign in to through us.

CREATE TABLE applications (
    id TEXT NOT NULL PRIMARY KEY,
    directory_id TEXT NOT NULL REFERENCES directories (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    -- What the service provider calls itself; one application for each.
    entity_id TEXT NOT NULL UNIQUE,
    -- What administrators decided about it, as JSON.
    settings TEXT NOT NULL,
    -- What it says of itself: one md:EntityDescriptor.
    metadata TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- The assignee is a user or a group; its prefix says which.
CREATE TABLE application_assignments (
    application_id TEXT NOT NULL REFERENCES applications (id),
    assignee_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (application_id, assignee_id)
);
CREATE INDEX application_assignments_by_assignee ON application_assignments (assignee_id, application_id);

-- What an application knows a person by, for good. Kept when the person is deleted, so that nobody else is
-- ever given it.
CREATE TABLE persistent_names (
    entity_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (entity_id, user_id)
);

-- What each browser session is signed in to, for single logout: one for a session, an application and the
-- format of the name that the person has there. The id is the assertions' SessionIndex.
CREATE TABLE application_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    application_id TEXT NOT NULL REFERENCES applications (id),
    name_id_format TEXT NOT NULL,
    name_id TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX application_sessions_by_session
    ON application_sessions (session_id, application_id, name_id_format);
CREATE INDEX application_sessions_by_application ON application_sessions (application_id, name_id);
CREATE INDEX application_sessions_by_user ON application_sessions (user_id);
CREATE INDEX application_sessions_by_expiry ON application_sessions (expires_at);

-- IDs of signed messages of service providers: each counts once, and is forgotten when its age alone refuses it.
CREATE TABLE used_message_ids (
    entity_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (entity_id, message_id)
);
CREATE INDEX used_message_ids_by_expiry ON used_message_ids (expires_at);
