//! Policies, their versions, and who holds them.

use serde_json::Value;

use super::{Office, allowing, links};
use crate::local_cloud::RAM;

fn versions(office: &Office, policy: &str) -> Vec<(String, bool)> {
    let answer = office.ram("ListPolicyVersions", &[("PolicyType", "Custom"), ("PolicyName", policy)]);
    let versions = answer["PolicyVersions"]["PolicyVersion"].as_array().unwrap().iter();
    let version = |version: &Value| {
        (version["VersionId"].as_str().unwrap().to_owned(), version["IsDefaultVersion"].as_bool().unwrap())
    };
    versions.map(version).collect()
}

fn custom_policies(office: &Office) -> usize {
    office.ram("ListPolicies", &[("PolicyType", "Custom")])["Policies"]["Policy"].as_array().unwrap().len()
}

#[test]
fn a_policy_is_checked_created_described_tagged_and_deleted() {
    let mut office = Office::new();
    let document = "{\r\n \"Version\": \"1\", \"Statement\": [{\"Effect\": \"Deny\", \"Action\": [\"ecs:Stop*\"], \"Resource\": \"*\",\r\n \"Condition\": {\"IpAddress\": {\"acs:SourceIp\": \"10.0.0.0/8\"}}}]}";
    let form = office.deed("/ram/policies/create", "check-document").with("document", document);
    let page = office.submit(&form.with("description", "No <stops>"));
    let text = page.text();
    assert!(text.contains("nothing was created yet"), "{text}");
    assert!(
        text.contains("Deny ecs:Stop* on every resource when acs:SourceIp IpAddress 10.0.0.0/8"),
        "{text}"
    );
    assert_eq!(custom_policies(&office), 0);
    let page = office.submit(&page.deed("create-policy").with("name", "no-stops"));
    assert_eq!(page.url.path(), "/ram/policies/custom/no-stops");
    let named = [("PolicyType", "Custom"), ("PolicyName", "no-stops")];
    let policy = office.ram("GetPolicy", &named);
    assert_eq!(policy["Policy"]["Description"], "No <stops>");
    let stored = policy["DefaultPolicyVersion"]["PolicyDocument"].as_str().unwrap();
    assert_eq!(stored, document.replace("\r\n", "\n"));
    let page = office.submit(&page.deed("describe-policy").with("description", "None at all"));
    assert_eq!(office.ram("GetPolicy", &named)["Policy"]["Description"], "None at all");
    office.refused(&page.deed("describe-policy").with("description", ""), (400, "NewDescription"));
    office.refused(
        &page.deed("describe-policy").with("description", &"d".repeat(1025)),
        (400, "NewDescription"),
    );
    let page = office.submit(&page.deed("tag-policy").with("tag_key", "team").with("tag_value", "a"));
    let asked = [("ResourceType", "policy"), ("ResourceNames.1", "no-stops")];
    assert_eq!(office.ram("ListTagResources", &asked)["TagResources"][0]["TagKey"], "team");
    office.submit(&page.deed("untag-policy"));
    assert_eq!(office.ram("ListTagResources", &asked)["TagResources"].as_array().unwrap().len(), 0);
    let page = office.submit(&page.deed("delete-policy"));
    assert_eq!(page.url.path(), "/ram/policies");
    assert_eq!(custom_policies(&office), 0);
}

#[test]
fn a_policy_that_cannot_be_made_says_what_is_wrong_where_and_the_text_stays() {
    let mut office = Office::new();
    office.policy("taken", "ecs:*");
    let good = allowing("ecs:*");
    let long_document = allowing(&format!("ecs:{}", "A".repeat(6200)));
    let form = office.deed("/ram/policies/create", "create-policy").with("description", "kept");
    let long = "p".repeat(129);
    for (name, document, status, said) in [
        (long.as_str(), good.as_str(), 400, "PolicyName"),
        ("a_b", &good, 400, "PolicyName"),
        ("", &good, 400, "PolicyName"),
        ("TAKEN", &good, 409, "already exists"),
        ("administratoraccess", &good, 409, "already exists"),
        ("AliyunReservedSSO-x", &good, 403, "reserved"),
        ("fine", "", 400, "PolicyDocument"),
        ("fine", "{\n \"Version\": 1,\n}", 400, "line 3 column 1"),
        ("fine", r#"{"Version":"2","Statement":[]}"#, 400, "Version must be"),
        (
            "fine",
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ecs:*"}]}"#,
            400,
            "Statement[0].Resource is missing",
        ),
        (
            "fine",
            r#"{"Version":"1","Statement":[{"Effect":"Maybe","Action":"ecs:*","Resource":"*"}]}"#,
            400,
            "Statement[0].Effect must be Allow or Deny",
        ),
        (
            "fine",
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Effect":"Deny","Action":"ecs:*","Resource":"*"}]}"#,
            400,
            "stands twice",
        ),
        (
            "fine",
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"</textarea><b>","Resource":"*"}]}"#,
            400,
            "Statement[0].Action must be",
        ),
        ("fine", &long_document, 400, "6144"),
    ] {
        let form = form.clone().with("name", name).with("document", document);
        let page = office.refused(&form, (status, said));
        let again = page.deed("create-policy");
        assert_eq!(again.field("document"), Some(document));
        assert_eq!((again.field("name"), again.field("description")), (Some(name), Some("kept")));
        assert!(!page.body.contains("<b>"));
        if name == "fine" && !document.is_empty() {
            let page = office.refused(&form.with("deed", "check-document"), (400, said));
            assert_eq!(page.deed("check-document").field("document"), Some(document));
        }
    }
    assert_eq!(custom_policies(&office), 1);
}

