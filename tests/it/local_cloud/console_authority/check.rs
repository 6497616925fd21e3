//! The check of one action: what it says is what a call would meet.

use super::{Office, allowing};
use crate::local_cloud::{IMS, RAM, RD};
use crate::support::http::{Form, Page};

fn form(office: &mut Office, (kind, holder): (&str, &str), (action, resource): (&str, &str)) -> Form {
    let form = office.deed("/ram/permissions/check", "check-access");
    form.with("kind", kind).with("holder", holder).with("action", action).with("resource", resource)
}

/// The page of a decision says it in its heading.
fn is_allowed(page: &Page) -> bool {
    assert!(page.body.contains("id=\"decision\""), "{}", page.text());
    page.body.contains("<span class=\"allow\">Allowed</span></h2>")
}

#[test]
fn a_check_names_the_statement_that_decides_and_whose_it_is() {
    let mut office = Office::new();
    office.tenant.user("alice");
    office.group("ops");
    let document = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":"ecs:*","Resource":"*"},
        {"Effect":"Deny","Action":"ecs:Delete*","Resource":"acs:ecs:*:*:instance/i-1"}]}"#;
    office.ram("CreatePolicy", &[("PolicyName", "of-ops"), ("PolicyDocument", document)]);
    let grant = [("PolicyType", "Custom"), ("PolicyName", "of-ops"), ("GroupName", "ops")];
    office.ram("AttachPolicyToGroup", &grant);
    let alice = ("User", "alice");
    let instance = |id: &str| format!("acs:ecs:cn-hangzhou:1:instance/{id}");
    let asked = form(&mut office, alice, ("ecs:StopInstance", &instance("i-1")));
    let page = office.submit(&asked);
    assert!(
        !is_allowed(&page) && page.text().contains("no statement of any policy allows it"),
        "{}",
        page.text()
    );
    office.ram("AddUserToGroup", &[("UserName", "alice"), ("GroupName", "ops")]);
    let page = office.submit(&asked);
    let text = page.text();
    assert!(is_allowed(&page) && text.contains("allowed by Statement[0] of policy of-ops"), "{text}");
    assert!(
        text.contains("Attached to ops Group") && text.contains("Allow ecs:* on every resource"),
        "{text}"
    );
    assert_eq!(super::links(&page, "/ram/policies/custom/of-ops").len(), 1);
    let page = office.submit(&asked.clone().with("action", "ecs:deleteInstance"));
    assert!(
        !is_allowed(&page) && page.text().contains("denied by Statement[1] of policy of-ops"),
        "{}",
        page.text()
    );
    assert_eq!(page.deed("check-access").field("action"), Some("ecs:deleteInstance"));
    let page =
        office.submit(&asked.clone().with("action", "ecs:DeleteInstance").with("resource", &instance("i-2")));
    assert!(is_allowed(&page), "{}", page.text());
    // The logon name, the group alone, and a role.
    let page = office.submit(&asked.clone().with("holder", &office.tenant.principal("alice")));
    assert!(is_allowed(&page), "{}", page.text());
    let page = office.submit(&asked.clone().with("kind", "Group").with("holder", "ops"));
    assert!(is_allowed(&page), "{}", page.text());
    office.role("auditor");
    let page = office.submit(&asked.with("kind", "Role").with("holder", "auditor"));
    assert!(!is_allowed(&page), "{}", page.text());
}

#[test]
fn a_check_looks_at_address_time_and_factor() {
    let mut office = Office::new();
    office.tenant.user("alice");
    let document = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":"oss:Get","Resource":"*","Condition":{"IpAddress":{"acs:SourceIp":"10.0.0.0/8"}}},
        {"Effect":"Allow","Action":"oss:Put","Resource":"*","Condition":{"DateLessThan":{"acs:CurrentTime":"2030-01-01T00:00:00Z"}}},
        {"Effect":"Allow","Action":"oss:Own","Resource":"*","Condition":{"StringLike":{"acs:PrincipalARN":"acs:ram::*:user/alice"}}},
        {"Effect":"Allow","Action":"oss:Delete","Resource":"*","Condition":{"Bool":{"acs:MFAPresent":"true"}}}]}"#;
    office.tenant.grant_document("alice", "when", document);
    let asked = form(&mut office, ("User", "alice"), ("oss:Get", "acs:oss:*:*:bucket"));
    for (fields, expected) in [
        (&[("action", "oss:Get")][..], false),
        (&[("action", "oss:Get"), ("source", "10.1.2.3")], true),
        (&[("action", "oss:Get"), ("source", "::ffff:10.1.2.3")], true),
        (&[("action", "oss:Get"), ("source", "11.1.2.3")], false),
        (&[("action", "oss:Put")], true),
        (&[("action", "oss:Put"), ("time", "2029-12-31T23:59")], true),
        (&[("action", "oss:Put"), ("time", "2030-01-01T00:00")], false),
        (&[("action", "oss:Own")], true),
        (&[("action", "oss:Delete")], false),
        (&[("action", "oss:Delete"), ("has_factor", "true")], true),
    ] {
        let form = fields.iter().fold(asked.clone(), |form, (field, value)| form.with(field, value));
        let page = office.submit(&form);
        assert_eq!(is_allowed(&page), expected, "{fields:?}: {}", page.text());
    }
}

