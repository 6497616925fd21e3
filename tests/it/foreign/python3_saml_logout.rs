//! python3-saml, in strict mode, as a service provider in single logout: its requests and answers read by us, ours
//! taken by it. It speaks Redirect alone; of what goes by POST and by SOAP it judges, and makes, the signature.

use std::time::Duration;

use cloudsso::crypto::{BlockedAlgorithms, Certificate, KeyType, Random, SigningKey};
use cloudsso::saml::{
    CheckedLogoutRequest, Error, LogoutOutcome, LogoutReason, LogoutRequest, LogoutResponse, LogoutStatus,
    MessageExpectations, MessageId, NameId, NameIdFormat, RedirectMessage, Signer, UnverifiedLogoutRequest,
    UnverifiedLogoutResponse,
};
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::python3_saml::run;
use super::{ISSUER, now, pem, signer};

const APP: &str = "https://app.example.com/saml/metadata";
/// Where it takes logout messages.
const SLS: &str = "https://app.example.com/saml/sls";
/// Where we do.
const SLO: &str = "https://sso.example.com/saml/idp/slo";
/// It escapes what it takes apart, but spells a space otherwise than we do.
const STATE: &str = "https://app.example.com/deep?x=\u{fc}&z=+%2F";

/// A service provider that knows our key, and we its.
struct App {
    ours: Signer,
    case: Value,
    certificate: Certificate,
}

impl App {
    fn new(kind: KeyType) -> Self {
        let (ours, our_certificate) = signer(kind);
        let key = SigningKey::generate(KeyType::Rsa2048).expect("key");
        let year = Duration::from_secs(365 * 86_400);
        let certificate = Certificate::self_signed(&key, "app", now(), year, &Random::system());
        let certificate = certificate.expect("certificate");
        let case = json!({
            "sls_url": SLS,
            "sp_entity_id": APP,
            "slo_url": SLO,
            "idp_entity_id": ISSUER,
            "idp_certificate": our_certificate.to_base64().expect("certificate"),
            "private_key": pem("PRIVATE KEY", &key.to_pkcs8_der().expect("key")),
            "certificate": certificate.to_base64().expect("certificate"),
        });
        Self { ours, case, certificate }
    }

    fn act(&self, act: &str, on: &Value) -> Result<Value, String> {
        let mut case = self.case.clone();
        let members = case.as_object_mut().expect("an object");
        members.insert("act".to_owned(), json!(act));
        members.extend(on.as_object().expect("an object").clone());
        run("python3_saml_logs_out.py", &case)
    }

    /// What it makes of a message that we send it in an address.
    fn takes(&self, url: &str, request_id: &str) -> Result<Value, String> {
        let query = url.strip_prefix(&format!("{SLS}?")).expect("its address");
        self.act("takes", &json!({ "query": query, "request_id": request_id }))
    }

    fn certificates(&self) -> &[Certificate] {
        std::slice::from_ref(&self.certificate)
    }
}

fn expectations() -> MessageExpectations<'static> {
    MessageExpectations { issuer: APP, destination: SLO, now: now(), clock_skew: Duration::from_secs(180) }
}

fn redirected(url: &str) -> RedirectMessage {
    RedirectMessage::read(url.strip_prefix(&format!("{SLO}?")).expect("our address")).expect("read")
}

/// A name with all that python3-saml can say of it.
fn name() -> NameId {
    NameId {
        name_qualifier: Some(ISSUER.to_owned()),
        sp_name_qualifier: Some(APP.to_owned()),
        ..NameId::new(NameIdFormat::Persistent, "u-1<&>\u{fc}")
    }
}

/// What it asks of us.
fn asked(app: &App) -> Value {
    let asked = json!({
        "name_id": name().value,
        "name_id_format": NameIdFormat::Persistent.uri(),
        "name_qualifier": ISSUER,
        "sp_name_qualifier": APP,
        "session_index": "_session",
        "relay_state": STATE,
    });
    app.act("asks", &asked).expect("asked")
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().expect("a text")
}

