//! IMS: SAML providers.

use data_encoding::BASE64;

use super::identity_provider::{ISSUER, IdentityProvider};
use super::{Answer, IMS, World};

#[test]
fn a_provider_from_creation_to_deletion() {
    let world = World::new();
    let call =
        |action: &str, parameters: &[(&str, &str)]| world.call(&world.owner, (IMS, action), parameters);
    let (first, second) =
        (IdentityProvider::new(world.clock.now()), IdentityProvider::new(world.clock.now()));
    let metadata = first.encoded_metadata();
    let new = [("SAMLProviderName", "okta"), ("EncodedSAMLMetadataDocument", metadata.as_str())];
    let made = call("CreateSAMLProvider", &new).ok();
    let arn = format!("acs:ram::{}:saml-provider/okta", world.management);
    assert_eq!(made["SAMLProvider"]["Arn"], arn.as_str());
    assert_eq!(call("CreateSAMLProvider", &new).code(), "EntityAlreadyExists.SAMLProvider");
    let named = [("SAMLProviderName", "okta")];
    let found = call("GetSAMLProvider", &named).ok();
    assert_eq!(found["SAMLProvider"]["EncodedSAMLMetadataDocument"], metadata.as_str());
    let replaced = second.encoded_metadata();
    let changes = [("SAMLProviderName", "okta"), ("NewEncodedSAMLMetadataDocument", replaced.as_str())];
    call("UpdateSAMLProvider", &changes).ok();
    let found = call("GetSAMLProvider", &named).ok();
    assert_eq!(found["SAMLProvider"]["EncodedSAMLMetadataDocument"], replaced.as_str());
    let listed = call("ListSAMLProviders", &[]).ok();
    assert_eq!(listed["SAMLProviders"]["SAMLProvider"][0]["SAMLProviderName"], "okta");
    call("DeleteSAMLProvider", &named).ok();
    assert_eq!(call("GetSAMLProvider", &named).code(), "EntityNotExist.SAMLProvider");
}

#[test]
fn metadata_must_name_an_identity_provider_and_a_key() {
    let world = World::new();
    let create = |name: &str, metadata: &str| -> Answer {
        let parameters = [("SAMLProviderName", name), ("EncodedSAMLMetadataDocument", metadata)];
        world.call(&world.owner, (IMS, "CreateSAMLProvider"), &parameters)
    };
    let good = IdentityProvider::new(world.clock.now()).encoded_metadata();
    let without_key = format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{ISSUER}\">\
         <md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
         </md:IDPSSODescriptor></md:EntityDescriptor>"
    );
    for bad in ["!", &BASE64.encode(b"<x/>"), &BASE64.encode(without_key.as_bytes())] {
        assert_eq!(create("idp", bad).code(), "InvalidParameter.EncodedSAMLMetadataDocument", "{bad}");
    }
    assert_eq!(create("idp", "").code(), "MissingEncodedSAMLMetadataDocument");
    assert_eq!(create("-idp", &good).code(), "InvalidParameter.SAMLProviderName.InvalidChars");
    assert_eq!(create("idp", &good).code(), "ok");
}
