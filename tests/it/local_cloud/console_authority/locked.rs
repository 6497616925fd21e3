//! What nobody in the account changes, and who may look and no more.

use super::{Office, allowing, refused};
use crate::local_cloud::RAM;
use crate::local_cloud::desk::signed_in;
use crate::support::http::Page;

const SSO_ROLE: &str = "AliyunReservedSSO-admin";
const SSO_POLICY: &str = "AliyunReservedSSO-policy";
const LINKED_ROLE: &str = "AliyunServiceRoleForCloudSSO";

/// Makes a role of CloudSSO that holds a policy of CloudSSO.
fn provision(office: &Office) {
    let world = &office.tenant.world;
    let key = world.cloudsso(&office.tenant.account);
    let role = [("RoleName", SSO_ROLE), ("AssumeRolePolicyDocument", &office.trust())];
    world.call(&key, (RAM, "CreateRole"), &role).ok();
    let policy = [("PolicyName", SSO_POLICY), ("PolicyDocument", &allowing("ecs:*"))];
    world.call(&key, (RAM, "CreatePolicy"), &policy).ok();
    let grant = [("PolicyType", "Custom"), ("PolicyName", SSO_POLICY), ("RoleName", SSO_ROLE)];
    world.call(&key, (RAM, "AttachPolicyToRole"), &grant).ok();
}

/// The deeds that a page offers.
fn deeds<'a>(page: &Page, deeds: &[&'a str]) -> Vec<&'a str> {
    deeds.iter().copied().filter(|deed| !page.deeds(deed).is_empty()).collect()
}

#[test]
fn a_locked_role_says_so_and_a_forged_form_is_refused() {
    let mut office = Office::new();
    provision(&office);
    office.role("ops");
    let open = office.open("/ram/roles/ops");
    let every = [
        "update-role",
        "update-trust",
        "tag-role",
        "attach-policies",
        "delete-role",
        "detach-policy",
        "untag-role",
    ];
    assert_eq!(deeds(&open, &every).len(), 5);
    for (role, reason) in [(SSO_ROLE, "CloudSSO keeps it"), (LINKED_ROLE, "belongs to a cloud service")] {
        let page = office.open(&format!("/ram/roles/{role}"));
        assert!(
            page.text().contains("This role is locked.") && page.text().contains(reason),
            "{}",
            page.text()
        );
        assert_eq!(deeds(&page, &every), Vec::<&str>::new());
        assert!(page.forms().iter().all(|form| !form.action.path().starts_with("/ram")), "{}", page.text());
        let before = office.ram("GetRole", &[("RoleName", role)])["Role"].clone();
        for deed in &every[..5] {
            let form = open.deed(deed).sent_to(&office.tenant.world.url(&format!("/ram/roles/{role}")));
            let form = form
                .with("document", &office.trust())
                .with("tag_key", "k")
                .with("policy", "System/ReadOnlyAccess");
            office.refused(&form, (403, "reserved"));
        }
        let forged =
            open.deed("update-role").sent_to(&office.tenant.world.url(&format!("/ram/roles/{role}")));
        let held = office.held("ListPoliciesForRole", ("RoleName", role)).remove(0);
        for policy_type in ["Custom", "System"] {
            let page = office.admin.submit(
                &forged
                    .clone()
                    .with("deed", "detach-policy")
                    .with("policy", &format!("{policy_type}/{held}")),
            );
            assert!(matches!(page.status, 403 | 404), "{}", page.text());
        }
        office.refused(&forged.with("deed", "untag-role").with("tag_key", "k"), (403, "reserved"));
        assert_eq!(office.ram("GetRole", &[("RoleName", role)])["Role"], before);
        assert_eq!(office.held("ListPoliciesForRole", ("RoleName", role)), [held]);
    }
    assert!(office.open("/ram/roles").text().contains(&format!("{SSO_ROLE} Locked")));
}

