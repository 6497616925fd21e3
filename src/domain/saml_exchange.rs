//! What went between us and a service provider lately: for whoever sets it up and wonders what it sends.

use serde::{Deserialize, Serialize};

use crate::base::{ApplicationId, Timestamp};

use super::PrincipalId;

/// So many are kept of each application, and so many of senders that no application is registered for.
pub const SAML_EXCHANGES_KEPT: usize = 50;
/// Bytes of a request that are kept, as it was received.
pub const LONGEST_KEPT_MESSAGE: usize = 64 * 1024;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SamlExchangeKind {
    /// A request came.
    Request,
    /// An answer went.
    Answer,
}

impl SamlExchangeKind {
    /// How it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "Request",
            Self::Answer => "Answer",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Request, Self::Answer].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A message, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SamlExchange {
    /// The HTTP request that it came with, or was answered in, as logs name it.
    pub request_id: String,
    /// When.
    pub at: Timestamp,
    /// Whose; `None` where no application is registered for the sender.
    pub application_id: Option<ApplicationId>,
    /// Which way it went.
    pub kind: SamlExchangeKind,
    /// The address of the browser that brought it.
    pub source_address: String,
    /// Who was signed in; `None` where nobody was, or it did not matter yet.
    pub principal: Option<PrincipalId>,
    /// The ID of the request, also with an answer; empty where nobody asked, or it could not be read.
    pub message_id: String,
    /// Why it was refused; empty where it was not.
    pub reason: String,
    /// A request as it was received, the query or the field of a form; empty with an answer, and where it had more
    /// than [`LONGEST_KEPT_MESSAGE`].
    pub message: String,
    /// Whether it came by HTTP-Redirect.
    pub is_redirect: bool,
    /// What an answer told.
    pub answer: Option<AnswerOutline>,
}

/// What an answer told, without the values of what it told of anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerOutline {
    /// Where it went.
    pub acs_url: String,
    /// Its status code, the one below the topmost where there is one.
    pub status: String,
    /// The format of the name, as a URI; empty without a name.
    pub name_id_format: String,
    /// The names of its attributes.
    pub attributes: Vec<String>,
}

impl SamlExchange {
    /// Whether it came to nothing.
    pub fn is_refused(&self) -> bool {
        !self.reason.is_empty()
    }

    /// Whether somebody was let in by it.
    pub fn is_use(&self) -> bool {
        self.kind == SamlExchangeKind::Answer && !self.is_refused()
    }

    /// The same without more of the message than is kept.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        if self.message.len() > LONGEST_KEPT_MESSAGE {
            self.message = String::new();
        }
        self
    }
}

/// When an application was last of use, and last was not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApplicationUse {
    /// When somebody was last let in.
    pub used_at: Option<Timestamp>,
    /// When a message of its, or a person, was last refused.
    pub refused_at: Option<Timestamp>,
}

impl ApplicationUse {
    /// The same with one exchange more.
    #[must_use]
    pub fn and(mut self, exchange: &SamlExchange) -> Self {
        if exchange.is_use() {
            self.used_at = self.used_at.max(Some(exchange.at));
        }
        if exchange.is_refused() {
            self.refused_at = self.refused_at.max(Some(exchange.at));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(kind: SamlExchangeKind, second: i64, reason: &str) -> SamlExchange {
        SamlExchange {
            request_id: "req-1".to_owned(),
            at: Timestamp::from_seconds(second),
            application_id: None,
            kind,
            source_address: String::new(),
            principal: None,
            message_id: String::new(),
            reason: reason.to_owned(),
            message: String::new(),
            is_redirect: false,
            answer: None,
        }
    }

    #[test]
    fn kinds_survive_their_spelling() {
        for kind in [SamlExchangeKind::Request, SamlExchangeKind::Answer] {
            assert_eq!(SamlExchangeKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(SamlExchangeKind::parse("request"), None);
    }

    #[test]
    fn an_answer_is_a_use_and_a_reason_a_refusal() {
        let uses = ApplicationUse::default()
            .and(&exchange(SamlExchangeKind::Request, 1, ""))
            .and(&exchange(SamlExchangeKind::Answer, 3, ""))
            .and(&exchange(SamlExchangeKind::Answer, 2, ""))
            .and(&exchange(SamlExchangeKind::Request, 4, "unsigned"));
        let at = |second| Some(Timestamp::from_seconds(second));
        assert_eq!(uses, ApplicationUse { used_at: at(3), refused_at: at(4) });
    }

    #[test]
    fn a_long_message_is_not_kept() {
        let with = |length| SamlExchange {
            message: "x".repeat(length),
            ..exchange(SamlExchangeKind::Request, 1, "")
        };
        assert_eq!(with(LONGEST_KEPT_MESSAGE).bounded().message.len(), LONGEST_KEPT_MESSAGE);
        assert_eq!(with(LONGEST_KEPT_MESSAGE + 1).bounded().message, "");
    }
}
