//! Policies of users and groups; those of roles are tested with RAM's roles.

use super::identity_provider::policy;
use super::tenant::Tenant;

#[test]
fn users_and_groups_hold_policies() {
    let tenant = Tenant::new();
    tenant.user("alice");
    tenant.ram("CreateGroup", &[("GroupName", "ops")]).ok();
    let document = policy("Allow", "oss:*", "*");
    tenant.ram("CreatePolicy", &[("PolicyName", "mine"), ("PolicyDocument", &document)]).ok();
    for (kind, named) in [("User", ("UserName", "alice")), ("Group", ("GroupName", "ops"))] {
        let call = |verb: &str, policy_type: &str, name: &str| {
            let action = match verb {
                "Attach" => format!("AttachPolicyTo{kind}"),
                _ => format!("DetachPolicyFrom{kind}"),
            };
            tenant.ram(&action, &[named, ("PolicyType", policy_type), ("PolicyName", name)]).code()
        };
        assert_eq!(call("Attach", "Custom", "mine"), "ok");
        assert_eq!(call("Attach", "System", "readonlyaccess"), "ok");
        assert_eq!(call("Attach", "Custom", "MINE"), format!("EntityAlreadyExists.{kind}.Policy"));
        assert_eq!(call("Attach", "Custom", "other"), "EntityNotExist.Policy");
        assert_eq!(call("Attach", "Both", "mine"), "InvalidParameter.PolicyType");
        assert_eq!(call("Attach", "System", "AliyunServiceRolePolicyForCloudSSO"), "EntityNotExist.Policy");
        let held = tenant.ram(&format!("ListPoliciesFor{kind}"), &[named]).ok();
        let names: Vec<_> = held["Policies"]["Policy"]
            .as_array()
            .unwrap()
            .iter()
            .map(|held| held["PolicyName"].clone())
            .collect();
        assert_eq!(names, ["mine", "ReadOnlyAccess"]);
        let entities =
            tenant.ram("ListEntitiesForPolicy", &[("PolicyType", "Custom"), ("PolicyName", "mine")]).ok();
        let holder = &entities[format!("{kind}s")][kind][0];
        assert_eq!((&holder[named.0], holder["AttachDate"].is_string()), (&named.1.into(), true));
        let delete = tenant.ram("DeletePolicy", &[("PolicyName", "mine")]).code();
        assert_eq!(delete, format!("DeleteConflict.Policy.{kind}"));
        assert_eq!(call("Detach", "Custom", "mine"), "ok");
        assert_eq!(call("Detach", "Custom", "mine"), format!("EntityNotExist.{kind}.Policy"));
        assert_eq!(call("Detach", "System", "ReadOnlyAccess"), "ok");
    }
    let nobody = [("UserName", "nobody"), ("PolicyType", "Custom"), ("PolicyName", "mine")];
    assert_eq!(tenant.ram("AttachPolicyToUser", &nobody).code(), "EntityNotExist.User");
    let nobody = [("GroupName", "none"), ("PolicyType", "Custom"), ("PolicyName", "mine")];
    assert_eq!(tenant.ram("AttachPolicyToGroup", &nobody).code(), "EntityNotExist.Group");
}

#[test]
fn a_holder_holds_twenty_policies_of_a_type() {
    let tenant = Tenant::new();
    tenant.user("alice");
    let document = policy("Allow", "oss:*", "*");
    for number in 0..=20 {
        let name = format!("p{number}");
        tenant.ram("CreatePolicy", &[("PolicyName", &name), ("PolicyDocument", &document)]).ok();
        let attach = [("UserName", "alice"), ("PolicyType", "Custom"), ("PolicyName", name.as_str())];
        let code = tenant.ram("AttachPolicyToUser", &attach).code();
        assert_eq!(code, if number < 20 { "ok" } else { "LimitExceeded.User.Policy" });
    }
    let cascade = [("PolicyName", "p0"), ("CascadingDelete", "true")];
    assert_eq!(tenant.ram("DeletePolicy", &cascade).code(), "DeleteConflict.Policy.User");
    let held = tenant.ram("ListPoliciesForUser", &[("UserName", "alice")]).ok();
    assert_eq!(held["Policies"]["Policy"].as_array().unwrap().len(), 20);
}
