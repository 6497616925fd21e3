//! Logout messages that a browser brings: an application's request, or its answer to ours.

use std::sync::Arc;
use std::time::Duration;

use crate::base::Secret;
use crate::domain::{
    self, Action, ApplicationSession, Event, Kind, LogoutAnswer, LogoutInitiator, LogoutOutcome,
};
use crate::saml::{
    self, CheckedLogoutRequest, LogoutBinding, LogoutStatus, MessageKind, NameIdFormat, RedirectMessage,
    UnverifiedLogoutRequest, UnverifiedLogoutResponse,
};
use crate::storage::{application_session, single_logout, used_message_id};

use super::super::registry::Registered;
use super::super::{Context, Error, Visit, saml_exchange};
use super::step::{Outgoing, answer, expectations, outcome_of, tell_servers, turn};
use super::{ending, token};

/// For how long the ID of a request is remembered: a request counts for a day at most.
const REMEMBERED: Duration = Duration::from_secs(25 * 3600);
/// Characters of a `RelayState`.
const LONGEST_RELAY_STATE: usize = 1024;

/// How a message came.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// By the HTTP-Redirect binding: the query as it travelled.
    Redirect(String),
    /// By the HTTP-POST binding: the fields of the form, empty where they are not there.
    Post {
        /// `SAMLRequest`.
        saml_request: String,
        /// `SAMLResponse`.
        saml_response: String,
        /// `RelayState`.
        relay_state: String,
    },
}

/// What a message came to.
pub enum Received {
    /// The logout goes on by this token.
    Going(Secret),
    /// The application is told at once that nothing ended.
    Answer(Outgoing),
    /// Nothing is left to be done, and nobody wants an answer.
    Nothing,
}

/// Takes a message: signed by an application that is registered, for us and for now, and a request not seen before.
///
/// # Errors
/// [`Error::Refused`] with a sentence for the person, for a message that cannot be trusted; failures of the database and
/// of signing.
pub fn receive(ctx: &Context, visit: &Visit, incoming: &Incoming) -> Result<Received, Error> {
    let taken = match incoming {
        Incoming::Redirect(query) => RedirectMessage::read(query).and_then(|message| {
            let relay_state = message.relay_state().unwrap_or_default().to_owned();
            Ok(match message.kind() {
                MessageKind::Request => Taken::Request(
                    UnverifiedLogoutRequest::from_redirect(&message)?,
                    LogoutBinding::Redirect,
                    relay_state,
                ),
                MessageKind::Response => Taken::Response(UnverifiedLogoutResponse::from_redirect(&message)?),
            })
        }),
        Incoming::Post { saml_request, saml_response, relay_state } => {
            match (saml_request.is_empty(), saml_response.is_empty()) {
                (false, true) => UnverifiedLogoutRequest::decode(saml_request)
                    .map(|request| Taken::Request(request, LogoutBinding::Post, relay_state.clone())),
                (true, false) => UnverifiedLogoutResponse::decode(saml_response).map(Taken::Response),
                _ => {
                    let (what, expected) = ("form", "either SAMLRequest or SAMLResponse");
                    Err(saml::Error::Value { what, expected, received: String::new() })
                }
            }
        }
    };
    match taken {
        Ok(Taken::Request(request, binding, relay_state)) => {
            take_request(ctx, visit, &request, binding, relay_state)
        }
        Ok(Taken::Response(response)) => take_response(ctx, visit, &response),
        Err(error) => Err(refuse(ctx, visit, None, &error.to_string())?),
    }
}

enum Taken {
    Request(UnverifiedLogoutRequest, LogoutBinding, String),
    Response(UnverifiedLogoutResponse),
}

