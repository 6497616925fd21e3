//! B14: logout requests that end nothing, by each binding, each beside the one that ends a session.

use std::time::Duration;

use cloudsso::crypto::{BlockedAlgorithms, Random};
use cloudsso::domain::{Action, ApplicationSettings, NameIdKind};
use cloudsso::saml::{
    LogoutOutcome, LogoutRequest, MessageExpectations, MessageId, MessageKind, NameId, NameIdFormat,
    RedirectMessage, Signer, UnverifiedLogoutResponse, redirect_url,
};
use cloudsso::storage::application_session;
use data_encoding::BASE64;

use super::answer::own_metadata;
use super::provider::keys;
use super::{Answer, Page, Provider, Request, Scene, Told, Visitor, details};
use crate::support::app::TestApp;
use crate::support::http::Form;

const SLO: &str = "https://wiki.example/saml/slo";
const EVIL: &str = "https://evil.example/saml/slo";

/// How a request comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Binding {
    Redirect,
    Post,
    /// In an envelope of this type.
    Soap(&'static str),
}

const SOAP: Binding = Binding::Soap("text/xml; charset=utf-8");
const BINDINGS: [Binding; 4] =
    [Binding::Redirect, Binding::Post, SOAP, Binding::Soap("application/soap+xml")];

/// A service provider that takes its answers by the browser.
fn provider(name: &str) -> Provider {
    let slo = ["HTTP-Redirect", "HTTP-POST"].map(|binding| (binding, SLO.replace("wiki", name)));
    Provider { slo: slo.to_vec(), ..Provider::new(name) }
}

fn scene() -> Scene {
    Scene::new(|app| {
        let provider = provider("wiki");
        let application = provider.register(app, ApplicationSettings::default(), &["alice", "bob"]);
        (provider, application)
    })
}

/// Signs a browser's owner in at a service provider.
#[track_caller]
fn enter(app: &TestApp, provider: &Provider, browser: &mut Visitor) -> Told {
    let request = Request::new(app, provider);
    Answer::posted(&request.redirect(app, browser)).told(app, provider, Some(request.id()))
}

/// What a service provider honestly asks, to end this session.
fn request(app: &TestApp, provider: &Provider, told: &Told) -> LogoutRequest {
    let now = app.clock.now();
    LogoutRequest {
        id: new_id(),
        issuer: provider.entity_id.clone(),
        destination: app.url("/saml/idp/slo"),
        issue_instant: now,
        not_on_or_after: now.plus(Duration::from_secs(300)),
        reason: None,
        name_id: NameId {
            name_qualifier: Some(app.url("/saml/idp/metadata")),
            sp_name_qualifier: Some(provider.entity_id.clone()),
            ..NameId::new(NameIdFormat::Persistent, told.name.as_str())
        },
        session_indexes: vec![told.session_index.clone()],
    }
}

fn new_id() -> MessageId {
    MessageId::generate(&Random::system()).unwrap()
}

/// Sends a request; one without a signer has no signature.
fn send(
    app: &TestApp,
    browser: &mut Visitor,
    binding: Binding,
    asked: (&LogoutRequest, Option<&Signer>),
) -> Page {
    let (request, signer) = asked;
    let signed = request.sign(signer.unwrap_or(&keys().own.signer)).unwrap();
    let xml = if signer.is_some() { signed.xml().to_owned() } else { unsigned(signed.xml()) };
    match binding {
        Binding::Redirect => {
            let bare = unsigned(signed.xml());
            let address = app.url("/saml/idp/slo");
            let message = (MessageKind::Request, bare.as_str());
            browser.get(&redirect_url(&address, message, Some(EVIL), signer).unwrap())
        }
        Binding::Post => {
            let form = Form::of(SLO, &app.url("/saml/idp/slo"))
                .with("SAMLRequest", &BASE64.encode(xml.as_bytes()))
                .with("RelayState", EVIL);
            browser.submit(&form)
        }
        Binding::Soap(kind) => {
            let envelope = signed.to_soap().replace(signed.xml(), &xml);
            let mut server = app.visitor().with_header("Content-Type", kind);
            server.post(&app.url("/saml/idp/slo"), &envelope)
        }
    }
}

fn unsigned(xml: &str) -> String {
    let (before, rest) = xml.split_once("<ds:Signature ").unwrap();
    format!("{before}{}", rest.split_once("</ds:Signature>").unwrap().1)
}

/// Whether the session at an application goes on.
fn is_open(app: &TestApp, told: &Told) -> bool {
    app.store.read(|conn| application_session::exists(conn, &told.session_index)).unwrap()
}

fn is_signed_in(app: &TestApp, browser: &mut Visitor) -> bool {
    browser.get(&app.url("/portal")).status == 200
}

