//! Users.

use diesel::prelude::*;

use crate::base::{DirectoryId, GroupId, Page, PageRequest, Timestamp, UserId, UserName};
use crate::domain::{NameFilter, PrincipalId, ProvisionType, Status, User, UserQuery, UserSpec};

use super::error::parse;
use super::schema::users::{self, dsl};
use super::schema::{
    access_assignments, memberships, mfa_devices, passwords, user_provisioning_events, user_provisionings,
};
use super::{Conn, Error, like, session, sign_in, tag};

type Filtered<'a> = users::BoxedQuery<'a, <Conn as Connection>::Backend>;

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct Row {
    id: String,
    user_name: String,
    display_name: String,
    first_name: String,
    last_name: String,
    email: Option<String>,
    description: String,
    status: String,
    provision_type: String,
    external_id: Option<String>,
    created_at: i64,
    updated_at: i64,
}

/// The user with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &UserId) -> Result<Option<User>, Error> {
    let row: Option<Row> = dsl::users.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// The user with this folded name.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_name(conn: &mut Conn, key: &str) -> Result<Option<User>, Error> {
    let row: Option<Row> =
        dsl::users.filter(dsl::user_name_key.eq(key)).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// The user whom the identity provider they come from calls this.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_external_id(conn: &mut Conn, external_id: &str) -> Result<Option<User>, Error> {
    let row: Option<Row> = dsl::users
        .filter(dsl::external_id.eq(external_id))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// One page of the users that `query` asks for, in the order they were made.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn, query: &UserQuery, page: &PageRequest) -> Result<Page<User>, Error> {
    let mut found = filtered(query);
    if let Some(after) = &page.after {
        found = found.filter(dsl::id.gt(after));
    }
    let rows: Vec<Row> =
        found.order(dsl::id).limit(i64::from(page.limit) + 1).select(Row::as_select()).load(conn)?;
    let users = rows.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(users, page.limit, |user| user.id.to_string()))
}

/// How many users `query` asks for.
///
/// # Errors
/// [`Error`] of the database.
pub fn count_matching(conn: &mut Conn, query: &UserQuery) -> Result<i64, Error> {
    Ok(filtered(query).count().get_result(conn)?)
}

/// One page of a group's members with the moments they joined, in the order of their ids, and how many
/// there are in all.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_members(
    conn: &mut Conn,
    group: &GroupId,
    page: &PageRequest,
) -> Result<(Page<(User, Timestamp)>, i64), Error> {
    use memberships::dsl as joined;
    let of_group = || joined::memberships.filter(joined::group_id.eq(group.as_str()));
    let mut found = dsl::users
        .inner_join(joined::memberships.on(joined::user_id.eq(dsl::id)))
        .filter(joined::group_id.eq(group.as_str()))
        .into_boxed();
    if let Some(after) = &page.after {
        found = found.filter(dsl::id.gt(after));
    }
    let rows: Vec<(Row, i64)> = found
        .order(dsl::id)
        .limit(i64::from(page.limit) + 1)
        .select((Row::as_select(), joined::created_at))
        .load(conn)?;
    let members = rows
        .into_iter()
        .map(|(row, joined)| Ok((read(row)?, Timestamp::from_millis(joined))))
        .collect::<Result<Vec<_>, Error>>()?;
    let total = of_group().count().get_result(conn)?;
    Ok((Page::cut(members, page.limit, |(user, _)| user.id.to_string()), total))
}

