//! Folders and accounts, a copy of what the cloud's resource directory says.

use diesel::prelude::*;

use crate::base::{AccountId, FolderId};
use crate::domain::{Account, AccountKind, Folder};

use super::connection::on;
use super::error::parse;
use super::schema::{accounts, folders};
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

/// All accounts, by name.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn) -> Result<Vec<Account>, Error> {
    use accounts::dsl;
    let rows: Vec<AccountRow> = dsl::accounts.order((dsl::name, dsl::id)).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// The account with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &AccountId) -> Result<Option<Account>, Error> {
    use accounts::dsl;
    let row: Option<AccountRow> = dsl::accounts.find(id.as_str()).first(conn).optional()?;
    row.map(read).transpose()
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

/// Inserts an account or brings it up to date.
///
/// # Errors
/// [`Error::Reference`] when its folder does not exist.
pub fn upsert(conn: &mut Conn, account: &Account) -> Result<(), Error> {
    use accounts::dsl;
    let values = (
        dsl::name.eq(&account.name),
        dsl::folder_id.eq(account.folder_id.as_str()),
        dsl::kind.eq(account.kind.as_str()),
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