/// What the service provider is told came of its request, at the address in its metadata and nowhere else.
#[track_caller]
fn answered(app: &TestApp, browser: &mut Visitor, page: Page, request: &LogoutRequest) -> LogoutOutcome {
    let address = request.issuer.replace("/metadata", "/slo");
    let received = if page.body.contains(":Envelope") {
        assert_eq!(page.status, 200, "{}", page.body);
        UnverifiedLogoutResponse::from_soap(&page.body)
    } else {
        let page = browser.carry_until(page, |target| target.as_str().starts_with("https://"));
        match page.location() {
            Some(target) => {
                let query = target.as_str().strip_prefix(&format!("{address}?"));
                let query = query.unwrap_or_else(|| panic!("it leads to {target}"));
                UnverifiedLogoutResponse::from_redirect(&RedirectMessage::read(query).unwrap())
            }
            None => {
                let form = page.form("/saml/slo");
                assert_eq!(form.action.as_str(), address);
                UnverifiedLogoutResponse::decode(form.field("SAMLResponse").unwrap())
            }
        }
    };
    let expectations = MessageExpectations {
        issuer: &app.url("/saml/idp/metadata"),
        destination: &address,
        now: app.clock.now(),
        clock_skew: Duration::ZERO,
    };
    let certificates = own_metadata(app);
    let verified =
        received.unwrap().verify(certificates.signing_certificates(), BlockedAlgorithms::NONE).unwrap();
    verified.check(&request.id, &expectations).unwrap()
}

/// A page or a fault and nothing else: nothing ended, nobody is led anywhere, and one row in the audit log.
#[track_caller]
fn is_refused(scene: &mut Scene, told: &Told, target: &str, attack: impl FnOnce(&mut Scene) -> Page) {
    let count = |scene: &Scene| details(&scene.app, Action::SingleLogoutRefused, target).len();
    let before = count(scene);
    let page = attack(scene);
    assert!((400..500).contains(&page.status), "{}: {}", page.status, page.body);
    assert!(page.location().is_none() && page.forms().is_empty(), "{}", page.body);
    assert!(!page.body.contains("LogoutResponse") && !page.body.contains("evil.example"), "{}", page.body);
    assert_eq!(page.headers("set-cookie").count(), 0);
    assert_eq!(count(scene), before + 1, "{}", page.body);
    goes_on(scene, told);
}

#[track_caller]
fn goes_on(scene: &mut Scene, told: &Told) {
    assert!(is_open(&scene.app, told) && is_signed_in(&scene.app, &mut scene.alice));
}

/// The honest request of this binding ends the session here and there.
#[track_caller]
fn is_ended(scene: &mut Scene, told: &Told, binding: Binding) {
    goes_on(scene, told);
    let asked = request(&scene.app, &scene.provider, told);
    let page = send(&scene.app, &mut scene.alice, binding, (&asked, Some(&keys().own.signer)));
    assert_eq!(answered(&scene.app, &mut scene.alice, page, &asked), LogoutOutcome::Success, "{binding:?}");
    assert!(!is_open(&scene.app, told) && !is_signed_in(&scene.app, &mut scene.alice), "{binding:?}");
    // Who is signed out may begin anew.
    (scene.alice, _) = scene.app.sign_in("alice");
}

#[test]
fn b14_a_request_that_the_service_provider_did_not_sign_for_us_and_now() {
    let mut scene = scene();
    let id = scene.application.id.to_string();
    let seconds = Duration::from_secs;
    for binding in BINDINGS {
        let told = enter(&scene.app, &scene.provider, &mut scene.alice);
        let now = scene.app.clock.now();
        let asked = request(&scene.app, &scene.provider, &told);
        let changed = |change: fn(&mut LogoutRequest)| {
            let mut changed = request(&scene.app, &scene.provider, &told);
            change(&mut changed);
            changed
        };
        let expired = LogoutRequest {
            issue_instant: now.minus(seconds(600)),
            not_on_or_after: now.minus(seconds(181)),
            ..asked.clone()
        };
        let early = LogoutRequest {
            issue_instant: now.plus(seconds(400)),
            not_on_or_after: now.plus(seconds(500)),
            ..asked.clone()
        };
        let elsewhere = changed(|request| request.destination.push('/'));
        let stranger = changed(|request| request.issuer = "https://nobody.example/".to_owned());
        let (own, forger) = (Some(&keys().own.signer), Some(&keys().stranger.signer));
        for (target, request, signer) in [
            ("unknown", &asked, None),
            (id.as_str(), &asked, forger),
            (&id, &expired, own),
            (&id, &early, own),
            (&id, &elsewhere, own),
            ("unknown", &stranger, own),
        ] {
            is_refused(&mut scene, &told, target, |scene| {
                let mut alice = scene.alice.clone();
                send(&scene.app, &mut alice, binding, (request, signer))
            });
        }
        is_ended(&mut scene, &told, binding);
    }
}