fn take_request(
    ctx: &Context,
    visit: &Visit,
    request: &UnverifiedLogoutRequest,
    binding: LogoutBinding,
    relay_state: String,
) -> Result<Received, Error> {
    let (registered, asked) = match trust(ctx, request)? {
        Ok(trusted) => trusted,
        Err((registered, reason)) => return Err(refuse(ctx, visit, registered.as_ref(), &reason)?),
    };
    if relay_state.len() > LONGEST_RELAY_STATE {
        return Err(refuse(ctx, visit, Some(&registered), "RelayState is too long")?);
    }
    let initiator = LogoutInitiator {
        application_id: registered.application.id.clone(),
        request_id: asked.id().to_string(),
        relay_state,
        answer_by: if asked.is_asynchronous() { None } else { answer_by(&registered, binding) },
    };
    let there = match sessions_of(ctx, &registered, &asked)? {
        Sessions::Theirs(there) => there,
        Sessions::Ended => {
            return Ok(
                answer(ctx, &initiator, LogoutStatus::Success)?.map_or(Received::Nothing, Received::Answer)
            );
        }
        Sessions::NotTheirs => {
            record(ctx, visit, Some(&registered), "the session is none of the one it names")?;
            let answer = answer(ctx, &initiator, LogoutStatus::UnknownPrincipal)?;
            return Ok(answer.map_or(Received::Nothing, Received::Answer));
        }
    };
    let Some(user) = there.first().map(|there| there.user_id.clone()) else { return Ok(Received::Nothing) };
    let change = ctx.change(&visit.origin(&registered.application.id));
    let logout = ctx.store.write(move |conn| {
        let known: Vec<_> = there.iter().map(|there| there.id.clone()).collect();
        let participants = ending::end(conn, &change, &ending::browser_sessions(&there), &known)?;
        ending::note(conn, &change, &user, Some(initiator.clone()), &participants)
    })?;
    tell_servers(ctx, &logout)?;
    Ok(Received::Going(token(ctx, &logout.id)?))
}

/// A request that its application signed, for us and for now, and whose ID it used once; or why it is none.
#[expect(
    clippy::type_complexity,
    reason = "the second is whose it is where that is known, and what is wrong"
)]
pub(super) fn trust(
    ctx: &Context,
    request: &UnverifiedLogoutRequest,
) -> Result<Result<(Arc<Registered>, CheckedLogoutRequest), (Option<Arc<Registered>>, String)>, Error> {
    let issuer = request.claimed_issuer().unwrap_or_default();
    let Some(registered) = ctx.applications.find_by_entity_id(&ctx.store, issuer)? else {
        let issuer: String = issuer.chars().take(256).collect();
        return Ok(Err((None, format!("no application is registered for {issuer:?}"))));
    };
    // What was true of its keys until then is not now, for logouts as for sign-on.
    if let Err(error) = registered.provider.check_validity(ctx.now(), None) {
        return Ok(Err((Some(registered), error.to_string())));
    }
    let checked = request
        .verify(&registered.provider.signing_certificates, ctx.saml_policy.blocked_algorithms)
        .and_then(|request| request.decrypt(&ctx.identity_provider.decrypter()))
        .and_then(|request| request.check(&expectations(ctx, &registered)));
    let asked = match checked {
        Ok(asked) => asked,
        Err(error) => return Ok(Err((Some(registered), error.to_string()))),
    };
    let (entity_id, id) = (registered.application.entity_id.clone(), asked.id().to_string());
    let until = ctx.now().plus(REMEMBERED);
    if !ctx.store.write(move |conn| used_message_id::take(conn, &entity_id, &id, until))? {
        return Ok(Err((Some(registered), "the ID was used before".to_owned())));
    }
    Ok(Ok((registered, asked)))
}

/// Which sessions a request is about.
pub(super) enum Sessions {
    /// These of the application's own.
    Theirs(Vec<ApplicationSession>),
    /// None is left.
    Ended,
    /// It names sessions that are not those of the one it names, or not the application's.
    NotTheirs,
}

