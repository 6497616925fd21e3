//! The form of an application's settings: filled from what is set, read as it was typed, and made to settings again.

use crate::base::ApplicationName;
use crate::domain::{
    Application, ApplicationSettings, AttributeExpression, AttributeMapping, AttributeNameFormat,
    AuthenticationStrength, Encryption, NameIdKind, Signed,
};
use crate::service::keys::KeyType;

use super::super::super::form::Form;
use super::super::super::page::admin::{AttributeFields, FieldProblem, SettingFields};

/// Rows of attributes that a form may have: more than an application may, so that its own refusal is seen.
const MOST_ROWS: usize = 80;
/// Blank rows at the end.
const BLANK_ROWS: usize = 2;
/// Blank rows where more were asked for.
const MORE_ROWS: usize = 8;

/// What is set.
pub(super) fn of_application(application: &Application) -> SettingFields {
    let settings = &application.settings;
    let text = |expression: &Option<AttributeExpression>| {
        expression.as_ref().map(ToString::to_string).unwrap_or_default()
    };
    let attributes = settings.attributes.iter().map(|mapping| AttributeFields {
        name: mapping.name.clone(),
        name_format: mapping.name_format.map_or("", AttributeNameFormat::as_str).to_owned(),
        friendly_name: mapping.friendly_name.clone().unwrap_or_default(),
        expression: mapping.expression.to_string(),
        is_removed: false,
    });
    SettingFields {
        name: application.name.to_string(),
        name_id: settings.name_id.as_str().to_owned(),
        name_id_expression: text(&settings.name_id_expression),
        signed: settings.signed.as_str().to_owned(),
        signature_key: settings.signature_key.as_str().to_owned(),
        encryption: settings.encryption.as_str().to_owned(),
        takes_cbc: is_cbc(settings.encryption),
        session_seconds: settings.session_seconds.to_string(),
        allows_idp_initiated: settings.allows_idp_initiated,
        relay_state: settings.relay_state.clone(),
        landing_origins: settings.landing_origins.join("\n"),
        requires_signed_requests: settings.requires_signed_requests,
        minimum_strength: settings.minimum_strength.map_or("", AuthenticationStrength::as_str).to_owned(),
        own_entity_id: settings.own_entity_id.clone().unwrap_or_default(),
        attributes: attributes.collect(),
    }
}

/// What was typed.
pub(super) fn read(form: &Form) -> SettingFields {
    let text = |name: &str| form.text(name).trim().to_owned();
    let is_ticked = |name: &str| form.text(name) == "true";
    let row = |row: usize| AttributeFields {
        name: text(&format!("attribute_name_{row}")),
        name_format: text(&format!("attribute_format_{row}")),
        friendly_name: text(&format!("attribute_friendly_{row}")),
        expression: text(&format!("attribute_expression_{row}")),
        is_removed: is_ticked(&format!("attribute_remove_{row}")),
    };
    let rows = (0..MOST_ROWS).map(row).filter(|row| !row.is_blank() && !row.is_removed);
    SettingFields {
        name: form.text("name").trim().to_owned(),
        name_id: text("name_id"),
        name_id_expression: text("name_id_expression"),
        signed: text("signed"),
        signature_key: text("signature_key"),
        encryption: text("encryption"),
        takes_cbc: is_ticked("takes_cbc"),
        session_seconds: text("session_seconds"),
        allows_idp_initiated: is_ticked("allows_idp_initiated"),
        relay_state: text("relay_state"),
        landing_origins: text("landing_origins"),
        requires_signed_requests: is_ticked("requires_signed_requests"),
        minimum_strength: text("minimum_strength"),
        own_entity_id: text("own_entity_id"),
        attributes: rows.collect(),
    }
}

/// Adds blank rows to be filled in.
pub(super) fn with_room(fields: &mut SettingFields, wants_more: bool) {
    let blank = if wants_more { MORE_ROWS } else { BLANK_ROWS };
    let length = (fields.attributes.len() + blank).min(MOST_ROWS);
    fields.attributes.resize(length, AttributeFields::default());
}

