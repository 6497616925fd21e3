//! From a message of a service provider to a request that may be answered.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, spawn_blocking};

use crate::base::Timestamp;
use crate::domain::{self, Action, Event, Kind, Status};
use crate::saml::{
    self, AcsChoice, MessageExpectations, RedirectMessage, TrustedAuthnRequest, UnverifiedAuthnRequest,
};
use crate::storage::{Conn, used_message_id};

use super::super::registry::Registered;
use super::super::{Context, Error, Visit, saml_exchange};
use super::SignOnRequest;
use super::request::LONGEST_RELAY_STATE;

/// For how long the ID of a signed request is remembered: as long as its age does not refuse it, and more.
const REMEMBERED: Duration = Duration::from_secs(1800);
/// Bytes of a form that carries a message: 64 KiB of base 64 whose signs are escaped, and a `RelayState`.
pub const LONGEST_MESSAGE: usize = 256 * 1024;

/// What people are told where the metadata is out of date; they cannot mend it.
const OUTDATED: &str = "What is known of this application here is out of date, so that nobody can be signed in to it. \
                        Ask whoever runs it to renew its metadata.";

/// What people are told where what we would send is blocked; they cannot mend it.
const UNPROTECTED: &str = "What we would have to send to this application cannot be protected as it must be, so that \
                           nobody can be signed in to it. Ask whoever runs it here.";

/// How a request came.
#[derive(Clone, Debug)]
pub enum Message {
    /// By the HTTP-Redirect binding: the query as it travelled.
    Redirect(String),
    /// By the HTTP-POST binding: the fields of the form.
    Post {
        /// `SAMLRequest`.
        saml_request: String,
        /// `RelayState`; empty where there is none.
        relay_state: String,
    },
}

