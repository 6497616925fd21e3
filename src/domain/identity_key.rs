//! The keys by which we are known as an identity provider, and the life of each:
//!
//! ```text
//! next ──► active ──► retiring ──► retired
//! ```
//! A key is published before it is used and for a while after, so that no service provider ever meets a signature
//! that it cannot verify. One of a kind is active and one is next.

use std::fmt;
use std::time::Duration;

use crate::base::{SigningKeyId, Timestamp};
use crate::crypto::KeyType;

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyPurpose {
    /// Signing what we send.
    Signing,
    /// Reading what was encrypted to us.
    Encryption,
}

impl KeyPurpose {
    /// How it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signing => "signing",
            Self::Encryption => "encryption",
        }
    }

    /// Reads what [`KeyPurpose::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Signing, Self::Encryption].into_iter().find(|purpose| purpose.as_str() == text)
    }
}

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyState {
    /// In use. It comes first in metadata, since some service providers read no further.
    Active,
    /// Published, to be used next.
    Next,
    /// Published still, and used no more; what was encrypted to it is read.
    Retiring,
    /// Not published. What was encrypted to it is read still.
    Retired,
}

impl KeyState {
    /// Every state, in the order of metadata.
    pub const ALL: [Self; 4] = [Self::Active, Self::Next, Self::Retiring, Self::Retired];

    /// How it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Next => "Next",
            Self::Retiring => "Retiring",
            Self::Retired => "Retired",
        }
    }

    /// Reads what [`KeyState::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Keys of which one is in use at a time, and that are turned together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyGroup {
    /// Those of a kind that sign.
    Signing(KeyType),
    /// Those that others encrypt to.
    Encryption,
}

impl KeyGroup {
    /// As addresses have it: the kind, or `encryption`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signing(kind) => kind.as_str(),
            Self::Encryption => "encryption",
        }
    }

    /// Reads what [`KeyGroup::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "encryption" => Some(Self::Encryption),
            kind => KeyType::parse(kind).map(Self::Signing),
        }
    }
}

/// What pages call it.
impl fmt::Display for KeyGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signing(kind) => write!(f, "the {} keys that sign", kind.as_str()),
            Self::Encryption => f.write_str("the key that others encrypt to"),
        }
    }
}

/// How long before the end of a certificate there is a warning: long enough to turn keys twice.
const ENDING: Duration = Duration::from_secs(90 * 24 * 3600);

/// A key, without the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityKey {
    /// The id.
    pub id: SigningKeyId,
    /// What for.
    pub purpose: KeyPurpose,
    /// Of what kind.
    pub kind: KeyType,
    /// Where in its life.
    pub state: KeyState,
    /// Since when.
    pub state_since: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its certificate, base 64 of DER.
    pub certificate: String,
}

impl IdentityKey {
    /// Which keys it is turned with.
    pub const fn group(&self) -> KeyGroup {
        match self.purpose {
            KeyPurpose::Signing => KeyGroup::Signing(self.kind),
            KeyPurpose::Encryption => KeyGroup::Encryption,
        }
    }

    /// Whether its certificate, good until `ends_at`, ends soon while it is used or is to be used. In SAML that means
    /// nothing, but some service providers refuse it all the same.
    pub fn is_ending(&self, ends_at: Timestamp, now: Timestamp) -> bool {
        matches!(self.state, KeyState::Active | KeyState::Next) && now.plus(ENDING) >= ends_at
    }
}

/// When keys pass from one state to the next by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySchedule {
    /// How long a key is active before the next one takes its place; `None` for until somebody says so.
    pub active: Option<Duration>,
    /// How long a key must have been published before it is used by itself.
    pub published: Duration,
    /// How long a key is published after it was used.
    pub retiring: Duration,
}

impl Default for KeySchedule {
    /// A year, two weeks, and thirty days.
    fn default() -> Self {
        const DAY: u64 = 24 * 3600;
        Self {
            active: Some(Duration::from_secs(365 * DAY)),
            published: Duration::from_secs(14 * DAY),
            retiring: Duration::from_secs(30 * DAY),
        }
    }
}

