//! STS: credentials by the token of an OIDC issuer.

use std::time::Duration;

use cloudsso::rpc::Outgoing;
use serde_json::{Value, json};

use super::oidc_issuer::{Issuer, encode, message};
use super::{Answer, IMS, RAM, STS, World, credentials};

const INVALID: &str = "AuthenticationFail.OIDCToken";

/// A world whose management account trusts an issuer, and a role for its tokens.
pub(crate) struct Trusting {
    pub(crate) world: World,
    pub(crate) issuer: Issuer,
}

impl Trusting {
    pub(crate) fn new() -> Self {
        Self::in_world(World::new())
    }

    pub(crate) fn in_world(world: World) -> Self {
        let issuer = Issuer::new();
        let new = [("OIDCProviderName", "ci"), ("IssuerUrl", issuer.url.as_str()), ("ClientIds", "pipeline")];
        world.call(&world.owner, (IMS, "CreateOIDCProvider"), &new).ok();
        let trusting = Self { world, issuer };
        let trust = json!({"Version": "1", "Statement": [{
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Federated": [trusting.provider()]},
            "Condition": {"StringEquals": {"oidc:sub": "repo:shop:main", "oidc:aud": ["pipeline"]}},
        }]});
        let trust = trust.to_string();
        let role = [("RoleName", "deploy"), ("AssumeRolePolicyDocument", trust.as_str())];
        trusting.world.call(&trusting.world.owner, (RAM, "CreateRole"), &role).ok();
        trusting
    }

    pub(crate) fn provider(&self) -> String {
        format!("acs:ram::{}:oidc-provider/ci", self.world.management)
    }

    pub(crate) fn role(&self) -> String {
        format!("acs:ram::{}:role/deploy", self.world.management)
    }

    fn assume(&self, token: &str) -> Answer {
        self.assume_with(token, &[])
    }

    fn assume_with(&self, token: &str, changes: &[(&str, &str)]) -> Answer {
        let (role, provider) = (self.role(), self.provider());
        let mut parameters = vec![
            ("RoleArn", role.as_str()),
            ("OIDCProviderArn", provider.as_str()),
            ("OIDCToken", token),
            ("RoleSessionName", "build-1"),
        ];
        parameters.retain(|(name, _)| changes.iter().all(|(changed, _)| name != changed));
        parameters.extend_from_slice(changes);
        let form: Vec<_> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let world = &self.world;
        let action = "AssumeRoleWithOIDC";
        let outgoing = Outgoing { host: &world.host, action, version: STS, query: &[], form: &form };
        world.send(&outgoing.anonymous(world.clock.now(), &world.nonce()))
    }

    fn claims(&self, changes: &Value) -> Value {
        let mut claims = self.issuer.claims(self.world.clock.now());
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        claims
    }
}

#[test]
fn tokens_of_both_algorithms_give_credentials() {
    let trusting = Trusting::new();
    let (world, issuer) = (&trusting.world, &trusting.issuer);
    let claims = issuer.claims(world.clock.now());
    for token in [issuer.token(&claims), issuer.ec_token(&claims)] {
        let answer = trusting.assume(&token).ok();
        assert_eq!(answer["OIDCTokenInfo"]["Subject"], "repo:shop:main");
        assert_eq!(answer["OIDCTokenInfo"]["ClientIds"], "pipeline");
        let identity = world.call(&credentials(&answer), (STS, "GetCallerIdentity"), &[]).ok();
        let session = format!("acs:ram::{}:assumed-role/deploy/build-1", world.management);
        assert_eq!(identity["Arn"], session.as_str());
    }
    assert_eq!(issuer.requests(), 2, "the keys were fetched once");
}

#[test]
fn what_the_issuer_did_not_sign_is_refused() {
    let trusting = Trusting::new();
    let (world, issuer) = (&trusting.world, &trusting.issuer);
    let claims = issuer.claims(world.clock.now());
    let honest = issuer.token(&claims);
    let (signed, signature) = honest.rsplit_once('.').unwrap();
    let stranger = Issuer::new();
    let none = message(&json!({"alg": "none"}), &claims);
    let forged = message(&json!({"alg": "RS256", "kid": "rsa-1"}), &trusting.claims(&json!({"sub": "root"})));
    // The published key as the secret of an HMAC.
    let hmac = message(&json!({"alg": "HS256", "kid": "rsa-1"}), &claims);
    let mixed = message(&json!({"alg": "ES256", "kid": "rsa-1"}), &claims);
    for token in [
        stranger.token(&claims),
        stranger.ec_token(&claims),
        format!("{none}."),
        format!("{forged}.{signature}"),
        format!("{hmac}.{}", encode(&[0; 32])),
        format!("{mixed}.{signature}"),
        format!("{signed}.{}", encode(&[0; 256])),
        "abcd".to_owned(),
    ] {
        let answer = trusting.assume(&token);
        assert_eq!(answer.code(), INVALID, "{token}");
        assert!(!answer.body.contains("signature"), "the reason stays inside: {}", answer.body);
    }
    assert_eq!(trusting.assume(&honest).code(), "ok");
}

