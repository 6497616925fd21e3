//! ResourceDirectoryMaster: control policies, and what they forbid.

use cloudsso::rpc::AccessKey;

use super::identity_provider::policy;
use super::{Answer, IMS, RAM, RD, STS, World};

fn call(world: &World, action: &str, parameters: &[(&str, &str)]) -> Answer {
    world.call(&world.owner, (RD, action), parameters)
}

fn create(world: &World, name: &str, document: &str) -> String {
    let new = [("PolicyName", name), ("EffectScope", "RAM"), ("PolicyDocument", document)];
    let made = call(world, "CreateControlPolicy", &new).ok();
    made["ControlPolicy"]["PolicyId"].as_str().expect("an id").to_owned()
}

fn attach(world: &World, policy: &str, target: &str) {
    call(world, "AttachControlPolicy", &[("PolicyId", policy), ("TargetId", target)]).ok();
}

fn detach(world: &World, policy: &str, target: &str) -> String {
    call(world, "DetachControlPolicy", &[("PolicyId", policy), ("TargetId", target)]).code()
}

fn list_roles(world: &World, key: &AccessKey) -> Answer {
    world.call(key, (RAM, "ListRoles"), &[])
}

/// A world with a member in a folder of its own, and control policies in force.
fn world() -> (World, String, String) {
    let world = World::new();
    let folder = call(&world, "CreateFolder", &[("FolderName", "production")]).ok();
    let folder = folder["Folder"]["FolderId"].as_str().expect("an id").to_owned();
    let member = world.member("shop");
    let moved = [("AccountId", member.as_str()), ("DestinationFolderId", folder.as_str())];
    call(&world, "MoveAccount", &moved).ok();
    call(&world, "EnableControlPolicy", &[]).ok();
    (world, folder, member)
}

fn root(world: &World) -> String {
    let directory = call(world, "GetResourceDirectory", &[]).ok();
    directory["ResourceDirectory"]["RootFolderId"].as_str().expect("an id").to_owned()
}

#[test]
fn a_denial_at_any_level_binds_and_names_itself() {
    let (world, folder, member) = world();
    let administrator = world.administrator(&member);
    assert_eq!(list_roles(&world, &administrator).code(), "ok");
    let guard = create(&world, "no-lists", &policy("Deny", "ram:List*", "*"));
    for target in [root(&world), folder.clone(), member.clone()] {
        attach(&world, &guard, &target);
        let refused = list_roles(&world, &administrator);
        assert_eq!(refused.code(), "NoPermission", "{target}");
        let named = format!("control policy no-lists, attached to {target}");
        assert!(refused.body.contains(&named), "{}", refused.body);
        assert_eq!(world.call(&administrator, (RAM, "GetRole"), &[("RoleName", "x")]).status, 404);
        assert_eq!(detach(&world, &guard, &target), "ok");
        assert_eq!(list_roles(&world, &administrator).code(), "ok", "{target}");
    }
}

#[test]
fn a_denial_by_the_other_name_of_a_service_binds_too() {
    let (world, _folder, member) = world();
    let administrator = world.administrator(&member);
    let providers = || world.call(&administrator, (IMS, "ListOIDCProviders"), &[]);
    let guard = create(&world, "no-lists", &policy("Deny", "ram:ListOIDC*", "*"));
    attach(&world, &guard, &member);
    assert!(providers().body.contains("no-lists"), "{}", providers().body);
    assert_eq!(detach(&world, &guard, &member), "ok");
    assert_eq!(providers().code(), "ok");
    // What allows by one name alone does not allow by the other.
    let reads = create(&world, "reads", &policy("Allow", "ram:*", "*"));
    attach(&world, &reads, &member);
    assert_eq!(detach(&world, "FullAliyunAccess", &member), "ok");
    assert_eq!(providers().code(), "NoPermission");
    assert_eq!(list_roles(&world, &administrator).code(), "ok");
}

#[test]
fn every_level_must_allow() {
    let (world, folder, member) = world();
    let administrator = world.administrator(&member);
    let reads = create(&world, "reads", &policy("Allow", "ram:Get*", "*"));
    attach(&world, &reads, &folder);
    assert_eq!(list_roles(&world, &administrator).code(), "ok", "beside the one that allows all");
    assert_eq!(detach(&world, "FullAliyunAccess", &folder), "ok");
    let refused = list_roles(&world, &administrator);
    let named = format!("no control policy attached to {folder} allows it");
    assert!(refused.body.contains(&named), "{}", refused.body);
    let missing = world.call(&administrator, (RAM, "GetRole"), &[("RoleName", "x")]);
    assert_eq!(missing.code(), "EntityNotExist.Role", "reading is allowed");
    assert_eq!(detach(&world, &reads, &folder), "InvalidOperation.ControlPolicy.LastAttachment");
    // A member that goes elsewhere is bound by what holds there.
    let elsewhere = root(&world);
    let moved = [("AccountId", member.as_str()), ("DestinationFolderId", elsewhere.as_str())];
    call(&world, "MoveAccount", &moved).ok();
    assert_eq!(list_roles(&world, &administrator).code(), "ok");
}