/// What is refused.
#[derive(Clone, Copy)]
pub(super) enum Refused<'a> {
    /// A message that came.
    Message(&'a Message),
    /// A request that was taken before.
    Request(&'a SignOnRequest),
}

/// Why a message gets no answer but a page.
pub(super) enum Refusal {
    /// The message itself.
    Message(saml::Error),
    /// No enabled application is registered for whoever it says it is from.
    Unknown(String),
    /// Its ID was used before.
    Replayed,
    /// The address that it wants its answer at is not in the metadata.
    Address(AcsChoice),
    /// A `RelayState` that is too long.
    RelayState,
    /// What the service provider says of itself is true no longer.
    Outdated(saml::Error),
    /// What its settings ask for is blocked: nothing may be signed for it, or encrypted to it.
    Unprotected(String),
}

impl Message {
    /// As it was received, and whether by HTTP-Redirect.
    fn received(&self) -> (&str, bool) {
        match self {
            Self::Redirect(query) => (query, true),
            Self::Post { saml_request, .. } => (saml_request, false),
        }
    }
}

impl From<saml::Error> for Refusal {
    fn from(error: saml::Error) -> Self {
        Self::Message(error)
    }
}

/// Takes a service provider's request: from one that is registered and enabled, signed where it must be, for us and
/// for now, not seen before, and with an address of its metadata. What is refused is told to nobody but the person and
/// the audit log.
///
/// # Errors
/// [`Error::Refused`] with a sentence for the person; failures of the database.
pub async fn receive(ctx: &Arc<Context>, visit: &Visit, message: &Message) -> Result<SignOnRequest, Error> {
    take(ctx, visit, message).await.map(|(request, _)| request)
}

/// [`receive`], with the application that the request is from.
pub(super) async fn take(
    ctx: &Arc<Context>,
    visit: &Visit,
    message: &Message,
) -> Result<(SignOnRequest, Arc<Registered>), Error> {
    let (unverified, relay_state) = match read(message) {
        Ok(read) => read,
        Err(error) => return Err(refuse(ctx, visit, Refused::Message(message), None, &error.into()).await?),
    };
    let issuer = unverified.claimed_issuer().unwrap_or_default().to_owned();
    let found = ctx.applications.find_by_entity_id_async(&ctx.store, issuer.clone()).await?;
    let Some(registered) = found.filter(|found| found.application.status == Status::Enabled) else {
        let refusal = Refusal::Unknown(issuer);
        return Err(refuse(ctx, visit, Refused::Message(message), None, &refusal).await?);
    };
    let checked = match message {
        Message::Redirect(_) => check(ctx, &registered, unverified, relay_state),
        // What is signed within may be made so that libxml2 takes its time.
        Message::Post { .. } => {
            let (called, from) = (Arc::clone(ctx), Arc::clone(&registered));
            let checked = spawn_blocking(move || check(&called, &from, unverified, relay_state)).await;
            checked.map_err(|error| broken(&error))?
        }
    };
    let taken = match checked {
        Ok((request, is_signed)) if is_signed => use_up(ctx, &registered, request).await?,
        checked => checked.map(|(request, _)| request),
    };
    match taken {
        Ok(request) => {
            keep(ctx, visit, message, &request);
            Ok((request, registered))
        }
        Err(refusal) => {
            Err(refuse(ctx, visit, Refused::Message(message), Some(&registered), &refusal).await?)
        }
    }
}

fn broken(error: &JoinError) -> Error {
    tracing::error!(%error, "what verifies requests has stopped");
    let message = "The request could not be verified. Go back to the application and try again.";
    domain::Error::new(Kind::Unavailable, "ServiceUnavailable", message).into()
}

/// What [`take`] would give by what was last known of the application, so that it need not be looked up for a request
/// that changes nothing by being read. Whoever acts on it has to see in a transaction that the application is so still;
/// nobody is refused by it.
pub(super) fn foresee(ctx: &Context, message: &Message) -> Option<(SignOnRequest, Arc<Registered>)> {
    let (unverified, relay_state) = read(message).ok()?;
    if unverified.has_signature() {
        return None;
    }
    let registered = ctx.applications.remembered(unverified.claimed_issuer()?)?;
    let (request, _) = check(ctx, &registered, unverified, relay_state).ok()?;
    Some((request, registered))
}

/// Keeps a request that was taken, for administrators to look at.
pub(super) fn keep(ctx: &Context, visit: &Visit, message: &Message, request: &SignOnRequest) {
    let outcome = Ok(request.id.as_deref().unwrap_or_default());
    saml_exchange::keep_request(ctx, visit, message.received(), Some(&request.application), outcome);
}

pub(super) fn read(message: &Message) -> Result<(UnverifiedAuthnRequest, String), saml::Error> {
    match message {
        Message::Redirect(query) => {
            let message = RedirectMessage::read(query)?;
            let relay_state = message.relay_state().unwrap_or_default().to_owned();
            Ok((UnverifiedAuthnRequest::from_redirect(&message)?, relay_state))
        }
        Message::Post { saml_request, relay_state } => {
            Ok((UnverifiedAuthnRequest::decode(saml_request)?, relay_state.clone()))
        }
    }
}

/// Whether a service provider's requests must be signed.
pub(super) fn must_sign(ctx: &Context, registered: &Registered) -> bool {
    registered.provider.signs_requests
        || registered.application.settings.requires_signed_requests
        || ctx.identity_provider.wants_signed_requests()
}

/// Verifies a signature that is there or must be.
pub(super) fn trust(
    ctx: &Context,
    registered: &Registered,
    unverified: UnverifiedAuthnRequest,
) -> Result<TrustedAuthnRequest, saml::Error> {
    if must_sign(ctx, registered) || unverified.has_signature() {
        unverified.verify(&registered.provider.signing_certificates, ctx.saml_policy.blocked_algorithms)
    } else {
        unverified.unsigned()
    }
}

/// What a request of a service provider is held against.
pub(super) fn expectations<'a>(
    ctx: &'a Context,
    registered: &'a Registered,
    now: Timestamp,
) -> MessageExpectations<'a> {
    MessageExpectations {
        issuer: &registered.application.entity_id,
        destination: ctx.identity_provider.sso_url(),
        now,
        clock_skew: ctx.saml_policy.clock_skew,
    }
}

/// Refuses an application of which nothing is true any more, and one to which nothing may be sent.
pub(super) fn check_registered(ctx: &Context, registered: &Registered) -> Result<(), Refusal> {
    registered.provider.check_validity(ctx.now(), None).map_err(Refusal::Outdated)?;
    registered.check_protection().map_err(|reason| Refusal::Unprotected(reason.to_owned()))
}

