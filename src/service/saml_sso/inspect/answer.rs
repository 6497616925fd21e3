//! Answers of ours, as service providers should see them, and what those say of themselves.

use crate::crypto::Certificate;
use crate::saml::inspection::{Course, Row, response_rows, stop_of_response};
use crate::saml::{
    AcsChoice, Expectations, MessageId, MetadataDocument, ServiceProvider, UnverifiedResponse,
};

use super::super::super::Error;
use super::super::receive::CLOCK_SKEW;
use super::look::{Found, Look, fingerprints, remaining};

impl Look<'_> {
    /// An answer of ours, as the service provider should see it.
    pub(super) fn response(&self, course: &mut Course) -> Result<Found, Error> {
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
        let found = self.known(audience)?;
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

    pub(super) fn metadata(&self, course: &mut Course) -> Result<Found, Error> {
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
        self.known(&provider.entity_id)
    }
}