#[test]
fn a_session_policy_narrows_a_role_in_a_check_too() {
    let mut office = Office::new();
    office.role("auditor");
    office.policy("all", "*");
    office.ram(
        "AttachPolicyToRole",
        &[("PolicyType", "Custom"), ("PolicyName", "all"), ("RoleName", "auditor")],
    );
    let asked = form(&mut office, ("Role", "auditor"), ("ecs:Stop", "*"));
    assert!(is_allowed(&office.submit(&asked)));
    let narrow = asked.clone().with("session_policy", &allowing("oss:*"));
    assert!(!is_allowed(&office.submit(&narrow)));
    assert!(is_allowed(&office.submit(&narrow.clone().with("action", "oss:Get"))));
    let denies = allowing("oss:*").replace("Allow", "Deny");
    let page = office.submit(&narrow.clone().with("action", "oss:Get").with("session_policy", &denies));
    assert!(page.text().contains("denied by Statement[0] of policy session policy"), "{}", page.text());
    assert!(page.text().contains("The session policy below"), "{}", page.text());
    let page = office.refused(&narrow.clone().with("session_policy", "{"), (400, "not JSON"));
    assert_eq!(page.deed("check-access").field("session_policy"), Some("{"));
    office.tenant.user("alice");
    office.refused(&narrow.with("kind", "User").with("holder", "alice"), (400, "only a role has sessions"));
}

#[test]
fn control_policies_count_in_a_check_as_they_do_in_a_call() {
    let mut office = Office::new();
    let world = &office.tenant.world;
    let document =
        r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"ram:CreateGroup","Resource":"*"}]}"#;
    let made = [("PolicyName", "no-groups"), ("EffectScope", "RAM"), ("PolicyDocument", document)];
    world.call(&world.owner, (RD, "EnableControlPolicy"), &[]).ok();
    let policy = world.call(&world.owner, (RD, "CreateControlPolicy"), &made).ok();
    let id = policy["ControlPolicy"]["PolicyId"].as_str().unwrap();
    world
        .call(
            &world.owner,
            (RD, "AttachControlPolicy"),
            &[("PolicyId", id), ("TargetId", &office.tenant.account)],
        )
        .ok();
    let resource = format!("acs:ram::{}:group/ops", office.tenant.account);
    let asked = form(&mut office, ("User", "admin"), ("ram:CreateGroup", &resource));
    for kind in [("User", "admin"), ("Role", "ResourceDirectoryAccountAccessRole")] {
        // Denied under either of the two names of the act.
        for action in ["ram:CreateGroup", "ims:CreateGroup"] {
            let asked = asked.clone().with("kind", kind.0).with("holder", kind.1).with("action", action);
            let page = office.submit(&asked);
            assert!(!is_allowed(&page), "{kind:?} {action}");
            assert!(page.text().contains("control policy no-groups"), "{}", page.text());
            assert!(is_allowed(&office.submit(&asked.with("action", "ram:GetGroup"))));
        }
    }
    for (version, action) in [(RAM, "CreateGroup"), (IMS, "CreateGroup")] {
        let answer = office.tenant.world.call(&office.tenant.key, (version, action), &[("GroupName", "ops")]);
        assert!(answer.body.contains("control policy no-groups"), "{}", answer.body);
    }
    // A service-linked role is bound by none: what refuses it is its own policy.
    let asked = asked.with("kind", "Role").with("holder", "AliyunServiceRoleForCloudSSO");
    let page = office.submit(&asked);
    assert!(page.text().contains("no statement of any policy allows it"), "{}", page.text());
}

#[test]
fn what_another_account_keeps_is_out_of_reach_in_a_check_too() {
    let mut office = Office::new();
    let elsewhere = office.tenant.world.member("elsewhere");
    let role = format!("acs:ram::{elsewhere}:role/x");
    let asked = form(&mut office, ("User", "admin"), ("ram:GetRole", &role));
    let page = office.submit(&asked);
    assert!(!is_allowed(&page) && page.text().contains("belongs to another account"), "{}", page.text());
    assert!(is_allowed(&office.submit(&asked.clone().with("action", "sts:AssumeRole"))));
    let own = format!("acs:ram::{}:role/x", office.tenant.account);
    assert!(is_allowed(&office.submit(&asked.with("resource", &own))));
}

#[test]
fn a_check_that_makes_no_sense_is_refused_and_keeps_what_was_typed() {
    let mut office = Office::new();
    office.tenant.user("alice");
    let (_visitor, elsewhere) = office.stranger();
    let asked = form(&mut office, ("User", "alice"), ("ecs:Stop", "*"));
    let long = "r".repeat(1025);
    let stranger = format!("stranger@{elsewhere}.onaliyun.com");
    for (field, value, status, said) in [
        ("holder", "absent", 404, "absent"),
        ("holder", "stranger", 404, "stranger"),
        ("holder", &stranger, 404, "stranger"),
        ("holder", "", 400, "HolderName"),
        ("holder", "<i>", 400, "HolderName"),
        ("kind", "Owner", 400, "HolderType"),
        ("action", "StopInstance", 400, "RequestedAction"),
        ("action", ":x", 400, "RequestedAction"),
        ("action", "", 400, "RequestedAction"),
        ("resource", "", 400, "RequestedResource"),
        ("resource", &long, 400, "RequestedResource"),
        ("source", "10.0.0.0/8", 400, "SourceIp"),
        ("time", "tomorrow", 400, "CurrentTime"),
    ] {
        let page = office.refused(&asked.clone().with(field, value), (status, said));
        if field != "kind" {
            assert_eq!(page.deed("check-access").field(field), Some(value));
        }
        assert!(!page.body.contains("id=\"decision\""));
    }
    for kind in ["Group", "Role"] {
        office.refused(&asked.clone().with("kind", kind), (404, "alice"));
    }
}

#[test]
fn the_page_of_a_holder_leads_to_its_check() {
    let mut office = Office::new();
    office.group("ops");
    let page = office.open("/ram/groups/ops");
    let address = super::links(&page, "/ram/permissions/check?").remove(0);
    let form = office.deed(&address, "check-access");
    assert_eq!((form.field("kind"), form.field("holder")), (Some("Group"), Some("ops")));
}
