//! Tags of users and access configurations.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::domain::Tag;

use super::schema::tags::dsl;
use super::{Conn, Error};

/// The tags of these resources, by their ids; each list in the order of its keys.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn, resources: &[&str]) -> Result<HashMap<String, Vec<Tag>>, Error> {
    let rows: Vec<(String, String, String)> = dsl::tags
        .filter(dsl::resource_id.eq_any(resources))
        .order((dsl::resource_id, dsl::key))
        .select((dsl::resource_id, dsl::key, dsl::value))
        .load(conn)?;
    let mut tags: HashMap<String, Vec<Tag>> = HashMap::new();
    for (resource, key, value) in rows {
        tags.entry(resource).or_default().push(Tag { key, value });
    }
    Ok(tags)
}

/// The ids of what carries this tag; of what carries its key, where the value is empty. A macro, since
/// the type of the query cannot be written.
macro_rules! having {
    ($tag:expr) => {{
        use diesel::IntoSql as _;
        use $crate::storage::schema::tags::dsl;
        let is_any = $tag.value.is_empty().into_sql::<diesel::sql_types::Bool>();
        dsl::tags
            .filter(dsl::key.eq(&$tag.key))
            .filter(dsl::value.eq(&$tag.value).or(is_any))
            .select(dsl::resource_id)
    }};
}
pub(super) use having;

/// Gives a resource its tags.
///
/// # Errors
/// [`Error::Duplicate`] when it has one of the keys.
pub fn insert(conn: &mut Conn, resource: &str, tags: &[Tag]) -> Result<(), Error> {
    for tag in tags {
        let row = (dsl::resource_id.eq(resource), dsl::key.eq(&tag.key), dsl::value.eq(&tag.value));
        diesel::insert_into(dsl::tags).values(row).execute(conn)?;
    }
    Ok(())
}

/// Takes every tag of a resource.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete(conn: &mut Conn, resource: &str) -> Result<(), Error> {
    diesel::delete(dsl::tags.filter(dsl::resource_id.eq(resource))).execute(conn)?;
    Ok(())
}
