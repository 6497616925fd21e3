//! What a request gets: a Response for whoever is signed in, a sign-in first, or a refusal.

use std::sync::Arc;

use crate::domain::{self, Action, AnswerOutline, Event, PrincipalId, Status};
use crate::saml::{AcsChoice, FailedResponse, MessageId, Refusal};

use super::super::registry::Registered;
use super::super::{Context, Entitlement, Error, Logon, Visit, issue, saml_exchange};
use super::entitle::{Decision, Denied, entitle};
use super::{Message, SignOnRequest, receive, request};

/// The status code of an answer with an assertion.
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// What a request gets.
pub enum Answer {
    /// A Response to be posted by the browser: with an assertion, or one that says why there is none.
    Post(Logon),
    /// Nobody is signed in, or not as the request wants it: the person signs in, by a new proof where `again`, and
    /// comes back with the token.
    SignIn {
        /// For [`resume`](super::resume).
        token: String,
        /// Whether whoever is signed in by now must prove anew who they are.
        again: bool,
    },
    /// The person is told why they are not let in.
    Refused {
        /// The application's name.
        application: String,
        /// Why.
        sentence: String,
        /// The Response that tells the service provider, where it asked; posted when the person wants to go back.
        response: Option<Logon>,
    },
}

/// Answers a request for whoever `session_token` opens a session for.
///
/// # Errors
/// [`Error::Refused`] when the application is gone; failures of the database and of signing.
pub async fn answer(
    ctx: &Context,
    visit: &Visit,
    session_token: Option<&str>,
    request: &SignOnRequest,
) -> Result<Answer, Error> {
    let found = ctx.applications.find_async(&ctx.store, request.application.clone()).await?;
    let Some(registered) = found.filter(|found| found.application.status == Status::Enabled) else {
        return Err(domain::Error::missing("Application", &request.application).into());
    };
    answer_at(ctx, (visit, session_token), &registered, request).await
}

/// Takes a service provider's request and answers it at once for whoever is signed in.
///
/// # Errors
/// Those of [`receive`](super::receive) and of [`answer`].
pub async fn receive_and_answer(
    ctx: &Arc<Context>,
    visit: &Visit,
    session_token: Option<&str>,
    message: &Message,
) -> Result<Answer, Error> {
    if let Some((request, registered)) = receive::foresee(ctx, message)
        && let Decision::Entitled(principal, entitlement) =
            entitle(ctx, (visit, session_token), &registered, &request).await?
    {
        receive::keep(ctx, visit, message, &request);
        return let_in(ctx, (visit, &principal), &request, *entitlement);
    }
    let (request, registered) = receive::take(ctx, visit, message).await?;
    answer_at(ctx, (visit, session_token), &registered, &request).await
}

async fn answer_at(
    ctx: &Context,
    (visit, session_token): (&Visit, Option<&str>),
    registered: &Arc<Registered>,
    request: &SignOnRequest,
) -> Result<Answer, Error> {
    if let Some(refusal) = overtaken(ctx, registered, request) {
        let refused = receive::Refused::Request(request);
        return Err(receive::refuse(ctx, visit, refused, Some(registered), &refusal).await?);
    }
    match entitle(ctx, (visit, session_token), registered, request).await? {
        Decision::Entitled(principal, entitlement) => let_in(ctx, (visit, &principal), request, *entitlement),
        Decision::SignIn => {
            Ok(Answer::SignIn { token: request::token(ctx, request)?, again: request.force_authn })
        }
        Decision::Denied(principal, denied) => {
            refuse(ctx, (visit, principal.as_ref()), (registered, request), denied).await
        }
    }
}

fn let_in(
    ctx: &Context,
    (visit, principal): (&Visit, &PrincipalId),
    request: &SignOnRequest,
    entitlement: Entitlement,
) -> Result<Answer, Error> {
    let outline = outline(&entitlement);
    let logon = issue(ctx, entitlement)?;
    let told = (request.id.as_deref(), String::new(), Some(outline));
    saml_exchange::keep_answer(ctx, visit, Some(principal), &request.application, told);
    Ok(Answer::Post(logon))
}

/// Why a request that was taken gets no answer any more: what the service provider says of itself has changed, or run
/// out, since.
fn overtaken(ctx: &Context, registered: &Registered, request: &SignOnRequest) -> Option<receive::Refusal> {
    let acs = AcsChoice::Url(request.acs_url.clone());
    if registered.provider.assertion_consumer_service(&acs).is_none() {
        return Some(receive::Refusal::Address(acs));
    }
    receive::check_registered(ctx, registered).err()
}