pub(super) fn sessions_of(
    ctx: &Context,
    registered: &Registered,
    asked: &CheckedLogoutRequest,
) -> Result<Sessions, Error> {
    let (application, name_id) = (&registered.application, asked.name_id());
    let issuer = ctx.identity_provider.entity_id_for(&application.settings);
    let is = |stated: &Option<String>, ours: &str| stated.as_ref().is_none_or(|stated| stated == ours);
    if !is(&name_id.name_qualifier, issuer) || !is(&name_id.sp_name_qualifier, &application.entity_id) {
        return Ok(Sessions::NotTheirs);
    }
    let indexes = asked.session_indexes();
    let (mut there, is_elsewhere) = ctx.store.read(|conn| {
        let there = application_session::list_of_name(conn, &application.id, &name_id.value)?;
        let is_theirs = |index: &String| there.iter().any(|there| there.id.as_str() == index);
        let mut is_elsewhere = false;
        for index in indexes.iter().filter(|index| !is_theirs(index)) {
            is_elsewhere |= application_session::exists(conn, index)?;
        }
        Ok::<_, Error>((there, is_elsewhere))
    })?;
    if is_elsewhere {
        return Ok(Sessions::NotTheirs);
    }
    there.retain(|there| {
        let is_format = match &name_id.format {
            None | Some(NameIdFormat::Unspecified) => true,
            Some(format) => there.name_id_format == format.uri(),
        };
        is_format && (indexes.is_empty() || indexes.iter().any(|index| there.id.as_str() == index))
    });
    Ok(if there.is_empty() { Sessions::Ended } else { Sessions::Theirs(there) })
}

/// How an application is answered: as it asked, where it takes answers so.
fn answer_by(registered: &Registered, binding: LogoutBinding) -> Option<LogoutAnswer> {
    let services = &registered.provider.single_logout_services;
    let takes = |binding| services.iter().any(|service| service.binding == binding);
    let answers =
        [(LogoutBinding::Redirect, LogoutAnswer::Redirect), (LogoutBinding::Post, LogoutAnswer::Post)];
    let same = answers.iter().find(|(by, _)| *by == binding && takes(*by));
    same.or_else(|| answers.iter().find(|(by, _)| takes(*by))).map(|(_, answer)| *answer)
}

fn take_response(
    ctx: &Context,
    visit: &Visit,
    response: &UnverifiedLogoutResponse,
) -> Result<Received, Error> {
    let found = match response.claimed_in_response_to() {
        Some(id) => ctx.store.read(|conn| single_logout::find_by_message(conn, id.as_str()))?,
        None => None,
    };
    let Some((logout, participant)) = found else {
        return Err(refuse(ctx, visit, None, "it answers nothing that we asked")?);
    };
    let Some(registered) = ctx.applications.find(&ctx.store, &participant.application_id)? else {
        return Err(refuse(ctx, visit, None, "the application is gone")?);
    };
    let asked = saml::MessageId::parse(participant.message_id.as_deref().unwrap_or_default())?;
    let read = response
        .verify(&registered.provider.signing_certificates, ctx.saml_policy.blocked_algorithms)
        .and_then(|response| response.check(&asked, &expectations(ctx, &registered)));
    match read {
        Ok(outcome) => {
            let outcomes = (LogoutOutcome::Told, outcome_of(&outcome));
            turn(ctx, &logout.id, &participant, outcomes, Some(asked.as_str()))?;
            Ok(Received::Going(token(ctx, &logout.id)?))
        }
        Err(error) => Err(refuse(ctx, visit, Some(&registered), &error.to_string())?),
    }
}

/// Writes a refusal down; gives what the person is told.
fn refuse(
    ctx: &Context,
    visit: &Visit,
    registered: Option<&Arc<Registered>>,
    reason: &str,
) -> Result<Error, Error> {
    if record(ctx, visit, registered, reason)? {
        let message =
            "The application sent a logout message that cannot be trusted. Nothing was ended by it.";
        Ok(domain::Error::new(Kind::Invalid, "InvalidRequest.SAML", message).into())
    } else {
        Ok(Error::Throttled(Duration::from_secs(60)))
    }
}

/// Writes down why nothing was ended; false where there were too many of these from the same address.
pub(super) fn record(
    ctx: &Context,
    visit: &Visit,
    registered: Option<&Arc<Registered>>,
    reason: &str,
) -> Result<bool, Error> {
    let event = match registered {
        Some(registered) => Event::new(Action::SingleLogoutRefused, &registered.application.id),
        None => Event::new(Action::SingleLogoutRefused, "unknown"),
    };
    let event = event.with(serde_json::json!({ "reason": saml_exchange::shortened(reason) }));
    let change = ctx.change(&visit.origin("anonymous"));
    if !ctx.refused_messages.may_record(visit.address, change.now) {
        return Ok(false);
    }
    ctx.store.write(move |conn| change.record(conn, &event))?;
    Ok(true)
}
