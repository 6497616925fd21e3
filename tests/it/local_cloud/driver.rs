//! The product's own driver against the local cloud: what provisioning does, end to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cloudsso::base::{AccountId, Secret};
use cloudsso::cloud::{
    Cloud, Endpoint, NewMember, NewRole, NewSamlProvider, Pause, PolicyKind, Retry, SamlLogon, Site,
    Surroundings, Timeouts,
};
use cloudsso::policy::{Context, Document, Kind, Named, Request, evaluate};
use cloudsso::rpc::AccessKey;
use data_encoding::BASE64;

use super::World;
use super::identity_provider::{IdentityProvider, PROVIDER, ROLE, policy, trust_policy};

pub(super) fn driver(world: &World, key: &AccessKey) -> Cloud {
    let endpoint = Endpoint::parse(&format!("http://{}", world.host)).expect("an endpoint");
    let site = Site {
        sts: endpoint.clone(),
        ram: endpoint.clone(),
        ims: endpoint.clone(),
        resource_directory: endpoint,
        key: key.clone(),
        entry_role: "AliyunServiceRoleForCloudSSO".to_owned(),
        timeouts: Timeouts::default(),
        retry: Retry::default(),
    };
    let counter = AtomicU64::new(0);
    let entropy = move || {
        let count = counter.fetch_add(1, Ordering::SeqCst);
        Some(u128::from(count).to_be_bytes())
    };
    let pause = Pause::new(|_duration| {});
    Cloud::new(site, Surroundings { clock: world.clock.clone(), entropy: Arc::new(entropy), pause })
}

#[test]
fn the_driver_builds_an_account_and_somebody_enters_it() {
    let world = World::new();
    let cloud = driver(&world, &world.service);
    let directory = cloud.management().get_resource_directory().unwrap();
    assert_eq!(directory.master_account_id, world.management);
    let folder = cloud.management().create_folder("Production", &directory.root_folder_id).unwrap();
    let new = NewMember { display_name: "shop", parent: Some(&folder.folder_id), account_name_prefix: None };
    let member = cloud.management().create_resource_account(&new).unwrap();
    assert_eq!(cloud.management().list_accounts().unwrap().len(), 1);

    let account = cloud.account(&member.account_id);
    let id = member.account_id.as_str();
    let provider = IdentityProvider::new(world.clock.now());
    let metadata = String::from_utf8(BASE64.decode(provider.encoded_metadata().as_bytes()).unwrap()).unwrap();
    let new = NewSamlProvider { name: PROVIDER, description: "kept by CloudSSO", metadata: &metadata };
    let arn = account.create_saml_provider(&new).unwrap().arn;
    assert_eq!(account.get_saml_provider(PROVIDER).unwrap().metadata(), Some(metadata.into_bytes()));
    let trust = trust_policy(id, PROVIDER, &world.acs());
    let role = NewRole { name: ROLE, description: "", trust_policy: &trust, max_session_seconds: 7200 };
    let role = account.create_role(&role).unwrap();
    let inline = "AliyunReservedSSO-reader-InlinePolicy";
    account.create_policy(inline, "", &policy("Allow", "oss:*", "*")).unwrap();
    account.attach_policy_to_role(PolicyKind::Custom, inline, ROLE).unwrap();
    account.attach_policy_to_role(PolicyKind::System, "ReadOnlyAccess", ROLE).unwrap();
    assert_eq!(account.list_policies_for_role(ROLE).unwrap().len(), 2);
    assert!(account.get_role("AliyunReservedSSO-none").unwrap_err().is_not_found());
    let own_role = account.list_policies_for_role("AliyunServiceRoleForCloudSSO").unwrap();
    assert_eq!(own_role[0].policy_name, "AliyunServiceRolePolicyForCloudSSO");

    let assertion = Secret::new(provider.sign(&world.response(id)));
    let logon = SamlLogon { provider_arn: &arn, role_arn: &role.arn, assertion: &assertion, duration: None };
    let session = cloud.assume_role_with_saml(&logon).unwrap();
    assert_eq!(session.assumed_role_arn, format!("acs:ram::{id}:assumed-role/{ROLE}/alice"));

    account.detach_policy_from_role(PolicyKind::Custom, inline, ROLE).unwrap();
    account.detach_policy_from_role(PolicyKind::System, "ReadOnlyAccess", ROLE).unwrap();
    account.delete_policy(inline).unwrap();
    account.delete_role(ROLE).unwrap();
    account.delete_saml_provider(PROVIDER).unwrap();
}

#[test]
fn the_drivers_key_opens_no_account_that_is_not_there() {
    let world = World::new();
    let cloud = driver(&world, &world.service);
    let nowhere = AccountId::parse("1000000000000000").unwrap();
    let refused = cloud.account(&nowhere).get_role(ROLE).unwrap_err();
    assert!(refused.is_not_found(), "{refused}");
}

/// The policy that the operations page asks for is enough for what the driver does with the site's own
/// key, and for no other role.
#[test]
fn the_policy_of_the_operations_page_is_enough_and_no_more() {
    let page = include_str!("../../../docs/operations.md");
    let text = page.split("```json").nth(1).and_then(|rest| rest.split("```").next()).expect("a policy");
    let document = Document::parse(Kind::Custom, text).expect("a policy document");
    let allows = |action: &str, resource: &str| {
        let context = Context::default();
        let request = Request { action, resource, context: &context };
        evaluate(&[Named { name: "key", document: &document }], &request).is_allowed()
    };
    for action in [
        "GetResourceDirectory",
        "ListFoldersForParent",
        "ListAccounts",
        "ListAccountsForParent",
        "GetAccount",
        "CreateFolder",
        "UpdateFolder",
        "DeleteFolder",
        "CreateResourceAccount",
        "MoveAccount",
        "UpdateAccount",
    ] {
        assert!(allows(&format!("resourcemanager:{action}"), "acs:resourcemanager::1:*"), "{action}");
    }
    assert!(allows("ram:GetPolicy", "acs:ram::system:policy/ReadOnlyAccess"));
    assert!(!allows("ram:GetPolicy", "acs:ram::1:policy/own"));
    let role = |name: &str| format!("acs:ram::1000000000000001:role/{name}");
    assert!(allows("sts:AssumeRole", &role("ResourceDirectoryAccountAccessRole")));
    assert!(!allows("sts:AssumeRole", &role("OrganizationAdmin")));
    assert!(!allows("ram:CreateRole", &role("any")));
    assert!(!allows("resourcemanager:RemoveCloudAccount", "acs:resourcemanager::1:*"));
}
