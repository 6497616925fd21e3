//! ResourceDirectoryMaster: members that are changed, moved and deleted.

use super::identity_provider::IdentityProvider;
use super::{Answer, RAM, RD, STS, World};

fn call(world: &World, action: &str, parameters: &[(&str, &str)]) -> Answer {
    world.call(&world.owner, (RD, action), parameters)
}

#[test]
fn a_member_is_renamed_retyped_and_moved() {
    let world = World::new();
    let member = world.member("shop");
    world.member("data");
    let own = ("AccountId", member.as_str());
    for (parameters, code) in [
        (&[own][..], "InvalidParameter.NewDisplayName"),
        (
            &[own, ("NewDisplayName", "x y"), ("NewAccountType", "CloudAccount")],
            "InvalidParameter.NewDisplayName",
        ),
        (&[own, ("NewDisplayName", "Data")], "EntityAlreadyExists.ResourceDirectory.Account.DisplayName"),
        (&[own, ("NewDisplayName", "a/b")], "InvalidParameter.NewDisplayName.InvalidChars"),
        (&[own, ("NewAccountType", "Other")], "InvalidParameter.NewAccountType"),
        (&[own, ("NewAccountType", "ResourceAccount")], "InvalidOperation.ResourceDirectory.Account.Type"),
        (
            &[("AccountId", world.management.as_str()), ("NewDisplayName", "me")],
            "EntityNotExists.ResourceDirectory.Account",
        ),
        (&[own, ("NewDisplayName", "SHOP")], "ok"),
    ] {
        assert_eq!(call(&world, "UpdateAccount", parameters).code(), code, "{parameters:?}");
    }
    let trial = [own, ("NewAccountType", "CloudAccount"), ("DryRun", "true")];
    assert_eq!(call(&world, "UpdateAccount", &trial).ok()["Account"]["Type"], "ResourceAccount");
    let switched = call(&world, "UpdateAccount", &trial[..2]).ok();
    assert_eq!(switched["Account"]["Status"], "SwitchSuccess");
    let nowhere = [own, ("DestinationFolderId", "fd-0")];
    assert_eq!(call(&world, "MoveAccount", &nowhere).code(), "EntityNotExists.ResourceDirectory.Folder");
    assert_eq!(call(&world, "MoveAccount", &[own]).code(), "MissingDestinationFolderId");
}

#[test]
fn payers_are_of_the_directory() {
    let world = World::new();
    let member = world.member("shop");
    let own = ("AccountId", member.as_str());
    let pay = |payer: &str| call(&world, "UpdatePayerForAccount", &[own, ("PayerAccountId", payer)]).code();
    assert_eq!(pay(world.independent.as_str()), "EntityNotExists.ResourceDirectory.Account");
    assert_eq!(pay(world.management.as_str()), "ok");
    let new = [("DisplayName", "data"), ("PayerAccountId", world.independent.as_str())];
    assert_eq!(
        call(&world, "CreateResourceAccount", &new).code(),
        "EntityNotExists.ResourceDirectory.Account"
    );
    let new = [("DisplayName", "data"), ("ResellAccountType", "other")];
    assert_eq!(call(&world, "CreateResourceAccount", &new).code(), "InvalidParameter.ResellAccountType");
}

