//! The resource directory: taken over from the cloud as it is, with the tasks that follow from what
//! moved; and moves, planned before they are made.

use std::collections::{BTreeSet, HashMap};

use crate::base::{AccountId, FolderId};
use crate::domain::{
    Account, AccountKind, Action, ConsoleIdentity, DeprovisionStrategy, Directory, Event, FOLDER_DEPTH,
    Folder, FolderTree, Grant, Provisioning, ProvisioningFilter, ProvisioningStatus, ReachChange, Target,
    TaskKind,
};
use crate::storage::{Conn, account, assignment, provisioning, task};

use super::context::Change;
use super::task::Draft;
use super::{Context, Error, Operator, console_session, user_provisioning};

/// The resource directory as the cloud has it.
#[derive(Clone, Debug)]
pub struct ObservedDirectory {
    /// Its id, `rd-…`.
    pub id: String,
    /// The folders, parents before their children; the root comes first.
    pub folders: Vec<Folder>,
    /// The accounts, the management account among them.
    pub accounts: Vec<Account>,
}

/// What a move would change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MovePlan {
    /// Who could enter what: gained and lost, by assignments on folders.
    pub reach: ReachChange,
    /// What would be provisioned.
    pub provision: BTreeSet<Grant>,
    /// What would be taken away.
    pub deprovision: BTreeSet<Grant>,
}

/// Brings folders and accounts up to date with the cloud, and writes the tasks that follow from what
/// moved.
///
/// # Errors
/// [`Error::Cloud`] when the cloud cannot be asked.
pub fn synchronize(ctx: &Context, operator: &Operator) -> Result<(), Error> {
    let observed = observe(ctx)?;
    adopt(ctx, operator, observed)
}

/// What moving an account or a folder into another folder would change. Changes nothing.
///
/// # Errors
/// [`Error::Refused`] when there is no such account or folder, or the move is impossible.
pub fn plan_move(
    ctx: &Context,
    _operator: &Operator,
    target: &Target,
    destination: &FolderId,
) -> Result<MovePlan, Error> {
    ctx.store.read(|conn| {
        let before = known_directory(conn)?;
        let after = before.moved(target, destination)?;
        plan(conn, &before, &after)
    })
}

/// Moves a member account into another folder, in the cloud and then here, with what follows from it.
///
/// # Errors
/// [`Error::Refused`] as [`plan_move`]; [`Error::Cloud`] when the cloud refuses.
pub fn move_account(
    ctx: &Context,
    operator: &Operator,
    id: &AccountId,
    destination: &FolderId,
) -> Result<(), Error> {
    plan_move(ctx, operator, &Target::Account(id.clone()), destination)?;
    ctx.cloud.management().move_account(id, destination)?;
    synchronize(ctx, operator)
}

/// The resource directory as the cloud has it at this moment.
///
/// # Errors
/// [`Error::Cloud`] when the cloud cannot be asked.
pub fn observe(ctx: &Context) -> Result<ObservedDirectory, Error> {
    let management = ctx.cloud.management();
    let directory = management.get_resource_directory()?;
    let root = Folder { id: directory.root_folder_id.clone(), parent_id: None, name: "Root".to_owned() };
    let mut folders = vec![root];
    let mut next = 0;
    // Parents come before their children, which is also the order in which they can be stored.
    while let Some(parent) = folders.get(next).map(|folder| folder.id.clone()) {
        next += 1;
        for folder in management.list_folders_for_parent(&parent)? {
            folders.push(Folder {
                id: folder.folder_id,
                parent_id: Some(parent.clone()),
                name: folder.folder_name,
            });
        }
        if folders.len() > 1 << (4 * FOLDER_DEPTH) {
            return Err(crate::domain::Error::invalid("Folder", "count is beyond what can be handled").into());
        }
    }
    let mut accounts = vec![Account {
        id: directory.master_account_id.clone(),
        name: directory.master_account_name,
        folder_id: directory.root_folder_id,
        kind: AccountKind::Management,
    }];
    for member in management.list_accounts()? {
        if member.account_id != directory.master_account_id {
            accounts.push(Account {
                id: member.account_id,
                name: member.display_name,
                folder_id: member.folder_id,
                kind: AccountKind::Member,
            });
        }
    }
    Ok(ObservedDirectory { id: directory.resource_directory_id, folders, accounts })
}

/// Takes over what the cloud says, in one transaction with the tasks that follow from it: what
/// assignments on folders reach now is provisioned, what they reach no more is taken away.
///
/// # Errors
/// [`Error::Refused`] when the folders are no tree.
pub fn adopt(ctx: &Context, operator: &Operator, observed: ObservedDirectory) -> Result<(), Error> {
    let after = Directory::new(FolderTree::new(observed.folders.clone())?, observed.accounts.clone());
    let change = ctx.change(operator.origin());
    ctx.store.write(move |conn| {
        // Two that adopt at once would both see the same difference; the second waits here.
        lock(conn, &observed)?;
        let before = known_directory(conn)?;
        let plan = plan(conn, &before, &after)?;
        let changed = take_over(conn, &change, &before, &observed)?;
        take_over_targets(conn, &before, &after)?;
        forget_folders(conn, &observed)?;
        write_tasks(conn, &change, &plan)?;
        for grant in &plan.reach.lost {
            let identity = ConsoleIdentity::Role(grant.access_configuration_id.clone());
            console_session::end_unentitled_as(conn, &change, identity, Some(&grant.account_id))?;
        }
        for account in before.accounts().iter().filter(|account| !is_in(&after, &account.id)) {
            let identity = ConsoleIdentity::RamUser;
            console_session::end_unentitled_as(conn, &change, identity, Some(&account.id))?;
        }
        for account in observed.accounts.iter().filter(|account| !is_in(&before, &account.id)) {
            user_provisioning::account_returned(conn, &change, &account.id)?;
        }
        if !changed.is_empty() {
            let event = Event::new(Action::AccountsSynchronized, "accounts");
            let detail = serde_json::json!({
                "changed": changed,
                "provision": plan.provision.len(),
                "deprovision": plan.deprovision.len(),
            });
            change.record(conn, &event.with(detail))?;
        }
        Ok::<_, Error>(())
    })?;
    ctx.ring_all();
    Ok(())
}

