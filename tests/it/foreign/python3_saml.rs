//! python3-saml, in strict mode, as a service provider: the strictest foreign judge that we know.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use cloudsso::crypto::{
    BlockedAlgorithms, Certificate, ContentCipher, DecryptionKey, KeyTransport, KeyType, Random, SigningKey,
};
use cloudsso::saml::{
    AssertionConsumerService, AuthnContext, Error, FailedResponse, IdentityProvider, LogoutBinding,
    MessageExpectations, MessageId, NameIdFormat, Protection, Recipient, RedirectMessage, Refusal,
    ServiceProvider, SignedMessage, SignedPart, SingleLogoutService, UnverifiedAuthnRequest,
};
use serde_json::{Value, json};

use crate::sdk::python;

use super::{
    ACS, AUDIENCE, AWKWARD, ISSUER, ROLE, ROLE_SESSION_NAME, SLO, SSO, metadata, now, pem, response, signer,
};

const APP: &str = "https://app.example.com/saml/metadata";
/// It does not escape its own address, so that there is nothing to escape in it.
const APP_ACS: &str = "https://app.example.com/saml/acs?a=1";

/// Runs a script of the service provider's on a case; its answer, or why it refused.
pub(super) fn run(script: &str, case: &Value) -> Result<Value, String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut provider = Command::new(python())
        .arg(root.join("tests/foreign").join(script))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("scripts/setup makes a Python with python3-saml in target/python");
    let mut input = provider.stdin.take().expect("standard input");
    input.write_all(case.to_string().as_bytes()).expect("written");
    drop(input);
    let output = provider.wait_with_output().expect("finished");
    match output.status.code() {
        Some(0) => Ok(serde_json::from_slice(&output.stdout).expect("JSON")),
        Some(1) if !output.stderr.starts_with(b"Traceback") => {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
        _ => panic!("the service provider broke: {}", String::from_utf8_lossy(&output.stderr)),
    }
}

/// What the service provider read, or why it refused.
pub(super) fn ask(
    saml_response: &str,
    issuer: &IdentityProvider,
    audience: &str,
    acs: &str,
) -> Result<Value, String> {
    run("python3_saml_accepts.py", &case(saml_response, issuer, audience, acs))
}

fn case(saml_response: &str, issuer: &IdentityProvider, audience: &str, acs: &str) -> Value {
    let certificate = issuer.signing_certificates().first().expect("a certificate");
    json!({
        "saml_response": saml_response,
        "acs_url": acs,
        "sp_entity_id": audience,
        "idp_entity_id": issuer.entity_id(),
        "idp_certificate": certificate.to_base64().expect("certificate"),
    })
}

/// As [`ask`], of a service provider that decrypts with `key` and takes nothing that is not encrypted.
fn ask_encrypted(
    signed: &SignedMessage,
    issuer: &IdentityProvider,
    key: &DecryptionKey,
    is_strict: bool,
) -> Result<Value, String> {
    let mut case = case(&signed.to_base64(), issuer, AUDIENCE, ACS);
    case["sp_private_key"] = pem("PRIVATE KEY", &key.to_pkcs8_der().expect("key")).into();
    case["sp_certificate"] = key.certificate().to_base64().expect("certificate").into();
    case["strict"] = is_strict.into();
    run("python3_saml_accepts.py", &case)
}

fn issuer(certificate: Certificate) -> IdentityProvider {
    IdentityProvider::new(ISSUER, vec![certificate]).expect("issuer")
}

fn signed(kind: KeyType) -> (SignedMessage, IdentityProvider) {
    let (signer, certificate) = signer(kind);
    (response().sign(&signer).expect("signed"), issuer(certificate))
}

#[test]
fn our_response_is_accepted_and_read_whole() {
    for kind in KeyType::ALL {
        let (signed, own) = signed(kind);
        let read = ask(&signed.to_base64(), &own, AUDIENCE, ACS).expect("accepted");
        assert_eq!(read["name_id"], "alice");
        assert_eq!(read["session_index"], "_session");
        assert_eq!(read["attributes"][ROLE].as_array().map(Vec::len), Some(2));
        assert_eq!(read["attributes"][ROLE_SESSION_NAME], json!([AWKWARD]));
    }
}

#[test]
fn a_changed_response_is_refused() {
    for kind in KeyType::ALL {
        let (signed, own) = signed(kind);
        let tampered = signed.xml().replace(">alice<", ">mallory<");
        let tampered = data_encoding::BASE64.encode(tampered.as_bytes());
        let refusal = ask(&tampered, &own, AUDIENCE, ACS).expect_err("refused");
        assert!(refusal.contains("Signature validation failed"), "{refusal}");
    }
}

