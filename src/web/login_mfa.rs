//! The pages between the first factor and the session: a code, the binding of a first device, a
//! password of one's own.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, ServiceConfig, block, get, post, resource};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::base::Secret;
use crate::domain::{self, PASSWORD_RULES, SignInStage};
use crate::service::{self, login, second_factor};

use super::cookie::{self, Purpose};
use super::error::{self, Refused};
use super::form::Form;
use super::login::{form_token, path_of};
use super::reply::{page, see_other};
use super::{Face, guard, page as view};

const WRONG_CODE: &str = "That code is not right, or was used before. Wait for the next one and enter it.";
const BEGIN_AGAIN: &str = "/login";

pub(super) fn routes(config: &mut ServiceConfig) {
    for stage in [SignInStage::SecondFactor, SignInStage::Enrolment, SignInStage::NewPassword] {
        let show = move |face, request| get_page(face, request, stage);
        let resource = resource(path_of(stage)).route(get().to(show));
        config.service(
            match stage {
                SignInStage::SecondFactor | SignInStage::Enrolment => resource
                    .route(post().to(move |face, request, body| post_code(face, request, body, stage))),
                SignInStage::NewPassword => resource.route(post().to(post_password)),
            }
            .default_service(web::to(error::method_not_allowed)),
        );
    }
}

/// The token of the sign-in under way, if the page is the one it asks for; else where to go instead.
async fn sign_in(
    face: &Data<Face>,
    request: &HttpRequest,
    page: SignInStage,
) -> Result<Result<String, HttpResponse>, Refused> {
    let Some(token) = cookie::read(face, request, Purpose::SignIn) else {
        return Ok(Err(see_other(BEGIN_AGAIN)));
    };
    let (called, held) = (Data::clone(face), token.clone());
    let stage = block(move || login::stage(&called.ctx, &held)).await.map_err(Refused::broken)?;
    Ok(match stage.map_err(|error| Refused::from(error).of(request))? {
        Some(stage) if stage == page => Ok(token),
        Some(stage) => Err(see_other(path_of(stage))),
        None => Err(see_other(BEGIN_AGAIN)),
    })
}

