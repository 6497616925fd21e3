//! Requests to sign on.

use crate::crypto::Certificate;
use crate::domain::{AuthenticationMethod, NameIdKind};
use crate::saml::inspection::{Course, PastedForm, Row, message_rows, stop_of_message};
use crate::saml::{AcsChoice, AuthnRequest};

use super::super::super::registry::Registered;
use super::super::super::{Error, authn_context};
use super::super::request::LONGEST_RELAY_STATE;
use super::super::{Message, SignOnRequest, name_id, receive, test_logon};
use super::look::{Found, Look, remaining};

impl Look<'_> {
    pub(super) fn authn_request(&self, course: &mut Course) -> Result<Found, Error> {
        let message = match self.pasted.form() {
            PastedForm::Redirect => Message::Redirect(self.pasted.encoded().to_owned()),
            PastedForm::Post | PastedForm::Xml => {
                Message::Post { saml_request: self.pasted.encoded().to_owned(), relay_state: String::new() }
            }
        };
        let read = self.form(course, receive::read(&message));
        let registered = self.registered(course)?;
        let Some(found) = registered.clone() else {
            remaining(course, &["Validity", "Protection", "RelayState", "Signature"]);
            return Ok(None);
        };
        self.validity(course, &found.provider);
        let row = test_logon::protection_row(&found.application.settings);
        course.take(row, Some(found.check_protection()));
        let relay_state = read.as_ref().map_or(0, |(_, relay_state)| relay_state.len());
        let fits = if relay_state <= LONGEST_RELAY_STATE { Ok(()) } else { Err("it is too long") };
        let expected = format!("at most {LONGEST_RELAY_STATE} bytes");
        course.take(Row::new("RelayState", expected, format!("{relay_state} bytes")), Some(fits));
        let certificates = &found.provider.signing_certificates;
        let blocked = self.ctx.saml_policy.blocked_algorithms;
        let verifies = |certificate: &Certificate| {
            read.as_ref().is_some_and(|(it, _)| it.verify(std::slice::from_ref(certificate), blocked).is_ok())
        };
        let row = self.signature(certificates, receive::must_sign(self.ctx, &found), verifies);
        let trusted = course.take(row, read.clone().map(|(it, _)| receive::trust(self.ctx, &found, it)));
        let trusted =
            self.decrypted(course, trusted.map(|it| it.decrypt(&self.ctx.identity_provider.decrypter())));
        let expectations = receive::expectations(self.ctx, &found, self.now);
        let rows = message_rows(self.pasted, &expectations);
        let asked = course.step(rows, trusted.map(|it| it.check(&expectations)), stop_of_message);
        self.wishes(course, &found, asked.as_ref())?;
        Ok(registered)
    }

    /// What a request asks for that holds so far.
    fn wishes(
        &self,
        course: &mut Course,
        found: &Registered,
        asked: Option<&AuthnRequest>,
    ) -> Result<(), Error> {
        let urls = found.provider.assertion_consumer_services.iter().map(|acs| acs.url.as_str());
        let urls = urls.collect::<Vec<_>>().join(", ");
        let wanted = match asked.map(|asked| &asked.answer_to) {
            Some(AcsChoice::Url(url)) => url.clone(),
            Some(AcsChoice::Index(index)) => format!("index {index}"),
            Some(AcsChoice::Default) => "the default".to_owned(),
            None => self.pasted.claimed("AssertionConsumerServiceURL").to_owned(),
        };
        let acs = asked.map(|asked| {
            let acs = found.provider.assertion_consumer_service(&asked.answer_to);
            acs.ok_or("the metadata has no such assertion consumer service")
        });
        let acs = course.take(Row::new("Assertion consumer service", urls, wanted), acs);
        let replay = match asked {
            Some(asked) if asked.is_signed => self.replay(&found.application.entity_id, asked.id.as_str())?,
            Some(_) => ("not remembered: anybody could make it anew".to_owned(), Ok(())),
            None => (String::new(), Ok(())),
        };
        course.take(Row::new("Replay", "an ID that was not used before", replay.0), asked.map(|_| replay.1));
        let binding = self.pasted.claimed("ProtocolBinding");
        let answered =
            asked.map(|asked| if asked.takes_post() { Ok(()) } else { Err("we answer by HTTP-POST only") });
        course.take(Row::new("Binding of the answer", "HTTP-POST", binding), answered);
        let request = asked.zip(acs).map(|(asked, acs)| {
            let id = found.application.id.clone();
            SignOnRequest::of(id, acs.url.clone(), String::new(), self.now, asked)
        });
        let format = asked.and_then(|asked| asked.name_id_policy.format.as_ref());
        let kind = request.as_ref().map(|request| {
            name_id::kind(found, request).map_err(|_refusal| "the kind of name that it asks for is not given")
        });
        let usual = match found.application.settings.name_id {
            NameIdKind::None => "any: it gets no name",
            NameIdKind::Email => "any, persistent, transient or email",
            _ => "any, persistent or transient",
        };
        course.take(Row::new("NameIDPolicy", usual, format.map_or("any", |format| format.uri())), kind);
        let method = AuthenticationMethod::PasswordAndTotp;
        let wanted = asked.and_then(|asked| asked.requested_authn_context.as_ref());
        let context = asked
            .map(|_| authn_context::answer(method, wanted).ok_or("no sign-in of ours is what it asks for"));
        let wanted = wanted.map_or_else(|| "any".to_owned(), |wanted| wanted.references.join(", "));
        course.take(Row::new("RequestedAuthnContext", "password and one-time code", wanted), context);
        Ok(())
    }
}
