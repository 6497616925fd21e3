//! Algorithms that an operator blocks: nothing that is signed or encrypted by them is taken, nothing is set up for them,
//! and nobody is signed in by them who could be before.

use std::process::Command;
use std::time::Duration;

use cloudsso::crypto::{BlockedAlgorithms, Certificate, ContentCipher, KeyTransport, KeyType, Random};
use cloudsso::domain::{Action, Application, ApplicationSettings, Encryption, SamlPolicy};
use cloudsso::saml::{
    EncryptionCertificate, LogoutRequest, MessageId, NameId, NameIdFormat, Recipient, algorithm_of_uri,
};
use cloudsso::service::application::{self, ApplicationEdit};
use cloudsso::service::saml_sso::{self, Moment};
use cloudsso::storage::{self, application_session};

use super::answer::Answer;
use super::provider::{Provider, keys, signing};
use super::request::{Request, form};
use super::{code, details};
use crate::support::app::{Options, TestApp};
use crate::support::http::Page;

const ECDSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
const SHA512: &str = "http://www.w3.org/2001/04/xmlenc#sha512";
const AES128_GCM: &str = "http://www.w3.org/2009/xmlenc11#aes128-gcm";
const AES192_GCM: &str = "http://www.w3.org/2009/xmlenc11#aes192-gcm";
const AES256_GCM: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
const OAEP_MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";

/// The product where these are blocked.
fn blocking(uris: &[&str]) -> TestApp {
    let blocked = uris.iter().map(|uri| algorithm_of_uri(uri).unwrap());
    let saml_policy =
        SamlPolicy { blocked_algorithms: blocked.collect::<BlockedAlgorithms>(), ..SamlPolicy::default() };
    let app = TestApp::with(Options { saml_policy, ..Options::default() });
    app.run_due();
    app
}

/// Why something was refused, as from this application. Of one moment's, which of them was first is not told.
fn reasons(app: &TestApp, action: Action, application: &Application) -> Vec<String> {
    let rows = details(app, action, application.id.as_str());
    rows.iter().map(|row| row["reason"].as_str().unwrap().to_owned()).collect()
}

/// Gives an application settings that nobody refused before anything was blocked.
fn set_up_before(app: &TestApp, application: &Application, settings: ApplicationSettings) {
    let changed = Application { settings, version: application.version + 1, ..application.clone() };
    let write = move |conn: &mut storage::Conn| storage::application::update(conn, &changed);
    assert!(app.store.write(write).unwrap());
}

fn metadata(app: &TestApp, path: &str) -> Page {
    app.visitor().get(&app.url(&format!("/saml/idp/metadata{path}")))
}

#[test]
fn a_request_signed_by_a_blocked_algorithm_is_refused() {
    for is_blocked in [false, true] {
        let app = blocking(if is_blocked { &[ECDSA_SHA256] } else { &[] });
        let (provider, application) = signing(&app);
        let (mut alice, _portal) = app.sign_in("alice");
        for (key, is_curve) in [(&keys().second, true), (&keys().own, false)] {
            for (by_post, what) in [(false, "SigAlg"), (true, "ds:SignatureMethod")] {
                let request = Request::new(&app, &provider);
                let page = if by_post {
                    let page = alice.submit(&form(&app, &provider, &request.signed_xml(key), None));
                    alice.follow(page)
                } else {
                    alice.get(&request.url(&app, None, Some(&key.signer)))
                };
                if is_blocked && is_curve {
                    assert_eq!(page.status, 400, "{}", page.text());
                    assert!(!page.body.contains("SAMLResponse"), "{}", page.body);
                    let reasons = reasons(&app, Action::SamlSsoRefused, &application);
                    assert!(reasons.contains(&format!("{what}: {ECDSA_SHA256} is blocked")), "{reasons:?}");
                } else {
                    Answer::posted(&page).told(&app, &provider, Some(request.id()));
                }
            }
        }
    }
}

#[test]
fn a_request_signed_over_a_blocked_digest_is_refused() {
    for is_blocked in [false, true] {
        let app = blocking(if is_blocked { &[SHA512] } else { &[] });
        let (provider, application) = signing(&app);
        let (mut alice, _portal) = app.sign_in("alice");
        let mut post = |request: &Request, xml: &str| {
            let page = alice.submit(&form(&app, &provider, xml, None));
            (alice.follow(page), request.id().to_owned())
        };
        let request = Request::new(&app, &provider);
        let sha512 = |bytes: &[u8]| openssl::sha::sha512(bytes).to_vec();
        let (page, id) = post(&request, &request.signed_xml_by(&keys().own, SHA512, sha512));
        if is_blocked {
            assert_eq!(page.status, 400, "{}", page.text());
            let reasons = reasons(&app, Action::SamlSsoRefused, &application);
            assert_eq!(reasons, [format!("ds:DigestMethod: {SHA512} is blocked")]);
        } else {
            Answer::posted(&page).told(&app, &provider, Some(&id));
        }
        let request = Request::new(&app, &provider);
        let (page, id) = post(&request, &request.signed_xml(&keys().own));
        Answer::posted(&page).told(&app, &provider, Some(&id));
    }
}