#[test]
fn its_request_is_read_by_every_binding() {
    let app = App::new(KeyType::Rsa2048);
    let asked = asked(&app);
    let message = redirected(text(&asked, "url"));
    assert_eq!(message.relay_state(), Some(STATE));
    let posted = text(&asked, "posted");
    let xml = String::from_utf8(BASE64.decode(posted.as_bytes()).expect("base 64")).expect("text");
    let envelope = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>{xml}</s:Body></s:Envelope>"
    );
    for received in [
        UnverifiedLogoutRequest::from_redirect(&message),
        UnverifiedLogoutRequest::decode(posted),
        UnverifiedLogoutRequest::from_soap(&envelope),
    ] {
        let received = received.expect("well formed");
        assert_eq!(
            (received.claimed_issuer(), received.claimed_name_id()),
            (Some(APP), Some("u-1<&>\u{fc}"))
        );
        let (_, stranger) = signer(KeyType::Rsa2048);
        assert!(matches!(
            received.verify(&[stranger], BlockedAlgorithms::NONE),
            Err(Error::Signature { certificates: 1 })
        ));
        let verified = received.verify(app.certificates(), BlockedAlgorithms::NONE).expect("verified");
        let request: CheckedLogoutRequest = verified.check(&expectations()).expect("for here and for now");
        assert_eq!(request.id().as_str(), text(&asked, "request_id"));
        assert_eq!(request.name_id(), &name());
        assert_eq!(request.session_indexes(), ["_session"]);
        assert!(request.reason().is_none() && !request.is_asynchronous());
    }
}

#[test]
fn its_signed_request_is_refused_when_anything_in_the_address_changes() {
    let app = App::new(KeyType::Rsa2048);
    let asked = asked(&app);
    let verify = |url: &str| {
        UnverifiedLogoutRequest::from_redirect(&redirected(url))?
            .verify(app.certificates(), BlockedAlgorithms::NONE)
            .map(|_| ())
    };
    let url = text(&asked, "url");
    verify(url).expect("as it came");
    for (from, to) in [("deep", "deeper"), ("rsa-sha256", "rsa-sha512"), ("&Signature=", "&Signature=AAAA")] {
        let changed = url.replace(from, to);
        assert_ne!(changed, url);
        assert!(matches!(verify(&changed), Err(Error::Signature { .. })), "{to}");
    }
}

#[test]
fn our_answer_to_it_is_understood_for_what_it_is() {
    for kind in [KeyType::Rsa2048, KeyType::Rsa3072] {
        let app = App::new(kind);
        for status in LogoutStatus::ALL {
            let answer = LogoutResponse {
                id: MessageId::generate(&Random::system()).expect("id"),
                issuer: ISSUER.to_owned(),
                in_response_to: MessageId::parse("_request").ok(),
                issue_instant: now(),
                status,
            };
            let url = answer.redirect_url(SLS, Some(STATE), &app.ours).expect("written");
            let told = app.takes(&url, "_request");
            match status {
                LogoutStatus::Success | LogoutStatus::PartialLogout => {
                    assert_eq!(text(&told.expect("taken"), "status"), status.codes().0);
                }
                _ => assert!(told.expect_err("nothing ended").contains("logout_not_success"), "{status:?}"),
            }
            let unasked = app.takes(&url, "_other").expect_err("refused");
            assert!(unasked.contains("invalid_logout_response"), "{unasked}");
            let stranger = answer.redirect_url(SLS, Some(STATE), &signer(kind).0).expect("written");
            let forged = app.takes(&stranger, "_request").expect_err("refused");
            assert!(forged.contains("Signature validation failed"), "{forged}");
        }
    }
}