/// What was typed, made to a name and settings. What cannot be is left as usual, and told of.
pub(super) fn settle(
    fields: &SettingFields,
) -> (Option<ApplicationName>, ApplicationSettings, Vec<FieldProblem>) {
    let mut problems = Problems(Vec::new());
    let usual = ApplicationSettings::default();
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let encryption = Encryption::parse(&fields.encryption);
    let encryption = problems.take("encryption", encryption, "is none that is offered").unwrap_or_default();
    if is_cbc(encryption) && !fields.takes_cbc {
        problems.add("takes_cbc", "CBC is used only where this is ticked.");
    }
    let name = ApplicationName::parse(&fields.name);
    let name = name.map_err(|error| problems.add("name", &format!("It must be {}.", error.rule))).ok();
    let seconds = fields.session_seconds.parse().ok();
    let strength = match fields.minimum_strength.as_str() {
        "" => None,
        text => {
            problems.take("minimum_strength", AuthenticationStrength::parse(text), "is none that is offered")
        }
    };
    let mut settings = ApplicationSettings {
        name_id: problems
            .take("name_id", NameIdKind::parse(&fields.name_id), "is no kind")
            .unwrap_or_default(),
        name_id_expression: problems.expression("name_id_expression", &fields.name_id_expression),
        signed: problems.take("signed", Signed::parse(&fields.signed), "is none").unwrap_or_default(),
        signature_key: problems
            .take("signature_key", KeyType::parse(&fields.signature_key), "is no kind of key")
            .unwrap_or_default(),
        encryption,
        session_seconds: problems
            .take("session_seconds", seconds, "It must be a number of seconds.")
            .unwrap_or(usual.session_seconds),
        allows_idp_initiated: fields.allows_idp_initiated,
        relay_state: fields.relay_state.clone(),
        landing_origins: fields.landing_origins.split_whitespace().map(str::to_owned).collect(),
        requires_signed_requests: fields.requires_signed_requests,
        minimum_strength: strength,
        own_entity_id: given(&fields.own_entity_id),
        attributes: Vec::new(),
    };
    for (row, attribute) in fields.attributes.iter().enumerate().filter(|(_, row)| !row.is_blank()) {
        let field = format!("attribute_expression_{row}");
        if attribute.expression.is_empty() || attribute.name.is_empty() {
            problems.add(&field, "An attribute needs a name and an expression.");
            continue;
        }
        let Some(expression) = problems.expression(&field, &attribute.expression) else { continue };
        let name_format = match attribute.name_format.as_str() {
            "" => None,
            text => problems.take(&field, AttributeNameFormat::parse(text), "The name has no such format."),
        };
        settings.attributes.push(AttributeMapping {
            name: attribute.name.clone(),
            name_format,
            friendly_name: given(&attribute.friendly_name),
            expression,
        });
    }
    (name, settings, problems.0)
}

struct Problems(Vec<FieldProblem>);

impl Problems {
    fn add(&mut self, field: &str, message: &str) {
        self.0.push(FieldProblem { field: field.to_owned(), message: message.to_owned() });
    }

    fn take<T>(&mut self, field: &str, value: Option<T>, problem: &str) -> Option<T> {
        if value.is_none() {
            self.add(field, problem);
        }
        value
    }

    /// An expression; none where nothing was typed.
    fn expression(&mut self, field: &str, text: &str) -> Option<AttributeExpression> {
        if text.is_empty() {
            return None;
        }
        AttributeExpression::parse(text)
            .map_err(|error| self.add(field, &format!("Column {}: {}", error.column, error.message)))
            .ok()
    }
}

const fn is_cbc(encryption: Encryption) -> bool {
    matches!(encryption, Encryption::Aes128Cbc | Encryption::Aes256Cbc)
}
