//! What a request gets: a Response for whoever is signed in, a sign-in first, or a refusal.

use std::sync::Arc;

use crate::domain::{self, Action, AnswerOutline, Event, Status};
use crate::saml::{AcsChoice, FailedResponse, MessageId, Refusal};

use super::super::registry::Registered;
use super::super::{
    Context, Entitlement, Error, Logon, PortalSession, Visit, authn_context, issue, saml_exchange,
};
use super::entitle::{Denied, entitle};
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

/// Answers a request for whoever is signed in.
///
/// # Errors
/// [`Error::Refused`] when the application is gone; failures of the database and of signing.
pub fn answer(
    ctx: &Context,
    visit: &Visit,
    portal: Option<&PortalSession>,
    request: &SignOnRequest,
) -> Result<Answer, Error> {
    let found = ctx.applications.find(&ctx.store, &request.application)?;
    let Some(registered) = found.filter(|found| found.application.status == Status::Enabled) else {
        return Err(domain::Error::missing("Application", &request.application).into());
    };
    answer_at(ctx, (visit, portal), &registered, request)
}

/// Takes a service provider's request and answers it at once for whoever is signed in.
///
/// # Errors
/// Those of [`receive`](super::receive) and of [`answer`].
pub fn receive_and_answer(
    ctx: &Context,
    visit: &Visit,
    portal: Option<&PortalSession>,
    message: &Message,
) -> Result<Answer, Error> {
    let (request, registered) = receive::take(ctx, visit, message)?;
    answer_at(ctx, (visit, portal), &registered, &request)
}

fn answer_at(
    ctx: &Context,
    (visit, portal): (&Visit, Option<&PortalSession>),
    registered: &Arc<Registered>,
    request: &SignOnRequest,
) -> Result<Answer, Error> {
    if let Some(refusal) = overtaken(ctx, registered, request) {
        let refused = receive::Refused::Request(request);
        return Err(receive::refuse(ctx, visit, refused, Some(registered), &refusal)?);
    }
    if request.wants_other_binding {
        let denied = Denied::new(Refusal::UnsupportedBinding, "the answer was to come by another binding");
        return refuse(ctx, visit, portal, (registered, request), denied);
    }
    let is_fresh = |portal: &PortalSession| portal.session().created_at > request.received_at();
    let Some(portal) = portal.filter(|portal| !request.force_authn || is_fresh(portal)) else {
        if request.is_passive {
            let denied = Denied::new(Refusal::NoPassive, "nobody is signed in as it asks");
            return refuse(ctx, visit, None, (registered, request), denied);
        }
        return Ok(Answer::SignIn { token: request::token(ctx, request)?, again: request.force_authn });
    };
    let method = portal.session().method;
    let context = authn_context::answer(method, request.authn_context().as_ref());
    let is_strong = registered
        .application
        .settings
        .minimum_strength
        .is_none_or(|least| authn_context::strength(method) >= least);
    let Some(context) = context.filter(|_| is_strong) else {
        let denied =
            Denied::new(Refusal::NoAuthnContext, "the person did not sign in as strongly as it asks");
        return refuse(ctx, visit, Some(portal), (registered, request), denied);
    };
    match entitle(ctx, (visit, portal), registered, request, context)? {
        Ok(entitlement) => {
            let outline = outline(&entitlement);
            let logon = issue(ctx, entitlement)?;
            let told = (request.id.as_deref(), String::new(), Some(outline));
            saml_exchange::keep_answer(ctx, visit, Some(portal), &request.application, told);
            Ok(Answer::Post(logon))
        }
        Err(denied) => refuse(ctx, visit, Some(portal), (registered, request), denied),
    }
}

/// Why a request that was taken gets no answer any more: what the service provider says of itself has changed, or run
/// out, since.
fn overtaken(ctx: &Context, registered: &Registered, request: &SignOnRequest) -> Option<receive::Refusal> {
    let acs = AcsChoice::Url(request.acs_url.clone());
    if registered.provider.assertion_consumer_service(&acs).is_none() {
        return Some(receive::Refusal::Address(acs));
    }
    registered.provider.check_validity(ctx.now(), None).err().map(receive::Refusal::Outdated)
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
fn refuse(
    ctx: &Context,
    visit: &Visit,
    portal: Option<&PortalSession>,
    (registered, request): (&Arc<Registered>, &SignOnRequest),
    denied: Denied,
) -> Result<Answer, Error> {
    let origin = match portal {
        Some(portal) => visit.origin(&portal.session().principal),
        None => visit.origin("anonymous"),
    };
    let (change, application) = (ctx.change(&origin), &registered.application);
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
    saml_exchange::keep_answer(ctx, visit, portal, &application.id, told);
    if ctx.refused_messages.may_record(visit.address, change.now) {
        ctx.store.write(move |conn| change.record(conn, &event))?;
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