#[test]
fn a_locked_policy_says_so_and_a_forged_form_is_refused() {
    let mut office = Office::new();
    provision(&office);
    office.policy("own", "ecs:*");
    let every = [
        "describe-policy",
        "create-version",
        "tag-policy",
        "attach-to-holders",
        "delete-policy",
        "set-default-version",
    ];
    let open = office.open("/ram/policies/custom/own");
    assert_eq!(deeds(&open, &every), every[..5]);
    let path = format!("/ram/policies/custom/{SSO_POLICY}");
    let page = office.open(&path);
    assert!(page.text().contains("This policy is locked. CloudSSO keeps it"), "{}", page.text());
    assert_eq!(deeds(&page, &every), Vec::<&str>::new());
    assert!(page.deeds("detach-from-holder").is_empty() && page.text().contains(SSO_ROLE));
    for deed in &every[..5] {
        let form = open.deed(deed).sent_to(&office.tenant.world.url(&path)).with("description", "mine");
        office.refused(&form.with("tag_key", "k").with("holders", "admin"), (403, "reserved"));
    }
    // It is offered to nobody, and attached to nobody by a forged form.
    office.group("ops");
    let page = office.open("/ram/groups/ops?find_policy=AliyunReservedSSO");
    assert!(!page.body.contains("name=\"policy\""), "{}", page.text());
    let forged =
        office.deed("/ram/groups/ops", "attach-policies").with("policy", &format!("Custom/{SSO_POLICY}"));
    office.refused(&forged, (403, "reserved"));
    let holders =
        office.ram("ListEntitiesForPolicy", &[("PolicyType", "Custom"), ("PolicyName", SSO_POLICY)]);
    assert_eq!(holders["Groups"]["Group"].as_array().unwrap().len(), 0);
}

#[test]
fn a_system_policy_is_attached_and_not_changed() {
    let mut office = Office::new();
    office.policy("own", "ecs:*");
    let open = office.open("/ram/policies/custom/own");
    let path = "/ram/policies/system/AliyunOSSReadOnlyAccess";
    let page = office.open(path);
    let every = [
        "describe-policy",
        "create-version",
        "tag-policy",
        "delete-policy",
        "set-default-version",
        "delete-version",
    ];
    assert_eq!(deeds(&page, &every), Vec::<&str>::new());
    assert!(page.text().contains("You can attach them, and not change them"), "{}", page.text());
    for deed in &every[..4] {
        let form = open.deed(deed).sent_to(&office.tenant.world.url(path)).with("description", "mine");
        office.refused(&form.with("tag_key", "k"), (404, "does not exist"));
    }
    office.tenant.user("alice");
    office.submit(&page.deed("attach-to-holders").with("holders", "alice"));
    assert_eq!(office.held("ListPoliciesForUser", ("UserName", "alice")), ["AliyunOSSReadOnlyAccess"]);
    let page = office.open("/ram/policies/system/AliyunServiceRolePolicyForCloudSSO");
    assert!(page.deeds("attach-to-holders").is_empty(), "{}", page.text());
    assert!(page.text().contains("It is attached to nobody else"), "{}", page.text());
}

