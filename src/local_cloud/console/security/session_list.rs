//! The consoles that somebody has open in an account, in whatever browser.

use crate::base::Timestamp;
use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Desk, Done, Visit};
use super::super::session;

/// One of them.
pub(super) struct OpenSession {
    pub(super) id: String,
    pub(super) came_by: &'static str,
    pub(super) mfa_present: bool,
    pub(super) started_at: Timestamp,
    pub(super) expires_at: Timestamp,
    /// Whether the page is of this one.
    pub(super) is_this: bool,
    /// Whether this browser has it open beside this one.
    pub(super) is_of_this_browser: bool,
}

pub(super) fn list(desk: &Desk<'_>) -> Result<Vec<OpenSession>, Refusal> {
    let this = &desk.session().row;
    let rows = session::of_same_holder(desk.cloud(), desk.session())?.into_iter();
    let sessions = rows.map(|row| OpenSession {
        came_by: match row.came_by.as_str() {
            "UserSso" => "User SSO",
            _ => "Password",
        },
        mfa_present: row.mfa_present,
        started_at: Timestamp::from_millis(row.started_at),
        expires_at: Timestamp::from_millis(row.expires_at),
        is_this: row.id == this.id,
        is_of_this_browser: row.browser_digest == this.browser_digest,
        id: row.id,
    });
    Ok(sessions.collect())
}

pub(super) fn end(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    if session::end_of_same_holder(desk.cloud(), desk.session(), visit.given("session"))? {
        return Ok(Done::Here);
    }
    Err(Refusal::State {
        code: "SessionOver",
        reason: "That session is over already, or is not one of yours.",
    })
}