#[test]
fn settings_do_not_ask_for_what_is_blocked() {
    let app = blocking(&[ECDSA_SHA256, AES256_GCM, SHA1]);
    let wiki = Provider { decrypts: true, ..Provider::new("wiki") };
    let usual = ApplicationSettings::default;
    let bad = [
        (ApplicationSettings { signature_key: KeyType::P256, ..usual() }, "SignatureKey", ECDSA_SHA256),
        (ApplicationSettings { encryption: Encryption::Aes256Gcm, ..usual() }, "Encryption", AES256_GCM),
    ];
    for (settings, field, uri) in &bad {
        let refusal = wiki.try_register(&app, settings.clone(), &["alice"]).unwrap_err().to_string();
        assert!(refusal.starts_with(&format!("InvalidParameter.{field}")), "{refusal}");
        assert!(refusal.contains(uri), "{refusal}");
    }
    assert_eq!(application::list(&app.ctx, &app.operator).unwrap(), []);

    let encrypted = ApplicationSettings { encryption: Encryption::Aes128Gcm, ..usual() };
    let made = wiki.register(&app, encrypted, &["alice"]);
    for (settings, field, _) in bad {
        let field = format!("InvalidParameter.{field}");
        let spec = wiki.spec(settings.clone());
        assert_eq!(code(application::update(&app.ctx, &app.operator, &made.id, spec)), field);
        let edit = ApplicationEdit { settings: Some(settings), ..ApplicationEdit::default() };
        assert_eq!(code(application::edit(&app.ctx, &app.operator, &made.id, made.version, edit)), field);
    }
    assert_eq!(application::load(&app.ctx, &app.operator, &made.id).unwrap(), made);
    // What is encrypted is so by what is left.
    let (mut alice, _portal) = app.sign_in("alice");
    let answer = Answer::posted(&Request::new(&app, &wiki).redirect(&app, &mut alice));
    assert!(answer.xml.contains(AES128_GCM) && answer.xml.contains("xmlenc11#rsa-oaep"), "{}", answer.xml);
    assert!(!answer.xml.contains(SHA1) && !answer.xml.contains(OAEP_MGF1P), "{}", answer.xml);
}

#[test]
fn a_service_provider_that_takes_nothing_else_is_not_encrypted_to() {
    let app = blocking(&[OAEP_MGF1P]);
    let wiki = Provider { decrypts: true, ..Provider::new("wiki") };
    let settings =
        ApplicationSettings { encryption: Encryption::Aes256Gcm, ..ApplicationSettings::default() };
    let mut spec = wiki.spec(settings);
    let end = "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:AssertionConsumerService";
    let stated = format!(
        "</ds:X509Data></ds:KeyInfo><md:EncryptionMethod Algorithm=\"{OAEP_MGF1P}\"/></md:KeyDescriptor>\
         <md:AssertionConsumerService"
    );
    assert_eq!(spec.metadata.matches(end).count(), 1, "{}", spec.metadata);
    spec.metadata = spec.metadata.replace(end, &stated);
    let outcome = application::create(&app.ctx, &app.operator, spec.clone(), Vec::new());
    let refusal = outcome.unwrap_err().to_string();
    assert!(refusal.starts_with("InvalidParameter.Encryption"), "{refusal}");
    assert!(refusal.contains("blocked") && refusal.contains(OAEP_MGF1P), "{refusal}");
    let open = blocking(&[]);
    application::create(&open.ctx, &open.operator, spec, Vec::new()).unwrap();
}

