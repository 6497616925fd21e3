//! What a browser session is signed in to: one for a session, an application and the format of the name that the
//! person has there.

use crate::base::{ApplicationId, ApplicationSessionId, SessionId, Timestamp, UserId};

/// A session at an application that we opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationSession {
    /// The id; the `SessionIndex` of its assertions.
    pub id: ApplicationSessionId,
    /// The browser session that it was opened from.
    pub session_id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// At which application.
    pub application_id: ApplicationId,
    /// The format of the person's name there, as a URI; empty where they have none.
    pub name_id_format: String,
    /// The person's name there; empty where they have none.
    pub name_id: String,
    /// Since when.
    pub started_at: Timestamp,
    /// Until when, at the latest.
    pub expires_at: Timestamp,
}
