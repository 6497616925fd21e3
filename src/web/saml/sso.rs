//! Sign-on requests of service providers, and what they get.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, ServiceConfig, get, post, resource};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::service::Error;
use crate::service::saml_sso::{self, Answer, Message};

use super::super::error::{self, Refused};
use super::super::form::Form;
use super::super::login::session_token;
use super::super::post_on::{post_on, target};
use super::super::reply::{page, see_other};
use super::super::{Face, guard, page as view, saml_address};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource(saml_address::SSO)
            .app_data(web::PayloadConfig::new(saml_sso::LONGEST_MESSAGE))
            .route(get().to(get_request))
            .route(post().to(post_request))
            .default_service(web::to(error::method_not_allowed)),
    );
}

/// A request by HTTP-Redirect, or one that comes back from a sign-in.
///
/// All of it is done on the thread that serves the connection: each change of threads costs as much as what is done on
/// them. Only the database is waited for elsewhere.
async fn get_request(face: Data<Face>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let (visit, session) = (guard::pass(&request)?.visit, session_token(&face, &request));
    let (ctx, query, session) = (&face.ctx, request.query_string(), session.as_deref());
    let given = match saml_address::sign_on_token(query) {
        Some(token) => match saml_sso::resume(ctx, token) {
            Ok(asked) => saml_sso::answer(ctx, &visit, session, &asked).await,
            Err(error) => Err(error),
        },
        None => {
            saml_sso::receive_and_answer(ctx, &visit, session, &Message::Redirect(query.to_owned())).await
        }
    };
    answer(&request, given)
}

/// A request by HTTP-POST. Browsers send no cookie of ours along with a form of another site, so the answer is given
/// one redirect later.
async fn post_request(face: Data<Face>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Refused> {
    let form = Form::of_stranger(&request, &body)?;
    let message = Message::Post {
        saml_request: form.text("SAMLRequest").to_owned(),
        relay_state: form.text("RelayState").to_owned(),
    };
    let taken = saml_sso::receive(&face.ctx, &guard::pass(&request)?.visit, &message).await;
    let token = taken.and_then(|asked| saml_sso::token(&face.ctx, &asked));
    Ok(see_other(&saml_address::of_sign_on(&token.map_err(|error| Refused::from(error).of(&request))?)))
}

/// The page that a request gets.
pub(super) fn answer(request: &HttpRequest, given: Result<Answer, Error>) -> Result<HttpResponse, Refused> {
    let pass = guard::pass(request)?;
    match given.map_err(|error| Refused::from(error).of(request))? {
        Answer::Post(logon) => post_on(&logon, &pass.nonce, &logon.place),
        Answer::SignIn { token, again } => {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("next", &saml_address::of_sign_on(&token));
            if again {
                query.append_pair("again", "true");
            }
            Ok(see_other(&format!("/login?{}", query.finish())))
        }
        Answer::Refused { application, sentence, response } => {
            let shown = view::SignOnRefused {
                application: &application,
                sentence: &sentence,
                request_id: pass.visit.request_id.as_str(),
                response: response.as_ref().map(|response| view::WayBack {
                    acs_url: &response.acs_url,
                    saml_response: &response.saml_response,
                    relay_state: (!response.relay_state.is_empty()).then_some(response.relay_state.as_str()),
                }),
            };
            let mut refused = page(StatusCode::FORBIDDEN, &shown)?;
            if let Some(response) = &response {
                refused.extensions_mut().insert(target(&response.acs_url, &response.lands_on)?);
            }
            Ok(refused)
        }
    }
}
