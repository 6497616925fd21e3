//! Sign-on requests of service providers, and what they get.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, ServiceConfig, block, get, post, resource};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::service::saml_sso::{self, Answer, Message};
use crate::service::{Context, Error, PortalSession, Visit, session};

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
async fn get_request(face: Data<Face>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let query = request.query_string();
    if let Some(token) = saml_address::sign_on_token(query).map(str::to_owned) {
        return answer(&face, &request, move |ctx, visit, portal| {
            saml_sso::answer(ctx, visit, portal, &saml_sso::resume(ctx, &token)?)
        })
        .await;
    }
    let message = Message::Redirect(query.to_owned());
    answer(&face, &request, move |ctx, visit, portal| {
        saml_sso::receive_and_answer(ctx, visit, portal, &message)
    })
    .await
}

/// A request by HTTP-POST. Browsers send no cookie of ours along with a form of another site, so the answer is given
/// one redirect later.
async fn post_request(face: Data<Face>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Refused> {
    let form = Form::of_stranger(&request, &body)?;
    let message = Message::Post {
        saml_request: form.text("SAMLRequest").to_owned(),
        relay_state: form.text("RelayState").to_owned(),
    };
    let (visit, called) = (guard::pass(&request)?.visit, Data::clone(&face));
    let taken = block(move || {
        let asked = saml_sso::receive(&called.ctx, &visit, &message)?;
        saml_sso::token(&called.ctx, &asked)
    });
    let token = taken.await.map_err(Refused::broken)?.map_err(|error| Refused::from(error).of(&request))?;
    Ok(see_other(&saml_address::of_sign_on(&token)))
}

/// Answers a request for whoever is signed in, all of it on one thread: each change of threads costs as much as what is
/// done on them.
pub(super) async fn answer(
    face: &Data<Face>,
    request: &HttpRequest,
    given: impl FnOnce(&Context, &Visit, Option<&PortalSession>) -> Result<Answer, Error> + Send + 'static,
) -> Result<HttpResponse, Refused> {
    let (pass, token, called) = (guard::pass(request)?, session_token(face, request), Data::clone(face));
    let visit = pass.visit;
    let given = block(move || {
        let session = token.map(|token| session::authenticate(&called.ctx, &token)).transpose()?.flatten();
        given(&called.ctx, &visit, session.as_ref())
    });
    match given.await.map_err(Refused::broken)?.map_err(|error| Refused::from(error).of(request))? {
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
                request_id: &request_id(request),
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

fn request_id(request: &HttpRequest) -> String {
    guard::pass(request).map(|pass| pass.visit.request_id.to_string()).unwrap_or_default()
}
