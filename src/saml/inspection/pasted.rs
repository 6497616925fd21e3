//! What somebody pasted, taken for what it is: the address that a browser was sent to, the query of it, the field of a
//! form or the XML itself.

use data_encoding::BASE64;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::super::document::{Comments, Element};
use super::super::redirect::{MessageKind, RedirectMessage, inflate};
use super::super::{Error, base64};

/// Bytes that are looked at: a message of 256 KiB in base 64 whose signs are escaped.
pub const LONGEST_PASTED: usize = 512 * 1024;

/// By which binding it goes its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PastedForm {
    /// HTTP-Redirect: a query.
    Redirect,
    /// HTTP-POST: the field of a form.
    Post,
    /// As XML; it goes its way as if it had come by HTTP-POST.
    Xml,
}

impl PastedForm {
    /// For people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Redirect => "HTTP-Redirect, deflated",
            Self::Post => "HTTP-POST, base 64",
            Self::Xml => "plain XML",
        }
    }
}

/// What kind of document it is, by its root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PastedKind {
    /// A request to sign somebody in.
    AuthnRequest,
    /// The answer to one.
    Response,
    /// A request to end sessions.
    LogoutRequest,
    /// The answer to one.
    LogoutResponse,
    /// What an entity says of itself.
    Metadata,
    /// Anything else.
    Other,
}

impl PastedKind {
    /// For people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthnRequest => "AuthnRequest",
            Self::Response => "Response",
            Self::LogoutRequest => "LogoutRequest",
            Self::LogoutResponse => "LogoutResponse",
            Self::Metadata => "Metadata",
            Self::Other => "Other XML",
        }
    }
}

/// A document that was pasted. Nothing in it is proven.
#[derive(Clone, Debug)]
pub struct Pasted {
    form: PastedForm,
    /// The query, or base 64: as the binding's reader takes it.
    encoded: String,
    xml: String,
    root: Element,
}

impl Pasted {
    /// Finds the document in a text.
    ///
    /// # Errors
    /// [`Error::TooLarge`]; else why there is no document in it.
    pub fn read(text: &str) -> Result<Self, Error> {
        if text.len() > LONGEST_PASTED {
            return Err(Error::TooLarge { limit: LONGEST_PASTED, received: text.len() });
        }
        let text = text.trim();
        if text.trim_start_matches('\u{feff}').starts_with('<') {
            return Self::new(PastedForm::Xml, BASE64.encode(text.as_bytes()), text.to_owned());
        }
        if text.contains("SAMLRequest=") || text.contains("SAMLResponse=") {
            return Self::of_query(&query_of(text));
        }
        let unescaped = unescape(text)?;
        let bytes = base64::decode(&unescaped).ok_or(Error::NotBase64)?;
        if is_markup(&bytes) {
            return Self::new(PastedForm::Post, unescaped, base64::utf8(bytes)?);
        }
        let xml = base64::utf8(inflate(&bytes)?)?;
        let is_answer = Element::parse(&xml, Comments::Skip).is_ok_and(|root| is_answer(&root));
        let kind = if is_answer { MessageKind::Response } else { MessageKind::Request };
        let packed: String = unescaped.split_ascii_whitespace().collect();
        let query = format!("{}={}", kind.parameter(), utf8_percent_encode(&packed, NON_ALPHANUMERIC));
        Self::new(PastedForm::Redirect, query, xml)
    }

    fn of_query(query: &str) -> Result<Self, Error> {
        let refused = match RedirectMessage::read(query) {
            Ok(message) => {
                return Self::new(PastedForm::Redirect, query.to_owned(), message.xml().to_owned());
            }
            Err(error) => error,
        };
        // The body of a form looks like a query, and what is in it was not deflated.
        let names = [MessageKind::Request.parameter(), MessageKind::Response.parameter()];
        let fields = query.split('&').filter_map(|field| field.split_once('='));
        let field = fields.into_iter().find(|(name, _)| names.contains(name)).map(|(_, value)| value);
        let Some(field) = field else { return Err(refused) };
        let field = unescape(field)?;
        match base64::decode(&field).filter(|bytes| is_markup(bytes)) {
            Some(bytes) => Self::new(PastedForm::Post, field, base64::utf8(bytes)?),
            None => Err(refused),
        }
    }

    fn new(form: PastedForm, encoded: String, xml: String) -> Result<Self, Error> {
        let root = Element::parse(&xml, Comments::Skip)?;
        Ok(Self { form, encoded, xml, root })
    }

    /// By which binding it goes its way.
    pub fn form(&self) -> PastedForm {
        self.form
    }

    /// The query for HTTP-Redirect, else the field of a form.
    pub fn encoded(&self) -> &str {
        &self.encoded
    }

    /// The XML as it came.
    pub fn xml(&self) -> &str {
        &self.xml
    }

    /// The XML with its elements on lines of their own.
    ///
    /// # Errors
    /// [`Error::IllegalCharacter`]; never for what was read.
    pub fn pretty(&self) -> Result<String, Error> {
        self.root.pretty()
    }

