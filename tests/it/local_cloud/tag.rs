//! Tags: of roles and policies by RAM, of members by the resource directory.

use super::identity_provider::{IdentityProvider, ROLE, policy};
use super::{Answer, RAM, RD, World};

fn call(world: &World, action: (&str, &str), parameters: &[(&str, &str)]) -> Answer {
    world.call(&world.owner, action, parameters)
}

fn pairs(listed: &serde_json::Value) -> Vec<(String, String)> {
    let text = |tag: &serde_json::Value, name: &str| tag[name].as_str().unwrap().to_owned();
    let tags = listed["TagResources"].as_array().unwrap();
    tags.iter().map(|tag| (text(tag, "TagKey"), text(tag, "TagValue"))).collect()
}

#[test]
fn keys_and_values_have_bounds() {
    let world = World::new();
    let document = policy("Allow", "oss:*", "*");
    call(&world, (RAM, "CreatePolicy"), &[("PolicyName", "storage"), ("PolicyDocument", &document)]).ok();
    let (long_key, long_value) = ("k".repeat(129), "v".repeat(257));
    let tag = |key: &str, value: &str| {
        let parameters = [
            ("ResourceType", "policy"),
            ("ResourceNames", "[\"storage\"]"),
            ("Tag.1.Key", key),
            ("Tag.1.Value", value),
        ];
        call(&world, (RAM, "TagResources"), &parameters).code()
    };
    for (key, value, code) in [
        ("", "x", "MissingTag.1.Key"),
        (long_key.as_str(), "x", "InvalidParameter.Tag.1.Key"),
        ("acs:x", "x", "InvalidParameter.Tag.1.Key"),
        ("Aliyun", "x", "InvalidParameter.Tag.1.Key"),
        ("http://x", "x", "InvalidParameter.Tag.1.Key"),
        ("k", long_value.as_str(), "InvalidParameter.Tag.1.Value"),
        ("k", "see https://x", "InvalidParameter.Tag.1.Value"),
        ("k", "a\u{7}", "InvalidParameter.Tag.1.Value"),
        (&long_key[1..], &long_value[1..], "ok"),
        ("k", "", "ok"),
        ("K", "case matters", "ok"),
    ] {
        assert_eq!(tag(key, value), code, "{key} {value}");
    }
    let twice = [
        ("ResourceType", "policy"),
        ("ResourceNames", "[\"storage\"]"),
        ("Tag.1.Key", "a"),
        ("Tag.2.Key", "a"),
    ];
    assert_eq!(call(&world, (RAM, "TagResources"), &twice).code(), "InvalidParameter.Tag.2.Key");
    let of = [("ResourceType", "policy"), ("Tag.1.Key", "K")];
    let listed = call(&world, (RAM, "ListTagResources"), &of).ok();
    assert_eq!(pairs(&listed).len(), 3);
}

#[test]
fn a_resource_bears_twenty_tags_and_no_more() {
    let world = World::new();
    let member = world.member("shop");
    let tag = |range: std::ops::Range<usize>| {
        let keys: Vec<_> = range.map(|number| format!("key-{number}")).collect();
        let names: Vec<_> = (1..=keys.len()).map(|number| format!("Tag.{number}.Key")).collect();
        let mut parameters = vec![("ResourceType", "Account"), ("ResourceId.1", member.as_str())];
        parameters.extend(names.iter().map(String::as_str).zip(keys.iter().map(String::as_str)));
        call(&world, (RD, "TagResources"), &parameters).code()
    };
    assert_eq!(tag(0..21), "InvalidParameter.Tag");
    assert_eq!(tag(0..20), "ok");
    assert_eq!(tag(0..20), "ok", "the same again");
    assert_eq!(tag(20..21), "LimitExceeded.Tag");
    let named = [("ResourceType", "Account"), ("MaxResults", "100")];
    assert_eq!(pairs(&call(&world, (RD, "ListTagResources"), &named).ok()).len(), 20);
    let absent = [("ResourceType", "Account"), ("ResourceId.1", "1"), ("Tag.1.Key", "a")];
    assert_eq!(
        call(&world, (RD, "TagResources"), &absent).code(),
        "EntityNotExists.ResourceDirectory.Account"
    );
}

#[test]
fn tags_go_with_what_bore_them() {
    let world = World::new();
    let document = policy("Allow", "oss:*", "*");
    let new = [("PolicyName", "storage"), ("PolicyDocument", document.as_str()), ("Tag.1.Key", "team")];
    call(&world, (RAM, "CreatePolicy"), &new).ok();
    let list = || pairs(&call(&world, (RAM, "ListTagResources"), &[("ResourceType", "policy")]).ok());
    assert_eq!(list(), [("team".to_owned(), String::new())]);
    call(&world, (RAM, "DeletePolicy"), &new[..1]).ok();
    call(&world, (RAM, "CreatePolicy"), &new[..2]).ok();
    assert_eq!(list(), []);
}

#[test]
fn reserved_objects_keep_their_tags() {
    let world = World::new();
    let member = world.member("production");
    let cloudsso = IdentityProvider::new(world.clock.now()).provision(&world, &member);
    let administrator = world.administrator(&member);
    let names = format!("[\"{ROLE}\"]");
    let tag = [("ResourceType", "role"), ("ResourceNames", names.as_str()), ("Tag.1.Key", "a")];
    let untag = [tag[0], tag[1], ("All", "true")];
    for (action, parameters) in [("TagResources", &tag), ("UntagResources", &untag)] {
        let refused = world.call(&administrator, (RAM, action), parameters);
        assert_eq!(refused.code(), "NoPermission.ReservedObject", "{action}");
    }
    let list = [("ResourceType", "role")];
    assert_eq!(world.call(&administrator, (RAM, "ListTagResources"), &list).code(), "ok");
    let other = world.member("other");
    let strangers = world.administrator(&other);
    assert_eq!(pairs(&world.call(&strangers, (RAM, "ListTagResources"), &list).ok()), []);
    assert_eq!(world.call(&cloudsso, (RAM, "GetRole"), &[("RoleName", ROLE)]).code(), "ok");
}
