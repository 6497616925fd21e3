//! The list of every grant.

use super::{Office, links};
use crate::local_cloud::desk::signed_in;
use crate::local_cloud::{CONSOLE, RAM};

/// Gives twelve groups ten system policies each.
fn many(office: &Office) {
    let listed = office.ram("ListPolicies", &[("PolicyType", "System"), ("MaxItems", "12")]);
    let names = listed["Policies"]["Policy"].as_array().unwrap().iter();
    let names = names.map(|policy| policy["PolicyName"].as_str().unwrap());
    let names: Vec<_> = names.filter(|name| !name.contains("ServiceRole")).take(10).collect();
    for number in 10..22 {
        let group = format!("team-{number}");
        office.group(&group);
        for name in &names {
            let grant = [("PolicyType", "System"), ("PolicyName", name), ("GroupName", group.as_str())];
            office.ram("AttachPolicyToGroup", &grant);
        }
    }
}

#[test]
fn every_grant_is_listed_once_by_holder_or_by_policy() {
    let mut office = Office::new();
    many(&office);
    // Beside those of the teams: the administrator's own, and those of the two roles that a member begins with.
    for order in ["holder", "policy"] {
        let first = office.open(&format!("/ram/permissions?by={order}"));
        let next = links(&first, "/ram/permissions?").remove(0);
        let last = office.open(&next);
        assert!(links(&last, "/ram/permissions?").is_empty());
        let groups = |page| links(page, "/ram/groups/team-");
        let mut found = [groups(&first), groups(&last)].concat();
        assert_eq!(found.len(), 120, "by {order}");
        if order == "holder" {
            assert!(found.is_sorted());
        }
        found.dedup();
        assert_eq!(found.len() == 12, order == "holder");
        let holders =
            ["/ram/users/admin", "/ram/roles/AliyunServiceRoleForCloudSSO", "/ram/roles/ResourceDirectory"];
        for holder in holders {
            let number = links(&first, holder).len() + links(&last, holder).len();
            assert_eq!(number, 1, "{holder} by {order}");
        }
    }
}

#[test]
fn grants_are_searched_by_the_names_of_either_side() {
    let mut office = Office::new();
    many(&office);
    let teams = |office: &mut Office, query: &str| {
        links(&office.open(&format!("/ram/permissions?{query}")), "/ram/groups/team-").len()
    };
    assert_eq!(teams(&mut office, "search=TEAM-15"), 10);
    assert_eq!(teams(&mut office, "search=AdministratorAccess"), 12);
    assert_eq!(teams(&mut office, "holder=User"), 0);
    assert_eq!(teams(&mut office, "holder=Group&type=Custom"), 0);
    assert!(office.open("/ram/permissions?search=absent").text().contains("No grant is like that"));
    let page = office.admin.get(&office.tenant.world.url("/ram/permissions?holder=Owner"));
    assert_eq!(page.status, 400, "{}", page.text());
    let page = office.open("/ram/permissions?search=admin&holder=User");
    assert_eq!(links(&page, "/ram/permissions/users/"), ["/ram/permissions/users/admin"]);
}

#[test]
fn grants_of_another_account_are_not_listed() {
    let mut office = Office::new();
    office.group("ops");
    let grant = [("PolicyType", "System"), ("PolicyName", "ReadOnlyAccess"), ("GroupName", "ops")];
    office.ram("AttachPolicyToGroup", &grant);
    let (mut stranger, _account) = office.stranger();
    let page = stranger.open(&office.tenant.world.url("/ram/permissions"));
    assert!(page.text().contains("stranger") && !page.text().contains("ops"), "{}", page.text());
    assert!(office.open("/ram/permissions").text().contains("ops"));
}

#[test]
fn the_actions_of_the_page_are_refused_without_their_permission() {
    let office = Office::new();
    office.tenant.user("bob");
    office.tenant.grant("bob", "AliyunOSSFullAccess");
    let key = office.tenant.key_of("bob");
    let asked = [
        ("HolderType", "User"),
        ("HolderName", "bob"),
        ("RequestedAction", "oss:PutObject"),
        ("RequestedResource", "*"),
    ];
    let call = |action: &str, parameters: &[(&str, &str)]| {
        office.tenant.world.call(&key, (CONSOLE, action), parameters)
    };
    assert!(call("ListPolicyAttachments", &[]).body.contains("ram:ListPolicyAttachments"));
    assert!(call("GetAccessDecision", &asked).body.contains("ram:GetAccessDecision"));
    office.tenant.grant("bob", "AliyunRAMReadOnlyAccess");
    assert_eq!(call("ListPolicyAttachments", &[]).code(), "ok");
    assert_eq!(call("GetAccessDecision", &asked).ok()["Decision"]["IsAllowed"], true);
    assert_eq!(
        office.tenant.world.call(&key, (RAM, "GetAccessDecision"), &asked).code(),
        "InvalidAction.NotFound"
    );
    let mut nobody = signed_in(&office.tenant, "nobody", &[]);
    for (path, missing) in [
        ("/ram/groups", "ims:ListGroups"),
        ("/ram/roles", "ram:ListRoles"),
        ("/ram/policies", "ram:ListPolicies"),
        ("/ram/permissions", "ram:ListPolicyAttachments"),
        ("/ram/groups/ops", "ims:GetGroup"),
        ("/ram/roles/auditor", "ram:GetRole"),
        ("/ram/policies/custom/own", "ram:GetPolicy"),
    ] {
        let page = nobody.get(&office.tenant.world.url(path));
        assert_eq!(page.status, 403, "{path}");
        assert!(page.text().contains(&format!("missing is {missing}")), "{path}: {}", page.text());
    }
}
