//! User provisionings and their one configuration.

use diesel::prelude::*;

use crate::base::{AccountId, DirectoryId, GroupId, Timestamp, UserId, UserProvisioningId};
use crate::domain::{
    Assignee, AssigneeKind, DeletionStrategy, DuplicationStrategy, Status, UserProvisioning,
    UserProvisioningConfiguration, UserProvisioningFilter, UserProvisioningTerms,
};

use super::assignment::{groups_of, share_assignees};
use super::connection::on;
use super::error::parse;
use super::group_graph::above;
use super::schema::user_provisioning_configurations as configurations;
use super::schema::user_provisionings::{self, dsl};
use super::{Conn, Error};

type Query<'a> = user_provisionings::BoxedQuery<'a, <Conn as Connection>::Backend>;

#[derive(Queryable, Selectable)]
#[diesel(table_name = user_provisionings)]
struct Row {
    id: String,
    account_id: String,
    assignee_id: String,
    description: String,
    duplication_strategy: String,
    deletion_strategy: String,
    status: String,
    created_at: i64,
    updated_at: i64,
}

/// The user provisioning with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &UserProvisioningId) -> Result<Option<UserProvisioning>, Error> {
    let row: Option<Row> =
        dsl::user_provisionings.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// The one for this assignee in this account.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_for(
    conn: &mut Conn,
    account: &AccountId,
    assignee: &Assignee,
) -> Result<Option<UserProvisioning>, Error> {
    let row: Option<Row> = dsl::user_provisionings
        .filter(dsl::account_id.eq(account.as_str()))
        .filter(dsl::assignee_id.eq(assignee.as_str()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// Those that agree with `filter`, oldest first: at most `limit` after the one with the id `after`.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(
    conn: &mut Conn,
    filter: &UserProvisioningFilter,
    after: Option<&UserProvisioningId>,
    limit: i64,
) -> Result<Vec<UserProvisioning>, Error> {
    let mut query = filtered(filter);
    if let Some(after) = after {
        query = query.filter(dsl::id.gt(after.as_str()));
    }
    let rows: Vec<Row> = query.order(dsl::id).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// How many agree with `filter`.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(conn: &mut Conn, filter: &UserProvisioningFilter) -> Result<i64, Error> {
    Ok(filtered(filter).count().get_result(conn)?)
}

fn filtered(filter: &UserProvisioningFilter) -> Query<'_> {
    let mut query = dsl::user_provisionings.into_boxed();
    if let Some(account) = &filter.account_id {
        query = query.filter(dsl::account_id.eq(account.as_str()));
    }
    if let Some(assignee) = &filter.assignee {
        query = query.filter(dsl::assignee_id.eq(assignee.as_str()));
    }
    match filter.assignee_kind {
        Some(AssigneeKind::User) => query.filter(dsl::assignee_id.like("u-%")),
        Some(AssigneeKind::Group) => query.filter(dsl::assignee_id.like("g-%")),
        None => query,
    }
}

/// Those that reach a user in an account, by themselves or through a group; oldest first. What is being
/// deleted reaches nobody.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_reaching(
    conn: &mut Conn,
    account: &AccountId,
    user: &UserId,
) -> Result<Vec<UserProvisioning>, Error> {
    let rows: Vec<Row> = dsl::user_provisionings
        .filter(dsl::account_id.eq(account.as_str()))
        .filter(dsl::status.eq(Status::Enabled.as_str()))
        .filter(dsl::assignee_id.eq(user.as_str()).or(dsl::assignee_id.eq_any(groups_of(user))))
        .order(dsl::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// Those that reach whoever is in a group, by the group itself or by one that it is in; oldest first. What is
/// being deleted reaches nobody.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_reaching_group(conn: &mut Conn, group: &GroupId) -> Result<Vec<UserProvisioning>, Error> {
    let rows: Vec<Row> = dsl::user_provisionings
        .filter(dsl::assignee_id.eq_any(above(group.as_str())))
        .filter(dsl::status.eq(Status::Enabled.as_str()))
        .order(dsl::id)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// As [`reaches`]; those that reach the user cannot be deleted until the transaction ends, nor the user taken
/// out of the groups by which they do.
///
/// # Errors
/// [`Error`] of the database.
pub fn share_reaching(conn: &mut Conn, account: &AccountId, user: &UserId) -> Result<bool, Error> {
    let assignees = share_assignees(conn, user)?;
    // SQLite has one writer at a time.
    let Conn::Postgres(conn) = conn else { return reaches(conn, account, user) };
    let reaching: Vec<String> = dsl::user_provisionings
        .filter(dsl::account_id.eq(account.as_str()))
        .filter(dsl::status.eq(Status::Enabled.as_str()))
        .filter(dsl::assignee_id.eq_any(assignees))
        .select(dsl::id)
        .for_share()
        .load(conn)?;
    Ok(!reaching.is_empty())
}

/// The accounts in which any reaches a user, each once.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_reached(conn: &mut Conn, user: &UserId) -> Result<Vec<AccountId>, Error> {
    let rows: Vec<String> = dsl::user_provisionings
        .filter(dsl::status.eq(Status::Enabled.as_str()))
        .filter(dsl::assignee_id.eq(user.as_str()).or(dsl::assignee_id.eq_any(groups_of(user))))
        .select(dsl::account_id)
        .distinct()
        .order(dsl::account_id)
        .load(conn)?;
    rows.iter().map(|id| parse("user_provisionings.account_id", id, AccountId::parse)).collect()
}

/// Whether any reaches a user in an account.
///
/// # Errors
/// [`Error`] of the database.
pub fn reaches(conn: &mut Conn, account: &AccountId, user: &UserId) -> Result<bool, Error> {
    Ok(!list_reaching(conn, account, user)?.is_empty())
}

/// Whether an account has any, those that are being deleted included.
///
/// # Errors
/// [`Error`] of the database.
pub fn is_any_in(conn: &mut Conn, account: &AccountId) -> Result<bool, Error> {
    let filter = UserProvisioningFilter { account_id: Some(account.clone()), ..Default::default() };
    Ok(count(conn, &filter)? > 0)
}

/// The accounts that have any, each once.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_accounts(conn: &mut Conn) -> Result<Vec<AccountId>, Error> {
    let rows: Vec<String> =
        dsl::user_provisionings.select(dsl::account_id).distinct().order(dsl::account_id).load(conn)?;
    rows.iter().map(|id| parse("user_provisionings.account_id", id, AccountId::parse)).collect()
}