    /// What kind of document it is.
    pub fn kind(&self) -> PastedKind {
        let kinds = [
            ("samlp:AuthnRequest", PastedKind::AuthnRequest),
            ("samlp:Response", PastedKind::Response),
            ("samlp:LogoutRequest", PastedKind::LogoutRequest),
            ("samlp:LogoutResponse", PastedKind::LogoutResponse),
            ("md:EntityDescriptor", PastedKind::Metadata),
            ("md:EntitiesDescriptor", PastedKind::Metadata),
        ];
        let found = kinds.into_iter().find(|(name, _)| self.root.is(name));
        found.map_or(PastedKind::Other, |(_, kind)| kind)
    }

    /// Who it says it is from; of metadata, whose it is.
    pub fn claimed_issuer(&self) -> Option<&str> {
        if self.kind() == PastedKind::Metadata {
            return self.root.attribute("entityID");
        }
        let of = |element: &'_ Element| element.at_most_one("saml:Issuer").ok().flatten().is_some();
        let issued = match self.assertion() {
            Some(assertion) if !of(&self.root) => assertion,
            _ => &self.root,
        };
        issued.one("saml:Issuer").and_then(Element::text).ok()
    }

    /// What an attribute of its root says.
    pub fn claimed(&self, attribute: &str) -> &str {
        self.root.attribute(attribute).unwrap_or_default()
    }

    /// Where the confirmation of a Response's assertion says that it is to be posted.
    pub fn claimed_recipient(&self) -> Option<&str> {
        let confirmation =
            self.assertion()?.one("saml:Subject").ok()?.one("saml:SubjectConfirmation").ok()?;
        confirmation.one("saml:SubjectConfirmationData").ok()?.attribute("Recipient")
    }

    /// For whom a Response's assertion says that it is.
    pub fn claimed_audience(&self) -> Option<&str> {
        let conditions = self.assertion()?.one("saml:Conditions").ok()?;
        conditions.one("saml:AudienceRestriction").ok()?.one("saml:Audience").and_then(Element::text).ok()
    }

    /// The status code of an answer, and the one below it.
    pub fn claimed_status(&self) -> Option<(&str, Option<&str>)> {
        let code = self.root.one("samlp:Status").ok()?.one("samlp:StatusCode").ok()?;
        let second = code.at_most_one("samlp:StatusCode").ok()?;
        Some((code.attribute("Value")?, second.and_then(|second| second.attribute("Value"))))
    }

    /// Whether a Response brings an assertion, readable or encrypted.
    pub fn has_assertion(&self) -> bool {
        self.assertion().is_some() || self.root.all("saml:EncryptedAssertion").next().is_some()
    }

    /// Whether the name of whom a request is about is encrypted (saml-core-2.0-os §2.2.4).
    pub fn has_encrypted_name(&self) -> bool {
        let subjects = self.root.all("saml:Subject");
        [&self.root].into_iter().chain(subjects).any(|of| of.all("saml:EncryptedID").next().is_some())
    }

    /// The algorithms that it says it is signed by, each once: beside it, of the whole and of its assertion.
    pub fn claimed_signatures(&self) -> Vec<String> {
        if self.form == PastedForm::Redirect {
            let field = self.encoded.split('&').find_map(|field| field.strip_prefix("SigAlg="));
            return field.and_then(|octets| unescape(octets).ok()).into_iter().collect();
        }
        let signed = [Some(&self.root), self.assertion()].into_iter().flatten();
        let mut algorithms: Vec<String> = Vec::new();
        for signature in signed.flat_map(|element| element.all("ds:Signature")) {
            let method = signature.one("ds:SignedInfo").and_then(|info| info.one("ds:SignatureMethod"));
            let algorithm = method.ok().and_then(|method| method.attribute("Algorithm")).unwrap_or_default();
            if !algorithms.iter().any(|known| known == algorithm) {
                algorithms.push(algorithm.to_owned());
            }
        }
        algorithms
    }

    fn assertion(&self) -> Option<&Element> {
        self.root.all("saml:Assertion").next()
    }
}

/// The query in a line that was copied from an address bar or from a log.
fn query_of(text: &str) -> String {
    let mut words = text.split_ascii_whitespace();
    let line = match words.next() {
        Some("GET" | "POST") => words.next().unwrap_or_default().to_owned(),
        first => first.into_iter().chain(words).collect(),
    };
    let query = match line.split_once('?') {
        Some((address, query)) if !address.contains('=') => query,
        _ => &line,
    };
    query.split('#').next().unwrap_or_default().to_owned()
}

/// What is left when escapes are undone; a `+` stays, since base 64 has it.
fn unescape(text: &str) -> Result<String, Error> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    base64::utf8(percent_decode_str(text).collect())
}

fn is_markup(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    bytes.trim_ascii_start().starts_with(b"<")
}

fn is_answer(root: &Element) -> bool {
    ["samlp:Response", "samlp:LogoutResponse"].into_iter().any(|name| root.is(name))
}
