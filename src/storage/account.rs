//! Folders and accounts, a copy of what the cloud's resource directory says.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::base::{AccountId, FolderId, Timestamp};
use crate::domain::{Account, AccountKind, Folder, Target};

use super::connection::on;
use super::error::parse;
use super::schema::{access_assignments, account_targets, accounts, folders, resource_directories};
use super::{Conn, Error};

type AccountRow = (String, String, String, String);

/// All folders.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_folders(conn: &mut Conn) -> Result<Vec<Folder>, Error> {
    use folders::dsl;
    let rows: Vec<(String, Option<String>, String)> =
        dsl::folders.select((dsl::id, dsl::parent_id, dsl::name)).order(dsl::id).load(conn)?;
    rows.into_iter()
        .map(|(id, parent_id, name)| {
            let parent_id =
                parent_id.map(|id| parse("folders.parent_id", &id, FolderId::parse)).transpose()?;
            Ok(Folder { id: parse("folders.id", &id, FolderId::parse)?, parent_id, name })
        })
        .collect()
}

/// The accounts that are in the resource directory, by name.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn) -> Result<Vec<Account>, Error> {
    use accounts::dsl;
    let rows: Vec<AccountRow> = dsl::accounts
        .filter(dsl::left_at.is_null())
        .select((dsl::id, dsl::name, dsl::folder_id, dsl::kind))
        .order((dsl::name, dsl::id))
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// The account with this id, if it is in the resource directory.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &AccountId) -> Result<Option<Account>, Error> {
    use accounts::dsl;
    let row: Option<AccountRow> = dsl::accounts
        .find(id.as_str())
        .filter(dsl::left_at.is_null())
        .select((dsl::id, dsl::name, dsl::folder_id, dsl::kind))
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// The names of accounts, of those that have left as well.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_names(conn: &mut Conn, ids: &[&str]) -> Result<HashMap<AccountId, (String, FolderId)>, Error> {
    use accounts::dsl;
    let rows: Vec<(String, String, String)> =
        dsl::accounts.filter(dsl::id.eq_any(ids)).select((dsl::id, dsl::name, dsl::folder_id)).load(conn)?;
    rows.into_iter()
        .map(|(id, name, folder_id)| {
            let folder_id = parse("accounts.folder_id", &folder_id, FolderId::parse)?;
            Ok((parse("accounts.id", &id, AccountId::parse)?, (name, folder_id)))
        })
        .collect()
}

/// The id of the resource directory; `None` before it was first asked for.
///
/// # Errors
/// [`Error`] of the database.
pub fn resource_directory(conn: &mut Conn) -> Result<Option<String>, Error> {
    use resource_directories::dsl;
    Ok(dsl::resource_directories.select(dsl::id).first(conn).optional()?)
}

/// Holds off, until the transaction ends, whoever else would change what lies where or what is assigned
/// on folders: each of the two must see the other's change.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock_resource_directory(conn: &mut Conn) -> Result<(), Error> {
    use resource_directories::dsl;
    diesel::update(dsl::resource_directories)
        .set(dsl::root_folder_id.eq(dsl::root_folder_id))
        .execute(conn)?;
    Ok(())
}

/// Records which resource directory this is, and its root folder.
///
/// # Errors
/// [`Error::Reference`] when the folder does not exist.
pub fn set_resource_directory(conn: &mut Conn, id: &str, root: &FolderId) -> Result<(), Error> {
    use resource_directories::dsl;
    let own = diesel::update(dsl::resource_directories.find(id));
    if own.set(dsl::root_folder_id.eq(root.as_str())).execute(conn)? == 1 {
        return Ok(());
    }
    diesel::delete(dsl::resource_directories).execute(conn)?;
    diesel::insert_into(dsl::resource_directories)
        .values((dsl::id.eq(id), dsl::root_folder_id.eq(root.as_str())))
        .execute(conn)?;
    Ok(())
}

/// Records that an account has left the resource directory: no assignment reaches it any more.
///
/// # Errors
/// [`Error`] of the database.
pub fn leave(conn: &mut Conn, id: &AccountId, now: Timestamp) -> Result<(), Error> {
    use accounts::dsl;
    diesel::update(dsl::accounts.find(id.as_str())).set(dsl::left_at.eq(now.millis())).execute(conn)?;
    set_targets(conn, id, &[])
}

/// Forgets a folder that the cloud has no more, and what was assigned on it.
///
/// # Errors
/// [`Error::Reference`] while an account or a folder lies in it.
pub fn delete_folder(conn: &mut Conn, id: &FolderId) -> Result<(), Error> {
    diesel::delete(access_assignments::table.filter(access_assignments::target_id.eq(id.as_str())))
        .execute(conn)?;
    diesel::delete(folders::table.find(id.as_str())).execute(conn)?;
    Ok(())
}

/// Says which targets reach an account.
///
/// # Errors
/// [`Error::Reference`] when the account does not exist.
pub fn set_targets(conn: &mut Conn, id: &AccountId, targets: &[Target]) -> Result<(), Error> {
    use account_targets::dsl;
    diesel::delete(dsl::account_targets.filter(dsl::account_id.eq(id.as_str()))).execute(conn)?;
    for target in targets {
        diesel::insert_into(dsl::account_targets)
            .values((dsl::account_id.eq(id.as_str()), dsl::target_id.eq(target.as_str())))
            .execute(conn)?;
    }
    Ok(())
}

/// Inserts a folder or brings it up to date. Parents come before their children.
///
/// # Errors
/// [`Error::Reference`] when the parent does not exist.
pub fn upsert_folder(conn: &mut Conn, folder: &Folder) -> Result<(), Error> {
    use folders::dsl;
    let parent = folder.parent_id.as_ref().map(FolderId::as_str);
    let values = (dsl::parent_id.eq(parent), dsl::name.eq(&folder.name));
    let row = (dsl::id.eq(folder.id.as_str()), dsl::parent_id.eq(parent), dsl::name.eq(&folder.name));
    on!(
        conn,
        diesel::insert_into(dsl::folders)
            .values(row)
            .on_conflict(dsl::id)
            .do_update()
            .set(values)
            .execute(conn)
    )?;
    Ok(())
}

/// Inserts an account or brings it up to date; it is in the directory from now on.
///
/// # Errors
/// [`Error::Reference`] when its folder does not exist.
pub fn upsert(conn: &mut Conn, account: &Account) -> Result<(), Error> {
    use accounts::dsl;
    let values = (
        dsl::name.eq(&account.name),
        dsl::folder_id.eq(account.folder_id.as_str()),
        dsl::kind.eq(account.kind.as_str()),
        dsl::left_at.eq(None::<i64>),
    );
    let row = (dsl::id.eq(account.id.as_str()), values);
    on!(
        conn,
        diesel::insert_into(dsl::accounts)
            .values(row)
            .on_conflict(dsl::id)
            .do_update()
            .set(values)
            .execute(conn)
    )?;
    Ok(())
}

fn read((id, name, folder_id, kind): AccountRow) -> Result<Account, Error> {
    Ok(Account {
        id: parse("accounts.id", &id, AccountId::parse)?,
        name,
        folder_id: parse("accounts.folder_id", &folder_id, FolderId::parse)?,
        kind: parse("accounts.kind", &kind, AccountKind::parse)?,
    })
}
