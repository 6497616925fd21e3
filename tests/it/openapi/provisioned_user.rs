//! The RAM users that an account keeps for persons: who is called how there.

use serde_json::json;

use super::Api;
use super::user_provisioning::{make, of, ram_user, total};

#[test]
fn who_is_called_how_in_an_account_is_listed() {
    let api = Api::new();
    let account = api.account("one");
    let eva = api.new_user("eva@acme.example");
    for user in [api.user("alice"), api.user("carol"), eva.clone()] {
        make(&api, &of(&account, ("User", &user)));
    }
    api.app.run_due();
    let (rows, pages) = api.pages("ListProvisionedUsers", "ProvisionedUsers", &[("TargetId", &account)], 2);
    assert_eq!((rows.len(), pages), (3, 2));
    let row = |name: &str| rows.iter().find(|row| row["UserName"] == name).unwrap();
    let alice = row("alice");
    for (field, value) in [
        ("UserId", json!(api.user("alice"))),
        ("RamUserName", json!("alice")),
        ("UserPrincipalName", json!(api.app.principal_name("one", "alice"))),
        ("Status", json!("Provisioned")),
        ("HasPermissions", json!(false)),
        ("TakenOver", json!(null)),
    ] {
        assert_eq!(alice[field], value, "{field}");
    }
    assert!(alice["CreateTime"].is_string() && alice["UpdateTime"].is_string());
    // RAM admits no @ in a name, so hers is another.
    let mapped = row("eva@acme.example")["RamUserName"].as_str().unwrap();
    assert!(mapped.starts_with("eva.acme.example-"), "{mapped}");
    assert_eq!(ram_user(&api, "one", mapped).unwrap()["ProvisionType"], "CloudSSO");
    assert_eq!(total(&api, "ListProvisionedUsers", &[("TargetId", &api.account("two"))]), 0);
    for (status, code, parameters) in [
        (400, "MissingTargetId", vec![]),
        (400, "InvalidParameter.TargetId", vec![("TargetId", "one")]),
        (404, "EntityNotExists.Account", vec![("TargetId", "1")]),
        (400, "InvalidParameter.TargetType", vec![("TargetId", "1"), ("TargetType", "RD-Folder")]),
        (400, "InvalidParameter.MaxResults", vec![("TargetId", account.as_str()), ("MaxResults", "101")]),
    ] {
        api.within("ListProvisionedUsers", &parameters).refused(status, code);
    }
}
