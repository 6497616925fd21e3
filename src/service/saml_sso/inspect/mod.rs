//! A message held against everything that it would be held against if it came, without anything coming of it: no ID is
//! used up, nobody is signed in or out, and nothing is written down.

mod answer;
mod logout;
mod look;
mod sign_on;

use crate::base::{ApplicationId, Timestamp};
use crate::saml::RedirectMessage;
use crate::saml::inspection::{Check, Course, Outcome, Pasted, PastedForm, PastedKind, Row};

use self::look::Look;
use super::super::{Context, Error, Operator};

/// The moment that a message is judged at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Now, as if it came now.
    Now,
    /// When it was made, by what it says itself; now, where it does not say that.
    Made,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// What kind of document it is.
    pub kind: PastedKind,
    /// How it was given.
    pub form: PastedForm,
    /// Its XML for people.
    pub pretty: String,
    /// Who it says it is from.
    pub issuer: String,
    /// What came with it to be given back.
    pub relay_state: String,
    /// The application that it is from or for, and its name.
    pub application: Option<(ApplicationId, String)>,
    /// The moment that it was judged at.
    pub judged_at: Timestamp,
    /// Every check, in the order of the real way.
    pub checks: Vec<Check>,
}

/// Inspects what somebody pasted.
///
/// # Errors
/// [`Error::Saml`] when there is no document in it; failures of the database.
pub fn inspect(ctx: &Context, _operator: &Operator, text: &str, moment: Moment) -> Result<Inspection, Error> {
    let pasted = Pasted::read(text)?;
    let made = Timestamp::parse(pasted.claimed("IssueInstant")).filter(|_| moment == Moment::Made);
    let look = Look { ctx, pasted: &pasted, is_now: made.is_none(), now: made.unwrap_or_else(|| ctx.now()) };
    let mut course = Course::default();
    let registered = match pasted.kind() {
        PastedKind::AuthnRequest => look.authn_request(&mut course)?,
        PastedKind::LogoutRequest => look.logout_request(&mut course)?,
        PastedKind::LogoutResponse => look.logout_response(&mut course)?,
        PastedKind::Response => look.response(&mut course)?,
        PastedKind::Metadata => look.metadata(&mut course)?,
        PastedKind::Other => {
            let expected = "a SAML 2.0 message, or metadata";
            course.take(Row::new("Kind", expected, ""), Some(Err::<(), _>("it is nothing of the kind")));
            None
        }
    };
    let redirect =
        RedirectMessage::read(pasted.encoded()).ok().filter(|_| pasted.form() == PastedForm::Redirect);
    Ok(Inspection {
        kind: pasted.kind(),
        form: pasted.form(),
        pretty: pasted.pretty()?,
        issuer: pasted.claimed_issuer().unwrap_or_default().to_owned(),
        relay_state: redirect.and_then(|it| it.relay_state().map(str::to_owned)).unwrap_or_default(),
        application: registered
            .map(|found| (found.application.id.clone(), found.application.name.to_string())),
        judged_at: look.now,
        checks: course.finish(),
    })
}

impl Inspection {
    /// The check that it stopped at; `None` where all hold.
    pub fn stopped_at(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.outcome == Outcome::Failed)
    }
}
