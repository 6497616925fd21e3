//! Policy documents as parameters: length and grammar are checked before anything is stored.

use crate::local_cloud::refusal::{Flaw, Refusal};
use crate::policy::{Document, Error, Kind};
use crate::rpc::Parameters;

/// The document of a custom policy, which must be there.
pub(super) fn policy<'p>(parameters: &'p Parameters, name: &'static str) -> Result<&'p str, Refusal> {
    checked(Kind::Custom, name, parameters.required(name)?)
}

/// The trust policy of a role, if the parameter is there.
pub(super) fn trust<'p>(parameters: &'p Parameters, name: &'static str) -> Result<Option<&'p str>, Refusal> {
    let text = parameters.optional(name).filter(|text| !text.is_empty());
    text.map(|text| checked(Kind::Trust, name, text)).transpose()
}

/// The session policy of STS, if the parameter `Policy` is there.
pub(super) fn session(parameters: &Parameters) -> Result<Option<&str>, Refusal> {
    let text = parameters.optional("Policy").filter(|text| !text.is_empty());
    text.map(|text| checked(Kind::Session, "Policy", text)).transpose()
}

fn checked<'t>(kind: Kind, name: &'static str, text: &'t str) -> Result<&'t str, Refusal> {
    match Document::parse(kind, text) {
        Ok(_document) => Ok(text),
        Err(Error::TooLong { limit, .. }) => {
            Err(Refusal::parameter(name, Flaw::Length, format!("at most {limit} characters long")))
        }
        Err(error) => Err(Refusal::PolicyDocument(format!("{name}: {error}."))),
    }
}
