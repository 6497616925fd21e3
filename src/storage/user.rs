//! Users.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::base::{
    DirectoryId, GroupId, Page, PageRequest, ScimConnectorId, Timestamp, UserId, UserName, fold,
};
use crate::domain::{NameFilter, PrincipalId, Profile, ProvisionType, Status, User, UserQuery, UserSpec};

use super::connection::on;
use super::error::parse;
use super::membership::CHUNK;
use super::resource_count::{self, Kind};
use super::schema::users::{self, dsl};
use super::schema::{
    access_assignments, memberships, mfa_devices, passwords, user_emails, user_provisioning_events,
    user_provisionings,
};
use super::{Conn, Error, like, session, sign_in, tag};

type Filtered<'a> = users::BoxedQuery<'a, <Conn as Connection>::Backend>;

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(super) struct Row {
    id: String,
    user_name: String,
    display_name: String,
    first_name: String,
    last_name: String,
    email: Option<String>,
    description: String,
    status: String,
    provision_type: String,
    connector_id: Option<String>,
    external_id: Option<String>,
    profile: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

/// What is said of a user, their status apart: that is changed by itself.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Said<'a> {
    user_name: &'a str,
    user_name_key: String,
    display_name: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    email: Option<&'a str>,
    email_key: Option<String>,
    description: &'a str,
    provision_type: &'a str,
    connector_id: Option<&'a str>,
    external_id: Option<&'a str>,
    profile: String,
    search: String,
    version: i64,
    updated_at: i64,
}

impl<'a> Said<'a> {
    fn of(user: &'a User) -> Self {
        let (spec, profile) = (&user.spec, &user.profile);
        Self {
            user_name: spec.user_name.as_str(),
            user_name_key: spec.user_name.key(),
            display_name: &spec.display_name,
            first_name: &spec.first_name,
            last_name: &spec.last_name,
            email: spec.email.as_deref(),
            email_key: spec.email_key(),
            description: &spec.description,
            provision_type: user.provision_type.as_str(),
            connector_id: user.connector_id.as_ref().map(ScimConnectorId::as_str),
            external_id: user.external_id.as_deref(),
            profile: profile.to_text(),
            search: profile.search_text(&spec.display_name, &spec.first_name, &spec.last_name),
            version: user.version,
            updated_at: user.updated_at.millis(),
        }
    }
}

/// The user with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &UserId) -> Result<Option<User>, Error> {
    let this = dsl::users.find(id.as_str());
    let row: Option<Row> = on!(conn, this.select(Row::as_select()).first(conn)).optional()?;
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
    if *query == UserQuery::default() {
        return count(conn);
    }
    Ok(filtered(query).count().get_result(conn)?)
}

/// One page of the users who are directly in a group with the moments they joined, in the order of their
/// ids, and how many there are in all.
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
    let row = diesel::insert_into(dsl::users).values((
        dsl::id.eq(user.id.as_str()),
        dsl::directory_id.eq(directory.as_str()),
        dsl::status.eq(user.spec.status.as_str()),
        dsl::created_at.eq(user.created_at.millis()),
        Said::of(user),
    ));
    on!(conn, row.execute(conn))?;
    resource_count::add(conn, Kind::User, user.id.as_str(), 1)?;
    insert_emails(conn, user)
}

/// Replaces everything that is said of a user but the status, with the version that the value has; says whether
/// there was such a user.
///
/// # Errors
/// [`Error::Duplicate`] when the name or the e-mail address is taken.
pub fn update(conn: &mut Conn, user: &User) -> Result<bool, Error> {
    let change = diesel::update(dsl::users.find(user.id.as_str())).set(Said::of(user));
    let changed = on!(conn, change.execute(conn))?;
    diesel::delete(user_emails::table.filter(user_emails::user_id.eq(user.id.as_str()))).execute(conn)?;
    insert_emails(conn, user)?;
    Ok(changed == 1)
}

/// Completes users that were written before SCIM was served: their address as SCIM says it, and what is
/// searched. Other users are left as they are.
///
/// # Errors
/// [`Error`] of the database.
pub(super) fn complete(conn: &mut Conn) -> Result<(), Error> {
    loop {
        let old = dsl::users.filter(dsl::search.eq("")).limit(500);
        let rows: Vec<Row> = old.select(Row::as_select()).load(conn)?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let mut user = read(row)?;
            if user.profile.main_email() != user.spec.email.as_deref() {
                user.profile.set_main_email(user.spec.email.as_deref());
            }
            update(conn, &user)?;
        }
    }
}