#[test]
fn versions_are_created_made_to_count_and_deleted() {
    let mut office = Office::new();
    office.policy("own", "ecs:A1");
    let page = office.open("/ram/policies/custom/own");
    let form = page.deed("check-version").with("document", &allowing("ecs:A2"));
    let page = office.submit(&form);
    assert!(
        page.text().contains("nothing was created yet") && page.text().contains("Allow ecs:A2"),
        "{}",
        page.text()
    );
    assert_eq!(versions(&office, "own").len(), 1);
    office.submit(&page.deed("create-version"));
    assert_eq!(versions(&office, "own"), [("v2".to_owned(), true), ("v1".to_owned(), false)]);
    let form = page.deed("create-version").without("is_default");
    office.submit(&form.clone().with("document", &allowing("ecs:A3")));
    assert_eq!(versions(&office, "own")[0], ("v3".to_owned(), false));
    let page = office.open("/ram/policies/custom/own");
    let of =
        |deed: &str, id: &str| page.deeds(deed).into_iter().find(|form| form.field("version") == Some(id));
    assert!(of("delete-version", "v2").is_none() && of("set-default-version", "v2").is_none());
    let (sets, deletes) = (of("set-default-version", "v3").unwrap(), of("delete-version", "v3").unwrap());
    office.submit(&sets);
    assert!(versions(&office, "own").contains(&("v3".to_owned(), true)));
    assert!(office.open("/ram/policies/custom/own").text().contains("Allow ecs:A3 on every resource"));
    office.refused(&deletes, (409, "default version"));
    office.submit(&of("delete-version", "v1").unwrap());
    assert_eq!(versions(&office, "own").len(), 2);
    office.refused(&deletes.clone().with("version", "v9"), (404, "v9"));
    office.refused(&sets.with("version", "v1"), (404, "v1"));
}

#[test]
fn a_sixth_version_needs_the_oldest_to_go() {
    let mut office = Office::new();
    office.policy("own", "ecs:A1");
    let create = office.deed("/ram/policies/custom/own", "create-version").without("is_default");
    for number in 2..=5 {
        office.submit(&create.clone().with("document", &allowing(&format!("ecs:A{number}"))));
    }
    let sixth = create.with("document", &allowing("ecs:A6"));
    let page = office.refused(&sixth, (409, "limit of 5 versions"));
    assert_eq!(page.deed("create-version").field("document"), Some(allowing("ecs:A6").as_str()));
    assert_eq!(page.deed("create-version").field("is_default"), None);
    assert_eq!(versions(&office, "own").len(), 5);
    office.submit(&sixth.with("replaces_oldest", "true"));
    let ids: Vec<_> = versions(&office, "own").into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["v6", "v5", "v4", "v3", "v1"]);
    let page = office.open("/ram/policies/custom/own");
    assert!(page.text().contains("All of its versions go with it"), "{}", page.text());
    office.submit(&page.deed("delete-policy"));
    assert_eq!(custom_policies(&office), 0);
}

#[test]
fn a_malformed_version_is_refused_and_its_text_stays() {
    let mut office = Office::new();
    office.policy("own", "ecs:A1");
    let page = office.open("/ram/policies/custom/own");
    for deed in ["create-version", "check-version"] {
        let page = office.refused(&page.deed(deed).with("document", "{\"Version\":"), (400, "not JSON"));
        assert_eq!(page.deed(deed).field("document"), Some("{\"Version\":"));
    }
    assert_eq!(versions(&office, "own").len(), 1);
}

