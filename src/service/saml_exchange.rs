//! What went between us and each service provider lately, and what came of it.

use crate::base::ApplicationId;
use crate::domain::{
    AnswerOutline, ApplicationUse, LONGEST_KEPT_MESSAGE, PrincipalId, SamlExchange, SamlExchangeKind,
};
use crate::storage::{self, application, saml_exchange};

use super::exchange_ring::Waiting;
use super::session::find_name;
use super::{Context, Error, Operator, Visit};

/// Characters of a reason that are kept.
const LONGEST_REASON: usize = 1024;

/// An exchange with the name of whoever was signed in.
#[derive(Clone, Debug)]
pub struct NamedExchange {
    /// The exchange.
    pub exchange: SamlExchange,
    /// The name; `None` where nobody was signed in, or they are gone.
    pub person: Option<String>,
}

/// Keeps a request that came, as it was received; the outcome is its ID, or why it was refused.
pub(super) fn keep_request(
    ctx: &Context,
    visit: &Visit,
    (message, is_redirect): (&str, bool),
    application: Option<&ApplicationId>,
    outcome: Result<&str, &str>,
) {
    let is_kept = message.len() <= LONGEST_KEPT_MESSAGE;
    let (message_id, reason) = match outcome {
        Ok(id) => (id.to_owned(), String::new()),
        Err(reason) => (String::new(), reason.to_owned()),
    };
    ctx.saml_exchanges.push(SamlExchange {
        application_id: application.cloned(),
        message_id,
        reason,
        message: if is_kept { message.to_owned() } else { String::new() },
        is_redirect,
        ..blank(ctx, visit, SamlExchangeKind::Request)
    });
}

/// A reason as it is written down: what a stranger's message says may stand in it, however long.
pub(super) fn shortened(reason: &str) -> String {
    reason.chars().take(LONGEST_REASON).collect()
}

/// Keeps an answer that goes, or that nobody gets, where there is no outline; `reason` is why it has no assertion, empty
/// where it has.
pub(super) fn keep_answer(
    ctx: &Context,
    visit: &Visit,
    principal: Option<&PrincipalId>,
    application: &ApplicationId,
    (message_id, reason, answer): (Option<&str>, String, Option<AnswerOutline>),
) {
    ctx.saml_exchanges.push(SamlExchange {
        application_id: Some(application.clone()),
        principal: principal.cloned(),
        message_id: message_id.unwrap_or_default().to_owned(),
        reason,
        answer,
        ..blank(ctx, visit, SamlExchangeKind::Answer)
    });
}

fn blank(ctx: &Context, visit: &Visit, kind: SamlExchangeKind) -> SamlExchange {
    SamlExchange {
        request_id: visit.request_id.to_string(),
        at: ctx.now(),
        application_id: None,
        kind,
        source_address: visit.address.to_string(),
        principal: None,
        message_id: String::new(),
        reason: String::new(),
        message: String::new(),
        is_redirect: false,
        answer: None,
    }
}

/// Writes down what was kept; nothing is written where nothing was. What could not be written is tried again the next
/// time.
///
/// # Errors
/// Failures of the database.
pub fn flush(ctx: &Context) -> Result<(), Error> {
    let _flushing = ctx.saml_exchanges.flushing();
    let mut failure = None;
    for (application, waiting) in ctx.saml_exchanges.take() {
        if let Err(error) = write(ctx, application, waiting.clone()) {
            ctx.saml_exchanges.put_back(waiting);
            failure = Some(error);
        }
    }
    failure.map_or(Ok(()), |error| Err(error.into()))
}

fn write(ctx: &Context, id: Option<ApplicationId>, waiting: Waiting) -> Result<(), storage::Error> {
    ctx.store.write(move |conn| {
        if let Some(id) = &id {
            // Nothing is written of one that was deleted meanwhile.
            if application::share_version(conn, id)?.is_none() {
                return Ok(());
            }
            saml_exchange::update_use(conn, id, waiting.uses)?;
        }
        for exchange in &waiting.exchanges {
            saml_exchange::insert(conn, exchange)?;
        }
        saml_exchange::trim(conn, id.as_ref())
    })
}

/// The latest exchanges of an application, the newest first; `None` for those of senders that no application is
/// registered for.
///
/// # Errors
/// Failures of the database.
pub fn list(
    ctx: &Context,
    _operator: &Operator,
    id: Option<&ApplicationId>,
) -> Result<Vec<NamedExchange>, Error> {
    flush(ctx)?;
    ctx.store.read(|conn| {
        let mut named = Vec::new();
        for exchange in saml_exchange::list(conn, id)? {
            let person = match &exchange.principal {
                Some(principal) => find_name(conn, principal)?,
                None => None,
            };
            named.push(NamedExchange { exchange, person });
        }
        Ok(named)
    })
}

/// The request that came with the HTTP request of this id, while it is among the latest.
///
/// # Errors
/// Failures of the database.
pub fn find(ctx: &Context, _operator: &Operator, request_id: &str) -> Result<Option<SamlExchange>, Error> {
    flush(ctx)?;
    Ok(ctx.store.read(|conn| saml_exchange::find_request(conn, request_id))?)
}

/// When an application was last of use.
///
/// # Errors
/// Failures of the database.
pub fn last_use(ctx: &Context, _operator: &Operator, id: &ApplicationId) -> Result<ApplicationUse, Error> {
    flush(ctx)?;
    Ok(ctx.store.read(|conn| saml_exchange::find_use(conn, id))?)
}
