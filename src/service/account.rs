//! Folders and accounts: brought over from the cloud's resource directory, and made there where an
//! organisation's files name some that are missing.

use std::collections::BTreeMap;

use crate::base::{AccountId, FolderId};
use crate::cloud::NewMember;
use crate::domain::{Account, AccountKind, Action, Event, FOLDER_DEPTH, Folder, FolderTree};
use crate::storage::account;

use super::{Context, Error, Operator};

/// The resource directory as the cloud has it.
struct Observed {
    folders: Vec<Folder>,
    accounts: Vec<Account>,
}

/// Brings folders and accounts up to date with the cloud.
///
/// # Errors
/// [`Error::Cloud`] when the cloud cannot be asked.
pub fn synchronize(ctx: &Context, operator: &Operator) -> Result<(), Error> {
    let observed = observe(ctx)?;
    store(ctx, operator, observed)
}

/// Makes the folders and member accounts that are missing in the cloud, then synchronises. Folders
/// are paths of names below the root; accounts map a name to a folder's path.
///
/// # Errors
/// [`Error::Cloud`] when the cloud refuses.
pub fn ensure(
    ctx: &Context,
    operator: &Operator,
    folders: &[Vec<String>],
    accounts: &BTreeMap<String, Vec<String>>,
) -> Result<(), Error> {
    let management = ctx.cloud.management();
    let mut observed = observe(ctx)?;
    let mut paths = paths(&observed.folders)?;
    for path in folders {
        let Some((name, parents)) = path.split_last() else { continue };
        if paths.contains_key(path) {
            continue;
        }
        let parent = paths.get(parents).cloned().ok_or_else(|| missing_folder(parents))?;
        let made = management.create_folder(name, &parent)?;
        paths.insert(path.clone(), made.folder_id.clone());
        observed.folders.push(Folder { id: made.folder_id, parent_id: Some(parent), name: name.clone() });
    }
    for (name, path) in accounts {
        if observed.accounts.iter().any(|account| &account.name == name) {
            continue;
        }
        let parent = paths.get(path).ok_or_else(|| missing_folder(path))?;
        let member = NewMember { display_name: name, parent: Some(parent), account_name_prefix: Some(name) };
        management.create_resource_account(&member)?;
    }
    synchronize(ctx, operator)
}

/// The account of this name.
///
/// # Errors
/// Failures of the database.
pub fn find_by_name(ctx: &Context, _operator: &Operator, name: &str) -> Result<Option<AccountId>, Error> {
    let accounts = ctx.store.read(account::list)?;
    Ok(accounts.into_iter().find(|account| account.name == name).map(|account| account.id))
}

fn missing_folder(path: &[String]) -> Error {
    crate::domain::Error::missing("Folder", path.join("/")).into()
}

fn paths(folders: &[Folder]) -> Result<BTreeMap<Vec<String>, FolderId>, Error> {
    let tree = FolderTree::new(folders.to_vec())?;
    Ok(folders
        .iter()
        .map(|folder| (tree.path(&folder.id).into_iter().map(str::to_owned).collect(), folder.id.clone()))
        .collect())
}

fn observe(ctx: &Context) -> Result<Observed, Error> {
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
    Ok(Observed { folders, accounts })
}

fn store(ctx: &Context, operator: &Operator, observed: Observed) -> Result<(), Error> {
    FolderTree::new(observed.folders.clone())?;
    let change = ctx.change(operator.origin());
    ctx.store.write(move |conn| {
        let known = (account::list_folders(conn)?, account::list(conn)?);
        for folder in observed.folders.iter().filter(|folder| !known.0.contains(folder)) {
            account::upsert_folder(conn, folder)?;
        }
        let changed: Vec<_> = observed.accounts.iter().filter(|account| !known.1.contains(account)).collect();
        for account in &changed {
            account::upsert(conn, account)?;
        }
        if !changed.is_empty() {
            let ids: Vec<&str> = changed.iter().map(|account| account.id.as_str()).collect();
            let event = Event::new(Action::AccountsSynchronized, "accounts");
            change.record(conn, &event.with(serde_json::json!({ "changed": ids })))?;
        }
        Ok(())
    })
}
