//! Groups and who is in them.

use super::{Office, links};
use crate::local_cloud::tenant::every_page;

fn members(office: &Office, group: &str) -> Vec<String> {
    let call =
        |marker: &str| office.tenant.ims("ListUsersForGroup", &[("GroupName", group), ("Marker", marker)]);
    every_page(call, ("Users", "User"), "UserPrincipalName")
}

#[test]
fn a_group_is_created_changed_and_deleted() {
    let mut office = Office::new();
    let form = office.deed("/ram/groups/create", "create-group");
    let form =
        form.with("name", " ops ").with("display_name", "Operations").with("comments", "Night <shift>");
    let page = office.submit(&form);
    assert_eq!(page.url.path(), "/ram/groups/ops");
    assert!(page.text().contains("The group is created.") && page.text().contains("Night <shift>"));
    let group = office.tenant.ims("GetGroup", &[("GroupName", "ops")]).ok();
    assert_eq!(group["Group"]["DisplayName"], "Operations");
    assert_eq!(group["Group"]["Comments"], "Night <shift>");
    let form = page.deed("update-group");
    assert_eq!(form.field("display_name"), Some("Operations"));
    let page = office.submit(&form.with("name", "ops.2").with("display_name", "").with("comments", "Day"));
    assert_eq!(page.url.path(), "/ram/groups/ops.2");
    let group = office.tenant.ims("GetGroup", &[("GroupName", "ops.2")]).ok();
    assert_eq!((&group["Group"]["DisplayName"], &group["Group"]["Comments"]), (&"".into(), &"Day".into()));
    let page = office.submit(&page.deed("delete-group"));
    assert_eq!(page.url.path(), "/ram/groups");
    assert!(page.text().contains("The group is deleted."), "{}", page.text());
    let code = office.tenant.ims("GetGroup", &[("GroupName", "ops.2")]).code();
    assert_eq!(code, "EntityNotExist.Group");
}

#[test]
fn a_group_that_cannot_be_made_says_why_and_what_was_typed_stays() {
    let mut office = Office::new();
    office.group("ops");
    let form = office.deed("/ram/groups/create", "create-group").with("comments", "kept & shown");
    let (long, wide) = ("g".repeat(65), "d".repeat(25));
    for (name, display_name, status, said) in [
        (long.as_str(), "", 400, "GroupName"),
        ("a b", "", 400, "GroupName"),
        ("<b>", "", 400, "GroupName"),
        ("ümlaut", "", 400, "GroupName"),
        ("", "", 400, "GroupName"),
        ("OPS", "", 409, "already exists"),
        ("fine", wide.as_str(), 400, "DisplayName"),
    ] {
        let page = office
            .refused(&form.clone().with("name", name).with("display_name", display_name), (status, said));
        assert!(page.text().contains("Error: Create a group"), "{}", page.text());
        let again = page.deed("create-group");
        assert_eq!((again.field("name"), again.field("comments")), (Some(name), Some("kept & shown")));
    }
    let groups = office.ram("ListGroups", &[]);
    assert_eq!(groups["Groups"]["Group"].as_array().unwrap().len(), 1);
}

#[test]
fn a_group_keeps_its_name_where_the_new_one_is_taken_or_none() {
    let mut office = Office::new();
    office.group("ops");
    office.group("dev");
    let form = office.deed("/ram/groups/ops", "update-group").with("comments", "changed");
    office.refused(&form.clone().with("name", "dev"), (409, "already exists"));
    let page = office.refused(&form.clone().with("name", "o/ps"), (400, "NewGroupName"));
    assert_eq!(page.deed("update-group").field("name"), Some("o/ps"));
    let group = office.tenant.ims("GetGroup", &[("GroupName", "ops")]).ok();
    assert_eq!(group["Group"]["Comments"], "");
    office.submit(&form.with("name", ""));
    let group = office.tenant.ims("GetGroup", &[("GroupName", "ops")]).ok();
    assert_eq!(group["Group"]["Comments"], "changed");
}

#[test]
fn users_are_put_in_several_at_once_and_taken_out_one_by_one() {
    let mut office = Office::new();
    office.group("ops");
    let users = ["alice", "bob", "carol"].map(|name| office.tenant.user(name));
    let form = office.deed("/ram/groups/ops", "add-members");
    office.submit(&form.clone().with("members", &users[0]));
    // One is in already, which hinders nobody else.
    let page =
        office.submit(&form.clone().with("members", &format!("{},{}\r\n {}", users[0], users[1], users[2])));
    assert!(page.text().contains("The users are in the group."), "{}", page.text());
    assert_eq!(members(&office, "ops"), users);
    let takes_out = page.deeds("remove-member");
    assert_eq!(takes_out.len(), 3);
    let of_bob = takes_out.into_iter().find(|form| form.field("member") == Some(&users[1])).unwrap();
    office.submit(&of_bob);
    assert_eq!(members(&office, "ops"), [&*users[0], &*users[2]]);
    office.refused(&of_bob, (404, "membership"));
}

#[test]
fn who_cannot_be_put_in_is_named_and_those_before_are_in() {
    let mut office = Office::new();
    office.group("ops");
    let users = ["alice", "bob"].map(|name| office.tenant.user(name));
    let (_visitor, elsewhere) = office.stranger();
    let stranger = format!("stranger@{elsewhere}.onaliyun.com");
    let form = office.deed("/ram/groups/ops", "add-members");
    let typed = format!("{}\n{stranger}\n{}", users[0], users[1]);
    let page = office.refused(&form.clone().with("members", &typed), (404, &stranger));
    assert_eq!(page.deed("add-members").field("members"), Some(typed.as_str()));
    assert_eq!(members(&office, "ops"), [&*users[0]]);
    office.refused(&form.clone().with("members", &users[0]), (409, "already exists"));
    office.refused(&form.clone().with("members", "alice"), (400, "UserPrincipalName"));
    office.refused(&form.clone().with("members", " \n, "), (400, "members"));
    office.refused(&form.with("members", &"x@y.z ".repeat(101)), (400, "at most 100"));
    assert_eq!(members(&office, "ops"), [&*users[0]]);
}

