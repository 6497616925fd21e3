//! Single logout: what is written is read, by every binding, and what nobody signed, or signed for another moment,
//! address or issuer, ends nothing.

mod answer;
mod attack;
mod request;

use std::time::Duration;

use data_encoding::BASE64;

use super::super::fixture::*;
use super::super::signature::Unsigned;
use super::super::*;
use crate::base::Timestamp;
use crate::crypto::Certificate;

const SLO: &str = "https://sso.example.com/saml/idp/slo?a=1&b=2";
const END_OF_ISSUER: &str = "</saml:Issuer>";
const SAML: &str = "xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";

fn request() -> LogoutRequest {
    LogoutRequest {
        id: MessageId::parse("_request").unwrap(),
        issuer: ISSUER.to_owned(),
        destination: SLO.to_owned(),
        issue_instant: NOW,
        not_on_or_after: NOW.plus(Duration::from_secs(300)),
        reason: Some(LogoutReason::User),
        name_id: NameId::new(NameIdFormat::Persistent, "alice"),
        session_indexes: vec!["_s1".to_owned(), "_s2".to_owned()],
    }
}

fn expectations() -> MessageExpectations<'static> {
    MessageExpectations { issuer: ISSUER, destination: SLO, now: NOW, clock_skew: Duration::from_secs(60) }
}

fn own() -> &'static [Certificate] {
    std::slice::from_ref(&keys().own_certificate)
}

/// What a request says, by POST.
fn posted(xml: &str) -> Result<CheckedLogoutRequest, Error> {
    let request = UnverifiedLogoutRequest::decode(&BASE64.encode(xml.as_bytes()))?;
    request.verify(own(), NOTHING_BLOCKED)?.check(&expectations())
}

/// By SOAP.
fn enveloped(envelope: &str) -> Result<CheckedLogoutRequest, Error> {
    UnverifiedLogoutRequest::from_soap(envelope)?.verify(own(), NOTHING_BLOCKED)?.check(&expectations())
}

/// In the query of an address.
fn redirected(query: &str) -> Result<CheckedLogoutRequest, Error> {
    let request = UnverifiedLogoutRequest::from_redirect(&RedirectMessage::read(query)?)?;
    request.verify(own(), NOTHING_BLOCKED)?.check(&expectations())
}

/// A message that was changed by `edit` before we signed it.
fn signed_after(mut unsigned: Unsigned, edit: impl Fn(&str) -> String) -> String {
    unsigned.xml = edit(&unsigned.xml);
    unsigned.signature_at =
        unsigned.xml.find(END_OF_ISSUER).map_or(unsigned.xml.len(), |at| at + END_OF_ISSUER.len());
    unsigned.sign(&keys().own).unwrap()
}

/// `xml` without the first attribute of this name.
fn without(xml: &str, attribute: &str) -> String {
    let from = xml.find(&format!(" {attribute}=\"")).unwrap();
    let length = xml[from + attribute.len() + 3..].find('"').unwrap() + attribute.len() + 4;
    format!("{}{}", &xml[..from], &xml[from + length..])
}

/// An envelope as somebody else spells it: with a declaration of its own, and white space.
fn envelope(header: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<S:Envelope xmlns:S=\"{}\" xmlns=\"urn:default\">{header}\n <S:Body>\n{body}\n</S:Body></S:Envelope>\n",
        name::SOAP_ENVELOPE
    )
}

/// The message in an address, signed beside it where there is a signer.
fn query((kind, xml): (MessageKind, &str), signer: Option<&Signer>) -> String {
    let url = redirect_url(SLO, (kind, xml), Some("state"), signer).unwrap();
    url.strip_prefix(SLO).unwrap()[1..].to_owned()
}
