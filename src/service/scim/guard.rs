//! The guard against mass changes: a connector that takes too much away at once is held until an administrator
//! has looked.
//!
//! [`admit`] stands in the transaction of each write that takes something away, before it does. A refusal rolls
//! that transaction back, so that [`note_held`] marks the connector afterwards in one of its own.

use std::time::Duration;

use serde_json::json;

use crate::base::{ScimConnectorId, Timestamp};
use crate::domain::{
    self, Action, Destructive, Event, HeldChange, Kind, MassChange, MassChangeLimits, ScimConnector,
};
use crate::storage::{Conn, mass_change, scim_connector};

use super::super::{Context, Error, Operator};
use super::{ScimClient, connector};

/// When a connector that is held should ask again; nothing passes before an administrator has looked.
pub const RETRY_AFTER: Duration = MassChangeLimits::WINDOW;

/// How long a confirmation is good where nothing is said.
pub const CONFIRMATION: Duration = Duration::from_secs(60 * 60);
const LONGEST_CONFIRMATION: Duration = Duration::from_secs(24 * 60 * 60);

/// How much a connector of this installation may take away.
pub fn limits(ctx: &Context) -> MassChangeLimits {
    ctx.mass_change
}

/// Counts what a request of `client` takes away; in the transaction that does so, and before it does.
///
/// # Errors
/// [`Error::Held`] when it is too much, or what came before it is held still.
pub fn admit(
    conn: &mut Conn,
    limits: MassChangeLimits,
    client: &ScimClient,
    now: Timestamp,
    change: Destructive,
) -> Result<(), Error> {
    if change.is_nothing() || !limits.is_on() {
        return Ok(());
    }
    let id = &client.connector().id;
    scim_connector::lock(conn, id)?;
    let connector = connector::find(conn, id)?;
    if connector.allowed_until.is_some_and(|until| now < until) {
        return Ok(());
    }
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let taken = MassChange { users: number(change.users), memberships: number(change.memberships) };
    let window = mass_change::window(conn, id, now)?;
    if connector.held.is_some() || !limits.admit(&window, change) {
        return Err(Error::Held(MassChange {
            users: window.taken.users.saturating_add(taken.users),
            memberships: window.taken.memberships.saturating_add(taken.memberships),
        }));
    }
    Ok(mass_change::add(conn, id, now, taken, window.all)?)
}

/// Marks the connector as held where `error` is the refusal of [`admit`]; after its transaction was rolled back.
/// Any other error is none of the guard's. The first refusal counts, and the audit log has it once.
///
/// # Errors
/// Failures of the database.
pub fn note_held(ctx: &Context, client: &ScimClient, error: &Error) -> Result<(), Error> {
    let Error::Held(attempted) = error else { return Ok(()) };
    let held = HeldChange { at: ctx.now(), attempted: *attempted };
    let (change, id) = (ctx.change(client.origin()), client.connector().id.clone());
    ctx.store.write(move |conn| {
        scim_connector::lock(conn, &id)?;
        let connector = connector::find(conn, &id)?;
        let is_allowed = connector.allowed_until.is_some_and(|until| change.now < until);
        if connector.held.is_some() || is_allowed {
            return Ok(());
        }
        scim_connector::update_hold(conn, &id, Some(&held), None)?;
        let detail = json!({
            "users": held.attempted.users,
            "memberships": held.attempted.memberships,
            "within_seconds": MassChangeLimits::WINDOW.as_secs(),
        });
        tracing::warn!(connector.id = %id, attempted = %held.attempted, "a mass change is held");
        change.record(conn, &Event::new(Action::ScimMassChangeHeld, &id).with(detail))
    })
}

/// What came of a write that [`admit`] stood in, with the connector marked where it was refused by that.
///
/// # Errors
/// Those of the write; failures of the database.
pub fn settle<T>(ctx: &Context, client: &ScimClient, outcome: Result<T, Error>) -> Result<T, Error> {
    if let Err(error) = &outcome {
        note_held(ctx, client, error)?;
    }
    outcome
}

/// Lets a connector take away whatever it wants from now on for `duration`, and forgets what was counted. It need
/// not be held: a large change can be let pass before it comes.
///
/// # Errors
/// [`Error::Refused`] when there is no such connector, or on a duration that is none or longer than a day.
pub fn confirm(
    ctx: &Context,
    operator: &Operator,
    id: &ScimConnectorId,
    duration: Duration,
) -> Result<ScimConnector, Error> {
    if duration.is_zero() || duration > LONGEST_CONFIRMATION {
        let rule = format_args!("must be 1 to {}", LONGEST_CONFIRMATION.as_secs() / 60);
        return Err(domain::Error::invalid("Minutes", rule).into());
    }
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        scim_connector::lock(conn, &id)?;
        let connector = connector::find(conn, &id)?;
        let until = change.now.plus(duration);
        mass_change::forget(conn, &id)?;
        scim_connector::update_hold(conn, &id, None, Some(until))?;
        let detail = json!({ "until": until.rfc3339(), "was_held": connector.held.is_some() });
        change.record(conn, &Event::new(Action::ScimMassChangeConfirmed, &id).with(detail))?;
        Ok::<_, Error>(ScimConnector { held: None, allowed_until: Some(until), ..connector })
    })
}

/// Ends the hold of a connector without letting anything pass: the next change is judged as any other. Ends a
/// confirmation too.
///
/// # Errors
/// [`Error::Refused`] when there is no such connector, or nothing of it is held or confirmed.
pub fn dismiss(ctx: &Context, operator: &Operator, id: &ScimConnectorId) -> Result<ScimConnector, Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        scim_connector::lock(conn, &id)?;
        let connector = connector::find(conn, &id)?;
        let is_allowed = connector.allowed_until.is_some_and(|until| change.now < until);
        if connector.held.is_none() && !is_allowed {
            let message = "no mass change of this connector is held";
            return Err(
                domain::Error::new(Kind::Conflict, "OperationConflict.SCIMMassChange", message).into()
            );
        }
        scim_connector::update_hold(conn, &id, None, None)?;
        let detail = json!({ "was_held": connector.held.is_some() });
        change.record(conn, &Event::new(Action::ScimMassChangeDismissed, &id).with(detail))?;
        Ok::<_, Error>(ScimConnector { held: None, allowed_until: None, ..connector })
    })
}
