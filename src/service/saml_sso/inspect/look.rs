//! A message that is looked at, and the checks that those of several kinds have.

use std::sync::Arc;

use crate::base::Timestamp;
use crate::crypto::Certificate;
use crate::domain::Status;
use crate::saml::inspection::{Course, Pasted, PastedForm, Row};
use crate::saml::{self, MessageExpectations, RedirectMessage, ServiceProvider};
use crate::storage::used_message_id;

use super::super::super::registry::Registered;
use super::super::super::{Context, Error};
use super::super::receive::CLOCK_SKEW;

/// A message that is looked at.
pub(super) struct Look<'a> {
    pub(super) ctx: &'a Context,
    pub(super) pasted: &'a Pasted,
    pub(super) is_now: bool,
    pub(super) now: Timestamp,
}

/// The application that a message is from or for.
pub(super) type Found = Option<Arc<Registered>>;

impl Look<'_> {
    /// Whether what a service provider says of itself is true still.
    pub(super) fn validity(&self, course: &mut Course, provider: &ServiceProvider) {
        let until = provider.valid_until.map_or_else(|| "no end".to_owned(), Timestamp::rfc3339);
        let row = Row::new("Validity", format!("metadata good at {}", self.now.rfc3339()), until);
        course.take(row, Some(provider.check_validity(self.now, None)));
    }

    /// What came of decrypting a name that is encrypted; of any other nothing is said.
    pub(super) fn decrypted<T>(
        &self,
        course: &mut Course,
        outcome: Option<Result<T, saml::Error>>,
    ) -> Option<T> {
        if self.pasted.has_encrypted_name() {
            course
                .take(Row::new("Encryption", "to a key of ours, in a signed message", "EncryptedID"), outcome)
        } else {
            outcome.and_then(Result::ok)
        }
    }

    pub(super) fn by_binding<T>(
        &self,
        decode: impl FnOnce(&str) -> Result<T, saml::Error>,
        from_redirect: impl FnOnce(&RedirectMessage) -> Result<T, saml::Error>,
    ) -> Result<T, saml::Error> {
        match self.pasted.form() {
            PastedForm::Redirect => from_redirect(&RedirectMessage::read(self.pasted.encoded())?),
            PastedForm::Post | PastedForm::Xml => decode(self.pasted.encoded()),
        }
    }

    pub(super) fn form<T>(&self, course: &mut Course, read: Result<T, saml::Error>) -> Option<T> {
        let expected =
            format!("strict XML of one {}, with nothing out of place", self.pasted.kind().as_str());
        course.take(Row::new("Form", expected, self.given()), Some(read))
    }

    pub(super) fn given(&self) -> String {
        format!("{}, {} bytes", self.pasted.form().as_str(), self.pasted.xml().len())
    }

    pub(super) fn known(&self, entity_id: &str) -> Result<Found, Error> {
        self.ctx.applications.find_by_entity_id(&self.ctx.store, entity_id)
    }

    /// The enabled application of whoever it says it is from.
    pub(super) fn registered(&self, course: &mut Course) -> Result<Found, Error> {
        let issuer = self.pasted.claimed_issuer().unwrap_or_default();
        let known = match self.known(issuer)? {
            None => Err("no application is registered for this entity id"),
            Some(found) if found.application.status != Status::Enabled => Err("the application is disabled"),
            Some(found) => Ok(found),
        };
        Ok(course.take(Row::new("Sender", "an enabled application", issuer), Some(known)))
    }

    pub(super) fn signature(
        &self,
        certificates: &[Certificate],
        is_needed: bool,
        verifies: impl Fn(&Certificate) -> bool,
    ) -> Row {
        let known = match certificates.len() {
            1 => "by the one known certificate".to_owned(),
            known => format!("by one of {known} known certificates"),
        };
        let expected = if is_needed { known } else { format!("none, or {known}") };
        let algorithms = self.pasted.claimed_signatures().join(", ");
        let by = certificates.iter().find(|certificate| verifies(certificate));
        let received = match by {
            _ if algorithms.is_empty() => "none".to_owned(),
            Some(by) => {
                let fingerprint = fingerprints(std::slice::from_ref(by));
                format!("{algorithms}, by the certificate {fingerprint} ({})", by.subject())
            }
            None => algorithms,
        };
        Row::new("Signature", expected, received)
    }

    pub(super) fn expectations<'a>(
        &self,
        found: &'a Registered,
        destination: &'a str,
    ) -> MessageExpectations<'a> {
        let issuer = &found.application.entity_id;
        MessageExpectations { issuer, destination, now: self.now, clock_skew: CLOCK_SKEW }
    }

    /// Whether an ID was used. Of a message that is judged as of another moment it may be its own use.
    pub(super) fn replay(
        &self,
        entity_id: &str,
        id: &str,
    ) -> Result<(String, Result<(), &'static str>), Error> {
        if !self.ctx.store.read(|conn| used_message_id::exists(conn, entity_id, id))? {
            return Ok(("it was not used".to_owned(), Ok(())));
        }
        let outcome = if self.is_now { Err("the ID was used before") } else { Ok(()) };
        Ok(("it was used by now".to_owned(), outcome))
    }
}

/// Names checks that cannot be reached any more.
pub(super) fn remaining(course: &mut Course, names: &[&'static str]) {
    for name in names {
        course.take::<(), &str>(Row::new(name, "", ""), None);
    }
}

pub(super) fn fingerprints(certificates: &[Certificate]) -> String {
    let each = certificates.iter().map(|certificate| certificate.fingerprint().unwrap_or_default());
    each.collect::<Vec<_>>().join(", ")
}
