//! OIDC providers: the issuers of tokens that an account trusts.

use diesel::prelude::*;

use super::schema::oidc_providers;

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = oidc_providers, check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct OidcProviderRow {
    pub(crate) id: String,
    pub(crate) account_id: String,
    pub(crate) name: String,
    pub(crate) name_key: String,
    pub(crate) description: String,
    pub(crate) issuer_url: String,
    /// With commas between.
    pub(crate) client_ids: String,
    /// With commas between.
    pub(crate) fingerprints: String,
    /// How old a token may be, in hours.
    pub(crate) issuance_limit_hours: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// What changes in a provider; `None` leaves as it is.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = oidc_providers)]
pub(crate) struct OidcProviderChanges {
    pub(crate) description: Option<String>,
    pub(crate) client_ids: Option<String>,
    pub(crate) fingerprints: Option<String>,
    pub(crate) issuance_limit_hours: Option<i64>,
    pub(crate) updated_at: Option<i64>,
}

impl OidcProviderRow {
    /// For whom tokens may be.
    pub(crate) fn client_ids(&self) -> Vec<String> {
        list(&self.client_ids)
    }

    pub(crate) fn fingerprints(&self) -> Vec<String> {
        list(&self.fingerprints)
    }
}

fn list(text: &str) -> Vec<String> {
    text.split(',').filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &OidcProviderRow) -> QueryResult<()> {
    diesel::insert_into(oidc_providers::table).values(row).execute(connection).map(drop)
}

pub(crate) fn find(
    connection: &mut SqliteConnection,
    account_id: &str,
    name_key: &str,
) -> QueryResult<Option<OidcProviderRow>> {
    oidc_providers::table
        .filter(oidc_providers::account_id.eq(account_id))
        .filter(oidc_providers::name_key.eq(name_key))
        .select(OidcProviderRow::as_select())
        .first(connection)
        .optional()
}

/// At most `limit` providers of an account whose name key comes after `after`, by name.
pub(crate) fn list_after(
    connection: &mut SqliteConnection,
    account_id: &str,
    after: &str,
    limit: i64,
) -> QueryResult<Vec<OidcProviderRow>> {
    oidc_providers::table
        .filter(oidc_providers::account_id.eq(account_id))
        .filter(oidc_providers::name_key.gt(after))
        .order(oidc_providers::name_key)
        .limit(limit)
        .select(OidcProviderRow::as_select())
        .load(connection)
}

pub(crate) fn update(
    connection: &mut SqliteConnection,
    id: &str,
    changes: &OidcProviderChanges,
) -> QueryResult<()> {
    diesel::update(oidc_providers::table.find(id)).set(changes).execute(connection).map(drop)
}

pub(crate) fn delete(connection: &mut SqliteConnection, id: &str) -> QueryResult<()> {
    diesel::delete(oidc_providers::table.find(id)).execute(connection).map(drop)
}
