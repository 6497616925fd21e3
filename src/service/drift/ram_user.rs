//! Drift of what an account has for persons: their RAM users, and its user SSO.
//!
//! A comparison reads one list of the account's RAM users, and for each one of ours whether it has a login
//! profile; of a person who is disabled, their access keys too. What differs is mended by the persons' tasks.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::base::{AccountId, DirectoryId, UserId, fold};
use crate::domain::{
    AccountUserSso, Difference, Finding, ObjectKind, ProvisionedUser, ProvisionedUserStatus, Status, Target,
    TaskFilter, TaskKind, TaskStatus, User, WantedRamUser, ram_user_marked, user_sso_to_set,
};
use crate::storage::{Conn, provisioned_user, task, user, user_provisioning, user_sso};

use super::super::provision::{self, Failure};
use super::super::ram_user::Place;
use super::super::{Context, Error, user_sso as sso};

/// What an account should have for persons, as the directory says.
pub(super) struct Expected {
    /// What stands as provisioned, with whom it is for.
    kept: Vec<(ProvisionedUser, User)>,
    /// The names of all that is explained, looked after or not; folded.
    explained: HashSet<String>,
    sso: Option<AccountUserSso>,
    /// Whether the account's user SSO should be ours, and nobody is working on that.
    is_sso_due: bool,
    /// Whether anything is kept for anybody; where nothing is, the account is not asked.
    is_any: bool,
}

impl Expected {
    pub(super) fn read(conn: &mut Conn, account: &AccountId) -> Result<Self, Error> {
        let is_any = user_provisioning::is_any_in(conn, account)?;
        let mut expected = Self {
            kept: Vec::new(),
            explained: HashSet::new(),
            sso: user_sso::find(conn, account)?,
            is_sso_due: is_any && !is_sso_asked(conn, account)?,
            is_any,
        };
        for known in provisioned_user::list_in(conn, account, None, i64::MAX)? {
            expected.explained.insert(fold(&known.ram_user_name));
            if known.status == ProvisionedUserStatus::Provisioned
                && user_provisioning::reaches(conn, account, &known.user_id)?
                && let Some(user) = user::find(conn, &known.user_id)?
            {
                expected.kept.push((known, user));
            }
        }
        expected.is_any |= !expected.explained.is_empty();
        Ok(expected)
    }
}

/// Whether a task that sets the account's user SSO is still to be done.
fn is_sso_asked(conn: &mut Conn, account: &AccountId) -> Result<bool, Error> {
    let open = TaskFilter {
        kinds: vec![TaskKind::SetUserSso],
        statuses: vec![TaskStatus::InProgress],
        target: Some(Target::Account(account.clone())),
        ..TaskFilter::default()
    };
    Ok(task::count(conn, &open)? > 0)
}

/// What differs, and whose task mends it.
#[derive(Default)]
pub(super) struct Found {
    pub(super) differences: BTreeSet<Difference>,
    /// Whose RAM users differ.
    pub(super) persons: BTreeSet<UserId>,
    /// RAM users that carry our mark and that nothing explains, with whom they were for.
    pub(super) unexplained: Vec<(String, UserId)>,
    /// Whether the account's user SSO differs.
    pub(super) is_sso_changed: bool,
}

/// Compares an account with what it should have for persons.
pub(super) fn compare(
    ctx: &Context,
    (account, directory): (&AccountId, &DirectoryId),
    expected: &Expected,
) -> Result<Found, Failure> {
    let mut found = Found::default();
    if !expected.is_any {
        return Ok(found);
    }
    let there = ctx.cloud.account(account);
    if expected.is_sso_due {
        let observed = sso::read(there.user_sso_settings()?);
        let known = expected.sso.as_ref();
        let metadata = provision::metadata(ctx)?;
        let finding = match user_sso_to_set(&observed, &metadata, known) {
            Ok(None) => None,
            Ok(Some(_)) => Some(Finding::Changed),
            Err(_foreign) => Some(Finding::Foreign),
        };
        if let Some(finding) = finding {
            found.is_sso_changed = finding == Finding::Changed;
            let difference = Difference::of_persons(ObjectKind::UserSso, "", String::new(), finding);
            found.differences.insert(difference);
        }
    }
    let listed = there.list_ram_users()?;
    let by_name: HashMap<String, _> = listed.iter().map(|user| (fold(user.name()), user)).collect();
    for (known, user) in &expected.kept {
        let place = Place::new(ctx, account, directory, &known.user_id);
        let is_there = by_name.contains_key(&fold(&known.ram_user_name));
        let differing = differing(&place, (known, user), is_there)?;
        if !differing.is_empty() {
            found.persons.insert(known.user_id.clone());
            found.differences.extend(differing);
        }
    }
    for user in &listed {
        if let Some(person) = ram_user_marked(directory, &user.comments)
            && !expected.explained.contains(&fold(user.name()))
        {
            let name = user.name().to_owned();
            found.differences.insert(Difference::unexplained(ObjectKind::RamUser, name.clone()));
            found.unexplained.push((name, person));
        }
    }
    Ok(found)
}

fn differing(
    place: &Place<'_>,
    (known, user): (&ProvisionedUser, &User),
    is_there: bool,
) -> Result<Vec<Difference>, Failure> {
    let name = &known.ram_user_name;
    let told = |part, finding| Difference::of_persons(ObjectKind::RamUser, name, part, finding);
    let is_locked = user.spec.status == Status::Disabled;
    let observed = if is_there { place.observe(name, is_locked)? } else { None };
    let Some(observed) = observed else { return Ok(vec![told(String::new(), Finding::Missing)]) };
    let wanted = WantedRamUser::of(user, place.mark().to_owned(), is_locked);
    let steps = wanted.steps(&observed);
    Ok(steps.iter().map(|step| told(step.to_string(), Finding::Changed)).collect())
}
