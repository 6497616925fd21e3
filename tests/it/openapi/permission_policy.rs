//! Permission policies of access configurations.

use serde_json::json;

use super::{Answer, Api, column};

const DOCUMENT: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:Get*","Resource":"*"}]}"#;
const OTHER: &str = r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"oss:Put*","Resource":"*"}]}"#;

fn add(api: &Api, configuration: &str, kind: &str, name: &str, document: &str) -> Answer {
    api.within(
        "AddPermissionPolicyToAccessConfiguration",
        &[
            ("AccessConfigurationId", configuration),
            ("PermissionPolicyType", kind),
            ("PermissionPolicyName", name),
            ("InlinePolicyDocument", document),
        ],
    )
}

fn list(api: &Api, configuration: &str, kind: &str) -> Vec<serde_json::Value> {
    let parameters = [("AccessConfigurationId", configuration), ("PermissionPolicyType", kind)];
    let body = api.within("ListPermissionPoliciesInAccessConfiguration", &parameters).ok();
    let policies = body["PermissionPolicies"].as_array().unwrap().clone();
    assert_eq!(body["TotalCounts"], policies.len());
    policies
}

#[test]
fn policies_are_added_listed_changed_and_removed() {
    let api = Api::new();
    let own = api.new_configuration("Own");
    add(&api, &own, "System", "ReadOnlyAccess", "").ok();
    api.app.advance(std::time::Duration::from_secs(60));
    add(&api, &own, "Inline", "buckets", DOCUMENT).ok();
    let all = list(&api, &own, "");
    assert_eq!(column(&all, "PermissionPolicyName"), ["ReadOnlyAccess", "buckets"]);
    assert_eq!(column(&all, "PermissionPolicyType"), ["System", "Inline"]);
    assert_eq!(column(&all, "PermissionPolicyDocument"), ["", DOCUMENT]);
    assert_ne!(all[0]["AddTime"], all[1]["AddTime"], "the first kept its moment");
    assert_eq!(column(&list(&api, &own, "Inline"), "PermissionPolicyName"), ["buckets"]);
    assert_eq!(column(&list(&api, &own, "System"), "PermissionPolicyName"), ["ReadOnlyAccess"]);

    let change = [
        ("AccessConfigurationId", own.as_str()),
        ("InlinePolicyName", "buckets"),
        ("NewInlinePolicyDocument", OTHER),
    ];
    api.within("UpdateInlinePolicyForAccessConfiguration", &change).ok();
    assert_eq!(column(&list(&api, &own, "Inline"), "PermissionPolicyDocument"), [OTHER]);

    let remove = |kind: &str, name: &str| {
        let which = [
            ("AccessConfigurationId", own.as_str()),
            ("PermissionPolicyType", kind),
            ("PermissionPolicyName", name),
        ];
        api.within("RemovePermissionPolicyFromAccessConfiguration", &which)
    };
    remove("Inline", "ReadOnlyAccess").refused(404, "EntityNotExists.PermissionPolicy");
    remove("System", "ReadOnlyAccess").ok();
    remove("System", "ReadOnlyAccess").refused(404, "EntityNotExists.PermissionPolicy");
    assert_eq!(column(&list(&api, &own, ""), "PermissionPolicyName"), ["buckets"]);
}

#[test]
fn what_breaks_a_rule_is_not_added() {
    let api = Api::new();
    let own = api.new_configuration("Own");
    add(&api, &own, "Inline", "buckets", DOCUMENT).ok();
    let (long_name, long_document) = ("n".repeat(33), format!("{DOCUMENT}{}", " ".repeat(4096)));
    for (status, code, kind, name, document) in [
        (404, "EntityNotExists.PermissionPolicy", "System", "NoSuchAccess", ""),
        (400, "InvalidParameter.PermissionPolicyName", "System", "a b", ""),
        (400, "MissingPermissionPolicyName", "System", "", ""),
        (400, "MissingPermissionPolicyType", "", "ReadOnlyAccess", ""),
        (400, "InvalidParameter.PermissionPolicyType", "Custom", "ReadOnlyAccess", ""),
        (400, "MissingInlinePolicyDocument", "Inline", "other", ""),
        (400, "InvalidParameter.InlinePolicyDocument", "Inline", "other", "{}"),
        (400, "InvalidParameter.InlinePolicyDocument", "Inline", "other", &long_document),
        (400, "InvalidParameter.PermissionPolicyName", "Inline", &long_name, DOCUMENT),
        (409, "EntityAlreadyExists.PermissionPolicy", "Inline", "buckets", DOCUMENT),
        (409, "LimitExceeded.AccessConfiguration.PermissionPolicy", "Inline", "other", DOCUMENT),
    ] {
        add(&api, &own, kind, name, document).refused(status, code);
    }
    add(&api, "ac-nothing", "System", "ReadOnlyAccess", "")
        .refused(404, "EntityNotExists.AccessConfiguration");
    assert_eq!(column(&list(&api, &own, ""), "PermissionPolicyName"), ["buckets"]);
    for (status, code, name, document) in [
        (404, "EntityNotExists.PermissionPolicy", "other", DOCUMENT),
        (400, "InvalidParameter.NewInlinePolicyDocument", "buckets", "{}"),
        (400, "MissingNewInlinePolicyDocument", "buckets", ""),
        (400, "MissingInlinePolicyName", "", DOCUMENT),
    ] {
        let change = [
            ("AccessConfigurationId", own.as_str()),
            ("InlinePolicyName", name),
            ("NewInlinePolicyDocument", document),
        ];
        api.within("UpdateInlinePolicyForAccessConfiguration", &change).refused(status, code);
    }
    assert_eq!(column(&list(&api, &own, ""), "PermissionPolicyDocument"), [DOCUMENT]);
    let unknown = [("AccessConfigurationId", own.as_str()), ("PermissionPolicyType", "Custom")];
    api.within("ListPermissionPoliciesInAccessConfiguration", &unknown)
        .refused(400, "InvalidParameter.PermissionPolicyType");
}

#[test]
fn adding_a_policy_to_what_accounts_have_asks_for_reprovisioning() {
    let api = Api::new();
    let reader = api.app.configuration("Reader").to_string();
    add(&api, &reader, "System", "AliyunOSSReadOnlyAccess", "").ok();
    let shown = api.within("GetAccessConfiguration", &[("AccessConfigurationId", &reader)]).ok();
    assert_eq!(shown["AccessConfiguration"]["StatusNotifications"], json!(["ReprovisionRequired"]));
}