fn known_directory(conn: &mut Conn) -> Result<Directory, Error> {
    let tree = FolderTree::new(account::list_folders(conn)?)?;
    Ok(Directory::new(tree, account::list(conn)?))
}

fn plan(conn: &mut Conn, before: &Directory, after: &Directory) -> Result<MovePlan, Error> {
    let reach = ReachChange::between(before, after, &assignment::list_assigned(conn)?);
    let mut plan = MovePlan { reach, ..MovePlan::default() };
    for grant in &plan.reach.gained {
        let existing = provisioning::find(conn, grant)?;
        let target = Target::Account(grant.account_id.clone());
        let is_there = existing.is_some_and(|one| one.status == ProvisioningStatus::Provisioned);
        // What has it now may be about to lose it.
        if !is_there || !task::list_in_progress(conn, &grant.access_configuration_id, &target)?.is_empty() {
            plan.provision.insert(grant.clone());
        }
    }
    for account in after.accounts().iter().filter(|account| !is_in(before, &account.id)) {
        // What was taken away while it was outside of the directory is still to be done in it.
        let own =
            ProvisioningFilter { account_id: Some(account.id.clone()), ..ProvisioningFilter::default() };
        let found = provisioning::list(conn, &own, None, i64::MAX)?;
        let grants = found.iter().map(Provisioning::grant);
        plan.deprovision.extend(grants.filter(|grant| !plan.reach.gained.contains(grant)));
    }
    for grant in &plan.reach.lost {
        if is_in(after, &grant.account_id) && provisioning::find(conn, grant)?.is_some() {
            plan.deprovision.insert(grant.clone());
        }
    }
    Ok(plan)
}

fn is_in(directory: &Directory, id: &AccountId) -> bool {
    directory.accounts().iter().any(|account| &account.id == id)
}

fn lock(conn: &mut Conn, observed: &ObservedDirectory) -> Result<(), Error> {
    let Some(root) = observed.folders.first() else {
        return Err(crate::domain::Error::missing("Folder", "at the root").into());
    };
    account::upsert_folder(conn, root)?;
    Ok(account::set_resource_directory(conn, &observed.id, &root.id)?)
}

/// Stores what is new or different; gives the ids of the accounts among it.
fn take_over(
    conn: &mut Conn,
    change: &Change,
    before: &Directory,
    observed: &ObservedDirectory,
) -> Result<Vec<AccountId>, Error> {
    for folder in observed.folders.iter().filter(|folder| before.tree().folder(&folder.id) != Some(folder)) {
        account::upsert_folder(conn, folder)?;
    }
    let mut changed = Vec::new();
    for account in observed.accounts.iter().filter(|account| !before.accounts().contains(account)) {
        account::upsert(conn, account)?;
        changed.push(account.id.clone());
    }
    for account in before.accounts() {
        if !observed.accounts.iter().any(|one| one.id == account.id) {
            account::leave(conn, &account.id, change.now)?;
            // What it has may be changed while it is away.
            provisioning::require_reprovision_in(conn, &account.id)?;
            changed.push(account.id.clone());
        }
    }
    Ok(changed)
}

fn take_over_targets(conn: &mut Conn, before: &Directory, after: &Directory) -> Result<(), Error> {
    let known: HashMap<_, _> = before.targets().collect();
    for (id, targets) in after.targets() {
        if known.get(id) != Some(&targets) {
            account::set_targets(conn, id, &targets)?;
        }
    }
    Ok(())
}

/// Children go before their parents.
fn forget_folders(conn: &mut Conn, observed: &ObservedDirectory) -> Result<(), Error> {
    let tree = FolderTree::new(account::list_folders(conn)?)?;
    let mut gone: Vec<_> = account::list_folders(conn)?
        .into_iter()
        .filter(|folder| !observed.folders.iter().any(|one| one.id == folder.id))
        .map(|folder| (tree.ancestors(&folder.id).count(), folder.id))
        .collect();
    gone.sort_unstable();
    for (_depth, id) in gone.iter().rev() {
        account::delete_folder(conn, id)?;
    }
    Ok(())
}

fn write_tasks(conn: &mut Conn, change: &Change, plan: &MovePlan) -> Result<(), Error> {
    for grant in &plan.provision {
        let target = Target::Account(grant.account_id.clone());
        let kind = TaskKind::CreateAccessAssignment;
        super::task::write(conn, change, &Draft::new(kind, &grant.access_configuration_id, target))?;
    }
    for grant in &plan.deprovision {
        let target = Target::Account(grant.account_id.clone());
        let kind = TaskKind::DeprovisionAccessConfiguration;
        // Another assignment may reach the account by the time it is done; then it stays.
        let strategy = DeprovisionStrategy::DeprovisionForLastAccessAssignmentOnAccount;
        let draft = Draft { strategy, ..Draft::new(kind, &grant.access_configuration_id, target) };
        super::task::write(conn, change, &draft)?;
    }
    Ok(())
}
