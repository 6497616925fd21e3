//! Assertions and names, encrypted in the messages that carry them.

use std::time::Duration;

use data_encoding::BASE64;

use super::super::super::document::{Comments, Element};
use super::super::super::fixture::*;
use super::super::super::signature::Unsigned;
use super::super::super::*;
use super::{decryption_keys, encrypted_name, name_id, ours, recipient, stranger, usual};
use crate::crypto::{ContentCipher, KeyTransport, Random};

/// What the Response says once its assertion is decrypted; a signature around it is verified before.
fn accept_decrypted(xml: &str, decrypter: &Decrypter) -> Result<CheckedAssertion, Error> {
    let certificates = std::slice::from_ref(&keys().own_certificate);
    let mut response = Element::parse(xml, Comments::Refuse)?;
    let is_signed_around = response.all("ds:Signature").next().is_some();
    if is_signed_around {
        response = verify::reduce(&response, &response, certificates, NOTHING_BLOCKED)?;
    }
    let decrypted = decrypter.decrypt(&response, &["saml:EncryptedAssertion"], "saml:Assertion")?;
    let assertion = decrypted.one("saml:Assertion")?;
    let is_signed_inside = assertion.all("ds:Signature").next().is_some();
    if is_signed_inside {
        return accept(&decrypted.to_xml()?);
    }
    assert!(is_signed_around, "nothing is signed");
    check::assertion(assertion, &expectations())
}

#[test]
fn an_encrypted_assertion_is_read_by_its_recipient_only() {
    for (cipher, transport) in ContentCipher::ALL
        .into_iter()
        .flat_map(|cipher| KeyTransport::ALL.map(|transport| (cipher, transport)))
    {
        let recipient = recipient(cipher, transport);
        let protection =
            Protection { part: SignedPart::Assertion, signer: &keys().own, recipient: Some(&recipient) };
        let sent = response().protect(&protection, &Random::system()).unwrap();
        assert!(!sent.xml().contains("alice") && !sent.xml().contains("<saml:Assertion"));
        let read = accept_decrypted(sent.xml(), &ours().accepting_cbc()).unwrap();
        assert_eq!(read.name_id().value, "alice");
        let stolen = accept_decrypted(sent.xml(), &stranger().accepting_cbc());
        assert!(matches!(stolen, Err(Error::Undecryptable)), "{cipher:?} {transport:?}");
        let refusal = accept_decrypted(sent.xml(), &ours());
        assert_eq!(refusal.is_ok(), cipher.is_authenticated(), "{cipher:?}: CBC is taken when allowed only");
        assert!(matches!(refusal, Ok(_) | Err(Error::Undecryptable)));
        // The gate does not know what is in it, and nothing that came encrypted is taken unasked.
        assert!(matches!(UnverifiedResponse::parse(sent.xml()), Err(Error::Encrypted)));
    }
}

#[test]
fn whatever_is_signed_holds_inside_and_around() {
    let recipient = usual();
    for part in [SignedPart::Assertion, SignedPart::Response, SignedPart::Both] {
        let protection = Protection { part, signer: &keys().own, recipient: Some(&recipient) };
        let sent = response().protect(&protection, &Random::system()).unwrap();
        let signatures = sent.xml().matches("<ds:Signature ").count();
        assert_eq!(signatures, usize::from(part != SignedPart::Assertion), "the inner one cannot be seen");
        assert!(accept_decrypted(sent.xml(), &ours()).is_ok(), "{part:?}");
        if part != SignedPart::Assertion {
            let other = response().protect(&protection, &Random::system()).unwrap();
            let swapped = swap(
                sent.xml(),
                element(sent.xml(), "saml:EncryptedAssertion"),
                element(other.xml(), "saml:EncryptedAssertion"),
            );
            let refusal = accept_decrypted(&swapped, &ours());
            assert!(matches!(refusal, Err(Error::Signature { .. })), "{part:?}");
        }
    }
    let protection = Protection { part: SignedPart::Both, signer: &keys().own, recipient: None };
    assert!(accept(response().protect(&protection, &Random::system()).unwrap().xml()).is_ok());
}

/// What is encrypted stands in its own canonical form, so that it can be taken out and still be understood.
#[test]
fn what_was_encrypted_needs_nothing_around_it() {
    let certificates = std::slice::from_ref(&keys().own_certificate);
    let recipient = usual();
    let protection =
        Protection { part: SignedPart::Assertion, signer: &keys().own, recipient: Some(&recipient) };
    let sent = response().protect(&protection, &Random::system()).unwrap();
    let message = Element::parse(sent.xml(), Comments::Refuse).unwrap();
    let decrypted = ours().decrypt(&message, &["saml:EncryptedAssertion"], "saml:Assertion").unwrap();
    let alone = decrypted.one("saml:Assertion").unwrap().to_xml().unwrap();
    let assertion = Element::parse(&alone, Comments::Refuse).unwrap();
    assert!(verify::reduce(&assertion, &assertion, certificates, NOTHING_BLOCKED).is_ok());
}

