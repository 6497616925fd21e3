//! A person's RAM user in an account: looked at, brought to what it should be, taken away.
//!
//! What the steps are is decided in `domain`; here they are taken, one call each. Everything may be
//! repeated from the beginning after whatever stopped it. A RAM user that does not carry our mark for this
//! person is somebody else's, and is touched only to take it over.

use crate::base::{AccountId, DirectoryId, UserId};
use crate::cloud::{self, Account, NewRamUser, RamUser, RamUserChanges};
use crate::domain::{
    DeletionStrategy, ObservedRamUser, RamUserOwner, RamUserStep, WantedRamUser, ram_user_mark,
};

use super::Context;
use super::provision::{Failure, found, gone, not_shown};

/// The provision type by which the cloud says that CloudSSO keeps a user.
const PROVISIONED: &str = "CloudSSO";
/// The provision type of a user that is the account's own.
const MANUAL: &str = "Manual";

/// A person's place in an account.
pub(super) struct Place<'a> {
    account: Account,
    id: &'a AccountId,
    mark: String,
    marks_provision_type: bool,
}

impl<'a> Place<'a> {
    /// The place of `person` of `directory`.
    pub(super) fn new(ctx: &Context, id: &'a AccountId, directory: &DirectoryId, person: &UserId) -> Self {
        Self {
            account: ctx.cloud.account(id),
            id,
            mark: ram_user_mark(directory, person),
            marks_provision_type: ctx.site.marks_provision_type,
        }
    }

    /// What marks a RAM user as kept for the person.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// The account's id makes a domain that is always its own, whatever alias it has.
    fn principal_name(&self, name: &str) -> String {
        format!("{name}@{}.onaliyun.com", self.id)
    }

    /// Whose the RAM user of a name is; `None` where there is none.
    pub(super) fn owner(&self, name: &str) -> Result<Option<RamUserOwner>, Failure> {
        Ok(found(self.account.get_ram_user(&self.principal_name(name)))?.map(|user| self.owner_of(&user)))
    }

    fn owner_of(&self, user: &RamUser) -> RamUserOwner {
        let is_kept = user.provision_type == PROVISIONED;
        if user.comments == self.mark && (is_kept || !self.marks_provision_type) {
            RamUserOwner::Person
        } else if is_kept || is_any_mark(&user.comments) {
            RamUserOwner::SomebodyElse
        } else {
            RamUserOwner::Account
        }
    }

    /// A RAM user as the account has it. Access keys are listed only where that matters (`with_keys`).
    pub(super) fn observe(&self, name: &str, with_keys: bool) -> Result<Option<ObservedRamUser>, Failure> {
        let principal = self.principal_name(name);
        let Some(user) = found(self.account.get_ram_user(&principal))? else { return Ok(None) };
        let has_login_profile = self.account.has_login_profile(&principal)?;
        Ok(Some(ObservedRamUser {
            owner: self.owner_of(&user),
            principal_name: user.principal_name,
            display_name: user.display_name,
            email: user.email,
            has_login_profile,
            active_keys: if with_keys { self.active_keys(&principal)? } else { Vec::new() },
        }))
    }

    fn active_keys(&self, principal: &str) -> Result<Vec<String>, Failure> {
        let keys = found(self.account.list_access_keys(principal))?.unwrap_or_default();
        Ok(keys.into_iter().filter(|key| key.is_active).map(|key| key.id).collect())
    }

    /// Makes a RAM user that holds nothing and has no way in, and looks whether it is there; gives
    /// `<name>@<domain>`.
    pub(super) fn create(&self, name: &str, wanted: &WantedRamUser) -> Result<String, Failure> {
        let new = NewRamUser {
            principal_name: &self.principal_name(name),
            display_name: &wanted.display_name,
            email: Some(wanted.email.as_str()).filter(|email| !email.is_empty()),
            comments: &wanted.mark,
        };
        match self.account.create_ram_user(&new) {
            // Whoever made it meanwhile is looked at by the next attempt.
            Err(error) if error.is_already_exists() => return Err(not_shown()),
            outcome => drop(outcome?),
        }
        match found(self.account.get_ram_user(&self.principal_name(name)))? {
            Some(user) if self.owner_of(&user) == RamUserOwner::Person => Ok(user.principal_name),
            _ => Err(not_shown()),
        }
    }

