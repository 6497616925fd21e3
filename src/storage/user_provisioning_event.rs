//! Events of user provisionings: what is still to be done for a person, or failed.

use diesel::prelude::*;

use crate::base::{AccountId, Timestamp, UserId, UserProvisioningEventId, UserProvisioningId};
use crate::domain::{
    Assignee, DeletionStrategy, DuplicationStrategy, EventSource, UserProvisioningEvent,
    UserProvisioningStatistics,
};

use super::error::parse;
use super::membership::persons_below;
use super::schema::provisioned_users;
use super::schema::user_provisioning_events::{self, dsl};
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = user_provisioning_events)]
struct Row {
    id: String,
    user_provisioning_id: String,
    account_id: String,
    user_id: String,
    source: String,
    duplication_strategy: String,
    deletion_strategy: String,
    error_count: i64,
    error: String,
    tried_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

/// The event with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &UserProvisioningEventId) -> Result<Option<UserProvisioningEvent>, Error> {
    let row: Option<Row> =
        dsl::user_provisioning_events.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// The events of a provisioning, of all where none is named, oldest first: at most `limit` after the one
/// with the id `after`.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(
    conn: &mut Conn,
    of: Option<&UserProvisioningId>,
    after: Option<&UserProvisioningEventId>,
    limit: i64,
) -> Result<Vec<UserProvisioningEvent>, Error> {
    let mut query = dsl::user_provisioning_events.into_boxed();
    if let Some(provisioning) = of {
        query = query.filter(dsl::user_provisioning_id.eq(provisioning.as_str()));
    }
    if let Some(after) = after {
        query = query.filter(dsl::id.gt(after.as_str()));
    }
    let rows: Vec<Row> = query.order(dsl::id).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// How many events a provisioning has, or all have.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(conn: &mut Conn, of: Option<&UserProvisioningId>) -> Result<i64, Error> {
    let mut query = dsl::user_provisioning_events.into_boxed();
    if let Some(provisioning) = of {
        query = query.filter(dsl::user_provisioning_id.eq(provisioning.as_str()));
    }
    Ok(query.count().get_result(conn)?)
}

/// The events of a person in an account, oldest first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_of(
    conn: &mut Conn,
    account: &AccountId,
    user: &UserId,
) -> Result<Vec<UserProvisioningEvent>, Error> {
    let rows: Vec<Row> = dsl::user_provisioning_events
        .filter(dsl::account_id.eq(account.as_str()))
        .filter(dsl::user_id.eq(user.as_str()))
        .order(dsl::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// The accounts in which a person has an event, each once.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_accounts(conn: &mut Conn, user: &UserId) -> Result<Vec<AccountId>, Error> {
    let rows: Vec<String> = dsl::user_provisioning_events
        .filter(dsl::user_id.eq(user.as_str()))
        .select(dsl::account_id)
        .distinct()
        .order(dsl::account_id)
        .load(conn)?;
    rows.iter().map(|id| parse("user_provisioning_events.account_id", id, AccountId::parse)).collect()
}

/// The accounts in which an event of a person has failed, each once.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_failed(conn: &mut Conn, user: &UserId) -> Result<Vec<AccountId>, Error> {
    let rows: Vec<String> = dsl::user_provisioning_events
        .filter(dsl::user_id.eq(user.as_str()))
        .filter(dsl::error_count.gt(0))
        .select(dsl::account_id)
        .distinct()
        .load(conn)?;
    rows.iter().map(|id| parse("user_provisioning_events.account_id", id, AccountId::parse)).collect()
}

/// How the events of a provisioning stand, or those of all of an account's, and when the account was last
/// worked on for the persons that they reach.
///
/// # Errors
/// [`Error`] of the database.
pub fn statistics(
    conn: &mut Conn,
    account: &AccountId,
    of: Option<(&UserProvisioningId, &Assignee)>,
) -> Result<UserProvisioningStatistics, Error> {
    use provisioned_users::dsl as kept;
    let mut events = dsl::user_provisioning_events.filter(dsl::account_id.eq(account.as_str())).into_boxed();
    let mut done = kept::provisioned_users.filter(kept::account_id.eq(account.as_str())).into_boxed();
    if let Some((provisioning, assignee)) = of {
        events = events.filter(dsl::user_provisioning_id.eq(provisioning.as_str()));
        let persons = persons_below(assignee.as_str());
        done = done.filter(kept::user_id.eq(assignee.as_str()).or(kept::user_id.eq_any(persons)));
    }
    let rows: Vec<(i64, Option<i64>)> = events.select((dsl::error_count, dsl::tried_at)).load(conn)?;
    let done: Option<i64> = done.select(diesel::dsl::max(kept::updated_at)).first(conn)?;
    let failed = rows.iter().filter(|(errors, _)| *errors > 0).count();
    let tried = rows.iter().filter_map(|(_, tried)| *tried).chain(done).max();
    Ok(UserProvisioningStatistics {
        failed_events: i64::try_from(failed).unwrap_or(i64::MAX),
        tried_at: tried.map(Timestamp::from_millis),
    })
}

