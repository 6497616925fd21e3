//! What a service provider asks, and the two ways it comes to us: in an address, and in a form of its own page.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use cloudsso::crypto::hash;
use cloudsso::saml::{MessageKind, Signer, redirect_url};
use data_encoding::BASE64;

use super::provider::{Key, Provider, escaped};
use crate::support::app::TestApp;
use crate::support::http::{Form, Page, Visitor};

const SAMLP: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(super) const SAML: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const END_OF_ISSUER: &str = "</saml:Issuer>";

static REQUESTS: AtomicU32 = AtomicU32::new(0);

/// An AuthnRequest, written in canonical form, so that it can be signed as it is.
#[derive(Clone)]
pub(super) struct Request {
    attributes: BTreeMap<String, String>,
    issuer: String,
    children: String,
}

impl Request {
    /// One that asks for nothing in particular, made now for the product's address.
    pub(super) fn new(app: &TestApp, provider: &Provider) -> Self {
        let id = format!("_request-{}", REQUESTS.fetch_add(1, Ordering::Relaxed));
        let attributes = [
            ("Destination", app.url("/saml/idp/sso")),
            ("ID", id),
            ("IssueInstant", app.clock.now().rfc3339()),
            ("Version", "2.0".to_owned()),
        ];
        Self {
            attributes: attributes.map(|(name, value)| (name.to_owned(), value)).into(),
            issuer: provider.entity_id.clone(),
            children: String::new(),
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.attributes["ID"]
    }

    /// With this attribute: `ForceAuthn`, `AssertionConsumerServiceURL` and their like.
    pub(super) fn with(mut self, attribute: &str, value: &str) -> Self {
        self.attributes.insert(attribute.to_owned(), value.to_owned());
        self
    }

    pub(super) fn without(mut self, attribute: &str) -> Self {
        self.attributes.remove(attribute);
        self
    }

    pub(super) fn issued_by(mut self, issuer: &str) -> Self {
        issuer.clone_into(&mut self.issuer);
        self
    }

    /// With this XML behind what is there.
    pub(super) fn containing(mut self, xml: &str) -> Self {
        self.children.push_str(xml);
        self
    }

    /// With a `NameIDPolicy` of these attributes.
    pub(super) fn name_id_policy(self, attributes: &[(&str, &str)]) -> Self {
        let said: String =
            attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", escaped(value))).collect();
        self.containing(&format!("<samlp:NameIDPolicy{said}></samlp:NameIDPolicy>"))
    }

    /// With a `NameIDPolicy` of this format, by its URI.
    pub(super) fn name_id_format(self, format: &str) -> Self {
        self.name_id_policy(&[("Format", format)])
    }

    /// With a `RequestedAuthnContext` of these classes.
    pub(super) fn authn_context(self, comparison: &str, classes: &[&str]) -> Self {
        let said = classes.iter().map(|class| {
            format!("<saml:AuthnContextClassRef xmlns:saml=\"{SAML}\">{class}</saml:AuthnContextClassRef>")
        });
        let said: String = said.collect();
        self.containing(&format!(
            "<samlp:RequestedAuthnContext Comparison=\"{comparison}\">{said}</samlp:RequestedAuthnContext>"
        ))
    }

    /// With a `Subject` of this name.
    pub(super) fn subject(self, format: &str, value: &str) -> Self {
        self.containing(&format!(
            "<saml:Subject xmlns:saml=\"{SAML}\"><saml:NameID Format=\"{format}\">{}</saml:NameID></saml:Subject>",
            escaped(value)
        ))
    }

    /// The XML, unsigned.
    pub(super) fn xml(&self) -> String {
        let attributes =
            self.attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", escaped(value)));
        let attributes: String = attributes.collect();
        format!(
            "<samlp:AuthnRequest xmlns:samlp=\"{SAMLP}\"{attributes}><saml:Issuer xmlns:saml=\"{SAML}\">{}{END_OF_ISSUER}{}</samlp:AuthnRequest>",
            escaped(&self.issuer),
            self.children
        )
    }

    /// The XML with a signature in it.
    pub(super) fn signed_xml(&self, key: &Key) -> String {
        let xml = self.xml();
        let at = xml.find(END_OF_ISSUER).unwrap() + END_OF_ISSUER.len();
        let (head, tail) = xml.split_at(at);
        format!("{head}{}{tail}", signature(key, self.id(), &xml))
    }

    /// As [`Self::signed_xml`], but that what is signed is this digest of it, by its URI.
    pub(super) fn signed_xml_by(&self, key: &Key, method: &str, digest: impl Fn(&[u8]) -> Vec<u8>) -> String {
        let xml = self.xml();
        let (head, tail) = xml.split_at(xml.find(END_OF_ISSUER).unwrap() + END_OF_ISSUER.len());
        let digest = (method, digest(xml.as_bytes()));
        format!("{head}{}{tail}", signature_of(key, self.id(), (digest.0, &digest.1)))
    }

    /// The address that carries it.
    pub(super) fn url(&self, app: &TestApp, relay_state: Option<&str>, signer: Option<&Signer>) -> String {
        url(app, &self.xml(), relay_state, signer)
    }

    /// Opens the address in somebody's browser; does not follow.
    pub(super) fn redirect(&self, app: &TestApp, visitor: &mut Visitor) -> Page {
        visitor.get(&self.url(app, None, None))
    }

    /// [`Self::redirect`], and follows.
    pub(super) fn open(&self, app: &TestApp, visitor: &mut Visitor) -> Page {
        let page = self.redirect(app, visitor);
        visitor.follow(page)
    }
}

/// The address that carries this XML.
pub(super) fn url(app: &TestApp, xml: &str, relay_state: Option<&str>, signer: Option<&Signer>) -> String {
    redirect_url(&app.url("/saml/idp/sso"), (MessageKind::Request, xml), relay_state, signer).unwrap()
}

/// The form of a service provider's page that carries this XML.
pub(super) fn form(app: &TestApp, provider: &Provider, xml: &str, relay_state: Option<&str>) -> Form {
    let message = BASE64.encode(xml.as_bytes());
    let form = Form::of(&provider.entity_id, &app.url("/saml/idp/sso")).with("SAMLRequest", &message);
    match relay_state {
        Some(state) => form.with("RelayState", state),
        None => form,
    }
}

/// The signature over `xml`, which is in canonical form and has this ID.
pub(super) fn signature(key: &Key, id: &str, xml: &str) -> String {
    signature_of(key, id, ("http://www.w3.org/2001/04/xmlenc#sha256", &hash::sha256(xml.as_bytes())))
}

/// The signature over what has this ID and this digest.
fn signature_of(key: &Key, id: &str, (digest_method, digest): (&str, &[u8])) -> String {
    let digest = BASE64.encode(digest);
    let algorithm = format!("{:?}", key.signing.algorithm());
    let method = if algorithm.starts_with("Rsa") { "rsa-sha256" } else { "ecdsa-sha256" };
    let content = format!(
        "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#{method}\"></ds:SignatureMethod>\
         <ds:Reference URI=\"#{id}\"><ds:Transforms>\
         <ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>\
         <ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{digest_method}\"></ds:DigestMethod>\
         <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
    );
    let canonical = format!("<ds:SignedInfo xmlns:ds=\"{DS}\">{content}</ds:SignedInfo>");
    let value = BASE64.encode(&key.signing.sign(canonical.as_bytes()).unwrap());
    format!(
        "<ds:Signature xmlns:ds=\"{DS}\"><ds:SignedInfo>{content}</ds:SignedInfo>\
         <ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>"
    )
}
