//! The APIs of STS, RAM, IMS and ResourceDirectoryMaster: one address, the version says which product.
//!
//! A call is read and its signature verified by `rpc`; here its caller is looked up, its action is
//! found in one table, and its verb runs in one transaction. One file per resource.

mod access_key;
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
mod user_sso;
mod user_tag;
mod version;

use std::net::IpAddr;

use serde_json::Value;

use crate::rpc::{Answer, Call, Fault, Format, Request};

use super::cloud::Cloud;
use super::fault::Target;
use super::name;
use super::refusal::Refusal;

pub(super) use target::target;

use action::Execution;
use invocation::{AnonymousInvocation, Invocation};

/// The actions of a product's version, in the vendor's spelling; none for an unknown version. For
/// tests that hold a client's record against what the server says it has.
pub fn actions(version: &str) -> Vec<&'static str> {
    action::names(version)
}

/// Answers one request, whatever it holds; `source` is the address that it came from.
pub(super) fn answer(cloud: &Cloud, request: &Request<'_>, source: Option<IpAddr>) -> Answer {
    let request_id = name::request_id(&cloud.random).unwrap_or_default();
    let mut format = Format::of(request);
    let mut action = String::new();
    let outcome = Call::parse(request).map_err(Refusal::from).and_then(|call| {
        format = call.format;
        action.clone_from(&call.action);
        carry_out(cloud, call, source)
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

fn carry_out(cloud: &Cloud, call: Call, source: Option<IpAddr>) -> Result<Value, Refusal> {
    let now = cloud.now();
    if !action::is_version(&call.version) {
        return Err(Refusal::Version(call.version));
    }
    let Some(action) = action::find(&call.version, &call.action) else {
        return Err(Refusal::Action(call.action));
    };
    if let Execution::Anonymous(verb) = action.execution {
        return verb(&AnonymousInvocation { cloud, parameters: &call.parameters, now });
    }
    let (identity, call) = authenticate::authenticate(cloud, call, now)?;
    let (parameters, version) = (call.parameters(), call.version());
    let invocation = Invocation { cloud, identity: &identity, parameters, source, version, now };
    let answer = match action.execution {
        Execution::Read(verb) => cloud.store.read(|connection| verb(&invocation, connection)),
        Execution::Write(verb) => cloud.store.write(|connection| verb(&invocation, connection)),
        Execution::Staged(verb) => verb(&invocation),
        Execution::Anonymous(_) => Err(Refusal::Internal("an anonymous action was signed".to_owned())),
    }?;
    let target = Target { action: action.full_name(), account: identity.account.to_string() };
    cloud.injector.visibility.pass(&target, call.parameters(), now, answer)
}
