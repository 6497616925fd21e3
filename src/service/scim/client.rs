//! Who pushes: proof that a request carried a token that is good now.

use crate::base::{ScimConnectorId, ScimCredentialId, Secret};
use crate::crypto::token;
use crate::domain::{
    self, Kind, LAST_USE_PRECISION, LastRefusal, Ownership, ProvisionType, ScimConnector, ScimScope,
    ScimSubject, Status,
};
use crate::storage::event::Origin;
use crate::storage::scim_credential::Claimed;
use crate::storage::{Conn, scim_connector, scim_credential};

use super::super::throttle::{self, Key};
use super::super::{Context, Error, Visit};

/// One sentence for whatever is wrong with a token; the log has the cause.
const UNAUTHENTICATED: &str = "The bearer token is missing, unknown or not good any more.";

/// Proof that a request came from a connector, by a credential that is good, while SCIM is served.
#[derive(Clone, Debug)]
pub struct ScimClient {
    connector: ScimConnector,
    credential_id: ScimCredentialId,
    scope: ScimScope,
    origin: Origin,
}

impl ScimClient {
    /// The connector, as it was when the request came.
    pub fn connector(&self) -> &ScimConnector {
        &self.connector
    }

    /// The connector's id.
    pub fn connector_id(&self) -> &ScimConnectorId {
        &self.connector.id
    }

    /// By what it was authenticated.
    pub fn credential_id(&self) -> &ScimCredentialId {
        &self.credential_id
    }

    /// How far the credential reaches.
    pub fn scope(&self) -> ScimScope {
        self.scope
    }

    /// How the audit log names it: by the credential.
    pub(in crate::service) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Whether the credential reaches these.
    ///
    /// # Errors
    /// [`Error::Refused`] of kind [`Kind::Denied`] when it does not.
    pub fn may(&self, subject: ScimSubject) -> Result<(), Error> {
        if self.scope.admits(subject) {
            return Ok(());
        }
        let message = format!("this credential does not reach {}", subject.as_str());
        Err(domain::Error::new(Kind::Denied, "NoPermission.SCIM", message).into())
    }

    /// Whether the connector may write to a user or group of this origin. Where the answer is
    /// [`Ownership::Adopted`], the writer makes it synchronised and this connector's.
    ///
    /// # Errors
    /// [`Error::Refused`] of kind [`Kind::Denied`], for what is another connector's, and for what was made here
    /// where adoption is refused.
    pub fn own(
        &self,
        conn: &mut Conn,
        kind: ProvisionType,
        owner: Option<&ScimConnectorId>,
    ) -> Result<Ownership, Error> {
        // A connector that is gone looks after nothing.
        let owner = match owner {
            Some(owner) if *owner != self.connector.id => {
                scim_connector::find(conn, owner)?.map(|connector| connector.id)
            }
            owner => owner.cloned(),
        };
        Ok(self.connector.claim(kind, owner.as_ref())?)
    }
}

/// Finds out who sends a request by its bearer token (RFC 6750 §2.1).
///
/// One look-up where the token is good, and no write: that it was used is written down later. Tokens that are
/// not good count as failures of the client's network; a good one is not held up by them.
///
/// # Errors
/// [`Error::Refused`] of kind [`Kind::Unauthenticated`] without a token that is good, of kind [`Kind::Denied`]
/// while SCIM is not served; [`Error::Throttled`] after too many failures.
pub fn authenticate(ctx: &Context, visit: &Visit, bearer: Option<&Secret>) -> Result<ScimClient, Error> {
    let unauthenticated =
        || domain::Error::new(Kind::Unauthenticated, "InvalidSCIMServerCredential", UNAUTHENTICATED);
    let Some(bearer) = bearer else { return Err(unauthenticated().into()) };
    let (digest, now) = (token::digest(bearer.expose()), ctx.now());
    let found = ctx.store.read(|conn| scim_credential::find_by_token(conn, &digest))?;
    let cause = match &found {
        None => Some("the token is unknown"),
        Some(claimed) => claimed.credential.fault(now),
    };
    let claimed = match (found, cause) {
        (Some(claimed), None) => claimed,
        (found, cause) => {
            refuse(ctx, visit, found.as_ref(), cause.unwrap_or_default());
            count(ctx, visit)?;
            return Err(unauthenticated().into());
        }
    };
    let Claimed { credential, connector, synchronization } = claimed;
    if credential.last_used.as_ref().is_none_or(|(at, _)| now.since(*at) >= LAST_USE_PRECISION) {
        ctx.scim_requests.touch(&connector.id, &credential.id, now, visit.address.to_string());
    }
    if synchronization == Status::Disabled {
        let message = "SCIM synchronization is disabled in this directory; an administrator can enable it.";
        return Err(domain::Error::new(Kind::Denied, "SCIMSynchronizationDisabled", message).into());
    }
    let (scope, origin) = (credential.scope, visit.origin(&credential.id));
    Ok(ScimClient { connector, credential_id: credential.id, scope, origin })
}

/// Tells the log, and the connector whose credential it was, why a token was refused.
fn refuse(ctx: &Context, visit: &Visit, found: Option<&Claimed>, cause: &str) {
    let credential = found.map(|claimed| claimed.credential.id.to_string()).unwrap_or_default();
    tracing::info!(
        request.id = %visit.request_id, address = %visit.address, credential.id = credential, cause,
        "a SCIM request was refused"
    );
    if let Some(claimed) = found {
        let detail = format!("{cause}: {}", claimed.credential.id);
        let refusal = LastRefusal { at: ctx.now(), code: "401".to_owned(), detail };
        ctx.scim_requests.refuse(&claimed.connector.id, refusal);
    }
}

fn count(ctx: &Context, visit: &Visit) -> Result<(), Error> {
    let (keys, now) = (Key::of_scim(visit.address), ctx.now());
    // A look before the write keeps whoever has to wait from making us write.
    ctx.store.read(|conn| throttle::check(conn, &keys, now))?;
    ctx.store.write(move |conn| throttle::reserve(conn, &keys, now))
}
