//! `EnableService`, `DisableService`, `GetServiceStatus`.

use serde_json::json;

use crate::domain::{REGION, Status};
use crate::service::authorisation::Resource;
use crate::service::directory;

use super::invocation::{Invocation, Outcome, nothing};

/// `EnableService`.
pub(super) fn enable(call: &Invocation<'_>) -> Outcome {
    let operator = call.authorise(&Resource::service())?;
    directory::enable_service(call.ctx, &operator)?;
    nothing()
}

/// `DisableService`.
pub(super) fn disable(call: &Invocation<'_>) -> Outcome {
    let operator = call.authorise(&Resource::service())?;
    directory::disable_service(call.ctx, &operator)?;
    nothing()
}

/// `GetServiceStatus`. Whether it could be enabled is said while it is not.
pub(super) fn get(call: &Invocation<'_>) -> Outcome {
    let operator = call.authorise(&Resource::service())?;
    let state = directory::service_state(call.ctx, &operator)?;
    let regions: &[&str] = if state.has_directory { &[REGION] } else { &[] };
    let mut status = json!({
        "AccountId": state.owner.as_ref().map(ToString::to_string).unwrap_or_default(),
        "RegionsInUse": regions,
        "Status": state.status.as_str(),
    });
    if let (Status::Disabled, Some(members)) = (state.status, status.as_object_mut()) {
        let check = if state.owner.is_some() { "Success" } else { "Failed" };
        members.insert("PrerequisiteCheckResult".to_owned(), check.into());
    }
    Ok(json!({ "ServiceStatus": status }))
}
