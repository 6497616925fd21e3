//! Logouts that still count, so that an assertion of theirs which comes late opens nothing.

use diesel::prelude::*;

use super::schema::logouts;

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = logouts)]
pub(crate) struct LogoutRow {
    pub(crate) issuer: String,
    pub(crate) name_id: String,
    /// Empty where all sessions of the name were meant.
    pub(crate) session_index: String,
    /// Of the certificate that the request was verified with.
    pub(crate) key_digest: String,
    pub(crate) issued_at: i64,
    pub(crate) expires_at: i64,
}

/// Whom an assertion is about, and which session of theirs it begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) name_id: &'a str,
    pub(crate) session_index: Option<&'a str>,
}

/// Keeps logouts, and forgets those that expired before `now`.
pub(crate) fn insert(connection: &mut SqliteConnection, rows: &[LogoutRow], now: i64) -> QueryResult<()> {
    diesel::delete(logouts::table.filter(logouts::expires_at.lt(now))).execute(connection)?;
    rows.iter().try_for_each(|row| {
        diesel::insert_or_ignore_into(logouts::table).values(row).execute(connection).map(drop)
    })
}

/// Whether a logout that counts beyond `now`, by one of the keys, ended what an assertion made at
/// `issued_at` would begin.
pub(crate) fn covers(
    connection: &mut SqliteConnection,
    subject: Subject<'_>,
    key_digests: &[String],
    (issued_at, now): (i64, i64),
) -> QueryResult<bool> {
    let indexes = ["", subject.session_index.unwrap_or_default()];
    diesel::select(diesel::dsl::exists(
        logouts::table
            .filter(logouts::issuer.eq(subject.issuer))
            .filter(logouts::name_id.eq(subject.name_id))
            .filter(logouts::session_index.eq_any(indexes))
            .filter(logouts::key_digest.eq_any(key_digests))
            .filter(logouts::issued_at.ge(issued_at))
            .filter(logouts::expires_at.gt(now)),
    ))
    .get_result(connection)
}