#[test]
fn b14_a_request_about_the_session_of_somebody_else() {
    let mut scene = scene();
    let other = provider("other");
    other.register(&scene.app, ApplicationSettings::default(), &["alice"]);
    let (mut bob, _portal) = scene.app.sign_in("bob");
    for binding in BINDINGS {
        let told = enter(&scene.app, &scene.provider, &mut scene.alice);
        let bobs = enter(&scene.app, &scene.provider, &mut bob);
        let elsewhere = enter(&scene.app, &other, &mut scene.alice);
        let honest = request(&scene.app, &scene.provider, &told);
        let own = || LogoutRequest { id: new_id(), ..honest.clone() };
        let named = |change: &dyn Fn(&mut NameId)| {
            let mut asked = own();
            change(&mut asked.name_id);
            asked
        };
        let indexes = |indexes: &[&Told]| LogoutRequest {
            session_indexes: indexes.iter().map(|told| told.session_index.clone()).collect(),
            ..own()
        };
        let not_theirs = [
            // The session of another person, and one at another application.
            indexes(&[&bobs]),
            indexes(&[&told, &bobs]),
            indexes(&[&elsewhere]),
            // A name that was made for another application, or by somebody else.
            named(&|name| name.sp_name_qualifier = Some(other.entity_id.clone())),
            named(&|name| name.name_qualifier = Some("https://idp.example/".to_owned())),
            // Another application that names the session of this one.
            LogoutRequest { issuer: other.entity_id.clone(), ..own() },
        ];
        for (number, asked) in not_theirs.iter().enumerate() {
            let mut alice = scene.alice.clone();
            let page = send(&scene.app, &mut alice, binding, (asked, Some(&keys().own.signer)));
            let outcome = answered(&scene.app, &mut alice, page, asked);
            let LogoutOutcome::Refused { second: Some(second), .. } = outcome else {
                panic!("{binding:?} {number}: {outcome:?}");
            };
            assert!(second.ends_with(":UnknownPrincipal"), "{second}");
            goes_on(&mut scene, &told);
            assert!(is_open(&scene.app, &bobs) && is_open(&scene.app, &elsewhere), "{binding:?} {number}");
        }
        // A name of nobody's here has no session left, which is the truth; nothing ends by it.
        let nobody = LogoutRequest { session_indexes: Vec::new(), ..named(&|name| name.value.push('x')) };
        let other_format = named(&|name| name.format = Some(NameIdFormat::EmailAddress));
        for asked in [nobody, other_format] {
            let mut alice = scene.alice.clone();
            let page = send(&scene.app, &mut alice, binding, (&asked, Some(&keys().own.signer)));
            assert_eq!(answered(&scene.app, &mut alice, page, &asked), LogoutOutcome::Success);
            goes_on(&mut scene, &told);
        }
        // Whatever is ended of alice's, bob's goes on. The other application takes no logout by SOAP, so by SOAP it
        // is left; the browser would lead to it, and never come back, so that its session is ended before.
        let asked = request(&scene.app, &other, &elsewhere);
        let mut alice = scene.alice.clone();
        let page = send(&scene.app, &mut alice, SOAP, (&asked, Some(&keys().own.signer)));
        assert_eq!(answered(&scene.app, &mut alice, page, &asked), LogoutOutcome::Partial);
        assert!(!is_open(&scene.app, &told) && !is_signed_in(&scene.app, &mut scene.alice));
        (scene.alice, _) = scene.app.sign_in("alice");
        let told = enter(&scene.app, &scene.provider, &mut scene.alice);
        is_ended(&mut scene, &told, binding);
        assert!(is_open(&scene.app, &bobs) && is_signed_in(&scene.app, &mut bob), "{binding:?}");
    }
}

#[test]
fn b14_a_request_that_is_sent_twice() {
    let mut scene = Scene::new(|app| {
        let provider = provider("wiki");
        let settings =
            ApplicationSettings { name_id: NameIdKind::Persistent, ..ApplicationSettings::default() };
        let application = provider.register(app, settings, &["alice"]);
        (provider, application)
    });
    let id = scene.application.id.to_string();
    for first in BINDINGS {
        let told = enter(&scene.app, &scene.provider, &mut scene.alice);
        // By the name alone, so that it would end whatever there is.
        let asked =
            LogoutRequest { session_indexes: Vec::new(), ..request(&scene.app, &scene.provider, &told) };
        let own = Some(&keys().own.signer);
        let page = send(&scene.app, &mut scene.alice, first, (&asked, own));
        assert_eq!(answered(&scene.app, &mut scene.alice, page, &asked), LogoutOutcome::Success);
        assert!(!is_open(&scene.app, &told));
        (scene.alice, _) = scene.app.sign_in("alice");
        let told = enter(&scene.app, &scene.provider, &mut scene.alice);
        for second in BINDINGS {
            is_refused(&mut scene, &told, &id, |scene| {
                let mut alice = scene.alice.clone();
                send(&scene.app, &mut alice, second, (&asked, own))
            });
        }
        is_ended(&mut scene, &told, first);
    }
}
