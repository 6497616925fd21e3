//! Permission policies of access configurations.

use crate::base::{AccessConfigurationId, Timestamp};
use crate::cloud::PolicyKind;
use crate::domain::{self, AccessConfigurationSpec, PermissionPolicy};
use crate::storage;

use super::access_configuration::{edit, find};
use super::{Context, Error, Operator};

/// Which kind of policy is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PermissionPolicyKind {
    /// One of the cloud's own.
    System,
    /// The configuration's own.
    Inline,
}

impl PermissionPolicyKind {
    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Inline => "Inline",
        }
    }
}

/// Adds a policy to a configuration. A system policy must exist in the cloud, which is asked in the
/// management account.
///
/// # Errors
/// [`Error::Refused`] naming the field that breaks its rule, when there is no such configuration or system
/// policy, when the configuration has the policy, or has as many as it may; [`Error::Cloud`] when the cloud
/// cannot be asked.
pub fn add(
    ctx: &Context,
    operator: &Operator,
    id: &AccessConfigurationId,
    policy: PermissionPolicy,
) -> Result<(), Error> {
    // Refused before the cloud is asked, and again with what is there by then.
    let mut spec = ctx.store.read(|conn| find(conn, id))?.spec;
    insert(&mut spec, &policy)?;
    if let PermissionPolicy::System { name } = &policy {
        check_known(ctx, name)?;
    }
    edit(ctx, operator, id, move |spec| insert(spec, &policy)).map(drop)
}

/// Removes a policy from a configuration.
///
/// # Errors
/// [`Error::Refused`] when there is no such configuration, or it has no such policy.
pub fn remove(
    ctx: &Context,
    operator: &Operator,
    id: &AccessConfigurationId,
    kind: PermissionPolicyKind,
    name: &str,
) -> Result<(), Error> {
    let name = name.to_owned();
    edit(ctx, operator, id, move |spec| {
        let before = spec.policies.len();
        spec.policies.retain(|policy| policy.kind() != kind.as_str() || policy.name() != name);
        if spec.policies.len() < before { Ok(()) } else { Err(missing(&name)) }
    })
    .map(drop)
}

/// Replaces the document of the inline policy of this name.
///
/// # Errors
/// [`Error::Refused`] on `NewInlinePolicyDocument` when it is no policy document, when there is no such
/// configuration, or it has no such policy.
pub fn update_inline(
    ctx: &Context,
    operator: &Operator,
    id: &AccessConfigurationId,
    name: &str,
    document: &str,
) -> Result<(), Error> {
    let (name, new) = (name.to_owned(), document.to_owned());
    edit(ctx, operator, id, move |spec| {
        let found = spec.policies.iter_mut().find_map(|policy| match policy {
            PermissionPolicy::Inline { name: own, document } if *own == name => Some(document),
            _ => None,
        });
        found.ok_or_else(|| missing(&name))?.clone_from(&new);
        let checked = spec.check();
        checked.map_err(|error| error.of_parameter("InlinePolicyDocument", "NewInlinePolicyDocument"))
    })
    .map(drop)
}

/// The policies of a configuration with the moments they were added, of one kind or of both.
///
/// # Errors
/// [`Error::Refused`] when there is no such configuration.
pub fn list(
    ctx: &Context,
    _operator: &Operator,
    id: &AccessConfigurationId,
    kind: Option<PermissionPolicyKind>,
) -> Result<Vec<(PermissionPolicy, Timestamp)>, Error> {
    ctx.store.read(|conn| {
        find(conn, id)?;
        let mut policies = storage::access_configuration::list_policies(conn, id)?;
        policies.retain(|(policy, _)| kind.is_none_or(|kind| policy.kind() == kind.as_str()));
        Ok(policies)
    })
}

fn insert(spec: &mut AccessConfigurationSpec, policy: &PermissionPolicy) -> Result<(), domain::Error> {
    spec.policies.push(policy.clone());
    spec.check()
}

fn check_known(ctx: &Context, name: &str) -> Result<(), Error> {
    match ctx.cloud.management().get_policy(PolicyKind::System, name) {
        Ok(_policy) => Ok(()),
        Err(error) if error.is_not_found() => Err(missing(name).into()),
        Err(error) => Err(error.into()),
    }
}

fn missing(name: &str) -> domain::Error {
    domain::Error::missing("PermissionPolicy", name)
}
