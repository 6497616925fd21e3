//! The profile gate: what a message must look like before any cryptography is done with it
//! (saml-core-2.0-os §5.4, and more narrowly where attacks live in what the standard allows).
//!
//! Past the gate a Response has one Assertion, its child, and any other message has none; each signature is a child of
//! the element that it signs, refers to that element by an ID that nothing else has, and names only
//! algorithms from the list. So there is nothing left to wrap, to swap or to interpret.

use std::collections::HashSet;
use std::ptr;

use super::document::Element;
use super::{Error, MessageId, SignedPart, base64, name};

/// Prefixes that exclusive canonical form may be told to include: each is looked for at each element.
const MAX_PREFIXES: usize = 32;

/// Lets a Response pass, or says why not; tells what of it is signed.
pub(super) fn check(response: &Element) -> Result<SignedPart, Error> {
    if !response.is("samlp:Response") {
        return Err(Error::Value { what: "message", expected: "samlp:Response", received: response.shown() });
    }
    check_places(response, |parent, element| {
        let is_child = ptr::eq(parent, response);
        if element.is("saml:Assertion") {
            is_child
        } else if element.is("ds:Signature") {
            is_child || parent.is("saml:Assertion")
        } else {
            !element.is("samlp:Response")
        }
    })?;
    check_ids(response)?;
    let assertion = response.one("saml:Assertion")?;
    let response_signature = response.at_most_one("ds:Signature")?;
    let assertion_signature = assertion.at_most_one("ds:Signature")?;
    if let Some(signature) = response_signature {
        check_signature(signature, response)?;
    }
    if let Some(signature) = assertion_signature {
        check_signature(signature, assertion)?;
    }
    match (response_signature, assertion_signature) {
        (None, None) => Err(Error::Unsigned),
        (None, Some(_)) => Ok(SignedPart::Assertion),
        (Some(_), None) => Ok(SignedPart::Response),
        (Some(_), Some(_)) => Ok(SignedPart::Both),
    }
}

/// Lets a message without an assertion pass, whose root must have this name, or says why not; says whether it is
/// signed, which it is as a whole or not at all. Extensions may hold what they like, but for what a receiver could take
/// for a message of its own.
pub(super) fn check_message(message: &Element, root: &'static str) -> Result<bool, Error> {
    if !message.is(root) {
        return Err(Error::Value { what: "message", expected: root, received: message.shown() });
    }
    check_places(message, |parent, element| {
        if element.is("ds:Signature") {
            ptr::eq(parent, message)
        } else {
            ![root, "saml:Assertion"].iter().any(|name| element.is(name))
        }
    })?;
    let Some(signature) = message.at_most_one("ds:Signature")? else { return Ok(false) };
    check_ids(message)?;
    check_signature(signature, message)?;
    Ok(true)
}

/// Lets metadata pass, signed as a whole, or says why not. Signatures of its parts are nobody's that we know, so that
/// there may be none.
pub(super) fn check_metadata(metadata: &Element) -> Result<(), Error> {
    check_places(metadata, |parent, element| {
        if element.is("ds:Signature") {
            ptr::eq(parent, metadata)
        } else if ["md:EntityDescriptor", "md:EntitiesDescriptor"].iter().any(|name| element.is(name)) {
            parent.is("md:EntitiesDescriptor")
        } else {
            true
        }
    })?;
    check_ids(metadata)?;
    check_signature(metadata.at_most_one("ds:Signature")?.ok_or(Error::Unsigned)?, metadata)
}

/// Refuses an element that does not stand in its place, by what `is_placed` says of it and the one that it
/// stands in, and those that stand nowhere.
fn check_places(message: &Element, is_placed: impl Fn(&Element, &Element) -> bool) -> Result<(), Error> {
    message.walk(&mut |parent, element| {
        let is_placed =
            is_placed(parent, element) && !["ds:Object", "ds:Manifest"].iter().any(|name| element.is(name));
        let mut encrypted = ["saml:EncryptedAssertion", "saml:EncryptedID", "saml:EncryptedAttribute"].iter();
        if encrypted.any(|name| element.is(name)) && !is_encrypted_name(message, parent, element) {
            return Err(Error::Encrypted);
        }
        if is_placed {
            Ok(())
        } else {
            Err(Error::Misplaced { received: element.shown(), inside: parent.shown() })
        }
    })
}

/// Whether `element` is the name of a request, encrypted; in a Response nobody decrypts one.
fn is_encrypted_name(message: &Element, parent: &Element, element: &Element) -> bool {
    let takes_name = (message.is("samlp:LogoutRequest") && ptr::eq(parent, message))
        || (message.is("samlp:AuthnRequest") && parent.is("saml:Subject"));
    takes_name && element.is("saml:EncryptedID")
}

