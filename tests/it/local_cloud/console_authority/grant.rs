//! Grants on the pages of their holders.

use super::{Office, allowing};
use crate::support::http::Page;

/// The policies that a page offers.
fn offered(page: &Page) -> Vec<String> {
    let pieces =
        page.body.split("name=\"policy\" value=\"").skip(1).filter_map(|piece| piece.split('"').next());
    let mut names: Vec<_> = pieces.map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn policies_are_found_attached_several_at_once_and_detached() {
    let mut office = Office::new();
    office.policy("own", "ecs:*");
    office.group("ops");
    office.role("auditor");
    for (path, action, holder) in [
        ("/ram/groups/ops", "ListPoliciesForGroup", ("GroupName", "ops")),
        ("/ram/roles/auditor", "ListPoliciesForRole", ("RoleName", "auditor")),
    ] {
        let page = office.open(&format!("{path}?find_policy=AliyunOSS"));
        assert_eq!(offered(&page), ["System/AliyunOSSFullAccess", "System/AliyunOSSReadOnlyAccess"]);
        let form = page.deed("attach-policies").with_another("policy", "System/AliyunOSSFullAccess");
        let page = office.submit(&form.with_another("policy", "Custom/own"));
        assert!(page.text().contains("The policies are attached."), "{}", page.text());
        assert_eq!(office.held(action, holder), ["AliyunOSSFullAccess", "own"]);
        assert!(page.text().contains("Allow ecs:* on every resource"), "{}", page.text());
        // What is held is offered no more.
        let page = office.open(&format!("{path}?find_policy=AliyunOSS"));
        assert_eq!(page.deeds("detach-policy").len(), 2);
        let offers = page.body.split("type=\"checkbox\" name=\"policy\"").count() - 1;
        assert_eq!(offers, 1);
        // One of two is held already, which does not hinder the other.
        let form = page.deed("attach-policies").with_another("policy", "Custom/own");
        office.submit(&form.clone().with_another("policy", "System/AliyunOSSReadOnlyAccess"));
        assert_eq!(office.held(action, holder).len(), 3);
        office.refused(&form, (409, "already exists"));
        let page = office.open(path);
        let detach =
            page.deeds("detach-policy").into_iter().find(|form| form.field("policy") == Some("Custom/own"));
        let detach = detach.unwrap();
        office.submit(&detach);
        assert_eq!(office.held(action, holder), ["AliyunOSSFullAccess", "AliyunOSSReadOnlyAccess"]);
        office.refused(&detach, (404, "does not exist"));
    }
}

#[test]
fn a_grant_that_cannot_be_is_refused_and_changes_nothing() {
    let mut office = Office::new();
    office.group("ops");
    let form = office.deed("/ram/groups/ops", "attach-policies");
    for (policy, status, said) in [
        ("Custom/absent", 404, "absent"),
        ("System/absent", 404, "absent"),
        ("System/AliyunServiceRolePolicyForCloudSSO", 404, "does not exist"),
        ("Other/ReadOnlyAccess", 400, "PolicyType"),
        ("ReadOnlyAccess", 400, "policy"),
        ("System/<script>", 400, "PolicyName"),
    ] {
        office.refused(&form.clone().with("policy", policy), (status, said));
    }
    office.refused(&form, (400, "policy"));
    assert_eq!(office.held("ListPoliciesForGroup", ("GroupName", "ops")), Vec::<String>::new());
    // What is ticked stays ticked.
    let form = form.with_another("policy", "System/ReadOnlyAccess").with_another("policy", "Custom/absent");
    let form = form.sent_to(&office.tenant.world.url("/ram/groups/ops?find_policy=AliyunOSS"));
    let form = form.with("policy", "System/AliyunOSSFullAccess");
    let page = office.refused(&form, (404, "absent"));
    assert_eq!(page.deeds("detach-policy").len(), 1);
}

#[test]
fn the_limit_of_policies_is_said() {
    let mut office = Office::new();
    office.group("ops");
    let listed = office.ram("ListPolicies", &[("PolicyType", "System"), ("MaxItems", "1000")]);
    let names = listed["Policies"]["Policy"].as_array().unwrap().iter();
    let mut names = names
        .map(|policy| policy["PolicyName"].as_str().unwrap().to_owned())
        .filter(|name| !name.contains("ServiceRole"));
    let mut form = office.deed("/ram/groups/ops", "attach-policies");
    for name in names.by_ref().take(20) {
        form = form.with_another("policy", &format!("System/{name}"));
    }
    office.submit(&form);
    assert_eq!(office.held("ListPoliciesForGroup", ("GroupName", "ops")).len(), 20);
    let one_more = office.deed("/ram/groups/ops", "attach-policies");
    let one_more = one_more.with("policy", &format!("System/{}", names.next().unwrap()));
    office.refused(&one_more, (409, "limit of 20 policies"));
    assert_eq!(office.held("ListPoliciesForGroup", ("GroupName", "ops")).len(), 20);
}

#[test]
fn what_counts_for_a_user_is_its_own_and_that_of_each_of_its_groups() {
    let mut office = Office::new();
    office.tenant.user("alice");
    office.tenant.grant_document("alice", "of-alice", &allowing("ecs:Own"));
    for (group, policy) in [("ops", "of-ops"), ("dev", "of-dev"), ("other", "of-other")] {
        office.group(group);
        office.policy(policy, &format!("ecs:{group}"));
        office.ram(
            "AttachPolicyToGroup",
            &[("PolicyType", "Custom"), ("PolicyName", policy), ("GroupName", group)],
        );
    }
    for group in ["ops", "dev"] {
        office.ram("AddUserToGroup", &[("UserName", "alice"), ("GroupName", group)]);
    }
    let text = office.open("/ram/permissions/users/alice").text();
    for said in ["Allow ecs:Own", "By the group ops", "Allow ecs:ops", "By the group dev", "Allow ecs:dev"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("of-other"), "{text}");
    let page = office.admin.get(&office.tenant.world.url("/ram/permissions/users/absent"));
    assert_eq!(page.status, 404, "{}", page.text());
}