/// The request, and whether it is signed.
fn check(
    ctx: &Context,
    registered: &Registered,
    unverified: UnverifiedAuthnRequest,
    relay_state: String,
) -> Result<(SignOnRequest, bool), Refusal> {
    let (application, provider, now) = (&registered.application, &registered.provider, ctx.now());
    check_registered(ctx, registered)?;
    if relay_state.len() > LONGEST_RELAY_STATE {
        return Err(Refusal::RelayState);
    }
    let trusted = trust(ctx, registered, unverified)?.decrypt(&ctx.identity_provider.decrypter())?;
    let asked = trusted.check(&expectations(ctx, registered, now))?;
    let Some(acs) = provider.assertion_consumer_service(&asked.answer_to) else {
        return Err(Refusal::Address(asked.answer_to));
    };
    let mut request = SignOnRequest::of(application.id.clone(), acs.url.clone(), relay_state, now, &asked);
    request.wants_other_binding = !asked.takes_post();
    Ok((request, asked.is_signed))
}

/// Uses up the ID of a signed request. Anybody can make an unsigned one anew, so that remembering its ID would keep
/// nobody out.
async fn use_up(
    ctx: &Context,
    registered: &Registered,
    request: SignOnRequest,
) -> Result<Result<SignOnRequest, Refusal>, Error> {
    let (entity_id, until) = (registered.application.entity_id.clone(), ctx.now().plus(REMEMBERED));
    let id = request.id.clone().unwrap_or_default();
    let take = move |conn: &mut Conn| used_message_id::take(conn, &entity_id, &id, until);
    Ok(if ctx.store.write_async(take).await? { Ok(request) } else { Err(Refusal::Replayed) })
}

/// Writes a refusal down; gives what the person is told.
pub(super) async fn refuse(
    ctx: &Context,
    visit: &Visit,
    refused: Refused<'_>,
    registered: Option<&Arc<Registered>>,
    refusal: &Refusal,
) -> Result<Error, Error> {
    let (reason, told) = match refusal {
        Refusal::Message(error) => {
            (error.to_string(), "The application sent a sign-in request that cannot be trusted.")
        }
        Refusal::Unknown(issuer) => {
            let issuer: String = issuer.chars().take(256).collect();
            (
                format!("no application is registered for {issuer:?}"),
                "The application that sent you here is not registered with us.",
            )
        }
        Refusal::Replayed => ("the ID was used before".to_owned(), "This sign-in request was used before."),
        Refusal::Address(choice) => {
            let choice: String = format!("{choice:?}").chars().take(512).collect();
            (
                format!("the metadata has no assertion consumer service {choice}"),
                "The application wants you sent to an address that is not known to be its own.",
            )
        }
        Refusal::RelayState => {
            ("RelayState is too long".to_owned(), "The application sent a sign-in request that is too long.")
        }
        Refusal::Outdated(error) => (format!("the metadata is out of date: {error}"), OUTDATED),
        Refusal::Unprotected(reason) => {
            (format!("the settings ask for what cannot be used: {reason}"), UNPROTECTED)
        }
    };
    let reason = saml_exchange::shortened(&reason);
    let event = match registered {
        Some(registered) => Event::new(Action::SamlSsoRefused, &registered.application.id),
        None => Event::new(Action::SamlSsoRefused, "unknown"),
    };
    let application = registered.map(|registered| &registered.application.id);
    if let (Refusal::Unprotected(reason), Some(id)) = (refusal, application) {
        tracing::warn!(application.id = %id, reason, "nobody is signed in to an application");
    }
    let (change, event) =
        (ctx.change(&visit.origin("anonymous")), event.with(serde_json::json!({ "reason": reason })));
    if ctx.refused_messages.may_record(visit.address, change.now) {
        match refused {
            Refused::Message(message) => {
                let outcome = Err(reason.as_str());
                saml_exchange::keep_request(ctx, visit, message.received(), application, outcome);
            }
            Refused::Request(request) => {
                let told = (request.id.as_deref(), reason, None);
                saml_exchange::keep_answer(ctx, visit, None, &request.application, told);
            }
        }
        ctx.store.write_async(move |conn| change.record(conn, &event)).await?;
        let lasting = match refusal {
            Refusal::Outdated(_) => Some("NoPermission.MetadataExpired"),
            Refusal::Unprotected(_) => Some("NoPermission.Unprotected"),
            _ => None,
        };
        if let Some(code) = lasting {
            return Ok(domain::Error::new(Kind::Denied, code, told).into());
        }
        let message = format!("{told} Go back to the application and try again.");
        Ok(domain::Error::new(Kind::Invalid, "InvalidRequest.SAML", message).into())
    } else {
        Ok(Error::Throttled(Duration::from_secs(60)))
    }
}
