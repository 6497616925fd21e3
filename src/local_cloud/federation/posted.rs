//! A SAML Response, from the form field to an assertion whose signature, issuer, audience, recipient and
//! times hold, and to its one use.

use std::time::Duration;

use diesel::SqliteConnection;

use crate::base::Timestamp;
use crate::crypto::{Certificate, hash};
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::logout::{self, Subject};
use crate::local_cloud::store::one_time;
use crate::saml::{CheckedAssertion, Expectations, IdentityProvider, UnverifiedResponse};

/// By how much our clock and the identity provider's may differ.
pub(super) const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// A Response as it was posted.
pub(crate) struct Posted(pub(super) UnverifiedResponse);

/// Metadata that an account keeps, and what its assertions must say.
pub(super) struct Trusted<'a> {
    pub(super) metadata: &'a str,
    /// Whose metadata it is, for the log.
    pub(super) name: String,
    pub(super) audience: &'a str,
    pub(super) recipient: &'a str,
}

/// An assertion that holds, and the metadata that it was verified with. Who may enter by it is not decided
/// yet, and it is not used up.
pub(super) struct Proof {
    pub(super) assertion: CheckedAssertion,
    pub(super) metadata: String,
    key_digests: Vec<String>,
}

impl Posted {
    /// Reads the Base64 of a Response.
    pub(crate) fn read(base64: &str) -> Result<Self, Refusal> {
        UnverifiedResponse::decode(base64).map(Self).map_err(|error| refused(&error))
    }

    /// Verifies it with metadata that an account keeps, and checks that it is for us, for here and for now.
    pub(super) fn verify(self, trusted: &Trusted<'_>, now: Timestamp) -> Result<Proof, Refusal> {
        let name = &trusted.name;
        let provider = IdentityProvider::parse(trusted.metadata)
            .map_err(|error| Refusal::Internal(format!("stored metadata of {name}: {error}")))?;
        if provider.valid_until().is_some_and(|end| now >= end) {
            return Err(refusal(format!("the metadata of {name} is past its validUntil")));
        }
        let expectations = Expectations {
            issuer: provider.entity_id(),
            audience: trusted.audience,
            recipient: trusted.recipient,
            in_response_to: None,
            now,
            clock_skew: CLOCK_SKEW,
        };
        let verified = self.0.verify(provider.signing_certificates()).map_err(|error| refused(&error))?;
        let assertion = verified.check(&expectations).map_err(|error| refused(&error))?;
        let digests = provider.signing_certificates().iter().map(key_digest).collect::<Result<_, _>>()?;
        Ok(Proof { assertion, metadata: trusted.metadata.to_owned(), key_digests: digests })
    }
}

impl Proof {
    /// Uses the assertion up: the first to ask may go on, unless a logout came before (saml-core-2.0-os
    /// §3.7.3.2: a logout counts for assertions that were made before it and arrive after it).
    pub(super) fn use_up(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<(), Refusal> {
        let (issuer, id) = (self.assertion.issuer(), self.assertion.id());
        let remembered_until = self.assertion.not_on_or_after().plus(CLOCK_SKEW);
        if !one_time::use_assertion(connection, issuer, id.as_str(), now, remembered_until)? {
            return Err(refusal(format!("assertion {id} was used before")));
        }
        let name_id = self.assertion.name_id().value.as_str();
        let subject = Subject { issuer, name_id, session_index: self.assertion.session_index() };
        let times = (self.assertion.issue_instant().millis(), now.millis());
        if logout::covers(connection, subject, &self.key_digests, times)? {
            return Err(refusal(format!("a logout ended what assertion {id} would begin")));
        }
        Ok(())
    }
}

/// What a signing key is remembered by.
pub(super) fn key_digest(certificate: &Certificate) -> Result<String, Refusal> {
    Ok(hash::sha256_hex(&certificate.to_der()?))
}

pub(super) fn refused(error: &crate::saml::Error) -> Refusal {
    Refusal::Assertion(error.to_string())
}

pub(super) fn refusal(reason: impl Into<String>) -> Refusal {
    Refusal::Assertion(reason.into())
}
