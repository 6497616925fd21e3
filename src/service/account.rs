//! Accounts and folders by name: found, and made in the cloud where an organisation's files name some
//! that are missing.

use std::collections::BTreeMap;

use crate::base::{AccountId, FolderId};
use crate::cloud::NewMember;
use crate::domain::{Folder, FolderTree};
use crate::storage::account;

use super::resource_directory::{observe, synchronize};
use super::{Context, Error, Operator};

/// So often what is missing is looked for and made before the cloud's failures are somebody's to look at.
const PASSES: usize = 20;

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
    // A creation whose outcome is unknown is not sent again, since that could make two. The next pass
    // looks by name first.
    let mut passes = 1;
    while let Err(error) = make_missing(ctx, folders, accounts) {
        match error {
            Error::Cloud(error) if error.is_retryable() && passes < PASSES => passes += 1,
            error => return Err(error),
        }
    }
    synchronize(ctx, operator)
}

fn make_missing(
    ctx: &Context,
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
    Ok(())
}

/// The account of this name.
///
/// # Errors
/// Failures of the database.
pub fn find_by_name(ctx: &Context, _operator: &Operator, name: &str) -> Result<Option<AccountId>, Error> {
    let accounts = ctx.store.read(account::list)?;
    Ok(accounts.into_iter().find(|account| account.name == name).map(|account| account.id))
}

/// The folder at this path of names below the root.
///
/// # Errors
/// Failures of the database.
pub fn find_folder(ctx: &Context, _operator: &Operator, path: &[String]) -> Result<Option<FolderId>, Error> {
    let folders = ctx.store.read(account::list_folders)?;
    Ok(paths(&folders)?.remove(path))
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
