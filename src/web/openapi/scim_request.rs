//! What SCIM connectors asked for lately.

use serde_json::{Value, json};

use crate::domain::ScimRequest;
use crate::service::authorisation::Resource;
use crate::service::scim::request_log;

use super::invocation::{Invocation, Outcome};
use super::paging::Paging;

const PAGE: u32 = 100;
const FILTERS: &[&str] = &["ConnectorId", "OnlyRefused"];

/// `ListSCIMRequests`, ours: of one connector, the newest first; only what was refused where `OnlyRefused` says so.
pub(super) fn list(call: &Invocation<'_>) -> Outcome {
    let (directory, id) = (call.directory_id()?, call.scim_connector_id()?);
    let only_refused = call.flag("OnlyRefused")?;
    let paging = Paging::read(call, PAGE, FILTERS)?;
    let operator = call.authorise(&Resource::scim_connector(&directory, &id))?;
    let found = request_log::list(call.ctx, &operator, &id, only_refused, &paging.request)?;
    paging.answer(&found, "SCIMRequests", answer)
}

fn answer(request: &ScimRequest) -> Value {
    let mut answer = json!({
        "RequestId": request.request_id,
        "Time": request.at.rfc3339_millis(),
        "CredentialId": request.credential_id,
        "SourceAddress": request.source_address,
        "Method": request.method,
        "Path": request.path,
        "Status": request.status,
        "Detail": request.detail,
        "Understood": request.understood,
        "BodyBytes": request.body_bytes,
        "DurationMicros": request.duration_micros,
    });
    if let (Some(kind), Some(members)) = (&request.scim_type, answer.as_object_mut()) {
        members.insert("ScimType".to_owned(), kind.as_str().into());
    }
    answer
}
