//! What is signed of what an application gets.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the signatures of an answer to an application cover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signed {
    /// The assertion.
    Assertion,
    /// The Response around it.
    Response,
    /// Each by a signature of its own.
    #[default]
    Both,
}

impl Signed {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Assertion, Self::Response, Self::Both];

    /// As the OpenAPI, the command line and the database spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assertion => "assertion",
            Self::Response => "response",
            Self::Both => "both",
        }
    }

    /// Reads what [`Signed::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signed| signed.as_str() == text)
    }
}

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_as_they_are_written() {
        for signed in Signed::ALL {
            assert_eq!(Signed::parse(signed.as_str()), Some(signed));
            assert_eq!(serde_json::to_string(&signed).unwrap(), format!("\"{signed}\""));
        }
        for other in ["", "Both", "message", "assertion,response"] {
            assert_eq!(Signed::parse(other), None, "{other}");
        }
    }
}
