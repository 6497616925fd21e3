//! What administrators decide about an application, as flags say it.

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::crypto::KeyType;
use crate::domain::{
    ApplicationSettings, AttributeExpression, AttributeMapping, AuthenticationStrength, Encryption,
    NameIdKind, Signed,
};

/// Where people may have signed in in any way.
const ANY_STRENGTH: &str = "none";

/// What administrators decide about an application; what is not said is as usual, or as it was.
#[derive(Args, Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SettingArguments {
    /// What its people are named by [default: persistent]
    #[arg(long, value_name = "FORMAT", value_parser = one_of(&NameIdKind::ALL.map(NameIdKind::as_str)))]
    name_id_format: Option<String>,
    /// What that name is, in the place of the e-mail address (email) or the user name (unspecified); empty for those
    #[arg(long, value_name = "EXPRESSION")]
    name_id_expression: Option<String>,
    /// What else it is told of them, in the place of what it was told; can be said several times
    #[arg(long, value_name = "NAME=EXPRESSION")]
    attribute: Vec<String>,
    /// It is told nothing else of them
    #[arg(long, conflicts_with = "attribute")]
    no_attributes: bool,
    /// What is signed [default: both]
    #[arg(long, value_name = "WHAT", value_parser = one_of(&Signed::ALL.map(Signed::as_str)))]
    sign: Option<String>,
    /// By which kind of key [default: RSA-2048]
    #[arg(long, value_name = "KIND", value_parser = one_of(&KeyType::ALL.map(KeyType::as_str)))]
    signature_key: Option<String>,
    /// How its assertions are encrypted [default: none]
    #[arg(long, value_name = "HOW", value_parser = one_of(&Encryption::ALL.map(Encryption::as_str)))]
    encrypt: Option<String>,
    /// Whether people may begin in the portal, without a request of its
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    allow_idp_initiated: Option<bool>,
    /// Where it leads those who begin in the portal
    #[arg(long)]
    relay_state: Option<String>,
    /// Where it leads people on to beside its own domain, such as https://*.example.com; can be said several times
    #[arg(long, value_name = "ORIGIN")]
    landing_origin: Vec<String>,
    /// How long its session may last [default: 28800]
    #[arg(long)]
    session_seconds: Option<u32>,
    /// Whether its requests must be signed, also where its metadata does not say so
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    require_signed_requests: Option<bool>,
    /// How strongly people must have signed in
    #[arg(long, value_parser = strengths())]
    minimum_strength: Option<String>,
    /// The entity id that it knows us by, where that is not our own; empty for our own
    #[arg(long, value_name = "URI")]
    own_entity_id: Option<String>,
}

/// Takes one of these words.
fn one_of(words: &[&'static str]) -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(words.to_vec())
}

fn strengths() -> clap::builder::PossibleValuesParser {
    let words = AuthenticationStrength::ALL.map(AuthenticationStrength::as_str);
    one_of(&[words.as_slice(), &[ANY_STRENGTH]].concat())
}

impl SettingArguments {
    /// What is said, over what was there.
    ///
    /// # Errors
    /// An attribute or an expression that is none, with its flag.
    pub(super) fn over(self, before: &ApplicationSettings) -> Result<ApplicationSettings, String> {
        let before = before.clone();
        let filled = |text: String| (!text.is_empty()).then_some(text);
        Ok(ApplicationSettings {
            name_id: chosen(self.name_id_format, NameIdKind::parse, before.name_id),
            name_id_expression: match self.name_id_expression {
                None => before.name_id_expression,
                Some(text) => {
                    filled(text).map(|text| expression("--name-id-expression", &text)).transpose()?
                }
            },
            attributes: if self.attribute.is_empty() && !self.no_attributes {
                before.attributes
            } else {
                self.attribute.iter().map(|text| attribute(text)).collect::<Result<_, _>>()?
            },
            signed: chosen(self.sign, Signed::parse, before.signed),
            signature_key: chosen(self.signature_key, KeyType::parse, before.signature_key),
            encryption: chosen(self.encrypt, Encryption::parse, before.encryption),
            session_seconds: self.session_seconds.unwrap_or(before.session_seconds),
            allows_idp_initiated: self.allow_idp_initiated.unwrap_or(before.allows_idp_initiated),
            relay_state: self.relay_state.unwrap_or(before.relay_state),
            landing_origins: if self.landing_origin.is_empty() {
                before.landing_origins
            } else {
                self.landing_origin
            },
            requires_signed_requests: self.require_signed_requests.unwrap_or(before.requires_signed_requests),
            minimum_strength: match self.minimum_strength {
                None => before.minimum_strength,
                Some(text) => AuthenticationStrength::parse(&text),
            },
            own_entity_id: match self.own_entity_id {
                None => before.own_entity_id,
                Some(text) => filled(text),
            },
        })
    }
}

/// What was chosen, which the command line has checked already.
fn chosen<T>(given: Option<String>, parse: impl Fn(&str) -> Option<T>, before: T) -> T {
    given.and_then(|text| parse(&text)).unwrap_or(before)
}

fn attribute(text: &str) -> Result<AttributeMapping, String> {
    let (name, value) =
        text.split_once('=').ok_or_else(|| format!("--attribute {text}: expected NAME=EXPRESSION"))?;
    Ok(AttributeMapping {
        name: name.to_owned(),
        name_format: None,
        friendly_name: None,
        expression: expression(&format!("--attribute {name}"), value)?,
    })
}

fn expression(what: &str, text: &str) -> Result<AttributeExpression, String> {
    AttributeExpression::parse(text).map_err(|error| format!("{what}: {error}"))
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches as _;

    use super::*;

    fn arguments(list: &[&str]) -> SettingArguments {
        let command = SettingArguments::augment_args(clap::Command::new("update"));
        let matches = command.try_get_matches_from([&["update"], list].concat()).unwrap();
        SettingArguments::from_arg_matches(&matches).unwrap()
    }

    #[test]
    fn only_what_is_said_changes() {
        let said = [
            "--name-id-format=email",
            "--name-id-expression=user.email",
            "--attribute=mail=user.email",
            "--encrypt=aes256-gcm",
            "--allow-idp-initiated",
            "--require-signed-requests=true",
            "--minimum-strength=multi-factor",
            "--own-entity-id=urn:idp",
        ];
        let usual = ApplicationSettings::default();
        let before = arguments(&said).over(&usual).unwrap();
        assert!(before.allows_idp_initiated && before.requires_signed_requests);
        assert!(before.minimum_strength.is_some() && before.own_entity_id.is_some());
        assert_eq!(arguments(&[]).over(&before).unwrap(), before);
        let taken_back = [
            "--name-id-format=persistent",
            "--name-id-expression=",
            "--no-attributes",
            "--encrypt=none",
            "--allow-idp-initiated=false",
            "--require-signed-requests=false",
            "--minimum-strength=none",
            "--own-entity-id=",
        ];
        assert_eq!(arguments(&taken_back).over(&before).unwrap(), usual);
        let error = arguments(&["--attribute=mail"]).over(&usual).unwrap_err();
        assert_eq!(error, "--attribute mail: expected NAME=EXPRESSION");
    }
}