#[test]
fn a_reader_sees_every_page_and_is_told_which_permission_a_form_needs() {
    let office = Office::new();
    office.tenant.user("alice");
    office.group("ops");
    office.role("auditor");
    office.policy("own", "ecs:*");
    office.ram(
        "AttachPolicyToGroup",
        &[("PolicyType", "System"), ("PolicyName", "ReadOnlyAccess"), ("GroupName", "ops")],
    );
    let mut reader = signed_in(&office.tenant, "reader", &["AliyunRAMReadOnlyAccess"]);
    let alice = office.tenant.principal("alice");
    for (path, deed, missing) in [
        ("/ram/groups/create", "create-group", "ims:CreateGroup"),
        ("/ram/groups/ops", "update-group", "ims:UpdateGroup"),
        ("/ram/groups/ops", "add-members", "ims:AddUserToGroup"),
        ("/ram/groups/ops", "attach-policies", "ram:AttachPolicyToGroup"),
        ("/ram/groups/ops", "detach-policy", "ram:DetachPolicyFromGroup"),
        ("/ram/roles/create", "create-role", "ram:CreateRole"),
        ("/ram/roles/auditor", "update-role", "ram:UpdateRole"),
        ("/ram/roles/auditor", "update-trust", "ram:UpdateRole"),
        ("/ram/roles/auditor", "tag-role", "ram:TagResources"),
        ("/ram/roles/auditor", "delete-role", "ram:DeleteRole"),
        ("/ram/policies/create", "create-policy", "ram:CreatePolicy"),
        ("/ram/policies/custom/own", "describe-policy", "ram:UpdatePolicyDescription"),
        ("/ram/policies/custom/own", "create-version", "ram:CreatePolicyVersion"),
        ("/ram/policies/custom/own", "attach-to-holders", "ram:AttachPolicyToUser"),
        ("/ram/policies/custom/own", "delete-policy", "ram:DeletePolicy"),
    ] {
        let page = reader.open(&office.tenant.world.url(path));
        assert_eq!(page.status, 200, "{path}");
        let form = page.deed(deed).with("name", "new").with("members", &alice).with("tag_key", "k");
        let form =
            if deed == "detach-policy" { form } else { form.with("policy", "System/AliyunOSSFullAccess") };
        let form = form.with("holders", "alice").with("description", "mine");
        refused(&mut reader, &form, (403, &format!("Action: {missing} ")));
    }
    // What changes nothing is for readers too.
    let check = reader.open(&office.tenant.world.url("/ram/policies/create")).deed("check-document");
    assert_eq!(reader.submit(&check).status, 200);
    assert_eq!(office.held("ListPoliciesForGroup", ("GroupName", "ops")), ["ReadOnlyAccess"]);
    assert_eq!(office.ram("ListGroups", &[])["Groups"]["Group"].as_array().unwrap().len(), 1);
}

#[test]
fn a_part_that_may_not_be_seen_says_so_and_the_rest_is_shown() {
    let mut office = Office::new();
    office.group("ops");
    office.role("auditor");
    office.policy("own", "ecs:*");
    let document = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ram:GetRole","ims:GetGroup","ram:GetPolicy"],"Resource":"*"}]}"#;
    let mut reader = signed_in(&office.tenant, "reader", &[]);
    office.tenant.grant_document("reader", "few", document);
    for (path, shown, missing) in [
        (
            "/ram/roles/auditor",
            "acs:ram::",
            &["ram:ListPoliciesForRole", "ram:ListPolicies", "ram:ListTagResources"][..],
        ),
        (
            "/ram/groups/ops",
            "Comments",
            &["ims:ListUsersForGroup", "ram:ListPoliciesForGroup", "ram:ListPolicies"],
        ),
        (
            "/ram/policies/custom/own",
            "Allow ecs:*",
            &["ram:ListEntitiesForPolicy", "ram:ListPolicyVersions", "ram:ListTagResources"],
        ),
        (
            "/ram/permissions/users/reader",
            "Permissions of reader",
            &["ram:ListPoliciesForUser", "ram:ListGroupsForUser"],
        ),
        ("/ram/roles/create", "Create a role", &["ims:ListSAMLProviders", "ims:ListOIDCProviders"]),
    ] {
        let page = reader.open(&office.tenant.world.url(path));
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        assert!(page.text().contains(shown), "{path}: {}", page.text());
        for permission in missing {
            assert!(
                page.text().contains(&format!("Action: {permission} ")),
                "{permission} at {path}: {}",
                page.text()
            );
        }
    }
    assert_eq!(office.admin.get(&office.tenant.world.url("/ram/roles/auditor")).status, 200);
}
