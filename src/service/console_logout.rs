//! Tells the cloud of console sessions that were ended here before their time.
//!
//! Where the cloud knows single logout, one signed LogoutRequest for each session goes over the back channel,
//! by a thread of its own: no task of the account holds it up. To send it twice does no harm, so replicas
//! need not agree on who does. Where the cloud knows none, what it allows instead is asked for by a task.

use std::thread;
use std::time::Duration;

use crate::cloud;
use crate::crypto::KeyType;
use crate::domain::{
    Action, ConsoleIdentity, ConsoleSession, Event, SessionEnd, Target, TaskKind, retry_delay,
};
use crate::saml::{self, LogoutOutcome, LogoutRequest, MessageId};
use crate::storage::console_session;
use crate::storage::event::Origin;

use super::console_logon::name_id;
use super::issue::LIFETIME;
use super::task::{self, Draft};
use super::{Context, Error};

/// So many sessions are told of in one round, and so many at once.
const AT_ONCE: i64 = 100;
const LANES: usize = 4;
/// After so many attempts the cloud is not told any more; the session ends when its time is up.
const MAX_ATTEMPTS: i64 = 20;
/// A logout counts for assertions that come after it too (saml-core-2.0-os §3.7.3.1), so it must outlast
/// every assertion that was issued before.
const LOGOUT_LIFETIME: Duration = LIFETIME.saturating_mul(2);

/// What keeps the cloud from being told.
enum Failure {
    Cloud(cloud::Error),
    Message(saml::Error),
    Outcome(LogoutOutcome),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cloud(error) => error.fmt(f),
            Self::Message(error) => error.fmt(f),
            Self::Outcome(outcome) => write!(f, "the cloud answered {outcome}"),
        }
    }
}

/// Tells the cloud of every session that it is to be told of by now; says how many.
///
/// # Errors
/// Failures of the database. What the cloud says is recorded with the session.
pub(super) fn tell_due(ctx: &Context) -> Result<usize, Error> {
    let mut told = 0;
    loop {
        let now = ctx.now();
        let untold = ctx.store.read(|conn| console_session::list_untold(conn, now, AT_ONCE))?;
        let share = untold.len().div_ceil(LANES).max(1);
        thread::scope(|scope| {
            let tell = |sessions: &[ConsoleSession]| sessions.iter().try_for_each(|one| tell(ctx, one));
            let lanes: Vec<_> =
                untold.chunks(share).map(|sessions| scope.spawn(move || tell(sessions))).collect();
            // A lane that panicked has said so already; what it left is told of in the next round.
            lanes.into_iter().try_for_each(|lane| lane.join().unwrap_or(Ok(())))
        })?;
        told += untold.len();
        if untold.is_empty() {
            return Ok(told);
        }
    }
}

fn tell(ctx: &Context, session: &ConsoleSession) -> Result<(), Error> {
    match &ctx.site.session_end {
        SessionEnd::SingleLogout(url) => log_out(ctx, url, session),
        SessionEnd::DenyOlder(_) => deny_older(ctx, session),
    }
}

fn log_out(ctx: &Context, url: &str, session: &ConsoleSession) -> Result<(), Error> {
    let id = session.id.clone();
    let Err(failure) = send(ctx, url, session)? else {
        ctx.store.write(move |conn| console_session::set_told(conn, &id, ""))?;
        return Ok(());
    };
    let reason = failure.to_string();
    tracing::warn!(console_session.id = %id, account.id = %session.account_id, reason, "a logout failed");
    let [jitter] = ctx.random.bytes::<1>()?;
    let (attempts, now) = (session.logout_attempts + 1, ctx.now());
    let is_over = attempts >= MAX_ATTEMPTS || now >= session.expires_at;
    let change = ctx.change(&Origin::system(String::new()));
    ctx.store.write(move |conn| {
        if !is_over {
            let next_at = now.plus(retry_delay(attempts, jitter));
            return Ok::<_, Error>(console_session::set_untold(conn, &id, &reason, next_at)?);
        }
        console_session::set_told(conn, &id, &reason)?;
        let detail = serde_json::json!({ "reason": reason, "attempts": attempts });
        change.record(conn, &Event::new(Action::ConsoleLogoutFailed, &id).with(detail))
    })
}

fn send(ctx: &Context, url: &str, session: &ConsoleSession) -> Result<Result<(), Failure>, Error> {
    let now = ctx.now();
    let request = LogoutRequest {
        id: MessageId::generate(&ctx.random)?,
        issuer: ctx.identity_provider.entity_id().to_owned(),
        destination: url.to_owned(),
        issue_instant: now,
        not_on_or_after: now.plus(LOGOUT_LIFETIME),
        reason: None,
        name_id: name_id(session),
        session_indexes: vec![session.id.to_string()],
    };
    let signed = request.sign(&ctx.identity_provider.signer(KeyType::Rsa2048)?)?;
    let answer = match ctx.cloud.post_saml_logout(url, &signed.to_base64()) {
        Ok(answer) => answer,
        Err(error) => return Ok(Err(Failure::Cloud(error))),
    };
    Ok(match LogoutOutcome::parse(&answer) {
        Ok(LogoutOutcome::Success) => Ok(()),
        Ok(outcome) => Err(Failure::Outcome(outcome)),
        Err(error) => Err(Failure::Message(error)),
    })
}

/// The cloud knows no logout: a role's policies deny what began earlier; a RAM user's session cannot be
/// reached, and goes when its time is up.
fn deny_older(ctx: &Context, session: &ConsoleSession) -> Result<(), Error> {
    let change = ctx.change(&Origin::system(String::new()));
    let session = session.clone();
    ctx.store.write(move |conn| {
        let ConsoleIdentity::Role(configuration) = &session.identity else {
            let note = format!(
                "the cloud ends no session of a RAM user before its time: this one ends at {} at the latest",
                session.expires_at
            );
            return Ok::<_, Error>(console_session::set_told(conn, &session.id, &note)?);
        };
        // Conditions know whole seconds: whoever came in within this one is cut off too.
        let cutoff = change.now.plus(Duration::from_secs(1));
        console_session::set_cutoff(conn, configuration, &session, cutoff)?;
        let target = Target::Account(session.account_id.clone());
        let draft = Draft::new(TaskKind::ProvisionAccessConfiguration, configuration, target);
        task::write(conn, &change, &draft)?;
        let note = "the role denies what sessions ask for that began earlier, everybody's";
        Ok(console_session::set_told(conn, &session.id, note)?)
    })?;
    ctx.work.ring();
    Ok(())
}
