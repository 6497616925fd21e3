//! RAM: roles, policies, versions and attachments, with their limits and codes.

use cloudsso::rpc::AccessKey;
use serde_json::Value;

use super::identity_provider::{policy, trust_policy};
use super::{Answer, RAM, World};

struct Account {
    world: World,
    key: AccessKey,
    trust: String,
}

impl Account {
    fn new() -> Self {
        let world = World::new();
        let member = world.member("production");
        let key = world.administrator(&member);
        let trust = trust_policy(&member, "idp", &world.acs());
        Self { world, key, trust }
    }

    fn call(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.world.call(&self.key, (RAM, action), parameters)
    }

    fn role(&self, name: &str) -> Value {
        self.call("CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", &self.trust)]).ok()
    }

    fn policy(&self, name: &str) -> Value {
        let document = policy("Allow", "oss:*", "*");
        self.call("CreatePolicy", &[("PolicyName", name), ("PolicyDocument", &document)]).ok()
    }
}

#[test]
fn a_role_from_creation_to_deletion() {
    let account = Account::new();
    let made = account.role("ops");
    assert_eq!(made["Role"]["MaxSessionDuration"], 3600);
    let changes = [("RoleName", "OPS"), ("NewDescription", "operations"), ("NewMaxSessionDuration", "7200")];
    account.call("UpdateRole", &changes).ok();
    let role = account.call("GetRole", &[("RoleName", "ops")]).ok();
    assert_eq!(role["Role"]["RoleId"], made["Role"]["RoleId"]);
    assert_eq!(role["Role"]["Description"], "operations");
    assert_eq!(role["Role"]["MaxSessionDuration"], 7200);
    assert_eq!(role["Role"]["AssumeRolePolicyDocument"], account.trust.as_str());
    account.call("DeleteRole", &[("RoleName", "ops")]).ok();
    assert_eq!(account.call("GetRole", &[("RoleName", "ops")]).code(), "EntityNotExist.Role");
}

#[test]
fn a_role_must_be_well_formed() {
    let account = Account::new();
    let long = "r".repeat(65);
    account.role("taken");
    for (name, trust, more, code) in [
        ("a b", account.trust.as_str(), None, "InvalidParameter.RoleName.InvalidChars"),
        (long.as_str(), &account.trust, None, "InvalidParameter.RoleName.Length"),
        ("Taken", &account.trust, None, "EntityAlreadyExists.Role"),
        ("ops", "{", None, "MalformedPolicyDocument"),
        ("ops", &policy("Allow", "sts:AssumeRole", "*"), None, "MalformedPolicyDocument"),
        ("ops", "", None, "MissingAssumeRolePolicyDocument"),
        ("ops", &account.trust, Some("3599"), "InvalidParameter.MaxSessionDuration"),
        ("ops", &account.trust, Some("43201"), "InvalidParameter.MaxSessionDuration"),
        ("ops", &account.trust, Some("43200"), "ok"),
    ] {
        let mut parameters = vec![("RoleName", name), ("AssumeRolePolicyDocument", trust)];
        parameters.extend(more.map(|seconds| ("MaxSessionDuration", seconds)));
        assert_eq!(account.call("CreateRole", &parameters).code(), code, "{name} {more:?}");
    }
}

#[test]
fn roles_are_listed_page_by_page() {
    let account = Account::new();
    for name in ["c", "b", "a"] {
        account.role(name);
    }
    let mut names = Vec::new();
    let mut marker = String::new();
    loop {
        let page = account.call("ListRoles", &[("MaxItems", "2"), ("Marker", &marker)]).ok();
        let roles = page["Roles"]["Role"].as_array().unwrap();
        assert!(roles.len() <= 2);
        names.extend(roles.iter().map(|role| role["RoleName"].as_str().unwrap().to_owned()));
        if page["IsTruncated"] == false {
            break;
        }
        marker = page["Marker"].as_str().unwrap().to_owned();
    }
    assert_eq!(names, ["a", "AliyunServiceRoleForCloudSSO", "b", "c", "ResourceDirectoryAccountAccessRole"]);
}

