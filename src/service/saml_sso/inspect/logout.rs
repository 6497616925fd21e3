//! Requests to end sessions, and answers to ours.

use crate::base::ApplicationId;
use crate::crypto::Certificate;
use crate::domain::SingleLogout;
use crate::saml::inspection::{Course, Row, message_rows, stop_of_message};
use crate::saml::{self, MessageId, UnverifiedLogoutRequest, UnverifiedLogoutResponse};
use crate::storage::single_logout;

use super::super::super::Error;
use super::look::{Found, Look, remaining};

/// What a logout response answers.
struct Asked {
    id: MessageId,
    /// Whom it was asked of; `None` where that is forgotten.
    application: Option<ApplicationId>,
}

impl Look<'_> {
    pub(super) fn logout_request(&self, course: &mut Course) -> Result<Found, Error> {
        let read = self.form(
            course,
            self.by_binding(UnverifiedLogoutRequest::decode, UnverifiedLogoutRequest::from_redirect),
        );
        let issuer = self.pasted.claimed_issuer().unwrap_or_default();
        let known = self.known(issuer)?.ok_or("no application is registered for this entity id");
        let registered = course.take(Row::new("Sender", "a registered application", issuer), Some(known));
        let Some(found) = registered.clone() else {
            remaining(course, &["Validity", "Signature"]);
            return Ok(None);
        };
        self.validity(course, &found.provider);
        let certificates = &found.provider.signing_certificates;
        let blocked = self.ctx.saml_policy.blocked_algorithms;
        let verify = |certificates: &[Certificate]| read.as_ref().map(|it| it.verify(certificates, blocked));
        let row = self.signature(certificates, true, |one| {
            verify(std::slice::from_ref(one)).is_some_and(|verified| verified.is_ok())
        });
        let verified = course.take(row, verify(certificates));
        let verified =
            self.decrypted(course, verified.map(|it| it.decrypt(&self.ctx.identity_provider.decrypter())));
        let destination = self.ctx.identity_provider.slo_url();
        let expectations = self.expectations(&found, destination);
        let rows = message_rows(self.pasted, &expectations);
        let checked = course.step(rows, verified.map(|it| it.check(&expectations)), stop_of_message);
        let replay = match &checked {
            Some(checked) => self.replay(&found.application.entity_id, checked.id().as_str())?,
            None => (String::new(), Ok(())),
        };
        course
            .take(Row::new("Replay", "an ID that was not used before", replay.0), checked.map(|_| replay.1));
        Ok(registered)
    }

    pub(super) fn logout_response(&self, course: &mut Course) -> Result<Found, Error> {
        let read = self.form(
            course,
            self.by_binding(UnverifiedLogoutResponse::decode, UnverifiedLogoutResponse::from_redirect),
        );
        let asked = self.asked(course, read.as_ref())?;
        let registered = self.asked_of(course, asked.as_ref())?;
        let Some(found) = registered.clone() else {
            remaining(course, &["Signature"]);
            return Ok(None);
        };
        let certificates = &found.provider.signing_certificates;
        let blocked = self.ctx.saml_policy.blocked_algorithms;
        let verify = |certificates: &[Certificate]| read.as_ref().map(|it| it.verify(certificates, blocked));
        let row = self.signature(certificates, true, |one| {
            verify(std::slice::from_ref(one)).is_some_and(|verified| verified.is_ok())
        });
        let verified = course.take(row, verify(certificates));
        let destination = self.ctx.identity_provider.slo_url();
        let expectations = self.expectations(&found, destination);
        let rows = message_rows(self.pasted, &expectations);
        let checked = verified.zip(asked).map(|(it, asked)| it.check(&asked.id, &expectations));
        let outcome = course.step(rows, checked, stop_of_message);
        let said = outcome.as_ref().map(ToString::to_string).unwrap_or_default();
        let is_success = outcome.map(|outcome| match outcome {
            saml::LogoutOutcome::Success => Ok(()),
            other => Err(other.to_string()),
        });
        course.take(Row::new("Status", "success", said), is_success);
        Ok(registered)
    }

    /// The request of ours that an answer names. Logouts are forgotten after a while: of one that is older and judged as
    /// of when it was made, nothing is known any more, and it is taken at its word.
    fn asked(
        &self,
        course: &mut Course,
        read: Option<&UnverifiedLogoutResponse>,
    ) -> Result<Option<Asked>, Error> {
        let id = read.and_then(UnverifiedLogoutResponse::claimed_in_response_to);
        let known = match &id {
            Some(id) => self.ctx.store.read(|conn| single_logout::find_by_message(conn, id.as_str()))?,
            None => None,
        };
        let is_forgotten = !self.is_now && self.ctx.now() >= self.now.plus(SingleLogout::KEPT);
        let asked = match (id, known) {
            (Some(id), Some((_, participant))) => {
                Ok(Asked { id, application: Some(participant.application_id) })
            }
            (Some(id), None) if is_forgotten => Ok(Asked { id, application: None }),
            (Some(_), None) => Err("it answers nothing that we asked, or that we remember"),
            (None, _) => Err("it names no request"),
        };
        let expected = match &asked {
            Ok(Asked { application: None, .. }) => "not remembered any more: taken at its word",
            _ => "a logout request of ours",
        };
        let row = Row::new("InResponseTo", expected, self.pasted.claimed("InResponseTo"));
        Ok(course.take(row, read.map(|_| asked)))
    }

    /// The application that was asked; where that is forgotten, the one that it says it is from.
    fn asked_of(&self, course: &mut Course, asked: Option<&Asked>) -> Result<Found, Error> {
        let issuer = self.pasted.claimed_issuer().unwrap_or_default();
        let (expected, found) = match asked.and_then(|asked| asked.application.as_ref()) {
            Some(id) => {
                let found = self.ctx.applications.find(&self.ctx.store, id)?;
                let entity_id = found
                    .as_ref()
                    .map_or("the application that was asked", |found| found.application.entity_id.as_str());
                (entity_id.to_owned(), found)
            }
            None => ("a registered application".to_owned(), self.known(issuer)?),
        };
        let known = found.ok_or("no such application is registered any more");
        Ok(course.take(Row::new("Sender", expected, issuer), asked.map(|_| known)))
    }
}
