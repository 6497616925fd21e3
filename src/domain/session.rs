//! Sessions, and the sign-ins that lead to them.
//!
//! ```text
//! user name + password ──► SignIn(NewPassword) ──► SignIn(Enrolment | SecondFactor) ──► Session
//!                     └──────────────────────────►                                 ┘
//! ```
//! A sign-in is not a session: it opens nothing but its own next page, and dies after ten minutes
//! or five wrong codes.

use std::time::Duration;

use crate::base::{SessionId, SignInId, Timestamp};

use super::PrincipalId;

/// How somebody proved who they are, as SAML's authentication context will say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthenticationMethod {
    /// Password and a time-based one-time code.
    PasswordAndTotp,
}

impl AuthenticationMethod {
    /// How it is stored and logged.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordAndTotp => "password+totp",
        }
    }

    /// Reads what [`AuthenticationMethod::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        (text == Self::PasswordAndTotp.as_str()).then_some(Self::PasswordAndTotp)
    }
}

/// How long sessions last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without a request for this long, a session is over.
    pub idle: Duration,
    /// However busy, a session is over after this long.
    pub absolute: Duration,
}

impl SessionLimits {
    /// The limits for this kind of principal: people 1 h idle and 8 h in all, administrators 15 min
    /// and 4 h (NIST SP 800-63B-4 §2.2.3 asks for at most 1 h and 24 h).
    pub const fn of(principal: &PrincipalId) -> Self {
        match principal {
            PrincipalId::User(_) => {
                Self { idle: Duration::from_secs(3600), absolute: Duration::from_secs(8 * 3600) }
            }
            PrincipalId::Administrator(_) => {
                Self { idle: Duration::from_secs(900), absolute: Duration::from_secs(4 * 3600) }
            }
        }
    }
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The id; not the token, which nobody but the browser has.
    pub id: SessionId,
    /// Whose it is.
    pub principal: PrincipalId,
    /// How they proved it.
    pub method: AuthenticationMethod,
    /// When they did.
    pub created_at: Timestamp,
    /// The last request, to the precision of [`Session::TOUCH_EVERY`].
    pub last_seen_at: Timestamp,
}

impl Session {
    /// The last request is recorded no more often than this, so that reading pages writes little.
    pub const TOUCH_EVERY: Duration = Duration::from_secs(60);

    /// Whether the session is still good at `now`.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        let limits = SessionLimits::of(&self.principal);
        now < self.expires_at() && now < self.last_seen_at.plus(limits.idle)
    }

    /// When the session is over, however busy.
    pub fn expires_at(&self) -> Timestamp {
        self.created_at.plus(SessionLimits::of(&self.principal).absolute)
    }

    /// Whether this request should be recorded as the last one.
    pub fn is_due_for_touch(&self, now: Timestamp) -> bool {
        now.since(self.last_seen_at) >= Self::TOUCH_EVERY
    }
}

/// What a sign-in under way still asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInStage {
    /// A password of their own, in place of the one they were given.
    NewPassword,
    /// Binding of a first device that makes codes.
    Enrolment,
    /// A code of the bound device.
    SecondFactor,
}

impl SignInStage {
    /// How it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewPassword => "NewPassword",
            Self::Enrolment => "Enrolment",
            Self::SecondFactor => "SecondFactor",
        }
    }

    /// Reads what [`SignInStage::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::NewPassword, Self::Enrolment, Self::SecondFactor]
            .into_iter()
            .find(|stage| stage.as_str() == text)
    }
}

/// A sign-in under way: the password was right, more is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// The id.
    pub id: SignInId,
    /// Who is signing in.
    pub principal: PrincipalId,
    /// What is asked next.
    pub stage: SignInStage,
    /// The sealed secret of the device being enrolled.
    pub sealed_totp_secret: Option<String>,
    /// Codes that were tried so far.
    pub attempts: i64,
    /// Where to go afterwards; a path on this site.
    pub next: Option<String>,
    /// When it dies.
    pub expires_at: Timestamp,
}

impl SignIn {
    /// How long a sign-in may take.
    pub const LIFETIME: Duration = Duration::from_secs(600);
    /// How many codes may be tried.
    pub const MAX_ATTEMPTS: i64 = 5;

    /// Whether the sign-in can go on at `now`.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now < self.expires_at && self.attempts < Self::MAX_ATTEMPTS
    }
}

#[cfg(test)]
mod tests {
    use crate::base::{AdministratorId, UserId};

    use super::*;

    fn session(principal: PrincipalId) -> Session {
        Session {
            id: SessionId::parse("s-1").unwrap(),
            principal,
            method: AuthenticationMethod::PasswordAndTotp,
            created_at: Timestamp::from_seconds(0),
            last_seen_at: Timestamp::from_seconds(0),
        }
    }

    #[test]
    fn idle_and_absolute_limits_of_a_user() {
        let mut session = session(PrincipalId::User(UserId::parse("u-1").unwrap()));
        assert!(session.is_alive(Timestamp::from_seconds(3599)));
        assert!(!session.is_alive(Timestamp::from_seconds(3600)));
        session.last_seen_at = Timestamp::from_seconds(8 * 3600 - 10);
        assert!(session.is_alive(Timestamp::from_seconds(8 * 3600 - 1)));
        assert!(!session.is_alive(Timestamp::from_seconds(8 * 3600)));
    }

    #[test]
    fn administrators_have_shorter_ones() {
        let session = session(PrincipalId::Administrator(AdministratorId::parse("adm-1").unwrap()));
        assert!(session.is_alive(Timestamp::from_seconds(899)));
        assert!(!session.is_alive(Timestamp::from_seconds(900)));
        assert_eq!(session.expires_at(), Timestamp::from_seconds(4 * 3600));
    }
}
