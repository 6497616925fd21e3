//! Users in groups, directly and through groups that are in groups.
//!
//! Functions that take many users ask in statements of thousands, and none of them reads the other members
//! of a group.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::base::{GroupId, GroupName, Timestamp, UserId};
use crate::domain::Member;

use super::connection::on;
use super::error::parse;
use super::group_graph::{self, below};
use super::resource_count::{self, Kind};
use super::schema::{group_ancestors, group_memberships, groups, memberships, users};
use super::{Conn, Error};

/// Users of one statement: a row of theirs has three values, and SQLite binds 32,766.
pub const CHUNK: usize = 5_000;

/// The users who are directly in a group, by id.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_direct_ids(conn: &mut Conn, group: &GroupId) -> Result<Vec<UserId>, Error> {
    use memberships::dsl;
    let of_group = dsl::memberships.filter(dsl::group_id.eq(group.as_str()));
    let ids: Vec<String> = of_group.select(dsl::user_id).order(dsl::user_id).load(conn)?;
    read(&ids)
}

/// The users who are in a group, directly or through groups in it, each once, by id.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_all_ids(conn: &mut Conn, group: &GroupId) -> Result<Vec<UserId>, Error> {
    let ids: Vec<String> = persons_below(group.as_str()).distinct().order(memberships::user_id).load(conn)?;
    read(&ids)
}

/// The groups that a user is directly in, by id.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_groups(conn: &mut Conn, user: &UserId) -> Result<Vec<GroupId>, Error> {
    use memberships::dsl;
    let of_user = dsl::memberships.filter(dsl::user_id.eq(user.as_str()));
    let ids: Vec<String> = of_user.select(dsl::group_id).order(dsl::group_id).load(conn)?;
    ids.iter().map(|id| parse("memberships.group_id", id, GroupId::parse)).collect()
}

/// The groups that a user is in with their names, by id, and whether directly.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_reached(conn: &mut Conn, user: &UserId) -> Result<Vec<(GroupId, GroupName, bool)>, Error> {
    let direct: BTreeSet<GroupId> = list_groups(conn, user)?.into_iter().collect();
    let rows: Vec<(String, String)> = groups::table
        .filter(groups::id.eq_any(super::assignment::groups_of(user)))
        .select((groups::id, groups::group_name))
        .order(groups::id)
        .load(conn)?;
    let reached = rows.into_iter().map(|(id, name)| {
        let id = parse("groups.id", &id, GroupId::parse)?;
        let is_direct = direct.contains(&id);
        Ok((id, parse("groups.group_name", &name, |name| GroupName::of_provider(name).ok())?, is_direct))
    });
    reached.collect()
}

/// The direct members of a group with what they are called, users before groups and each by id: at most
/// `limit` after the one that `after` names.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_direct(
    conn: &mut Conn,
    group: &GroupId,
    after: Option<&Member>,
    limit: i64,
) -> Result<Vec<(Member, String)>, Error> {
    let mut found = Vec::new();
    if !matches!(after, Some(Member::Group(_))) {
        let after = after.map_or("", Member::as_str);
        let rows: Vec<(String, String, String)> = memberships::table
            .inner_join(users::table.on(users::id.eq(memberships::user_id)))
            .filter(memberships::group_id.eq(group.as_str()))
            .filter(memberships::user_id.gt(after))
            .order(memberships::user_id)
            .limit(limit)
            .select((users::id, users::display_name, users::user_name))
            .load(conn)?;
        for (id, display_name, user_name) in rows {
            let name = if display_name.is_empty() { user_name } else { display_name };
            found.push((Member::User(parse("users.id", &id, UserId::parse)?), name));
        }
    }
    let left = limit - i64::try_from(found.len()).unwrap_or(limit);
    if left > 0 {
        let after = after.filter(|after| matches!(after, Member::Group(_))).map_or("", Member::as_str);
        let rows: Vec<(String, String)> = group_memberships::table
            .inner_join(groups::table.on(groups::id.eq(group_memberships::member_id)))
            .filter(group_memberships::group_id.eq(group.as_str()))
            .filter(group_memberships::member_id.gt(after))
            .order(group_memberships::member_id)
            .limit(left)
            .select((groups::id, groups::group_name))
            .load(conn)?;
        for (id, name) in rows {
            found.push((Member::Group(parse("groups.id", &id, GroupId::parse)?), name));
        }
    }
    Ok(found)
}

