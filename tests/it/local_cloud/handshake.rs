//! ResourceDirectoryMaster: how an account of somebody else joins the directory, and leaves it.

use std::time::Duration;

use serde_json::Value;

use super::identity_provider::IdentityProvider;
use super::{Answer, RAM, RD, STS, World};

fn manage(world: &World, action: &str, parameters: &[(&str, &str)]) -> Answer {
    world.call(&world.owner, (RD, action), parameters)
}

fn outside(world: &World, action: &str, parameters: &[(&str, &str)]) -> Answer {
    world.call(&world.independent_owner, (RD, action), parameters)
}

fn invite(world: &World) -> String {
    let target = [("TargetEntity", world.independent.as_str()), ("TargetType", "Account")];
    let made = manage(world, "InviteAccountToResourceDirectory", &target).ok();
    made["Handshake"]["HandshakeId"].as_str().expect("an id").to_owned()
}

fn enter(world: &World) -> String {
    let arn = format!("acs:ram::{}:role/ResourceDirectoryAccountAccessRole", world.independent);
    let parameters = [("RoleArn", arn.as_str()), ("RoleSessionName", "ops")];
    world.call(&world.owner, (STS, "AssumeRole"), &parameters).code()
}

#[test]
fn an_account_joins_when_it_accepts_and_not_before() {
    let world = World::new();
    let own = ("AccountId", world.independent.as_str());
    assert_eq!(outside(&world, "GetResourceDirectory", &[]).code(), "NoPermission");
    assert_eq!(enter(&world), "EntityNotExist.Role");
    let id = invite(&world);
    let named = [("HandshakeId", id.as_str())];
    assert_eq!(manage(&world, "GetAccount", &[own]).status, 404);
    assert_eq!(manage(&world, "AcceptHandshake", &named).code(), "EntityNotExists.Handshake");
    assert_eq!(outside(&world, "CancelHandshake", &named).code(), "NoPermission");
    outside(&world, "AcceptHandshake", &named).ok();
    let account = manage(&world, "GetAccount", &[own]).ok();
    assert_eq!(account["Account"]["Status"], "InviteSuccess");
    assert_eq!(account["Account"]["JoinMethod"], "invited");
    assert_eq!(enter(&world), "ok");
    world.cloudsso(world.independent.as_str());
    assert_eq!(outside(&world, "GetResourceDirectory", &[]).code(), "ok", "members may look");
    for action in ["AcceptHandshake", "DeclineHandshake"] {
        assert_eq!(outside(&world, action, &named).code(), "InvalidStatus.Handshake", "{action}");
    }
    assert_eq!(manage(&world, "CancelHandshake", &named).code(), "InvalidStatus.Handshake");
}

#[test]
fn whoever_leaves_is_entered_by_nobody() {
    let world = World::new();
    outside(&world, "AcceptHandshake", &[("HandshakeId", &invite(&world))]).ok();
    let inside = world.administrator(world.independent.as_str());
    let own = [("AccountId", world.independent.as_str())];
    // What CloudSSO keeps there must go first.
    let provider = IdentityProvider::new(world.clock.now());
    let cloudsso = provider.provision(&world, world.independent.as_str());
    let refused = manage(&world, "RemoveCloudAccount", &own);
    assert_eq!(refused.code(), "DeleteConflict.ResourceDirectory.Account.CloudSSO");
    let role = super::identity_provider::ROLE;
    let held = world.call(&cloudsso, (RAM, "ListPoliciesForRole"), &[("RoleName", role)]).ok();
    for policy in held["Policies"]["Policy"].as_array().unwrap() {
        let text = |name: &str| policy[name].as_str().unwrap().to_owned();
        let (kind, name) = (text("PolicyType"), text("PolicyName"));
        let detach = [("PolicyType", kind.as_str()), ("PolicyName", name.as_str()), ("RoleName", role)];
        world.call(&cloudsso, (RAM, "DetachPolicyFromRole"), &detach).ok();
    }
    world.call(&cloudsso, (RAM, "DeleteRole"), &[("RoleName", role)]).ok();
    manage(&world, "RemoveCloudAccount", &own).ok();
    assert_eq!(enter(&world), "EntityNotExist.Role");
    assert_eq!(world.call(&inside, (RAM, "ListRoles"), &[]).code(), "InvalidAccessKeyId.NotFound");
    assert_eq!(world.call(&cloudsso, (RAM, "ListRoles"), &[]).code(), "InvalidAccessKeyId.NotFound");
    assert_eq!(world.call(&world.independent_owner, (RAM, "ListRoles"), &[]).code(), "ok");
    // And it may come back.
    outside(&world, "AcceptHandshake", &[("HandshakeId", &invite(&world))]).ok();
    assert_eq!(enter(&world), "ok");
}

#[test]
fn an_invitation_lasts_fourteen_days() {
    let world = World::new();
    let id = invite(&world);
    let named = [("HandshakeId", id.as_str())];
    let status = |world: &World| outside(world, "GetHandshake", &named).ok()["Handshake"]["Status"].clone();
    world.clock.advance(Duration::from_secs(14 * 86_400 - 1));
    assert_eq!(status(&world), "Pending");
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(status(&world), "Expired");
    assert_eq!(outside(&world, "AcceptHandshake", &named).code(), "InvalidStatus.Handshake");
    let again = invite(&world);
    outside(&world, "AcceptHandshake", &[("HandshakeId", &again)]).ok();
}

#[test]
fn what_cannot_be_invited() {
    let world = World::new();
    let member = world.member("shop");
    let invite = "InviteAccountToResourceDirectory";
    let outsider = ("TargetEntity", world.independent.as_str());
    let by_id = ("TargetType", "Account");
    let long = "x".repeat(1025);
    for (parameters, code) in [
        (&[by_id][..], "MissingTargetEntity"),
        (&[outsider], "MissingTargetType"),
        (&[outsider, ("TargetType", "Phone")], "InvalidParameter.TargetType"),
        (&[("TargetEntity", "1"), by_id], "EntityNotExists.ResourceDirectory.Account"),
        (&[("TargetEntity", &member), by_id], "EntityAlreadyExists.ResourceDirectory.Account"),
        (&[outsider, by_id, ("Note", &long)], "InvalidParameter.Note.Length"),
        (&[outsider, by_id, ("ParentFolderId", "fd-0")], "EntityNotExists.ResourceDirectory.Folder"),
        (&[("TargetEntity", "Independent@example.com"), ("TargetType", "Email")], "ok"),
    ] {
        assert_eq!(manage(&world, invite, parameters).code(), code, "{parameters:?}");
    }
    let listed = manage(&world, "ListHandshakesForResourceDirectory", &[]).ok();
    assert_eq!(listed["TotalCount"], 1);
    let strangers = world.administrator(&member);
    let own = world.call(&strangers, (RD, "ListHandshakesForAccount"), &[]).ok();
    assert_eq!(own["TotalCount"], Value::from(0), "everybody sees the own ones");
    let id = listed["Handshakes"]["Handshake"][0]["HandshakeId"].as_str().unwrap();
    for action in ["GetHandshake", "AcceptHandshake", "DeclineHandshake", "CancelHandshake"] {
        let answer = world.call(&strangers, (RD, action), &[("HandshakeId", id)]);
        assert!([403, 404].contains(&answer.status), "{action}: {}", answer.body);
    }
}
