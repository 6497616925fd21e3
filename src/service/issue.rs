//! The one way to a Response: [`issue`], which asks for an [`Entitlement`].

use std::sync::Arc;
use std::time::Duration;

use crate::base::Timestamp;
use crate::crypto::KeyType;
use crate::domain::Signed;
use crate::saml::{
    Assertion, Attribute, AuthnContext, MessageId, NameId, Protection, Recipient, Response, SignedPart,
};

use super::{Context, Error};

/// From before the moment of issue, for service providers whose clock is behind.
const NOT_BEFORE: Duration = Duration::from_secs(60);
/// The Response is posted at once; five minutes leave room for clocks and slow networks.
pub(super) const LIFETIME: Duration = Duration::from_secs(300);

/// Proof that a user who is signed in may enter somewhere at this moment: an account's console as a role or as their
/// RAM user, or an application. The session that they get there is recorded.
///
/// Made by `console_logon::decide` and `saml_sso::entitle` only, in the transaction of their checks.
pub struct Entitlement {
    /// Who we are to the service provider.
    pub(super) issuer: String,
    pub(super) acs_url: String,
    pub(super) in_response_to: Option<MessageId>,
    pub(super) audience: String,
    pub(super) name_id: Option<NameId>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) authn_instant: Timestamp,
    pub(super) authn_context: AuthnContext,
    pub(super) session_index: String,
    pub(super) session_expires_at: Timestamp,
    pub(super) signed: Signed,
    pub(super) signature_key: KeyType,
    /// Whom alone it can be read by; `None` for everybody.
    pub(super) recipient: Option<Arc<Recipient>>,
    pub(super) relay_state: String,
    /// Sources of a Content-Security-Policy: where the service provider leads the browser on to.
    pub(super) lands_on: Vec<String>,
    /// What pages call the place.
    pub(super) place: String,
    /// What pages call the person there.
    pub(super) identity: String,
}

/// A Response to be posted by the browser.
pub struct Logon {
    /// Where to.
    pub acs_url: String,
    /// The field `SAMLResponse`.
    pub saml_response: String,
    /// The field `RelayState`; empty where there is none.
    pub relay_state: String,
    /// Where it leads the browser on to beside its own domain: sources of a Content-Security-Policy.
    pub lands_on: Vec<String>,
    /// Where the person enters, for the page: an account, or an application.
    pub place: String,
    /// What the person is there, for the page: a role, a RAM user, a name.
    pub identity: String,
}

/// Makes the Response.
///
/// # Errors
/// Failures of signing.
pub fn issue(ctx: &Context, entitlement: Entitlement) -> Result<Logon, Error> {
    let now = ctx.now();
    let response = Response {
        id: MessageId::generate(&ctx.random)?,
        issuer: entitlement.issuer,
        acs_url: entitlement.acs_url,
        in_response_to: entitlement.in_response_to,
        issue_instant: now,
        assertion: Assertion {
            id: MessageId::generate(&ctx.random)?,
            name_id: entitlement.name_id,
            audience: entitlement.audience,
            not_before: now.minus(NOT_BEFORE),
            not_on_or_after: now.plus(LIFETIME),
            authn_instant: entitlement.authn_instant,
            authn_context: entitlement.authn_context,
            session_index: entitlement.session_index,
            session_not_on_or_after: Some(entitlement.session_expires_at),
            attributes: entitlement.attributes,
        },
    };
    let signer = ctx.identity_provider.signer(entitlement.signature_key)?;
    let protection = Protection {
        part: signed_part(entitlement.signed),
        signer: &signer,
        recipient: entitlement.recipient.as_deref(),
    };
    let signed = response.protect(&protection, &ctx.random)?;
    Ok(Logon {
        acs_url: response.acs_url,
        saml_response: signed.to_base64(),
        relay_state: entitlement.relay_state,
        lands_on: entitlement.lands_on,
        place: entitlement.place,
        identity: entitlement.identity,
    })
}

/// What is signed, in the words of the messages.
pub(super) const fn signed_part(signed: Signed) -> SignedPart {
    match signed {
        Signed::Assertion => SignedPart::Assertion,
        Signed::Response => SignedPart::Response,
        Signed::Both => SignedPart::Both,
    }
}
