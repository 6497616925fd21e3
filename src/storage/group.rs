//! Groups.

use diesel::prelude::*;

use crate::base::{DirectoryId, GroupId, GroupName, Page, PageRequest, ScimConnectorId, Timestamp, UserId};
use crate::domain::{Group, GroupQuery, GroupSpec, NameFilter, ProvisionType};

use super::error::parse;
use super::resource_count::{self, Kind};
use super::schema::groups::{self, dsl};
use super::schema::{access_assignments, memberships, user_provisionings};
use super::{Conn, Error, group_graph, like};

type Filtered<'a> = groups::BoxedQuery<'a, <Conn as Connection>::Backend>;

#[derive(Queryable, Selectable)]
#[diesel(table_name = groups)]
pub(super) struct Row {
    id: String,
    group_name: String,
    description: String,
    provision_type: String,
    connector_id: Option<String>,
    external_id: Option<String>,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

/// The group with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &GroupId) -> Result<Option<Group>, Error> {
    let row: Option<Row> = dsl::groups.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// The group with this folded name.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_name(conn: &mut Conn, key: &str) -> Result<Option<Group>, Error> {
    let row: Option<Row> =
        dsl::groups.filter(dsl::group_name_key.eq(key)).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// One page of the groups that `query` asks for, in the order they were made.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn, query: &GroupQuery, page: &PageRequest) -> Result<Page<Group>, Error> {
    let mut found = filtered(query);
    if let Some(after) = &page.after {
        found = found.filter(dsl::id.gt(after));
    }
    let rows: Vec<Row> =
        found.order(dsl::id).limit(i64::from(page.limit) + 1).select(Row::as_select()).load(conn)?;
    let groups = rows.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(groups, page.limit, |group| group.id.to_string()))
}

/// How many groups `query` asks for.
///
/// # Errors
/// [`Error`] of the database.
pub fn count_matching(conn: &mut Conn, query: &GroupQuery) -> Result<i64, Error> {
    if *query == GroupQuery::default() {
        return resource_count::total(conn, Kind::Group);
    }
    Ok(filtered(query).count().get_result(conn)?)
}

/// One page of the groups that a user is directly in with the moments of joining, in the order of their ids, and
/// how many there are in all.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_joined(
    conn: &mut Conn,
    user: &UserId,
    page: &PageRequest,
) -> Result<(Page<(Group, Timestamp)>, i64), Error> {
    use memberships::dsl as joined;
    let of_user = || joined::memberships.filter(joined::user_id.eq(user.as_str()));
    let mut found = dsl::groups
        .inner_join(joined::memberships.on(joined::group_id.eq(dsl::id)))
        .filter(joined::user_id.eq(user.as_str()))
        .into_boxed();
    if let Some(after) = &page.after {
        found = found.filter(dsl::id.gt(after));
    }
    let rows: Vec<(Row, i64)> = found
        .order(dsl::id)
        .limit(i64::from(page.limit) + 1)
        .select((Row::as_select(), joined::created_at))
        .load(conn)?;
    let groups = rows
        .into_iter()
        .map(|(row, joined)| Ok((read(row)?, Timestamp::from_millis(joined))))
        .collect::<Result<Vec<_>, Error>>()?;
    let total = of_user().count().get_result(conn)?;
    Ok((Page::cut(groups, page.limit, |(group, _)| group.id.to_string()), total))
}

