//! What connectors authenticate by. The token is shown once; its hash is kept.

use std::time::Duration;

use serde_json::json;

use crate::base::{ConnectorName, ScimConnectorId, ScimCredentialId, Secret};
use crate::crypto::token;
use crate::domain::{
    self, Action, Event, SCIM_LIFETIME, SCIM_TOKEN_PREFIX, ScimConnector, ScimCredential, ScimScope, Status,
    check_scim_lifetime, check_scim_overlap,
};
use crate::storage::{Conn, scim_credential};

use super::super::context::Change;
use super::super::{Context, Error, Operator, directory};
use super::{connector, request_log};

/// So many of a token's last characters are kept to tell it by.
const HINT: usize = 4;

/// A credential just made; its token is shown this once.
pub struct NewScimCredential {
    /// The credential.
    pub credential: ScimCredential,
    /// What requests carry as their bearer token.
    pub token: Secret,
}

/// Whose credential is to be made.
#[derive(Clone, Debug, Default)]
pub enum Whose {
    /// Of the connector `default`, which is made if it is not there.
    #[default]
    Default,
    /// Of this one.
    Connector(ScimConnectorId),
    /// Of the one of this name, which is made if it is not there.
    Named(ConnectorName),
}

/// Makes a credential, good for `lifetime` or for a year.
///
/// # Errors
/// [`Error::Refused`] when there is no such connector, or on the lifetime.
pub fn create(
    ctx: &Context,
    operator: &Operator,
    whose: Whose,
    scope: ScimScope,
    lifetime: Option<Duration>,
) -> Result<NewScimCredential, Error> {
    let lifetime = lifetime.unwrap_or(SCIM_LIFETIME);
    check_scim_lifetime(lifetime)?;
    let token = token::generate(&ctx.random, SCIM_TOKEN_PREFIX)?;
    let (digest, hint) = (token::digest(token.expose()), hint(&token));
    let (change, within) = (ctx.change(operator.origin()), operator.directory().cloned());
    let credential = ctx.store.write(move |conn| {
        let directory = directory::within(conn, within.as_ref())?;
        let connector_id = match &whose {
            Whose::Connector(id) => connector::find(conn, id)?.id,
            Whose::Named(name) => connector::ensure(conn, &change, &directory, name)?.id,
            Whose::Default => {
                let name = ConnectorName::parse(ScimConnector::DEFAULT_NAME).map_err(domain::Error::from)?;
                connector::ensure(conn, &change, &directory, &name)?.id
            }
        };
        let credential = ScimCredential {
            id: change.id()?,
            connector_id,
            hint: hint.clone(),
            scope,
            status: Status::Enabled,
            created_at: change.now,
            expires_at: change.now.plus(lifetime),
            last_used: None,
        };
        scim_credential::insert(conn, &credential, &digest)?;
        record(conn, &change, Action::ScimCredentialCreated, &credential)?;
        Ok::<_, Error>(credential)
    })?;
    Ok(NewScimCredential { credential, token })
}

/// The credentials of one connector, or all; the oldest first.
///
/// # Errors
/// [`Error::Refused`] when there is no such connector.
pub fn list(
    ctx: &Context,
    _operator: &Operator,
    of: Option<&ScimConnectorId>,
) -> Result<Vec<ScimCredential>, Error> {
    request_log::flush(ctx)?;
    ctx.store.read(|conn| {
        if let Some(id) = of {
            connector::find(conn, id)?;
        }
        Ok(scim_credential::list(conn, of)?)
    })
}

/// Turns a credential on or off; a disabled one is refused from this moment on.
///
/// # Errors
/// [`Error::Refused`] when there is none.
pub fn update_status(
    ctx: &Context,
    operator: &Operator,
    id: &ScimCredentialId,
    status: Status,
) -> Result<ScimCredential, Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let mut credential = find(conn, &id)?;
        if credential.status != status {
            credential.status = status;
            scim_credential::update(conn, &credential)?;
            let action = match status {
                Status::Enabled => Action::ScimCredentialEnabled,
                Status::Disabled => Action::ScimCredentialDisabled,
            };
            record(conn, &change, action, &credential)?;
        }
        Ok(credential)
    })
}

/// Makes a credential that takes the place of another: of the same connector, with the same scope. The old one
/// is good for `overlap` more and no longer than it would have been.
///
/// # Errors
/// [`Error::Refused`] when there is none, on the overlap, or on the lifetime.
pub fn rotate(
    ctx: &Context,
    operator: &Operator,
    id: &ScimCredentialId,
    overlap: Duration,
    lifetime: Option<Duration>,
) -> Result<NewScimCredential, Error> {
    let lifetime = lifetime.unwrap_or(SCIM_LIFETIME);
    check_scim_overlap(overlap)?;
    check_scim_lifetime(lifetime)?;
    let token = token::generate(&ctx.random, SCIM_TOKEN_PREFIX)?;
    let (digest, hint) = (token::digest(token.expose()), hint(&token));
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    let credential = ctx.store.write(move |conn| {
        let mut old = find(conn, &id)?;
        let credential = ScimCredential {
            id: change.id()?,
            hint: hint.clone(),
            status: Status::Enabled,
            created_at: change.now,
            expires_at: change.now.plus(lifetime),
            last_used: None,
            ..old.clone()
        };
        scim_credential::insert(conn, &credential, &digest)?;
        old.retire(change.now, overlap);
        scim_credential::update(conn, &old)?;
        record(conn, &change, Action::ScimCredentialCreated, &credential)?;
        let detail = json!({ "replaced_by": credential.id, "expires_at": old.expires_at.rfc3339() });
        change.record(conn, &Event::new(Action::ScimCredentialRotated, &old.id).with(detail))?;
        Ok::<_, Error>(credential)
    })?;
    Ok(NewScimCredential { credential, token })
}

/// Deletes a credential.
///
/// # Errors
/// [`Error::Refused`] when there is none.
pub fn delete(ctx: &Context, operator: &Operator, id: &ScimCredentialId) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let credential = find(conn, &id)?;
        scim_credential::delete(conn, &id)?;
        record(conn, &change, Action::ScimCredentialDeleted, &credential)
    })
}

/// Whether this token is accepted now.
///
/// # Errors
/// Failures of the database.
pub fn is_accepted(ctx: &Context, _operator: &Operator, token: &Secret) -> Result<bool, Error> {
    let (digest, now) = (token::digest(token.expose()), ctx.now());
    let found = ctx.store.read(|conn| scim_credential::find_by_token(conn, &digest))?;
    Ok(found.is_some_and(|claimed| claimed.credential.fault(now).is_none()))
}

fn find(conn: &mut Conn, id: &ScimCredentialId) -> Result<ScimCredential, Error> {
    scim_credential::find(conn, id)?.ok_or_else(|| domain::Error::missing("SCIMServerCredential", id).into())
}

fn record(
    conn: &mut Conn,
    change: &Change,
    action: Action,
    credential: &ScimCredential,
) -> Result<(), Error> {
    let detail = json!({
        "connector_id": credential.connector_id,
        "scope": credential.scope.as_str(),
        "expires_at": credential.expires_at.rfc3339(),
    });
    change.record(conn, &Event::new(action, &credential.id).with(detail))
}

fn hint(token: &Secret) -> String {
    let text = token.expose();
    text.get(text.len().saturating_sub(HINT)..).unwrap_or_default().to_owned()
}
