//! A message held against everything that it would be held against if it came, without anything coming of it: no ID is
//! used up, nobody is signed in or out, and nothing is written down.

use std::sync::Arc;

use crate::base::{ApplicationId, Timestamp};
use crate::crypto::Certificate;
use crate::domain::{AuthenticationMethod, NameIdKind, Status};
use crate::saml::inspection::{
    Check, Course, Outcome, Pasted, PastedForm, PastedKind, Row, message_rows, response_rows,
    stop_of_message, stop_of_response,
};
use crate::saml::{
    self, AcsChoice, AuthnRequest, Expectations, MessageExpectations, MessageId, MetadataDocument,
    RedirectMessage, ServiceProvider, UnverifiedLogoutRequest, UnverifiedLogoutResponse, UnverifiedResponse,
};
use crate::storage::used_message_id;

use super::super::registry::Registered;
use super::super::{Context, Error, Operator, authn_context};
use super::receive::{self, CLOCK_SKEW};
use super::request::LONGEST_RELAY_STATE;
use super::{Message, SignOnRequest, name_id};

/// The moment that a message is judged at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Now, as if it came now.
    Now,
    /// When it was made, by what it says itself; now, where it does not say that.
    Made,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// What kind of document it is.
    pub kind: PastedKind,
    /// How it was given.
    pub form: PastedForm,
    /// Its XML for people.
    pub pretty: String,
    /// Who it says it is from.
    pub issuer: String,
    /// What came with it to be given back.
    pub relay_state: String,
    /// The application that it is from or for, and its name.
    pub application: Option<(ApplicationId, String)>,
    /// The moment that it was judged at.
    pub judged_at: Timestamp,
    /// Every check, in the order of the real way.
    pub checks: Vec<Check>,
}

/// Inspects what somebody pasted.
///
/// # Errors
/// [`Error::Saml`] when there is no document in it; failures of the database.
pub fn inspect(ctx: &Context, _operator: &Operator, text: &str, moment: Moment) -> Result<Inspection, Error> {
    let pasted = Pasted::read(text)?;
    let made = Timestamp::parse(pasted.claimed("IssueInstant")).filter(|_| moment == Moment::Made);
    let look = Look { ctx, pasted: &pasted, is_now: made.is_none(), now: made.unwrap_or_else(|| ctx.now()) };
    let mut course = Course::default();
    let registered = match pasted.kind() {
        PastedKind::AuthnRequest => look.authn_request(&mut course)?,
        PastedKind::LogoutRequest => look.logout_request(&mut course)?,
        PastedKind::LogoutResponse => look.logout_response(&mut course)?,
        PastedKind::Response => look.response(&mut course)?,
        PastedKind::Metadata => look.metadata(&mut course)?,
        PastedKind::Other => {
            let expected = "a SAML 2.0 message, or metadata";
            course.take(Row::new("Kind", expected, ""), Some(Err::<(), _>("it is nothing of the kind")));
            None
        }
    };
    let redirect =
        RedirectMessage::read(pasted.encoded()).ok().filter(|_| pasted.form() == PastedForm::Redirect);
    Ok(Inspection {
        kind: pasted.kind(),
        form: pasted.form(),
        pretty: pasted.pretty()?,
        issuer: pasted.claimed_issuer().unwrap_or_default().to_owned(),
        relay_state: redirect.and_then(|it| it.relay_state().map(str::to_owned)).unwrap_or_default(),
        application: registered
            .map(|found| (found.application.id.clone(), found.application.name.to_string())),
        judged_at: look.now,
        checks: course.finish(),
    })
}

struct Look<'a> {
    ctx: &'a Context,
    pasted: &'a Pasted,
    is_now: bool,
    now: Timestamp,
}

type Found = Option<Arc<Registered>>;