/// Replaces what is said of a group, with the version that the value has; says whether there was such a group.
///
/// # Errors
/// [`Error::Duplicate`] when the name is taken.
pub fn update(conn: &mut Conn, group: &Group) -> Result<bool, Error> {
    let changed = diesel::update(dsl::groups.find(group.id.as_str()))
        .set((
            dsl::group_name.eq(group.spec.group_name.as_str()),
            dsl::group_name_key.eq(group.spec.group_name.key()),
            dsl::description.eq(&group.spec.description),
            dsl::provision_type.eq(group.provision_type.as_str()),
            dsl::connector_id.eq(group.connector_id.as_ref().map(ScimConnectorId::as_str)),
            dsl::external_id.eq(group.external_id.as_deref()),
            dsl::version.eq(group.version),
            dsl::updated_at.eq(group.updated_at.millis()),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// What keeps a group from being deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ties {
    /// Assignments that name the group.
    pub access_assignments: i64,
    /// Users who are directly in it.
    pub members: i64,
    /// Groups that are directly in it, or that it is directly in.
    pub groups: i64,
    /// User provisionings that name the group.
    pub user_provisionings: i64,
}

/// What keeps a group from being deleted.
///
/// # Errors
/// [`Error`] of the database.
pub fn ties(conn: &mut Conn, id: &GroupId) -> Result<Ties, Error> {
    use access_assignments::dsl as assigned;
    use memberships::dsl as joined;
    use user_provisionings::dsl as kept;
    let assignments = assigned::access_assignments.filter(assigned::assignee_id.eq(id.as_str()));
    Ok(Ties {
        access_assignments: assignments.count().get_result(conn)?,
        members: joined::memberships.filter(joined::group_id.eq(id.as_str())).count().get_result(conn)?,
        groups: group_graph::count_ties(conn, id.as_str())?,
        user_provisionings: kept::user_provisionings
            .filter(kept::assignee_id.eq(id.as_str()))
            .count()
            .get_result(conn)?,
    })
}

/// Deletes a group without ties; says whether there was such a group.
///
/// # Errors
/// [`Error::Reference`] when it has members, or is in a group.
pub fn delete(conn: &mut Conn, id: &GroupId) -> Result<bool, Error> {
    group_graph::delete_self(conn, id)?;
    let deleted = diesel::delete(dsl::groups.find(id.as_str())).execute(conn)?;
    resource_count::add(conn, Kind::Group, id.as_str(), -i64::try_from(deleted).unwrap_or(0))?;
    Ok(deleted == 1)
}

/// Inserts a group.
///
/// # Errors
/// [`Error::Duplicate`] when the name is taken.
pub fn insert(conn: &mut Conn, directory: &DirectoryId, group: &Group) -> Result<(), Error> {
    diesel::insert_into(dsl::groups)
        .values((
            dsl::id.eq(group.id.as_str()),
            dsl::directory_id.eq(directory.as_str()),
            dsl::group_name.eq(group.spec.group_name.as_str()),
            dsl::group_name_key.eq(group.spec.group_name.key()),
            dsl::description.eq(&group.spec.description),
            dsl::provision_type.eq(group.provision_type.as_str()),
            dsl::connector_id.eq(group.connector_id.as_ref().map(ScimConnectorId::as_str)),
            dsl::external_id.eq(group.external_id.as_deref()),
            dsl::version.eq(group.version),
            dsl::created_at.eq(group.created_at.millis()),
            dsl::updated_at.eq(group.updated_at.millis()),
        ))
        .execute(conn)?;
    group_graph::insert_self(conn, &group.id)?;
    resource_count::add(conn, Kind::Group, group.id.as_str(), 1)
}

/// Locks a group until the transaction ends, so that of two who change who is in it and what that comes to,
/// one sees the other's.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock(conn: &mut Conn, group: &GroupId) -> Result<(), Error> {
    // On SQLite there is one writer.
    if let Conn::Postgres(conn) = conn {
        dsl::groups.find(group.as_str()).select(dsl::id).for_update().first::<String>(conn).optional()?;
    }
    Ok(())
}

/// Says that a group is another than it was, after its members changed.
///
/// # Errors
/// [`Error`] of the database.
pub fn touch(conn: &mut Conn, group: &GroupId, now: Timestamp) -> Result<(), Error> {
    diesel::update(dsl::groups.find(group.as_str()))
        .set((dsl::version.eq(dsl::version + 1), dsl::updated_at.eq(now.millis())))
        .execute(conn)?;
    Ok(())
}

fn filtered(query: &GroupQuery) -> Filtered<'_> {
    let mut found = dsl::groups.into_boxed();
    match &query.name {
        Some(NameFilter::Equals(key)) => found = found.filter(dsl::group_name_key.eq(key)),
        Some(NameFilter::StartsWith(key)) => {
            found = found.filter(dsl::group_name_key.like(like::beginning(key)).escape(like::ESCAPE));
        }
        None => {}
    }
    if let Some(kind) = query.provision_type {
        found = found.filter(dsl::provision_type.eq(kind.as_str()));
    }
    found
}

pub(super) fn read(row: Row) -> Result<Group, Error> {
    Ok(Group {
        id: parse("groups.id", &row.id, GroupId::parse)?,
        spec: GroupSpec {
            group_name: parse("groups.group_name", &row.group_name, |name| {
                GroupName::of_provider(name).ok()
            })?,
            description: row.description,
        },
        provision_type: parse("groups.provision_type", &row.provision_type, ProvisionType::parse)?,
        connector_id: row
            .connector_id
            .map(|id| parse("groups.connector_id", &id, ScimConnectorId::parse))
            .transpose()?,
        external_id: row.external_id,
        version: row.version,
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}