/// Inserts one.
///
/// # Errors
/// [`Error::Duplicate`] when there is one for this assignee in this account.
pub fn insert(conn: &mut Conn, provisioning: &UserProvisioning) -> Result<(), Error> {
    let terms = &provisioning.terms;
    diesel::insert_into(dsl::user_provisionings)
        .values((
            dsl::id.eq(provisioning.id.as_str()),
            dsl::account_id.eq(provisioning.account_id.as_str()),
            dsl::assignee_id.eq(provisioning.assignee.as_str()),
            dsl::description.eq(&terms.description),
            dsl::duplication_strategy.eq(terms.duplication.as_str()),
            dsl::deletion_strategy.eq(terms.deletion.as_str()),
            dsl::status.eq(provisioning.status.as_str()),
            dsl::created_at.eq(provisioning.created_at.millis()),
            dsl::updated_at.eq(provisioning.updated_at.millis()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Replaces terms and status.
///
/// # Errors
/// [`Error`] of the database.
pub fn update(conn: &mut Conn, provisioning: &UserProvisioning) -> Result<(), Error> {
    let terms = &provisioning.terms;
    diesel::update(dsl::user_provisionings.find(provisioning.id.as_str()))
        .set((
            dsl::description.eq(&terms.description),
            dsl::duplication_strategy.eq(terms.duplication.as_str()),
            dsl::deletion_strategy.eq(terms.deletion.as_str()),
            dsl::status.eq(provisioning.status.as_str()),
            dsl::updated_at.eq(provisioning.updated_at.millis()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Locks one until the transaction ends, so that of two who change what it comes to, one sees the other's.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock(conn: &mut Conn, id: &UserProvisioningId) -> Result<(), Error> {
    diesel::update(dsl::user_provisionings.find(id.as_str()))
        .set(dsl::updated_at.eq(dsl::updated_at))
        .execute(conn)?;
    Ok(())
}

/// Forgets one that is being deleted and has no event left; says whether it did.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_cleared(conn: &mut Conn, id: &UserProvisioningId) -> Result<bool, Error> {
    use super::schema::user_provisioning_events::dsl as events;
    let open = events::user_provisioning_events
        .filter(events::user_provisioning_id.eq(id.as_str()))
        .select(events::user_provisioning_id);
    let cleared = dsl::user_provisionings
        .filter(dsl::id.eq(id.as_str()))
        .filter(dsl::status.eq(Status::Disabled.as_str()))
        .filter(dsl::id.ne_all(open));
    Ok(diesel::delete(cleared).execute(conn)? == 1)
}

/// How RAM users of this directory enter the console, where somebody said so.
///
/// # Errors
/// [`Error`] of the database.
pub fn configuration(
    conn: &mut Conn,
    directory: &DirectoryId,
    created_at: Timestamp,
) -> Result<Option<UserProvisioningConfiguration>, Error> {
    use configurations::dsl as of;
    let row: Option<(i64, String, i64)> = of::user_provisioning_configurations
        .find(directory.as_str())
        .select((of::session_hours, of::landing_page, of::updated_at))
        .first(conn)
        .optional()?;
    Ok(row.map(|(hours, landing_page, updated_at)| UserProvisioningConfiguration {
        session_hours: u32::try_from(hours).unwrap_or(UserProvisioningConfiguration::DEFAULT_SESSION_HOURS),
        landing_page,
        created_at,
        updated_at: Timestamp::from_millis(updated_at),
    }))
}

/// Says how RAM users of this directory enter the console.
///
/// # Errors
/// [`Error`] of the database.
pub fn put_configuration(
    conn: &mut Conn,
    directory: &DirectoryId,
    configuration: &UserProvisioningConfiguration,
) -> Result<(), Error> {
    use configurations::dsl as of;
    let values = (
        of::session_hours.eq(i64::from(configuration.session_hours)),
        of::landing_page.eq(&configuration.landing_page),
        of::updated_at.eq(configuration.updated_at.millis()),
    );
    let row = (of::directory_id.eq(directory.as_str()), values);
    on!(
        conn,
        diesel::insert_into(of::user_provisioning_configurations)
            .values(row)
            .on_conflict(of::directory_id)
            .do_update()
            .set(values)
            .execute(conn)
    )?;
    Ok(())
}

/// Forgets how RAM users of a directory enter the console.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_configuration(conn: &mut Conn, directory: &DirectoryId) -> Result<(), Error> {
    use configurations::dsl as of;
    diesel::delete(of::user_provisioning_configurations.find(directory.as_str())).execute(conn)?;
    Ok(())
}

fn read(row: Row) -> Result<UserProvisioning, Error> {
    let (duplication, deletion) = (&row.duplication_strategy, &row.deletion_strategy);
    Ok(UserProvisioning {
        id: parse("user_provisionings.id", &row.id, UserProvisioningId::parse)?,
        account_id: parse("user_provisionings.account_id", &row.account_id, AccountId::parse)?,
        assignee: parse("user_provisionings.assignee_id", &row.assignee_id, Assignee::parse)?,
        terms: UserProvisioningTerms {
            description: row.description,
            duplication: parse("duplication_strategy", duplication, DuplicationStrategy::parse)?,
            deletion: parse("deletion_strategy", deletion, DeletionStrategy::parse)?,
        },
        status: parse("user_provisionings.status", &row.status, Status::parse)?,
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}
