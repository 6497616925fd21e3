//! B2, B4 and B5: signatures beside a message, in an address.

use cloudsso::domain::ApplicationSettings;
use data_encoding::BASE64;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::provider::{Key, Provider, keys, registered, signing};
use super::request::{self, Request, signature};
use super::{Answer, Scene, query_of};
use crate::support::app::TestApp;

const RSA: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const STATE: &str = "a b+c/\u{fc}";

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn signed(app: &TestApp, request: &Request) -> String {
    query_of(&request.url(app, Some(STATE), Some(&keys().own.signer)))
}

fn part<'a>(query: &'a str, name: &str) -> &'a str {
    query.split('&').find(|part| part.split('=').next() == Some(name)).unwrap()
}

/// The query without this part of it.
fn without(query: &str, name: &str) -> String {
    let kept: Vec<_> = query.split('&').filter(|part| part.split('=').next() != Some(name)).collect();
    kept.join("&")
}

/// Signs these octets as they are.
fn signed_octets(octets: &str, key: &Key) -> String {
    let value = BASE64.encode(&key.signing.sign(octets.as_bytes()).unwrap());
    format!("{octets}&Signature={}", escaped(&value))
}

fn requiring(app: &TestApp) -> (Provider, cloudsso::domain::Application) {
    let provider = Provider::new("vault");
    let settings = ApplicationSettings { requires_signed_requests: true, ..ApplicationSettings::default() };
    let application = provider.register(app, settings, &["alice"]);
    (provider, application)
}

#[test]
fn b2_a_request_without_its_signature() {
    for register in [signing, requiring] {
        let mut scene = Scene::new(register);
        let request = scene.request();
        let bare = query_of(&request.url(&scene.app, Some(STATE), None));
        let reason = scene.refuses(|scene| scene.get(&bare));
        assert!(reason.contains("signed") || reason.contains("signature"), "{reason}");
        let xml = scene.request().xml();
        scene.refuses(|scene| scene.post(&xml));
        let whole = signed(&scene.app, &request);
        for stripped in [
            without(&whole, "Signature"),
            without(&whole, "SigAlg"),
            without(&without(&whole, "Signature"), "SigAlg"),
            format!("{}&Signature=", without(&whole, "Signature")),
            format!("{}&Signature=%20", without(&whole, "Signature")),
            format!("{}&SigAlg=", without(&whole, "SigAlg")),
        ] {
            let before = request.id().to_owned();
            let page = scene.get(&stripped);
            assert_eq!(page.status, 400, "{stripped}");
            assert!(!page.body.contains("SAMLResponse") && !page.body.contains(&before), "{}", page.body);
        }
        let stranger = query_of(&scene.request().url(&scene.app, None, Some(&keys().stranger.signer)));
        scene.refuses(|scene| scene.get(&stranger));
        scene.accepts(&whole, request.id());
        let request = scene.request();
        let xml = request.signed_xml(&keys().own);
        scene.accepts_post(&xml, request.id());
    }
}

#[test]
fn b2_a_signature_that_does_not_hold_where_none_was_needed() {
    let mut scene = Scene::new(registered);
    let stranger = query_of(&scene.request().url(&scene.app, None, Some(&keys().stranger.signer)));
    scene.refuses(|scene| scene.get(&stranger));
    let xml = scene.request().signed_xml(&keys().stranger);
    scene.refuses(|scene| scene.post(&xml));
    for key in [&keys().own, &keys().second] {
        let request = scene.request();
        let query = query_of(&request.url(&scene.app, None, Some(&key.signer)));
        scene.accepts(&query, request.id());
    }
    // Nobody knows by what this one would sign.
    let keyless = |app: &TestApp| {
        let provider = Provider { has_keys: false, ..Provider::new("keyless") };
        let application = provider.register(app, ApplicationSettings::default(), &["alice"]);
        (provider, application)
    };
    let mut scene = Scene::new(keyless);
    let query = signed(&scene.app, &scene.request());
    scene.refuses(|scene| scene.get(&query));
    let request = scene.request();
    let query = query_of(&request.url(&scene.app, None, None));
    scene.accepts(&query, request.id());
}

#[test]
fn b4_octets_count_as_they_travelled() {
    let mut scene = Scene::new(signing);
    let request = scene.request();
    let whole = signed(&scene.app, &request);
    let mut parts: Vec<&str> = whole.split('&').collect();
    parts.reverse();
    parts.insert(2, "utm_source=mail");
    parts.push("");
    scene.accepts(&parts.join("&"), request.id());

    // As senders of other makes spell it: with escapes in small letters, and spaces as either sign.
    for spelled in ["a%20b%2bc%2f%c3%bc", "a+b%2Bc/%C3%BC", "%61%20b%2bc%2f%c3%bc"] {
        let request = scene.request();
        let message = part(&query_of(&request.url(&scene.app, None, None)), "SAMLRequest").to_owned();
        let octets = format!("{message}&RelayState={spelled}&SigAlg={}", escaped(RSA).to_lowercase());
        let query = signed_octets(&octets, &keys().own);
        let page = scene.get(&query);
        let answer = Answer::posted(&page);
        assert_eq!(answer.relay_state.as_deref(), Some(STATE), "{spelled}");
        answer.told(&scene.app, &scene.provider, Some(request.id()));
    }
}

