//! What a service provider makes of the page that comes back: a Response, verified with our metadata's keys.

use std::time::Duration;

use cloudsso::base::Timestamp;
use cloudsso::crypto::{Certificate, SignatureAlgorithm, hash};
use cloudsso::saml::{
    CheckedAssertion, Error, Expectations, IdentityProvider, MessageId, SignedPart, UnverifiedResponse,
};
use data_encoding::BASE64;

use super::provider::{Provider, escaped};
use crate::support::app::TestApp;
use crate::support::http::Page;

const DS: &str = "http://www.w3.org/2000/09/xmldsig#";

/// A Response in the form of a page of ours.
pub(super) struct Answer {
    /// Where it goes.
    pub(super) acs: String,
    pub(super) relay_state: Option<String>,
    pub(super) xml: String,
    field: String,
}

/// What an assertion says.
pub(super) struct Told {
    pub(super) name: String,
    pub(super) session_index: String,
    pub(super) authn_instant: Timestamp,
    pub(super) authn_context: String,
    pub(super) session_ends_at: Timestamp,
    pub(super) signed: SignedPart,
    checked: CheckedAssertion,
}

impl Told {
    /// The values of an attribute.
    pub(super) fn values<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        self.checked.values(name).collect()
    }
}

impl Answer {
    /// The one on a page that posts itself.
    #[track_caller]
    pub(super) fn posted(page: &Page) -> Self {
        assert_eq!(page.status, 200, "{}: {}", page.url, page.text());
        assert!(page.body.contains("id=\"continue\"") && page.body.contains("<script"), "{}", page.body);
        Self::on(page)
    }

    /// The one on a page, which the person posts.
    #[track_caller]
    pub(super) fn on(page: &Page) -> Self {
        let carries = |form: &crate::support::http::Form| form.field("SAMLResponse").is_some();
        let mut forms = page.forms();
        forms.retain(carries);
        assert_eq!(forms.len(), 1, "Responses on {}: {}", page.url, page.text());
        let form = forms.remove(0);
        assert_eq!(form.method, "POST");
        let field = form.field("SAMLResponse").unwrap().to_owned();
        let xml = String::from_utf8(BASE64.decode(field.as_bytes()).unwrap()).unwrap();
        let relay_state = form.field("RelayState").map(str::to_owned);
        Self { acs: form.action.to_string(), relay_state, xml, field }
    }

    /// What it says, as a service provider that asked by this ID takes it; `None` for one that did not ask.
    #[track_caller]
    pub(super) fn told(&self, app: &TestApp, provider: &Provider, asked: Option<&str>) -> Told {
        self.read(app, (provider, &own_metadata(app)), asked).unwrap()
    }

    /// The same, with our metadata as it was fetched at some time.
    pub(super) fn read(
        &self,
        app: &TestApp,
        (provider, metadata): (&Provider, &IdentityProvider),
        asked: Option<&str>,
    ) -> Result<Told, Error> {
        let asked = asked.map(|id| MessageId::parse(id).unwrap());
        let verified = UnverifiedResponse::decode(&self.field)?.verify(metadata.signing_certificates())?;
        let signed = verified.signed_part();
        let checked = verified.check(&Expectations {
            issuer: metadata.entity_id(),
            audience: &provider.entity_id,
            recipient: &self.acs,
            in_response_to: asked.as_ref(),
            now: app.clock.now(),
            clock_skew: Duration::ZERO,
        })?;
        Ok(Told {
            name: checked.name_id().value.clone(),
            session_index: checked.session_index().unwrap().to_owned(),
            authn_instant: checked.authn_instant(),
            authn_context: checked.authn_context().unwrap().to_owned(),
            session_ends_at: checked.session_not_on_or_after().unwrap(),
            signed,
            checked,
        })
    }

    /// An attribute of the `NameID` as it stands there.
    pub(super) fn of_name(&self, attribute: &str) -> Option<&str> {
        attribute_of(between(&self.xml, "<saml:NameID", ">")?, attribute)
    }

    /// What it says of why nobody was signed in: the end of the inner status code. It is signed, and answers this ID.
    #[track_caller]
    pub(super) fn refusal(&self, app: &TestApp, asked: &str) -> &str {
        assert!(!self.xml.contains("<saml:Assertion"), "{}", self.xml);
        assert!(is_signed(&self.xml, &own_metadata(app).signing_certificates()[0]), "{}", self.xml);
        let tag = between(&self.xml, "<samlp:Response", ">").unwrap();
        assert_eq!(attribute_of(tag, "InResponseTo"), Some(asked), "{tag}");
        assert_eq!(attribute_of(tag, "Destination"), Some(escaped(&self.acs).as_str()), "{tag}");
        let inner = self.xml.rsplit("<samlp:StatusCode").next().unwrap();
        attribute_of(inner, "Value").unwrap().rsplit(':').next().unwrap()
    }

    /// The field as it is posted.
    pub(super) fn field(&self) -> &str {
        &self.field
    }
}

/// Our metadata as everybody reads it.
pub(super) fn own_metadata(app: &TestApp) -> IdentityProvider {
    IdentityProvider::parse(&app.visitor().get(&app.url("/saml/idp/metadata")).body).unwrap()
}

/// Whether the outermost signature of a message of ours is this key's over all of it. What we write is in canonical
/// form, so that the bytes without the signature are those that were signed.
pub(super) fn is_signed(xml: &str, certificate: &Certificate) -> bool {
    let (Some(start), Some(end)) = (xml.find("<ds:Signature "), xml.find("</ds:Signature>")) else {
        return false;
    };
    let (head, tail) = (&xml[..start], &xml[end + "</ds:Signature>".len()..]);
    let signature = &xml[start..end];
    let id = attribute_of(between(xml, "<samlp:Response", ">").unwrap(), "ID").unwrap();
    let info = between(signature, "<ds:SignedInfo>", "</ds:SignedInfo>").unwrap();
    let digest = BASE64.encode(&hash::sha256(format!("{head}{tail}").as_bytes()));
    let value = between(signature, "<ds:SignatureValue>", "</ds:SignatureValue>").unwrap();
    let canonical = format!("<ds:SignedInfo xmlns:ds=\"{DS}\">{info}</ds:SignedInfo>");
    let value = BASE64.decode(value.as_bytes()).unwrap();
    info.contains(&format!("<ds:DigestValue>{digest}</ds:DigestValue>"))
        && info.contains(&format!("URI=\"#{id}\""))
        && certificate.verify(SignatureAlgorithm::RsaSha256, canonical.as_bytes(), &value).unwrap()
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    Some(text.split_once(begin)?.1.split_once(end)?.0)
}

fn attribute_of<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    between(tag, &format!(" {name}=\""), "\"")
}