    /// Takes steps from what was observed of a RAM user, and looks whether they show; gives
    /// `<name>@<domain>`.
    pub(super) fn bring(
        &self,
        name: &str,
        wanted: &WantedRamUser,
        observed: &ObservedRamUser,
    ) -> Result<(String, Vec<RamUserStep>), Failure> {
        let steps = wanted.steps(observed);
        for step in &steps {
            self.take(name, wanted, step)?;
        }
        if steps.is_empty() {
            return Ok((observed.principal_name.clone(), steps));
        }
        match self.observe(name, wanted.is_locked)? {
            Some(after) if wanted.steps(&after).is_empty() => Ok((after.principal_name, steps)),
            _ => Err(not_shown()),
        }
    }

    fn take(&self, name: &str, wanted: &WantedRamUser, step: &RamUserStep) -> Result<(), Failure> {
        let principal = self.principal_name(name);
        match step {
            RamUserStep::TakeOver => {
                let changes = RamUserChanges {
                    display_name: Some(&wanted.display_name),
                    email: Some(&wanted.email),
                    comments: Some(&wanted.mark),
                    provision_type: self.marks_provision_type.then_some(PROVISIONED),
                };
                Ok(self.account.update_ram_user(&principal, &changes).map(drop)?)
            }
            RamUserStep::Update => {
                let changes = RamUserChanges {
                    display_name: Some(&wanted.display_name),
                    email: Some(&wanted.email),
                    ..RamUserChanges::default()
                };
                Ok(self.account.update_ram_user(&principal, &changes).map(drop)?)
            }
            RamUserStep::DeleteLoginProfile => gone(self.account.delete_login_profile(&principal)),
            RamUserStep::DisableAccessKey(id) => gone(self.account.set_access_key_inactive(&principal, id)),
        }
    }

    /// Takes the person's RAM user away, what is powerful first, and looks whether it is gone. What is not
    /// the person's any more is left alone.
    pub(super) fn take_away(&self, name: &str, strategy: DeletionStrategy) -> Result<(), Failure> {
        let Some(observed) = self.observe(name, true)? else { return Ok(()) };
        if observed.owner != RamUserOwner::Person {
            return Ok(());
        }
        let principal = self.principal_name(name);
        for id in &observed.active_keys {
            gone(self.account.set_access_key_inactive(&principal, id))?;
        }
        if observed.has_login_profile {
            gone(self.account.delete_login_profile(&principal))?;
        }
        match strategy {
            DeletionStrategy::Keep => self.let_go(&principal)?,
            DeletionStrategy::Delete => self.delete(name, &principal)?,
        }
        match self.owner(name)? {
            Some(RamUserOwner::Person) => Err(not_shown()),
            _ => Ok(()),
        }
    }

    /// The account's own from now on; the comment says where it came from.
    fn let_go(&self, principal: &str) -> Result<(), Failure> {
        let comments = format!("Formerly: {}", self.mark);
        let changes = RamUserChanges {
            comments: Some(&comments),
            provision_type: self.marks_provision_type.then_some(MANUAL),
            ..RamUserChanges::default()
        };
        match self.account.update_ram_user(principal, &changes) {
            Err(error) if error.is_not_found() => Ok(()),
            outcome => Ok(outcome.map(drop)?),
        }
    }

    fn delete(&self, name: &str, principal: &str) -> Result<(), Failure> {
        for policy in found(self.account.list_policies_for_user(name))?.unwrap_or_default() {
            gone(self.account.detach_policy_from_user(policy.kind, &policy.policy_name, name))?;
        }
        for group in found(self.account.list_groups_for_user(principal))?.unwrap_or_default() {
            gone(self.account.remove_user_from_group(principal, &group))?;
        }
        for key in found(self.account.list_access_keys(principal))?.unwrap_or_default() {
            gone(self.account.delete_access_key(principal, &key.id))?;
        }
        if self.account.has_mfa_device(principal)? {
            gone(self.account.unbind_mfa_device(principal))?;
        }
        gone(self.account.delete_ram_user(principal))
    }

    /// Whether a RAM user holds any policy, by itself or through a group of the account.
    pub(super) fn has_permissions(&self, name: &str) -> Result<bool, cloud::Error> {
        if !self.account.list_policies_for_user(name)?.is_empty() {
            return Ok(true);
        }
        for group in self.account.list_groups_for_user(&self.principal_name(name))? {
            if !self.account.list_policies_for_group(&group)?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a comment marks a RAM user as kept for anybody, by whatever directory.
fn is_any_mark(comments: &str) -> bool {
    comments.starts_with("Kept by CloudSSO, directory ")
}
