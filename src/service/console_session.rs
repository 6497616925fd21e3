//! Console sessions: recorded when we open them, listed, and ended before their time. Ending one here stops
//! counting it at once; `console_logout` tells the cloud.

use std::collections::HashMap;

use crate::base::{AccountId, ConsoleSessionId, GroupId, Timestamp, UserId};
use crate::domain::{
    self, Action, ConsoleIdentity, ConsoleSession, ConsoleSessionFilter, EndReason, Event, Grant,
    PrincipalId, SessionEnd,
};
use crate::storage::{Conn, account, assignment, console_session, user, user_provisioning};

use super::context::Change;
use super::{Context, Error, Operator, PortalSession, Visit};

/// Records a session, in the transaction that found its person entitled to it.
pub(super) fn open(conn: &mut Conn, session: &ConsoleSession) -> Result<(), Error> {
    Ok(console_session::insert(conn, session)?)
}

/// The sessions that agree with `filter`, the latest first: at most `limit` after the one with the id
/// `after`, and how many there are in all.
///
/// # Errors
/// Failures of the database.
pub fn list(
    ctx: &Context,
    _operator: &Operator,
    filter: &ConsoleSessionFilter,
    after: Option<&ConsoleSessionId>,
    limit: i64,
) -> Result<(Vec<ConsoleSession>, i64), Error> {
    ctx.store.read(|conn| {
        Ok((console_session::list(conn, filter, after, limit)?, console_session::count(conn, filter)?))
    })
}

/// A session as its person sees it.
pub struct OwnSession {
    /// The session.
    pub session: ConsoleSession,
    /// What the account is called.
    pub account_name: String,
}

/// The living sessions of whoever is signed in, the latest first. Administrators have none.
///
/// # Errors
/// Failures of the database.
pub fn list_own(ctx: &Context, portal: &PortalSession) -> Result<Vec<OwnSession>, Error> {
    let PrincipalId::User(id) = &portal.session().principal else { return Ok(Vec::new()) };
    let filter = of_person(id, ctx.now());
    ctx.store.read(|conn| {
        let found = console_session::list(conn, &filter, None, i64::MAX)?;
        let ids: Vec<&str> = found.iter().map(|one| one.account_id.as_str()).collect();
        let names: HashMap<AccountId, _> = account::list_names(conn, &ids)?;
        let own = found.into_iter().map(|session| OwnSession {
            account_name: names.get(&session.account_id).map(|(name, _)| name.clone()).unwrap_or_default(),
            session,
        });
        Ok(own.collect())
    })
}

/// Whether the cloud ends a console session as soon as it is told to.
pub fn ends_at_once(ctx: &Context) -> bool {
    matches!(ctx.site.session_end, SessionEnd::SingleLogout(_))
}

/// Ends a session, whosesoever it is.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.ConsoleSession` when there is none, or it is over.
pub fn end(ctx: &Context, operator: &Operator, id: &ConsoleSessionId) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| end_one(conn, &change, &id, EndReason::Administrator))?;
    ctx.logouts.ring();
    Ok(())
}

/// Ends every living session that agrees with `filter`; says how many.
///
/// # Errors
/// Failures of the database.
pub fn end_all(ctx: &Context, operator: &Operator, filter: &ConsoleSessionFilter) -> Result<usize, Error> {
    let change = ctx.change(operator.origin());
    let filter = ConsoleSessionFilter { alive_at: Some(change.now), ..filter.clone() };
    let ended = ctx.store.write(move |conn| end_these(conn, &change, &filter, EndReason::Administrator))?;
    ctx.logouts.ring();
    Ok(ended)
}

/// Ends a session of whoever is signed in.
///
/// # Errors
/// [`Error::Refused`] with `EntityNotExists.ConsoleSession` when there is none, it is over, or it is
/// somebody else's.
pub fn end_own(
    ctx: &Context,
    visit: &Visit,
    portal: &PortalSession,
    id: &ConsoleSessionId,
) -> Result<(), Error> {
    let principal = portal.session().principal.clone();
    let (change, id) = (ctx.change(&visit.origin(&principal)), id.clone());
    ctx.store.write(move |conn| {
        let found = console_session::find(conn, &id)?;
        let is_own = found.is_some_and(|found| PrincipalId::User(found.user_id) == principal);
        if !is_own {
            return Err(missing(&id).into());
        }
        end_one(conn, &change, &id, EndReason::Person)
    })?;
    ctx.logouts.ring();
    Ok(())
}

/// Ends every living session of whoever is signed in; says how many.
///
/// # Errors
/// Failures of the database.
pub fn end_all_own(ctx: &Context, visit: &Visit, portal: &PortalSession) -> Result<usize, Error> {
    let PrincipalId::User(id) = &portal.session().principal else { return Ok(0) };
    let (change, filter) = (ctx.change(&visit.origin(id)), of_person(id, ctx.now()));
    let ended = ctx.store.write(move |conn| end_these(conn, &change, &filter, EndReason::Person))?;
    ctx.logouts.ring();
    Ok(ended)
}

