//! A local cloud on a bad day: what its rules of faults say happens, and nothing else.

use std::time::{Duration, Instant};

use super::identity_provider::{policy, trust_policy};
use super::{IMS, RAM, STS, World};

const ROLE_NAME: &str = "reader";
const ADMIN: &str = "ResourceDirectoryAccountAccessRole";

/// Creates a role in the management account, whose own key is under no fault of other accounts.
fn create_role(world: &World, name: &str) -> String {
    let trust = trust_policy(world.management.as_str(), "p", "x");
    let parameters = [("RoleName", name), ("AssumeRolePolicyDocument", trust.as_str())];
    world.call(&world.owner, (RAM, "CreateRole"), &parameters).code()
}

fn role_code(world: &World, name: &str) -> String {
    world.call(&world.owner, (RAM, "GetRole"), &[("RoleName", name)]).code()
}

#[test]
fn an_answer_comes_later() {
    let world = World::with_faults(&["action=sts:Get* latency=120ms jitter=10ms"], 1);
    let timed = |action| {
        let begun = Instant::now();
        assert_eq!(world.call(&world.owner, action, &[]).code(), "ok");
        begun.elapsed()
    };
    assert!(timed((STS, "GetCallerIdentity")) >= Duration::from_millis(120));
    timed((RAM, "ListRoles"));
}

#[test]
fn late_answers_do_not_hold_each_other_up() {
    let world = World::with_faults(&["latency=300ms"], 1);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert_eq!(world.call(&world.owner, (RAM, "ListRoles"), &[]).code(), "ok"));
        }
    });
    // One after another they would take six seconds.
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[test]
fn an_account_that_calls_too_often_is_told_so_and_when_to_come_back() {
    let world = World::with_faults(&["rate=2/s"], 1);
    let list = || world.call(&world.owner, (RAM, "ListRoles"), &[]);
    assert_eq!([list().code(), list().code()], ["ok", "ok"]);
    let answer = list();
    assert_eq!((answer.status, answer.code().as_str()), (400, "Throttling.User"));
    assert_eq!(answer.header("retry-after"), Some("1"));
    for field in ["RequestId", "HostId", "Message", "Recommend"] {
        assert!(answer.json()[field].is_string(), "{field}");
    }
    world.clock.advance(Duration::from_millis(500));
    assert_eq!([list().code(), list().code()], ["ok", "Throttling.User"]);
}

#[test]
fn members_are_rationed_apart_from_their_management_account() {
    let world = World::with_faults(&["rate=6/s"], 1);
    let member = world.member("shop");
    let key = world.assume(&world.owner, &member, ADMIN);
    let codes: Vec<_> = (0..7).map(|_| world.call(&key, (RAM, "ListRoles"), &[]).code()).collect();
    assert_eq!(codes.iter().filter(|code| *code == "ok").count(), 6);
    assert_eq!(codes[6], "Throttling.User");
    assert_eq!(world.call(&world.owner, (RAM, "ListRoles"), &[]).code(), "ok");
}

#[test]
fn a_failure_before_the_deed_leaves_nothing() {
    let world = World::with_faults(&["action=ram:CreateRole fail=100%"], 1);
    assert_eq!(create_role(&world, ROLE_NAME), "ServiceUnavailable");
    assert_eq!(role_code(&world, ROLE_NAME), "EntityNotExist.Role");
}

#[test]
fn a_failure_after_the_deed_leaves_it_done() {
    let world = World::with_faults(&["action=ram:CreateRole fail-after=100%"], 1);
    assert_eq!(create_role(&world, ROLE_NAME), "InternalError");
    assert_eq!(role_code(&world, ROLE_NAME), "ok");
}

#[test]
fn a_connection_that_breaks_off_leaves_it_done() {
    let world = World::with_faults(&["action=ram:CreateRole hang-up=100%"], 1);
    let trust = trust_policy(world.management.as_str(), "p", "x");
    let parameters = [("RoleName", ROLE_NAME), ("AssumeRolePolicyDocument", trust.as_str())];
    assert!(world.try_call(&world.owner, (RAM, "CreateRole"), &parameters).is_err());
    assert_eq!(role_code(&world, ROLE_NAME), "ok");
}

#[test]
fn what_was_made_is_seen_after_a_while() {
    let world = World::with_faults(&["visible-after=500ms"], 1);
    assert_eq!(create_role(&world, ROLE_NAME), "ok");
    let document = policy("Allow", "oss:*", "*");
    let new = [("PolicyName", "own"), ("PolicyDocument", document.as_str())];
    assert_eq!(world.call(&world.owner, (RAM, "CreatePolicy"), &new).code(), "ok");
    let named = |name: &'static str, action: (&str, &str), of: &str| {
        let parameters = [(name, of), ("PolicyType", "Custom")];
        world.call(&world.owner, action, &parameters).code()
    };
    let lists_role = || {
        let roles = world.call(&world.owner, (RAM, "ListRoles"), &[]).ok();
        roles["Roles"]["Role"].as_array().unwrap().iter().any(|role| role["RoleName"] == ROLE_NAME)
    };
    assert_eq!(named("RoleName", (RAM, "GetRole"), ROLE_NAME), "EntityNotExist.Role");
    assert_eq!(named("RoleName", (RAM, "ListPoliciesForRole"), ROLE_NAME), "EntityNotExist.Role");
    assert_eq!(named("PolicyName", (RAM, "GetPolicy"), "own"), "EntityNotExist.Policy");
    assert!(!lists_role());
    // Who creates it again learns that it is there, as in the real cloud.
    assert_eq!(create_role(&world, ROLE_NAME), "EntityAlreadyExists.Role");
    assert_eq!(named("RoleName", (RAM, "GetRole"), "AliyunServiceRoleForCloudSSO"), "ok");

    world.clock.advance(Duration::from_millis(500));
    assert_eq!(named("RoleName", (RAM, "GetRole"), ROLE_NAME), "ok");
    assert_eq!(named("PolicyName", (RAM, "GetPolicy"), "own"), "ok");
    assert!(lists_role());
}

#[test]
fn a_rule_is_for_its_accounts_and_actions_only() {
    let world = World::with_faults(&["account=0* fail=100%", "action=ims:* fail=100%"], 1);
    assert_eq!(create_role(&world, ROLE_NAME), "ok");
    assert_eq!(world.call(&world.owner, (IMS, "ListSAMLProviders"), &[]).code(), "ServiceUnavailable");
}

#[test]
fn the_same_seed_is_the_same_bad_day() {
    let day = |seed| {
        let world = World::with_faults(&["fail=20% fail-after=20%"], seed);
        (0..40).map(|_| world.call(&world.owner, (RAM, "ListRoles"), &[]).code()).collect::<Vec<_>>()
    };
    let first = day(3);
    assert_eq!(first, day(3));
    assert_ne!(first, day(4));
    for code in ["ok", "ServiceUnavailable", "InternalError"] {
        assert!(first.iter().any(|one| one == code), "{code}");
    }
}

#[test]
fn a_call_nobody_can_be_charged_with_is_refused_as_ever() {
    let world = World::with_faults(&["fail=100%"], 1);
    let mut stranger = world.owner.clone();
    stranger.id = "LTAInobody".to_owned();
    assert_eq!(world.call(&stranger, (RAM, "ListRoles"), &[]).code(), "InvalidAccessKeyId.NotFound");
    assert_eq!(world.call(&world.owner, (RAM, "NoSuchAction"), &[]).code(), "InvalidAction.NotFound");
}