fn logout_request(name: &str) -> LogoutRequest {
    LogoutRequest {
        id: MessageId::generate(&Random::system()).unwrap(),
        issuer: ISSUER.to_owned(),
        destination: ACS.to_owned(),
        issue_instant: NOW,
        not_on_or_after: NOW.plus(Duration::from_secs(300)),
        reason: None,
        name_id: NameId {
            sp_name_qualifier: Some(AUDIENCE.to_owned()),
            ..NameId::new(NameIdFormat::Persistent, name)
        },
        session_indexes: vec!["_s1".to_owned()],
    }
}

fn posted_logout(xml: &str) -> Result<UnverifiedLogoutRequest, Error> {
    UnverifiedLogoutRequest::decode(&BASE64.encode(xml.as_bytes()))
}

fn verified(request: &UnverifiedLogoutRequest) -> VerifiedLogoutRequest {
    request.verify(std::slice::from_ref(&keys().own_certificate), NOTHING_BLOCKED).unwrap()
}

fn verified_logout(xml: &str) -> VerifiedLogoutRequest {
    verified(&posted_logout(xml).unwrap())
}

/// The request by POST, by SOAP and in an address, its name encrypted.
fn by_each_binding(request: &LogoutRequest, recipient: &Recipient) -> [UnverifiedLogoutRequest; 3] {
    let random = Random::system();
    let sent = request.sign_encrypted(&keys().own, recipient, &random).unwrap();
    let url = request.redirect_url_encrypted(Some("state"), &keys().own, recipient, &random).unwrap();
    let redirected = RedirectMessage::read(url.split_once('?').unwrap().1).unwrap();
    for carried in [sent.xml(), redirected.xml()] {
        assert!(carried.contains("<saml:EncryptedID") && !carried.contains("<saml:NameID"), "{carried}");
    }
    [
        posted_logout(sent.xml()).unwrap(),
        UnverifiedLogoutRequest::from_soap(&sent.to_soap()).unwrap(),
        UnverifiedLogoutRequest::from_redirect(&redirected).unwrap(),
    ]
}

fn message_expectations() -> MessageExpectations<'static> {
    MessageExpectations { issuer: ISSUER, destination: ACS, now: NOW, clock_skew: Duration::from_secs(60) }
}

/// The gate lets a name pass that is encrypted in its place; without a signature nobody gets to decrypt it.
#[test]
fn a_logout_request_that_nobody_signed_is_not_decrypted() {
    let random = Random::system();
    let sent = logout_request("alice").sign_encrypted(&keys().own, &usual(), &random).unwrap();
    let bare = swap(sent.xml(), element(sent.xml(), "ds:Signature"), "");
    assert!(matches!(posted_logout(&bare), Err(Error::Unsigned)));
    let url = redirect_url(ACS, (MessageKind::Request, &bare), None, None).unwrap();
    let redirected = RedirectMessage::read(url.split_once('?').unwrap().1).unwrap();
    assert!(matches!(UnverifiedLogoutRequest::from_redirect(&redirected), Err(Error::Unsigned)));
    let envelope = swap(&sent.to_soap(), element(sent.xml(), "ds:Signature"), "");
    assert!(matches!(UnverifiedLogoutRequest::from_soap(&envelope), Err(Error::Unsigned)));
    assert!(verified_logout(sent.xml()).decrypt(&ours()).is_ok());
}

#[test]
fn a_logout_request_is_decrypted_with_either_of_our_keys() {
    let request = logout_request("zo\u{eb} <x>");
    let [old, new, other] = decryption_keys();
    for key in [old, new] {
        let keys = [EncryptionCertificate::from(key.certificate().clone())];
        let recipient = Recipient::choose(&keys, &EncryptionPreference::default(), NOTHING_BLOCKED).unwrap();
        for received in by_each_binding(&request, &recipient) {
            assert_eq!(received.claimed_name_id(), None);
            let verified = verified(&received);
            assert!(matches!(verified.clone().check(&message_expectations()), Err(Error::Encrypted)));
            let decrypted = verified.clone().decrypt(&ours()).unwrap();
            let read = decrypted.check(&message_expectations()).unwrap();
            assert_eq!(read.name_id(), &request.name_id);
            assert_eq!(read.session_indexes(), request.session_indexes);
            assert!(matches!(verified.clone().decrypt(&stranger()), Err(Error::Undecryptable)));
            assert!(matches!(
                verified.decrypt(&Decrypter::new([], NOTHING_BLOCKED)),
                Err(Error::Undecryptable)
            ));
        }
    }
    let recipient =
        Recipient::new(other.certificate().clone(), usual().cipher(), usual().transport()).unwrap();
    for received in by_each_binding(&request, &recipient) {
        assert!(matches!(verified(&received).decrypt(&ours()), Err(Error::Undecryptable)));
    }

    let plain = request.sign(&keys().own).unwrap();
    let read = verified_logout(plain.xml()).decrypt(&ours()).unwrap().check(&message_expectations()).unwrap();
    assert_eq!(read.name_id(), &request.name_id);
}

