//! Ids: text with a prefix that says what it names, so that one kind cannot pass for another.
//!
//! A generated id is the prefix and 24 characters of the base-32hex alphabet in lower case: 45 bits
//! of the millisecond it was made in, then 75 random bits. Ids of one kind therefore sort by age,
//! which keeps index pages warm and gives lists a stable order on both databases.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Timestamp;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
const LENGTH: usize = 24;

/// How many random bytes one id consumes.
pub(crate) const ENTROPY: usize = 10;

fn generate(prefix: &str, now: Timestamp, entropy: [u8; ENTROPY]) -> String {
    let mut text = String::with_capacity(prefix.len() + LENGTH);
    text.push_str(prefix);
    let millis = now.millis().unsigned_abs();
    let random = entropy.iter().fold(0_u128, |sum, byte| (sum << 8) | u128::from(*byte));
    let bits = (u128::from(millis) & ((1 << 45) - 1)) << 75 | random & ((1 << 75) - 1);
    for position in (0..LENGTH).rev() {
        let digit = usize::try_from((bits >> (5 * position)) & 31).unwrap_or(0);
        text.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'0')));
    }
    text
}

/// An id kind that can be made from the current time and randomness.
pub trait Generated: Sized {
    /// Makes a new id.
    fn generate(now: Timestamp, entropy: [u8; ENTROPY]) -> Self;
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Reads an id: the prefix, then 1 to 61 characters of `a`–`z`, `0`–`9` and `-`.
            pub fn parse(text: &str) -> Option<Self> {
                let rest = text.strip_prefix($prefix)?;
                let valid = (1..=61).contains(&rest.len())
                    && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
                valid.then(|| Self(text.to_owned()))
            }

            /// The id as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Generated for $name {
            fn generate(now: Timestamp, entropy: [u8; ENTROPY]) -> Self {
                Self(generate($prefix, now, entropy))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                Self::parse(&text).ok_or_else(|| format!("{text:?} is not an id that begins with {:?}", $prefix))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

id!(/** A directory: the people and groups of one organisation. */ DirectoryId, "d-");
id!(/** A user of the directory. */ UserId, "u-");
id!(/** A group of the directory. */ GroupId, "g-");
id!(/** An operator of the product. */ AdministratorId, "adm-");
id!(/** A program that administers the product with AccessKeys of its own. */ MachineIdentityId, "mi-");
id!(/** A set of permissions that can be assigned on an account. */ AccessConfigurationId, "ac-");
id!(/** One piece of provisioning work. */ TaskId, "t-");
id!(/** An external identity provider that pushes users and groups by SCIM. */ ScimConnectorId, "scimconn-");
id!(/** What a connector authenticates by. */ ScimCredentialId, "scimcred-");
id!(/** A person's or a group's RAM users in an account. */ UserProvisioningId, "up-");
id!(/** What a user provisioning still has to do for one person. */ UserProvisioningEventId, "upe-");
id!(/** A session in an account's console that we opened. */ ConsoleSessionId, "cs-");
id!(/** A SAML service provider that people sign in to through us. */ ApplicationId, "app-");
id!(/** What one browser session is signed in to at one application. */ ApplicationSessionId, "as-");
id!(/** A logout that leads a browser from application to application. */ SingleLogoutId, "slo-");
id!(/** A second factor bound to somebody. */ MfaDeviceId, "mfa-");
id!(/** A signed-in browser. */ SessionId, "s-");
id!(/** A sign-in under way: first factor given, second still asked. */ SignInId, "si-");
id!(/** A key that signs assertions. */ SigningKeyId, "key-");
id!(/** A row of the audit log. */ EventId, "ev-");
id!(/** One request, as it is named in answers and logs. */ RequestId, "req-");

/// An AccessKey of the OpenAPI. The prefix lets whoever scans for leaked keys know it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccessKeyId(String);

impl AccessKeyId {
    /// What every id of this kind begins with.
    pub const PREFIX: &'static str = "CSAK";

    /// How many letters and digits follow the prefix.
    pub const LENGTH: usize = 20;

    /// Reads an id: the prefix, then 20 letters and digits.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(Self::PREFIX)?;
        let valid = rest.len() == Self::LENGTH && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        valid.then(|| Self(text.to_owned()))
    }

    /// The id as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A cloud account: 16 digits, given by the cloud.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

impl AccountId {
    /// Reads an account id: 1 to 20 digits.
    pub fn parse(text: &str) -> Option<Self> {
        let valid = (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        valid.then(|| Self(text.to_owned()))
    }

    /// The id as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A folder of the resource directory, `fd-…`, or its root, `r-…`; given by the cloud.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FolderId(String);

impl FolderId {
    /// Reads a folder id: `fd-` or `r-`, then 1 to 32 letters and digits.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("fd-").or_else(|| text.strip_prefix("r-"))?;
        let valid = (1..=32).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        valid.then(|| Self(text.to_owned()))
    }

    /// The id as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! cloud_id {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                Self::parse(&text).ok_or_else(|| format!("{text:?} is not a {}", stringify!($name)))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

cloud_id!(AccessKeyId);
cloud_id!(AccountId);
cloud_id!(FolderId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_age_and_differ_by_entropy() {
        let early = UserId::generate(Timestamp::from_seconds(1_000), [0xff; ENTROPY]);
        let late = UserId::generate(Timestamp::from_seconds(1_001), [0; ENTROPY]);
        let twin = UserId::generate(Timestamp::from_seconds(1_001), [1; ENTROPY]);
        assert!(early < late && late < twin);
        assert_eq!(early.as_str().len(), "u-".len() + LENGTH);
        assert_eq!(UserId::parse(early.as_str()), Some(early));
    }

    #[test]
    fn one_kind_does_not_pass_for_another() {
        assert!(UserId::parse("g-0123").is_none());
        assert!(UserId::parse("u-").is_none());
        assert!(UserId::parse("u-A").is_none());
        assert!(serde_json::from_str::<UserId>("\"d-1\"").is_err());
        assert!(serde_json::from_str::<UserId>("\"u-1\"").is_ok());
    }

    #[test]
    fn an_access_key_has_its_prefix_and_length() {
        assert!(AccessKeyId::parse("CSAK0123456789abcdefABCD").is_some());
        for bad in ["LTAI0123456789abcdefABCD", "CSAK0123456789abcdefABC", "CSAK0123456789abcdefABC-", ""] {
            assert!(AccessKeyId::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn cloud_ids() {
        assert!(AccountId::parse("1234567890123456").is_some());
        assert!(AccountId::parse("12345678901234567890a").is_none());
        assert!(FolderId::parse("r-a1B2c3").is_some());
        assert!(FolderId::parse("x-a1").is_none());
    }
}
