//! A logout under way: who is told next, and what is said at the end.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::base::SingleLogoutId;
use crate::domain::{
    self, Kind, LogoutAnswer, LogoutInitiator, LogoutOutcome, LogoutParticipant, SingleLogout,
};
use crate::saml::{
    self, LogoutBinding, LogoutReason, LogoutRequest, LogoutResponse, LogoutStatus, MessageExpectations,
    MessageId, NameId, NameIdFormat, Signer, SingleLogoutService, UnverifiedLogoutResponse,
};
use crate::storage::single_logout;

use super::super::issue::LIFETIME;
use super::super::registry::Registered;
use super::super::{Context, Error, saml_sso, sealed_token};
use super::{PURPOSE, ToldApplication, token};

/// How long telling servers may hold a person up, and how many are told at once.
const PATIENCE: Duration = Duration::from_secs(8);
const LANES: usize = 8;

/// What the browser does next.
pub enum Step {
    /// It carries a message to an application.
    Send(Outgoing),
    /// All were told.
    Finished(Finished),
}

/// A message that the browser carries.
pub enum Outgoing {
    /// In this address.
    Redirect {
        /// The address.
        address: String,
        /// The application's name.
        application: String,
    },
    /// In a form.
    Post {
        /// Where to.
        url: String,
        /// `SAMLRequest` or `SAMLResponse`.
        field: &'static str,
        /// Its value.
        value: String,
        /// The field `RelayState`; empty where there is none.
        relay_state: String,
        /// The application's name.
        application: String,
    },
}

/// The end of a logout.
pub struct Finished {
    /// What came of each application.
    pub applications: Vec<ToldApplication>,
    /// The answer to the application that asked.
    pub answer: Option<Outgoing>,
    /// Whether the browser was at other applications meanwhile.
    pub was_led: bool,
}

/// Goes on with a logout. Whoever was told through the browser and has not answered when it comes back counts as failed.
///
/// # Errors
/// [`Error::Refused`] when the token is not ours, or the logout is forgotten; failures of the database and of signing.
pub fn advance(ctx: &Context, presented: &str) -> Result<Step, Error> {
    let logout = find(ctx, presented)?;
    for participant in &in_turn(ctx, &logout)? {
        match participant.outcome {
            LogoutOutcome::Told => {
                let outcomes = (LogoutOutcome::Told, LogoutOutcome::Failed);
                turn(ctx, &logout.id, participant, outcomes, participant.message_id.as_deref())?;
            }
            LogoutOutcome::Waiting => {
                if let Some(outgoing) = tell_by_browser(ctx, &logout, participant)? {
                    return Ok(Step::Send(outgoing));
                }
            }
            LogoutOutcome::Done | LogoutOutcome::Partial | LogoutOutcome::Failed | LogoutOutcome::Unable => {}
        }
    }
    finish(ctx, &logout).map(Step::Finished)
}

/// Those who take part, in the order in which the browser is led to them: last to those whose server could not be told,
/// since a browser may not come back from where nobody answers.
fn in_turn(ctx: &Context, logout: &SingleLogout) -> Result<Vec<LogoutParticipant>, Error> {
    let (mut first, mut last) = (Vec::new(), Vec::new());
    for participant in ctx.store.read(|conn| single_logout::list_participants(conn, logout))? {
        let registered = ctx.applications.find(&ctx.store, &participant.application_id)?;
        let is_silent = participant.outcome == LogoutOutcome::Waiting
            && registered.is_some_and(|registered| server_of(&registered).is_some());
        if is_silent { last.push(participant) } else { first.push(participant) }
    }
    first.append(&mut last);
    Ok(first)
}

/// Where an application takes logouts from server to server.
fn server_of(registered: &Registered) -> Option<&SingleLogoutService> {
    let services = &registered.provider.single_logout_services;
    services.iter().find(|service| service.binding == LogoutBinding::Soap)
}

fn find(ctx: &Context, presented: &str) -> Result<SingleLogout, Error> {
    let id = sealed_token::open(&ctx.sealing_key, PURPOSE, "", presented)?;
    let id = id.and_then(|id| SingleLogoutId::parse(&id));
    let found = match id {
        Some(id) => ctx.store.read(|conn| single_logout::find(conn, &id))?,
        None => None,
    };
    let now = ctx.now();
    found.filter(|logout| now < logout.expires_at).ok_or_else(|| {
        let message = "This logout was over some time ago. You are signed out here.";
        domain::Error::new(Kind::Invalid, "InvalidRequest.SAML.Expired", message).into()
    })
}