#[test]
fn a_group_says_what_hinders_its_deletion() {
    let mut office = Office::new();
    office.group("ops");
    let forged = office.deed("/ram/groups/ops", "delete-group");
    office.tenant.user("alice");
    let membership = [("UserName", "alice"), ("GroupName", "ops")];
    office.ram("AddUserToGroup", &membership);
    let page = office.open("/ram/groups/ops");
    assert!(page.deeds("delete-group").is_empty());
    assert!(page.text().contains("while users are in it"), "{}", page.text());
    office.refused(&forged, (409, "still has users"));
    office.ram("RemoveUserFromGroup", &membership);
    let grant = [("PolicyType", "System"), ("PolicyName", "ReadOnlyAccess"), ("GroupName", "ops")];
    office.ram("AttachPolicyToGroup", &grant);
    let page = office.open("/ram/groups/ops");
    assert!(page.deeds("delete-group").is_empty());
    assert!(page.text().contains("while it holds policies"), "{}", page.text());
    office.refused(&forged, (409, "still holds policies"));
    office.ram("DetachPolicyFromGroup", &grant);
    office.submit(&forged);
    assert_eq!(office.tenant.ims("GetGroup", &[("GroupName", "ops")]).code(), "EntityNotExist.Group");
}

#[test]
fn groups_are_searched_and_paged() {
    let mut office = Office::new();
    assert!(office.open("/ram/groups").text().contains("no groups yet"));
    for number in 0..52 {
        let name = format!("team-{number:02}");
        office.ram(
            "CreateGroup",
            &[("GroupName", &name), ("Comments", if number == 7 { "Lucky one" } else { "" })],
        );
    }
    let page = office.open("/ram/groups");
    assert_eq!(links(&page, "/ram/groups/team").len(), 50);
    let next = links(&page, "/ram/groups?").remove(0);
    let page = office.open(&next);
    assert_eq!(links(&page, "/ram/groups/team"), ["/ram/groups/team-50", "/ram/groups/team-51"]);
    assert!(links(&page, "/ram/groups?").is_empty());
    let found = |page: &crate::support::http::Page| links(page, "/ram/groups/team");
    assert_eq!(found(&office.open("/ram/groups?search=TEAM-3")).len(), 10);
    assert_eq!(found(&office.open("/ram/groups?search=lucky")), ["/ram/groups/team-07"]);
    assert!(office.open("/ram/groups?search=%25").text().contains("No group is like that"));
}

#[test]
fn every_name_has_a_page_of_its_own() {
    let mut office = Office::new();
    let names = ["..", ".", "create", "a.b_c-d", "...", "~"];
    for name in &names[..5] {
        office.group(name);
    }
    let page = office.open("/ram/groups");
    let mut seen = Vec::new();
    for address in links(&page, "/ram/groups/").into_iter().filter(|address| address != "/ram/groups/create")
    {
        let page = office.open(&address);
        let form = page.deed("update-group").with("comments", "seen");
        seen.push(form.field("name").unwrap().to_owned());
        assert_eq!(office.submit(&form).url.path(), page.url.path());
    }
    seen.sort();
    assert_eq!(seen, [".", "..", "...", "a.b_c-d", "create"]);
    for name in &names[..5] {
        let group = office.ram("GetGroup", &[("GroupName", name)]);
        assert_eq!(group["Group"]["Comments"], "seen", "{name}");
    }
}

#[test]
fn an_address_that_names_nothing_is_refused_and_repeats_nothing_raw() {
    let mut office = Office::new();
    office.group("ops");
    for segment in [
        "absent",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "a%2Fb",
        "a%3Fb",
        "50%25",
        "%C3%BC",
        "%00",
        "a%20b",
        "%ff",
        "~ops~",
    ] {
        for section in
            ["groups", "roles", "policies/custom", "policies/system", "policies/other", "permissions/users"]
        {
            let url = office.tenant.world.url(&format!("/ram/{section}/{segment}"));
            let page = office.admin.get(&url);
            assert!(matches!(page.status, 400 | 404), "{section}/{segment}: {} {}", page.status, page.text());
            assert!(!page.body.contains("<script"), "{}", page.body);
        }
    }
    assert_eq!(office.admin.get(&office.tenant.world.url("/ram/groups/OPS")).status, 200);
}

#[test]
fn a_group_of_another_account_is_not_there() {
    let office = Office::new();
    office.group("ops");
    let (mut stranger, _account) = office.stranger();
    let address = office.tenant.world.url("/ram/groups/ops");
    assert_eq!(stranger.get(&address).status, 404);
    let form = stranger.open(&office.tenant.world.url("/ram/groups/create")).deed("create-group");
    let page = stranger.submit(&form.with("name", "own"));
    let page = stranger.follow(page);
    for deed in ["delete-group", "update-group", "add-members", "attach-policies"] {
        let form = page.deed(deed).sent_to(&address).with("name", "mine");
        let form = form.with("members", "admin@x.onaliyun.com").with("policy", "System/ReadOnlyAccess");
        super::refused(&mut stranger, &form, (404, "does not exist"));
    }
    assert_eq!(office.ram("GetGroup", &[("GroupName", "ops")])["Group"]["GroupName"], "ops");
}