#[test]
fn policies_and_their_versions() {
    let account = Account::new();
    assert_eq!(account.policy("storage")["Policy"]["DefaultVersion"], "v1");
    let second = policy("Allow", "oss:Get*", "*");
    let version = [("PolicyName", "storage"), ("PolicyDocument", second.as_str()), ("SetAsDefault", "True")];
    assert_eq!(account.call("CreatePolicyVersion", &version).ok()["PolicyVersion"]["VersionId"], "v2");
    let named = [("PolicyName", "storage"), ("PolicyType", "Custom")];
    let found = account.call("GetPolicy", &named).ok();
    assert_eq!(found["DefaultPolicyVersion"]["PolicyDocument"], second.as_str());
    assert_eq!(found["DefaultPolicyVersion"]["VersionId"], "v2");
    let versions = account.call("ListPolicyVersions", &named).ok();
    assert_eq!(versions["PolicyVersions"]["PolicyVersion"].as_array().unwrap().len(), 2);

    let delete = |id: &str| {
        account.call("DeletePolicyVersion", &[("PolicyName", "storage"), ("VersionId", id)]).code()
    };
    assert_eq!(delete("v2"), "DeleteConflict.Policy.Version.Default");
    assert_eq!(delete("v9"), "EntityNotExist.Policy.Version");
    assert_eq!(account.call("DeletePolicy", &named[..1]).code(), "DeleteConflict.Policy.Version");
    assert_eq!(delete("v1"), "ok");
    assert_eq!(account.call("DeletePolicy", &named[..1]).code(), "ok");
    assert_eq!(account.call("GetPolicy", &named).code(), "EntityNotExist.Policy");
}

#[test]
fn a_policy_has_five_versions_at_most() {
    let account = Account::new();
    account.policy("storage");
    let document = policy("Allow", "oss:Get*", "*");
    let create = |more: &[(&str, &str)]| {
        let mut parameters = vec![("PolicyName", "storage"), ("PolicyDocument", document.as_str())];
        parameters.extend_from_slice(more);
        account.call("CreatePolicyVersion", &parameters)
    };
    for _ in 0..4 {
        create(&[]).ok();
    }
    assert_eq!(create(&[]).code(), "LimitExceeded.Policy.Version");
    let rotating = [("RotateStrategy", "DeleteOldestNonDefaultVersionWhenLimitExceeded")];
    assert_eq!(create(&rotating).ok()["PolicyVersion"]["VersionId"], "v6");
    let versions =
        account.call("ListPolicyVersions", &[("PolicyName", "storage"), ("PolicyType", "Custom")]).ok();
    let ids: Vec<_> = versions["PolicyVersions"]["PolicyVersion"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["VersionId"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["v6", "v5", "v4", "v3", "v1"]);
}

#[test]
fn attachments() {
    let account = Account::new();
    account.role("ops");
    account.policy("storage");
    let call = |action: &str, kind: &str, name: &str| {
        let parameters = [("PolicyType", kind), ("PolicyName", name), ("RoleName", "ops")];
        account.call(action, &parameters).code()
    };
    for (action, kind, name, code) in [
        ("AttachPolicyToRole", "System", "AliyunNoSuchAccess", "EntityNotExist.Policy"),
        ("AttachPolicyToRole", "Custom", "absent", "EntityNotExist.Policy"),
        ("AttachPolicyToRole", "Other", "storage", "InvalidParameter.PolicyType"),
        ("AttachPolicyToRole", "System", "AliyunServiceRolePolicyForCloudSSO", "EntityNotExist.Policy"),
        ("AttachPolicyToRole", "System", "AliyunOSSReadOnlyAccess", "ok"),
        ("AttachPolicyToRole", "System", "aliyunossreadonlyaccess", "EntityAlreadyExists.Role.Policy"),
        ("AttachPolicyToRole", "Custom", "storage", "ok"),
        ("DetachPolicyFromRole", "Custom", "absent", "EntityNotExist.Role.Policy"),
    ] {
        assert_eq!(call(action, kind, name), code, "{action} {kind} {name}");
    }
    let held = account.call("ListPoliciesForRole", &[("RoleName", "ops")]).ok();
    let names: Vec<_> = held["Policies"]["Policy"]
        .as_array()
        .unwrap()
        .iter()
        .map(|policy| (policy["PolicyType"].as_str().unwrap(), policy["PolicyName"].as_str().unwrap()))
        .collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&("System", "AliyunOSSReadOnlyAccess")) && names.contains(&("Custom", "storage")));
    assert_eq!(account.call("DeleteRole", &[("RoleName", "ops")]).code(), "DeleteConflict.Role.Policy");
    assert_eq!(
        account.call("DeletePolicy", &[("PolicyName", "storage")]).code(),
        "DeleteConflict.Policy.Role"
    );
    assert_eq!(call("DetachPolicyFromRole", "Custom", "storage"), "ok");
    assert_eq!(call("DetachPolicyFromRole", "System", "AliyunOSSReadOnlyAccess"), "ok");
    assert_eq!(account.call("DeletePolicy", &[("PolicyName", "storage")]).code(), "ok");
    assert_eq!(account.call("DeleteRole", &[("RoleName", "ops")]).code(), "ok");
}

