//! The keys that sign assertions.

use diesel::prelude::*;

use crate::base::{SigningKeyId, Timestamp};

use super::error::parse;
use super::schema::signing_keys::dsl;
use super::{Conn, Error};

/// The state of the one key that signs.
const ACTIVE: &str = "Active";

/// A stored signing key.
#[derive(Clone, Debug)]
pub struct StoredSigningKey {
    /// The id.
    pub id: SigningKeyId,
    /// The private key, sealed.
    pub sealed_private_key: String,
    /// The certificate, base 64 of DER.
    pub certificate: String,
}

/// The key that signs.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_active(conn: &mut Conn) -> Result<Option<StoredSigningKey>, Error> {
    let row: Option<(String, String, String)> = dsl::signing_keys
        .filter(dsl::state.eq(ACTIVE))
        .select((dsl::id, dsl::sealed_private_key, dsl::certificate))
        .first(conn)
        .optional()?;
    row.map(|(id, sealed_private_key, certificate)| {
        let id = parse("signing_keys.id", &id, SigningKeyId::parse)?;
        Ok(StoredSigningKey { id, sealed_private_key, certificate })
    })
    .transpose()
}

/// Inserts a key that signs from now on.
///
/// # Errors
/// [`Error::Duplicate`] when there is one.
pub fn insert_active(conn: &mut Conn, key: &StoredSigningKey, now: Timestamp) -> Result<(), Error> {
    diesel::insert_into(dsl::signing_keys)
        .values((
            dsl::id.eq(key.id.as_str()),
            dsl::state.eq(ACTIVE),
            dsl::sealed_private_key.eq(&key.sealed_private_key),
            dsl::certificate.eq(&key.certificate),
            dsl::created_at.eq(now.millis()),
        ))
        .execute(conn)?;
    Ok(())
}
