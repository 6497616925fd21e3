//! The RAM users of whoever is signed in, as their portal shows them.
//!
//! Permissions are granted in the accounts, without our doing; what the portal says of them is what the last
//! look found. A portal that is opened asks for another look, which is taken after it was answered.

use std::collections::{BTreeMap, HashMap};

use crate::base::{AccountId, UserId};
use crate::domain::{ProvisionedUser, ProvisionedUserStatus};
use crate::storage::{Conn, provisioned_user, user_provisioning, user_provisioning_event, user_sso};

use super::ram_user::Place;
use super::{Context, Error, directory, user_sso as sso};

/// Whether a RAM user can be entered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RamUserReadiness {
    /// It can.
    Ready,
    /// It is being made, or the account is being prepared for it.
    Preparing,
    /// It could not be made; the administrators have been told by an event.
    Failed,
}

/// A person's RAM user in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRamUser {
    /// `<name>@<domain>`; empty until the account has it.
    pub principal_name: String,
    /// Its name in the account, which may differ from the person's: RAM admits fewer letters, or the name was
    /// taken. Empty until the account has it.
    pub ram_user_name: String,
    /// Whether it can be entered by.
    pub readiness: RamUserReadiness,
    /// Whether it held any permission when it was last looked at.
    pub has_permissions: bool,
}

/// A person's RAM users, by account.
pub(super) fn list(
    ctx: &Context,
    conn: &mut Conn,
    person: &UserId,
) -> Result<BTreeMap<AccountId, OwnRamUser>, Error> {
    let mut known: HashMap<AccountId, ProvisionedUser> = provisioned_user::list_of(conn, person)?
        .into_iter()
        .map(|ram_user| (ram_user.account_id.clone(), ram_user))
        .collect();
    let failed = user_provisioning_event::list_failed(conn, person)?;
    let mut own = BTreeMap::new();
    for account in user_provisioning::list_reached(conn, person)? {
        let ram_user = known.remove(&account);
        let is_sso_set = user_sso::find(conn, &account)?.is_some_and(|set| sso::is_current(ctx, &set));
        let is_there = ram_user.as_ref().is_some_and(|one| one.status == ProvisionedUserStatus::Provisioned);
        let readiness = match (is_there && is_sso_set, failed.contains(&account)) {
            (true, _) => RamUserReadiness::Ready,
            (false, true) => RamUserReadiness::Failed,
            (false, false) => RamUserReadiness::Preparing,
        };
        if let (RamUserReadiness::Ready, Some(ram_user)) = (readiness, &ram_user) {
            ctx.looks.ask(ctx.now(), ram_user);
        }
        let shown = ram_user.filter(|_| is_there);
        let text = |read: fn(&ProvisionedUser) -> &String| shown.as_ref().map(read).cloned();
        let ram_user = OwnRamUser {
            principal_name: text(|one| &one.principal_name).unwrap_or_default(),
            ram_user_name: text(|one| &one.ram_user_name).unwrap_or_default(),
            has_permissions: shown.as_ref().is_some_and(|one| one.has_permissions),
            readiness,
        };
        own.insert(account, ram_user);
    }
    Ok(own)
}

/// Takes every look that was asked for; says how many.
///
/// # Errors
/// Failures of the database. What the cloud does not answer is asked again by the next portal.
pub(super) fn look_due(ctx: &Context) -> Result<usize, Error> {
    let mut taken = 0;
    while let Some((account, person, name)) = ctx.looks.take() {
        let directory = ctx.store.read(directory::id)?;
        let outcome = Place::new(ctx, &account, &directory, &person).has_permissions(&name);
        let now = ctx.now();
        match outcome {
            Ok(has_permissions) => ctx.store.write(move |conn| {
                provisioned_user::set_permissions(conn, (&account, &person), has_permissions, now)
            })?,
            Err(error) => {
                tracing::debug!(account.id = %account, %error, "permissions could not be looked at")
            }
        }
        taken += 1;
    }
    Ok(taken)
}
