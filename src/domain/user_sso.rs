//! User SSO of an account: how persons of our directory come in as its RAM users. An account has one
//! identity provider for that. It is set to ours while the account has user provisionings, and what it was
//! before comes back when the last one goes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base::{AccountId, Timestamp};
use crate::crypto::hash;

/// How an account lets persons of another identity provider in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSsoSettings {
    /// Whether they may come in.
    pub is_enabled: bool,
    /// The identity provider's metadata as XML; empty where there is none.
    pub metadata: String,
    /// A domain beside the account's own that names may end with; empty where there is none.
    pub auxiliary_domain: String,
    /// Whether names are `user@domain`.
    pub login_with_domain: bool,
    /// The algorithm that the account signs its requests with.
    pub authn_sign_algorithm: String,
}

impl UserSsoSettings {
    /// A hash of the metadata, by which it is known again.
    pub fn metadata_digest(&self) -> String {
        hash::sha256_hex(self.metadata.as_bytes())
    }
}

/// How far an account's user SSO has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserSsoStatus {
    /// It is being set to ours: part of that may be done.
    SettingUp,
    /// It is ours.
    Ready,
}

impl UserSsoStatus {
    /// How it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SettingUp => "SettingUp",
            Self::Ready => "Ready",
        }
    }

    /// Reads what [`UserSsoStatus::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::SettingUp, Self::Ready].into_iter().find(|status| status.as_str() == text)
    }
}

/// The user SSO that we set in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountUserSso {
    /// The account.
    pub account_id: AccountId,
    /// How far it has come.
    pub status: UserSsoStatus,
    /// A hash of what ties it to this installation.
    pub trust_digest: String,
    /// [`UserSsoSettings::metadata_digest`] of what we wrote.
    pub metadata_digest: String,
    /// How long the account lets console sessions last, in hours.
    pub session_hours: u32,
    /// What the account had before us.
    pub previous: UserSsoSettings,
    /// When it was last set.
    pub updated_at: Timestamp,
}

/// The account lets persons of another identity provider in, and can have one only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeignUserSso;

impl fmt::Display for ForeignUserSso {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the account's user SSO is enabled for another identity provider; disable it there, and retry",
        )
    }
}

/// What the account's settings must be so that our persons come in; `None` when they are so.
///
/// # Errors
/// [`ForeignUserSso`] when another identity provider's persons come in.
pub fn user_sso_to_set(
    observed: &UserSsoSettings,
    metadata: &str,
    known: Option<&AccountUserSso>,
) -> Result<Option<UserSsoSettings>, ForeignUserSso> {
    if observed.is_enabled && !is_ours(observed, metadata, known) {
        return Err(ForeignUserSso);
    }
    let wanted = UserSsoSettings {
        is_enabled: true,
        metadata: metadata.to_owned(),
        auxiliary_domain: observed.auxiliary_domain.clone(),
        login_with_domain: true,
        authn_sign_algorithm: "rsa-sha256".to_owned(),
    };
    Ok((*observed != wanted).then_some(wanted))
}

/// What the account's settings must be when the last user provisioning is gone; `None` when they are not
/// ours any more, or as they were.
pub fn user_sso_to_restore(
    observed: &UserSsoSettings,
    metadata: &str,
    known: &AccountUserSso,
) -> Option<UserSsoSettings> {
    let previous = &known.previous;
    (is_ours(observed, metadata, Some(known)) && observed != previous).then(|| previous.clone())
}

fn is_ours(observed: &UserSsoSettings, metadata: &str, known: Option<&AccountUserSso>) -> bool {
    let digest = observed.metadata_digest();
    observed.metadata == metadata || known.is_some_and(|known| known.metadata_digest == digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(is_enabled: bool, metadata: &str) -> UserSsoSettings {
        UserSsoSettings {
            is_enabled,
            metadata: metadata.to_owned(),
            auxiliary_domain: "sso.acme.example".to_owned(),
            login_with_domain: true,
            authn_sign_algorithm: "rsa-sha256".to_owned(),
        }
    }

    fn known(wrote: &str) -> AccountUserSso {
        AccountUserSso {
            account_id: AccountId::parse("42").unwrap(),
            status: UserSsoStatus::Ready,
            trust_digest: String::new(),
            metadata_digest: settings(true, wrote).metadata_digest(),
            session_hours: 6,
            previous: settings(false, "theirs"),
            updated_at: Timestamp::from_seconds(0),
        }
    }

    #[test]
    fn what_is_off_is_set_and_keeps_its_domain() {
        let none = UserSsoSettings { login_with_domain: false, ..settings(false, "") };
        let set = user_sso_to_set(&none, "ours", None).unwrap().unwrap();
        assert_eq!(set, settings(true, "ours"));
        assert_eq!(user_sso_to_set(&set, "ours", None), Ok(None));
        // A provider that is kept there and switched off is nobody's way in.
        assert_eq!(user_sso_to_set(&settings(false, "theirs"), "ours", None), Ok(Some(set)));
    }

    #[test]
    fn another_provider_s_persons_are_not_shut_out() {
        assert_eq!(user_sso_to_set(&settings(true, "theirs"), "ours", None), Err(ForeignUserSso));
        assert_eq!(
            user_sso_to_set(&settings(true, "theirs"), "ours", Some(&known("ours"))),
            Err(ForeignUserSso)
        );
    }

    #[test]
    fn our_own_older_metadata_is_replaced() {
        let older = settings(true, "ours of last year");
        assert_eq!(
            user_sso_to_set(&older, "ours", Some(&known("ours of last year"))),
            Ok(Some(settings(true, "ours")))
        );
    }

    #[test]
    fn what_was_before_comes_back_unless_somebody_changed_it() {
        let before = settings(false, "theirs");
        assert_eq!(
            user_sso_to_restore(&settings(true, "ours"), "ours", &known("ours")),
            Some(before.clone())
        );
        assert_eq!(user_sso_to_restore(&settings(true, "new ones"), "ours", &known("ours")), None);
        assert_eq!(user_sso_to_restore(&before, "ours", &known("ours")), None);
    }
}