#[test]
fn system_policies_are_there_for_everybody() {
    let account = Account::new();
    let named = [("PolicyName", "AdministratorAccess"), ("PolicyType", "System")];
    let found = account.call("GetPolicy", &named).ok();
    let document: Value =
        serde_json::from_str(found["DefaultPolicyVersion"]["PolicyDocument"].as_str().unwrap()).unwrap();
    assert_eq!(document["Statement"][0]["Action"], "*");
    let own = policy("Allow", "*", "*");
    let taken = [("PolicyName", "AdministratorAccess"), ("PolicyDocument", own.as_str())];
    assert_eq!(account.call("CreatePolicy", &taken).code(), "EntityAlreadyExists.Policy");
}

#[test]
fn versions_of_policies_are_chosen_and_read() {
    let account = Account::new();
    account.policy("storage");
    let named = ("PolicyName", "storage");
    let second = policy("Allow", "oss:Put*", "*");
    account.call("CreatePolicyVersion", &[named, ("PolicyDocument", &second)]).ok();
    let version =
        |action: &str, id: &str| account.call(action, &[named, ("PolicyType", "Custom"), ("VersionId", id)]);
    assert_eq!(version("GetPolicyVersion", "v2").ok()["PolicyVersion"]["IsDefaultVersion"], false);
    assert_eq!(version("SetDefaultPolicyVersion", "v3").code(), "EntityNotExist.Policy.Version");
    assert_eq!(version("SetDefaultPolicyVersion", "v2").code(), "ok");
    assert_eq!(version("GetPolicyVersion", "v2").ok()["PolicyVersion"]["IsDefaultVersion"], true);
    assert_eq!(version("GetPolicyVersion", "").code(), "MissingVersionId");
    let system = [("PolicyName", "ReadOnlyAccess"), ("PolicyType", "System"), ("VersionId", "v2")];
    assert_eq!(account.call("GetPolicyVersion", &system).code(), "EntityNotExist.Policy.Version");
    let described = [named, ("NewDescription", "puts")];
    assert_eq!(account.call("UpdatePolicyDescription", &described).ok()["Policy"]["DefaultVersion"], "v2");
    assert_eq!(account.call("DeletePolicy", &[named]).code(), "DeleteConflict.Policy.Version");
    assert_eq!(account.call("DeletePolicy", &[named, ("CascadingDelete", "true")]).code(), "ok");
}

#[test]
fn cascading_takes_versions_and_no_attachments() {
    let account = Account::new();
    account.role("ops");
    account.policy("storage");
    let attach = [("PolicyType", "Custom"), ("PolicyName", "storage"), ("RoleName", "ops")];
    account.call("AttachPolicyToRole", &attach).ok();
    let delete = [("PolicyName", "storage"), ("CascadingDelete", "true")];
    assert_eq!(account.call("DeletePolicy", &delete).code(), "DeleteConflict.Policy.Role");
    let holders = account.call("ListEntitiesForPolicy", &attach[..2]).ok();
    assert_eq!(holders["Roles"]["Role"][0]["RoleName"], "ops");
    let listed = account.call("ListPolicies", &[("PolicyType", "Custom")]).ok();
    assert_eq!(listed["Policies"]["Policy"][0]["AttachmentCount"], 1);
}

#[test]
fn a_role_may_keep_out_of_the_console() {
    let account = Account::new();
    account.role("ops");
    let role =
        |changes: &[(&str, &str)]| account.call("UpdateRole", &[&[("RoleName", "ops")], changes].concat());
    assert_eq!(role(&[]).ok()["Role"]["AllowConsoleLogin"], true);
    assert_eq!(role(&[("NewAllowConsoleLogin", "False")]).ok()["Role"]["AllowConsoleLogin"], false);
    assert_eq!(role(&[("NewDescription", "x")]).ok()["Role"]["AllowConsoleLogin"], false);
    let bad = role(&[("NewAllowConsoleLogin", "maybe")]);
    assert_eq!(bad.code(), "InvalidParameter.NewAllowConsoleLogin");
}