#[test]
fn issuer_audience_subject_and_times_are_checked_before_anybody_is_asked() {
    let trusting = Trusting::new();
    let now = trusting.world.clock.now().seconds();
    for (changes, code) in [
        (json!({"iss": "https://example.com"}), INVALID),
        (json!({"aud": "another"}), INVALID),
        (json!({"aud": ["pipeline", "another"]}), INVALID),
        (json!({"aud": []}), INVALID),
        (json!({"exp": now - 61}), INVALID),
        (json!({"iat": now + 61}), INVALID),
        (json!({"nbf": now + 61}), INVALID),
        (json!({"iat": now - 12 * 3600 - 1}), INVALID),
    ] {
        let token = trusting.issuer.token(&trusting.claims(&changes));
        assert_eq!(trusting.assume(&token).code(), code, "{changes}");
    }
    assert_eq!(trusting.issuer.requests(), 0);
    let other = trusting.issuer.token(&trusting.claims(&json!({"sub": "repo:other:main"})));
    assert_eq!(trusting.assume(&other).code(), "NoPermission", "by the trust policy of the role");
    for changes in [json!({}), json!({"aud": ["pipeline"]}), json!({"nbf": now - 5})] {
        let token = trusting.issuer.token(&trusting.claims(&changes));
        assert_eq!(trusting.assume(&token).code(), "ok", "{changes}");
    }
}

#[test]
fn parameters_out_of_bounds_are_named() {
    let trusting = Trusting::new();
    let token = trusting.issuer.token(&trusting.claims(&json!({})));
    let elsewhere = "acs:ram::1000000000000000:oidc-provider/ci";
    let absent = format!("acs:ram::{}:role/absent", trusting.world.management);
    for (changes, code) in [
        (&[("OIDCToken", "abc")][..], "InvalidParameter.OIDCToken.Length"),
        (&[("OIDCToken", "")], "MissingOIDCToken"),
        (&[("RoleSessionName", "a b")], "InvalidParameter.RoleSessionName"),
        (&[("OIDCProviderArn", "x")], "InvalidParameter.OIDCProviderArn"),
        (&[("OIDCProviderArn", elsewhere)], "InvalidParameter.OIDCProviderArn"),
        (&[("RoleArn", absent.as_str())], INVALID),
        (&[("DurationSeconds", "899")], "InvalidParameter.DurationSeconds"),
        (&[("DurationSeconds", "3601")], "InvalidParameter.DurationSeconds"),
        (&[("Policy", "{}")], "MalformedPolicyDocument"),
        (&[("DurationSeconds", "900")], "ok"),
    ] {
        assert_eq!(trusting.assume_with(&token, changes).code(), code, "{changes:?}");
    }
}

#[test]
fn an_issuer_that_misbehaves_is_left_alone_for_a_while() {
    let trusting = Trusting::new();
    let (world, issuer) = (&trusting.world, &trusting.issuer);
    let token = issuer.token(&issuer.claims(world.clock.now()));
    let configuration = "/.well-known/openid-configuration";
    let other = json!({"issuer": "https://example.com", "jwks_uri": format!("{}/keys", issuer.url)});
    let astray = json!({"issuer": issuer.url, "jwks_uri": "http://127.0.0.1:1/keys"});
    let redirect = format!("302 Found\r\nlocation: {}/keys", issuer.url);
    let long = format!("\"{}\"", "x".repeat(300 * 1024));
    for (status, body) in [
        ("500 Internal Server Error", "{}".to_owned()),
        ("200 OK", "no json".to_owned()),
        ("200 OK", other.to_string()),
        ("200 OK", astray.to_string()),
        ("200 OK", long),
        (redirect.as_str(), String::new()),
    ] {
        issuer.serve(configuration, status, &body);
        let before = issuer.requests();
        assert_eq!(trusting.assume(&token).code(), INVALID, "{status}");
        let again = trusting.assume(&token);
        assert_eq!((again.status, again.code().as_str()), (503, "ServiceUnavailable"));
        assert_eq!(issuer.requests(), before + 1, "asked once, and for one page");
        world.clock.advance(Duration::from_secs(30));
    }
    issuer.publish();
    assert_eq!(trusting.assume(&token).code(), "ok");
}

#[test]
fn new_keys_of_an_issuer_are_found() {
    let trusting = Trusting::new();
    let (world, issuer) = (&trusting.world, &trusting.issuer);
    issuer.serve("/keys", "200 OK", r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#);
    let token = issuer.token(&issuer.claims(world.clock.now()));
    assert_eq!(trusting.assume(&token).code(), INVALID);
    issuer.publish();
    assert_eq!(trusting.assume(&token).code(), INVALID, "the keys are known for half a minute");
    let asked = issuer.requests();
    world.clock.advance(Duration::from_secs(30));
    assert_eq!(trusting.assume(&token).code(), "ok");
    assert_eq!(issuer.requests(), asked + 2);
    // A key that is taken back stops counting when the keys are old.
    issuer.serve("/keys", "200 OK", &json!({"keys": []}).to_string());
    assert_eq!(trusting.assume(&token).code(), "ok");
    world.clock.advance(Duration::from_secs(599));
    let token = issuer.token(&issuer.claims(world.clock.now()));
    assert_eq!(trusting.assume(&token).code(), "ok");
    world.clock.advance(Duration::from_secs(2));
    assert_eq!(trusting.assume(&token).code(), INVALID);
}

#[test]
fn a_provider_that_is_gone_admits_nobody() {
    let trusting = Trusting::new();
    let world = &trusting.world;
    let token = trusting.issuer.token(&trusting.claims(&json!({})));
    assert_eq!(trusting.assume(&token).code(), "ok");
    let named = [("OIDCProviderName", "ci"), ("ClientId", "pipeline")];
    world.call(&world.owner, (IMS, "RemoveClientIdFromOIDCProvider"), &named).ok();
    assert_eq!(trusting.assume(&token).code(), INVALID);
    world.call(&world.owner, (IMS, "DeleteOIDCProvider"), &named[..1]).ok();
    assert_eq!(trusting.assume(&token).code(), INVALID);
}