/// What is remembered of an answer: nothing that it says of the person.
fn outline(entitlement: &Entitlement) -> AnswerOutline {
    let format = entitlement.name_id.as_ref().map(|name_id| name_id.format_in_effect().uri().to_owned());
    AnswerOutline {
        acs_url: entitlement.acs_url.clone(),
        status: SUCCESS.to_owned(),
        name_id_format: format.unwrap_or_default(),
        attributes: entitlement.attributes.iter().map(|attribute| attribute.name.clone()).collect(),
    }
}

/// Writes a refusal down, and tells it to the service provider at once where it wants the person not to be asked
/// anything or can do something about it, else to the person first.
async fn refuse(
    ctx: &Context,
    (visit, principal): (&Visit, Option<&PrincipalId>),
    (registered, request): (&Arc<Registered>, &SignOnRequest),
    denied: Denied,
) -> Result<Answer, Error> {
    let actor = principal.map_or("anonymous", PrincipalId::as_str);
    let (change, application) = (ctx.change(&visit.origin(actor)), &registered.application);
    let (_, code) = denied.refusal.codes();
    let detail = serde_json::json!({ "reason": denied.reason, "status": code, "in_response_to": request.id });
    let event = Event::new(Action::SamlSsoRefused, &application.id).with(detail);
    let outline = AnswerOutline {
        acs_url: request.acs_url.clone(),
        status: code.to_owned(),
        name_id_format: String::new(),
        attributes: Vec::new(),
    };
    let told = (request.id.as_deref(), denied.reason, Some(outline));
    saml_exchange::keep_answer(ctx, visit, principal, &application.id, told);
    if ctx.refused_messages.may_record(visit.address, change.now) {
        ctx.store.write_async(move |conn| change.record(conn, &event)).await?;
    }
    let response = failed(ctx, registered, request, denied.refusal)?;
    let (is_passive, tells_person) = (request.is_passive, is_of_the_person(denied.refusal));
    match response {
        Some(response) if is_passive || !tells_person => Ok(Answer::Post(response)),
        response => Ok(Answer::Refused {
            application: application.name.to_string(),
            sentence: sentence(denied.refusal).to_owned(),
            response,
        }),
    }
}

/// The Response that says why; `None` where nobody asked.
fn failed(
    ctx: &Context,
    registered: &Registered,
    request: &SignOnRequest,
    refusal: Refusal,
) -> Result<Option<Logon>, Error> {
    let Some(in_response_to) = request.message_id()? else { return Ok(None) };
    let settings = &registered.application.settings;
    let response = FailedResponse {
        id: MessageId::generate(&ctx.random)?,
        issuer: ctx.identity_provider.entity_id_for(settings).to_owned(),
        acs_url: request.acs_url.clone(),
        in_response_to,
        issue_instant: ctx.now(),
        refusal,
    };
    let signed = response.sign(&ctx.identity_provider.signer(settings.signature_key)?)?;
    Ok(Some(Logon {
        acs_url: response.acs_url,
        saml_response: signed.to_base64(),
        relay_state: request.relay_state.clone(),
        lands_on: settings.landing_origins.clone(),
        place: registered.application.name.to_string(),
        identity: String::new(),
    }))
}

/// Whether a refusal is about the person, who should know before they are sent back; others are for the application to
/// mend.
const fn is_of_the_person(refusal: Refusal) -> bool {
    match refusal {
        Refusal::UnknownPrincipal | Refusal::AuthnFailed | Refusal::RequestDenied => true,
        Refusal::NoPassive
        | Refusal::NoAuthnContext
        | Refusal::InvalidNameIdPolicy
        | Refusal::UnsupportedBinding => false,
    }
}

/// What the person is told.
const fn sentence(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::RequestDenied => {
            "You are signed in, but this application is not assigned to you. Ask whoever runs it here."
        }
        Refusal::UnknownPrincipal => "The application asked for somebody else than you are signed in as.",
        Refusal::AuthnFailed => "The sign-in was not completed.",
        Refusal::NoPassive => "You would have to sign in, and the application did not let us ask.",
        Refusal::NoAuthnContext => "The application wants a stronger sign-in than yours.",
        Refusal::InvalidNameIdPolicy => "What the application wants to call you by is not known of you.",
        Refusal::UnsupportedBinding => "The application wants its answer in a way that we do not send by.",
    }
}