#[test]
fn another_key_audience_or_address_is_refused() {
    let (signed, own) = signed(KeyType::Rsa2048);
    let stranger = issuer(signer(KeyType::Rsa2048).1);
    let base64 = signed.to_base64();
    assert!(ask(&base64, &own, AUDIENCE, ACS).is_ok());
    let by_key = ask(&base64, &stranger, AUDIENCE, ACS).expect_err("refused");
    assert!(by_key.contains("Signature validation failed"), "{by_key}");
    let by_audience = ask(&base64, &own, "urn:alibaba:cloudcomputing:international", ACS);
    let by_audience = by_audience.expect_err("refused");
    assert!(by_audience.contains("not a valid audience"), "{by_audience}");
    let by_address = ask(&base64, &own, AUDIENCE, "https://signin.aliyun.com/saml/SSO");
    let by_address = by_address.expect_err("refused");
    assert!(by_address.contains("received at"), "{by_address}");
}

#[test]
fn an_encrypted_assertion_is_accepted_and_read_whole() {
    let (random, year) = (Random::system(), Duration::from_secs(365 * 86_400));
    let [key, stranger] =
        [(); 2].map(|()| DecryptionKey::generate("app", now(), year, &random).expect("key"));
    let (signer, certificate) = signer(KeyType::Rsa2048);
    let own = issuer(certificate);
    let pairs = ContentCipher::ALL.into_iter().map(|cipher| (cipher, KeyTransport::OaepSha1));
    for (cipher, transport) in pairs.chain(KeyTransport::ALL.map(|it| (ContentCipher::Aes256Gcm, it))) {
        let recipient = Recipient::new(key.certificate().clone(), cipher, transport).expect("RSA");
        // What notices no change is signed around as well.
        let part = if cipher.is_authenticated() { SignedPart::Assertion } else { SignedPart::Both };
        let protection = Protection { part, signer: &signer, recipient: Some(&recipient) };
        let sent = response().protect(&protection, &random).expect("written");
        // Its schema is older than the element that names a mask.
        let knows_mask = transport != KeyTransport::OaepSha256;
        let read = ask_encrypted(&sent, &own, &key, knows_mask)
            .unwrap_or_else(|refusal| panic!("{cipher:?} {transport:?}: {refusal}"));
        assert_eq!(read["name_id"], "alice");
        assert_eq!(read["attributes"][ROLE_SESSION_NAME], json!([AWKWARD]));
        let stolen = ask_encrypted(&sent, &own, &stranger, true).expect_err("refused");
        assert!(stolen.contains("failed to decrypt"), "{stolen}");
    }
    let open = ask_encrypted(&response().sign(&signer).expect("signed"), &own, &key, true);
    let open = open.expect_err("refused");
    assert!(open.contains("not encrypted"), "{open}");
}

#[test]
fn a_refusal_is_understood_for_what_it_is() {
    let (signer, certificate) = signer(KeyType::P256);
    let own = issuer(certificate);
    for refusal in Refusal::ALL {
        let response = FailedResponse {
            id: MessageId::generate(&Random::system()).expect("id"),
            issuer: ISSUER.to_owned(),
            acs_url: ACS.to_owned(),
            in_response_to: MessageId::parse("_request").expect("id"),
            issue_instant: now(),
            refusal,
        };
        let signed = response.sign(&signer).expect("signed");
        let told = ask(&signed.to_base64(), &own, AUDIENCE, ACS).expect_err("nobody is signed in");
        let code = refusal.codes().0.rsplit(':').next().unwrap();
        assert!(told.contains(&format!("was not Success, was {code}")), "{told}");
    }
}

/// What the service provider asks, in the query of an address, and its metadata.
fn asked(relay_state: &str, is_signed: bool) -> (String, ServiceProvider, Value) {
    let key = SigningKey::generate(KeyType::Rsa2048).expect("key");
    let year = Duration::from_secs(365 * 86_400);
    let certificate = Certificate::self_signed(&key, "app", now(), year, &Random::system());
    let case = json!({
        "acs_url": APP_ACS,
        "sp_entity_id": APP,
        "sso_url": SSO,
        "idp_entity_id": ISSUER,
        "private_key": pem("PRIVATE KEY", &key.to_pkcs8_der().expect("key")),
        "certificate": certificate.expect("certificate").to_base64().expect("certificate"),
        "relay_state": relay_state,
        "is_signed": is_signed,
    });
    let asked = run("python3_saml_asks.py", &case).expect("asked");
    let query = asked["url"].as_str().unwrap().strip_prefix(&format!("{SSO}?")).expect("query").to_owned();
    let provider = ServiceProvider::parse(asked["metadata"].as_str().unwrap()).expect("metadata");
    (query, provider, asked)
}

fn expectations() -> MessageExpectations<'static> {
    MessageExpectations { issuer: APP, destination: SSO, now: now(), clock_skew: Duration::from_secs(180) }
}