#[test]
fn a_name_beside_an_encrypted_one_is_refused() {
    let encrypted = encrypted_name(&usual(), &name_id("mallory"));
    for (case, names) in [
        ("encrypted first", format!("{encrypted}{}", name_id("alice"))),
        ("encrypted last", format!("{}{encrypted}", name_id("alice"))),
        ("both encrypted", format!("{encrypted}{encrypted}")),
    ] {
        let mut unsigned = logout_request("alice").write().unwrap();
        unsigned.xml = swap(&unsigned.xml, element(&unsigned.xml, "saml:NameID"), &names);
        let verified = verified_logout(&unsigned.sign(&keys().own).unwrap());
        let read = verified.decrypt(&ours()).and_then(|request| request.check(&message_expectations()));
        assert!(matches!(read, Err(Error::Misplaced { .. })), "{case}: {read:?}");
    }
    let elsewhere = format!("<samlp:Extensions>{encrypted}</samlp:Extensions></samlp:LogoutRequest>");
    let mut unsigned = logout_request("alice").write().unwrap();
    unsigned.xml = swap(&unsigned.xml, "</samlp:LogoutRequest>", &elsewhere);
    let refusal = posted_logout(&unsigned.sign(&keys().own).unwrap());
    assert!(matches!(refusal, Err(Error::Encrypted)));
}

/// An AuthnRequest about whom `subject` says, in canonical form.
fn authn_request(subject: &str) -> Unsigned {
    let declaration = format!(" xmlns:saml=\"{}\"", name::SAML);
    let head = format!(
        "<samlp:AuthnRequest xmlns:samlp=\"{}\" Destination=\"{ACS}\" ID=\"_request\" IssueInstant=\"{}\" Version=\"2.0\"><saml:Issuer{declaration}>{ISSUER}</saml:Issuer>",
        name::SAMLP,
        NOW.rfc3339()
    );
    let subject = subject.replacen(&declaration, "", 1);
    let xml = format!("{head}<saml:Subject{declaration}>{subject}</saml:Subject></samlp:AuthnRequest>");
    Unsigned { id: MessageId::parse("_request").unwrap(), xml, signature_at: head.len() }
}

fn asked_about(request: &TrustedAuthnRequest) -> Result<Option<NameId>, Error> {
    request.check(&message_expectations()).map(|request| request.subject)
}

#[test]
fn whom_a_signed_request_is_about_is_decrypted_by_both_bindings() {
    let certificates = std::slice::from_ref(&keys().own_certificate);
    let alice = Some(NameId { format: None, ..NameId::new(NameIdFormat::Unspecified, "alice") });
    let encrypted = encrypted_name(&usual(), "<saml:NameID>alice</saml:NameID>");
    let request = authn_request(&encrypted);
    let posted = request.sign(&keys().own).unwrap();
    let posted = UnverifiedAuthnRequest::decode(&BASE64.encode(posted.as_bytes())).unwrap();
    let url = redirect_url(ACS, (MessageKind::Request, &request.xml), None, Some(&keys().own)).unwrap();
    let redirected = RedirectMessage::read(url.split_once('?').unwrap().1).unwrap();
    let redirected = UnverifiedAuthnRequest::from_redirect(&redirected).unwrap();
    for received in [posted, redirected] {
        let trusted = received.verify(certificates, NOTHING_BLOCKED).unwrap();
        assert!(matches!(asked_about(&trusted), Err(Error::Encrypted)));
        assert!(matches!(trusted.clone().decrypt(&stranger()), Err(Error::Undecryptable)));
        assert_eq!(asked_about(&trusted.decrypt(&ours()).unwrap()).unwrap(), alice);
    }
}

#[test]
fn whom_an_unsigned_request_is_about_is_not_decrypted() {
    let unsigned = |subject: &str| {
        let xml = authn_request(subject).xml;
        let received = UnverifiedAuthnRequest::decode(&BASE64.encode(xml.as_bytes()));
        received.unwrap().unsigned().unwrap()
    };
    let trusted = unsigned(&encrypted_name(&usual(), &name_id("alice")));
    assert!(matches!(asked_about(&trusted), Err(Error::Encrypted)));
    assert!(matches!(trusted.decrypt(&ours()), Err(Error::Unsigned)));
    let plain = unsigned(&name_id("alice")).decrypt(&ours()).unwrap();
    assert_eq!(asked_about(&plain).unwrap().unwrap().value, "alice");
}
