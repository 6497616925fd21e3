//! Roles and whom they trust.

use serde_json::{Value, json};

use super::{Office, links};
use crate::local_cloud::identity_provider::IdentityProvider;
use crate::local_cloud::{IMS, RAM};

fn trust_of(office: &Office, role: &str) -> Value {
    let role = office.ram("GetRole", &[("RoleName", role)]);
    serde_json::from_str(role["Role"]["AssumeRolePolicyDocument"].as_str().unwrap()).unwrap()
}

fn statement(principal: &Value, condition: Option<Value>) -> Value {
    let mut statement = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal});
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    json!({"Version": "1", "Statement": [statement]})
}

#[test]
fn a_role_is_created_for_each_kind_of_trusted_entity() {
    let mut office = Office::new();
    let account = office.tenant.account.clone();
    let metadata = IdentityProvider::new(office.tenant.world.clock.now()).encoded_metadata();
    let saml = [("SAMLProviderName", "corp"), ("EncodedSAMLMetadataDocument", metadata.as_str())];
    office.tenant.ims("CreateSAMLProvider", &saml).ok();
    let oidc = [("OIDCProviderName", "ci"), ("IssuerUrl", "http://localhost:9"), ("ClientIds", "one,two")];
    office.tenant.ims("CreateOIDCProvider", &oidc).ok();
    let root = |account: &str| json!({"RAM": [format!("acs:ram::{account}:root")]});
    let of_own = statement(&root(&account), None).to_string();
    let (saml, oidc) =
        (format!("acs:ram::{account}:saml-provider/corp"), format!("acs:ram::{account}:oidc-provider/ci"));
    let recipient = json!({"StringEquals": {"saml:recipient": office.tenant.world.acs()}});
    let token = json!({"oidc:iss": "http://localhost:9", "oidc:aud": ["one", "two"]});
    let mut of_subject = token.clone();
    of_subject["oidc:sub"] = "repo:main".into();
    let form = office.deed("/ram/roles/create", "create-role");
    type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], Value);
    let rows: &[Row<'_>] = &[
        ("own", "account", &[], statement(&root(&account), None)),
        ("other", "account", &[("account", "1234567890123456")], statement(&root("1234567890123456"), None)),
        (
            "service",
            "service",
            &[("service", "ros.aliyuncs.com")],
            statement(&json!({"Service": ["ros.aliyuncs.com"]}), None),
        ),
        (
            "saml",
            "provider",
            &[("provider", &saml)],
            statement(&json!({"Federated": [saml]}), Some(recipient)),
        ),
        (
            "oidc",
            "provider",
            &[("provider", &oidc)],
            statement(&json!({"Federated": [oidc]}), Some(json!({"StringEquals": token}))),
        ),
        (
            "sub",
            "provider",
            &[("provider", &oidc), ("subject", "repo:main")],
            statement(&json!({"Federated": [oidc]}), Some(json!({"StringEquals": of_subject}))),
        ),
        ("document", "document", &[("document", &of_own)], statement(&root(&account), None)),
    ];
    for (name, trusted, fields, expected) in rows {
        let form = form.clone().with("name", name).with("trusted", trusted).with("seconds", "5400");
        let form = fields.iter().fold(form, |form, (field, value)| form.with(field, value));
        let page = office.submit(&form.with("description", "of a test"));
        assert_eq!(page.url.path(), format!("/ram/roles/{name}"));
        assert!(page.text().contains("1 h 30 min"), "{}", page.text());
        assert_eq!(trust_of(&office, name), *expected, "{name}");
        let role = office.ram("GetRole", &[("RoleName", name)]);
        assert_eq!(role["Role"]["Description"], "of a test");
        assert_eq!(
            (&role["Role"]["MaxSessionDuration"], &role["Role"]["AllowConsoleLogin"]),
            (&5400.into(), &true.into())
        );
    }
    let text = office.open("/ram/roles/sub").text();
    assert!(text.contains(&format!("the identity provider {oidc} vouches for")), "{text}");
    assert!(text.contains("oidc:sub StringEquals repo:main"), "{text}");
}

