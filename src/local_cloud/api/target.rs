//! What a request is about, for the faults that may befall it before anybody verifies it.

use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::fault::Target;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::{access_key, temporary_credential};
use crate::rpc::{Call, Format, Request};

use super::action;

/// Reads what `request` is about, and how its answer is to be written. Its signature is not verified here,
/// so that a fault costs what it costs at the real cloud's edge; a call that would be refused for its form
/// or for an unknown key has no target, and no faults.
pub(crate) fn target(cloud: &Cloud, request: &Request<'_>) -> Option<(Target, Format)> {
    let call = Call::parse(request).ok()?;
    let action = action::find(&call.version, &call.action)?;
    let account = match call.credential() {
        None => call.parameters.optional("RoleArn")?.split(':').nth(3)?.to_owned(),
        Some(credential) => account_of(cloud, credential.access_key_id)?,
    };
    Some((Target { action: action.full_name(), account }, call.format))
}

fn account_of(cloud: &Cloud, access_key_id: &str) -> Option<String> {
    let found = cloud.store.read::<_, Refusal>(|connection| {
        if access_key_id.starts_with("STS.") {
            let found = temporary_credential::find(connection, access_key_id)?;
            return Ok(found.map(|(_, role)| role.account_id));
        }
        Ok(access_key::find(connection, access_key_id)?.map(|row| row.account_id))
    });
    found.ok().flatten()
}
