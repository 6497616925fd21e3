//! Quotas: the last free place is taken, and there is none after it.

use std::thread;

use cloudsso::domain::Quotas;
use cloudsso::service::user;
use cloudsso::storage;
use diesel::RunQueryDsl as _;
use serde_json::json;

use crate::support::app::Options;

use super::Api;

/// Makes rows until one place of the quota is left, in one statement that both databases know, and counts them
/// as `kind` where they are counted.
fn fill(api: &Api, quota: i64, kind: &str, insert: &str) {
    let sql = format!(
        "WITH RECURSIVE numbers(number) AS \
         (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {}) {insert}",
        quota - 1
    )
    .replace("$directory", &api.directory);
    let count = format!(
        "UPDATE resource_counts SET count = count + {} WHERE kind = '{kind}' AND shard = 0",
        quota - 1
    );
    let filled = api.app.store.write(move |conn| {
        diesel::sql_query(&sql).execute(conn)?;
        diesel::sql_query(&count).execute(conn)?;
        Ok::<_, storage::Error>(())
    });
    filled.unwrap();
}

#[test]
fn a_directory_holds_a_hundred_thousand_users() {
    let api = Api::empty();
    fill(
        &api,
        Quotas::USERS,
        "user",
        "INSERT INTO users (id, directory_id, user_name, user_name_key, display_name, first_name, last_name, \
         description, status, provision_type, created_at, updated_at) \
         SELECT 'u-' || CAST(number AS TEXT), '$directory', 'user' || CAST(number AS TEXT), \
         'user' || CAST(number AS TEXT), '', '', '', '', 'Enabled', 'Manual', 0, 0 FROM numbers",
    );
    let last = api.new_user("last");
    api.within("CreateUser", &[("UserName", "beyond")]).refused(409, "LimitExceeded.User");
    assert_eq!(api.statistics()["UserCount"], Quotas::USERS);
    let page = api.within("ListUsers", &[("MaxResults", "100")]).ok();
    assert_eq!((page["Users"].as_array().unwrap().len(), &page["TotalCounts"]), (100, &Quotas::USERS.into()));
    let found = api.within("ListUsers", &[("Filter", "UserName eq user99999")]).ok();
    assert_eq!(found["TotalCounts"], 1);
    api.within("DeleteUser", &[("UserId", &last)]).ok();
    api.new_user("beyond");
}

#[test]
fn a_directory_holds_five_thousand_groups() {
    let api = Api::empty();
    fill(
        &api,
        Quotas::GROUPS,
        "group",
        "INSERT INTO groups (id, directory_id, group_name, group_name_key, description, provision_type, \
         created_at, updated_at) \
         SELECT 'g-' || CAST(number AS TEXT), '$directory', 'group' || CAST(number AS TEXT), \
         'group' || CAST(number AS TEXT), '', 'Manual', 0, 0 FROM numbers",
    );
    api.new_group("last");
    api.within("CreateGroup", &[("GroupName", "beyond")]).refused(409, "LimitExceeded.Group");
    assert_eq!(api.statistics()["GroupCount"], Quotas::GROUPS);
}

#[test]
fn a_directory_holds_a_thousand_access_configurations() {
    let api = Api::empty();
    fill(
        &api,
        Quotas::ACCESS_CONFIGURATIONS,
        "none",
        "INSERT INTO access_configurations (id, directory_id, name, name_key, description, session_seconds, \
         relay_state, revision, created_at, updated_at) \
         SELECT 'ac-' || CAST(number AS TEXT), '$directory', 'C' || CAST(number AS TEXT), \
         'c' || CAST(number AS TEXT), '', 3600, '', 1, 0, 0 FROM numbers",
    );
    api.new_configuration("last");
    api.within("CreateAccessConfiguration", &[("AccessConfigurationName", "beyond")])
        .refused(409, "LimitExceeded.AccessConfiguration");
    assert_eq!(api.statistics()["AccessConfigurationCount"], Quotas::ACCESS_CONFIGURATIONS);
}

#[test]
fn an_access_configuration_holds_twenty_system_policies() {
    let api = Api::new();
    let own = api.new_configuration("Own");
    let add = |name: &str| {
        api.within(
            "AddPermissionPolicyToAccessConfiguration",
            &[
                ("AccessConfigurationId", &own),
                ("PermissionPolicyType", "System"),
                ("PermissionPolicyName", name),
            ],
        )
    };
    // Names that the cloud need not know: what is there counts.
    let sql = format!(
        "WITH RECURSIVE numbers(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 19) \
         INSERT INTO permission_policies (access_configuration_id, kind, name, added_at) \
         SELECT '{own}', 'System', 'Policy' || CAST(number AS TEXT), 0 FROM numbers"
    );
    let filled = api.app.store.write(move |conn| {
        diesel::sql_query(&sql).execute(conn)?;
        Ok::<_, storage::Error>(())
    });
    filled.unwrap();
    add("ReadOnlyAccess").ok();
    add("AdministratorAccess").refused(409, "LimitExceeded.AccessConfiguration.PermissionPolicy");
    let listed = [("AccessConfigurationId", own.as_str())];
    assert_eq!(api.within("ListPermissionPoliciesInAccessConfiguration", &listed).ok()["TotalCounts"], 20);
}

#[test]
fn an_installation_chooses_its_quotas_and_gives_no_place_twice() {
    let quotas = Quotas { users: 7, groups: 2 };
    let api = Api::with(Options { quotas, ..Options::default() });
    let shown = api.statistics();
    assert_eq!((&shown["UserQuota"], &shown["GroupQuota"]), (&json!(7), &json!(2)));
    assert_eq!((&shown["UserCount"], &shown["GroupCount"]), (&json!(4), &json!(1)));
    let made: usize = thread::scope(|scope| {
        let create = |number: usize| {
            let api = &api;
            scope.spawn(move || {
                let spec = toml::from_str(&format!("user_name = 'one-of-{number}'")).unwrap();
                usize::from(user::create(&api.app.ctx, &api.app.operator, spec, vec![]).is_ok())
            })
        };
        let threads: Vec<_> = (0..12).map(create).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(made, 3);
    api.within("CreateUser", &[("UserName", "beyond")]).refused(409, "LimitExceeded.User");
    assert_eq!(api.statistics()["UserCount"], 7);
    let second = api.new_group("second");
    api.within("CreateGroup", &[("GroupName", "beyond")]).refused(409, "LimitExceeded.Group");
    api.within("DeleteGroup", &[("GroupId", &second)]).ok();
    api.new_group("another");
}