#[test]
fn whoever_is_trusted_gets_in_by_the_address_that_the_page_shows() {
    let mut office = Office::new();
    let form = office.deed("/ram/roles/create", "create-role").with("name", "auditor");
    let page = office.submit(&form);
    let address = format!("{}/console/switch-role?", office.tenant.world.base_url);
    let address = links(&page, &address).remove(0);
    let switch = office.admin.open(&address).deed("switch-role");
    assert_eq!(switch.field("role"), Some("auditor"));
    let page = office.submit(&switch);
    assert!(page.text().contains("assumed-role/auditor/admin"), "{}", page.text());
}

#[test]
fn a_role_that_cannot_be_made_says_why_and_what_was_typed_stays() {
    let mut office = Office::new();
    office.role("ops");
    let form =
        office.deed("/ram/roles/create", "create-role").with("description", "kept").with("name", "fine");
    let long = "r".repeat(65);
    let no_principal = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}"#;
    let everybody = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["*"]}}]}"#;
    type Row<'a> = (&'a [(&'a str, &'a str)], u16, &'a str);
    let rows: &[Row<'_>] = &[
        (&[("name", &long)], 400, "RoleName"),
        (&[("name", "a b")], 400, "RoleName"),
        (&[("name", "")], 400, "RoleName"),
        (&[("name", "OPS")], 409, "already exists"),
        (&[("name", "AliyunServiceRoleForMe")], 403, "reserved"),
        (&[("name", "AliyunReservedSSO-me")], 403, "reserved"),
        (&[("seconds", "60")], 400, "MaxSessionDuration"),
        (&[("seconds", "an hour")], 400, "MaxSessionDuration"),
        (&[("trusted", "account"), ("account", "me")], 400, "account"),
        (&[("trusted", "account"), ("account", "*")], 400, "account"),
        (&[("trusted", "service"), ("service", "*")], 400, "Principal.Service[0]"),
        (
            &[("trusted", "provider"), ("provider", "acs:ram::*:saml-provider/x")],
            400,
            "Principal.Federated[0]",
        ),
        (&[("trusted", "provider"), ("provider", "acs:ram::1:oidc-provider/absent")], 404, "absent"),
        (&[("trusted", "document"), ("document", no_principal)], 400, "Statement[0].Principal is missing"),
        (&[("trusted", "document"), ("document", everybody)], 400, "Statement[0].Principal.RAM[0]"),
        (&[("trusted", "document"), ("document", "{")], 400, "line 1 column 1"),
        (&[("trusted", "document"), ("document", "")], 400, "AssumeRolePolicyDocument"),
        (&[("trusted", "everybody")], 400, "trusted"),
    ];
    for (fields, status, said) in rows {
        let form = fields.iter().fold(form.clone(), |form, (field, value)| form.with(field, value));
        let page = office.refused(&form, (*status, said));
        let again = page.deed("create-role");
        assert_eq!(again.field("description"), Some("kept"));
        for (field, value) in fields.iter().filter(|(field, value)| *field == "document" || *value == "me") {
            assert_eq!(again.field(field), Some(*value));
        }
        assert_eq!(office.tenant.ram("GetRole", &[("RoleName", "fine")]).code(), "EntityNotExist.Role");
    }
}

#[test]
fn a_role_is_changed_tagged_and_deleted() {
    let mut office = Office::new();
    office.role("ops");
    let form = office.deed("/ram/roles/ops", "update-role");
    assert_eq!(form.field("enters_console"), Some("true"));
    let form = form.without("enters_console").with("description", "Night").with("seconds", "7200");
    let page = office.submit(&form);
    assert!(
        page.text().contains("For programs alone") && !page.text().contains("Switch to it"),
        "{}",
        page.text()
    );
    let role = office.ram("GetRole", &[("RoleName", "ops")])["Role"].clone();
    assert_eq!((&role["Description"], &role["MaxSessionDuration"]), (&"Night".into(), &7200.into()));
    assert_eq!(role["AllowConsoleLogin"], false);
    let page = office.refused(&form.clone().with("seconds", "100000"), (400, "NewMaxSessionDuration"));
    assert_eq!(page.deed("update-role").field("seconds"), Some("100000"));
    assert!(page.body.contains("<details open>\n<summary>Change description"), "the form is open again");
    assert_eq!(page.deed("update-role").field("enters_console"), None);
    let tag = page.deed("tag-role").with("tag_key", "team").with("tag_value", "a&b");
    let page = office.submit(&tag);
    let asked = [("ResourceType", "role"), ("ResourceNames.1", "ops")];
    let tags = office.ram("ListTagResources", &asked);
    assert_eq!(
        (&tags["TagResources"][0]["TagKey"], &tags["TagResources"][0]["TagValue"]),
        (&"team".into(), &"a&b".into())
    );
    let page_again = office.refused(&tag.with("tag_key", "acs:team"), (400, "Tag.1.Key"));
    assert_eq!(page_again.deed("tag-role").field("tag_key"), Some("acs:team"));
    let page = office.submit(&page.deed("untag-role"));
    assert_eq!(office.ram("ListTagResources", &asked)["TagResources"], json!([]));
    let forged = page.deed("delete-role");
    let grant = [("PolicyType", "System"), ("PolicyName", "ReadOnlyAccess"), ("RoleName", "ops")];
    office.ram("AttachPolicyToRole", &grant);
    assert!(office.open("/ram/roles/ops").deeds("delete-role").is_empty());
    office.refused(&forged, (409, "still holds policies"));
    office.ram("DetachPolicyFromRole", &grant);
    let page = office
        .submit(&office.admin.clone().open(&office.tenant.world.url("/ram/roles/ops")).deed("delete-role"));
    assert_eq!(page.url.path(), "/ram/roles");
    assert_eq!(office.tenant.ram("GetRole", &[("RoleName", "ops")]).code(), "EntityNotExist.Role");
}