#[test]
fn nobody_is_signed_in_by_what_was_blocked_since() {
    let app = blocking(&[ECDSA_SHA256, AES256_GCM]);
    let usual = || ApplicationSettings { allows_idp_initiated: true, ..ApplicationSettings::default() };
    let before = [
        (ApplicationSettings { encryption: Encryption::Aes256Gcm, ..usual() }, AES256_GCM),
        (ApplicationSettings { signature_key: KeyType::P256, ..usual() }, ECDSA_SHA256),
    ];
    for (number, (settings, uri)) in before.into_iter().enumerate() {
        let wiki = Provider { decrypts: true, ..Provider::new(&format!("wiki{number}")) };
        let made = wiki.register(&app, usual(), &["alice"]);
        let (mut alice, _portal) = app.sign_in("alice");
        let start = app.url(&format!("/applications/{}/start", made.id));
        Answer::posted(&Request::new(&app, &wiki).redirect(&app, &mut alice));
        Answer::posted(&alice.get(&start));
        assert_eq!(app.events(Action::SamlSsoIssued, &made.id), 2);

        set_up_before(&app, &made, settings);
        for page in [Request::new(&app, &wiki).redirect(&app, &mut alice), alice.get(&start)] {
            assert_eq!(page.status, 403, "{}", page.text());
            assert!(page.text().contains("cannot be protected"), "{}", page.text());
            assert!(!page.body.contains("SAMLResponse"), "{}", page.body);
            let reasons = reasons(&app, Action::SamlSsoRefused, &made);
            assert!(!reasons.is_empty() && reasons.iter().all(|reason| reason.contains(uri)), "{reasons:?}");
        }
        assert_eq!(details(&app, Action::SamlSsoRefused, made.id.as_str()).len(), 2);
        // Nor is anybody told otherwise who looks before.
        let request = Request::new(&app, &wiki).url(&app, None, None);
        let seen = saml_sso::inspect(&app.ctx, &app.operator, &request, Moment::Now).unwrap();
        assert_eq!(seen.stopped_at().unwrap().name, "Protection");
        let tried = saml_sso::test_logon(&app.ctx, &app.operator, &made.id, &app.user("alice").id).unwrap();
        let failed = tried.checks.iter().find(|check| check.reason.contains(uri)).unwrap();
        assert_eq!(failed.name, "Protection");

        let now = application::load(&app.ctx, &app.operator, &made.id).unwrap();
        let edit = ApplicationEdit { settings: Some(usual()), ..ApplicationEdit::default() };
        application::edit(&app.ctx, &app.operator, &made.id, now.version, edit).unwrap();
        Answer::posted(&Request::new(&app, &wiki).redirect(&app, &mut alice));
    }
}

/// An application that would be told by a blocked signature is told nothing, and everything else goes on.
#[test]
fn a_logout_goes_on_past_an_application_whose_signature_was_blocked() {
    let app = blocking(&[ECDSA_SHA256]);
    let slo = |name: &str| vec![("HTTP-Redirect", format!("https://{name}.example/slo"))];
    let wiki = Provider { slo: slo("wiki"), ..Provider::new("wiki") };
    let made = wiki.register(&app, ApplicationSettings::default(), &["alice"]);
    let (mut alice, portal) = app.sign_in("alice");
    let request = Request::new(&app, &wiki);
    let answer = Answer::posted(&request.redirect(&app, &mut alice));
    let session = answer.told(&app, &wiki, Some(request.id())).session_index;
    set_up_before(
        &app,
        &made,
        ApplicationSettings { signature_key: KeyType::P256, ..ApplicationSettings::default() },
    );
    let page = alice.submit(&portal.form("/logout"));
    let page = alice.follow(page);
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(!page.body.contains("SAMLRequest"), "{}", page.body);
    assert!(page.text().contains("wiki"), "{}", page.text());
    assert_eq!(alice.get(&app.url("/portal")).location().unwrap().path(), "/login");
    assert!(!app.store.read(|conn| application_session::exists(conn, &session)).unwrap());
}

