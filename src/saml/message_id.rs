//! IDs of messages and assertions.

use std::fmt;

use data_encoding::HEXLOWER;

use crate::crypto::{self, Random};

use super::{Error, name};

/// The ID of a message or an assertion, an `NCName`. Those we make carry 160 random bits, as
/// saml-core-2.0-os §1.3.4 recommends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// A new ID: `_` (since a name may not begin with a digit) and 40 hexadecimal digits.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn generate(random: &Random) -> Result<Self, crypto::Error> {
        Ok(Self(format!("_{}", HEXLOWER.encode(&random.bytes::<20>()?))))
    }

    /// Reads an ID that somebody else made.
    ///
    /// # Errors
    /// [`Error::Value`] when it is not an `NCName` of at most 256 characters.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() <= 256 && name::is_ncname(text) {
            Ok(Self(text.to_owned()))
        } else {
            let expected = "a name without colon of at most 256 characters";
            Err(Error::Value { what: "ID", expected, received: text.chars().take(256).collect() })
        }
    }

    /// The ID as it stands in a message.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_id_is_random_and_a_legal_name() -> Result<(), crypto::Error> {
        let random = Random::seeded(1);
        let (one, two) = (MessageId::generate(&random)?, MessageId::generate(&random)?);
        assert_ne!(one, two);
        assert_eq!(one.as_str().len(), 41);
        assert_eq!(MessageId::parse(one.as_str()).ok(), Some(one));
        assert!(MessageId::parse("1").is_err());
        assert!(MessageId::parse(&"a".repeat(257)).is_err());
        Ok(())
    }
}
