-- Logouts that lead a browser from application to application. The sessions are ended when one begins; what is kept
-- is who is to be told, and what came of it.

CREATE TABLE single_logouts (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    -- The application that asked for it, its request, what it wants back and how; absent where the person did.
    application_id TEXT,
    request_id TEXT,
    relay_state TEXT NOT NULL,
    answer_by TEXT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX single_logouts_by_expiry ON single_logouts (expires_at);

CREATE TABLE single_logout_participants (
    single_logout_id TEXT NOT NULL REFERENCES single_logouts (id),
    -- The session there; also the SessionIndex.
    application_session_id TEXT NOT NULL,
    application_id TEXT NOT NULL,
    name_id_format TEXT NOT NULL,
    name_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    -- What the application was sent, which its answer names.
    message_id TEXT UNIQUE,
    PRIMARY KEY (single_logout_id, application_session_id)
);
