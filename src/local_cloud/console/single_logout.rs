//! `POST /saml/slo`: single logout in the back channel (SAML 2.0 profiles §4.4). It comes from the identity
//! provider itself, without a cookie: the signature is the proof, and it works once.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::federation::logout::PostedLogout;
use crate::local_cloud::name;
use crate::local_cloud::refusal::Refusal;
use crate::saml::{LogoutResponse, LogoutStatus, MessageId};

use super::form::field;

/// Ends the sessions that the form field `SAMLRequest` names. 200 and `Success` say that none of them is
/// left; 403 and `Requester` that the message was refused and nothing was changed.
pub(crate) async fn post_single_logout(cloud: web::Data<Cloud>, body: web::Bytes) -> HttpResponse {
    let request_id = name::request_id(&cloud.random).unwrap_or_default();
    let work = Arc::clone(&cloud);
    let outcome = web::block(move || log_out(&work, &body)).await;
    let (status, in_response_to) = match outcome {
        Ok((Ok(ended), id)) => {
            tracing::info!(request.id = request_id, ended, "single logout");
            (LogoutStatus::Success, id)
        }
        Ok((Err(Refusal::Internal(reason)), _)) => return failed(&request_id, &reason),
        Ok((Err(Refusal::Assertion(reason)), id)) => {
            tracing::info!(request.id = request_id, reason, "single logout refused");
            (LogoutStatus::Requester, id)
        }
        Ok((Err(refusal), id)) => {
            tracing::info!(request.id = request_id, reason = %refusal, "single logout refused");
            (LogoutStatus::Requester, id)
        }
        Err(_) => return failed(&request_id, "the worker was stopped"),
    };
    answer(&cloud, status, in_response_to).unwrap_or_else(|refusal| failed(&request_id, &refusal.to_string()))
}

/// How many sessions ended, or why the message was refused; and the ID that it claims.
fn log_out(cloud: &Cloud, body: &[u8]) -> (Result<usize, Refusal>, Option<MessageId>) {
    let request = field(body, "SAMLRequest")
        .ok_or_else(|| Refusal::Assertion("there is no SAMLRequest".to_owned()))
        .and_then(|request| PostedLogout::read(&request));
    match request {
        Ok(request) => (request.carry_out(cloud, cloud.now()), request.claimed_id()),
        Err(refusal) => (Err(refusal), None),
    }
}

fn answer(
    cloud: &Cloud,
    status: LogoutStatus,
    in_response_to: Option<MessageId>,
) -> Result<HttpResponse, Refusal> {
    let response = LogoutResponse {
        id: MessageId::generate(&cloud.random)?,
        issuer: cloud.logout_url(),
        in_response_to,
        issue_instant: cloud.now(),
        status,
    };
    let xml = response.to_xml().map_err(|error| Refusal::Internal(error.to_string()))?;
    let code = match status {
        LogoutStatus::Success | LogoutStatus::PartialLogout => StatusCode::OK,
        _ => StatusCode::FORBIDDEN,
    };
    Ok(HttpResponse::build(code).content_type("text/xml; charset=utf-8").body(xml))
}

fn failed(request_id: &str, reason: &str) -> HttpResponse {
    tracing::error!(request.id = request_id, reason, "single logout failed");
    HttpResponse::InternalServerError().finish()
}