/// Inserts an event in the place of an earlier one of the same person and provisioning.
///
/// # Errors
/// [`Error::Reference`] when there is no such provisioning.
pub fn replace(conn: &mut Conn, event: &UserProvisioningEvent) -> Result<(), Error> {
    let earlier = dsl::user_provisioning_events
        .filter(dsl::user_provisioning_id.eq(event.user_provisioning_id.as_str()))
        .filter(dsl::user_id.eq(event.user_id.as_str()));
    diesel::delete(earlier).execute(conn)?;
    diesel::insert_into(dsl::user_provisioning_events)
        .values((
            dsl::id.eq(event.id.as_str()),
            dsl::user_provisioning_id.eq(event.user_provisioning_id.as_str()),
            dsl::account_id.eq(event.account_id.as_str()),
            dsl::user_id.eq(event.user_id.as_str()),
            dsl::source.eq(event.source.as_str()),
            dsl::duplication_strategy.eq(event.duplication.as_str()),
            dsl::deletion_strategy.eq(event.deletion.as_str()),
            dsl::error_count.eq(event.error_count),
            dsl::error.eq(&event.error),
            dsl::tried_at.eq(event.tried_at.map(Timestamp::millis)),
            dsl::created_at.eq(event.created_at.millis()),
            dsl::updated_at.eq(event.updated_at.millis()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Says by which strategy an event is tried again.
///
/// # Errors
/// [`Error`] of the database.
pub fn set_duplication(
    conn: &mut Conn,
    id: &UserProvisioningEventId,
    strategy: DuplicationStrategy,
    now: Timestamp,
) -> Result<(), Error> {
    diesel::update(dsl::user_provisioning_events.find(id.as_str()))
        .set((dsl::duplication_strategy.eq(strategy.as_str()), dsl::updated_at.eq(now.millis())))
        .execute(conn)?;
    Ok(())
}

/// Records that an attempt at these events failed.
///
/// # Errors
/// [`Error`] of the database.
pub fn fail(
    conn: &mut Conn,
    ids: &[UserProvisioningEventId],
    error: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let these =
        dsl::user_provisioning_events.filter(dsl::id.eq_any(ids.iter().map(UserProvisioningEventId::as_str)));
    diesel::update(these)
        .set((
            dsl::error_count.eq(dsl::error_count + 1),
            dsl::error.eq(error),
            dsl::tried_at.eq(now.millis()),
            dsl::updated_at.eq(now.millis()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets an event; says whether it was there.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, id: &UserProvisioningEventId) -> Result<bool, Error> {
    Ok(diesel::delete(dsl::user_provisioning_events.find(id.as_str())).execute(conn)? == 1)
}

fn read(row: Row) -> Result<UserProvisioningEvent, Error> {
    let provisioning = &row.user_provisioning_id;
    let (duplication, deletion) = (&row.duplication_strategy, &row.deletion_strategy);
    Ok(UserProvisioningEvent {
        id: parse("user_provisioning_events.id", &row.id, UserProvisioningEventId::parse)?,
        user_provisioning_id: parse("user_provisioning_id", provisioning, UserProvisioningId::parse)?,
        account_id: parse("user_provisioning_events.account_id", &row.account_id, AccountId::parse)?,
        user_id: parse("user_provisioning_events.user_id", &row.user_id, UserId::parse)?,
        source: parse("user_provisioning_events.source", &row.source, EventSource::parse)?,
        duplication: parse("duplication_strategy", duplication, DuplicationStrategy::parse)?,
        deletion: parse("deletion_strategy", deletion, DeletionStrategy::parse)?,
        error_count: row.error_count,
        error: row.error,
        tried_at: row.tried_at.map(Timestamp::from_millis),
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}