#[test]
fn a_name_encrypted_by_a_blocked_algorithm_is_refused() {
    for is_blocked in [false, true] {
        let app = blocking(if is_blocked { &[AES128_GCM] } else { &[] });
        let wiki = Provider {
            slo: vec![("HTTP-POST", "https://wiki.example/slo".to_owned())],
            ..Provider::new("wiki")
        };
        let made = wiki.register(&app, ApplicationSettings::default(), &["alice"]);
        let to = our_encryption_key(&app);
        for (cipher, uri) in [(ContentCipher::Aes128Gcm, AES128_GCM), (ContentCipher::Aes256Gcm, AES256_GCM)]
        {
            let (mut alice, _portal) = app.sign_in("alice");
            let asked = Request::new(&app, &wiki);
            let told = Answer::posted(&asked.redirect(&app, &mut alice)).told(&app, &wiki, Some(asked.id()));
            let now = app.clock.now();
            let request = LogoutRequest {
                id: MessageId::generate(&Random::system()).unwrap(),
                issuer: wiki.entity_id.clone(),
                destination: app.url("/saml/idp/slo"),
                issue_instant: now,
                not_on_or_after: now.plus(Duration::from_secs(300)),
                reason: None,
                name_id: NameId::new(NameIdFormat::Persistent, told.name.as_str()),
                session_indexes: vec![told.session_index.clone()],
            };
            let recipient = Recipient::new(to.clone(), cipher, KeyTransport::OaepSha1).unwrap();
            let signer = &keys().own.signer;
            let url = request.redirect_url_encrypted(None, signer, &recipient, &Random::system()).unwrap();
            let seen = saml_sso::inspect(&app.ctx, &app.operator, &url, Moment::Now).unwrap();
            let page = alice.get(&url);
            let is_over =
                !app.store.read(|conn| application_session::exists(conn, &told.session_index)).unwrap();
            let is_refused = is_blocked && cipher == ContentCipher::Aes128Gcm;
            assert_eq!(is_over, !is_refused, "{uri}: {}", page.text());
            if is_refused {
                assert_eq!(page.status, 400, "{}", page.text());
                let reason = format!("xenc:EncryptionMethod: {uri} is blocked");
                assert_eq!(reasons(&app, Action::SingleLogoutRefused, &made), [reason.as_str()]);
                let stopped = seen.stopped_at().unwrap();
                assert_eq!((stopped.name, stopped.reason.as_str()), ("Encryption", reason.as_str()));
            } else {
                assert!(seen.stopped_at().is_none(), "{:?}", seen.stopped_at());
            }
        }
    }
}

/// The certificate that our metadata says may be encrypted to.
fn our_encryption_key(app: &TestApp) -> Certificate {
    let page = metadata(app, "");
    let (_, key) = page.body.split_once("<md:KeyDescriptor use=\"encryption\">").unwrap();
    let (_, certificate) = key.split_once("<ds:X509Certificate>").unwrap();
    let certificate = Certificate::from_base64(certificate.split_once('<').unwrap().0).unwrap();
    EncryptionCertificate::from(certificate).certificate
}

#[test]
fn metadata_does_not_name_what_is_blocked() {
    let named = [ECDSA_SHA256, AES128_GCM, SHA1, OAEP_MGF1P];
    let usual = blocking(&[]);
    let page = metadata(&usual, "");
    for uri in named {
        assert!(page.body.contains(&format!("\"{uri}\"")), "{uri} in {}", page.body);
    }
    let app = blocking(&[ECDSA_SHA256, AES128_GCM, SHA1]);
    let page = metadata(&app, "");
    for uri in named {
        assert!(!page.body.contains(&format!("\"{uri}\"")), "{uri} in {}", page.body);
    }
    for left in [AES256_GCM, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"] {
        assert!(page.body.contains(&format!("\"{left}\"")), "{left} in {}", page.body);
    }
    // Where nothing is left to encrypt by, no key says that anything will do.
    let app = blocking(&[AES128_GCM, AES192_GCM, AES256_GCM]);
    let page = metadata(&app, "");
    assert!(
        page.body.contains("use=\"signing\"") && !page.body.contains("use=\"encryption\""),
        "{}",
        page.body
    );
}

#[test]
fn there_is_no_metadata_by_a_key_that_may_not_sign() {
    let app = blocking(&[ECDSA_SHA256]);
    let wiki = Provider::new("wiki");
    let made = wiki.register(&app, ApplicationSettings::default(), &[]);
    let path = format!("/{}", made.id);
    assert_eq!(metadata(&app, &path).status, 200);
    set_up_before(
        &app,
        &made,
        ApplicationSettings { signature_key: KeyType::P256, ..ApplicationSettings::default() },
    );
    assert_eq!(metadata(&app, &path).status, 403);
}

#[test]
fn a_server_does_not_start_with_what_cannot_be_blocked() {
    // Below a file nothing can be kept, so that no server runs on whatever is said.
    let file = tempfile::NamedTempFile::new().unwrap();
    let data_dir = file.path().join("data");
    for (said, named) in [
        (format!("{SHA1},urn:unknown"), "\"urn:unknown\""),
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256".to_owned(), "consoles verify nothing else"),
        ("http://www.w3.org/2001/04/xmlenc#sha256".to_owned(), "consoles verify nothing else"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloudsso"));
        command.env_clear().env("CLOUDSSO_SAML_BLOCKED_ALGORITHMS", &said);
        let output = command.arg("serve").arg("--data-dir").arg(&data_dir).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{said}");
        assert!(told.contains("saml.blocked_algorithms") && told.contains(named), "{told}");
    }
}
