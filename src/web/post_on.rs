//! The page that carries a message to somebody else's site: a form that posts itself (saml-bindings-2.0-os §3.5.4).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::service::Logon;

use super::error::Refused;
use super::page as view;
use super::pass::FormTarget;
use super::reply::page;

/// The page that posts a Response to where it is for; `to` is what its button calls that.
pub(super) fn post_on(logon: &Logon, nonce: &str, to: &str) -> Result<HttpResponse, Refused> {
    let shown = view::PostOn {
        nonce,
        acs_url: &logon.acs_url,
        saml_response: &logon.saml_response,
        relay_state: (!logon.relay_state.is_empty()).then_some(logon.relay_state.as_str()),
        place: &logon.place,
        identity: &logon.identity,
        to,
    };
    let mut answer = page(StatusCode::OK, &shown)?;
    answer.extensions_mut().insert(target(&logon.acs_url)?);
    Ok(answer)
}

/// The origin that a page's form may lead to.
pub(super) fn target(address: &str) -> Result<FormTarget, Refused> {
    Ok(FormTarget(url::Url::parse(address).map_err(Refused::broken)?.origin().ascii_serialization()))
}