/// Inserts a user.
///
/// # Errors
/// [`Error::Duplicate`] when the name or the e-mail address is taken.
pub fn insert(conn: &mut Conn, directory: &DirectoryId, user: &User) -> Result<(), Error> {
    let spec = &user.spec;
    diesel::insert_into(dsl::users)
        .values((
            dsl::id.eq(user.id.as_str()),
            dsl::directory_id.eq(directory.as_str()),
            dsl::user_name.eq(spec.user_name.as_str()),
            dsl::user_name_key.eq(spec.user_name.key()),
            dsl::display_name.eq(&spec.display_name),
            dsl::first_name.eq(&spec.first_name),
            dsl::last_name.eq(&spec.last_name),
            dsl::email.eq(spec.email.as_deref()),
            dsl::email_key.eq(spec.email_key()),
            dsl::description.eq(&spec.description),
            dsl::status.eq(spec.status.as_str()),
            dsl::provision_type.eq(user.provision_type.as_str()),
            dsl::external_id.eq(user.external_id.as_deref()),
            dsl::created_at.eq(user.created_at.millis()),
            dsl::updated_at.eq(user.updated_at.millis()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Replaces what is said of a user, all but the name and the status; says whether there was such a user.
///
/// # Errors
/// [`Error::Duplicate`] when the e-mail address is taken.
pub fn update(conn: &mut Conn, id: &UserId, spec: &UserSpec, now: Timestamp) -> Result<bool, Error> {
    let changed = diesel::update(dsl::users.find(id.as_str()))
        .set((
            dsl::display_name.eq(&spec.display_name),
            dsl::first_name.eq(&spec.first_name),
            dsl::last_name.eq(&spec.last_name),
            dsl::email.eq(spec.email.as_deref()),
            dsl::email_key.eq(spec.email_key()),
            dsl::description.eq(&spec.description),
            dsl::updated_at.eq(now.millis()),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Locks a user until the transaction ends, so that of two who let them in and shut them out, one sees the
/// other's.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock(conn: &mut Conn, id: &UserId) -> Result<(), Error> {
    diesel::update(dsl::users.find(id.as_str())).set(dsl::updated_at.eq(dsl::updated_at)).execute(conn)?;
    Ok(())
}

/// What keeps a user from being deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ties {
    /// Assignments that name the user.
    pub access_assignments: i64,
    /// Groups that the user is in.
    pub groups: i64,
    /// Devices that the user signs in with.
    pub mfa_devices: i64,
    /// User provisionings that name the user.
    pub user_provisionings: i64,
    /// Events of user provisionings that are not done for the user.
    pub user_provisioning_events: i64,
}

/// What keeps a user from being deleted.
///
/// # Errors
/// [`Error`] of the database.
pub fn ties(conn: &mut Conn, id: &UserId) -> Result<Ties, Error> {
    use access_assignments::dsl as assigned;
    use memberships::dsl as joined;
    use mfa_devices::dsl as bound;
    use user_provisioning_events::dsl as open;
    use user_provisionings::dsl as kept;
    let id = id.as_str();
    let assignments = assigned::access_assignments.filter(assigned::assignee_id.eq(id));
    Ok(Ties {
        access_assignments: assignments.count().get_result(conn)?,
        groups: joined::memberships.filter(joined::user_id.eq(id)).count().get_result(conn)?,
        mfa_devices: bound::mfa_devices.filter(bound::principal_id.eq(id)).count().get_result(conn)?,
        user_provisionings: kept::user_provisionings
            .filter(kept::assignee_id.eq(id))
            .count()
            .get_result(conn)?,
        user_provisioning_events: open::user_provisioning_events
            .filter(open::user_id.eq(id))
            .count()
            .get_result(conn)?,
    })
}

/// Deletes a user without ties, with password, tags, sessions and sign-ins under way; says whether there
/// was such a user.
///
/// # Errors
/// [`Error::Reference`] when the user is in a group.
pub fn delete(conn: &mut Conn, id: &UserId) -> Result<bool, Error> {
    let principal = PrincipalId::User(id.clone());
    session::delete_by_principal(conn, &principal)?;
    sign_in::delete_by_principal(conn, &principal)?;
    diesel::delete(passwords::dsl::passwords.find(id.as_str())).execute(conn)?;
    tag::delete(conn, id.as_str())?;
    Ok(diesel::delete(dsl::users.find(id.as_str())).execute(conn)? == 1)
}

/// Changes a user's status; says whether there was such a user.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_status(conn: &mut Conn, id: &UserId, status: Status, now: Timestamp) -> Result<bool, Error> {
    let changed = diesel::update(dsl::users.find(id.as_str()))
        .set((dsl::status.eq(status.as_str()), dsl::updated_at.eq(now.millis())))
        .execute(conn)?;
    Ok(changed == 1)
}

/// How many users there are.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(conn: &mut Conn) -> Result<i64, Error> {
    Ok(dsl::users.count().get_result(conn)?)
}

fn filtered(query: &UserQuery) -> Filtered<'_> {
    let mut found = dsl::users.into_boxed();
    match &query.name {
        Some(NameFilter::Equals(key)) => found = found.filter(dsl::user_name_key.eq(key)),
        Some(NameFilter::StartsWith(key)) => {
            found = found.filter(dsl::user_name_key.like(like::beginning(key)).escape(like::ESCAPE));
        }
        None => {}
    }
    if let Some(status) = query.status {
        found = found.filter(dsl::status.eq(status.as_str()));
    }
    if let Some(kind) = query.provision_type {
        found = found.filter(dsl::provision_type.eq(kind.as_str()));
    }
    for wanted in &query.tags {
        found = found.filter(dsl::id.eq_any(tag::having!(wanted)));
    }
    found
}

fn read(row: Row) -> Result<User, Error> {
    Ok(User {
        id: parse("users.id", &row.id, UserId::parse)?,
        spec: UserSpec {
            user_name: parse("users.user_name", &row.user_name, |name| UserName::parse(name).ok())?,
            display_name: row.display_name,
            first_name: row.first_name,
            last_name: row.last_name,
            email: row.email,
            description: row.description,
            status: parse("users.status", &row.status, Status::parse)?,
        },
        provision_type: parse("users.provision_type", &row.provision_type, ProvisionType::parse)?,
        external_id: row.external_id,
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}
