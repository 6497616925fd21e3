//! Request signatures: who is believed, and how calls are answered that cannot be read.

use std::time::Duration;

use cloudsso::base::Secret;
use cloudsso::rpc::{AccessKey, Outgoing, sign_query};

use super::{RAM, STS, World};

fn outgoing<'a>(world: &'a World, action: &'a str) -> Outgoing<'a> {
    Outgoing { host: &world.host, action, version: STS, query: &[], form: &[] }
}

#[test]
fn both_kinds_of_signature_are_verified() {
    let world = World::new();
    let identity = world.call(&world.owner, (STS, "GetCallerIdentity"), &[]).ok();
    assert_eq!(identity["AccountId"], world.management.as_str());
    assert_eq!(identity["IdentityType"], "Account");

    let own = [("Action".to_owned(), "GetCallerIdentity".to_owned()), ("Version".to_owned(), STS.to_owned())];
    let query = sign_query("GET", &own, &world.owner, world.clock.now(), &world.nonce()).unwrap();
    assert_eq!(world.get(&format!("/?{query}"), &[]).ok()["AccountId"], world.management.as_str());
    let other = query.replace("GetCallerIdentity", "AssumeRole");
    assert_eq!(world.get(&format!("/?{other}"), &[]).code(), "SignatureDoesNotMatch");
}

#[test]
fn a_wrong_secret_and_an_unknown_key_are_refused() {
    let world = World::new();
    let wrong = AccessKey { secret: Secret::new("guess"), ..world.owner.clone() };
    assert_eq!(world.call(&wrong, (STS, "GetCallerIdentity"), &[]).code(), "SignatureDoesNotMatch");
    let unknown = AccessKey { id: "LTAI5tUnknown".to_owned(), ..world.owner.clone() };
    let answer = world.call(&unknown, (STS, "GetCallerIdentity"), &[]);
    assert_eq!((answer.status, answer.code().as_str()), (404, "InvalidAccessKeyId.NotFound"));
    assert_eq!(world.call(&world.owner, (STS, "GetCallerIdentity"), &[]).code(), "ok");
}

#[test]
fn a_request_is_good_for_fifteen_minutes_and_once() {
    let world = World::new();
    let signed =
        outgoing(&world, "GetCallerIdentity").sign(&world.owner, world.clock.now(), "one-nonce").unwrap();
    let unused =
        outgoing(&world, "GetCallerIdentity").sign(&world.owner, world.clock.now(), "other-nonce").unwrap();
    assert_eq!(world.send(&signed).code(), "ok");
    assert_eq!(world.send(&signed).code(), "SignatureNonceUsed");
    world.clock.advance(Duration::from_secs(15 * 60));
    assert_eq!(world.send(&signed).code(), "SignatureNonceUsed");
    assert_eq!(world.send(&unused).code(), "ok");
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(world.send(&signed).code(), "InvalidTimeStamp.Expired");
}

#[test]
fn a_nonce_of_a_refused_signature_is_not_used_up() {
    let world = World::new();
    let wrong = AccessKey { secret: Secret::new("guess"), ..world.owner.clone() };
    let forged = outgoing(&world, "GetCallerIdentity").sign(&wrong, world.clock.now(), "n1").unwrap();
    assert_eq!(world.send(&forged).code(), "SignatureDoesNotMatch");
    let honest = outgoing(&world, "GetCallerIdentity").sign(&world.owner, world.clock.now(), "n1").unwrap();
    assert_eq!(world.send(&honest).code(), "ok");
}

#[test]
fn a_temporary_key_needs_its_own_token_and_its_time() {
    let world = World::new();
    let (one, two) = (world.member("one"), world.member("two"));
    let (key, other) = (world.administrator(&one), world.administrator(&two));
    let call = |key: &AccessKey| world.call(key, (STS, "GetCallerIdentity"), &[]).code();
    let none = AccessKey { security_token: None, ..key.clone() };
    let foreign = AccessKey { security_token: other.security_token.clone(), ..key.clone() };
    let lasting = AccessKey { security_token: key.security_token.clone(), ..world.owner.clone() };
    for refused in [none, foreign, lasting] {
        assert_eq!(call(&refused), "InvalidSecurityToken.Malformed");
    }
    assert_eq!(call(&key), "ok");
    world.clock.advance(Duration::from_secs(3599));
    assert_eq!(call(&key), "ok");
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(call(&key), "InvalidSecurityToken.Expired");
}

#[test]
fn what_cannot_be_read_gets_the_vendors_code() {
    let world = World::new();
    for (version, action, code) in [
        ("2000-01-01", "GetRole", "InvalidVersion"),
        (RAM, "GetNothing", "InvalidAction.NotFound"),
        (STS, "GetRole", "InvalidAction.NotFound"),
        (RAM, "GetRole", "MissingRoleName"),
    ] {
        assert_eq!(world.call(&world.owner, (version, action), &[]).code(), code, "{version} {action}");
    }
    let anonymous = outgoing(&world, "GetCallerIdentity").anonymous(world.clock.now(), "n");
    assert_eq!(world.send(&anonymous).code(), "MissingAccessKeyId");
    let body = world.call(&world.owner, (RAM, "GetRole"), &[]).json();
    for field in ["Code", "Message", "RequestId", "HostId", "Recommend"] {
        assert!(body[field].is_string(), "{field}");
    }
}
