//! Logon to an account's console: from what somebody is entitled to, to a signed Response that opens it.
//!
//! There is one way to a Response, [`issue`], and it asks for an [`Entitlement`], which only the checks in
//! `role_sso` and `ram_user_sso` can make.

use std::time::Duration;

use crate::base::{AccountId, Timestamp};
use crate::domain::{
    self, Account, Action, AuthenticationMethod, CloudSite, ConsoleIdentity, ConsoleSession, Event, Kind,
    RoleSession, User,
};
use crate::saml::{Assertion, Attribute, AuthnContext, MessageId, NameId, NameIdFormat, Response};
use crate::storage::{Conn, user as users};

use super::context::Change;
use super::session::find_enabled;
use super::{Context, Error, PortalSession, Principal, Visit, console_session};

/// From before the moment of issue, for consoles whose clock is behind.
const NOT_BEFORE: Duration = Duration::from_secs(60);
/// The Response is posted at once; five minutes leave room for clocks and slow networks.
pub(super) const LIFETIME: Duration = Duration::from_secs(300);

/// Proof that a user who is signed in may enter an account at this moment, as a role or as their RAM user,
/// and that the account is ready for it. Its session is recorded.
pub struct Entitlement {
    account: Account,
    session: ConsoleSession,
    /// The role that the console is to open; `None` for a RAM user.
    role: Option<RoleSession>,
    /// What the page calls it.
    shown_identity: String,
    authenticated_at: Timestamp,
    relay_state: String,
}

/// A Response to be posted by the browser.
pub struct ConsoleLogon {
    /// Where to.
    pub acs_url: String,
    /// The field `SAMLResponse`.
    pub saml_response: String,
    /// The field `RelayState`; empty for the console's home.
    pub relay_state: String,
    /// The account's name, for the page.
    pub account_name: String,
    /// What the person is there, for the page: a role, or a RAM user.
    pub identity_name: String,
}

/// What somebody was found to be entitled to.
pub(super) struct Entry {
    pub(super) account: Account,
    pub(super) identity: ConsoleIdentity,
    /// How the console will call them.
    pub(super) identity_name: String,
    /// The assertion's `NameID`.
    pub(super) name_id: String,
    pub(super) role: Option<RoleSession>,
    pub(super) shown_identity: String,
    pub(super) relay_state: String,
    /// How long the session lasts at most.
    pub(super) lasts: Duration,
}

/// An attempt to enter, as the audit log will tell of it.
#[derive(Clone)]
pub(super) struct Attempt {
    pub(super) account: AccountId,
    pub(super) issued: Action,
    pub(super) refused: Action,
    pub(super) detail: serde_json::Value,
}

/// Lets somebody enter if `check` finds them entitled, and records the answer. The check runs in one
/// transaction with the record: it holds the person as they are, and has to hold what entitles them.
pub(super) fn decide(
    ctx: &Context,
    visit: &Visit,
    portal: &PortalSession,
    attempt: &Attempt,
    check: impl Fn(&mut Conn, &User) -> Result<Entry, Error> + Send + 'static,
) -> Result<Entitlement, Error> {
    let change = ctx.change(&visit.origin(&portal.session().principal));
    let checked = ctx.store.write({
        let (change, portal, visit, attempt) =
            (change.clone(), portal.clone(), visit.clone(), attempt.clone());
        move |conn| {
            // Read again inside the transaction: they may have been disabled since the request came in.
            if let Principal::User(user) = portal.principal() {
                users::lock(conn, &user.id)?;
            }
            let Some(Principal::User(user)) = find_enabled(conn, &portal.session().principal)? else {
                return Err(denied());
            };
            let entry = check(conn, &user)?;
            enter(conn, &change, (&visit, &portal, &attempt), &user, entry)
        }
    });
    if let Err(Error::Refused(refusal)) = &checked {
        let mut detail = attempt.detail.clone();
        if let Some(detail) = detail.as_object_mut() {
            detail.insert("reason".to_owned(), refusal.code.clone().into());
        }
        let event = Event::new(attempt.refused, &attempt.account).with(detail);
        ctx.store.write(move |conn| change.record(conn, &event))?;
    }
    checked
}

