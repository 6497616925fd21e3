//! What browser sessions leave behind that were ended without a browser: a person is disabled, or gets a new password.
//! Applications that take logouts from server to server are told.

use crate::domain::{Action, Event, LogoutOutcome, LogoutParticipant};
use crate::saml::LogoutReason;
use crate::storage::application_session;
use crate::storage::event::Origin;

use super::super::{Context, Error};
use super::step::tell_server;

/// So many are told in one round.
const AT_ONCE: i64 = 50;

/// Tells applications of sessions that nobody is signed in by any more; gives how many there were. Each is told once: one
/// that cannot be reached goes on until its time is up, which is written down.
///
/// # Errors
/// Failures of the database and of signing.
pub(in super::super) fn tell_orphans(ctx: &Context) -> Result<usize, Error> {
    let orphans = ctx.store.read(|conn| application_session::list_orphans(conn, AT_ONCE))?;
    let found = orphans.len();
    for there in orphans {
        let id = there.id.clone();
        // Of two replicas that find it, the one that takes it tells.
        if !ctx.store.write(move |conn| application_session::delete(conn, &id))? {
            continue;
        }
        let participant = LogoutParticipant {
            session_id: there.id,
            application_id: there.application_id,
            name_id_format: there.name_id_format,
            name_id: there.name_id,
            outcome: LogoutOutcome::Waiting,
            message_id: None,
        };
        let outcome = tell_server(ctx, &participant, LogoutReason::Admin)?;
        let is_over = outcome.is_some_and(LogoutOutcome::is_over);
        let action = if is_over { Action::ApplicationSessionEnded } else { Action::ApplicationLogoutFailed };
        let detail = serde_json::json!({
            "application_id": participant.application_id, "name_id": participant.name_id,
        });
        let event = Event::new(action, &participant.session_id).with(detail);
        let change = ctx.change(&Origin::system(String::new()));
        ctx.store.write(move |conn| change.record(conn, &event))?;
    }
    Ok(found)
}