impl KeySchedule {
    /// Whether `next` is to take the place of `active` by now.
    pub fn is_turn_due(&self, active: &IdentityKey, next: &IdentityKey, now: Timestamp) -> bool {
        self.active.is_some_and(|lasts| now >= active.state_since.plus(lasts)) && self.is_known(next, now)
    }

    /// Whether a key was published for long enough that service providers which fetch our metadata know it.
    pub fn is_known(&self, next: &IdentityKey, now: Timestamp) -> bool {
        now >= self.known_at(next)
    }

    /// From when on that is so.
    pub fn known_at(&self, key: &IdentityKey) -> Timestamp {
        key.created_at.plus(self.published)
    }

    /// Whether a key need not be published any more.
    pub fn is_retired(&self, key: &IdentityKey, now: Timestamp) -> bool {
        key.state == KeyState::Retiring && now >= key.state_since.plus(self.retiring)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(state: KeyState, since: i64) -> IdentityKey {
        IdentityKey {
            id: SigningKeyId::parse("key-1").unwrap(),
            purpose: KeyPurpose::Signing,
            kind: KeyType::Rsa2048,
            state,
            state_since: Timestamp::from_seconds(since),
            created_at: Timestamp::from_seconds(since),
            certificate: String::new(),
        }
    }

    #[test]
    fn spellings_survive() {
        for state in KeyState::ALL {
            assert_eq!(KeyState::parse(state.as_str()), Some(state));
        }
        for purpose in [KeyPurpose::Signing, KeyPurpose::Encryption] {
            assert_eq!(KeyPurpose::parse(purpose.as_str()), Some(purpose));
        }
        assert_eq!(KeyState::parse("active"), None);
        for group in KeyType::ALL.map(KeyGroup::Signing).into_iter().chain([KeyGroup::Encryption]) {
            assert_eq!(KeyGroup::parse(group.as_str()), Some(group));
        }
        assert_eq!(KeyGroup::parse("signing"), None);
    }

    #[test]
    fn there_is_a_warning_before_the_certificate_of_a_used_key_ends() {
        let day = Duration::from_secs(24 * 3600);
        let end = Timestamp::from_seconds(0).plus(365 * day);
        let ending = |state, days| key(state, 0).is_ending(end, Timestamp::from_seconds(0).plus(days * day));
        assert!(!ending(KeyState::Active, 274));
        assert!(ending(KeyState::Active, 275) && ending(KeyState::Next, 275));
        assert!(ending(KeyState::Active, 400), "and after it");
        assert!(!ending(KeyState::Retiring, 275) && !ending(KeyState::Retired, 400));
    }

    #[test]
    fn a_key_is_used_when_its_turn_came_and_it_is_known() {
        let seconds = Duration::from_secs;
        let schedule =
            KeySchedule { active: Some(seconds(100)), published: seconds(20), retiring: seconds(30) };
        let (active, next) = (key(KeyState::Active, 0), key(KeyState::Next, 90));
        let due = |now| schedule.is_turn_due(&active, &next, Timestamp::from_seconds(now));
        assert!(!due(99), "not yet its turn");
        assert!(!due(100), "not known yet");
        assert!(due(110));
        let by_hand = KeySchedule { active: None, ..schedule };
        assert!(!by_hand.is_turn_due(&active, &next, Timestamp::from_seconds(1_000_000)));
    }

    #[test]
    fn a_key_is_published_for_a_while_after_its_use() {
        let schedule = KeySchedule { retiring: Duration::from_secs(30), ..KeySchedule::default() };
        let retired = |state, now| schedule.is_retired(&key(state, 0), Timestamp::from_seconds(now));
        assert!(!retired(KeyState::Retiring, 29));
        assert!(retired(KeyState::Retiring, 30));
        assert!(!retired(KeyState::Active, 30));
    }
}
