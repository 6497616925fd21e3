//! An organisation as files: what is in them, and applying it.
//!
//! A folder of TOML files, each with any of the tables below; what stands in all of them counts
//! together. Applying makes what is missing and brings access configurations up to date; it removes
//! nothing, and running it again changes nothing.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::base::{AccessConfigurationName, AccountId, DirectoryName};
use crate::domain::{
    self, AccessConfigurationSpec, Assignee, AssignmentKey, DeletionStrategy, DuplicationStrategy, GroupSpec,
    PermissionPolicy, Target, UserProvisioningTerms, UserSpec,
};

use super::{
    Context, Error, Operator, access_assignment, access_configuration, account, directory, group, user,
    user_provisioning,
};

/// What the files of an organisation say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// The directory; in one of the files.
    #[serde(default)]
    pub directory: Option<DirectoryEntry>,
    /// Folders of accounts, parents before their children.
    #[serde(default, rename = "folder")]
    pub folders: Vec<FolderEntry>,
    /// Member accounts.
    #[serde(default, rename = "account")]
    pub accounts: Vec<AccountEntry>,
    /// Users.
    #[serde(default, rename = "user")]
    pub users: Vec<UserSpec>,
    /// Groups with their members.
    #[serde(default, rename = "group")]
    pub groups: Vec<GroupEntry>,
    /// Access configurations.
    #[serde(default, rename = "access_configuration")]
    pub access_configurations: Vec<AccessConfigurationEntry>,
    /// Assignments.
    #[serde(default, rename = "assignment")]
    pub assignments: Vec<AssignmentEntry>,
    /// User provisionings.
    #[serde(default, rename = "user_provisioning")]
    pub user_provisionings: Vec<UserProvisioningEntry>,
}

/// `[directory]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectoryEntry {
    /// Its name.
    pub name: DirectoryName,
}

/// `[[folder]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderEntry {
    /// Names from the root down, joined by `/`.
    pub path: String,
}

/// `[[account]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountEntry {
    /// The name, unique in the organisation.
    pub name: String,
    /// The path of its folder; empty for the root.
    #[serde(default)]
    pub folder: String,
}

/// `[[group]]`
#[derive(Clone, Debug, Deserialize)]
pub struct GroupEntry {
    /// Name and description.
    #[serde(flatten)]
    pub spec: GroupSpec,
    /// User names of its members.
    #[serde(default)]
    pub members: Vec<String>,
}

/// `[[access_configuration]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessConfigurationEntry {
    /// The name.
    pub name: AccessConfigurationName,
    /// Up to 1,024 characters.
    #[serde(default)]
    pub description: String,
    /// 900–43,200 s; 3,600 where it is not said.
    #[serde(default = "default_session_seconds")]
    pub session_seconds: u32,
    /// The first page in the console.
    #[serde(default)]
    pub relay_state: String,
    /// System policies by name.
    #[serde(default)]
    pub system_policies: Vec<String>,
    /// A RAM policy document.
    #[serde(default)]
    pub inline_policy: Option<String>,
}

/// `[[assignment]]`: every pair of a target and an assignee in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignmentEntry {
    /// Name of the access configuration.
    pub access_configuration: String,
    /// Names of the accounts.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// Paths of folders: every member account below, now and later. An empty path is the root.
    #[serde(default)]
    pub folders: Vec<String>,
    /// Names of groups.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Names of users.
    #[serde(default)]
    pub users: Vec<String>,
}

/// `[[user_provisioning]]`: every pair of an account and an assignee in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserProvisioningEntry {
    /// Names of the accounts.
    pub accounts: Vec<String>,
    /// Names of groups: each member gets a RAM user, now and later.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Names of users.
    #[serde(default)]
    pub users: Vec<String>,
    /// Up to 1,024 characters.
    #[serde(default)]
    pub description: String,
    /// What is done where the account has a RAM user of that name: `KeepBoth` or `TakeOver`.
    pub duplication_strategy: DuplicationStrategy,
    /// What becomes of the RAM users when the provisioning ends: `Delete` or `Keep`.
    pub deletion_strategy: DeletionStrategy,
}

impl Organisation {
    /// Adds what another file says.
    ///
    /// # Errors
    /// [`domain::Error`] when both name a directory.
    pub fn merge(&mut self, other: Self) -> Result<(), domain::Error> {
        if self.directory.is_some() && other.directory.is_some() {
            return Err(domain::Error::invalid("directory", "stands in two files"));
        }
        self.directory = self.directory.take().or(other.directory);
        self.folders.extend(other.folders);
        self.accounts.extend(other.accounts);
        self.users.extend(other.users);
        self.groups.extend(other.groups);
        self.access_configurations.extend(other.access_configurations);
        self.assignments.extend(other.assignments);
        self.user_provisionings.extend(other.user_provisionings);
        Ok(())
    }
}

impl AccessConfigurationEntry {
    fn spec(&self) -> AccessConfigurationSpec {
        let system = self.system_policies.iter().map(|name| PermissionPolicy::System { name: name.clone() });
        let inline = self.inline_policy.iter().map(|document| PermissionPolicy::Inline {
            name: self.name.to_string(),
            document: document.trim().to_owned(),
        });
        let mut policies: Vec<_> = system.chain(inline).collect();
        policies.sort_by(|one, other| (one.kind(), one.name()).cmp(&(other.kind(), other.name())));
        AccessConfigurationSpec {
            name: self.name.clone(),
            description: self.description.clone(),
            session_seconds: self.session_seconds,
            relay_state: self.relay_state.clone(),
            policies,
        }
    }
}