fn request() -> LogoutRequest {
    LogoutRequest {
        id: MessageId::generate(&Random::system()).expect("id"),
        issuer: ISSUER.to_owned(),
        destination: SLS.to_owned(),
        issue_instant: now(),
        not_on_or_after: now().plus(Duration::from_secs(300)),
        reason: Some(LogoutReason::GlobalTimeout),
        name_id: name(),
        session_indexes: vec!["_one".to_owned(), "_two".to_owned()],
    }
}

#[test]
fn our_request_is_taken_and_its_answer_is_read() {
    for kind in [KeyType::Rsa2048, KeyType::Rsa3072] {
        let app = App::new(kind);
        let request = request();
        let url = request.redirect_url(Some(STATE), &app.ours).expect("written");
        let taken = app.takes(&url, "").expect("taken");
        assert_eq!(taken["session_indexes"], json!(["_one", "_two"]));
        let read = &taken["name_id"];
        assert_eq!(text(read, "Value"), name().value);
        assert_eq!(text(read, "Format"), NameIdFormat::Persistent.uri());
        assert_eq!((text(read, "NameQualifier"), text(read, "SPNameQualifier")), (ISSUER, APP));

        let message = redirected(text(&taken, "answer"));
        assert_eq!(message.relay_state(), Some(STATE));
        let answer = UnverifiedLogoutResponse::from_redirect(&message).expect("well formed");
        assert_eq!(answer.claimed_issuer(), Some(APP));
        assert_eq!(answer.claimed_in_response_to().as_ref(), Some(&request.id));
        let verified = answer.verify(app.certificates(), BlockedAlgorithms::NONE).expect("verified");
        assert_eq!(verified.check(&request.id, &expectations()).expect("ours"), LogoutOutcome::Success);
        let other = MessageId::parse("_other").expect("id");
        assert!(matches!(verified.check(&other, &expectations()), Err(Error::InResponseTo { .. })));
    }
}

#[test]
fn our_request_is_refused_when_it_is_late_or_for_another_address_or_by_another_key() {
    let app = App::new(KeyType::Rsa2048);
    let sent = |request: &LogoutRequest, signer: &Signer| {
        let url = request.redirect_url(Some(STATE), signer).expect("written");
        app.takes(&url.replace("https://other.example.com/sls", SLS), "")
    };
    sent(&request(), &app.ours).expect("taken");
    let late = LogoutRequest { not_on_or_after: now().minus(Duration::from_secs(1)), ..request() };
    assert!(sent(&late, &app.ours).expect_err("refused").contains("invalid_logout_request"));
    let elsewhere = LogoutRequest { destination: "https://other.example.com/sls".to_owned(), ..request() };
    assert!(sent(&elsewhere, &app.ours).expect_err("refused").contains("invalid_logout_request"));
    let (stranger, _) = signer(KeyType::Rsa2048);
    assert!(sent(&request(), &stranger).expect_err("refused").contains("Signature validation failed"));
}

#[test]
fn what_we_sign_within_verifies_by_itself_and_in_an_envelope() {
    for kind in KeyType::ALL {
        let app = App::new(kind);
        let answer = LogoutResponse {
            id: MessageId::generate(&Random::system()).expect("id"),
            issuer: ISSUER.to_owned(),
            in_response_to: MessageId::parse("_request").ok(),
            issue_instant: now(),
            status: LogoutStatus::PartialLogout,
        };
        for signed in [
            request().sign(&app.ours).expect("signed"),
            answer.sign(Some(SLS), &app.ours).expect("signed"),
            answer.sign(None, &app.ours).expect("signed"),
        ] {
            for xml in [signed.xml().to_owned(), signed.to_soap()] {
                app.act("judges", &json!({ "xml": xml })).expect("verified");
                let changed = xml.replace("Version=\"2.0\"", "Version=\"2.1\"");
                assert_ne!(changed, xml);
                let refusal = app.act("judges", &json!({ "xml": changed })).expect_err("refused");
                assert!(refusal.contains("Signature validation failed"), "{kind:?} {refusal}");
            }
        }
    }
}