#[test]
fn its_metadata_and_its_requests_are_read() {
    let relay_state = "https://app.example.com/deep?x=\u{fc} y&z=+%2F";
    for is_signed in [true, false] {
        let (query, provider, asked) = asked(relay_state, is_signed);
        assert_eq!((provider.entity_id.as_str(), provider.signs_requests), (APP, is_signed));
        assert_eq!(provider.encryption_certificates.len(), 1);
        let message = RedirectMessage::read(&query).expect("read");
        assert_eq!(message.relay_state(), Some(relay_state));
        let request = UnverifiedAuthnRequest::from_redirect(&message).expect("well formed");
        assert_eq!((request.claimed_issuer(), request.has_signature()), (Some(APP), is_signed));
        let trusted = if is_signed {
            request.verify(&provider.signing_certificates, BlockedAlgorithms::NONE).expect("verified")
        } else {
            request.unsigned().expect("unsigned")
        };
        let request = trusted.check(&expectations()).expect("for here and for now");
        assert_eq!(request.id.as_str(), asked["request_id"].as_str().unwrap());
        assert!(request.force_authn && !request.is_passive);
        assert_eq!(request.name_id_policy.format, Some(NameIdFormat::Persistent));
        let service = provider.assertion_consumer_service(&request.answer_to).expect("in the metadata");
        assert_eq!(service.url, APP_ACS);
        let context = request.requested_authn_context.expect("asked for");
        assert_eq!(context.references, [AuthnContext::PasswordProtectedTransport.uri()]);
    }
}

#[test]
fn its_signed_request_is_refused_when_anything_in_the_address_changes() {
    let (query, provider, _) = asked("state", true);
    let verify = |query: &str| {
        let message = RedirectMessage::read(query)?;
        UnverifiedAuthnRequest::from_redirect(&message)?
            .verify(&provider.signing_certificates, BlockedAlgorithms::NONE)
            .map(|_| ())
    };
    verify(&query).expect("as it came");
    for (from, to) in [
        ("RelayState=state", "RelayState=other"),
        ("&RelayState=state", ""),
        ("rsa-sha256", "rsa-sha512"),
        ("Signature=", "Signature=AAAA"),
    ] {
        let changed = query.replace(from, to);
        assert_ne!(changed, query);
        assert!(matches!(verify(&changed), Err(Error::Signature { .. })), "{to}");
    }
    let (_, stranger) = signer(KeyType::Rsa2048);
    let message = RedirectMessage::read(&query).expect("read");
    let refusal = message.signature().expect("signed").verify(&[stranger], BlockedAlgorithms::NONE);
    assert!(matches!(refusal, Err(Error::Signature { certificates: 1 })));
}

#[test]
fn our_metadata_is_valid_and_read_whole() {
    for kind in KeyType::ALL {
        let (signer, certificate) = signer(kind);
        let (_, next) = self::signer(KeyType::Rsa2048);
        let ours = metadata(vec![certificate.clone(), next.clone()]);
        let id = MessageId::generate(&Random::system()).expect("id");
        let signed = ours.sign(&signer, &id).expect("signed");
        let read = |xml: &str, certificate: Option<&Certificate>| {
            let certificate = certificate.map(|certificate| certificate.to_base64().expect("certificate"));
            run("python3_saml_reads.py", &json!({"metadata": xml, "certificate": certificate}))
        };
        for (xml, key) in [(ours.to_xml().expect("metadata"), None), (signed.clone(), Some(&certificate))] {
            let read = read(&xml, key).expect("valid");
            assert_eq!(read["idp"]["entityId"], ISSUER);
            assert_eq!(read["idp"]["singleSignOnService"]["url"], SSO);
            assert_eq!(read["idp"]["singleLogoutService"]["url"], SLO);
            assert_eq!(read["security"]["authnRequestsSigned"], true);
            let keys = &read["idp"]["x509certMulti"];
            let base64 = |certificate: &Certificate| certificate.to_base64().expect("certificate");
            assert_eq!(keys["signing"], json!([base64(&certificate), base64(&next)]));
            assert_eq!(keys["encryption"], json!([base64(&certificate)]));
        }
        let stranger = read(&signed, Some(&next)).expect_err("refused");
        assert!(stranger.contains("invalid signature"), "{stranger}");
        let misplaced = "<md:SingleSignOnService Binding=\"a\" Location=\"b\"/><md:NameIDFormat>";
        let disordered = ours.to_xml().expect("metadata").replacen("<md:NameIDFormat>", misplaced, 1);
        let refusal = read(&disordered, None).expect_err("refused");
        assert!(refusal.contains("invalid by the schema"), "{refusal}");
    }
}

/// What we keep of a service provider is metadata that others would take, however it came to be known.
#[test]
fn what_we_write_of_a_service_provider_is_valid() {
    let (_, certificate) = signer(KeyType::P256);
    let acs = AssertionConsumerService { index: 0, url: APP_ACS.to_owned(), is_default: Some(true) };
    let slo = SingleLogoutService::new(LogoutBinding::Post, "https://app.example.com/saml/slo");
    let made = ServiceProvider::by_hand(APP, vec![acs], vec![slo], vec![certificate]).expect("good");
    let (_, theirs, _) = asked("state", true);
    for provider in [made, theirs] {
        let xml = provider.to_xml().expect("written");
        let case = json!({"metadata": xml, "certificate": null});
        run("python3_saml_reads.py", &case).expect("valid");
        assert_eq!(ServiceProvider::parse(&xml).expect("read"), provider);
    }
}
