//! Role logon: from an assignment to a signed Response that opens the account's console.
//!
//! There is one way to a Response, [`issue`], and it asks for an [`Entitlement`], which only the
//! assignment check can make.

use std::time::Duration;

use crate::base::{AccessConfigurationId, AccountId, UserId};
use crate::domain::{
    self, AccessConfiguration, Account, Action, AuthenticationMethod, CloudSite, Event, Grant, Kind,
    ReservedNames, RoleSession, User,
};
use crate::saml::{Assertion, Attribute, AuthnContext, MessageId, NameId, NameIdFormat, Response};
use crate::storage::{Conn, access_configuration, account, assignment, provisioning};

use super::session::find_enabled;
use super::{Context, Error, PortalSession, Principal, Visit, directory};

/// From before the moment of issue, for consoles whose clock is behind.
const NOT_BEFORE: Duration = Duration::from_secs(60);
/// The Response is posted at once; five minutes leave room for clocks and slow networks.
const LIFETIME: Duration = Duration::from_secs(300);

/// Proof that a user who is signed in holds a configuration on an account at this moment, and that
/// the account has it.
pub struct Entitlement {
    user: User,
    account: Account,
    configuration: AccessConfiguration,
    names: ReservedNames,
    method: AuthenticationMethod,
    authenticated_at: crate::base::Timestamp,
    session_index: String,
    relay_state: String,
}

/// What somebody asks to enter.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The account.
    pub account: AccountId,
    /// By which configuration.
    pub configuration: AccessConfigurationId,
    /// The page of the console that they chose; `None` for the configuration's own.
    pub relay_state: Option<String>,
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
    /// The configuration's name, for the page.
    pub role_name: String,
}

/// Checks that somebody may enter an account by a configuration, and records the answer.
///
/// # Errors
/// [`Error::Refused`] when they hold no such assignment, when the account is not provisioned yet, or
/// when the page they chose is none of the console's.
pub fn entitle(
    ctx: &Context,
    visit: &Visit,
    session: &PortalSession,
    entry: &Entry,
) -> Result<Entitlement, Error> {
    let change = ctx.change(&visit.origin(&session.session().principal));
    let detail = serde_json::json!({ "access_configuration_id": entry.configuration });
    let (portal, recorder) = (session.clone(), change.clone());
    let issued = Event::new(Action::RoleSsoIssued, &entry.account).with(detail.clone());
    let checked = ctx.store.write({
        let (site, entry) = (ctx.site.clone(), entry.clone());
        move |conn| {
            let entitlement = check(conn, &site, &portal, &entry)?;
            recorder.record(conn, &issued)?;
            Ok::<_, Error>(entitlement)
        }
    });
    if let Err(Error::Refused(refusal)) = &checked {
        let mut detail = detail;
        if let Some(detail) = detail.as_object_mut() {
            detail.insert("reason".to_owned(), refusal.code.clone().into());
        }
        let event = Event::new(Action::RoleSsoRefused, &entry.account).with(detail);
        ctx.store.write(move |conn| change.record(conn, &event))?;
    }
    checked
}

/// Makes the Response.
///
/// # Errors
/// Failures of signing.
pub fn issue(ctx: &Context, entitlement: &Entitlement) -> Result<ConsoleLogon, Error> {
    let signed = response(ctx, entitlement)?.sign(ctx.identity_provider.signer())?;
    Ok(ConsoleLogon {
        acs_url: ctx.site.role_sso_acs_url.clone(),
        saml_response: signed.to_base64(),
        relay_state: entitlement.relay_state.clone(),
        account_name: entitlement.account.name.clone(),
        role_name: entitlement.configuration.spec.name.to_string(),
    })
}

fn check(
    conn: &mut Conn,
    site: &CloudSite,
    portal: &PortalSession,
    entry: &Entry,
) -> Result<Entitlement, Error> {
    let session = portal.session();
    let grant =
        Grant { account_id: entry.account.clone(), access_configuration_id: entry.configuration.clone() };
    // Read again inside the transaction: they may have been disabled since the request came in.
    let Some(Principal::User(user)) = find_enabled(conn, &session.principal)? else { return Err(denied()) };
    if !assignment::is_granted(conn, &user.id, &grant)? {
        return Err(denied());
    }
    let (Some(account), Some(configuration)) = (
        account::find(conn, &grant.account_id)?,
        access_configuration::find(conn, &grant.access_configuration_id)?,
    ) else {
        return Err(denied());
    };
    let provisioned = provisioning::find(conn, &grant)?;
    if !provisioned.is_some_and(|provisioning| provisioning.status.is_usable()) {
        return Err(domain::Error::new(
            Kind::Unavailable,
            "OperationConflict.Task",
            "The account is being prepared for this role. Try again in a moment.",
        )
        .into());
    }
    let own_page = &configuration.spec.relay_state;
    let relay_state = entry.relay_state.as_ref().filter(|page| !page.is_empty()).unwrap_or(own_page).clone();
    site.check_relay_state(&relay_state)?;
    let names = ReservedNames::new(site, &directory::id(conn)?, configuration.spec.name.as_str());
    Ok(Entitlement {
        relay_state,
        user,
        account,
        configuration,
        names,
        method: session.method,
        authenticated_at: session.created_at,
        session_index: session.id.to_string(),
    })
}

/// One refusal for what is not assigned and what does not exist, so that ids cannot be tried out.
pub(super) fn denied() -> Error {
    domain::Error::new(Kind::Denied, "NoPermission", "You do not hold this role in this account.").into()
}

fn response(ctx: &Context, entitlement: &Entitlement) -> Result<Response, Error> {
    let now = ctx.now();
    let spec = &entitlement.configuration.spec;
    let session = RoleSession::new(
        &entitlement.names,
        &entitlement.account.id,
        &entitlement.user.spec.user_name,
        spec.session_seconds,
    );
    let assertion = Assertion {
        id: MessageId::generate(&ctx.random)?,
        name_id: NameId::new(NameIdFormat::Persistent, name_id(&entitlement.user.id)),
        audience: ctx.site.role_sso_audience.clone(),
        not_before: now.minus(NOT_BEFORE),
        not_on_or_after: now.plus(LIFETIME),
        authn_instant: entitlement.authenticated_at,
        authn_context: match entitlement.method {
            AuthenticationMethod::PasswordAndTotp => AuthnContext::MultiFactor,
        },
        session_index: entitlement.session_index.clone(),
        session_not_on_or_after: Some(now.plus(Duration::from_secs(u64::from(session.seconds)))),
        attributes: vec![
            Attribute::new(CloudSite::ROLE_ATTRIBUTE, [session.role]),
            Attribute::new(CloudSite::ROLE_SESSION_NAME_ATTRIBUTE, [session.name]),
            Attribute::new(CloudSite::SESSION_DURATION_ATTRIBUTE, [session.seconds.to_string()]),
        ],
    };
    Ok(Response {
        id: MessageId::generate(&ctx.random)?,
        issuer: ctx.identity_provider.entity_id().to_owned(),
        acs_url: ctx.site.role_sso_acs_url.clone(),
        in_response_to: None,
        issue_instant: now,
        assertion,
    })
}

/// The persistent name of a user: their id, which never changes and tells nothing.
fn name_id(user: &UserId) -> &str {
    user.as_str()
}
