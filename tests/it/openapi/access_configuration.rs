//! Access configurations.

use cloudsso::domain::{Action, Assignee, AssignmentKey, DeprovisionStrategy, Target};
use cloudsso::service::access_assignment;
use serde_json::json;

use super::{Api, column};

const CREATE: &str = "CreateAccessConfiguration";

#[test]
fn a_configuration_is_made_read_and_changed() {
    let api = Api::new();
    let page = format!("{}?tab=1", api.app.console_url);
    let made = api
        .within(
            CREATE,
            &[
                ("AccessConfigurationName", "Auditor-2"),
                ("Description", "looks"),
                ("SessionDuration", "900"),
                ("RelayState", &page),
                ("Tags.1.Key", "team"),
                ("Tags.1.Value", "red"),
            ],
        )
        .ok()["AccessConfiguration"]
        .clone();
    let id = made["AccessConfigurationId"].as_str().unwrap();
    assert!(id.starts_with("ac-"));
    for (field, value) in [
        ("AccessConfigurationName", json!("Auditor-2")),
        ("Description", json!("looks")),
        ("SessionDuration", json!(900)),
        ("RelayState", json!(page)),
        ("StatusNotifications", json!([])),
        ("Tags", json!([{"Key": "team", "Value": "red"}])),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    let of = [("AccessConfigurationId", id)];
    assert_eq!(api.within("GetAccessConfiguration", &of).ok()["AccessConfiguration"], made);
    api.app.advance(std::time::Duration::from_secs(60));
    let changes = [("NewDescription", "looks on"), ("NewSessionDuration", "43200"), ("NewRelayState", "")];
    let changed = api.within("UpdateAccessConfiguration", &[&of[..], &changes].concat()).ok();
    let changed = changed["AccessConfiguration"].clone();
    for (field, value) in
        [("Description", json!("looks on")), ("SessionDuration", json!(43200)), ("RelayState", json!(""))]
    {
        assert_eq!(changed[field], value, "{field}");
    }
    assert_ne!(changed["UpdateTime"], made["UpdateTime"]);
    assert_eq!(api.app.events(Action::AccessConfigurationUpdated, id), 1);
    let default = api.within(CREATE, &[("AccessConfigurationName", "Plain")]).ok();
    assert_eq!(default["AccessConfiguration"]["SessionDuration"], 3600);
}

#[test]
fn what_breaks_a_rule_is_not_made_and_not_changed() {
    let api = Api::new();
    let before = api.statistics();
    let long = "x".repeat(1025);
    for (status, code, parameters) in [
        (400, "MissingAccessConfigurationName", vec![]),
        (400, "InvalidParameter.AccessConfigurationName", vec![("AccessConfigurationName", "a_b")]),
        (400, "InvalidParameter.AccessConfigurationName", vec![("AccessConfigurationName", &long[..33])]),
        (409, "EntityAlreadyExists.AccessConfiguration", vec![("AccessConfigurationName", "READER")]),
        (400, "InvalidParameter.Description", vec![("AccessConfigurationName", "a"), ("Description", &long)]),
        (
            400,
            "InvalidParameter.SessionDuration",
            vec![("AccessConfigurationName", "a"), ("SessionDuration", "899")],
        ),
        (
            400,
            "InvalidParameter.SessionDuration",
            vec![("AccessConfigurationName", "a"), ("SessionDuration", "43201")],
        ),
        (
            400,
            "InvalidParameter.SessionDuration",
            vec![("AccessConfigurationName", "a"), ("SessionDuration", "1h")],
        ),
        (
            400,
            "InvalidParameter.RelayState",
            vec![("AccessConfigurationName", "a"), ("RelayState", "https://evil.example/")],
        ),
        (400, "InvalidParameter.Tags", vec![("AccessConfigurationName", "a"), ("Tags.1.Key", "aliyunx")]),
    ] {
        api.within(CREATE, &parameters).refused(status, code);
    }
    assert_eq!(api.statistics(), before);
    let id = api.new_configuration("One");
    let of = [("AccessConfigurationId", id.as_str())];
    let shown = api.within("GetAccessConfiguration", &of).ok()["AccessConfiguration"].clone();
    for (code, name, value) in [
        ("InvalidParameter.NewDescription", "NewDescription", long.as_str()),
        ("InvalidParameter.NewSessionDuration", "NewSessionDuration", "0"),
        ("InvalidParameter.NewSessionDuration", "NewSessionDuration", "-900"),
        ("InvalidParameter.NewRelayState", "NewRelayState", "javascript:alert(1)"),
    ] {
        let message = api.within("UpdateAccessConfiguration", &[of[0], (name, value)]).refused(400, code);
        assert!(message.contains(name), "{message}");
    }
    assert_eq!(api.within("GetAccessConfiguration", &of).ok()["AccessConfiguration"], shown);
}

#[test]
fn editing_what_accounts_have_asks_for_reprovisioning() {
    let api = Api::new();
    let reader = api.app.configuration("Reader").to_string();
    let of = [("AccessConfigurationId", reader.as_str())];
    let behind = [("StatusNotifications", "ReprovisionRequired")];
    assert_eq!(api.within("ListAccessConfigurations", &behind).ok()["TotalCounts"], 0);
    let same = api.within("UpdateAccessConfiguration", &[of[0], ("NewSessionDuration", "3600")]).ok();
    assert_eq!(same["AccessConfiguration"]["StatusNotifications"], json!([]), "nothing is different");
    let edited = api.within("UpdateAccessConfiguration", &[of[0], ("NewSessionDuration", "1800")]).ok();
    assert_eq!(edited["AccessConfiguration"]["StatusNotifications"], json!(["ReprovisionRequired"]));
    let listed = api.within("ListAccessConfigurations", &behind).ok();
    assert_eq!(
        column(listed["AccessConfigurations"].as_array().unwrap(), "AccessConfigurationName"),
        ["Reader"]
    );
    api.within("ListAccessConfigurations", &[("StatusNotifications", "Behind")])
        .refused(400, "InvalidParameter.StatusNotifications");
}

#[test]
fn a_configuration_with_ties_is_not_deleted() {
    let api = Api::new();
    let reader = api.app.configuration("Reader").to_string();
    let delete = |id: &str, force: &str| {
        api.within(
            "DeleteAccessConfiguration",
            &[("AccessConfigurationId", id), ("ForceRemovePermissionPolicies", force)],
        )
    };
    delete(&reader, "true").refused(409, "DeletionConflict.AccessConfiguration.AccessAssignment");
    for account in ["one", "two"] {
        let key = AssignmentKey {
            access_configuration_id: api.app.configuration("Reader"),
            target: Target::Account(api.app.account(account)),
            assignee: Assignee::User(api.app.user("alice").id),
        };
        let (ctx, operator) = (&api.app.ctx, &api.app.operator);
        access_assignment::delete(ctx, operator, &key, DeprovisionStrategy::None).unwrap();
    }
    api.app.run_due();
    delete(&reader, "true").refused(409, "DeletionConflict.AccessConfiguration.Provisioning");
    assert_eq!(api.statistics()["AccessConfigurationCount"], 2);

    let own = api.new_configuration("Own");
    let policy = [
        ("AccessConfigurationId", own.as_str()),
        ("PermissionPolicyType", "System"),
        ("PermissionPolicyName", "ReadOnlyAccess"),
    ];
    api.within("AddPermissionPolicyToAccessConfiguration", &policy).ok();
    delete(&own, "").refused(409, "DeletionConflict.AccessConfiguration.PermissionPolicy");
    delete(&own, "yes").refused(400, "InvalidParameter.ForceRemovePermissionPolicies");
    delete(&own, "True").ok();
    delete(&own, "true").refused(404, "EntityNotExists.AccessConfiguration");
    assert_eq!(api.app.events(Action::AccessConfigurationDeleted, &own), 1);
}

#[test]
fn configurations_are_listed_by_page_and_filter() {
    let api = Api::new();
    for number in 0..5 {
        let name = format!("Walker-{number}");
        let colour = if number == 0 { "red" } else { "blue" };
        let parameters =
            [("AccessConfigurationName", name.as_str()), ("Tags.1.Key", "team"), ("Tags.1.Value", colour)];
        api.within(CREATE, &parameters).ok();
    }
    let listed = |parameters: &[(&str, &str)], size| {
        let (items, pages) = api.pages("ListAccessConfigurations", "AccessConfigurations", parameters, size);
        (column(&items, "AccessConfigurationName"), pages)
    };
    let (all, pages) = listed(&[], 3);
    assert_eq!((all.len(), pages), (7, 3));
    assert_eq!(listed(&[("Filter", "AccessConfigurationName sw walker-")], 100).0.len(), 5);
    assert_eq!(listed(&[("Filter", "accessconfigurationname EQ WALKER-3")], 100).0, ["Walker-3"]);
    assert_eq!(listed(&[("Tags.1.Key", "team"), ("Tags.1.Value", "red")], 100).0, ["Walker-0"]);
    for (code, name, value) in [
        ("InvalidParameter.Filter", "Filter", "Name sw walker"),
        ("InvalidParameter.MaxResults", "MaxResults", "101"),
    ] {
        api.within("ListAccessConfigurations", &[(name, value)]).refused(400, code);
    }
}