#[test]
fn b4_a_signed_query_in_which_anything_was_changed() {
    let mut scene = Scene::new(signing);
    let (honest, other) = (scene.request(), scene.request().with("ForceAuthn", "true"));
    let whole = signed(&scene.app, &honest);
    let foreign = query_of(&other.url(&scene.app, None, None));
    let state = part(&whole, "RelayState").to_owned();
    let (rsa, sha1) = (escaped(RSA), escaped("http://www.w3.org/2000/09/xmldsig#rsa-sha1"));
    let ecdsa = escaped("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256");
    for changed in [
        whole.replace(part(&whole, "SAMLRequest"), &foreign),
        without(&whole, "RelayState"),
        whole.replace(&state, "RelayState=evil"),
        whole.replace(&state, "RelayState="),
        whole.replace(&state, &format!("{state}+")),
        whole.replace("a%20b", "a+b"),
        whole.replace("%2Bc", "%2bc"),
        whole.replace("rsa%2Dsha256", "rsa-sha256"),
        whole.replace("rsa-sha256", "rsa%2Dsha256"),
        whole.replace("rsa-sha256", "rsa-sha512"),
        whole.replace("Signature=", "Signature=AAAA"),
    ] {
        if changed == whole {
            continue;
        }
        scene.refuses(|scene| scene.get(&changed));
    }
    assert!(whole.contains("rsa%2Dsha256") || whole.contains("rsa-sha256"));
    // A key of another kind, an old digest, and a state that was never signed.
    let request = scene.request();
    let message = part(&query_of(&request.url(&scene.app, None, None)), "SAMLRequest").to_owned();
    let own = |algorithm: &str| signed_octets(&format!("{message}&SigAlg={algorithm}"), &keys().own);
    scene.refuses(|scene| scene.get(&own(&ecdsa)));
    scene.refuses_unread(|scene| scene.get(&own(&sha1)));
    scene.refuses_unread(|scene| scene.get(&own("none")));
    scene.refuses(|scene| scene.get(&format!("{}&RelayState=evil", own(&rsa))));
    scene.accepts(&own(&rsa), request.id());
    scene.accepts(&whole, honest.id());
}

#[test]
fn b4_a_parameter_that_stands_twice() {
    let mut scene = Scene::new(signing);
    let request = scene.request();
    let whole = signed(&scene.app, &request);
    let evil = query_of(&scene.request().with("ForceAuthn", "true").url(&scene.app, Some("evil"), None));
    for name in ["SAMLRequest", "RelayState", "SigAlg", "Signature"] {
        let same = part(&whole, name);
        let another = match name {
            "SAMLRequest" | "RelayState" => part(&evil, name).to_owned(),
            _ => format!("{name}=AAAA"),
        };
        for twice in [same, &another, &format!("{name}=")] {
            for query in [format!("{twice}&{whole}"), format!("{whole}&{twice}")] {
                let reason = scene.refuses_unread(|scene| scene.get(&query));
                assert!(reason.contains(name), "{reason}");
            }
        }
    }
    for query in [
        format!("{whole}&SAMLResponse=AAAA"),
        format!("SAMLResponse=AAAA&{whole}"),
        format!("{whole}&SAMLEncoding=urn%3Aother"),
        whole.replace("SAMLRequest=", "SAMLResponse="),
        whole.replace("SAMLRequest=", "SAML%52equest="),
        whole.replace("SAMLRequest=", "samlrequest="),
        String::new(),
        "RelayState=a".to_owned(),
    ] {
        scene.refuses_unread(|scene| scene.get(&query));
    }
    scene.accepts(&format!("{whole}&x=1&x=2"), request.id());
}

#[test]
fn b5_a_signature_inside_a_message_in_an_address_counts_for_nothing() {
    let mut scene = Scene::new(signing);
    let request = scene.request();
    let enveloped = request.signed_xml(&keys().own);
    let query = query_of(&request::url(&scene.app, &enveloped, None, None));
    scene.refuses(|scene| scene.get(&query));
    // Beside it stands the one that counts, whatever the other says.
    let bad = request.signed_xml(&keys().stranger);
    assert!(bad.contains(&signature(&keys().stranger, request.id(), &request.xml())));
    let query = query_of(&request::url(&scene.app, &bad, None, Some(&keys().own.signer)));
    scene.accepts(&query, request.id());
    let evil = query_of(&request::url(&scene.app, &enveloped, None, Some(&keys().stranger.signer)));
    scene.refuses(|scene| scene.get(&evil));
    // To whoever need not sign it is a request without a signature.
    let mut scene = Scene::new(registered);
    let request = scene.request();
    let xml = request.signed_xml(&keys().stranger);
    let query = query_of(&request::url(&scene.app, &xml, None, None));
    scene.accepts(&query, request.id());
}
