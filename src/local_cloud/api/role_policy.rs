//! RAM 2015-05-01: which policies a role holds.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::fold;
use crate::local_cloud::arn::Arn;
use crate::local_cloud::identity::role_arn;
use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::rules;
use crate::local_cloud::store::role_policy::{self, RolePolicyRow};

use super::invocation::{Invocation, Outcome, date};
use super::permission::{authorise, held_policy, may_change};
use super::{policy, role};

/// `AttachPolicyToRole`.
pub(crate) fn attach(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let role = role::named(call, connection, "ram:AttachPolicyToRole")?;
    let wanted = Wanted::read(call, connection, "ram:AttachPolicyToRole")?;
    may_change(call.identity, &role.name)?;
    if wanted.policy_type == "Custom" {
        may_change(call.identity, &wanted.name)?;
    }
    let (name, policy_id) = wanted.find(call, connection)?;
    let held = role_policy::list(connection, &role.id)?;
    let of_type = || held.iter().filter(|row| row.policy_type == wanted.policy_type);
    if of_type().any(|row| row.policy_name_key == fold(&name)) {
        return Err(Refusal::exists(Entity::RolePolicy, name));
    }
    if i64::try_from(of_type().count()).unwrap_or(i64::MAX) >= rules::POLICIES_PER_ROLE {
        let limit = rules::POLICIES_PER_ROLE;
        return Err(Refusal::Limit { code: "LimitExceeded.Role.Policy", limit, of: "policies of one role" });
    }
    let row = RolePolicyRow {
        role_id: role.id,
        policy_type: wanted.policy_type.to_owned(),
        policy_name_key: fold(&name),
        policy_name: name,
        policy_id,
        attached_at: call.now.millis(),
    };
    role_policy::insert(connection, &row)?;
    Ok(json!({}))
}

/// `DetachPolicyFromRole`.
pub(crate) fn detach(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let role = role::named(call, connection, "ram:DetachPolicyFromRole")?;
    let wanted = Wanted::read(call, connection, "ram:DetachPolicyFromRole")?;
    may_change(call.identity, &role.name)?;
    if role_policy::delete(connection, &role.id, wanted.policy_type, &fold(&wanted.name))? {
        Ok(json!({}))
    } else {
        Err(Refusal::missing(Entity::RolePolicy, wanted.name))
    }
}

/// `ListPoliciesForRole`.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let role = role::named(call, connection, "ram:ListPoliciesForRole")?;
    let mut policies: Vec<Value> = Vec::new();
    for row in role_policy::list(connection, &role.id)? {
        let held = held_policy(call.cloud, connection, &row)?;
        policies.push(json!({
            "PolicyName": row.policy_name,
            "PolicyType": row.policy_type,
            "Description": held.description,
            "DefaultVersion": held.version,
            "AttachDate": date(row.attached_at),
        }));
    }
    Ok(json!({"Policies": {"Policy": policies}}))
}

/// `ListEntitiesForPolicy`: who holds a policy.
pub(crate) fn list_entities(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let wanted = Wanted::read(call, connection, "ram:ListEntitiesForPolicy")?;
    let name_key = match wanted.policy_type {
        "System" => {
            let policy = call.cloud.catalogue.system(&wanted.name);
            fold(policy.ok_or_else(|| Refusal::missing(Entity::Policy, wanted.name.as_str()))?.name)
        }
        _ => policy::find(call, connection, &wanted.name)?.name_key,
    };
    let account = call.account();
    let holders = role_policy::holders(connection, account.as_str(), (wanted.policy_type, &name_key))?;
    let roles: Vec<Value> = holders
        .iter()
        .map(|(role, attached_at)| {
            json!({
                "RoleId": role.id,
                "RoleName": role.name,
                "Arn": role_arn(account, role).to_string(),
                "Description": role.description,
                "AttachDate": date(*attached_at),
            })
        })
        .collect();
    Ok(json!({"Users": {"User": []}, "Groups": {"Group": []}, "Roles": {"Role": roles}}))
}

/// The policy that a call names, of either type.
struct Wanted {
    policy_type: &'static str,
    name: String,
}

impl Wanted {
    /// Reads it, and asks whether the caller may do `action` with it: attaching needs the right to
    /// the policy as well as to the role.
    fn read(call: &Invocation<'_>, connection: &mut SqliteConnection, action: &str) -> Result<Self, Refusal> {
        let policy_type = policy::policy_type(call)?;
        let name = rules::POLICY_NAME.check("PolicyName", call.parameters.required("PolicyName")?)?;
        let arn = match policy_type {
            "System" => policy::system_arn(name),
            _ => Arn::policy(call.account().clone(), name).to_string(),
        };
        authorise(call, connection, action, &arn)?;
        Ok(Self { policy_type, name: name.to_owned() })
    }

    /// Its name as it was given to it, and the id of a custom one.
    fn find(
        &self,
        call: &Invocation<'_>,
        connection: &mut SqliteConnection,
    ) -> Result<(String, Option<String>), Refusal> {
        if self.policy_type == "System" {
            let system = call.cloud.catalogue.attachable(&self.name);
            let system = system.ok_or_else(|| Refusal::missing(Entity::Policy, self.name.as_str()))?;
            return Ok((system.name.to_owned(), None));
        }
        let row = policy::find(call, connection, &self.name)?;
        Ok((row.name, Some(row.id)))
    }
}
