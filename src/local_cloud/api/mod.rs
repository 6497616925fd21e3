//! The APIs of STS, RAM, IMS and ResourceDirectoryMaster: one address, the version says which product.
//!
//! A call is read and its signature verified by `rpc`; here its caller is looked up, its action is
//! found in one table, and its verb runs in one transaction. One file per resource.

mod access_decision;
mod access_key;
mod account_grant;
mod account_summary;
mod action;
mod attachment;
mod authenticate;
mod control_attachment;
mod control_policy;
mod delegation;
mod directory;
mod document;
mod domain;
mod face;
mod folder;
mod group;
mod handshake;
mod invocation;
mod login_profile;
mod member;
mod member_departure;
mod member_list;
mod member_tag;
mod mfa_device;
mod oidc_provider;
mod orphan;
mod own_rights;
pub(crate) mod passkey;
mod password_policy;
mod payer;
pub(crate) mod permission;
mod policy;
mod policy_version;
mod ram_tag;
mod role;
mod saml_provider;
mod security_preference;
mod sts;
mod sts_oidc;
mod sts_saml;
mod sts_session;
mod tag;
mod target;
mod user;
mod user_batch;
mod user_sso;
mod user_tag;
pub(crate) mod version;

use crate::rpc::{Answer, Call, Fault, Format, Request};

use super::channel::Channel;
use super::cloud::Cloud;
use super::fault::Target;
use super::name;
use super::refusal::Refusal;

pub(super) use invocation::{Invocation, Outcome};
pub(super) use own_rights::{OwnRights, own_rights};
pub(super) use sts::{Admission, admit};
pub(super) use target::target;
pub(super) use user_batch::{CreatedUser, Maker, NewUser, NotCreated, create_users};

use action::{Action, Execution};
use invocation::AnonymousInvocation;

/// The actions of a product's version, in the vendor's spelling; none for an unknown version. For
/// tests that hold a client's record against what the server says it has.
pub fn actions(version: &str) -> Vec<&'static str> {
    action::names(version)
}

/// Answers one request, whatever it holds; `channel` is the way it came by.
pub(super) fn answer(cloud: &Cloud, request: &Request<'_>, channel: Channel) -> Answer {
    let request_id = name::request_id(&cloud.random).unwrap_or_default();
    let mut format = Format::of(request);
    let mut action = String::new();
    let outcome = Call::parse(request).map_err(Refusal::from).and_then(|call| {
        format = call.format;
        action.clone_from(&call.action);
        carry_out(cloud, call, channel)
    });
    match outcome {
        Ok(result) => {
            tracing::debug!(request.id = request_id, action, "call carried out");
            Answer::success(format, &action, &request_id, result)
        }
        Err(refusal) => {
            match &refusal {
                Refusal::Internal(reason) => {
                    tracing::error!(request.id = request_id, action, reason, "call failed")
                }
                Refusal::Assertion(reason) | Refusal::Token(reason) => {
                    tracing::info!(request.id = request_id, action, reason, "assertion or token refused");
                }
                // Whoever reconciles asks first, and an answer of "not there" is what it asked for.
                Refusal::Missing { .. } => {
                    tracing::debug!(request.id = request_id, action, reason = %refusal, "nothing found");
                }
                refusal => tracing::info!(request.id = request_id, action, reason = %refusal, "call refused"),
            }
            Answer::failure(format, &request_id, request.host(), &Fault::from(refusal))
        }
    }
}

fn carry_out(cloud: &Cloud, call: Call, channel: Channel) -> Outcome {
    let now = cloud.now();
    let action = action(&call.version, &call.action)?;
    if let Execution::Anonymous(verb) = action.execution {
        return verb(&AnonymousInvocation { cloud, parameters: &call.parameters, channel, now });
    }
    let (identity, call) = authenticate::authenticate(cloud, call, now)?;
    let (identity, parameters) = (&identity, call.parameters());
    let invocation =
        Invocation { cloud, identity, parameters, channel, session_id: None, version: call.version(), now };
    let answer = execute(action, &invocation)?;
    let target = Target { action: action.full_name(), account: identity.account.to_string() };
    cloud.injector.visibility.pass(&target, parameters, now, answer)
}

/// Carries out the action `name` for somebody whom the console knows: the same verbs, permissions and
/// refusals as by a signed call.
pub(super) fn perform(name: &str, invocation: &Invocation<'_>) -> Outcome {
    execute(action(invocation.version, name)?, invocation)
}

fn action(version: &str, name: &str) -> Result<&'static Action, Refusal> {
    if !action::is_version(version) {
        return Err(Refusal::Version(version.to_owned()));
    }
    action::find(version, name).ok_or_else(|| Refusal::Action(name.to_owned()))
}

fn execute(action: &Action, invocation: &Invocation<'_>) -> Outcome {
    let store = &invocation.cloud.store;
    match action.execution {
        Execution::Read(verb) => store.read(|connection| verb(invocation, connection)),
        Execution::Write(verb) => store.write(|connection| verb(invocation, connection)),
        Execution::Staged(verb) => verb(invocation),
        Execution::Anonymous(_) => Err(Refusal::Internal("an anonymous action has a caller".to_owned())),
    }
}
