//! What survives the end of the process, and what the files give away.

use cloudsso::base::{Clock, Timestamp};
use cloudsso::local_cloud::{self, Error, Settings};
use cloudsso::rpc::Outgoing;

use super::identity_provider::{IdentityProvider, ROLE};
use super::{RAM, STS, World};

#[test]
fn everything_is_there_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::manual(Timestamp::from_seconds(1_795_371_745));
    let mut first = World::start(directory.path(), clock.clone());
    let account = first.member("production");
    let provider = IdentityProvider::new(clock.now());
    let key = provider.provision(&first, &account);
    let cookie = first.post_response(&provider.sign(&first.response(&account))).cookie();
    first.stop();

    let second = World::start(directory.path(), clock);
    assert_eq!(second.management, first.management);
    assert_eq!((&second.owner.id, &second.service.id), (&first.owner.id, &first.service.id));
    assert_eq!(second.owner.secret.expose(), first.owner.secret.expose());
    assert_eq!(second.call(&first.owner, (STS, "GetCallerIdentity"), &[]).code(), "ok");
    assert_eq!(second.call(&key, (RAM, "GetRole"), &[("RoleName", ROLE)]).code(), "ok");
    assert_eq!(second.get("/console", &[("cookie", &cookie)]).status, 200);
}

#[test]
fn a_nonce_and_an_assertion_stay_used_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::manual(Timestamp::from_seconds(1_795_371_745));
    let mut first = World::start(directory.path(), clock.clone());
    let account = first.member("production");
    let provider = IdentityProvider::new(clock.now());
    provider.provision(&first, &account);
    let assertion = provider.sign(&first.response(&account));
    assert_eq!(first.post_response(&assertion).status, 303);
    let outgoing =
        Outgoing { host: "localhost", action: "GetCallerIdentity", version: STS, query: &[], form: &[] };
    let signed = outgoing.sign(&first.owner, clock.now(), "once").unwrap();
    assert_eq!(first.send(&signed).code(), "ok");
    let port = first.port();
    first.stop();
    let second = World::start_at(directory.path(), clock, port);
    assert_eq!(second.send(&signed).code(), "SignatureNonceUsed");
    assert_eq!(second.post_response(&assertion).status, 403);
    assert_eq!(second.post_response(&provider.sign(&second.response(&account))).status, 303);
}

#[test]
fn a_second_process_on_the_same_directory_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let _world = World::start(directory.path(), Clock::system());
    let second = local_cloud::start(Settings::new(directory.path()));
    assert!(matches!(second, Err(Error::InUse(_))));
}

#[test]
fn no_secret_stands_in_the_database() {
    let directory = tempfile::tempdir().unwrap();
    let mut world = World::start(directory.path(), Clock::system());
    let account = world.member("production");
    let provider = IdentityProvider::new(world.clock.now());
    let key = provider.provision(&world, &account);
    let cookie = world.post_response(&provider.sign(&world.response(&account))).cookie();
    world.stop();
    let mut stored = Vec::new();
    for file in std::fs::read_dir(directory.path()).unwrap() {
        stored.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let holds = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
    let token = key.security_token.as_ref().unwrap().expose();
    let secrets = [world.owner.secret.expose(), world.service.secret.expose(), key.secret.expose(), token];
    assert!(holds(&world.owner.id) && holds(&key.id), "the test looks at the right files");
    for secret in secrets {
        assert!(!holds(secret), "a secret is stored in the open");
    }
    assert!(!holds(cookie.trim_start_matches("localcloud=")), "a session token is stored in the open");
}
