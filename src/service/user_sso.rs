//! User SSO of an account: set to our identity provider while the account has user provisionings, and given
//! back when the last one goes.

use crate::base::AccountId;
use crate::cloud::{self, Account};
use crate::domain::{
    AccountUserSso, Action, Event, UserSsoSettings, UserSsoStatus, user_sso_to_restore, user_sso_to_set,
};
use crate::storage::lease::{self, Lease};
use crate::storage::{self, Conn, user_provisioning, user_sso};

use super::context::Change;
use super::provision::{Failure, not_shown};
use super::user_provisioning::ask_user_sso;
use super::{Context, Error};

/// What a look at an account's user SSO came to.
pub(super) enum SsoOutcome {
    /// Nothing was left to do.
    Nothing,
    /// It is ours.
    Set(Box<AccountUserSso>),
    /// The account has its own back; `false` when somebody had changed it, and it was left so.
    Restored(AccountId, bool),
}

/// What ties the user SSO of accounts to this installation, as a hash.
pub(super) fn trust_digest(ctx: &Context) -> String {
    ctx.identity_provider.trust_digest(&ctx.site.user_sso_acs_url)
}

/// Whether persons come in by what we set.
pub(super) fn is_current(ctx: &Context, sso: &AccountUserSso) -> bool {
    let good = ctx.identity_provider.good_trust_digests(&ctx.site.user_sso_acs_url);
    sso.status == UserSsoStatus::Ready && good.contains(&sso.trust_digest)
}

/// Sets the user SSO of the account that the lease is on, or gives it back.
pub(super) fn perform(ctx: &Context, lease: &Lease) -> Result<Result<SsoOutcome, Failure>, Error> {
    let account = &lease.account_id;
    let (is_wanted, known) = ctx.store.read(|conn| {
        Ok::<_, storage::Error>((
            user_provisioning::is_any_in(conn, account)?,
            user_sso::find(conn, account)?,
        ))
    })?;
    let there = ctx.cloud.account(account);
    match (is_wanted, known) {
        (true, known) => set(ctx, lease, &there, known.as_ref()),
        (false, Some(known)) => {
            let metadata = ctx.identity_provider.console_metadata()?;
            Ok(give_back(&metadata, &there, &known))
        }
        (false, None) => Ok(Ok(SsoOutcome::Nothing)),
    }
}

fn set(
    ctx: &Context,
    lease: &Lease,
    there: &Account,
    known: Option<&AccountUserSso>,
) -> Result<Result<SsoOutcome, Failure>, Error> {
    let (observed, session_hours) = match look(there) {
        Ok(found) => found,
        Err(error) => return Ok(Err(error.into())),
    };
    let metadata = ctx.identity_provider.console_metadata()?;
    let wanted = match user_sso_to_set(&observed, &metadata, known) {
        Ok(wanted) => wanted,
        Err(foreign) => return Ok(Err(Failure::lasting(foreign.to_string()))),
    };
    let ours = UserSsoSettings { metadata, ..observed.clone() };
    let mut sso = AccountUserSso {
        account_id: lease.account_id.clone(),
        status: UserSsoStatus::Ready,
        trust_digest: trust_digest(ctx),
        metadata_digest: ours.metadata_digest(),
        session_hours,
        previous: known.map_or(observed, |known| known.previous.clone()),
        updated_at: ctx.now(),
    };
    if let Some(wanted) = wanted {
        // What the account had is written down before it is changed.
        sso.status = UserSsoStatus::SettingUp;
        if !begin(ctx, lease, &sso)? {
            return Ok(Ok(SsoOutcome::Nothing));
        }
        if let Err(failure) = put(there, &wanted) {
            return Ok(Err(failure));
        }
        sso.status = UserSsoStatus::Ready;
    }
    Ok(Ok(SsoOutcome::Set(Box::new(sso))))
}

fn look(there: &Account) -> Result<(UserSsoSettings, u32), cloud::Error> {
    Ok((read(there.user_sso_settings()?), there.login_session_hours()?))
}

fn begin(ctx: &Context, lease: &Lease, sso: &AccountUserSso) -> Result<bool, Error> {
    let (lease, sso, now) = (lease.clone(), sso.clone(), ctx.now());
    Ok(ctx.store.write(move |conn| {
        if !lease::extend(conn, &lease, now, lease::LENGTH)? {
            return Ok(false);
        }
        user_sso::upsert(conn, &sso)?;
        Ok::<_, storage::Error>(true)
    })?)
}

fn give_back(metadata: &str, there: &Account, known: &AccountUserSso) -> Result<SsoOutcome, Failure> {
    let observed = read(there.user_sso_settings()?);
    let previous = user_sso_to_restore(&observed, metadata, known);
    if let Some(previous) = &previous {
        put(there, previous)?;
    }
    Ok(SsoOutcome::Restored(known.account_id.clone(), previous.is_some()))
}

/// Writes settings, and looks whether they show.
fn put(there: &Account, settings: &UserSsoSettings) -> Result<(), Failure> {
    there.set_user_sso_settings(&cloud::UserSsoSettings {
        is_enabled: settings.is_enabled,
        metadata: settings.metadata.clone().into_bytes(),
        auxiliary_domain: settings.auxiliary_domain.clone(),
        login_with_domain: settings.login_with_domain,
        authn_sign_algorithm: settings.authn_sign_algorithm.clone(),
    })?;
    if read(there.user_sso_settings()?) == *settings { Ok(()) } else { Err(not_shown()) }
}

pub(super) fn read(found: cloud::UserSsoSettings) -> UserSsoSettings {
    UserSsoSettings {
        is_enabled: found.is_enabled,
        // What is not text is not our metadata either.
        metadata: String::from_utf8(found.metadata).unwrap_or_default(),
        auxiliary_domain: found.auxiliary_domain,
        login_with_domain: found.login_with_domain,
        authn_sign_algorithm: found.authn_sign_algorithm,
    }
}

/// Writes down what a look came to.
pub(super) fn settle(conn: &mut Conn, change: &Change, outcome: &SsoOutcome) -> Result<(), Error> {
    match outcome {
        SsoOutcome::Nothing => Ok(()),
        SsoOutcome::Set(sso) => {
            let before = user_sso::find(conn, &sso.account_id)?;
            user_sso::upsert(conn, sso)?;
            if before.is_some_and(|before| {
                before.status == UserSsoStatus::Ready && before.metadata_digest == sso.metadata_digest
            }) {
                return Ok(());
            }
            let detail = serde_json::json!({
                "sso_enabled_before": sso.previous.is_enabled,
                "auxiliary_domain": sso.previous.auxiliary_domain,
            });
            change.record(conn, &Event::new(Action::UserSsoSet, &sso.account_id).with(detail))
        }
        SsoOutcome::Restored(account, is_changed) => {
            user_sso::delete(conn, account)?;
            let detail = serde_json::json!({ "was_still_ours": is_changed });
            change.record(conn, &Event::new(Action::UserSsoRestored, account).with(detail))
        }
    }
}

/// Writes a task for each account whose user SSO was set for another metadata or address than the present.
pub(super) fn refresh(conn: &mut Conn, change: &Change, digest: &str) -> Result<usize, Error> {
    let mut outdated = user_sso::list(conn)?;
    outdated.retain(|sso| sso.trust_digest != digest);
    for sso in &outdated {
        ask_user_sso(conn, change, &sso.account_id)?;
    }
    Ok(outdated.len())
}
