//! What an account set for itself: its alias, and one document for each kind of setting.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::schema::{account_aliases, account_settings};

diesel::define_sql_function! {
    /// Where `part` begins in `whole`, from 1 on; 0 if it is not in it.
    fn instr(whole: Text, part: Text) -> Integer;
}

/// The account's alias, if it has one.
pub(crate) fn alias(connection: &mut SqliteConnection, account_id: &str) -> QueryResult<Option<String>> {
    account_aliases::table.find(account_id).select(account_aliases::alias).first(connection).optional()
}

/// Whose alias it is.
pub(crate) fn owner_of_alias(
    connection: &mut SqliteConnection,
    alias_key: &str,
) -> QueryResult<Option<String>> {
    account_aliases::table
        .filter(account_aliases::alias_key.eq(alias_key))
        .select(account_aliases::account_id)
        .first(connection)
        .optional()
}

pub(crate) fn put_alias(
    connection: &mut SqliteConnection,
    account_id: &str,
    (alias, alias_key): (&str, &str),
) -> QueryResult<()> {
    delete_alias(connection, account_id)?;
    diesel::insert_into(account_aliases::table)
        .values((
            account_aliases::account_id.eq(account_id),
            account_aliases::alias.eq(alias),
            account_aliases::alias_key.eq(alias_key),
        ))
        .execute(connection)
        .map(drop)
}

pub(crate) fn delete_alias(connection: &mut SqliteConnection, account_id: &str) -> QueryResult<()> {
    diesel::delete(account_aliases::table.find(account_id)).execute(connection).map(drop)
}

/// The document of this kind, if the account has one.
pub(crate) fn document(
    connection: &mut SqliteConnection,
    account_id: &str,
    kind: &str,
) -> QueryResult<Option<String>> {
    account_settings::table
        .find((account_id, kind))
        .select(account_settings::document)
        .first(connection)
        .optional()
}

pub(crate) fn put_document(
    connection: &mut SqliteConnection,
    (account_id, kind): (&str, &str),
    document: &str,
    now: i64,
) -> QueryResult<()> {
    diesel::replace_into(account_settings::table)
        .values((
            account_settings::account_id.eq(account_id),
            account_settings::kind.eq(kind),
            account_settings::document.eq(document),
            account_settings::updated_at.eq(now),
        ))
        .execute(connection)
        .map(drop)
}

/// At most `limit` different documents of this kind, of any account, with `text` in them.
pub(crate) fn documents_with(
    connection: &mut SqliteConnection,
    kind: &str,
    text: &str,
    limit: i64,
) -> QueryResult<Vec<String>> {
    account_settings::table
        .filter(account_settings::kind.eq(kind))
        .filter(instr(account_settings::document, text).gt(0))
        .select(account_settings::document)
        .distinct()
        .limit(limit)
        .load(connection)
}