/// The message that the browser carries to an application, where it takes one so; else what came of it is settled.
fn tell_by_browser(
    ctx: &Context,
    logout: &SingleLogout,
    participant: &LogoutParticipant,
) -> Result<Option<Outgoing>, Error> {
    let settle = |outcome| turn(ctx, &logout.id, participant, (LogoutOutcome::Waiting, outcome), None);
    let Some(registered) = ctx.applications.find(&ctx.store, &participant.application_id)? else {
        settle(LogoutOutcome::Unable)?;
        return Ok(None);
    };
    let services = &registered.provider.single_logout_services;
    let find = |binding| services.iter().find(|service: &&SingleLogoutService| service.binding == binding);
    let Some(service) = find(LogoutBinding::Redirect).or_else(|| find(LogoutBinding::Post)) else {
        // Where there is a server to tell, telling it has failed.
        settle(if services.is_empty() { LogoutOutcome::Unable } else { LogoutOutcome::Failed })?;
        return Ok(None);
    };
    if participant.name_id.is_empty() {
        settle(LogoutOutcome::Unable)?;
        return Ok(None);
    }
    let Some(signer) = signer(ctx, &registered)? else {
        settle(LogoutOutcome::Failed)?;
        return Ok(None);
    };
    let request = request(ctx, &registered, participant, &service.url, LogoutReason::User)?;
    let (from, to) = (LogoutOutcome::Waiting, LogoutOutcome::Told);
    if !turn(ctx, &logout.id, participant, (from, to), Some(request.id.as_str()))? {
        return Ok(None);
    }
    let relay_state = token(ctx, &logout.id)?;
    Ok(Some(if service.binding == LogoutBinding::Redirect {
        Outgoing::Redirect {
            address: request.redirect_url(Some(relay_state.expose()), &signer)?,
            application: registered.application.name.to_string(),
        }
    } else {
        Outgoing::Post {
            url: service.url.clone(),
            field: "SAMLRequest",
            value: request.sign(&signer)?.to_base64(),
            relay_state: relay_state.expose().to_owned(),
            application: registered.application.name.to_string(),
        }
    }))
}

/// Tells those who take logouts from server to server, several at once. Whoever cannot be told so may be told by the
/// browser still.
pub(super) fn tell_servers(ctx: &Context, logout: &SingleLogout) -> Result<(), Error> {
    let participants = ctx.store.read(|conn| single_logout::list_participants(conn, logout))?;
    let queue = Mutex::new(participants.into_iter().collect::<VecDeque<_>>());
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                while begun.elapsed() < PATIENCE {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some(participant) = next else { return };
                    match tell_server(ctx, &participant, LogoutReason::User) {
                        Ok(Some(outcome)) => {
                            let turned = (LogoutOutcome::Waiting, outcome);
                            if let Err(error) = turn(ctx, &logout.id, &participant, turned, None) {
                                tracing::warn!(%error, "what came of a logout could not be written down");
                            }
                        }
                        Ok(None) => {}
                        Err(error) => tracing::warn!(%error, "an application could not be told of a logout"),
                    }
                }
            });
        }
    });
    Ok(())
}

/// Tells one from server to server; `None` where it does not take logouts so, or telling it failed.
pub(super) fn tell_server(
    ctx: &Context,
    participant: &LogoutParticipant,
    reason: LogoutReason,
) -> Result<Option<LogoutOutcome>, Error> {
    let Some(registered) = ctx.applications.find(&ctx.store, &participant.application_id)? else {
        return Ok(None);
    };
    let Some(service) = server_of(&registered) else { return Ok(None) };
    if participant.name_id.is_empty() {
        return Ok(None);
    }
    let Some(signer) = signer(ctx, &registered)? else { return Ok(None) };
    let request = request(ctx, &registered, participant, &service.url, reason)?;
    let envelope = request.sign(&signer)?.to_soap();
    let answer = match ctx.peers.post_soap(&service.url, &envelope) {
        Ok(answer) => answer,
        Err(error) => {
            tracing::info!(%error, application = %registered.application.id, "a logout was not delivered");
            return Ok(None);
        }
    };
    let read = UnverifiedLogoutResponse::from_soap(&answer)
        .and_then(|answer| {
            answer.verify(&registered.provider.signing_certificates, ctx.saml_policy.blocked_algorithms)
        })
        .and_then(|answer| answer.check(&request.id, &expectations(ctx, &registered)));
    match read {
        Ok(outcome) => Ok(Some(outcome_of(&outcome))),
        Err(error) => {
            tracing::info!(%error, application = %registered.application.id, "the answer to a logout is refused");
            Ok(None)
        }
    }
}

/// What signs for an application. `None`, which is written to the log, where that is by an algorithm that was blocked
/// since it was set up: it is told nothing rather than by such a signature.
pub(super) fn signer(ctx: &Context, registered: &Registered) -> Result<Option<Signer>, Error> {
    let kind = registered.application.settings.signature_key;
    if let Err(reason) = ctx.identity_provider.check_signs(kind) {
        tracing::warn!(%reason, application.id = %registered.application.id, "an application is told of no logout");
        return Ok(None);
    }
    ctx.identity_provider.signer(kind).map(Some)
}

/// What we expect of an application's answer.
pub(super) fn expectations<'a>(ctx: &'a Context, registered: &'a Registered) -> MessageExpectations<'a> {
    MessageExpectations {
        issuer: &registered.application.entity_id,
        destination: ctx.identity_provider.slo_url(),
        now: ctx.now(),
        clock_skew: ctx.saml_policy.clock_skew,
    }
}

