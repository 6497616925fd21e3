//! Groups in groups: which is directly in which, and, kept in step with that, which is in which through
//! however many others. Every group counts as in itself.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::base::{GroupId, Timestamp};
use crate::domain::Nesting;

use super::connection::on;
use super::error::parse;
use super::resource_count::{self, Kind};
use super::schema::{group_ancestors, group_memberships};
use super::{Conn, Error};

/// A key that no other program is likely to take an advisory lock on.
const GRAPH_LOCK: i64 = 0x6772_6f75_7073_736f;
/// Rows that one statement writes: two values each, and SQLite binds 32,766.
const ROWS: usize = 5_000;

/// Keeps groups in the groups that they are in until the transaction ends. Whoever changes who is directly
/// in a group, or what comes of it, takes this first: they need not wait for each other, but for whoever has
/// the [`lock`].
///
/// # Errors
/// [`Error`] of the database.
pub fn share(conn: &mut Conn) -> Result<(), Error> {
    // On SQLite there is one writer.
    if let Conn::Postgres(conn) = conn {
        conn.batch_execute(&format!("SELECT pg_advisory_xact_lock_shared({GRAPH_LOCK})"))?;
    }
    Ok(())
}

/// Waits for whoever has it shared, and keeps everybody else out until the transaction ends. Whoever puts a
/// group in a group, or takes it out, takes this first: of two, the second sees what the first did.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock(conn: &mut Conn) -> Result<(), Error> {
    if let Conn::Postgres(conn) = conn {
        conn.batch_execute(&format!("SELECT pg_advisory_xact_lock({GRAPH_LOCK})"))?;
    }
    Ok(())
}

/// Everything above `group` and everything below `member`: what [`Nesting::check`] goes by.
///
/// # Errors
/// [`Error`] of the database.
pub fn around(conn: &mut Conn, group: &GroupId, member: &GroupId) -> Result<Nesting, Error> {
    use group_memberships::dsl;
    let edges = || dsl::group_memberships.select((dsl::group_id, dsl::member_id));
    let mut pairs: Vec<(String, String)> =
        edges().filter(dsl::member_id.eq_any(above(group.as_str()))).load(conn)?;
    pairs.extend(edges().filter(dsl::group_id.eq_any(below(member.as_str()))).load(conn)?);
    nesting(&pairs)
}

/// Whether a group is directly in another.
///
/// # Errors
/// [`Error`] of the database.
pub fn is_in(conn: &mut Conn, group: &GroupId, member: &GroupId) -> Result<bool, Error> {
    use group_memberships::dsl;
    let found = dsl::group_memberships.find((group.as_str(), member.as_str())).select(dsl::member_id);
    Ok(found.first::<String>(conn).optional()?.is_some())
}

/// Puts a group into another, where it is not and may be.
///
/// # Errors
/// [`Error::Reference`] when either does not exist.
pub fn insert(conn: &mut Conn, group: &GroupId, member: &GroupId, now: Timestamp) -> Result<(), Error> {
    use group_memberships::dsl;
    let row = (
        dsl::group_id.eq(group.as_str()),
        dsl::member_id.eq(member.as_str()),
        dsl::created_at.eq(now.millis()),
    );
    diesel::insert_into(dsl::group_memberships).values(row).execute(conn)?;
    resource_count::add(conn, Kind::Membership, group.as_str(), 1)?;
    let (lower, upper) = (list_below(conn, member)?, list_above(conn, group)?);
    let known = pairs_between(conn, member, group)?;
    let new = lower.iter().flat_map(|low| upper.iter().map(move |high| (low.as_str(), high.as_str())));
    let new: Vec<_> =
        new.filter(|(low, high)| !known.contains(&((*low).to_owned(), (*high).to_owned()))).collect();
    insert_pairs(conn, &new)
}

/// Takes a group out of another; says whether it was directly in it.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, group: &GroupId, member: &GroupId) -> Result<bool, Error> {
    use group_ancestors::dsl as closed;
    use group_memberships::dsl;
    let edge = dsl::group_memberships.find((group.as_str(), member.as_str()));
    if diesel::delete(edge).execute(conn)? == 0 {
        return Ok(false);
    }
    resource_count::add(conn, Kind::Membership, group.as_str(), -1)?;
    // What is left above whatever is below the member.
    let lower = list_below(conn, member)?;
    let pairs = diesel::alias!(group_ancestors as pairs);
    let over = pairs
        .filter(pairs.field(closed::group_id).eq_any(below(member.as_str())))
        .select(pairs.field(closed::ancestor_id));
    let pairs: Vec<(String, String)> = dsl::group_memberships
        .filter(dsl::member_id.eq_any(over))
        .select((dsl::group_id, dsl::member_id))
        .load(conn)?;
    let left = nesting(&pairs)?;
    let left: Vec<_> = lower.iter().map(|low| (low.as_str(), left.ancestors(low))).collect();
    for high in list_above(conn, group)? {
        let lost: Vec<&str> =
            left.iter().filter(|(_, above)| !above.contains(&high)).map(|(low, _)| *low).collect();
        for lost in lost.chunks(ROWS) {
            let pairs = closed::group_ancestors
                .filter(closed::ancestor_id.eq(high.as_str()))
                .filter(closed::group_id.eq_any(lost));
            diesel::delete(pairs).execute(conn)?;
        }
    }
    Ok(true)
}

