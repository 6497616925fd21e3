//! STS: temporary credentials by signature and by assertion.

use cloudsso::rpc::{AccessKey, Outgoing};

use super::identity_provider::{ISSUER, IdentityProvider, PROVIDER, ROLE};
use super::{Answer, STS, World, credentials};

fn post(world: &World, account: &str, response: &str, more: &[(&str, &str)]) -> Answer {
    let role = format!("acs:ram::{account}:role/{ROLE}");
    let provider = format!("acs:ram::{account}:saml-provider/{PROVIDER}");
    let mut parameters =
        vec![("RoleArn", role.as_str()), ("SAMLProviderArn", &provider), ("SAMLAssertion", response)];
    parameters.extend_from_slice(more);
    let form: Vec<_> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let outgoing =
        Outgoing { host: &world.host, action: "AssumeRoleWithSAML", version: STS, query: &[], form: &form };
    world.send(&outgoing.anonymous(world.clock.now(), &world.nonce()))
}

/// Credentials of [`ROLE`] by an honest assertion.
pub(super) fn assume_with_saml(
    world: &World,
    provider: &IdentityProvider,
    account: &str,
    more: &[(&str, &str)],
) -> AccessKey {
    credentials(&post(world, account, &provider.sign(&world.response(account)), more).ok())
}

#[test]
fn assume_role_gives_what_it_says() {
    let world = World::new();
    let member = world.member("production");
    let arn = format!("acs:ram::{member}:role/ResourceDirectoryAccountAccessRole");
    let parameters = [("RoleArn", arn.as_str()), ("RoleSessionName", "ops"), ("DurationSeconds", "900")];
    let answer = world.call(&world.owner, (STS, "AssumeRole"), &parameters).ok();
    let session = format!("acs:ram::{member}:assumed-role/ResourceDirectoryAccountAccessRole/ops");
    assert_eq!(answer["AssumedRoleUser"]["Arn"], session.as_str());
    let expires = world.clock.now().plus(std::time::Duration::from_secs(900)).rfc3339();
    assert_eq!(answer["Credentials"]["Expiration"], expires.as_str());
    let identity = world.call(&credentials(&answer), (STS, "GetCallerIdentity"), &[]).ok();
    assert_eq!(identity["Arn"], session.as_str());
    assert_eq!(identity["IdentityType"], "AssumedRoleUser");
}

#[test]
fn assume_role_refuses_what_is_out_of_bounds() {
    let world = World::new();
    let member = world.member("production");
    let arn = format!("acs:ram::{member}:role/ResourceDirectoryAccountAccessRole");
    let call = |changes: &[(&str, &str)]| {
        let mut parameters = vec![("RoleArn", arn.as_str()), ("RoleSessionName", "ops")];
        parameters.retain(|(name, _)| changes.iter().all(|(changed, _)| name != changed));
        parameters.extend_from_slice(changes);
        world.call(&world.owner, (STS, "AssumeRole"), &parameters).code()
    };
    for (changes, code) in [
        (&[][..], "ok"),
        (&[("DurationSeconds", "899")], "InvalidParameter.DurationSeconds"),
        (&[("DurationSeconds", "3601")], "InvalidParameter.DurationSeconds"),
        (&[("RoleSessionName", "a b")], "InvalidParameter.RoleSessionName"),
        (&[("RoleSessionName", "")], "MissingRoleSessionName"),
        (&[("RoleArn", "admin")], "InvalidParameter.RoleArn"),
        (&[("RoleArn", "acs:ram::1:role/admin")], "EntityNotExist.Role"),
        (&[("Policy", "{}")], "MalformedPolicyDocument"),
    ] {
        assert_eq!(call(changes), code, "{changes:?}");
    }
}

#[test]
fn an_assertion_gives_credentials_once() {
    let world = World::new();
    let member = world.member("production");
    let provider = IdentityProvider::new(world.clock.now());
    provider.provision(&world, &member);
    let signed = provider.sign(&world.response(&member));
    let answer = post(&world, &member, &signed, &[]).ok();
    assert_eq!(answer["SAMLAssertionInfo"]["Issuer"], ISSUER);
    assert_eq!(answer["SAMLAssertionInfo"]["Recipient"], world.acs().as_str());
    assert_eq!(answer["SAMLAssertionInfo"]["Subject"], "u-alice");
    let session = format!("acs:ram::{member}:assumed-role/{ROLE}/alice");
    assert_eq!(answer["AssumedRoleUser"]["Arn"], session.as_str());
    assert_eq!(post(&world, &member, &signed, &[]).code(), "AuthenticationFail.SAMLAssertion");
    // Used for credentials, it opens no console either.
    assert_eq!(world.post_response(&signed).status, 403);
}

#[test]
fn a_refused_call_leaves_the_assertion_unused() {
    let world = World::new();
    let member = world.member("production");
    let provider = IdentityProvider::new(world.clock.now());
    provider.provision(&world, &member);
    let signed = provider.sign(&world.response(&member));
    let too_long = post(&world, &member, &signed, &[("DurationSeconds", "43200")]);
    assert_eq!(too_long.code(), "InvalidParameter.DurationSeconds");
    assert_eq!(post(&world, &member, &signed, &[("DurationSeconds", "900")]).code(), "ok");
}

#[test]
fn another_key_gives_no_credentials() {
    let world = World::new();
    let member = world.member("production");
    let provider = IdentityProvider::new(world.clock.now());
    provider.provision(&world, &member);
    let stranger = IdentityProvider::new(world.clock.now());
    let forged = post(&world, &member, &stranger.sign(&world.response(&member)), &[]);
    assert_eq!(forged.code(), "AuthenticationFail.SAMLAssertion");
    assert!(!forged.body.contains("certificate"), "the reason stays inside: {}", forged.body);
}
