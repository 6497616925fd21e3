//! Sessions: the one place that starts, checks and ends them, whatever way somebody signed in.

use std::sync::Arc;

use crate::base::{Secret, Timestamp};
use crate::crypto::token;
use crate::domain::{Action, Administrator, AuthenticationMethod, Event, PrincipalId, Session, Status, User};
use crate::storage::session::Source;
use crate::storage::{Conn, administrator, application_session, session, user};

use super::context::Change;
use super::{Context, Error, Visit};

/// Who is signed in.
#[derive(Clone, Debug)]
pub enum Principal {
    /// A user of the directory.
    User(Box<User>),
    /// An operator of the product.
    Administrator(Administrator),
}

impl Principal {
    /// The name to greet them by.
    pub fn shown_name(&self) -> &str {
        match self {
            Self::User(user) => user.shown_name(),
            Self::Administrator(administrator) => administrator.user_name.as_str(),
        }
    }
}

/// Proof that a request comes from somebody who is signed in and may be.
#[derive(Clone, Debug)]
pub struct PortalSession {
    session: Session,
    principal: Arc<Principal>,
}

impl PortalSession {
    /// Who is signed in.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }
}

/// A session just started.
pub struct Started {
    /// The token that opens it; for the browser alone.
    pub token: Secret,
    /// Where the person wanted to go.
    pub next: Option<String>,
}

/// The session that this token opens; `None` when there is none, it is over, or its owner may not
/// sign in any more.
///
/// # Errors
/// Failures of the database.
pub fn authenticate(ctx: &Context, token: &str) -> Result<Option<PortalSession>, Error> {
    let digest = token::digest(token);
    let found = ctx.store.read(|conn| match session::find(conn, &digest)? {
        Some(session) => Ok(find_enabled(conn, &session.principal)?.map(|principal| (session, principal))),
        None => Ok::<_, Error>(None),
    })?;
    let now = ctx.now();
    let Some((session, principal)) = found.filter(|(session, _)| session.is_alive(now)) else {
        return Ok(None);
    };
    if session.is_due_for_touch(now) {
        let id = session.id.clone();
        ctx.store.write(move |conn| session::touch(conn, &id, now))?;
    }
    Ok(Some(PortalSession { session, principal: Arc::new(principal) }))
}

/// As [`authenticate`], in a transaction that lets somebody in: until it ends, neither the session nor whose it is
/// changes.
pub(super) fn hold(
    conn: &mut Conn,
    token_digest: &str,
    now: Timestamp,
) -> Result<Option<PortalSession>, Error> {
    let Some(session) = session::find(conn, token_digest)?.filter(|session| session.is_alive(now)) else {
        return Ok(None);
    };
    // First the person, as whoever shuts them out does.
    let principal = match &session.principal {
        PrincipalId::User(id) => enabled(user::find_locked(conn, id)?),
        PrincipalId::Administrator(_) => find_enabled(conn, &session.principal)?,
    };
    let Some(principal) = principal else { return Ok(None) };
    if !session::share(conn, &session.id)? {
        return Ok(None);
    }
    if session.is_due_for_touch(now) {
        session::touch(conn, &session.id, now)?;
    }
    Ok(Some(PortalSession { session, principal: Arc::new(principal) }))
}

/// Ends a session.
///
/// # Errors
/// Failures of the database.
pub fn end(ctx: &Context, visit: &Visit, portal: &PortalSession) -> Result<(), Error> {
    let change = ctx.change(&visit.origin(&portal.session.principal));
    let id = portal.session.id.clone();
    ctx.store.write(move |conn| {
        if session::delete(conn, &id)? {
            change.record(conn, &Event::new(Action::SessionEnded, &id))?;
        }
        Ok(())
    })
}

/// A principal, if they exist and may sign in.
pub(super) fn find_enabled(conn: &mut Conn, principal: &PrincipalId) -> Result<Option<Principal>, Error> {
    Ok(match principal {
        PrincipalId::User(id) => enabled(user::find(conn, id)?),
        PrincipalId::Administrator(id) => administrator::find(conn, id)?
            .filter(|administrator| administrator.status == Status::Enabled)
            .map(Principal::Administrator),
    })
}

fn enabled(user: Option<User>) -> Option<Principal> {
    user.filter(|user| user.spec.status == Status::Enabled).map(|user| Principal::User(Box::new(user)))
}

/// The name that a principal signs in with, if they exist.
pub(super) fn find_name(conn: &mut Conn, principal: &PrincipalId) -> Result<Option<String>, Error> {
    Ok(match principal {
        PrincipalId::User(id) => user::find(conn, id)?.map(|user| user.spec.user_name.to_string()),
        PrincipalId::Administrator(id) => {
            administrator::find(conn, id)?.map(|administrator| administrator.user_name.to_string())
        }
    })
}

/// What a session is started with.
#[derive(Clone)]
pub(super) struct Start {
    pub(super) principal: PrincipalId,
    pub(super) method: AuthenticationMethod,
    pub(super) token_digest: String,
    pub(super) source: Source,
    /// The session that the same browser had before; it ends, so that no old token stays good.
    pub(super) replaces: Option<String>,
}

impl Start {
    pub(super) fn source(visit: &Visit) -> Source {
        Source {
            address: visit.address.to_string(),
            user_agent: visit.user_agent.chars().take(200).collect(),
        }
    }
}

/// Starts a session, inside the transaction that consumed the sign-in.
pub(super) fn start(conn: &mut Conn, change: &Change, start: &Start) -> Result<(), Error> {
    let new = Session {
        id: change.id()?,
        principal: start.principal.clone(),
        method: start.method,
        created_at: change.now,
        last_seen_at: change.now,
    };
    if let Some(old) = start.replaces.as_deref()
        && let Some(old) = session::find(conn, &token::digest(old))?
    {
        session::delete(conn, &old.id)?;
        if old.principal == new.principal {
            application_session::hand_over(conn, &old.id, &new.id)?;
        }
        change.record(conn, &Event::new(Action::SessionEnded, &old.id))?;
    }
    session::insert(conn, &new, &start.token_digest, &start.source)?;
    let detail = serde_json::json!({ "method": new.method.as_str(), "principal": new.principal.as_str() });
    change.record(conn, &Event::new(Action::SessionStarted, &new.id).with(detail))
}