#[test]
fn neither_the_management_account_nor_service_linked_roles_are_bound() {
    let (world, _folder, member) = world();
    let guard = create(&world, "nothing", &policy("Deny", "*", "*"));
    attach(&world, &guard, &root(&world));
    assert_eq!(list_roles(&world, &world.administrator(&member)).code(), "NoPermission");
    assert_eq!(list_roles(&world, &world.owner).code(), "ok");
    assert_eq!(list_roles(&world, &world.cloudsso(&member)).code(), "ok");
    call(&world, "DisableControlPolicy", &[]).ok();
    assert_eq!(list_roles(&world, &world.administrator(&member)).code(), "ok");
}

#[test]
fn the_owner_of_a_member_is_not_bound_and_who_enters_it_is() {
    let (world, _folder, _member) = world();
    let account = world.independent.as_str();
    let target = [("TargetEntity", account), ("TargetType", "Account")];
    let made = call(&world, "InviteAccountToResourceDirectory", &target).ok();
    let id = made["Handshake"]["HandshakeId"].as_str().expect("an id");
    world.call(&world.independent_owner, (RD, "AcceptHandshake"), &[("HandshakeId", id)]).ok();
    let guard = create(&world, "no-lists", &policy("Deny", "ram:List*", "*"));
    attach(&world, &guard, account);
    assert_eq!(list_roles(&world, &world.independent_owner).code(), "ok");
    assert_eq!(list_roles(&world, &world.administrator(account)).code(), "NoPermission");
    // What was attached to a member does not follow it out of the directory and in again.
    call(&world, "RemoveCloudAccount", &[("AccountId", account)]).ok();
    let made = call(&world, "InviteAccountToResourceDirectory", &target).ok();
    let id = made["Handshake"]["HandshakeId"].as_str().expect("an id");
    world.call(&world.independent_owner, (RD, "AcceptHandshake"), &[("HandshakeId", id)]).ok();
    assert_eq!(list_roles(&world, &world.administrator(account)).code(), "ok");
}

#[test]
fn a_bound_session_enters_no_other_account() {
    let (world, _folder, member) = world();
    let other = world.member("other");
    let administrator = world.administrator(&member);
    let guard = create(&world, "no-chains", &policy("Deny", "sts:AssumeRole", "*"));
    attach(&world, &guard, &member);
    let arn = format!("acs:ram::{other}:role/ResourceDirectoryAccountAccessRole");
    let refused = world.call(
        &administrator,
        (STS, "AssumeRole"),
        &[("RoleArn", arn.as_str()), ("RoleSessionName", "ops")],
    );
    assert!(refused.body.contains("no-chains"), "{}", refused.body);
    assert_eq!(world.call(&administrator, (STS, "GetCallerIdentity"), &[]).code(), "ok");
}

#[test]
fn a_member_changes_no_control_policy() {
    let (world, folder, member) = world();
    let administrator = world.administrator(&member);
    let guard = create(&world, "no-lists", &policy("Deny", "ram:List*", "*"));
    let named = [("PolicyId", guard.as_str()), ("TargetId", folder.as_str())];
    for (action, parameters) in [
        ("AttachControlPolicy", &named[..]),
        ("DetachControlPolicy", &named),
        ("DeleteControlPolicy", &named[..1]),
        ("DisableControlPolicy", &[]),
        ("ListControlPolicies", &[]),
    ] {
        let code = world.call(&administrator, (RD, action), parameters).code();
        assert_eq!(code, "NoPermission", "{action}");
    }
}

#[test]
fn limits_and_forms() {
    let (world, folder, _member) = world();
    let deny = policy("Deny", "ram:List*", "*");
    let long = format!("{deny}{}", " ".repeat(4096));
    for (parameters, code) in [
        (&[("EffectScope", "RAM"), ("PolicyDocument", &deny)][..], "MissingPolicyName"),
        (
            &[("PolicyName", "1x"), ("EffectScope", "RAM"), ("PolicyDocument", &deny)],
            "InvalidParameter.PolicyName.InvalidChars",
        ),
        (&[("PolicyName", "x"), ("PolicyDocument", &deny)], "MissingEffectScope"),
        (&[("PolicyName", "x"), ("EffectScope", "RAM")], "MissingPolicyDocument"),
        (
            &[("PolicyName", "x"), ("EffectScope", "RAM"), ("PolicyDocument", &long)],
            "InvalidParameter.PolicyDocument.Length",
        ),
        (
            &[("PolicyName", "fullaliyunaccess"), ("EffectScope", "RAM"), ("PolicyDocument", &deny)],
            "EntityAlreadyExists.ControlPolicy",
        ),
    ] {
        assert_eq!(call(&world, "CreateControlPolicy", parameters).code(), code);
    }
    for number in 0..9 {
        attach(&world, &create(&world, &format!("guard-{number}"), &deny), &folder);
    }
    let eleventh = create(&world, "guard-9", &deny);
    let refused = call(&world, "AttachControlPolicy", &[("PolicyId", &eleventh), ("TargetId", &folder)]);
    assert_eq!(refused.code(), "LimitExceeded.ControlPolicy.Attachment");
    let attached = call(&world, "ListControlPolicyAttachmentsForTarget", &[("TargetId", &folder)]).ok();
    let attached = &attached["ControlPolicyAttachments"]["ControlPolicyAttachment"];
    assert_eq!(attached.as_array().map(Vec::len), Some(10), "what was refused left nothing");
}
