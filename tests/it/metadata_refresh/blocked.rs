//! Metadata that is signed by an algorithm that an operator blocks.

use cloudsso::domain::SamlPolicy;
use cloudsso::saml::algorithm_of_uri;
use cloudsso::service::application;

use super::provider::{Metadata, Site, keys};
use super::{load, refusal, register, signed, source, unsigned};
use crate::support::app::{Options, TestApp};

const ECDSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";

#[test]
fn it_is_not_taken_and_what_was_known_stays() {
    let wiki = Metadata::new("wiki");
    let site = Site::serving(&wiki.signed(&keys().signer));
    register(&TestApp::start(), "wiki", signed(&site.url())).unwrap();

    let blocked_algorithms = algorithm_of_uri(ECDSA_SHA256).into_iter().collect();
    let saml_policy = SamlPolicy { blocked_algorithms, ..SamlPolicy::default() };
    let app = TestApp::with(Options { saml_policy, ..Options::default() });
    app.run_due();
    let reason = format!("ds:SignatureMethod: {ECDSA_SHA256} is blocked");
    let told = refusal(register(&app, "wiki", signed(&site.url())));
    assert!(told.contains(&reason), "{told}");
    let made = register(&app, "wiki", unsigned(&site.url())).unwrap();
    application::update_origin(&app.ctx, &app.operator, &made.id, Some(signed(&site.url()))).unwrap();
    let told = refusal(application::refresh(&app.ctx, &app.operator, &made.id));
    assert!(told.contains(&reason), "{told}");
    let (source, pending) = source(&app, &made);
    assert!(source.last_error.unwrap().contains(&reason) && pending.is_none());
    assert_eq!(load(&app, &made).metadata, made.metadata);
}