/// Makes what the files name and is missing.
///
/// # Errors
/// [`Error::Refused`] naming what is wrong: a rule broken, or a name that stands nowhere.
pub fn apply(ctx: &Context, operator: &Operator, organisation: &Organisation) -> Result<(), Error> {
    let Some(entry) = &organisation.directory else {
        return Err(domain::Error::missing("Directory", "of the organisation's files").into());
    };
    directory::ensure(ctx, operator, &entry.name)?;
    apply_accounts(ctx, operator, organisation)?;
    for spec in &organisation.users {
        if user::find_by_name(ctx, operator, spec.user_name.as_str())?.is_none() {
            user::create(ctx, operator, spec.clone(), Vec::new())?;
        }
    }
    for entry in &organisation.groups {
        apply_group(ctx, operator, entry)?;
    }
    for entry in &organisation.access_configurations {
        let spec = entry.spec();
        match access_configuration::find_by_name(ctx, operator, spec.name.as_str())? {
            Some(existing) => access_configuration::update(ctx, operator, &existing.id, spec)?,
            None => access_configuration::create(ctx, operator, spec, Vec::new()).map(drop)?,
        }
    }
    for entry in &organisation.assignments {
        apply_assignment(ctx, operator, entry)?;
    }
    for entry in &organisation.user_provisionings {
        apply_user_provisioning(ctx, operator, entry)?;
    }
    Ok(())
}

fn apply_accounts(ctx: &Context, operator: &Operator, organisation: &Organisation) -> Result<(), Error> {
    let folders: Vec<_> = organisation.folders.iter().map(|entry| folder_path(&entry.path)).collect();
    let accounts: BTreeMap<_, _> =
        organisation.accounts.iter().map(|entry| (entry.name.clone(), folder_path(&entry.folder))).collect();
    account::ensure(ctx, operator, &folders, &accounts)
}

fn folder_path(path: &str) -> Vec<String> {
    path.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn apply_group(ctx: &Context, operator: &Operator, entry: &GroupEntry) -> Result<(), Error> {
    let name = entry.spec.group_name.as_str();
    let id = match group::find_by_name(ctx, operator, name)? {
        Some(existing) => existing.id,
        None => group::create(ctx, operator, entry.spec.clone())?.id,
    };
    for member in &entry.members {
        let user = user::find_by_name(ctx, operator, member)?
            .ok_or_else(|| domain::Error::missing("User", member))?;
        group::add_user(ctx, operator, &id, &user.id)?;
    }
    Ok(())
}

fn apply_assignment(ctx: &Context, operator: &Operator, entry: &AssignmentEntry) -> Result<(), Error> {
    let name = &entry.access_configuration;
    let configuration = access_configuration::find_by_name(ctx, operator, name)?
        .ok_or_else(|| domain::Error::missing("AccessConfiguration", name))?;
    let assignees = find_assignees(ctx, operator, &entry.groups, &entry.users)?;
    let mut targets = Vec::new();
    for name in &entry.accounts {
        targets.push(Target::Account(find_account(ctx, operator, name)?));
    }
    for path in &entry.folders {
        let found = account::find_folder(ctx, operator, &folder_path(path))?;
        targets.push(Target::Folder(found.ok_or_else(|| domain::Error::missing("Folder", path))?));
    }
    for target in &targets {
        for assignee in &assignees {
            let key = AssignmentKey {
                access_configuration_id: configuration.id.clone(),
                target: target.clone(),
                assignee: assignee.clone(),
            };
            access_assignment::ensure(ctx, operator, &key)?;
        }
    }
    Ok(())
}

fn apply_user_provisioning(
    ctx: &Context,
    operator: &Operator,
    entry: &UserProvisioningEntry,
) -> Result<(), Error> {
    let terms = UserProvisioningTerms {
        description: entry.description.clone(),
        duplication: entry.duplication_strategy,
        deletion: entry.deletion_strategy,
    };
    let assignees = find_assignees(ctx, operator, &entry.groups, &entry.users)?;
    for name in &entry.accounts {
        let account = find_account(ctx, operator, name)?;
        for assignee in &assignees {
            user_provisioning::ensure(ctx, operator, &account, assignee, &terms)?;
        }
    }
    Ok(())
}

fn find_assignees(
    ctx: &Context,
    operator: &Operator,
    groups: &[String],
    users: &[String],
) -> Result<Vec<Assignee>, Error> {
    let mut assignees = Vec::new();
    for name in groups {
        let found = group::find_by_name(ctx, operator, name)?;
        assignees.push(Assignee::Group(found.ok_or_else(|| domain::Error::missing("Group", name))?.id));
    }
    for name in users {
        let found = user::find_by_name(ctx, operator, name)?;
        assignees.push(Assignee::User(found.ok_or_else(|| domain::Error::missing("User", name))?.id));
    }
    Ok(assignees)
}

fn find_account(ctx: &Context, operator: &Operator, name: &str) -> Result<AccountId, Error> {
    let found = account::find_by_name(ctx, operator, name)?;
    Ok(found.ok_or_else(|| domain::Error::missing("Account", name))?)
}

const fn default_session_seconds() -> u32 {
    AccessConfigurationSpec::DEFAULT_SESSION_SECONDS
}