/// Ends every living session of a person who may not sign in any more; says how many. Whoever commits rings
/// the bell of logouts.
pub(super) fn end_disabled(conn: &mut Conn, change: &Change, id: &UserId) -> Result<usize, Error> {
    user::lock(conn, id)?;
    end_these(conn, change, &of_person(id, change.now), EndReason::Disabled)
}

/// Ends those living sessions of persons who have left a group by which they could not come in any more.
/// Whoever commits rings the bell of logouts.
pub(super) fn end_unentitled_of(conn: &mut Conn, change: &Change, persons: &[UserId]) -> Result<(), Error> {
    // Whoever is being let in at this moment shares what they left, which therefore waited for them.
    for person in console_session::list_persons_of(conn, persons, change.now)? {
        end_unentitled(conn, change, &of_person(&person, change.now))?;
    }
    Ok(())
}

/// As [`end_unentitled_of`], of everybody who is in a group, directly or not, after it left another.
pub(super) fn end_unentitled_below(conn: &mut Conn, change: &Change, group: &GroupId) -> Result<(), Error> {
    for person in console_session::list_persons_below(conn, group, change.now)? {
        end_unentitled(conn, change, &of_person(&person, change.now))?;
    }
    Ok(())
}

/// Ends those living sessions as `identity` by which their persons could not come in any more, after an
/// assignment or a user provisioning was taken away: in `account`, or wherever. Whoever commits rings the
/// bell of logouts.
pub(super) fn end_unentitled_as(
    conn: &mut Conn,
    change: &Change,
    identity: ConsoleIdentity,
    account: Option<&AccountId>,
) -> Result<(), Error> {
    // Whoever is being let in at this moment shares what was taken away, which therefore waited for them.
    let filter = ConsoleSessionFilter {
        identity: Some(identity),
        account_id: account.cloned(),
        alive_at: Some(change.now),
        ..ConsoleSessionFilter::default()
    };
    end_unentitled(conn, change, &filter)
}

fn end_unentitled(conn: &mut Conn, change: &Change, filter: &ConsoleSessionFilter) -> Result<(), Error> {
    for session in console_session::list(conn, filter, None, i64::MAX)? {
        // What entitles is read under the lock: whoever takes away the other of two rights has seen this one
        // gone, or is seen here.
        console_session::lock(conn, &session.id)?;
        if !is_entitled(conn, &session)? {
            end_living(conn, change, &session.id, EndReason::AccessRemoved)?;
        }
    }
    Ok(())
}

fn is_entitled(conn: &mut Conn, session: &ConsoleSession) -> Result<bool, Error> {
    Ok(match &session.identity {
        ConsoleIdentity::Role(configuration) => {
            let grant = Grant {
                account_id: session.account_id.clone(),
                access_configuration_id: configuration.clone(),
            };
            assignment::is_granted(conn, &session.user_id, &grant)?
        }
        // An account that has left the resource directory is entered by nobody.
        ConsoleIdentity::RamUser => {
            account::find(conn, &session.account_id)?.is_some()
                && user_provisioning::reaches(conn, &session.account_id, &session.user_id)?
        }
    })
}

fn of_person(id: &UserId, now: Timestamp) -> ConsoleSessionFilter {
    ConsoleSessionFilter { user_id: Some(id.clone()), alive_at: Some(now), ..ConsoleSessionFilter::default() }
}

fn end_these(
    conn: &mut Conn,
    change: &Change,
    filter: &ConsoleSessionFilter,
    reason: EndReason,
) -> Result<usize, Error> {
    let mut ended = 0;
    for session in console_session::list(conn, filter, None, i64::MAX)? {
        ended += usize::from(end_living(conn, change, &session.id, reason)?);
    }
    Ok(ended)
}

fn end_one(conn: &mut Conn, change: &Change, id: &ConsoleSessionId, reason: EndReason) -> Result<(), Error> {
    if end_living(conn, change, id, reason)? { Ok(()) } else { Err(missing(id).into()) }
}

/// Ends a session; false when it was over.
fn end_living(
    conn: &mut Conn,
    change: &Change,
    id: &ConsoleSessionId,
    reason: EndReason,
) -> Result<bool, Error> {
    let is_ended = console_session::end(conn, id, reason, change.now)?;
    if is_ended {
        let detail = serde_json::json!({ "reason": reason.as_str() });
        change.record(conn, &Event::new(Action::ConsoleSessionEnded, id).with(detail))?;
    }
    Ok(is_ended)
}

fn missing(id: &ConsoleSessionId) -> domain::Error {
    domain::Error::missing("ConsoleSession", id)
}