#[test]
fn a_trust_policy_is_checked_without_a_change_and_changed_without_a_doubt() {
    let mut office = Office::new();
    office.role("ops");
    let before = trust_of(&office, "ops");
    let service =
        statement(&json!({"Service": ["ecs.aliyuncs.com"]}), Some(json!({"Bool": {"acs:MFAPresent": true}})));
    let form = office.deed("/ram/roles/ops", "check-trust").with("document", &service.to_string());
    let page = office.submit(&form);
    assert!(page.text().contains("nothing was changed yet"), "{}", page.text());
    assert!(page.text().contains("the service ecs.aliyuncs.com"), "{}", page.text());
    assert!(page.text().contains("acs:MFAPresent Bool true"), "{}", page.text());
    assert_eq!(page.deed("update-trust").field("document"), Some(service.to_string().as_str()));
    assert_eq!(trust_of(&office, "ops"), before);
    for bad in
        ["", "{}", "[", r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#]
    {
        for deed in ["check-trust", "update-trust"] {
            let page = office.refused(&page.deed(deed).with("document", bad), (400, ""));
            if !bad.is_empty() {
                assert!(page.text().contains("policy document is invalid"), "{}", page.text());
                assert_eq!(page.deed(deed).field("document"), Some(bad));
            }
        }
    }
    assert_eq!(trust_of(&office, "ops"), before);
    let page = office.submit(&page.deed("update-trust"));
    assert!(page.text().contains("The trust policy is changed."), "{}", page.text());
    assert_eq!(trust_of(&office, "ops"), service);
}

#[test]
fn roles_are_searched_and_paged() {
    let mut office = Office::new();
    let trust = office.trust();
    for number in 0..50 {
        let name = format!("team-{number:02}");
        office.ram(
            "CreateRole",
            &[("RoleName", &name), ("AssumeRolePolicyDocument", &trust), ("Description", "Of a TEAM")],
        );
    }
    let page = office.open("/ram/roles");
    assert_eq!(links(&page, "/ram/roles/").len(), 51);
    let next = links(&page, "/ram/roles?").remove(0);
    let last = office.open(&next);
    assert_eq!(links(&last, "/ram/roles/team").last().map(String::as_str), Some("/ram/roles/team-49"));
    assert_eq!(links(&office.open("/ram/roles?search=of%20a%20team"), "/ram/roles/team").len(), 50);
    assert_eq!(links(&office.open("/ram/roles?search=Team-1"), "/ram/roles/team").len(), 10);
    assert!(office.open("/ram/roles?search=nobody").text().contains("No role is like that"));
    let found = office.tenant.world.call(
        &office.tenant.key,
        (RAM, "ListRoles"),
        &[("QueryKeyword", &"x".repeat(129))],
    );
    assert_eq!(found.code(), "InvalidParameter.QueryKeyword.Length");
    assert_eq!(
        office.tenant.world.call(&office.tenant.key, (IMS, "ListGroups"), &[("QueryKeyword", "x")]).code(),
        "ok"
    );
}