/// What a group is in, through however many others, itself included.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_above(conn: &mut Conn, group: &GroupId) -> Result<Vec<GroupId>, Error> {
    let ids: Vec<String> = above(group.as_str()).order(group_ancestors::ancestor_id).load(conn)?;
    ids.iter().map(|id| id_of("group_ancestors.ancestor_id", id)).collect()
}

/// What is in a group, through however many others, itself included.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_below(conn: &mut Conn, group: &GroupId) -> Result<Vec<GroupId>, Error> {
    let ids: Vec<String> = below(group.as_str()).order(group_ancestors::group_id).load(conn)?;
    ids.iter().map(|id| id_of("group_ancestors.group_id", id)).collect()
}

/// The groups that a group is directly in.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_parents(conn: &mut Conn, member: &GroupId) -> Result<Vec<GroupId>, Error> {
    use group_memberships::dsl;
    let parents = dsl::group_memberships.filter(dsl::member_id.eq(member.as_str()));
    let ids: Vec<String> = parents.select(dsl::group_id).order(dsl::group_id).load(conn)?;
    ids.iter().map(|id| id_of("group_memberships.group_id", id)).collect()
}

/// The groups that are directly in a group.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_members(conn: &mut Conn, group: &GroupId) -> Result<Vec<GroupId>, Error> {
    use group_memberships::dsl;
    let members = dsl::group_memberships.filter(dsl::group_id.eq(group.as_str()));
    let ids: Vec<String> = members.select(dsl::member_id).order(dsl::member_id).load(conn)?;
    ids.iter().map(|id| id_of("group_memberships.member_id", id)).collect()
}

/// How many groups a group is directly in, or has directly in it.
pub(super) fn count_ties(conn: &mut Conn, group: &str) -> Result<i64, Error> {
    use group_memberships::dsl;
    let above = dsl::group_memberships.filter(dsl::member_id.eq(group)).count().get_result::<i64>(conn)?;
    let below = dsl::group_memberships.filter(dsl::group_id.eq(group)).count().get_result::<i64>(conn)?;
    Ok(above + below)
}

/// A new group is in itself.
pub(super) fn insert_self(conn: &mut Conn, group: &GroupId) -> Result<(), Error> {
    insert_pairs(conn, &[(group.as_str(), group.as_str())])
}

/// A group that is in no other, and has no other in it, goes.
pub(super) fn delete_self(conn: &mut Conn, group: &GroupId) -> Result<(), Error> {
    diesel::delete(group_ancestors::table.find((group.as_str(), group.as_str()))).execute(conn)?;
    Ok(())
}

/// What a group is in, itself included, as part of a query.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn above<'a>(group: &'a str) -> _ {
    group_ancestors::table.filter(group_ancestors::group_id.eq(group)).select(group_ancestors::ancestor_id)
}

/// What is in a group, itself included, as part of a query.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn below<'a>(group: &'a str) -> _ {
    group_ancestors::table.filter(group_ancestors::ancestor_id.eq(group)).select(group_ancestors::group_id)
}

/// The pairs that are known of what is below `member` and above `group`.
fn pairs_between(
    conn: &mut Conn,
    member: &GroupId,
    group: &GroupId,
) -> Result<BTreeSet<(String, String)>, Error> {
    let pairs = diesel::alias!(group_ancestors as pairs);
    let (low, high) = (pairs.field(group_ancestors::group_id), pairs.field(group_ancestors::ancestor_id));
    let between = pairs.filter(low.eq_any(below(member.as_str()))).filter(high.eq_any(above(group.as_str())));
    let pairs: Vec<(String, String)> = between.select((low, high)).load(conn)?;
    Ok(pairs.into_iter().collect())
}

fn insert_pairs(conn: &mut Conn, pairs: &[(&str, &str)]) -> Result<(), Error> {
    use group_ancestors::dsl;
    for pairs in pairs.chunks(ROWS) {
        let rows: Vec<_> =
            pairs.iter().map(|(low, high)| (dsl::group_id.eq(*low), dsl::ancestor_id.eq(*high))).collect();
        on!(conn, diesel::insert_into(dsl::group_ancestors).values(rows).execute(conn))?;
    }
    Ok(())
}

fn nesting(pairs: &[(String, String)]) -> Result<Nesting, Error> {
    let read = |(group, member): &(String, String)| {
        Ok((id_of("group_memberships.group_id", group)?, id_of("group_memberships.member_id", member)?))
    };
    pairs.iter().map(read).collect()
}

fn id_of(column: &'static str, id: &str) -> Result<GroupId, Error> {
    parse(column, id, GroupId::parse)
}