#[test]
fn a_deleted_member_is_gone_with_everything_that_opens_it() {
    let world = World::new();
    let member = world.member("shop");
    let own = ("AccountId", member.as_str());
    let administrator = world.administrator(&member);
    IdentityProvider::new(world.clock.now()).provision(&world, &member);
    let delete = |more: &[(&str, &str)]| call(&world, "DeleteAccount", &[&[own], more].concat()).code();
    assert_eq!(delete(&[]), "MemberDeletionPermission.Disabled");
    call(&world, "SetMemberDeletionPermission", &[("Status", "Enabled")]).ok();
    assert_eq!(delete(&[]), "EntityNotExists.ResourceDirectory.Account.DeletionCheck");
    let unchecked = call(&world, "GetAccountDeletionCheckResult", &[own]);
    assert_eq!(unchecked.code(), "EntityNotExists.ResourceDirectory.Account.DeletionCheck");
    call(&world, "CheckAccountDelete", &[own]).ok();
    let service = ("ServicePrincipal", "cloudsso.aliyuncs.com");
    call(&world, "RegisterDelegatedAdministrator", &[own, service]).ok();
    let result = call(&world, "GetAccountDeletionCheckResult", &[own]).ok();
    let result = &result["AccountDeletionCheckResultInfo"];
    assert_eq!(result["AllowDelete"], "false");
    assert_eq!(result["NotAllowReason"][0]["CheckId"], "DELEGATED_ADMINISTRATOR");
    let passed_over = result["AbandonableChecks"][0]["CheckId"].as_str().unwrap().to_owned();
    let abandon = [("AbandonableCheckId.1", passed_over.as_str())];
    assert_eq!(delete(&abandon), "DeleteConflict.ResourceDirectory.Account.CheckFailed");
    call(&world, "DeregisterDelegatedAdministrator", &[own, service]).ok();
    assert_eq!(delete(&[]), "DeleteConflict.ResourceDirectory.Account.CheckFailed");
    assert_eq!(call(&world, "GetAccountDeletionStatus", &[own]).status, 404);
    assert_eq!(delete(&abandon), "ok");
    assert_eq!(call(&world, "GetAccount", &[own]).status, 404);
    assert_eq!(call(&world, "ListAccounts", &[]).ok()["TotalCount"], 0);
    assert_eq!(world.call(&administrator, (RAM, "ListRoles"), &[]).code(), "InvalidAccessKeyId.NotFound");
    for key in [&world.owner, &world.service] {
        for role in ["ResourceDirectoryAccountAccessRole", "AliyunServiceRoleForCloudSSO"] {
            let arn = format!("acs:ram::{member}:role/{role}");
            let parameters = [("RoleArn", arn.as_str()), ("RoleSessionName", "ops")];
            let code = world.call(key, (STS, "AssumeRole"), &parameters).code();
            assert!(code != "ok", "{role}");
        }
    }
    world.member("shop");
}

#[test]
fn a_cloud_account_is_removed_and_not_deleted() {
    let world = World::new();
    let member = world.member("shop");
    let own = ("AccountId", member.as_str());
    call(&world, "UpdateAccount", &[own, ("NewAccountType", "CloudAccount")]).ok();
    call(&world, "SetMemberDeletionPermission", &[("Status", "Enabled")]).ok();
    call(&world, "CheckAccountDelete", &[own]).ok();
    assert_eq!(
        call(&world, "DeleteAccount", &[own]).code(),
        "DeleteConflict.ResourceDirectory.Account.CheckFailed"
    );
    call(&world, "RemoveCloudAccount", &[own]).ok();
    assert_eq!(call(&world, "RemoveCloudAccount", &[own]).status, 404);
    let bad = call(&world, "SetMemberDeletionPermission", &[("Status", "On")]);
    assert_eq!(bad.code(), "InvalidParameter.Status");
}

#[test]
fn members_are_listed_by_token_and_by_tag() {
    let world = World::new();
    for number in 0..5 {
        let name = format!("account {number}");
        let stage = if number < 3 { "prod" } else { "test" };
        let new = [("DisplayName", name.as_str()), ("Tag.1.Key", "stage"), ("Tag.1.Value", stage)];
        call(&world, "CreateResourceAccount", &new).ok();
    }
    let mut seen = Vec::new();
    let mut token = String::new();
    loop {
        let page = call(
            &world,
            "ListAccounts",
            &[("MaxResults", "1"), ("NextToken", &token), ("Tag.1.Key", "stage"), ("Tag.1.Value", "prod")],
        )
        .ok();
        assert_eq!(page["TotalCount"], 3);
        let account = &page["Accounts"]["Account"][0];
        assert!(
            account["ResourceDirectoryPath"]
                .as_str()
                .unwrap()
                .ends_with(account["AccountId"].as_str().unwrap())
        );
        assert!(account.get("Tags").is_none(), "nobody asked for tags");
        seen.push(account["DisplayName"].as_str().unwrap().to_owned());
        token = page["NextToken"].as_str().unwrap().to_owned();
        if token.is_empty() {
            break;
        }
    }
    seen.sort();
    assert_eq!(seen, ["account 0", "account 1", "account 2"]);
    let folder =
        call(&world, "ListAccountsForParent", &[("Tag.1.Key", "stage"), ("Tag.1.Value", "test")]).ok();
    assert_eq!(folder["TotalCount"], 2);
    let bad = call(&world, "ListAccounts", &[("NextToken", "!")]);
    assert_eq!(bad.code(), "InvalidParameter.NextToken");
}
