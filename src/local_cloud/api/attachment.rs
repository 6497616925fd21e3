//! RAM 2015-05-01: which policies a role, a user or a group holds.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::fold;
use crate::local_cloud::arn::Arn;
use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::rules;
use crate::local_cloud::store::attachment::{self, AttachmentRow};

use super::invocation::{Invocation, Outcome, date};
use super::permission::{authorise, held_policy, may_change, may_reach_user};
use super::{face, group, policy, role};

/// `AttachPolicyToRole`.
pub(crate) fn attach_to_role(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    attach(call, connection, Kind::Role, "AttachPolicyToRole")
}

/// `AttachPolicyToUser`.
pub(crate) fn attach_to_user(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    attach(call, connection, Kind::User, "AttachPolicyToUser")
}

/// `AttachPolicyToGroup`.
pub(crate) fn attach_to_group(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    attach(call, connection, Kind::Group, "AttachPolicyToGroup")
}

/// `DetachPolicyFromRole`.
pub(crate) fn detach_from_role(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    detach(call, connection, Kind::Role, "DetachPolicyFromRole")
}

/// `DetachPolicyFromUser`.
pub(crate) fn detach_from_user(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    detach(call, connection, Kind::User, "DetachPolicyFromUser")
}

/// `DetachPolicyFromGroup`.
pub(crate) fn detach_from_group(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    detach(call, connection, Kind::Group, "DetachPolicyFromGroup")
}

/// `ListPoliciesForRole`.
pub(crate) fn list_for_role(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    list(call, connection, Kind::Role, "ListPoliciesForRole")
}

/// `ListPoliciesForUser`: what the user holds itself, without its groups.
pub(crate) fn list_for_user(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    list(call, connection, Kind::User, "ListPoliciesForUser")
}

/// `ListPoliciesForGroup`.
pub(crate) fn list_for_group(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    list(call, connection, Kind::Group, "ListPoliciesForGroup")
}

/// What can hold policies.
#[derive(Clone, Copy)]
enum Kind {
    Role,
    User,
    Group,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Role => "Role",
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    const fn entity(self) -> Entity {
        match self {
            Self::Role => Entity::RolePolicy,
            Self::User => Entity::UserPolicy,
            Self::Group => Entity::GroupPolicy,
        }
    }

    const fn limit_code(self) -> &'static str {
        match self {
            Self::Role => "LimitExceeded.Role.Policy",
            Self::User => "LimitExceeded.User.Policy",
            Self::Group => "LimitExceeded.Group.Policy",
        }
    }

    /// The id of the holder that the call names, if the caller may do `action` (without its product) to
    /// it, and whether the caller may change what it holds.
    fn named(
        self,
        call: &Invocation<'_>,
        connection: &mut SqliteConnection,
        action: &str,
    ) -> Result<(String, Result<(), Refusal>), Refusal> {
        match self {
            Self::Role => {
                let row = role::named(call, connection, &call.action(action))?;
                Ok((row.id, may_change(call.identity, &row.name)))
            }
            Self::User => {
                let row = face::named_user(call, connection, action)?;
                let changeable = may_reach_user(call.identity, &row);
                Ok((row.id, changeable))
            }
            Self::Group => Ok((group::named(call, connection, action)?.id, Ok(()))),
        }
    }
}

fn attach(call: &Invocation<'_>, connection: &mut SqliteConnection, kind: Kind, action: &str) -> Outcome {
    let (holder_id, changeable) = kind.named(call, connection, action)?;
    let wanted = Wanted::read(call, connection, action)?;
    changeable?;
    if wanted.policy_type == "Custom" {
        may_change(call.identity, &wanted.name)?;
    }
    let (name, policy_id) = wanted.find(call, connection)?;
    let held = attachment::list(connection, &holder_id)?;
    let of_type = || held.iter().filter(|row| row.policy_type == wanted.policy_type);
    if of_type().any(|row| row.policy_name_key == fold(&name)) {
        return Err(Refusal::exists(kind.entity(), name));
    }
    if i64::try_from(of_type().count()).unwrap_or(i64::MAX) >= rules::POLICIES_PER_HOLDER {
        let limit = rules::POLICIES_PER_HOLDER;
        return Err(Refusal::Limit { code: kind.limit_code(), limit, of: "policies of one type and holder" });
    }
    let row = AttachmentRow {
        holder_id,
        holder_kind: kind.word().to_owned(),
        policy_type: wanted.policy_type.to_owned(),
        policy_name_key: fold(&name),
        policy_name: name,
        policy_id,
        attached_at: call.now.millis(),
    };
    attachment::insert(connection, &row)?;
    Ok(json!({}))
}

fn detach(call: &Invocation<'_>, connection: &mut SqliteConnection, kind: Kind, action: &str) -> Outcome {
    let (holder_id, changeable) = kind.named(call, connection, action)?;
    let wanted = Wanted::read(call, connection, action)?;
    changeable?;
    if attachment::delete(connection, &holder_id, wanted.policy_type, &fold(&wanted.name))? {
        Ok(json!({}))
    } else {
        Err(Refusal::missing(kind.entity(), wanted.name))
    }
}

fn list(call: &Invocation<'_>, connection: &mut SqliteConnection, kind: Kind, action: &str) -> Outcome {
    let (holder_id, _changeable) = kind.named(call, connection, action)?;
    let mut policies: Vec<Value> = Vec::new();
    for row in attachment::list(connection, &holder_id)? {
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

/// The policy that a call names, of either type.
struct Wanted {
    policy_type: &'static str,
    name: String,
}

impl Wanted {
    /// Reads it, and asks whether the caller may do `action` with it: attaching needs the right to
    /// the policy as well as to its holder.
    fn read(call: &Invocation<'_>, connection: &mut SqliteConnection, action: &str) -> Result<Self, Refusal> {
        let policy_type = policy::policy_type(call)?;
        let name = rules::POLICY_NAME.check("PolicyName", call.parameters.required("PolicyName")?)?;
        let arn = match policy_type {
            "System" => policy::system_arn(name),
            _ => Arn::policy(call.account().clone(), name).to_string(),
        };
        authorise(call, connection, &call.action(action), &arn)?;
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
