//! Console sessions that we opened, and whether the cloud has been told of their end.

use std::time::Duration;

use diesel::prelude::*;

use crate::base::{AccessConfigurationId, AccountId, ConsoleSessionId, GroupId, Timestamp, UserId};
use crate::domain::{
    AuthenticationMethod, ConsoleIdentity, ConsoleSession, ConsoleSessionFilter, EndReason, Grant,
};

use super::connection::on;
use super::error::parse;
use super::membership::{CHUNK, persons_below};
use super::schema::console_sessions::{self, dsl};
use super::schema::role_cutoffs;
use super::{Conn, Error};

/// The longest session that a role can have.
const LONGEST_ROLE_SESSION: Duration = Duration::from_secs(12 * 3600);

type Query<'a> = console_sessions::BoxedQuery<'a, <Conn as Connection>::Backend>;

#[derive(Queryable, Selectable)]
#[diesel(table_name = console_sessions)]
struct Row {
    id: String,
    user_id: String,
    account_id: String,
    access_configuration_id: Option<String>,
    identity: String,
    name_id: String,
    method: String,
    source_address: String,
    user_agent: String,
    started_at: i64,
    expires_at: i64,
    ended_at: Option<i64>,
    end_reason: Option<String>,
    logout_due_at: Option<i64>,
    logout_attempts: i64,
    logout_error: String,
}

/// The session with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &ConsoleSessionId) -> Result<Option<ConsoleSession>, Error> {
    let row: Option<Row> =
        dsl::console_sessions.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// Those that agree with `filter`, the latest first: at most `limit` after the one with the id `after`.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(
    conn: &mut Conn,
    filter: &ConsoleSessionFilter,
    after: Option<&ConsoleSessionId>,
    limit: i64,
) -> Result<Vec<ConsoleSession>, Error> {
    let mut query = filtered(filter);
    if let Some(after) = after {
        query = query.filter(dsl::id.lt(after.as_str()));
    }
    let rows: Vec<Row> = query.order(dsl::id.desc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// How many agree with `filter`.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(conn: &mut Conn, filter: &ConsoleSessionFilter) -> Result<i64, Error> {
    Ok(filtered(filter).count().get_result(conn)?)
}

fn filtered(filter: &ConsoleSessionFilter) -> Query<'_> {
    let mut query = dsl::console_sessions.into_boxed();
    if let Some(user) = &filter.user_id {
        query = query.filter(dsl::user_id.eq(user.as_str()));
    }
    if let Some(account) = &filter.account_id {
        query = query.filter(dsl::account_id.eq(account.as_str()));
    }
    match &filter.identity {
        Some(ConsoleIdentity::Role(configuration)) => {
            query = query.filter(dsl::access_configuration_id.eq(configuration.as_str()));
        }
        Some(ConsoleIdentity::RamUser) => query = query.filter(dsl::access_configuration_id.is_null()),
        None => {}
    }
    if let Some(now) = filter.alive_at {
        query = query.filter(dsl::ended_at.is_null()).filter(dsl::expires_at.gt(now.millis()));
    }
    query
}

/// Which of these users have a living session.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_persons_of(conn: &mut Conn, users: &[UserId], now: Timestamp) -> Result<Vec<UserId>, Error> {
    let mut persons = Vec::new();
    for users in users.chunks(CHUNK) {
        let users = users.iter().map(UserId::as_str);
        let ids: Vec<String> = living(now)
            .filter(dsl::user_id.eq_any(users))
            .select(dsl::user_id)
            .distinct()
            .order(dsl::user_id)
            .load(conn)?;
        persons.extend(read_persons(&ids)?);
    }
    Ok(persons)
}

/// The users in a group, directly or not, who have a living session.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_persons_below(conn: &mut Conn, group: &GroupId, now: Timestamp) -> Result<Vec<UserId>, Error> {
    let ids: Vec<String> = living(now)
        .filter(dsl::user_id.eq_any(persons_below(group.as_str())))
        .select(dsl::user_id)
        .distinct()
        .order(dsl::user_id)
        .load(conn)?;
    read_persons(&ids)
}

