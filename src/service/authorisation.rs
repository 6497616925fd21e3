//! May they? The one function that every face asks before it acts for somebody who is not at the machine
//! itself, and what a right is asked about.

use crate::base::{
    AccessConfigurationId, ConsoleSessionId, DirectoryId, GroupId, ScimConnectorId, ScimCredentialId, TaskId,
    UserId, UserProvisioningEventId, UserProvisioningId,
};
use crate::domain::{self, Action, Event, Kind, MachineIdentity, REGION};
use crate::policy::{self, Decision, Document, Named, Request};

use super::rpc_caller::Holder;
use super::{Context, Error, Operator, RpcCaller, directory};

/// What somebody wants to act on.
#[derive(Clone, Debug)]
pub struct Resource {
    directory: Option<DirectoryId>,
    path: String,
}

impl Resource {
    /// The service itself, and directories in general.
    pub fn service() -> Self {
        Self { directory: None, path: "*".to_owned() }
    }

    /// A directory, or everything of a kind in it.
    pub fn directory(id: &DirectoryId) -> Self {
        Self { directory: Some(id.clone()), path: format!("directory/{id}") }
    }

    /// A user.
    pub fn user(directory: &DirectoryId, id: &UserId) -> Self {
        Self::below(directory, "user", id.as_str())
    }

    /// A group.
    pub fn group(directory: &DirectoryId, id: &GroupId) -> Self {
        Self::below(directory, "group", id.as_str())
    }

    /// An access configuration, its policies, provisionings and assignments.
    pub fn access_configuration(directory: &DirectoryId, id: &AccessConfigurationId) -> Self {
        Self::below(directory, "access-configuration", id.as_str())
    }

    /// A task.
    pub fn task(directory: &DirectoryId, id: &TaskId) -> Self {
        Self::below(directory, "task", id.as_str())
    }

    /// A user provisioning, its events as a whole and their count.
    pub fn user_provisioning(directory: &DirectoryId, id: &UserProvisioningId) -> Self {
        Self::below(directory, "user-provisioning", id.as_str())
    }

    /// An event of a user provisioning that is named without it.
    pub fn user_provisioning_event(directory: &DirectoryId, id: &UserProvisioningEventId) -> Self {
        Self::below(directory, "user-provisioning-event", id.as_str())
    }

    /// A session in an account's console.
    pub fn console_session(directory: &DirectoryId, id: &ConsoleSessionId) -> Self {
        Self::below(directory, "console-session", id.as_str())
    }

    /// A SCIM connector, its credentials as a whole, and its requests.
    pub fn scim_connector(directory: &DirectoryId, id: &ScimConnectorId) -> Self {
        Self::below(directory, "scim-connector", id.as_str())
    }

    /// A SCIM credential.
    pub fn scim_credential(directory: &DirectoryId, id: &ScimCredentialId) -> Self {
        Self::below(directory, "scim-credential", id.as_str())
    }

    fn below(directory: &DirectoryId, kind: &str, id: &str) -> Self {
        Self { directory: Some(directory.clone()), path: format!("directory/{directory}/{kind}/{id}") }
    }

    /// As policies name it: `acs:cloudsso:<region>:<account>:<path>`.
    fn arn(&self, account: &str) -> String {
        format!("acs:cloudsso:{REGION}:{account}:{}", self.path)
    }
}

/// Whether `caller` may do `action`, such as `GetUser`, to `resource`; the proof if so.
///
/// Administrators may do everything. Machine identities may do what their policies allow, which know
/// `acs:SourceIp` and `acs:CurrentTime`; the refusal says which statement decided. Only who has the right
/// learns whether the directory exists.
///
/// # Errors
/// [`Error::Refused`] with `NoPermission`, which the audit log tells of too, or when there is no such
/// directory.
pub fn authorise(
    ctx: &Context,
    caller: &RpcCaller,
    action: &str,
    resource: &Resource,
) -> Result<Operator, Error> {
    if let Holder::Machine(machine) = caller.holder() {
        check_policies(ctx, caller, machine, action, resource)?;
    }
    if let Some(id) = &resource.directory {
        ctx.store.read(|conn| directory::within(conn, Some(id)))?;
    }
    Ok(Operator::authorised(caller.origin().clone(), resource.directory.clone()))
}

fn check_policies(
    ctx: &Context,
    caller: &RpcCaller,
    machine: &MachineIdentity,
    action: &str,
    resource: &Resource,
) -> Result<(), Error> {
    let owner = ctx.store.read(directory::management_account)?;
    // Before the accounts are known, no policy that names one applies.
    let arn = resource.arn(owner.as_ref().map_or("*", |account| account.as_str()));
    let full_action = format!("cloudsso:{action}");
    let decision = decide(ctx, caller, machine, &full_action, &arn)?;
    if decision.is_allowed() {
        return Ok(());
    }
    let change = ctx.change(caller.origin());
    let detail = serde_json::json!({
        "action": full_action, "resource": arn, "decision": decision.to_string(),
    });
    let event = Event::new(Action::AuthorisationRefused, &machine.id).with(detail);
    ctx.store.write(move |conn| change.record(conn, &event))?;
    let message = format!("You are not authorized to do {full_action} on {arn}: {decision}.");
    Err(domain::Error::new(Kind::Denied, "NoPermission", message).into())
}

fn decide(
    ctx: &Context,
    caller: &RpcCaller,
    machine: &MachineIdentity,
    action: &str,
    arn: &str,
) -> Result<Decision, Error> {
    let documents = machine
        .policies
        .iter()
        .map(|held| {
            let document = Document::parse(policy::Kind::Custom, &held.document);
            // It was checked when it was written; a grammar that has become stricter since refuses.
            document.map_err(|error| domain::Error::invalid("Policies", format_args!("are refused: {error}")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let names = machine.policies.iter().map(|held| held.name.as_str());
    let policies: Vec<_> = names.zip(&documents).map(|(name, document)| Named { name, document }).collect();
    let context = policy::Context::default()
        .with("acs:SourceIp", caller.address().to_string())
        .with("acs:CurrentTime", ctx.now().rfc3339());
    Ok(policy::evaluate(&policies, &Request { action, resource: arn, context: &context }))
}
