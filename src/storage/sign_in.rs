//! Sign-ins under way.

use diesel::prelude::*;

use crate::base::{SignInId, Timestamp};
use crate::domain::{PrincipalId, SignIn, SignInStage};

use super::error::parse;
use super::schema::sign_ins::{self, dsl};
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = sign_ins)]
struct Row {
    id: String,
    principal_id: String,
    stage: String,
    sealed_totp_secret: Option<String>,
    attempts: i64,
    next: Option<String>,
    expires_at: i64,
}

/// The sign-in that this token opens.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, token_digest: &str) -> Result<Option<SignIn>, Error> {
    let row: Option<Row> = dsl::sign_ins
        .filter(dsl::token_digest.eq(token_digest))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// Inserts a sign-in.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(conn: &mut Conn, sign_in: &SignIn, token_digest: &str) -> Result<(), Error> {
    diesel::insert_into(dsl::sign_ins)
        .values((
            dsl::id.eq(sign_in.id.as_str()),
            dsl::token_digest.eq(token_digest),
            dsl::principal_id.eq(sign_in.principal.as_str()),
            dsl::stage.eq(sign_in.stage.as_str()),
            dsl::sealed_totp_secret.eq(sign_in.sealed_totp_secret.as_deref()),
            dsl::attempts.eq(sign_in.attempts),
            dsl::next.eq(sign_in.next.as_deref()),
            dsl::expires_at.eq(sign_in.expires_at.millis()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Moves a sign-in from one stage to the next; false when it is not in that stage any more.
///
/// # Errors
/// [`Error`] of the database.
pub fn advance(
    conn: &mut Conn,
    sign_in: &SignIn,
    stage: SignInStage,
    sealed_totp_secret: Option<&str>,
) -> Result<bool, Error> {
    let current = dsl::sign_ins.find(sign_in.id.as_str()).filter(dsl::stage.eq(sign_in.stage.as_str()));
    let changed = diesel::update(current)
        .set((dsl::stage.eq(stage.as_str()), dsl::sealed_totp_secret.eq(sealed_totp_secret)))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Remembers the secret of the device being enrolled; false when the sign-in has one, or asks for
/// something else by now.
///
/// # Errors
/// [`Error`] of the database.
pub fn set_totp_secret(conn: &mut Conn, id: &SignInId, sealed_totp_secret: &str) -> Result<bool, Error> {
    let waiting = dsl::sign_ins
        .find(id.as_str())
        .filter(dsl::stage.eq(SignInStage::Enrolment.as_str()))
        .filter(dsl::sealed_totp_secret.is_null());
    let changed =
        diesel::update(waiting).set(dsl::sealed_totp_secret.eq(Some(sealed_totp_secret))).execute(conn)?;
    Ok(changed == 1)
}

/// Counts an attempt before it is looked at; false when none is left.
///
/// # Errors
/// [`Error`] of the database.
pub fn reserve_attempt(conn: &mut Conn, id: &SignInId) -> Result<bool, Error> {
    let alive = dsl::sign_ins.find(id.as_str()).filter(dsl::attempts.lt(SignIn::MAX_ATTEMPTS));
    Ok(diesel::update(alive).set(dsl::attempts.eq(dsl::attempts + 1)).execute(conn)? == 1)
}

/// Ends a sign-in: true for exactly one of those who try, and only while it is in this stage.
///
/// # Errors
/// [`Error`] of the database.
pub fn consume(conn: &mut Conn, sign_in: &SignIn) -> Result<bool, Error> {
    let alive = dsl::sign_ins.find(sign_in.id.as_str()).filter(dsl::stage.eq(sign_in.stage.as_str()));
    Ok(diesel::delete(alive).execute(conn)? == 1)
}

/// Ends every sign-in of a principal.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_by_principal(conn: &mut Conn, principal: &PrincipalId) -> Result<(), Error> {
    diesel::delete(dsl::sign_ins.filter(dsl::principal_id.eq(principal.as_str()))).execute(conn)?;
    Ok(())
}

/// Forgets sign-ins that are over.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_expired(conn: &mut Conn, now: Timestamp) -> Result<(), Error> {
    diesel::delete(dsl::sign_ins.filter(dsl::expires_at.le(now.millis()))).execute(conn)?;
    Ok(())
}

fn read(row: Row) -> Result<SignIn, Error> {
    Ok(SignIn {
        id: parse("sign_ins.id", &row.id, SignInId::parse)?,
        principal: parse("sign_ins.principal_id", &row.principal_id, PrincipalId::parse)?,
        stage: parse("sign_ins.stage", &row.stage, SignInStage::parse)?,
        sealed_totp_secret: row.sealed_totp_secret,
        attempts: row.attempts,
        next: row.next,
        expires_at: Timestamp::from_millis(row.expires_at),
    })
}