/// Keeps whoever is in a group, directly or not, in it until the transaction ends, and others out.
///
/// # Errors
/// [`Error`] of the database.
pub fn hold_all(conn: &mut Conn, group: &GroupId) -> Result<(), Error> {
    group_graph::share(conn)?;
    // On SQLite there is one writer.
    if let Conn::Postgres(conn) = conn {
        let groups = groups::table.filter(groups::id.eq_any(below(group.as_str())));
        groups.order(groups::id).select(groups::id).for_update().load::<String>(conn)?;
    }
    Ok(())
}

/// Which of these users are directly in a group.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_present(conn: &mut Conn, group: &GroupId, users: &[UserId]) -> Result<BTreeSet<UserId>, Error> {
    use memberships::dsl;
    let mut present = BTreeSet::new();
    for users in users.chunks(CHUNK) {
        let ids: Vec<String> = dsl::memberships
            .filter(dsl::group_id.eq(group.as_str()))
            .filter(dsl::user_id.eq_any(users.iter().map(UserId::as_str)))
            .select(dsl::user_id)
            .load(conn)?;
        present.extend(read(&ids)?);
    }
    Ok(present)
}

/// Adds users who are not directly in a group.
///
/// # Errors
/// [`Error::Reference`] when the group or a user does not exist, [`Error::Duplicate`] when one is in it.
pub fn insert(conn: &mut Conn, group: &GroupId, users: &[UserId], now: Timestamp) -> Result<(), Error> {
    use memberships::dsl;
    for users in users.chunks(CHUNK) {
        let row = |user: &UserId| {
            (
                dsl::group_id.eq(group.as_str().to_owned()),
                dsl::user_id.eq(user.as_str().to_owned()),
                dsl::created_at.eq(now.millis()),
            )
        };
        let rows: Vec<_> = users.iter().map(row).collect();
        on!(conn, diesel::insert_into(dsl::memberships).values(rows).execute(conn))?;
    }
    let count = i64::try_from(users.len()).unwrap_or(i64::MAX);
    resource_count::add(conn, Kind::Membership, group.as_str(), count)
}

/// Removes users from a group; says how many were directly in it.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, group: &GroupId, users: &[UserId]) -> Result<usize, Error> {
    use memberships::dsl;
    let mut deleted = 0;
    for users in users.chunks(CHUNK) {
        let rows = dsl::memberships
            .filter(dsl::group_id.eq(group.as_str()))
            .filter(dsl::user_id.eq_any(users.iter().map(UserId::as_str)));
        deleted += diesel::delete(rows).execute(conn)?;
    }
    let count = i64::try_from(deleted).unwrap_or(i64::MAX);
    resource_count::add(conn, Kind::Membership, group.as_str(), -count)?;
    Ok(deleted)
}

/// Which of these users are in `ancestor` in another way than directly by `group`.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_reaching_beside(
    conn: &mut Conn,
    ancestor: &GroupId,
    group: &GroupId,
    users: &[UserId],
) -> Result<BTreeSet<UserId>, Error> {
    let mut reaching = BTreeSet::new();
    for users in users.chunks(CHUNK) {
        let ids: Vec<String> = persons_below(ancestor.as_str())
            .filter(memberships::group_id.ne(group.as_str()))
            .filter(memberships::user_id.eq_any(users.iter().map(UserId::as_str)))
            .distinct()
            .load(conn)?;
        reaching.extend(read(&ids)?);
    }
    Ok(reaching)
}

/// The users who are in `member`, directly or not, and not in `ancestor`; each once, by id.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_below_only(conn: &mut Conn, member: &GroupId, ancestor: &GroupId) -> Result<Vec<UserId>, Error> {
    let also = diesel::alias!(memberships as also);
    let reaching = also
        .filter(also.field(memberships::group_id).eq_any(below(ancestor.as_str())))
        .select(also.field(memberships::user_id));
    let ids: Vec<String> = persons_below(member.as_str())
        .filter(memberships::user_id.ne_all(reaching))
        .distinct()
        .order(memberships::user_id)
        .load(conn)?;
    read(&ids)
}

/// The users who are in a group, directly or not, as part of a query.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn persons_below<'a>(group: &'a str) -> _ {
    let groups = group_ancestors::table
        .filter(group_ancestors::ancestor_id.eq(group))
        .select(group_ancestors::group_id);
    memberships::table.filter(memberships::group_id.eq_any(groups)).select(memberships::user_id)
}

fn read(ids: &[String]) -> Result<Vec<UserId>, Error> {
    ids.iter().map(|id| parse("memberships.user_id", id, UserId::parse)).collect()
}