async fn get_page(
    face: Data<Face>,
    request: HttpRequest,
    stage: SignInStage,
) -> Result<HttpResponse, Refused> {
    match sign_in(&face, &request, stage).await? {
        Ok(token) => show(&face, &request, token, stage, Shown::default()).await,
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// A code: of the bound device, or of the one that is being bound.
async fn post_code(
    face: Data<Face>,
    request: HttpRequest,
    body: Bytes,
    stage: SignInStage,
) -> Result<HttpResponse, Refused> {
    let form = Form::read(&face, &request, &body, Purpose::Form)?;
    let token = match sign_in(&face, &request, stage).await? {
        Ok(token) => token,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let (code, visit, called) = (code(&form), guard::pass(&request)?.visit, Data::clone(&face));
    let (held, replaces) = (token.clone(), cookie::read(&face, &request, Purpose::Session));
    let take = if stage == SignInStage::Enrolment {
        second_factor::confirm_enrolment
    } else {
        second_factor::verify
    };
    let outcome = block(move || take(&called.ctx, &visit, &held, &code, replaces.as_deref())).await;
    match outcome.map_err(Refused::broken)?.map_err(|error| Refused::from(error).of(&request))? {
        second_factor::Outcome::Started(started) => welcome(&face, &started),
        second_factor::Outcome::Refused => {
            let shown = Shown { status: StatusCode::UNAUTHORIZED, error: Some(WRONG_CODE.to_owned()) };
            show(&face, &request, token, stage, shown).await
        }
        second_factor::Outcome::Expired => Ok(begin_again(&face)?),
    }
}

async fn post_password(face: Data<Face>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Refused> {
    let form = Form::read(&face, &request, &body, Purpose::Form)?;
    let token = match sign_in(&face, &request, SignInStage::NewPassword).await? {
        Ok(token) => token,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let chosen = Secret::new(form.text("new_password"));
    let refuse = |error: String| {
        let shown = Shown { status: StatusCode::BAD_REQUEST, error: Some(error) };
        show(&face, &request, token.clone(), SignInStage::NewPassword, shown)
    };
    if chosen.expose() != form.text("new_password_again") {
        return refuse("The two passwords are not the same.".to_owned()).await;
    }
    let (visit, called, held) = (guard::pass(&request)?.visit, Data::clone(&face), token.clone());
    let outcome = block(move || login::new_password(&called.ctx, &visit, &held, &chosen)).await;
    match outcome.map_err(Refused::broken)? {
        Ok(login::NewPassword::Set(stage)) => Ok(see_other(path_of(stage))),
        Ok(login::NewPassword::Expired) => Ok(begin_again(&face)?),
        Err(service::Error::Refused(refusal)) if refusal.kind == domain::Kind::Invalid => {
            refuse(format!("{}.", refusal.message)).await
        }
        Err(error) => Err(Refused::from(error).of(&request)),
    }
}

/// Authenticator apps show codes in groups, and people type or paste them so.
fn code(form: &Form) -> String {
    form.text("code").chars().filter(|letter| *letter != ' ').collect()
}

fn welcome(face: &Face, started: &service::session::Started) -> Result<HttpResponse, Refused> {
    let mut answer = see_other(started.next.as_deref().unwrap_or("/portal"));
    answer
        .add_cookie(&cookie::make(face, Purpose::Session, started.token.expose()))
        .and_then(|()| answer.add_cookie(&cookie::remove(face, Purpose::SignIn)))
        .map_err(Refused::broken)?;
    Ok(answer)
}

fn begin_again(face: &Face) -> Result<HttpResponse, Refused> {
    let mut answer = see_other(BEGIN_AGAIN);
    answer.add_cookie(&cookie::remove(face, Purpose::SignIn)).map_err(Refused::broken)?;
    Ok(answer)
}

/// The sign-in name that the pages show.
async fn name(face: &Data<Face>, request: &HttpRequest, token: String) -> Result<String, Refused> {
    let called = Data::clone(face);
    let name = block(move || login::user_name(&called.ctx, &token)).await.map_err(Refused::broken)?;
    name.map_err(|error| Refused::from(error).of(request))
}

/// What a page says beside what it asks.
struct Shown {
    status: StatusCode,
    error: Option<String>,
}

impl Default for Shown {
    fn default() -> Self {
        Self { status: StatusCode::OK, error: None }
    }
}

/// The page of a stage.
async fn show(
    face: &Data<Face>,
    request: &HttpRequest,
    token: String,
    stage: SignInStage,
    shown: Shown,
) -> Result<HttpResponse, Refused> {
    let csrf_token = form_token(face, request, Purpose::Form)?;
    let (csrf_token, error) = (csrf_token.as_str(), shown.error.as_deref());
    match stage {
        SignInStage::SecondFactor => {
            let username = &name(face, request, token).await?;
            page(shown.status, &view::SecondFactor { csrf_token, username, next: None, error })
        }
        SignInStage::Enrolment => show_enrolment(face, request, token, csrf_token, &shown).await,
        SignInStage::NewPassword => {
            let (username, nonce) = (&name(face, request, token).await?, &guard::pass(request)?.nonce);
            let rules = &PASSWORD_RULES;
            page(shown.status, &view::NewPassword { nonce, csrf_token, username, next: None, rules, error })
        }
    }
}

async fn show_enrolment(
    face: &Data<Face>,
    request: &HttpRequest,
    token: String,
    csrf_token: &str,
    shown: &Shown,
) -> Result<HttpResponse, Refused> {
    let called = Data::clone(face);
    let begun =
        block(move || second_factor::begin_enrolment(&called.ctx, &token)).await.map_err(Refused::broken)?;
    let Some(enrolment) = begun.map_err(|error| Refused::from(error).of(request))? else {
        return begin_again(face);
    };
    let issuer = format!("cloudsso {}", enrolment.organisation);
    let address = enrolment.secret.otpauth_url(&issuer, &enrolment.user_name).map_err(Refused::broken)?;
    let qr_code = view::QrCode::draw(address.expose())
        .map_err(|_long| Refused::broken("the address does not fit a QR code"))?;
    let key = enrolment.secret.to_base32();
    let enrolment = view::Enrolment {
        csrf_token,
        username: &enrolment.user_name,
        next: None,
        qr_code: &qr_code,
        key: key.expose(),
        otpauth_url: address.expose(),
        error: shown.error.as_deref(),
    };
    page(shown.status, &enrolment)
}
