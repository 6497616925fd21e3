//! What a request says, attribute by attribute. What we have no use for (`Scoping`, `Conditions`, `Extensions`,
//! `ProviderName`) is passed over, as §3.4.1 allows.

use super::super::document::Element;
use super::super::moment::need_time;
use super::super::{Error, MessageId, NameId, NameIdFormat};
use super::{AcsChoice, AuthnRequest, Comparison, NameIdPolicy, RequestedAuthnContext};

/// References to authentication contexts that one request may list.
const MAX_REFERENCES: usize = 32;

pub(super) fn request(request: &Element, is_signed: bool) -> Result<AuthnRequest, Error> {
    Ok(AuthnRequest {
        id: MessageId::parse(request.need_attribute("ID")?)?,
        issuer: request.one("saml:Issuer")?.text()?.to_owned(),
        issue_instant: need_time(request, "IssueInstant")?,
        is_signed,
        answer_to: answer_to(request)?,
        protocol_binding: request.attribute("ProtocolBinding").map(str::to_owned),
        attribute_consuming_service: index(request, "AttributeConsumingServiceIndex")?,
        force_authn: boolean(request, "ForceAuthn")?,
        is_passive: boolean(request, "IsPassive")?,
        name_id_policy: name_id_policy(request)?,
        requested_authn_context: authn_context(request)?,
        subject: subject(request)?,
    })
}

/// An address or an index, not both (§3.4.1).
fn answer_to(request: &Element) -> Result<AcsChoice, Error> {
    let url = request.attribute("AssertionConsumerServiceURL");
    match (url, index(request, "AssertionConsumerServiceIndex")?) {
        (None, None) => Ok(AcsChoice::Default),
        (Some(url), None) => Ok(AcsChoice::Url(url.to_owned())),
        (None, Some(index)) => Ok(AcsChoice::Index(index)),
        (Some(_), Some(_)) => {
            let received = "AssertionConsumerServiceIndex".to_owned();
            Err(Error::Misplaced {
                received,
                inside: "a request with AssertionConsumerServiceURL".to_owned(),
            })
        }
    }
}

/// An `xs:unsignedShort` that chooses what the metadata lists; `None` where it is not said.
fn index(element: &Element, attribute: &'static str) -> Result<Option<u16>, Error> {
    let Some(said) = element.attribute(attribute) else { return Ok(None) };
    said.trim().parse().map(Some).map_err(|_no_number| {
        let (expected, received) = ("a number from 0 to 65535", said.to_owned());
        Error::Value { what: attribute, expected, received }
    })
}

/// An `xs:boolean`; false where it is not said.
fn boolean(element: &Element, attribute: &'static str) -> Result<bool, Error> {
    match element.attribute(attribute).map(str::trim) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(other) => {
            let (expected, received) = ("true, false, 1 or 0", other.to_owned());
            Err(Error::Value { what: attribute, expected, received })
        }
    }
}

fn name_id_policy(request: &Element) -> Result<NameIdPolicy, Error> {
    let Some(policy) = request.at_most_one("samlp:NameIDPolicy")? else { return Ok(NameIdPolicy::default()) };
    let format = policy.attribute("Format").map(NameIdFormat::from_uri);
    Ok(NameIdPolicy {
        format: format.filter(|format| *format != NameIdFormat::Unspecified),
        sp_name_qualifier: policy.attribute("SPNameQualifier").map(str::to_owned),
    })
}

fn authn_context(request: &Element) -> Result<Option<RequestedAuthnContext>, Error> {
    let Some(requested) = request.at_most_one("samlp:RequestedAuthnContext")? else { return Ok(None) };
    let comparison = match requested.attribute("Comparison") {
        None | Some("exact") => Comparison::Exact,
        Some("minimum") => Comparison::Minimum,
        Some("maximum") => Comparison::Maximum,
        Some("better") => Comparison::Better,
        Some(other) => {
            let (expected, received) = ("exact, minimum, maximum or better", other.to_owned());
            return Err(Error::Value { what: "Comparison", expected, received });
        }
    };
    let classes = texts(requested, "saml:AuthnContextClassRef")?;
    let declarations = texts(requested, "saml:AuthnContextDeclRef")?;
    let (references, are_declarations) = match (classes.is_empty(), declarations.is_empty()) {
        (false, true) => (classes, false),
        (true, false) => (declarations, true),
        (true, true) => return Err(requested.lacks("saml:AuthnContextClassRef")),
        (false, false) => {
            let received = "saml:AuthnContextDeclRef".to_owned();
            return Err(Error::Misplaced { received, inside: requested.shown() });
        }
    };
    Ok(Some(RequestedAuthnContext { comparison, references, are_declarations }))
}

fn texts(element: &Element, name: &'static str) -> Result<Vec<String>, Error> {
    let texts: Vec<String> = element
        .all(name)
        .take(MAX_REFERENCES + 1)
        .map(|reference| Ok(reference.text()?.trim().to_owned()))
        .collect::<Result<_, Error>>()?;
    if texts.len() > MAX_REFERENCES {
        return Err(Error::TooMany { what: name, limit: MAX_REFERENCES });
    }
    Ok(texts)
}

/// Whom it must be about; by a name. A subject that is confirmed in some other way is more than we can promise.
fn subject(request: &Element) -> Result<Option<NameId>, Error> {
    request.at_most_one("saml:Subject")?.map(NameId::read).transpose()
}
