//! The running product's own Response, as the browser carries it, before foreign eyes.

use cloudsso::saml::IdentityProvider;
use data_encoding::BASE64;

use super::{AUDIENCE, ROLE, ROLE_SESSION_NAME, python3_saml, xmlsec1};
use crate::support::database::TestDatabase;
use crate::support::http::Visitor;
use crate::support::person::{Person, offered_roles};
use crate::support::process::Server;

#[test]
fn what_the_browser_carries_is_accepted_by_strangers() {
    let database = TestDatabase::new();
    let server = Server::demo(&database);
    let demo = server.details();
    let public_url = demo["public_url"].as_str().unwrap();
    let metadata = Visitor::new().get(&format!("{public_url}/saml/idp/metadata"));
    let issuer = IdentityProvider::parse(&metadata.body).unwrap();
    assert_eq!(issuer.entity_id(), format!("{public_url}/saml/idp/metadata"));

    let (mut judy, portal) = Person::of_demo(demo, "judy").sign_in(public_url);
    let role = offered_roles(&portal).remove(0);
    let form = judy.submit(&role.form).form("/saml-role/sso");
    let (acs, response) = (form.action.to_string(), form.field("SAMLResponse").unwrap().to_owned());
    let read = python3_saml::ask(&response, &issuer, AUDIENCE, &acs).expect("accepted");
    let account = &role.account_id;
    let provider = format!("AliyunReservedSSO-{}", demo["directory_id"].as_str().unwrap());
    let pair = format!(
        "acs:ram::{account}:role/AliyunReservedSSO-{},acs:ram::{account}:saml-provider/{provider}",
        role.name
    );
    assert_eq!(read["attributes"][ROLE][0], pair);
    assert_eq!(read["attributes"][ROLE_SESSION_NAME][0], "judy");

    let xml = String::from_utf8(BASE64.decode(response.as_bytes()).unwrap()).unwrap();
    // The one that signs comes first; the next one follows.
    let [certificate, _next] = issuer.signing_certificates() else { panic!("two certificates") };
    assert!(xmlsec1::verifies(&xml, certificate));
    let changed = xml.replace(">judy<", ">root<");
    assert_ne!(changed, xml);
    assert!(!xmlsec1::verifies(&changed, certificate));
    let changed = BASE64.encode(changed.as_bytes());
    let refusal = python3_saml::ask(&changed, &issuer, AUDIENCE, &acs).expect_err("refused");
    assert!(refusal.contains("Signature validation failed"), "{refusal}");
}