impl Look<'_> {
    fn authn_request(&self, course: &mut Course) -> Result<Found, Error> {
        let message = match self.pasted.form() {
            PastedForm::Redirect => Message::Redirect(self.pasted.encoded().to_owned()),
            PastedForm::Post | PastedForm::Xml => {
                Message::Post { saml_request: self.pasted.encoded().to_owned(), relay_state: String::new() }
            }
        };
        let read = self.form(course, receive::read(&message));
        let registered = self.registered(course)?;
        let Some(found) = registered.clone() else {
            remaining(course, &["Validity", "RelayState", "Signature"]);
            return Ok(None);
        };
        self.validity(course, &found.provider);
        let relay_state = read.as_ref().map_or(0, |(_, relay_state)| relay_state.len());
        let fits = if relay_state <= LONGEST_RELAY_STATE { Ok(()) } else { Err("it is too long") };
        let expected = format!("at most {LONGEST_RELAY_STATE} bytes");
        course.take(Row::new("RelayState", expected, format!("{relay_state} bytes")), Some(fits));
        let certificates = &found.provider.signing_certificates;
        let verifies = |certificate: &Certificate| {
            read.as_ref().is_some_and(|(it, _)| it.verify(std::slice::from_ref(certificate)).is_ok())
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

    fn logout_request(&self, course: &mut Course) -> Result<Found, Error> {
        let read = self.form(
            course,
            self.by_binding(UnverifiedLogoutRequest::decode, UnverifiedLogoutRequest::from_redirect),
        );
        let registered = self.registered(course)?;
        let Some(found) = registered.clone() else {
            remaining(course, &["Signature"]);
            return Ok(None);
        };
        let certificates = &found.provider.signing_certificates;
        let verify = |certificates: &[Certificate]| read.as_ref().map(|it| it.verify(certificates));
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

    fn logout_response(&self, course: &mut Course) -> Result<Found, Error> {
        let read = self.form(
            course,
            self.by_binding(UnverifiedLogoutResponse::decode, UnverifiedLogoutResponse::from_redirect),
        );
        let registered = self.registered(course)?;
        let Some(found) = registered.clone() else {
            remaining(course, &["Signature"]);
            return Ok(None);
        };
        let certificates = &found.provider.signing_certificates;
        let verify = |certificates: &[Certificate]| read.as_ref().map(|it| it.verify(certificates));
        let row = self.signature(certificates, true, |one| {
            verify(std::slice::from_ref(one)).is_some_and(|verified| verified.is_ok())
        });
        let verified = course.take(row, verify(certificates));
        let destination = self.ctx.identity_provider.slo_url();
        let expectations = self.expectations(&found, destination);
        // Which of our requests it answers is not known here, so that it is taken at its word.
        let rows = message_rows(self.pasted, &expectations);
        let checked = verified.map(|it| {
            let request = MessageId::parse(self.pasted.claimed("InResponseTo"))?;
            it.check(&request, &expectations)
        });
        let outcome = course.step(rows, checked, stop_of_message);
        let said = outcome.as_ref().map(ToString::to_string).unwrap_or_default();
        let is_success = outcome.map(|outcome| match outcome {
            saml::LogoutOutcome::Success => Ok(()),
            other => Err(other.to_string()),
        });
        course.take(Row::new("Status", "success", said), is_success);
        Ok(registered)
    }

    /// An answer of ours, as the service provider should see it.
    fn response(&self, course: &mut Course) -> Result<Found, Error> {
        if !self.pasted.has_assertion() {
            let (code, second) = self.pasted.claimed_status().unwrap_or_default();
            let shown = second.unwrap_or(code).to_owned();
            let row = Row::new("Status", "urn:oasis:names:tc:SAML:2.0:status:Success", shown);
            course.take(row, Some(Err::<(), _>("it says that nobody was signed in, and has no assertion")));
            return Ok(None);
        }
        let read = UnverifiedResponse::parse(self.pasted.xml());
        let read = course.take(Row::new("Form", "one Response with one Assertion", self.given()), Some(read));
        let audience = self.pasted.claimed_audience().unwrap_or_default();
        let found = self.ctx.applications.find_by_entity_id(&self.ctx.store, audience)?;
        let row = Row::new("Application", "one that is registered here", audience);
        let known = found.clone().ok_or("no application is registered for this audience");
        let Some(found) = course.take(row, read.as_ref().map(|_| known)) else {
            remaining(course, &["Signature"]);
            return Ok(None);
        };
        let settings = &found.application.settings;
        let certificates = self.ctx.identity_provider.certificates_for(settings);
        let verify = |certificates: &[Certificate]| read.clone().map(|it| it.verify(certificates));
        let row = self.signature(&certificates, true, |one| {
            verify(std::slice::from_ref(one)).is_some_and(|verified| verified.is_ok())
        });
        let verified = course.take(row, verify(&certificates));
        let in_response_to = MessageId::parse(self.pasted.claimed("InResponseTo")).ok();
        let urls = &found.provider.assertion_consumer_services;
        let claimed = self.pasted.claimed_recipient().unwrap_or_default();
        let default = found.provider.assertion_consumer_service(&AcsChoice::Default);
        let recipient = urls.iter().find(|acs| acs.url == claimed).or(default);
        let expectations = Expectations {
            issuer: self.ctx.identity_provider.entity_id_for(settings),
            audience: &found.application.entity_id,
            recipient: recipient.map_or("", |acs| acs.url.as_str()),
            in_response_to: in_response_to.as_ref(),
            now: self.now,
            clock_skew: CLOCK_SKEW,
        };
        let checked = verified.map(|it| it.check(&expectations));
        course.step(response_rows(self.pasted, &expectations), checked, stop_of_response);
        Ok(Some(found))
    }

    fn metadata(&self, course: &mut Course) -> Result<Found, Error> {
        let read = MetadataDocument::parse(self.pasted.xml());
        let read = course.take(Row::new("Form", "metadata of SAML 2.0", self.given()), Some(read));
        let ids = read.as_ref().map(|it| it.service_provider_ids().join(", ")).unwrap_or_default();
        let provider = read.as_ref().map(|it| ServiceProvider::from_document(it, None));
        let row = Row::new("Service provider", "one, that takes Responses by HTTP-POST", ids);
        let provider = course.take(row, provider);
        match &provider {
            Some(provider) => self.validity(course, provider),
            None => remaining(course, &["Validity"]),
        }
        let urls = provider.iter().flat_map(|it| &it.assertion_consumer_services).map(|acs| acs.url.as_str());
        let urls = urls.collect::<Vec<_>>().join(", ");
        let transport = provider.as_ref().map(ServiceProvider::check_transport);
        course.take(Row::new("Addresses", "https, or this very machine", urls), transport);
        let keys = provider.as_ref().map(|it| fingerprints(&it.signing_certificates)).unwrap_or_default();
        let must_sign = provider.as_ref().is_some_and(|it| it.signs_requests);
        let has_keys = provider.as_ref().map(|it| {
            let is_good = !it.signs_requests || !it.signing_certificates.is_empty();
            if is_good { Ok(()) } else { Err("it says that it signs, and gives no key") }
        });
        let expected = if must_sign { "at least one, since it signs its requests" } else { "none is needed" };
        course.take(Row::new("Signing keys", expected, keys), has_keys);
        let Some(provider) = provider else { return Ok(None) };
        let found = self.ctx.applications.find_by_entity_id(&self.ctx.store, &provider.entity_id)?;
        Ok(found)
    }

    /// Whether what a service provider says of itself is true still.
    fn validity(&self, course: &mut Course, provider: &ServiceProvider) {
        let until = provider.valid_until.map_or_else(|| "no end".to_owned(), Timestamp::rfc3339);
        let row = Row::new("Validity", format!("metadata good at {}", self.now.rfc3339()), until);
        course.take(row, Some(provider.check_validity(self.now, None)));
    }

    /// What came of decrypting a name that is encrypted; of any other nothing is said.
    fn decrypted<T>(&self, course: &mut Course, outcome: Option<Result<T, saml::Error>>) -> Option<T> {
        if self.pasted.has_encrypted_name() {
            course
                .take(Row::new("Encryption", "to a key of ours, in a signed message", "EncryptedID"), outcome)
        } else {
            outcome.and_then(Result::ok)
        }
    }

    fn by_binding<T>(
        &self,
        decode: impl FnOnce(&str) -> Result<T, saml::Error>,
        from_redirect: impl FnOnce(&RedirectMessage) -> Result<T, saml::Error>,
    ) -> Result<T, saml::Error> {
        match self.pasted.form() {
            PastedForm::Redirect => from_redirect(&RedirectMessage::read(self.pasted.encoded())?),
            PastedForm::Post | PastedForm::Xml => decode(self.pasted.encoded()),
        }
    }

    fn form<T>(&self, course: &mut Course, read: Result<T, saml::Error>) -> Option<T> {
        let expected =
            format!("strict XML of one {}, with nothing out of place", self.pasted.kind().as_str());
        course.take(Row::new("Form", expected, self.given()), Some(read))
    }

    fn given(&self) -> String {
        format!("{}, {} bytes", self.pasted.form().as_str(), self.pasted.xml().len())
    }

    /// The enabled application of whoever it says it is from.
    fn registered(&self, course: &mut Course) -> Result<Found, Error> {
        let issuer = self.pasted.claimed_issuer().unwrap_or_default();
        let found = self.ctx.applications.find_by_entity_id(&self.ctx.store, issuer)?;
        let known = match found {
            None => Err("no application is registered for this entity id"),
            Some(found) if found.application.status != Status::Enabled => Err("the application is disabled"),
            Some(found) => Ok(found),
        };
        Ok(course.take(Row::new("Sender", "an enabled application", issuer), Some(known)))
    }

    fn signature(
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

    fn expectations<'a>(&self, found: &'a Registered, destination: &'a str) -> MessageExpectations<'a> {
        let issuer = &found.application.entity_id;
        MessageExpectations { issuer, destination, now: self.now, clock_skew: CLOCK_SKEW }
    }

    /// Whether an ID was used. Of a message that is judged as of another moment it may be its own use.
    fn replay(&self, entity_id: &str, id: &str) -> Result<(String, Result<(), &'static str>), Error> {
        if !self.ctx.store.read(|conn| used_message_id::exists(conn, entity_id, id))? {
            return Ok(("it was not used".to_owned(), Ok(())));
        }
        let outcome = if self.is_now { Err("the ID was used before") } else { Ok(()) };
        Ok(("it was used by now".to_owned(), outcome))
    }
}

/// Names checks that cannot be reached any more.
fn remaining(course: &mut Course, names: &[&'static str]) {
    for name in names {
        course.take::<(), &str>(Row::new(name, "", ""), None);
    }
}

fn fingerprints(certificates: &[Certificate]) -> String {
    let each = certificates.iter().map(|certificate| certificate.fingerprint().unwrap_or_default());
    each.collect::<Vec<_>>().join(", ")
}

impl Inspection {
    /// The check that it stopped at; `None` where all hold.
    pub fn stopped_at(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.outcome == Outcome::Failed)
    }
}