pub(super) fn outcome_of(outcome: &saml::LogoutOutcome) -> LogoutOutcome {
    match outcome {
        saml::LogoutOutcome::Success => LogoutOutcome::Done,
        saml::LogoutOutcome::Partial => LogoutOutcome::Partial,
        saml::LogoutOutcome::Refused { .. } => LogoutOutcome::Failed,
    }
}

fn request(
    ctx: &Context,
    registered: &Registered,
    participant: &LogoutParticipant,
    destination: &str,
    reason: LogoutReason,
) -> Result<LogoutRequest, Error> {
    let (now, application) = (ctx.now(), &registered.application);
    let issuer = ctx.identity_provider.entity_id_for(&application.settings);
    let name_id =
        NameId::new(NameIdFormat::from_uri(&participant.name_id_format), participant.name_id.as_str());
    Ok(LogoutRequest {
        id: MessageId::generate(&ctx.random)?,
        issuer: issuer.to_owned(),
        destination: destination.to_owned(),
        issue_instant: now,
        not_on_or_after: now.plus(LIFETIME),
        reason: Some(reason),
        name_id: saml_sso::qualified(name_id, issuer, &application.entity_id),
        session_indexes: vec![participant.session_id.to_string()],
    })
}

fn finish(ctx: &Context, logout: &SingleLogout) -> Result<Finished, Error> {
    let participants = ctx.store.read(|conn| single_logout::list_participants(conn, logout))?;
    let answer = match &logout.initiator {
        Some(initiator) => {
            let whole = SingleLogout::is_whole(&participants);
            answer(ctx, initiator, if whole { LogoutStatus::Success } else { LogoutStatus::PartialLogout })?
        }
        None => None,
    };
    let was_led = participants.iter().any(|participant| participant.message_id.is_some());
    let mut applications = Vec::with_capacity(participants.len());
    for participant in participants {
        let registered = ctx.applications.find(&ctx.store, &participant.application_id)?;
        let name = registered.map_or_else(
            || participant.application_id.to_string(),
            |registered| registered.application.name.to_string(),
        );
        applications.push(ToldApplication { name, outcome: participant.outcome });
    }
    Ok(Finished { applications, answer, was_led })
}

/// The answer to an application that asked, where it wants one.
pub(super) fn answer(
    ctx: &Context,
    initiator: &LogoutInitiator,
    status: LogoutStatus,
) -> Result<Option<Outgoing>, Error> {
    let (Some(registered), Some(answer_by)) =
        (ctx.applications.find(&ctx.store, &initiator.application_id)?, initiator.answer_by)
    else {
        return Ok(None);
    };
    let binding = match answer_by {
        LogoutAnswer::Redirect => LogoutBinding::Redirect,
        LogoutAnswer::Post => LogoutBinding::Post,
    };
    let services = &registered.provider.single_logout_services;
    let Some(service) = services.iter().find(|service| service.binding == binding) else { return Ok(None) };
    let Some(signer) = signer(ctx, &registered)? else { return Ok(None) };
    let response = response(ctx, &registered, &initiator.request_id, status)?;
    let relay_state = &initiator.relay_state;
    Ok(Some(match answer_by {
        LogoutAnswer::Redirect => {
            let relay_state = (!relay_state.is_empty()).then_some(relay_state.as_str());
            Outgoing::Redirect {
                address: response.redirect_url(&service.response_url, relay_state, &signer)?,
                application: registered.application.name.to_string(),
            }
        }
        LogoutAnswer::Post => Outgoing::Post {
            url: service.response_url.clone(),
            field: "SAMLResponse",
            value: response.sign(Some(&service.response_url), &signer)?.to_base64(),
            relay_state: relay_state.clone(),
            application: registered.application.name.to_string(),
        },
    }))
}

pub(super) fn response(
    ctx: &Context,
    registered: &Registered,
    request_id: &str,
    status: LogoutStatus,
) -> Result<LogoutResponse, Error> {
    Ok(LogoutResponse {
        id: MessageId::generate(&ctx.random)?,
        issuer: ctx.identity_provider.entity_id_for(&registered.application.settings).to_owned(),
        in_response_to: Some(MessageId::parse(request_id)?),
        issue_instant: ctx.now(),
        status,
    })
}

/// Takes a participant from one outcome to another; false where somebody else did.
pub(super) fn turn(
    ctx: &Context,
    logout: &SingleLogoutId,
    participant: &LogoutParticipant,
    outcomes: (LogoutOutcome, LogoutOutcome),
    message_id: Option<&str>,
) -> Result<bool, Error> {
    let (logout, session) = (logout.clone(), participant.session_id.clone());
    let message_id = message_id.map(str::to_owned);
    Ok(ctx
        .store
        .write(move |conn| single_logout::turn(conn, &logout, &session, outcomes, message_id.as_deref()))?)
}
