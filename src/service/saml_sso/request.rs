//! What is to be answered, and how it survives a sign-in: as a token in an address of ours, sealed, so that ten tabs
//! may be underway at once and nothing is stored for people who never come back.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::{ApplicationId, Timestamp};
use crate::domain::{self, Kind};
use crate::saml::{Comparison, MessageId, NameId, NameIdFormat, RequestedAuthnContext};

use super::super::{Context, Error, sealed_token};

/// A sign-in takes no longer; a link that is older begins again at the application.
const LIFETIME: Duration = Duration::from_secs(3600);
/// What the tokens are good for.
const PURPOSE: &str = "sign-on request";
/// Characters of a `RelayState`. The specification's 80 are more often broken than kept.
pub(super) const LONGEST_RELAY_STATE: usize = 1024;

/// A request that may be answered: it is from a service provider that is registered, and the address is one of its
/// metadata. Made by [`receive`](super::receive), [`begin`](super::begin) and [`resume`] only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOnRequest {
    #[serde(rename = "a")]
    pub(super) application: ApplicationId,
    /// Its ID; `None` where nobody asked.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(rename = "u")]
    pub(super) acs_url: String,
    #[serde(rename = "r", default, skip_serializing_if = "String::is_empty")]
    pub(super) relay_state: String,
    /// When it came, in milliseconds.
    #[serde(rename = "t")]
    received_at: i64,
    #[serde(rename = "f", default, skip_serializing_if = "is_false")]
    pub(super) force_authn: bool,
    #[serde(rename = "p", default, skip_serializing_if = "is_false")]
    pub(super) is_passive: bool,
    /// Whether it wants its answer by a binding that we do not send by.
    #[serde(rename = "b", default, skip_serializing_if = "is_false")]
    pub(super) wants_other_binding: bool,
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    name_id_format: Option<String>,
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub(super) sp_name_qualifier: Option<String>,
    /// Which set of attributes of the metadata it asks for; the default where it does not say.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub(super) attribute_consuming_service: Option<u16>,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    authn_context: Option<AuthnContext>,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    subject: Option<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct AuthnContext(char, bool, Vec<String>);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_false(value: &bool) -> bool {
    !value
}

impl SignOnRequest {
    /// One that nobody sent: the person begins here.
    pub(super) fn unsolicited(
        application: ApplicationId,
        acs_url: String,
        relay_state: String,
        now: Timestamp,
    ) -> Self {
        Self {
            application,
            id: None,
            acs_url,
            relay_state,
            received_at: now.millis(),
            force_authn: false,
            is_passive: false,
            wants_other_binding: false,
            name_id_format: None,
            sp_name_qualifier: None,
            attribute_consuming_service: None,
            authn_context: None,
            subject: None,
        }
    }

    /// What a service provider asked.
    pub(super) fn of(
        application: ApplicationId,
        acs_url: String,
        relay_state: String,
        now: Timestamp,
        asked: &crate::saml::AuthnRequest,
    ) -> Self {
        let authn_context = asked.requested_authn_context.as_ref().map(|requested| {
            let references = requested.references.clone();
            AuthnContext(letter(requested.comparison), requested.are_declarations, references)
        });
        let subject =
            asked.subject.as_ref().map(|name| (name.format_in_effect().uri().to_owned(), name.value.clone()));
        Self {
            id: Some(asked.id.to_string()),
            force_authn: asked.force_authn,
            is_passive: asked.is_passive,
            name_id_format: asked.name_id_policy.format.as_ref().map(|format| format.uri().to_owned()),
            sp_name_qualifier: asked.name_id_policy.sp_name_qualifier.clone(),
            attribute_consuming_service: asked.attribute_consuming_service,
            authn_context,
            subject,
            ..Self::unsolicited(application, acs_url, relay_state, now)
        }
    }

    pub(super) fn received_at(&self) -> Timestamp {
        Timestamp::from_millis(self.received_at)
    }

    /// The ID that the answer names.
    pub(super) fn message_id(&self) -> Result<Option<MessageId>, Error> {
        Ok(self.id.as_deref().map(MessageId::parse).transpose()?)
    }

    pub(super) fn name_id_format(&self) -> Option<NameIdFormat> {
        self.name_id_format.as_deref().map(NameIdFormat::from_uri)
    }

    pub(super) fn authn_context(&self) -> Option<RequestedAuthnContext> {
        self.authn_context.as_ref().map(|AuthnContext(letter, are_declarations, references)| {
            RequestedAuthnContext {
                comparison: comparison(*letter),
                references: references.clone(),
                are_declarations: *are_declarations,
            }
        })
    }

    pub(super) fn subject(&self) -> Option<NameId> {
        self.subject
            .as_ref()
            .map(|(format, value)| NameId::new(NameIdFormat::from_uri(format), value.as_str()))
    }
}

const fn letter(comparison: Comparison) -> char {
    match comparison {
        Comparison::Exact => 'e',
        Comparison::Minimum => 'm',
        Comparison::Maximum => 'x',
        Comparison::Better => 'b',
    }
}

const fn comparison(letter: char) -> Comparison {
    match letter {
        'm' => Comparison::Minimum,
        'x' => Comparison::Maximum,
        'b' => Comparison::Better,
        _ => Comparison::Exact,
    }
}

/// The token that a request travels in.
///
/// # Errors
/// [`Error::Crypto`].
pub fn token(ctx: &Context, request: &SignOnRequest) -> Result<String, Error> {
    let text = serde_json::to_string(request)
        .map_err(|error| domain::Error::invalid("SAMLRequest", format_args!("cannot be kept: {error}")))?;
    sealed_token::issue(&ctx.sealing_key, PURPOSE, "", &text)
}

/// The request of a token.
///
/// # Errors
/// [`Error::Refused`] when the token is not ours, or is too old.
pub fn resume(ctx: &Context, token: &str) -> Result<SignOnRequest, Error> {
    let text = sealed_token::open(&ctx.sealing_key, PURPOSE, "", token)?;
    let request: Option<SignOnRequest> = text.and_then(|text| serde_json::from_str(&text).ok());
    let now = ctx.now();
    request.filter(|request| now < request.received_at().plus(LIFETIME)).ok_or_else(|| {
        let message = "This sign-in has taken too long. Go back to the application and begin again.";
        domain::Error::new(Kind::Invalid, "InvalidRequest.SAML.Expired", message).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Those that are underway when a version with more in it is started.
    #[test]
    fn a_token_that_does_not_say_it_asks_for_the_default_attributes() {
        let id = ApplicationId::parse("app-1").unwrap();
        let plain =
            SignOnRequest::unsolicited(id, "https://a".to_owned(), String::new(), Timestamp::from_millis(7));
        let written = serde_json::to_string(&plain).unwrap();
        assert_eq!(written, r#"{"a":"app-1","u":"https://a","t":7}"#);
        assert_eq!(serde_json::from_str::<SignOnRequest>(&written).unwrap(), plain);
        let chosen = SignOnRequest { attribute_consuming_service: Some(7), ..plain };
        let written = serde_json::to_string(&chosen).unwrap();
        assert!(written.contains(r#""x":7"#), "{written}");
        assert_eq!(serde_json::from_str::<SignOnRequest>(&written).unwrap(), chosen);
    }
}
