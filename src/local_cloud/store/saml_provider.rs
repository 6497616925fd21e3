//! SAML providers: the identity providers that an account trusts, each with its metadata.

use diesel::prelude::*;

use super::account_setting::instr;
use super::schema::saml_providers;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = saml_providers, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct SamlProviderRow {
    pub(crate) id: String,
    pub(crate) account_id: String,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) description: String,
    /// The metadata document as text; it was parsed before it was stored.
    pub(crate) metadata: String,
    pub(crate) authn_sign_algorithm: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// What changes in a provider; `None` leaves as it is.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = saml_providers)]
pub(crate) struct SamlProviderChanges<'a> {
    pub(crate) description: Option<&'a str>,
    pub(crate) metadata: Option<&'a str>,
    pub(crate) authn_sign_algorithm: Option<&'a str>,
    pub(crate) updated_at: Option<i64>,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &SamlProviderRow) -> QueryResult<()> {
    diesel::insert_into(saml_providers::table).values(row).execute(connection).map(drop)
}

pub(crate) fn find(
    connection: &mut SqliteConnection,
    account_id: &str,
    name_key: &str,
) -> QueryResult<Option<SamlProviderRow>> {
    saml_providers::table
        .filter(saml_providers::account_id.eq(account_id))
        .filter(saml_providers::name_key.eq(name_key))
        .select(SamlProviderRow::as_select())
        .first(connection)
        .optional()
}

/// At most `limit` providers of an account whose name key comes after `after`, by name.
pub(crate) fn list(
    connection: &mut SqliteConnection,
    account_id: &str,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<SamlProviderRow>> {
    saml_providers::table
        .filter(saml_providers::account_id.eq(account_id))
        .filter(saml_providers::name_key.gt(after))
        .order(saml_providers::name_key)
        .limit(limit)
        .select(SamlProviderRow::as_select())
        .load(connection)
}

pub(crate) fn update(
    connection: &mut SqliteConnection,
    id: &str,
    changes: &SamlProviderChanges<'_>,
) -> QueryResult<()> {
    diesel::update(saml_providers::table.find(id)).set(changes).execute(connection).map(drop)
}

pub(crate) fn delete(connection: &mut SqliteConnection, id: &str) -> QueryResult<()> {
    diesel::delete(saml_providers::table.find(id)).execute(connection).map(drop)
}

pub(crate) fn count(connection: &mut SqliteConnection, account_id: &str) -> QueryResult<i64> {
    saml_providers::table.filter(saml_providers::account_id.eq(account_id)).count().get_result(connection)
}

/// At most `limit` different documents of any account with `text` in them.
pub(crate) fn metadata_with(
    connection: &mut SqliteConnection,
    text: &str,
    limit: i64,
) -> QueryResult<Vec<String>> {
    saml_providers::table
        .filter(instr(saml_providers::metadata, text).gt(0))
        .select(saml_providers::metadata)
        .distinct()
        .limit(limit)
        .load(connection)
}