fn living<'a>(now: Timestamp) -> Query<'a> {
    dsl::console_sessions
        .filter(dsl::ended_at.is_null())
        .filter(dsl::expires_at.gt(now.millis()))
        .into_boxed()
}

fn read_persons(ids: &[String]) -> Result<Vec<UserId>, Error> {
    ids.iter().map(|id| parse("console_sessions.user_id", id, UserId::parse)).collect()
}

/// Locks a session until the transaction ends, so that of two who each take away one of two rights by which
/// it may go on, the second sees what the first did.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock(conn: &mut Conn, id: &ConsoleSessionId) -> Result<(), Error> {
    // On SQLite there is one writer.
    if let Conn::Postgres(conn) = conn {
        dsl::console_sessions
            .find(id.as_str())
            .select(dsl::id)
            .for_update()
            .first::<String>(conn)
            .optional()?;
    }
    Ok(())
}

/// Inserts a session.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(conn: &mut Conn, session: &ConsoleSession) -> Result<(), Error> {
    let configuration = match &session.identity {
        ConsoleIdentity::Role(id) => Some(id.as_str()),
        ConsoleIdentity::RamUser => None,
    };
    diesel::insert_into(dsl::console_sessions)
        .values((
            dsl::id.eq(session.id.as_str()),
            dsl::user_id.eq(session.user_id.as_str()),
            dsl::account_id.eq(session.account_id.as_str()),
            dsl::access_configuration_id.eq(configuration),
            dsl::identity.eq(&session.identity_name),
            dsl::name_id.eq(&session.name_id),
            dsl::method.eq(session.method.as_str()),
            dsl::source_address.eq(&session.source_address),
            dsl::user_agent.eq(&session.user_agent),
            dsl::started_at.eq(session.started_at.millis()),
            dsl::expires_at.eq(session.expires_at.millis()),
            dsl::logout_attempts.eq(0),
            dsl::logout_error.eq(""),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends a living session, and notes that the cloud is to be told; false when it was over.
///
/// # Errors
/// [`Error`] of the database.
pub fn end(conn: &mut Conn, id: &ConsoleSessionId, reason: EndReason, now: Timestamp) -> Result<bool, Error> {
    let living = dsl::console_sessions
        .find(id.as_str())
        .filter(dsl::ended_at.is_null())
        .filter(dsl::expires_at.gt(now.millis()));
    let ended = diesel::update(living)
        .set((
            dsl::ended_at.eq(now.millis()),
            dsl::end_reason.eq(reason.as_str()),
            dsl::logout_due_at.eq(now.millis()),
        ))
        .execute(conn)?;
    Ok(ended == 1)
}

/// The ended sessions of which the cloud is to be told by now, the longest waiting first.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_untold(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<ConsoleSession>, Error> {
    let rows: Vec<Row> = dsl::console_sessions
        .filter(dsl::logout_due_at.le(now.millis()))
        .order((dsl::logout_due_at, dsl::id))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Records that the cloud was told, or is not to be told any more.
///
/// # Errors
/// [`Error`] of the database.
pub fn set_told(conn: &mut Conn, id: &ConsoleSessionId, error: &str) -> Result<(), Error> {
    diesel::update(dsl::console_sessions.find(id.as_str()))
        .set((dsl::logout_due_at.eq(None::<i64>), dsl::logout_error.eq(error)))
        .execute(conn)?;
    Ok(())
}

/// Records that telling the cloud failed, and when to try again.
///
/// # Errors
/// [`Error`] of the database.
pub fn set_untold(
    conn: &mut Conn,
    id: &ConsoleSessionId,
    error: &str,
    next_at: Timestamp,
) -> Result<(), Error> {
    let untold = dsl::console_sessions.find(id.as_str()).filter(dsl::logout_due_at.is_not_null());
    diesel::update(untold)
        .set((
            dsl::logout_due_at.eq(next_at.millis()),
            dsl::logout_attempts.eq(dsl::logout_attempts + 1),
            dsl::logout_error.eq(error),
        ))
        .execute(conn)?;
    Ok(())
}

/// Has a role deny what its sessions ask for that began before `cutoff`, as long as one could live that did.
///
/// # Errors
/// [`Error`] of the database.
pub fn set_cutoff(
    conn: &mut Conn,
    configuration: &AccessConfigurationId,
    session: &ConsoleSession,
    cutoff: Timestamp,
) -> Result<(), Error> {
    use role_cutoffs::dsl as cut;
    let values = (
        cut::denied_before.eq(cutoff.millis()),
        cut::expires_at.eq(cutoff.plus(LONGEST_ROLE_SESSION).millis()),
    );
    let row = (
        cut::access_configuration_id.eq(configuration.as_str()),
        cut::account_id.eq(session.account_id.as_str()),
        values,
    );
    on!(
        conn,
        diesel::insert_into(cut::role_cutoffs)
            .values(row)
            .on_conflict((cut::access_configuration_id, cut::account_id))
            .do_update()
            .set(values)
            .execute(conn)
    )?;
    Ok(())
}

/// Before when the sessions of a role began that are denied everything; `None` where none are.
///
/// # Errors
/// [`Error`] of the database.
pub fn cutoff(conn: &mut Conn, grant: &Grant) -> Result<Option<Timestamp>, Error> {
    use role_cutoffs::dsl as cut;
    let millis: Option<i64> = cut::role_cutoffs
        .find((grant.access_configuration_id.as_str(), grant.account_id.as_str()))
        .select(cut::denied_before)
        .first(conn)
        .optional()?;
    Ok(millis.map(Timestamp::from_millis))
}

/// Forgets the cut-offs that no living session began before; gives what they were of.
///
/// # Errors
/// [`Error`] of the database.
pub fn take_expired_cutoffs(conn: &mut Conn, now: Timestamp) -> Result<Vec<Grant>, Error> {
    use role_cutoffs::dsl as cut;
    let over = || cut::role_cutoffs.filter(cut::expires_at.le(now.millis()));
    let rows: Vec<(String, String)> =
        over().select((cut::access_configuration_id, cut::account_id)).load(conn)?;
    diesel::delete(over()).execute(conn)?;
    let grant = |(configuration, account): (String, String)| {
        Ok(Grant {
            account_id: parse("role_cutoffs.account_id", &account, AccountId::parse)?,
            access_configuration_id: parse(
                "role_cutoffs.access_configuration_id",
                &configuration,
                AccessConfigurationId::parse,
            )?,
        })
    };
    rows.into_iter().map(grant).collect()
}

/// Forgets sessions that were over before `moment` and of which there is nothing to tell.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_expired(conn: &mut Conn, moment: Timestamp) -> Result<(), Error> {
    let over = dsl::console_sessions
        .filter(dsl::expires_at.lt(moment.millis()))
        .filter(dsl::logout_due_at.is_null());
    diesel::delete(over).execute(conn)?;
    Ok(())
}

fn read(row: Row) -> Result<ConsoleSession, Error> {
    let configuration = |id: String| {
        parse("console_sessions.access_configuration_id", &id, AccessConfigurationId::parse)
            .map(ConsoleIdentity::Role)
    };
    let reason = row.end_reason.map(|text| parse("console_sessions.end_reason", &text, EndReason::parse));
    let ended_at = row.ended_at.map(Timestamp::from_millis);
    Ok(ConsoleSession {
        id: parse("console_sessions.id", &row.id, ConsoleSessionId::parse)?,
        user_id: parse("console_sessions.user_id", &row.user_id, UserId::parse)?,
        account_id: parse("console_sessions.account_id", &row.account_id, AccountId::parse)?,
        identity: row.access_configuration_id.map_or(Ok(ConsoleIdentity::RamUser), configuration)?,
        identity_name: row.identity,
        name_id: row.name_id,
        method: parse("console_sessions.method", &row.method, AuthenticationMethod::parse)?,
        source_address: row.source_address,
        user_agent: row.user_agent,
        started_at: Timestamp::from_millis(row.started_at),
        expires_at: Timestamp::from_millis(row.expires_at),
        ended: ended_at.zip(reason.transpose()?),
        is_logout_due: row.logout_due_at.is_some(),
        logout_attempts: row.logout_attempts,
        logout_error: row.logout_error,
    })
}
