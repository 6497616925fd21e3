//! Control policies: whether they decide, what they say, what they are attached to.

use super::*;
use crate::local_cloud::identity_provider::policy;

fn is_on(world: &World) -> bool {
    ask(world, "GetControlPolicyEnablementStatus", &[])["EnablementStatus"] == "Enabled"
}

/// Creates one through the console; its id.
fn create(world: &World, alice: &mut Visitor, name: &str) -> String {
    let form =
        open(world, alice, "/control-policies/create").deed("create-control-policy").with("name", name);
    let page = done(alice, &form, "The control policy was created");
    page.url.path().rsplit('/').next().unwrap().to_owned()
}

fn targets(world: &World, policy: &str) -> Vec<String> {
    let listed = ask(world, "ListTargetAttachmentsForControlPolicy", &[("PolicyId", policy)]);
    let listed = listed["TargetAttachments"]["TargetAttachment"].as_array().unwrap().clone();
    listed.iter().map(|target| target["TargetId"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn control_policies_are_switched_on_and_off() {
    let world = World::new();
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let page = open(&world, &mut alice, "/control-policies");
    assert!(page.text().contains("FullAliyunAccess"), "{}", page.text());
    let page = done(&mut alice, &page.deed("enable-control-policies"), "decide in the members from now on");
    assert!(is_on(&world));
    done(&mut alice, &page.deed("disable-control-policies"), "decide nothing any more");
    assert!(!is_on(&world));
    let mut reader = manager(&world, "reader", &["AliyunResourceDirectoryReadOnlyAccess"]);
    let page = open(&world, &mut reader, "/control-policies");
    refused(&mut reader, &page.deed("enable-control-policies"), (403, "resourcemanager:EnableControlPolicy"));
    assert!(!is_on(&world));
}

#[test]
fn a_control_policy_is_created_changed_and_deleted() {
    let world = World::new();
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let document = policy("Deny", "ram:List*", "*");
    let form = open(&world, &mut alice, "/control-policies/create")
        .deed("create-control-policy")
        .with("name", "no-lists")
        .with("description", "<script>alert(1)</script>")
        .with("document", &document);
    let page = done(&mut alice, &form, "The control policy was created");
    assert!(!page.body.contains("<script>"), "{}", page.body);
    let id = page.url.path().rsplit('/').next().unwrap().to_owned();
    let read = || ask(&world, "GetControlPolicy", &[("PolicyId", &id)])["ControlPolicy"].clone();
    assert_eq!(read()["PolicyDocument"], document.as_str());
    assert_eq!(page.deed("update-control-policy").field("document"), Some(document.as_str()));
    let changed = page
        .deed("update-control-policy")
        .with("name", "No-Reads")
        .with("document", &policy("Deny", "ram:Get*", "*"));
    done(&mut alice, &changed, "The control policy was changed");
    assert_eq!(
        (&read()["PolicyName"], &read()["PolicyDocument"]),
        (&"No-Reads".into(), &policy("Deny", "ram:Get*", "*").into())
    );
    let text = open(&world, &mut alice, "/control-policies?type=Custom").text();
    assert!(text.contains("No-Reads") && !text.contains("System Allow"), "{text}");
    assert!(!open(&world, &mut alice, "/control-policies?type=System").text().contains("No-Reads"));
    let page = done(&mut alice, &page.deed("delete-control-policy"), "The control policy was deleted");
    assert!(!page.text().contains("No-Reads"), "{}", page.text());
    assert_eq!(ask(&world, "ListControlPolicies", &[("PolicyType", "Custom")])["TotalCount"], 0);
}

#[test]
fn a_control_policy_is_refused_with_what_was_typed() {
    let world = World::new();
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let id = create(&world, &mut alice, "guard");
    let new = open(&world, &mut alice, "/control-policies/create")
        .deed("create-control-policy")
        .with("name", "other");
    let own = open(&world, &mut alice, &format!("/control-policies/{id}")).deed("update-control-policy");
    for (form, field, value, status, reason) in [
        (&new, "name", "", 400, "PolicyName"),
        (&new, "name", "1a", 400, "begin with a letter"),
        (&new, "name", "GUARD", 409, "already exists"),
        (&new, "document", "{\"Version\":", 400, "policy document is invalid"),
        (&new, "document", "\n\n <textarea> ä", 400, "policy document is invalid"),
        (&own, "name", "fullaliyunaccess", 409, "already exists"),
        (&own, "document", "[]", 400, "policy document is invalid"),
    ] {
        let page = refused(&mut alice, &form.clone().with(field, value), (status, reason));
        let again = page.deed(form.field("deed").unwrap());
        assert_eq!(again.field(field), Some(value));
    }
    assert_eq!(ask(&world, "ListControlPolicies", &[("PolicyType", "Custom")])["TotalCount"], 1);
}

#[test]
fn the_systems_control_policy_is_read_and_not_changed() {
    let world = World::new();
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let page = open(&world, &mut alice, "/control-policies/FullAliyunAccess");
    assert_eq!(page.status, 200);
    assert!(page.deeds("update-control-policy").is_empty() && page.deeds("delete-control-policy").is_empty());
    for deed in ["update-control-policy", "delete-control-policy"] {
        let form =
            forged(&world, &mut alice, "/control-policies/FullAliyunAccess", deed).with("name", "mine");
        refused(&mut alice, &form, (409, "can neither be changed nor deleted"));
    }
}

#[test]
fn a_control_policy_is_attached_from_each_page_and_shown_on_all() {
    let world = World::new();
    let folder = new_folder(&world, "production", &root(&world));
    let member = world.member("shop");
    ask(&world, "MoveAccount", &[("AccountId", &member), ("DestinationFolderId", &folder)]);
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let id = create(&world, &mut alice, "guard");
    let sheet = format!("/control-policies/{id}");
    for (path, deed) in
        [(sheet.as_str(), "attach-control-policy"), (&format!("/members/{member}"), "attach-to-member")]
    {
        assert!(open(&world, &mut alice, path).deeds(deed).is_empty());
        let form = forged(&world, &mut alice, path, deed).with("policy", &id).with("folder", &folder);
        refused(&mut alice, &form, (409, "Control policies are not enabled"));
    }
    ask(&world, "EnableControlPolicy", &[]);
    let form = open(&world, &mut alice, &sheet).deed("attach-control-policy");
    done(&mut alice, &form.clone().with("folder", &root(&world)), "root folder");
    refused(&mut alice, &form.clone().with("folder", &root(&world)), (409, "already exists"));
    for target in [world.management.as_str(), world.independent.as_str(), "fd-0"] {
        refused(&mut alice, &form.clone().with("account", target), (404, "does not exist"));
    }
    let page = open(&world, &mut alice, &format!("/folders/{folder}"));
    done(&mut alice, &page.deed("attach-to-folder").with("policy", &id), "attached to the folder");
    let page = open(&world, &mut alice, &format!("/members/{member}"));
    let page = done(&mut alice, &page.deed("attach-to-member").with("policy", &id), "attached to the member");
    assert_eq!(targets(&world, &id).len(), 3);
    let text = page.text();
    let above = text.find("From the folders above").expect("folders above");
    assert!(text[above..].matches("guard").count() >= 2 && text[..above].contains("guard"), "{text}");
    let text = open(&world, &mut alice, &sheet).text();
    for part in [member.as_str(), folder.as_str(), "root folder"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let form = forged(&world, &mut alice, &sheet, "delete-control-policy");
    refused(&mut alice, &form, (409, "Detach it"));
    // And it binds: the member's administrator is denied what it denies.
    let denied = world.call(&world.administrator(&member), (RAM, "DeleteUser"), &[("UserName", "x")]);
    assert!(denied.body.contains("guard"), "{}", denied.body);
}

#[test]
fn a_control_policy_is_detached_from_each_page_and_one_stays() {
    let world = World::new();
    let folder = new_folder(&world, "production", &root(&world));
    let member = world.member("shop");
    ask(&world, "EnableControlPolicy", &[]);
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let id = create(&world, &mut alice, "guard");
    for target in [root(&world), folder.clone(), member.clone()] {
        ask(&world, "AttachControlPolicy", &[("PolicyId", &id), ("TargetId", &target)]);
    }
    let full = ("policy", "FullAliyunAccess");
    for (path, deed) in [
        (format!("/folders/{folder}"), "detach-from-folder"),
        (format!("/members/{member}"), "detach-from-member"),
    ] {
        let form = open(&world, &mut alice, &path).deeds(deed).remove(0);
        done(&mut alice, &form.clone().with("policy", &id), "is detached from the");
        refused(&mut alice, &form.clone().with("policy", &id), (404, "does not exist"));
        refused(&mut alice, &form.with(full.0, full.1), (409, "keeps one control policy at least"));
    }
    let page = open(&world, &mut alice, &format!("/control-policies/{id}"));
    done(&mut alice, &page.deed("detach-control-policy"), "The control policy is detached");
    assert_eq!(targets(&world, &id), Vec::<String>::new());
}