fn enter(
    conn: &mut Conn,
    change: &Change,
    (visit, portal, attempt): (&Visit, &PortalSession, &Attempt),
    user: &User,
    entry: Entry,
) -> Result<Entitlement, Error> {
    let session = ConsoleSession {
        id: change.id()?,
        user_id: user.id.clone(),
        account_id: entry.account.id.clone(),
        identity: entry.identity,
        identity_name: entry.identity_name,
        name_id: entry.name_id,
        method: portal.session().method,
        source_address: visit.address.to_string(),
        user_agent: visit.user_agent.chars().take(200).collect(),
        started_at: change.now,
        expires_at: change.now.plus(entry.lasts),
        ended: None,
        is_logout_due: false,
        logout_attempts: 0,
        logout_error: String::new(),
    };
    console_session::open(conn, &session)?;
    let mut detail = attempt.detail.clone();
    if let Some(detail) = detail.as_object_mut() {
        detail.insert("console_session_id".to_owned(), session.id.as_str().into());
    }
    change.record(conn, &Event::new(attempt.issued, &attempt.account).with(detail))?;
    Ok(Entitlement {
        account: entry.account,
        session,
        role: entry.role,
        shown_identity: entry.shown_identity,
        authenticated_at: portal.session().created_at,
        relay_state: entry.relay_state,
    })
}

/// One refusal for what is not assigned and what does not exist, so that ids cannot be tried out.
pub(super) fn denied() -> Error {
    domain::Error::new(Kind::Denied, "NoPermission", "You do not hold this role in this account.").into()
}

/// Makes the Response.
///
/// # Errors
/// Failures of signing.
pub fn issue(ctx: &Context, entitlement: &Entitlement) -> Result<ConsoleLogon, Error> {
    let response = response(ctx, entitlement)?;
    let signed = response.sign(ctx.identity_provider.signer())?;
    Ok(ConsoleLogon {
        acs_url: response.acs_url,
        saml_response: signed.to_base64(),
        relay_state: entitlement.relay_state.clone(),
        account_name: entitlement.account.name.clone(),
        identity_name: entitlement.shown_identity.clone(),
    })
}

fn response(ctx: &Context, entitlement: &Entitlement) -> Result<Response, Error> {
    let (session, now) = (&entitlement.session, ctx.now());
    let (acs_url, audience, attributes) = match &entitlement.role {
        Some(role) => {
            let attributes = vec![
                Attribute::new(CloudSite::ROLE_ATTRIBUTE, [role.role.clone()]),
                Attribute::new(CloudSite::ROLE_SESSION_NAME_ATTRIBUTE, [role.name.clone()]),
                Attribute::new(CloudSite::SESSION_DURATION_ATTRIBUTE, [role.seconds.to_string()]),
            ];
            (ctx.site.role_sso_acs_url.clone(), ctx.site.role_sso_audience.clone(), attributes)
        }
        None => {
            let audience = ctx.site.user_sso_audience(&entitlement.account.id);
            (ctx.site.user_sso_acs_url.clone(), audience, Vec::new())
        }
    };
    let assertion = Assertion {
        id: MessageId::generate(&ctx.random)?,
        name_id: name_id(session),
        audience,
        not_before: now.minus(NOT_BEFORE),
        not_on_or_after: now.plus(LIFETIME),
        authn_instant: entitlement.authenticated_at,
        authn_context: match session.method {
            AuthenticationMethod::PasswordAndTotp => AuthnContext::MultiFactor,
        },
        session_index: session.id.to_string(),
        session_not_on_or_after: Some(session.expires_at),
        attributes,
    };
    Ok(Response {
        id: MessageId::generate(&ctx.random)?,
        issuer: ctx.identity_provider.entity_id().to_owned(),
        acs_url,
        in_response_to: None,
        issue_instant: now,
        assertion,
    })
}

/// What assertions and logouts call the person of a session.
pub(super) fn name_id(session: &ConsoleSession) -> NameId {
    NameId::new(NameIdFormat::Persistent, session.name_id.as_str())
}
