//! The end of browser sessions, with everything that they are signed in to.

use std::collections::BTreeSet;

use crate::base::{ApplicationSessionId, SessionId, UserId};
use crate::domain::{
    Action, ApplicationSession, Event, LogoutInitiator, LogoutOutcome, LogoutParticipant, SingleLogout,
};
use crate::storage::{Conn, application_session, session, single_logout};

use super::super::Error;
use super::super::context::Change;

/// Ends these browser sessions; gives the applications that are to be told of it, which are all but `known`.
pub(super) fn end(
    conn: &mut Conn,
    change: &Change,
    sessions: &[SessionId],
    known: &[ApplicationSessionId],
) -> Result<Vec<LogoutParticipant>, Error> {
    let mut participants = Vec::new();
    for id in sessions {
        for there in application_session::list_of_session(conn, id)? {
            application_session::delete(conn, &there.id)?;
            let detail =
                serde_json::json!({ "application_id": there.application_id, "name_id": there.name_id });
            change.record(conn, &Event::new(Action::ApplicationSessionEnded, &there.id).with(detail))?;
            if !known.contains(&there.id) {
                participants.push(participant(there));
            }
        }
        if session::delete(conn, id)? {
            change.record(conn, &Event::new(Action::SessionEnded, id))?;
        }
    }
    Ok(participants)
}

/// Notes who is to be told, and who asked.
pub(super) fn note(
    conn: &mut Conn,
    change: &Change,
    user: &UserId,
    initiator: Option<LogoutInitiator>,
    participants: &[LogoutParticipant],
) -> Result<SingleLogout, Error> {
    let logout = SingleLogout {
        id: change.id()?,
        user_id: user.clone(),
        initiator,
        expires_at: change.now.plus(SingleLogout::KEPT),
    };
    single_logout::insert(conn, &logout, participants)?;
    let detail = serde_json::json!({
        "user_id": user,
        "asked_by": logout.initiator.as_ref().map(|initiator| &initiator.application_id),
        "applications": participants.len(),
    });
    change.record(conn, &Event::new(Action::SingleLogoutBegun, &logout.id).with(detail))?;
    Ok(logout)
}

/// The browser sessions that these were opened from, each once.
pub(super) fn browser_sessions(there: &[ApplicationSession]) -> Vec<SessionId> {
    there.iter().map(|there| there.session_id.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

fn participant(there: ApplicationSession) -> LogoutParticipant {
    LogoutParticipant {
        session_id: there.id,
        application_id: there.application_id,
        name_id_format: there.name_id_format,
        name_id: there.name_id,
        outcome: LogoutOutcome::Waiting,
        message_id: None,
    }
}
