//! From where users signed in by password, for what is usual of them.

use diesel::prelude::*;

use super::schema::sign_in_places;

/// Writes down that a user signed in from `source` at `now`, and forgets what was before `oldest`.
pub(crate) fn put(
    connection: &mut SqliteConnection,
    (user_id, source): (&str, &str),
    (now, oldest): (i64, i64),
) -> QueryResult<()> {
    diesel::delete(sign_in_places::table.filter(sign_in_places::seen_at.lt(oldest))).execute(connection)?;
    diesel::replace_into(sign_in_places::table)
        .values((
            sign_in_places::user_id.eq(user_id),
            sign_in_places::source.eq(source),
            sign_in_places::seen_at.eq(now),
        ))
        .execute(connection)
        .map(drop)
}

/// Whether a user signed in from `source` since `oldest`.
pub(crate) fn is_known(
    connection: &mut SqliteConnection,
    (user_id, source): (&str, &str),
    oldest: i64,
) -> QueryResult<bool> {
    let place = sign_in_places::table.find((user_id, source)).filter(sign_in_places::seen_at.ge(oldest));
    diesel::select(diesel::dsl::exists(place)).get_result(connection)
}
