//! ResourceDirectoryMaster: delegated administrators, and what they may look at.

use super::{Answer, RD, World};

const SERVICE: (&str, &str) = ("ServicePrincipal", "cloudsso.aliyuncs.com");

fn call(world: &World, action: &str, parameters: &[(&str, &str)]) -> Answer {
    world.call(&world.owner, (RD, action), parameters)
}

#[test]
fn a_delegated_administrator_looks_and_changes_nothing() {
    let world = World::new();
    let member = world.member("security");
    let other = world.member("other");
    let administrator = world.administrator(&member);
    let look = |action: &str, parameters: &[(&str, &str)]| {
        world.call(&administrator, (RD, action), parameters).code()
    };
    let directory = call(&world, "GetResourceDirectory", &[]).ok();
    let root = directory["ResourceDirectory"]["RootFolderId"].as_str().unwrap().to_owned();
    let reads: &[(&str, &[(&str, &str)])] = &[
        ("ListAccounts", &[]),
        ("ListAccountsForParent", &[]),
        ("GetAccount", &[("AccountId", &other)]),
        ("ListFoldersForParent", &[]),
        ("GetFolder", &[("FolderId", &root)]),
        ("ListAncestors", &[("ChildId", &root)]),
        ("ListTagResources", &[("ResourceType", "Account")]),
        ("ListTrustedServiceStatus", &[("AdminAccountId", &member)]),
    ];
    for (action, parameters) in reads {
        assert_eq!(look(action, parameters), "NoPermission", "{action}");
    }
    call(&world, "RegisterDelegatedAdministrator", &[("AccountId", &member), SERVICE]).ok();
    for (action, parameters) in reads {
        assert_eq!(look(action, parameters), "ok", "{action}");
    }
    for (action, parameters) in [
        ("CreateFolder", &[("FolderName", "x")][..]),
        ("MoveAccount", &[("AccountId", &other), ("DestinationFolderId", &root)]),
        ("RegisterDelegatedAdministrator", &[("AccountId", &other), SERVICE]),
        ("ListControlPolicies", &[]),
    ] {
        assert_eq!(look(action, parameters), "NoPermission", "{action}");
    }
    let listed = call(&world, "ListTrustedServiceStatus", &[("AdminAccountId", &member)]).ok();
    assert_eq!(listed["TotalCount"], 1);
    call(&world, "DeregisterDelegatedAdministrator", &[("AccountId", &member), SERVICE]).ok();
    assert_eq!(look("ListAccounts", &[]), "NoPermission");
}

#[test]
fn who_may_be_registered_for_what() {
    let world = World::new();
    let members: Vec<_> = (0..4).map(|number| world.member(&format!("member {number}"))).collect();
    let register = |id: &str, service: &str| {
        let parameters = [("AccountId", id), ("ServicePrincipal", service)];
        call(&world, "RegisterDelegatedAdministrator", &parameters).code()
    };
    assert_eq!(register(world.management.as_str(), SERVICE.1), "EntityNotExists.ResourceDirectory.Account");
    assert_eq!(register(world.independent.as_str(), SERVICE.1), "EntityNotExists.ResourceDirectory.Account");
    assert_eq!(register(&members[0], "unknown"), "InvalidParameter.ServicePrincipal");
    assert_eq!(register(&members[0], ""), "MissingServicePrincipal");
    for member in &members[..3] {
        assert_eq!(register(member, SERVICE.1), "ok");
    }
    assert_eq!(register(&members[0], SERVICE.1), "EntityAlreadyExists.DelegatedAdministrator");
    assert_eq!(register(&members[3], SERVICE.1), "LimitExceeded.DelegatedAdministrator");
    assert_eq!(register(&members[0], "config.aliyuncs.com"), "ok");
    let services =
        call(&world, "ListDelegatedServicesForAccount", &[("AccountId", &members[0]), ("MaxResults", "1")])
            .ok();
    assert!(!services["NextToken"].as_str().unwrap().is_empty(), "{services}");
    let page = call(&world, "ListDelegatedAdministrators", &[SERVICE, ("PageSize", "2")]).ok();
    assert_eq!(
        (&page["TotalCount"], page["Accounts"]["Account"].as_array().map(Vec::len)),
        (&3.into(), Some(2))
    );
}
