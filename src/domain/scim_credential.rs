//! What a connector authenticates by: a bearer token (RFC 6750), of which only a hash is kept.

use std::time::Duration;

use crate::base::{ScimConnectorId, ScimCredentialId, Timestamp};

use super::{Error, Status};

/// What every token begins with, so that whoever scans for leaked secrets knows it.
pub const SCIM_TOKEN_PREFIX: &str = "csscim_";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a credential is good where nothing is said: a year.
pub const SCIM_LIFETIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// How long the old credential stays good after a rotation where nothing is said: a week.
pub const SCIM_OVERLAP: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const LONGEST_LIFETIME: Duration = Duration::from_secs(3650 * 24 * 60 * 60);
const LONGEST_OVERLAP: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Refuses a lifetime that is none, or is longer than ten years.
///
/// # Errors
/// [`Error`] on `ExpireDays`.
pub fn check_scim_lifetime(lifetime: Duration) -> Result<(), Error> {
    let is_good = !lifetime.is_zero() && lifetime <= LONGEST_LIFETIME;
    let days = LONGEST_LIFETIME.as_secs() / DAY.as_secs();
    let rule = format_args!("must be 1 to {days}, or as many seconds");
    if is_good { Ok(()) } else { Err(Error::invalid("ExpireDays", rule)) }
}

/// Refuses an overlap longer than 90 days.
///
/// # Errors
/// [`Error`] on `OverlapDays`.
pub fn check_scim_overlap(overlap: Duration) -> Result<(), Error> {
    let days = LONGEST_OVERLAP.as_secs() / DAY.as_secs();
    let rule = format_args!("must be 0 to {days}, or as many seconds");
    if overlap <= LONGEST_OVERLAP { Ok(()) } else { Err(Error::invalid("OverlapDays", rule)) }
}

/// One of the two kinds of things that SCIM is about here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScimSubject {
    /// Users.
    Users,
    /// Groups, and who is in them.
    Groups,
}

impl ScimSubject {
    /// As a sentence has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Groups => "groups",
        }
    }
}

/// How far a credential reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScimScope {
    /// Users and groups.
    #[default]
    All,
    /// Users only.
    Users,
    /// Groups only.
    Groups,
}

impl ScimScope {
    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Users => "Users",
            Self::Groups => "Groups",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::All, Self::Users, Self::Groups].into_iter().find(|scope| scope.as_str() == text)
    }

    /// Whether it reaches these.
    pub const fn admits(self, subject: ScimSubject) -> bool {
        matches!(
            (self, subject),
            (Self::All, _) | (Self::Users, ScimSubject::Users) | (Self::Groups, ScimSubject::Groups)
        )
    }
}

/// What a connector authenticates by, without the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScimCredential {
    /// The id, which is public.
    pub id: ScimCredentialId,
    /// Whose it is.
    pub connector_id: ScimConnectorId,
    /// The last four characters of the token, by which people tell credentials apart.
    pub hint: String,
    /// How far it reaches.
    pub scope: ScimScope,
    /// Whether it may be used.
    pub status: Status,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is not accepted any more.
    pub expires_at: Timestamp,
    /// When it was last used, to the minute, and from which address.
    pub last_used: Option<(Timestamp, String)>,
}

impl ScimCredential {
    /// Why it is not accepted at `now`; `None` when it is.
    pub fn fault(&self, now: Timestamp) -> Option<&'static str> {
        match self.status {
            Status::Disabled => Some("the credential is disabled"),
            Status::Enabled if now >= self.expires_at => Some("the credential has expired"),
            Status::Enabled => None,
        }
    }

    /// Lets it live for `overlap` from `now` and no longer.
    pub fn retire(&mut self, now: Timestamp, overlap: Duration) {
        self.expires_at = self.expires_at.min(now.plus(overlap));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential() -> ScimCredential {
        ScimCredential {
            id: ScimCredentialId::parse("scimcred-1").unwrap(),
            connector_id: ScimConnectorId::parse("scimconn-1").unwrap(),
            hint: "wxyz".to_owned(),
            scope: ScimScope::All,
            status: Status::Enabled,
            created_at: Timestamp::from_seconds(100),
            expires_at: Timestamp::from_seconds(200),
            last_used: None,
        }
    }

    #[test]
    fn a_credential_is_good_until_its_moment() {
        let good = credential();
        assert_eq!(good.fault(Timestamp::from_seconds(199)), None);
        assert_eq!(good.fault(Timestamp::from_seconds(200)), Some("the credential has expired"));
        let off = ScimCredential { status: Status::Disabled, ..good };
        assert_eq!(off.fault(Timestamp::from_seconds(101)), Some("the credential is disabled"));
    }

    #[test]
    fn a_retired_credential_never_lives_longer_than_it_would_have() {
        for (overlap, end) in [(0, 150), (20, 170), (500, 200)] {
            let mut old = credential();
            old.retire(Timestamp::from_seconds(150), Duration::from_secs(overlap));
            assert_eq!(old.expires_at, Timestamp::from_seconds(end), "{overlap}");
        }
    }

    #[test]
    fn lifetimes_and_overlaps_have_bounds() {
        let day = |days: u32| DAY * days;
        for (lifetime, is_good) in
            [(Duration::ZERO, false), (Duration::from_secs(1), true), (day(3650), true), (day(3651), false)]
        {
            assert_eq!(check_scim_lifetime(lifetime).is_ok(), is_good, "{lifetime:?}");
        }
        for (overlap, is_good) in [(Duration::ZERO, true), (day(90), true), (day(91), false)] {
            assert_eq!(check_scim_overlap(overlap).is_ok(), is_good, "{overlap:?}");
        }
    }

    #[test]
    fn a_scope_reaches_what_it_says() {
        let reach = |scope: ScimScope| (scope.admits(ScimSubject::Users), scope.admits(ScimSubject::Groups));
        assert_eq!(reach(ScimScope::All), (true, true));
        assert_eq!(reach(ScimScope::Users), (true, false));
        assert_eq!(reach(ScimScope::Groups), (false, true));
    }
}
