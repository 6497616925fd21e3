//! How many there are of what the directory holds most of, kept as they come and go: nothing counts a whole
//! table. A number is spread over shards, chosen by id, so that those who write at the same moment on
//! PostgreSQL do not queue behind one row.

use diesel::prelude::*;

use super::connection::on;
use super::schema::resource_counts::dsl;
use super::{Conn, Error};

/// How many rows hold one number. The migration makes them.
const SHARDS: u64 = 16;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Users.
    User,
    /// Groups.
    Group,
    /// Members of groups: users and groups, each as often as it is directly in one.
    Membership,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Membership => "membership",
        }
    }
}

/// How many there are.
///
/// # Errors
/// [`Error`] of the database.
pub fn total(conn: &mut Conn, kind: Kind) -> Result<i64, Error> {
    let shards = dsl::resource_counts.filter(dsl::kind.eq(kind.as_str())).select(dsl::count);
    let counts: Vec<i64> = on!(conn, shards.load(conn))?;
    Ok(counts.iter().sum())
}

/// As [`total`]; nobody adds or takes away until the transaction ends, and whoever has has ended.
///
/// # Errors
/// [`Error`] of the database.
pub fn lock_total(conn: &mut Conn, kind: Kind) -> Result<i64, Error> {
    // On SQLite there is one writer.
    let Conn::Postgres(conn) = conn else { return total(conn, kind) };
    let counts: Vec<i64> = dsl::resource_counts
        .filter(dsl::kind.eq(kind.as_str()))
        .order(dsl::shard)
        .select(dsl::count)
        .for_update()
        .load(conn)?;
    Ok(counts.iter().sum())
}

/// Counts `change` more, or fewer, in the shard of this id.
pub(super) fn add(conn: &mut Conn, kind: Kind, id: &str, change: i64) -> Result<(), Error> {
    if change == 0 {
        return Ok(());
    }
    let shard = i64::try_from(hash(id) % SHARDS).unwrap_or(0);
    let more = diesel::update(dsl::resource_counts.find((kind.as_str(), shard)))
        .set(dsl::count.eq(dsl::count + change));
    on!(conn, more.execute(conn))?;
    Ok(())
}

/// Spreads ids evenly, the same on every replica and in every version (FNV-1a).
fn hash(id: &str) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    id.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_are_spread_over_all_shards() {
        let shards: std::collections::BTreeSet<u64> =
            (0..200).map(|number| hash(&format!("u-0000000000000000000{number:05}")) % SHARDS).collect();
        assert_eq!(shards.len(), 16);
    }
}
