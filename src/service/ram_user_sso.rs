//! RAM user logon: from a provisioning to an [`Entitlement`], which opens the account's console as the RAM
//! user that is kept for the person.

use std::time::Duration;

use crate::base::AccountId;
use crate::domain::{
    self, Action, CloudSite, ConsoleIdentity, Kind, ProvisionedUserStatus, SessionLimits, User,
    UserProvisioningConfiguration, UserSsoStatus,
};
use crate::storage::{Conn, account, provisioned_user, user_provisioning, user_sso};

use super::console_logon::{self, Attempt};
use super::user_provisioning::current_configuration;
use super::{Context, Entitlement, Error, PortalSession, Visit};

/// Checks that somebody may enter an account as their RAM user, and records the answer. `relay_state` is the
/// page of the console that they chose; `None` for the directory's own.
///
/// # Errors
/// [`Error::Refused`] when no provisioning reaches them, when the account is not ready yet, or when the page
/// they chose is none of the console's.
pub fn entitle(
    ctx: &Context,
    visit: &Visit,
    session: &PortalSession,
    account: &AccountId,
    relay_state: Option<&str>,
) -> Result<Entitlement, Error> {
    let attempt = Attempt {
        account: account.clone(),
        issued: Action::RamUserSsoIssued,
        refused: Action::RamUserSsoRefused,
        detail: serde_json::json!({}),
    };
    let asked = Asked {
        account: account.clone(),
        relay_state: relay_state.filter(|page| !page.is_empty()).map(str::to_owned),
        site: ctx.site.clone(),
        good_trust_digests: ctx.identity_provider.good_trust_digests(&ctx.site.user_sso_acs_url),
        policy: SessionLimits::of(&session.session().principal),
        configuration: ctx.store.read(|conn| current_configuration(&ctx.site, conn))?,
    };
    console_logon::decide(ctx, visit, session, &attempt, move |conn, user| check(conn, user, &asked))
}

struct Asked {
    account: AccountId,
    relay_state: Option<String>,
    site: CloudSite,
    good_trust_digests: [String; 2],
    policy: SessionLimits,
    configuration: UserProvisioningConfiguration,
}

fn check(conn: &mut Conn, user: &User, asked: &Asked) -> Result<console_logon::Entry, Error> {
    let id = &asked.account;
    if !user_provisioning::share_reaching(conn, id, &user.id)? {
        return Err(denied());
    }
    let Some(account) = account::find(conn, id)? else { return Err(denied()) };
    let ram_user = provisioned_user::find(conn, id, &user.id)?
        .filter(|ram_user| ram_user.status == ProvisionedUserStatus::Provisioned)
        .ok_or_else(not_ready)?;
    let sso = user_sso::find(conn, id)?
        .filter(|sso| {
            sso.status == UserSsoStatus::Ready && asked.good_trust_digests.contains(&sso.trust_digest)
        })
        .ok_or_else(not_ready)?;
    let configuration = &asked.configuration;
    let relay_state = asked.relay_state.clone().unwrap_or_else(|| configuration.landing_page.clone());
    asked.site.check_relay_state(&relay_state)?;
    let hours = configuration.session_hours.min(sso.session_hours);
    Ok(console_logon::Entry {
        account,
        identity: ConsoleIdentity::RamUser,
        identity_name: ram_user.principal_name.clone(),
        name_id: ram_user.principal_name.clone(),
        role: None,
        shown_identity: ram_user.principal_name,
        relay_state,
        lasts: Duration::from_secs(u64::from(hours) * 3600).min(asked.policy.absolute),
    })
}

/// One refusal for what reaches them not and what does not exist, so that ids cannot be tried out.
fn denied() -> Error {
    domain::Error::new(Kind::Denied, "NoPermission", "You have no RAM user in this account.").into()
}

fn not_ready() -> Error {
    domain::Error::new(
        Kind::Unavailable,
        "OperationConflict.Task",
        "The account is being prepared for your RAM user. Try again in a moment.",
    )
    .into()
}
