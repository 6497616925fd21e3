//! A refusal by a rule of the product.

use std::borrow::Cow;
use std::fmt;

use crate::base::InvalidName;

/// What kind of refusal it is; each face turns kinds into its own status codes, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The input breaks a rule of its own.
    Invalid,
    /// The one who asks is not known or not signed in.
    Unauthenticated,
    /// The one who asks may not.
    Denied,
    /// What is asked for does not exist.
    Missing,
    /// It clashes with what exists.
    Conflict,
    /// A quota or a rate is used up.
    Limit,
    /// It cannot be done at the moment; asking again later may succeed.
    Unavailable,
}

/// A refusal: a stable code in the CloudSSO spelling, its kind, and a message that is safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The kind.
    pub kind: Kind,
    /// The code, such as `EntityNotExists.User`.
    pub code: Cow<'static, str>,
    /// What is wrong, naming the field; safe for whoever asked.
    pub message: String,
}

impl Error {
    /// `InvalidParameter.<field>`: the field and the rule it breaks.
    pub fn invalid(field: &'static str, rule: impl fmt::Display) -> Self {
        Self {
            kind: Kind::Invalid,
            code: Cow::Owned(format!("InvalidParameter.{field}")),
            message: format!("{field} {rule}"),
        }
    }

    /// `EntityNotExists.<entity>`.
    pub fn missing(entity: &'static str, name: impl fmt::Display) -> Self {
        Self {
            kind: Kind::Missing,
            code: Cow::Owned(format!("EntityNotExists.{entity}")),
            message: format!("{entity} {name} does not exist"),
        }
    }

    /// `EntityAlreadyExists.<entity>`.
    pub fn exists(entity: &'static str, name: impl fmt::Display) -> Self {
        Self {
            kind: Kind::Conflict,
            code: Cow::Owned(format!("EntityAlreadyExists.{entity}")),
            message: format!("{entity} {name} already exists"),
        }
    }

    /// The same about a parameter that says the field under another name, as updates do.
    #[must_use]
    pub fn of_parameter(mut self, field: &str, parameter: &str) -> Self {
        if self.code == format!("InvalidParameter.{field}") {
            self.code = Cow::Owned(format!("InvalidParameter.{parameter}"));
            if let Some(rest) = self.message.strip_prefix(field) {
                self.message = format!("{parameter}{rest}");
            }
        }
        self
    }

    /// A refusal with a code of its own.
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code: Cow::Borrowed(code), message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Error {}

impl From<InvalidName> for Error {
    fn from(name: InvalidName) -> Self {
        Self::invalid(name.field, format_args!("must be {}", name.rule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_names_its_own_parameter() {
        let error =
            Error::invalid("RelayState", "must be a page").of_parameter("RelayState", "NewRelayState");
        assert_eq!(error.to_string(), "InvalidParameter.NewRelayState: NewRelayState must be a page");
        let other = Error::missing("User", "u-1");
        assert_eq!(other.clone().of_parameter("RelayState", "NewRelayState"), other);
    }
}
