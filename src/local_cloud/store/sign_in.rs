//! Sign-ins by password that are under way, found by the hash of the browser's token.

use diesel::prelude::*;

use super::schema::sign_ins;

#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sign_ins, treat_none_as_null = true)]
#[diesel(check_for_backend(diesel::sqlite::Sqlite))]
pub(crate) struct SignInRow {
    pub(crate) token_digest: String,
    /// Who signs in: a user, or the owner of an account.
    pub(crate) user_id: Option<String>,
    pub(crate) owner_of: Option<String>,
    /// `NewPassword`, `Code` or `Binding`.
    pub(crate) stage: String,
    /// Of the password by which it began.
    pub(crate) password_hash: String,
    /// Of the MFA device that it is about to bind.
    pub(crate) sealed_secret: Option<String>,
    pub(crate) codes_tried: i64,
    /// The page of ours where the browser goes afterwards.
    pub(crate) landing: String,
    pub(crate) expires_at: i64,
}

pub(crate) fn insert(connection: &mut SqliteConnection, row: &SignInRow, now: i64) -> QueryResult<()> {
    diesel::delete(sign_ins::table.filter(sign_ins::expires_at.le(now))).execute(connection)?;
    diesel::insert_into(sign_ins::table).values(row).execute(connection).map(drop)
}

/// The sign-in, if it lasts beyond `now`.
pub(crate) fn find(
    connection: &mut SqliteConnection,
    token_digest: &str,
    now: i64,
) -> QueryResult<Option<SignInRow>> {
    sign_ins::table
        .find(token_digest)
        .filter(sign_ins::expires_at.gt(now))
        .select(SignInRow::as_select())
        .first(connection)
        .optional()
}

pub(crate) fn update(connection: &mut SqliteConnection, row: &SignInRow) -> QueryResult<()> {
    diesel::update(sign_ins::table.find(&row.token_digest)).set(row).execute(connection).map(drop)
}

/// Counts a code that is about to be looked at; `false` where the sign-in has tried `limit` already.
pub(crate) fn count_code(
    connection: &mut SqliteConnection,
    token_digest: &str,
    limit: i64,
) -> QueryResult<bool> {
    diesel::update(sign_ins::table.find(token_digest).filter(sign_ins::codes_tried.lt(limit)))
        .set(sign_ins::codes_tried.eq(sign_ins::codes_tried + 1))
        .execute(connection)
        .map(|rows| rows > 0)
}

/// Codes that all sign-ins which last beyond `now` have tried, of whoever `row` is of.
pub(crate) fn codes_tried(connection: &mut SqliteConnection, row: &SignInRow, now: i64) -> QueryResult<i64> {
    let tried: Vec<i64> = sign_ins::table
        .filter(sign_ins::user_id.is(&row.user_id))
        .filter(sign_ins::owner_of.is(&row.owner_of))
        .filter(sign_ins::expires_at.gt(now))
        .select(sign_ins::codes_tried)
        .load(connection)?;
    Ok(tried.iter().sum())
}

pub(crate) fn delete(connection: &mut SqliteConnection, token_digest: &str) -> QueryResult<()> {
    diesel::delete(sign_ins::table.find(token_digest)).execute(connection).map(drop)
}
