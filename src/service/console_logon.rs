//! Logon to an account's console: from a check that somebody is entitled to it, in `role_sso` or `ram_user_sso`, to
//! an [`Entitlement`] with its audit row and console session.

use std::time::Duration;

use crate::base::AccountId;
use crate::crypto::KeyType;
use crate::domain::{
    self, Account, Action, CloudSite, ConsoleIdentity, ConsoleSession, Event, Kind, RoleSession, Signed, User,
};
use crate::saml::{Attribute, NameId, NameIdFormat};
use crate::storage::{Conn, user as users};

use super::context::Change;
use super::session::find_enabled;
use super::{Context, Entitlement, Error, PortalSession, Principal, Visit, authn_context, console_session};

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
        let (site, issuer) = (ctx.site.clone(), ctx.identity_provider.entity_id().to_owned());
        let signed = ctx.saml_policy.console_signed;
        move |conn| {
            // Read again inside the transaction: they may have been disabled since the request came in.
            if let Principal::User(user) = portal.principal() {
                users::lock(conn, &user.id)?;
            }
            let Some(Principal::User(user)) = find_enabled(conn, &portal.session().principal)? else {
                return Err(denied());
            };
            let entry = check(conn, &user)?;
            enter(conn, (&change, &site, &issuer, signed), (&visit, &portal, &attempt), &user, entry)
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
    (change, site, issuer, signed): (&Change, &CloudSite, &str, Signed),
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
    let (acs_url, audience, attributes) = match &entry.role {
        Some(role) => {
            let attributes = vec![
                Attribute::new(CloudSite::ROLE_ATTRIBUTE, [role.role.clone()]),
                Attribute::new(CloudSite::ROLE_SESSION_NAME_ATTRIBUTE, [role.name.clone()]),
                Attribute::new(CloudSite::SESSION_DURATION_ATTRIBUTE, [role.seconds.to_string()]),
            ];
            (site.role_sso_acs_url.clone(), site.role_sso_audience.clone(), attributes)
        }
        None => (site.user_sso_acs_url.clone(), site.user_sso_audience(&entry.account.id), Vec::new()),
    };
    Ok(Entitlement {
        issuer: issuer.to_owned(),
        acs_url,
        in_response_to: None,
        audience,
        name_id: Some(name_id(&session)),
        attributes,
        authn_instant: portal.session().created_at,
        authn_context: authn_context::strongest(session.method),
        session_index: session.id.to_string(),
        session_expires_at: session.expires_at,
        signed,
        signature_key: KeyType::Rsa2048,
        recipient: None,
        relay_state: entry.relay_state,
        lands_on: site.landing_sources(),
        place: entry.account.name,
        identity: entry.shown_identity,
    })
}

/// One refusal for what is not assigned and what does not exist, so that ids cannot be tried out.
pub(super) fn denied() -> Error {
    domain::Error::new(Kind::Denied, "NoPermission", "You do not hold this role in this account.").into()
}

/// What assertions and logouts call the person of a session.
pub(super) fn name_id(session: &ConsoleSession) -> NameId {
    NameId::new(NameIdFormat::Persistent, session.name_id.as_str())
}
