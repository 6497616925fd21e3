//! `cloudsso admin create-application` and its like: what is asked for, and how it is done.

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::base::{ApplicationId, ApplicationName};
use crate::crypto::KeyType;
use crate::domain::{
    Application, ApplicationSettings, Assignee, AttributeExpression, AttributeMapping,
    AuthenticationStrength, Encryption, NameIdKind, Signed, Status,
};
use crate::service::application::{self, ApplicationSpec};
use crate::service::{Context, Error, Operator, group, user};

/// What is said of an application that is to be made.
#[derive(Args, Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewApplication {
    /// What the portal calls it
    #[arg(long)]
    name: String,
    /// A user who may sign in to it; can be said several times
    #[arg(long, value_name = "NAME")]
    assign_user: Vec<String>,
    /// A group whose members may sign in to it; can be said several times
    #[arg(long, value_name = "NAME")]
    assign_group: Vec<String>,
    #[command(flatten)]
    settings: SettingArguments,
}

/// What administrators decide about an application; what is not said is as usual.
#[derive(Args, Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SettingArguments {
    /// What its people are named by [default: persistent]
    #[arg(long, value_name = "FORMAT", value_parser = one_of(&NameIdKind::ALL.map(NameIdKind::as_str)))]
    name_id_format: Option<String>,
    /// What that name is, in the place of the e-mail address (email) or the user name (unspecified)
    #[arg(long, value_name = "EXPRESSION")]
    name_id_expression: Option<String>,
    /// What else it is told of them; can be said several times
    #[arg(long, value_name = "NAME=EXPRESSION")]
    attribute: Vec<String>,
    /// What is signed [default: both]
    #[arg(long, value_name = "WHAT", value_parser = one_of(&Signed::ALL.map(Signed::as_str)))]
    sign: Option<String>,
    /// By which kind of key [default: RSA-2048]
    #[arg(long, value_name = "KIND", value_parser = one_of(&KeyType::ALL.map(KeyType::as_str)))]
    signature_key: Option<String>,
    /// How its assertions are encrypted [default: none]
    #[arg(long, value_name = "HOW", value_parser = one_of(&Encryption::ALL.map(Encryption::as_str)))]
    encrypt: Option<String>,
    /// People may begin in the portal, without a request of its
    #[arg(long)]
    allow_idp_initiated: bool,
    /// Where it leads those who begin in the portal
    #[arg(long)]
    relay_state: Option<String>,
    /// Where it leads people on to beside its own domain, such as https://*.example.com; can be said several times
    #[arg(long, value_name = "ORIGIN")]
    landing_origin: Vec<String>,
    /// How long its session may last [default: 28800]
    #[arg(long)]
    session_seconds: Option<u32>,
    /// Its requests must be signed, also where its metadata does not say so
    #[arg(long)]
    require_signed_requests: bool,
    /// How strongly people must have signed in
    #[arg(long, value_parser = one_of(&AuthenticationStrength::ALL.map(AuthenticationStrength::as_str)))]
    minimum_strength: Option<String>,
    /// The entity id that it knows us by, where that is not our own
    #[arg(long, value_name = "URI")]
    own_entity_id: Option<String>,
}

/// Takes one of these words.
fn one_of(words: &[&'static str]) -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(words.to_vec())
}

/// What can be asked for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum ApplicationRequest {
    /// Make one.
    Create {
        /// What is said of it.
        new: NewApplication,
        /// What the service provider says of itself.
        metadata: String,
    },
    /// List them.
    List,
    /// Sign people in to one, or nobody.
    SetStatus {
        /// Which.
        id: String,
        /// Whether people are.
        is_enabled: bool,
    },
    /// Delete one.
    Delete {
        /// Which.
        id: String,
    },
}

/// Does what is asked for.
pub(super) fn execute(
    ctx: &Context,
    operator: &Operator,
    request: ApplicationRequest,
) -> Result<Value, String> {
    let in_words = |error: Error| error.to_string();
    match request {
        ApplicationRequest::Create { new, metadata } => {
            let assignees = assignees(ctx, operator, &new)?;
            let spec = ApplicationSpec {
                name: ApplicationName::parse(&new.name).map_err(|error| error.to_string())?,
                status: Status::Enabled,
                settings: new.settings.settle()?,
                metadata,
            };
            Ok(answer(&application::create(ctx, operator, spec, assignees).map_err(in_words)?))
        }
        ApplicationRequest::List => {
            let found = application::list(ctx, operator).map_err(in_words)?;
            Ok(json!({ "applications": found.iter().map(answer).collect::<Vec<_>>() }))
        }
        ApplicationRequest::SetStatus { id, is_enabled } => {
            let status = if is_enabled { Status::Enabled } else { Status::Disabled };
            let changed = application::update_status(ctx, operator, &application_id(&id)?, status);
            Ok(answer(&changed.map_err(in_words)?))
        }
        ApplicationRequest::Delete { id } => {
            let id = application_id(&id)?;
            application::delete(ctx, operator, &id).map_err(in_words)?;
            Ok(json!({ "application_id": id, "status": "Deleted" }))
        }
    }
}

impl SettingArguments {
    fn settle(self) -> Result<ApplicationSettings, String> {
        let usual = ApplicationSettings::default();
        Ok(ApplicationSettings {
            name_id: chosen(self.name_id_format, NameIdKind::parse, usual.name_id),
            name_id_expression: self
                .name_id_expression
                .map(|text| expression("--name-id-expression", &text))
                .transpose()?,
            attributes: self.attribute.iter().map(|text| attribute(text)).collect::<Result<_, _>>()?,
            signed: chosen(self.sign, Signed::parse, usual.signed),
            signature_key: chosen(self.signature_key, KeyType::parse, usual.signature_key),
            encryption: chosen(self.encrypt, Encryption::parse, usual.encryption),
            session_seconds: self.session_seconds.unwrap_or(usual.session_seconds),
            allows_idp_initiated: self.allow_idp_initiated,
            relay_state: self.relay_state.unwrap_or_default(),
            landing_origins: self.landing_origin,
            requires_signed_requests: self.require_signed_requests,
            minimum_strength: self.minimum_strength.and_then(|text| AuthenticationStrength::parse(&text)),
            own_entity_id: self.own_entity_id,
        })
    }
}

/// What was chosen, which the command line has checked already.
fn chosen<T>(given: Option<String>, parse: impl Fn(&str) -> Option<T>, usual: T) -> T {
    given.and_then(|text| parse(&text)).unwrap_or(usual)
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

fn assignees(ctx: &Context, operator: &Operator, new: &NewApplication) -> Result<Vec<Assignee>, String> {
    let mut assignees = Vec::new();
    for name in &new.assign_user {
        let found = user::find_by_name(ctx, operator, name).map_err(|error| error.to_string())?;
        assignees.push(Assignee::User(found.ok_or_else(|| format!("there is no user {name}"))?.id));
    }
    for name in &new.assign_group {
        let found = group::find_by_name(ctx, operator, name).map_err(|error| error.to_string())?;
        assignees.push(Assignee::Group(found.ok_or_else(|| format!("there is no group {name}"))?.id));
    }
    Ok(assignees)
}

fn application_id(text: &str) -> Result<ApplicationId, String> {
    ApplicationId::parse(text).ok_or_else(|| format!("{text:?} is not the id of an application"))
}

fn answer(application: &Application) -> Value {
    json!({
        "application_id": application.id,
        "name": application.name,
        "status": application.status.as_str(),
        "entity_id": application.entity_id,
        "settings": application.settings,
        "created_at": application.created_at.rfc3339(),
    })
}
