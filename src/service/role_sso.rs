//! Role logon: from an assignment to an [`Entitlement`], which opens the account's console as a role.

use std::time::Duration;

use crate::base::{AccessConfigurationId, AccountId};
use crate::domain::{
    self, Action, CloudSite, ConsoleIdentity, Grant, Kind, ReservedNames, RoleSession, User,
};
use crate::storage::{Conn, access_configuration, account, assignment, provisioning};

use super::console_logon::{self, Attempt, denied};
use super::{Context, Entitlement, Error, PortalSession, Visit, directory};

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
    let attempt = Attempt {
        account: entry.account.clone(),
        issued: Action::RoleSsoIssued,
        refused: Action::RoleSsoRefused,
        detail: serde_json::json!({ "access_configuration_id": entry.configuration }),
    };
    let (site, entry) = (ctx.site.clone(), entry.clone());
    console_logon::decide(ctx, visit, session, &attempt, move |conn, user| check(conn, &site, user, &entry))
}

fn check(
    conn: &mut Conn,
    site: &CloudSite,
    user: &User,
    entry: &Entry,
) -> Result<console_logon::Entry, Error> {
    let grant =
        Grant { account_id: entry.account.clone(), access_configuration_id: entry.configuration.clone() };
    if !assignment::share_granted(conn, &user.id, &grant)? {
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
    let spec = &configuration.spec;
    let own_page = &spec.relay_state;
    let relay_state = entry.relay_state.as_ref().filter(|page| !page.is_empty()).unwrap_or(own_page).clone();
    site.check_relay_state(&relay_state)?;
    let names = ReservedNames::new(site, &directory::id(conn)?, spec.name.as_str());
    let role = RoleSession::new(&names, &account.id, &user.spec.user_name, spec.session_seconds);
    Ok(console_logon::Entry {
        account,
        identity: ConsoleIdentity::Role(configuration.id),
        identity_name: names.role,
        // Their id, which never changes and tells nothing.
        name_id: user.id.to_string(),
        lasts: Duration::from_secs(u64::from(role.seconds)),
        role: Some(role),
        shown_identity: spec.name.to_string(),
        relay_state,
    })
}