/// Keeps the addresses beside the main one, each once, to be found by.
fn insert_emails(conn: &mut Conn, user: &User) -> Result<(), Error> {
    let main = user.spec.email_key();
    let keys: BTreeSet<String> =
        user.profile.emails().map(fold).filter(|key| Some(key) != main.as_ref()).collect();
    for key in keys {
        let row = (user_emails::email_key.eq(key), user_emails::user_id.eq(user.id.as_str()));
        on!(conn, diesel::insert_into(user_emails::table).values(row).execute(conn))?;
    }
    Ok(())
}

/// Locks a user until the transaction ends, so that of two who let them in and shut them out, one sees the
/// other's. Whoever only refers to the user does not wait.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock(conn: &mut Conn, id: &UserId) -> Result<(), Error> {
    lock_all(conn, std::slice::from_ref(id))
}

/// The user with this id, locked as by [`lock`].
///
/// # Errors
/// [`Error`] of the database.
pub fn find_locked(conn: &mut Conn, id: &UserId) -> Result<Option<User>, Error> {
    // SQLite has one writer at a time.
    let Conn::Postgres(conn) = conn else { return find(conn, id) };
    let this = dsl::users.find(id.as_str()).select(Row::as_select()).for_no_key_update();
    this.first(conn).optional()?.map(read).transpose()
}

/// As [`lock`], for many.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock_all(conn: &mut Conn, ids: &[UserId]) -> Result<(), Error> {
    // On SQLite there is one writer.
    if let Conn::Postgres(conn) = conn {
        for ids in ids.chunks(CHUNK) {
            let these = dsl::users.filter(dsl::id.eq_any(ids.iter().map(UserId::as_str)));
            these.order(dsl::id).select(dsl::id).for_no_key_update().load::<String>(conn)?;
        }
    }
    Ok(())
}

/// Locks a user who is to be deleted until the transaction ends: nobody refers to them anew either.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock_to_delete(conn: &mut Conn, id: &UserId) -> Result<(), Error> {
    if let Conn::Postgres(conn) = conn {
        dsl::users.find(id.as_str()).select(dsl::id).for_update().first::<String>(conn).optional()?;
    }
    Ok(())
}

/// Which of these users there are. None of them is deleted until the transaction ends.
///
/// # Errors
/// [`Error`] of the database.
pub fn share_existing(conn: &mut Conn, ids: &[UserId]) -> Result<BTreeSet<UserId>, Error> {
    let mut found = BTreeSet::new();
    for ids in ids.chunks(CHUNK) {
        let these = dsl::users.filter(dsl::id.eq_any(ids.iter().map(UserId::as_str))).select(dsl::id);
        let rows: Vec<String> = match conn {
            Conn::Postgres(conn) => these.order(dsl::id).for_key_share().load(conn)?,
            Conn::Sqlite(conn) => these.load(conn)?,
        };
        for id in &rows {
            found.insert(parse("users.id", id, UserId::parse)?);
        }
    }
    Ok(found)
}

/// What keeps a user from being deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ties {
    /// Assignments that name the user.
    pub access_assignments: i64,
    /// Groups that the user is directly in.
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
    let deleted = diesel::delete(dsl::users.find(id.as_str())).execute(conn)?;
    resource_count::add(conn, Kind::User, id.as_str(), -i64::try_from(deleted).unwrap_or(0))?;
    Ok(deleted == 1)
}

/// Changes a user's status; says whether there was such a user.
///
/// # Errors
/// [`Error`] of the database.
pub fn update_status(conn: &mut Conn, id: &UserId, status: Status, now: Timestamp) -> Result<bool, Error> {
    let changed = diesel::update(dsl::users.find(id.as_str()))
        .set((
            dsl::status.eq(status.as_str()),
            dsl::version.eq(dsl::version + 1),
            dsl::updated_at.eq(now.millis()),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// How many users there are.
///
/// # Errors
/// [`Error`] of the database.
pub fn count(conn: &mut Conn) -> Result<i64, Error> {
    resource_count::total(conn, Kind::User)
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

pub(super) fn read(row: Row) -> Result<User, Error> {
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
        connector_id: row
            .connector_id
            .map(|id| parse("users.connector_id", &id, ScimConnectorId::parse))
            .transpose()?,
        external_id: row.external_id,
        profile: parse("users.profile", &row.profile, Profile::parse)?,
        version: row.version,
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}
