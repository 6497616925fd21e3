use askama::Template;

use crate::domain::{
    AttributeExpression, AttributeNameFormat, AuthenticationStrength, Encryption, NameIdKind, Signed,
};
use crate::service::keys::KeyType;
use crate::service::saml_sso::{Preview, PreviewedName};

use super::{Frame, Head, Room, Tab};

/// `/admin/applications/{id}`: what administrators decide about an application.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/settings.html")]
pub struct Settings<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What stands above it.
    pub head: Head<'a>,
    /// The application's version, sent back with the form.
    pub version: i64,
    /// What the form says.
    pub fields: &'a SettingFields,
    /// What is wrong with it.
    pub problems: &'a [FieldProblem],
    /// The person of the preview, as typed.
    pub person: &'a str,
    /// What they would be told.
    pub preview: Option<&'a Preview>,
}

/// The form, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingFields {
    /// The name.
    pub name: String,
    /// What people are named by.
    pub name_id: String,
    /// What that name is.
    pub name_id_expression: String,
    /// What is signed.
    pub signed: String,
    /// By which kind of key.
    pub signature_key: String,
    /// How assertions are encrypted.
    pub encryption: String,
    /// Whether the weakness of CBC is taken into the bargain.
    pub takes_cbc: bool,
    /// Seconds of a session.
    pub session_seconds: String,
    /// Whether people may begin here.
    pub allows_idp_initiated: bool,
    /// Where that leads.
    pub relay_state: String,
    /// Where else it leads them on to: origins, one a line.
    pub landing_origins: String,
    /// Whether requests must be signed.
    pub requires_signed_requests: bool,
    /// How strongly people must have signed in; empty for any.
    pub minimum_strength: String,
    /// The entity id that it knows us by; empty for our own.
    pub own_entity_id: String,
    /// The attributes.
    pub attributes: Vec<AttributeFields>,
}

/// One row of the attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributeFields {
    /// Its name.
    pub name: String,
    /// What kind of name that is; empty for what the name looks like.
    pub name_format: String,
    /// What people call it.
    pub friendly_name: String,
    /// Its values.
    pub expression: String,
    /// Whether it is to go.
    pub is_removed: bool,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// The name of the field in the form.
    pub field: String,
    /// What is wrong, naming the column where there is one.
    pub message: String,
}

impl AttributeFields {
    /// Whether nothing was typed.
    pub fn is_blank(&self) -> bool {
        [&self.name, &self.name_format, &self.friendly_name, &self.expression]
            .into_iter()
            .all(|text| text.trim().is_empty())
    }
}

impl Settings<'_> {
    fn problem(&self, field: &str) -> Option<&str> {
        self.problems.iter().find(|problem| problem.field == field).map(|problem| problem.message.as_str())
    }

    fn row_problem(&self, row: &usize) -> Option<&str> {
        self.problem(&format!("attribute_expression_{row}"))
    }

    /// What the preview says of a row.
    fn previewed(&self, fields: &AttributeFields) -> Option<String> {
        let preview = self.preview?;
        let told = preview.attributes.iter().find(|told| told.name == fields.name.trim())?;
        Some(match &told.values {
            Ok(values) if values.is_empty() => "left out: it has no values".to_owned(),
            Ok(values) => values.join(" · "),
            Err(error) => format!("refused {error}"),
        })
    }

    fn name_id_kinds() -> [(&'static str, &'static str); 5] {
        NameIdKind::ALL.map(|kind| {
            let meaning = match kind {
                NameIdKind::Persistent => "opaque, the same for good",
                NameIdKind::Transient => "opaque, new for each session",
                NameIdKind::Email => "e-mail address",
                NameIdKind::Unspecified => "user name, or what the two agreed on",
                NameIdKind::None => "no name, attributes only",
            };
            (kind.as_str(), meaning)
        })
    }

    fn signed_choices() -> [(&'static str, &'static str); 3] {
        Signed::ALL.map(|signed| {
            let meaning = match signed {
                Signed::Assertion => "the assertion",
                Signed::Response => "the Response around it",
                Signed::Both => "both, each by itself",
            };
            (signed.as_str(), meaning)
        })
    }

    fn encryption_choices() -> [(&'static str, &'static str); 5] {
        Encryption::ALL.map(|encryption| {
            let meaning = match encryption {
                Encryption::None => "not encrypted",
                Encryption::Aes128Gcm => "AES-128-GCM",
                Encryption::Aes256Gcm => "AES-256-GCM",
                Encryption::Aes128Cbc => "AES-128-CBC, weak",
                Encryption::Aes256Cbc => "AES-256-CBC, weak",
            };
            (encryption.as_str(), meaning)
        })
    }

    fn strengths() -> [(&'static str, &'static str); 3] {
        AuthenticationStrength::ALL.map(|strength| {
            let meaning = match strength {
                AuthenticationStrength::Password => "a password, at least",
                AuthenticationStrength::MultiFactor => "two factors, at least",
                AuthenticationStrength::Passkey => "a passkey",
            };
            (strength.as_str(), meaning)
        })
    }

    fn keys() -> [&'static str; 3] {
        KeyType::ALL.map(KeyType::as_str)
    }

    fn formats() -> [(&'static str, &'static str); 3] {
        AttributeNameFormat::ALL.map(|format| (format.as_str(), format.uri()))
    }

    fn functions() -> Vec<(&'static str, &'static str)> {
        AttributeExpression::functions().collect()
    }
}