#[test]
fn a_policy_is_attached_to_users_groups_and_roles_and_detached() {
    let mut office = Office::new();
    office.policy("own", "ecs:*");
    let logon_name = office.tenant.user("alice");
    office.tenant.user("bob");
    office.group("ops");
    office.role("auditor");
    let form = office.deed("/ram/policies/custom/own", "attach-to-holders");
    office.submit(&form.clone().with("holder_kind", "User").with("holders", &format!("{logon_name}\nbob")));
    office.submit(&form.clone().with("holder_kind", "Group").with("holders", "ops"));
    let page = office.submit(&form.clone().with("holder_kind", "Role").with("holders", "auditor"));
    assert_eq!(office.held("ListPoliciesForUser", ("UserName", "alice")), ["own"]);
    assert_eq!(office.held("ListPoliciesForUser", ("UserName", "bob")), ["own"]);
    assert_eq!(office.held("ListPoliciesForGroup", ("GroupName", "ops")), ["own"]);
    assert_eq!(office.held("ListPoliciesForRole", ("RoleName", "auditor")), ["own"]);
    for address in ["/ram/users/alice", "/ram/users/bob", "/ram/groups/ops", "/ram/roles/auditor"] {
        assert_eq!(links(&page, address), [address]);
    }
    assert!(page.deeds("delete-policy").is_empty());
    assert!(page.text().contains("It cannot be deleted while somebody holds it"), "{}", page.text());
    let detaches = page.deeds("detach-from-holder");
    assert_eq!(detaches.len(), 4);
    for form in &detaches {
        office.submit(form);
    }
    office.refused(&detaches[0], (404, "does not exist"));
    let holders = office.ram("ListEntitiesForPolicy", &[("PolicyType", "Custom"), ("PolicyName", "own")]);
    for (plural, singular) in [("Users", "User"), ("Groups", "Group"), ("Roles", "Role")] {
        assert_eq!(holders[plural][singular].as_array().unwrap().len(), 0);
    }
}

#[test]
fn a_policy_is_attached_to_nobody_of_another_account_or_of_none() {
    let mut office = Office::new();
    office.policy("own", "ecs:*");
    office.tenant.user("alice");
    let form = office.deed("/ram/policies/custom/own", "attach-to-holders").with("holder_kind", "User");
    let stranger = "alice@1000000000000000.onaliyun.com";
    let page = office.refused(&form.clone().with("holders", stranger), (404, stranger));
    assert_eq!(page.deed("attach-to-holders").field("holders"), Some(stranger));
    office.refused(&form.clone().with("holders", "absent"), (404, "absent"));
    office.refused(&form.clone().with("holders", "<i>"), (400, "UserName"));
    office.refused(&form.clone().with("holders", ""), (400, "holders"));
    office.refused(&form.clone().with("holder_kind", "Owner").with("holders", "alice"), (400, "holder_kind"));
    assert_eq!(office.held("ListPoliciesForUser", ("UserName", "alice")), Vec::<String>::new());
    let forged = office.deed("/ram/policies/custom/own", "delete-policy");
    office.submit(&form.with("holders", "alice"));
    office.refused(&forged, (409, "attached to a user"));
    assert_eq!(custom_policies(&office), 1);
}

#[test]
fn policies_are_searched_by_type_and_paged() {
    let mut office = Office::new();
    assert!(office.open("/ram/policies?type=Custom").text().contains("no policies of its own yet"));
    office.policy("mine", "ecs:*");
    let mut found = Vec::new();
    let mut address = "/ram/policies".to_owned();
    loop {
        let page = office.open(&address);
        found.extend(links(&page, "/ram/policies/system/"));
        found.extend(links(&page, "/ram/policies/custom/"));
        match links(&page, "/ram/policies?").pop() {
            Some(next) => address = next,
            None => break,
        }
    }
    let listed = office.ram("ListPolicies", &[("MaxItems", "1000")]);
    assert_eq!(found.len(), listed["Policies"]["Policy"].as_array().unwrap().len());
    assert!(found.len() > 50);
    assert_eq!(
        links(&office.open("/ram/policies?type=Custom"), "/ram/policies/c"),
        ["/ram/policies/create", "/ram/policies/custom/mine"]
    );
    let oss = office.open("/ram/policies?search=aliyunoss&type=System");
    let names = ["/ram/policies/system/AliyunOSSFullAccess", "/ram/policies/system/AliyunOSSReadOnlyAccess"];
    assert_eq!(links(&oss, "/ram/policies/system/"), names);
    let page = office.admin.get(&office.tenant.world.url("/ram/policies?type=Other"));
    assert_eq!(page.status, 400, "{}", page.text());
    let listed = office
        .tenant
        .world
        .call(&office.tenant.key, (RAM, "ListPolicies"), &[("QueryKeyword", "access management")])
        .ok();
    assert!(!listed["Policies"]["Policy"].as_array().unwrap().is_empty(), "descriptions are searched too");
}
