//! STS: temporary credentials by signature and by assertion.

use cloudsso::rpc::{AccessKey, Outgoing};
use cloudsso::saml::Attribute;
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::{Value, json};

use super::identity_provider::{ISSUER, IdentityProvider, PROVIDER, ROLE, policy, trust_policy};
use super::{Answer, RAM, STS, World, credentials};

pub(super) fn post(world: &World, account: &str, response: &str, more: &[(&str, &str)]) -> Answer {
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
    assert_eq!(answer["SAMLAssertionInfo"]["SubjectType"], "persistent");
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

/// A role of the management account with a trust policy of the test's own.
fn role(world: &World, name: &str, actions: &[&str], condition: &Value) {
    let root = format!("acs:ram::{}:root", world.management);
    let statement = json!({
        "Effect": "Allow",
        "Action": actions,
        "Principal": {"RAM": [root]},
        "Condition": condition,
    });
    let trust = json!({"Version": "1", "Statement": [statement]}).to_string();
    let new =
        [("RoleName", name), ("AssumeRolePolicyDocument", trust.as_str()), ("MaxSessionDuration", "43200")];
    world.call(&world.owner, (RAM, "CreateRole"), &new).ok();
    let held = [("PolicyType", "System"), ("PolicyName", "AdministratorAccess"), ("RoleName", name)];
    world.call(&world.owner, (RAM, "AttachPolicyToRole"), &held).ok();
}

fn assume(world: &World, key: &AccessKey, name: &str, more: &[(&str, &str)]) -> Answer {
    let arn = format!("acs:ram::{}:role/{name}", world.management);
    let mut parameters = vec![("RoleArn", arn.as_str()), ("RoleSessionName", "ops")];
    parameters.extend_from_slice(more);
    world.call(key, (STS, "AssumeRole"), &parameters)
}

const BOTH: &[&str] = &["sts:AssumeRole", "sts:SetSourceIdentity"];

#[test]
fn an_external_id_is_what_the_trust_policy_asks_for() {
    let world = World::new();
    role(&world, "partner", BOTH, &json!({"StringEquals": {"sts:ExternalId": "ticket-1"}}));
    let long = "x".repeat(1225);
    for (more, code) in [
        (&[][..], "NoPermission"),
        (&[("ExternalId", "ticket-2")], "NoPermission"),
        (&[("ExternalId", "x")], "InvalidParameter.ExternalId"),
        (&[("ExternalId", "a b")], "InvalidParameter.ExternalId"),
        (&[("ExternalId", long.as_str())], "InvalidParameter.ExternalId"),
        (&[("ExternalId", "ticket-1")], "ok"),
    ] {
        assert_eq!(assume(&world, &world.owner, "partner", more).code(), code, "{more:?}");
    }
}

#[test]
fn a_source_identity_needs_its_own_right_and_stays_along_a_chain() {
    let world = World::new();
    role(&world, "first", BOTH, &json!({"StringLike": {"sts:SourceIdentity": "al*"}}));
    role(&world, "second", BOTH, &json!({}));
    role(&world, "plain", &["sts:AssumeRole"], &json!({}));
    for (name, more, code) in [
        ("first", &[][..], "NoPermission"),
        ("first", &[("SourceIdentity", "bob")], "NoPermission"),
        ("first", &[("SourceIdentity", "a")], "InvalidParameter.SourceIdentity"),
        ("plain", &[("SourceIdentity", "alice")], "NoPermission"),
        ("plain", &[], "ok"),
    ] {
        assert_eq!(assume(&world, &world.owner, name, more).code(), code, "{name} {more:?}");
    }
    let first = assume(&world, &world.owner, "first", &[("SourceIdentity", "alice")]).ok();
    assert_eq!(first["SourceIdentity"], "alice");
    let key = credentials(&first);
    let changed = assume(&world, &key, "second", &[("SourceIdentity", "bob")]);
    assert_eq!(changed.code(), "InvalidParameter.SourceIdentity");
    let second = assume(&world, &key, "second", &[]).ok();
    assert_eq!(second["SourceIdentity"], "alice", "carried along");
    let same = assume(&world, &key, "second", &[("SourceIdentity", "alice")]).ok();
    assert_eq!(same["SourceIdentity"], "alice");
    assert_eq!(assume(&world, &key, "plain", &[]).code(), "NoPermission", "it would carry the identity on");

    // Whoever may assume roles, and not set identities, sets none.
    let narrow = policy("Allow", "sts:AssumeRole", "*");
    let key = credentials(&assume(&world, &world.owner, "plain", &[("Policy", &narrow)]).ok());
    assert_eq!(assume(&world, &key, "second", &[]).code(), "ok");
    let refused = assume(&world, &key, "second", &[("SourceIdentity", "alice")]);
    assert_eq!(refused.code(), "NoPermission");
    assert!(refused.body.contains("sts:SetSourceIdentity"), "{}", refused.body);
}

#[test]
fn a_session_entered_from_a_session_lasts_an_hour_at_most() {
    let world = World::new();
    role(&world, "first", BOTH, &json!({}));
    role(&world, "second", BOTH, &json!({}));
    let seconds = |value| [("DurationSeconds", value)];
    let first = assume(&world, &world.owner, "first", &seconds("43200")).ok();
    let key = credentials(&first);
    assert_eq!(assume(&world, &key, "second", &seconds("3601")).code(), "InvalidParameter.DurationSeconds");
    assert_eq!(assume(&world, &key, "second", &seconds("3600")).code(), "ok");
    let too_long = assume(&world, &world.owner, "first", &seconds("43201"));
    assert_eq!(too_long.code(), "InvalidParameter.DurationSeconds");
}

#[test]
fn a_session_policy_has_2048_characters_at_most() {
    let world = World::new();
    role(&world, "first", BOTH, &json!({}));
    let fitting = policy("Allow", "*", "*");
    let padding =
        |length: usize| fitting.replacen(':', &format!(":{}", " ".repeat(length - fitting.len())), 1);
    let (longest, longer) = (padding(2048), padding(2049));
    assert_eq!(assume(&world, &world.owner, "first", &[("Policy", &longest)]).code(), "ok");
    let refused = assume(&world, &world.owner, "first", &[("Policy", &longer)]);
    assert_eq!(refused.code(), "InvalidParameter.Policy.Length");
}

#[test]
fn an_assertion_may_bear_a_source_identity_where_the_role_lets_it() {
    const SOURCE: &str = "https://www.aliyun.com/SAML-Role/Attributes/SourceIdentity";
    let world = World::new();
    let member = world.member("production");
    let provider = IdentityProvider::new(world.clock.now());
    let key = provider.provision(&world, &member);
    let response = || {
        let mut response = world.response(&member);
        response.assertion.attributes.push(Attribute::new(SOURCE, ["alice"]));
        provider.sign(&response)
    };
    assert_eq!(post(&world, &member, &response(), &[]).code(), "NoPermission");
    let trust = trust_policy(&member, PROVIDER, &world.acs());
    let trust = trust.replace("\"sts:AssumeRole\"", "[\"sts:AssumeRole\",\"sts:SetSourceIdentity\"]");
    let changes = [("RoleName", ROLE), ("NewAssumeRolePolicyDocument", trust.as_str())];
    world.call(&key, (RAM, "UpdateRole"), &changes).ok();
    assert_eq!(post(&world, &member, &response(), &[]).ok()["SourceIdentity"], "alice");
}

/// Whoever posts what nobody signed must not hold up those who change something: the checks run while
/// another holds the only writer, and what passes them waits for it.
#[test]
fn what_nobody_signed_is_refused_without_the_writer() {
    let world = World::new();
    let member = world.member("production");
    let provider = IdentityProvider::new(world.clock.now());
    provider.provision(&world, &member);
    let honest = provider.sign(&world.response(&member));
    let stranger = IdentityProvider::new(world.clock.now());
    let forged = stranger.sign(&world.response(&member));
    let mut old = world.response(&member);
    old.assertion.not_on_or_after = world.clock.now().minus(std::time::Duration::from_secs(120));
    let old = provider.sign(&old);
    let path = world.database();
    let mut holder = SqliteConnection::establish(&path).expect("the database");
    holder.batch_execute("BEGIN IMMEDIATE").expect("the writer");
    for refused in [forged.as_str(), old.as_str(), "Z2FyYmFnZQ=="] {
        assert_eq!(post(&world, &member, refused, &[]).code(), "AuthenticationFail.SAMLAssertion");
        assert_eq!(world.post_response(refused).status, 403);
    }
    let too_long = post(&world, &member, &honest, &[("DurationSeconds", "43200")]);
    assert_eq!(too_long.code(), "InvalidParameter.DurationSeconds");
    let blocked = post(&world, &member, &honest, &[]);
    assert_eq!(blocked.code(), "InternalError", "an honest one needs the writer, and waits in vain");
    holder.batch_execute("ROLLBACK").expect("released");
    assert_eq!(post(&world, &member, &honest, &[]).code(), "ok");
}
