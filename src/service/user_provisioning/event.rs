//! Events as administrators see them: listed, tried again, given up.

use crate::base::{UserProvisioningEventId, UserProvisioningId};
use crate::domain::{
    self, Action, DuplicationStrategy, Event, EventSource, TaskKind, UserProvisioningEvent, UserSsoStatus,
};
use crate::storage::{Conn, task, user_provisioning, user_provisioning_event, user_sso};

use super::super::{Context, Error, Operator};
use super::follow::{self, Turn};

/// The event with this id.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.UserProvisioningEvent`: there was none, or it is done.
pub fn load_event(
    ctx: &Context,
    _operator: &Operator,
    id: &UserProvisioningEventId,
) -> Result<UserProvisioningEvent, Error> {
    ctx.store.read(|conn| existing(conn, id))
}

/// The events of a user provisioning, of all where none is named, oldest first: at most `limit` after the
/// one with the id `after`, and how many there are in all.
///
/// # Errors
/// Failures of the database.
pub fn list_events(
    ctx: &Context,
    _operator: &Operator,
    of: Option<&UserProvisioningId>,
    after: Option<&UserProvisioningEventId>,
    limit: i64,
) -> Result<(Vec<UserProvisioningEvent>, i64), Error> {
    ctx.store.read(|conn| {
        Ok((
            user_provisioning_event::list(conn, of, after, limit)?,
            user_provisioning_event::count(conn, of)?,
        ))
    })
}

/// Tries an event again by this strategy.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.UserProvisioningEvent`.
pub fn retry_event(
    ctx: &Context,
    operator: &Operator,
    id: &UserProvisioningEventId,
    strategy: DuplicationStrategy,
) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let event = existing(conn, &id)?;
        user_provisioning_event::set_duplication(conn, &id, strategy, change.now)?;
        follow::ask(conn, &change, (&event.account_id, &event.user_id), Turn::First)?;
        let sso = user_sso::find(conn, &event.account_id)?;
        if sso.is_none_or(|sso| sso.status != UserSsoStatus::Ready) {
            follow::ask_user_sso(conn, &change, &event.account_id)?;
        }
        let detail = serde_json::json!({ "duplication_strategy": strategy.as_str() });
        change.record(conn, &Event::new(Action::UserProvisioningEventRetried, &id).with(detail))
    })?;
    ctx.work.ring();
    Ok(())
}

/// Gives an event up. Whoever it was to provision is not; a RAM user that it was to take away is let go, and
/// is the account's own from then on.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.UserProvisioningEvent`, also when it is another provisioning's.
pub fn delete_event(
    ctx: &Context,
    operator: &Operator,
    provisioning: &UserProvisioningId,
    id: &UserProvisioningEventId,
) -> Result<(), Error> {
    let (change, provisioning, id) = (ctx.change(operator.origin()), provisioning.clone(), id.clone());
    ctx.store.write(move |conn| {
        user_provisioning::lock(conn, &provisioning)?;
        let event = existing(conn, &id)?;
        if event.user_provisioning_id != provisioning {
            return Err(missing(&id).into());
        }
        user_provisioning_event::delete(conn, &id)?;
        let place = (&event.account_id, &event.user_id);
        match event.source {
            EventSource::StartProvisioning | EventSource::AddUserToGroup => {
                let reason = "its event was deleted by an administrator";
                task::cancel_waiting(conn, TaskKind::ProvisionUser, place, reason, change.now)?;
            }
            EventSource::DeleteProvisioning
            | EventSource::RemoveUserFromGroup
            | EventSource::UserProvisioningDeletionClearing => {
                follow::ask(conn, &change, place, Turn::Usual)?;
            }
        }
        let detail = serde_json::json!({
            "user_provisioning_id": provisioning,
            "user_id": event.user_id,
            "source": event.source.as_str(),
            "error": event.error,
        });
        change.record(conn, &Event::new(Action::UserProvisioningEventDeleted, &id).with(detail))?;
        follow::clear(conn, &change, &provisioning, &event.account_id)
    })?;
    ctx.work.ring();
    Ok(())
}

fn existing(conn: &mut Conn, id: &UserProvisioningEventId) -> Result<UserProvisioningEvent, Error> {
    Ok(user_provisioning_event::find(conn, id)?.ok_or_else(|| missing(id))?)
}

fn missing(id: &UserProvisioningEventId) -> domain::Error {
    domain::Error::missing("UserProvisioningEvent", id)
}
