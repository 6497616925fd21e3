//! From somebody who is signed in to the right to administer: administrators have it, and nobody else.

use crate::domain::PrincipalId;

use super::session::{Principal, find_enabled};
use super::{Context, Error, Operator, PortalSession, Visit};

/// The operator that whoever is signed in is; `None` for users, and for administrators who may not sign in any more.
/// Whether they may is read anew.
///
/// # Errors
/// Failures of the database.
pub fn operator(ctx: &Context, visit: &Visit, portal: &PortalSession) -> Result<Option<Operator>, Error> {
    let principal = &portal.session().principal;
    if !matches!(principal, PrincipalId::Administrator(_)) {
        return Ok(None);
    }
    let found = ctx.store.read(|conn| find_enabled(conn, principal))?;
    Ok(match found {
        Some(Principal::Administrator(_)) => Some(Operator::of_administrator(visit.origin(principal))),
        Some(Principal::User(_)) | None => None,
    })
}
