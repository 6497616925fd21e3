//! B1 and B8: where the answer goes, and where the question was sent.

use cloudsso::domain::ApplicationSettings;
use cloudsso::service::application;

use super::provider::{Provider, keys, registered, signing};
use super::request::Request;
use super::{Answer, Scene, query_of};
use crate::support::app::TestApp;

const URL: &str = "AssertionConsumerServiceURL";
const INDEX: &str = "AssertionConsumerServiceIndex";

fn unsigned(scene: &Scene, request: &Request) -> String {
    query_of(&request.url(&scene.app, Some("state"), None))
}

fn signed(scene: &Scene, request: &Request) -> String {
    query_of(&request.url(&scene.app, Some("state"), Some(&keys().own.signer)))
}

fn two_places(app: &TestApp) -> (Provider, cloudsso::domain::Application) {
    let acs = ["https://wiki.example/saml/acs", "https://wiki.example:8443/saml/acs?x=1"];
    let acs = acs.map(|url| (url.to_owned(), None)).into();
    let provider = Provider { acs, ..Provider::new("wiki") };
    let application = provider.register(app, ApplicationSettings::default(), &["alice"]);
    (provider, application)
}

#[test]
fn b1_an_address_that_is_not_in_the_metadata() {
    let mut scene = Scene::new(two_places);
    for evil in [
        "https://evil.example/saml/acs",
        "https://wiki.example/saml/acs/../x",
        "https://wiki.example/saml/acs/",
        "https://wiki.example/saml/acs?",
        "https://wiki.example/saml/acs#evil",
        "https://wiki.example/saml/ACS",
        "https://WIKI.example/saml/acs",
        "https://wiki.example:443/saml/acs",
        "https://wiki.example:8443/saml/acs",
        "https://wiki.example@evil.example/saml/acs",
        "https://wiki.example.evil.example/saml/acs",
        "http://wiki.example/saml/acs",
        "https://wiki.example/saml/acs%2f",
        " https://wiki.example/saml/acs",
        "https://wiki.example\\@evil.example/saml/acs",
        "//wiki.example/saml/acs",
        "javascript:alert(1)",
        "",
    ] {
        let request = scene.request().with(URL, evil);
        let reason = scene.refuses(|scene| {
            let query = unsigned(scene, &request);
            scene.get(&query)
        });
        assert!(reason.contains("assertion consumer service"), "{evil}: {reason}");
        let request = scene.request().with(URL, evil);
        scene.refuses(|scene| {
            let query = signed(scene, &request);
            scene.get(&query)
        });
        let request = scene.request().with(URL, evil);
        scene.refuses(|scene| scene.post(&request.xml()));
    }
    for honest in ["https://wiki.example/saml/acs", "https://wiki.example:8443/saml/acs?x=1"] {
        let request = scene.request().with(URL, honest);
        let query = unsigned(&scene, &request);
        let page = scene.get(&query);
        let answer = Answer::posted(&page);
        assert_eq!(answer.acs, honest);
        answer.told(&scene.app, &scene.provider, Some(request.id()));
    }
}

#[test]
fn b1_an_index_that_is_not_in_the_metadata() {
    let mut scene = Scene::new(two_places);
    for evil in ["2", "65535", "65536", "-1", "one", ""] {
        let request = scene.request().with(INDEX, evil);
        scene.refuses(|scene| scene.get(&unsigned(scene, &request)));
    }
    let request = scene.request().with(INDEX, "1");
    let query = unsigned(&scene, &request);
    scene.accepts(&query, request.id());
}

#[test]
fn b1_an_address_and_an_index() {
    let mut scene = Scene::new(two_places);
    for index in ["0", "1"] {
        let request = scene.request().with(INDEX, index).with(URL, "https://wiki.example/saml/acs");
        scene.refuses(|scene| scene.get(&unsigned(scene, &request)));
    }
    let request = scene.request().with(URL, "https://wiki.example/saml/acs");
    let query = unsigned(&scene, &request);
    scene.accepts(&query, request.id());
}

#[test]
fn b1_an_address_that_was_taken_out_of_the_metadata_while_somebody_signed_in() {
    let mut scene = Scene::new(two_places);
    let request = scene.request().with(INDEX, "1");
    let page = request.open(&scene.app, &mut scene.app.visitor());
    let back = page.url.query_pairs().find(|(name, _)| name == "next").unwrap().1.into_owned();
    let back = scene.app.url(&back);
    let page = scene.alice.get(&back);
    Answer::posted(&page).told(&scene.app, &scene.provider, Some(request.id()));

    let mut fewer = scene.provider.clone();
    fewer.acs.pop();
    let spec = fewer.spec(ApplicationSettings::default());
    application::update(&scene.app.ctx, &scene.app.operator, &scene.application.id, spec).unwrap();
    let reason = scene.refuses(|scene| scene.alice.get(&back));
    assert!(reason.contains("assertion consumer service"), "{reason}");
    let request = scene.request();
    let query = unsigned(&scene, &request);
    scene.accepts(&query, request.id());
}

#[test]
fn b8_a_request_for_somebody_else() {
    for register in [registered, signing] {
        let mut scene = Scene::new(register);
        let own = scene.app.url("/saml/idp/sso");
        for evil in [
            "https://other.example/saml/idp/sso".to_owned(),
            own.replace("http:", "https:"),
            own.replace("/sso", "/slo"),
            format!("{own}/"),
            own.to_uppercase(),
            String::new(),
        ] {
            let request = scene.request().with("Destination", &evil);
            let reason = scene.refuses(|scene| scene.get(&signed(scene, &request)));
            assert!(reason.contains("Destination") || reason.contains("destination"), "{reason}");
            let request = scene.request().with("Destination", &evil);
            scene.refuses(|scene| scene.post(&request.signed_xml(&keys().own)));
        }
        // Whoever signs says for whom; else what was sent to another could be sent on to us.
        let request = scene.request().without("Destination");
        scene.refuses(|scene| scene.get(&signed(scene, &request)));
        let request = scene.request();
        let query = signed(&scene, &request);
        scene.accepts(&query, request.id());
    }
    let mut scene = Scene::new(registered);
    let request = scene.request().with("Destination", "https://other.example/saml/idp/sso");
    scene.refuses(|scene| scene.get(&unsigned(scene, &request)));
    let request = scene.request().without("Destination");
    let query = unsigned(&scene, &request);
    scene.accepts(&query, request.id());
}