/// Every attribute that some parser might take for an ID must be one, and unique. Those with a
/// namespace (`xml:id`) are refused, since XML parsers register them on their own.
fn check_ids(message: &Element) -> Result<(), Error> {
    let mut seen = HashSet::new();
    let mut check = |element: &Element| {
        for (namespace, local, value) in element.attributes() {
            if !local.eq_ignore_ascii_case("id") {
                continue;
            }
            if !namespace.is_empty() {
                return Err(Error::Misplaced { received: local.to_owned(), inside: element.shown() });
            }
            if !seen.insert(MessageId::parse(value)?) {
                return Err(Error::DuplicateId { received: value.to_owned() });
            }
        }
        Ok(())
    };
    check(message)?;
    message.walk(&mut |_, element| check(element))
}

fn check_signature(signature: &Element, signed: &Element) -> Result<(), Error> {
    only(signature, &["ds:SignedInfo", "ds:SignatureValue", "ds:KeyInfo"])?;
    signature.at_most_one("ds:KeyInfo")?;
    need_base64(signature.one("ds:SignatureValue")?, "ds:SignatureValue")?;

    let signed_info = signature.one("ds:SignedInfo")?;
    only(signed_info, &["ds:CanonicalizationMethod", "ds:SignatureMethod", "ds:Reference"])?;
    algorithm(
        signed_info.one("ds:CanonicalizationMethod")?,
        "ds:CanonicalizationMethod",
        &[name::EXCLUSIVE_C14N],
    )?;
    algorithm(signed_info.one("ds:SignatureMethod")?, "ds:SignatureMethod", &name::SIGNATURE_METHODS)?;

    let reference = signed_info.one("ds:Reference")?;
    only(reference, &["ds:Transforms", "ds:DigestMethod", "ds:DigestValue"])?;
    let expected = format!("#{}", signed.need_attribute("ID")?);
    let received = reference.need_attribute("URI")?;
    if received != expected {
        return Err(Error::Reference { expected, received: received.to_owned() });
    }
    algorithm(reference.one("ds:DigestMethod")?, "ds:DigestMethod", &name::DIGEST_METHODS)?;
    need_base64(reference.one("ds:DigestValue")?, "ds:DigestValue")?;

    let transforms = reference.one("ds:Transforms")?;
    only(transforms, &["ds:Transform"])?;
    let mut transforms = transforms.all("ds:Transform");
    for expected in [name::ENVELOPED_SIGNATURE, name::EXCLUSIVE_C14N] {
        let transform = transforms.next().ok_or_else(|| reference.lacks("ds:Transform"))?;
        algorithm(transform, "ds:Transform", &[expected])?;
    }
    match transforms.next() {
        None => Ok(()),
        Some(third) => Err(Error::Misplaced { received: third.shown(), inside: reference.shown() }),
    }
}

/// The algorithm must be on the list, and without parameters but for the prefixes that exclusive
/// canonical form may be told to include.
fn algorithm(element: &Element, what: &'static str, accepted: &[&'static str]) -> Result<(), Error> {
    let received = element.need_attribute("Algorithm")?;
    if !accepted.contains(&received) {
        let expected = accepted.first().copied().unwrap_or_default();
        return Err(Error::Algorithm { what, expected, received: received.to_owned() });
    }
    if received == name::EXCLUSIVE_C14N {
        if let Some(inclusive) = element.at_most_one("ec:InclusiveNamespaces")? {
            let prefixes = inclusive.attribute("PrefixList").unwrap_or_default().split_ascii_whitespace();
            if prefixes.count() > MAX_PREFIXES {
                return Err(Error::TooMany { what: "prefixes to include", limit: MAX_PREFIXES });
            }
        }
        only(element, &["ec:InclusiveNamespaces"])
    } else {
        only(element, &[])
    }
}

/// Refuses children of other names.
fn only(element: &Element, accepted: &[&'static str]) -> Result<(), Error> {
    match element.children().find(|child| !accepted.iter().any(|name| child.is(name))) {
        None => Ok(()),
        Some(child) => Err(Error::Misplaced { received: child.shown(), inside: element.shown() }),
    }
}

/// libxmlsec would refuse it too, with a page of complaints on standard error.
fn need_base64(element: &Element, what: &'static str) -> Result<(), Error> {
    let received = element.text()?;
    if base64::decode(received).is_none_or(|bytes| bytes.is_empty()) {
        return Err(Error::Value { what, expected: "base 64", received: received.to_owned() });
    }
    Ok(())
}
