//! `cloudsso admin create-scim-credential` and its like: what is asked for, and how it is done.

use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::base::{ConnectorName, ScimConnectorId, ScimCredentialId};
use crate::domain::{SCIM_OVERLAP, ScimCredential, ScimScope, Status};
use crate::service::scim::credential::{self, NewScimCredential, Whose};
use crate::service::scim::{connector, synchronization};
use crate::service::{Context, Error, Operator};

const DAY: u64 = 24 * 60 * 60;

/// How far a credential reaches.
#[derive(Clone, Copy, Debug, Default, ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Scope {
    /// Users and groups.
    #[default]
    All,
    /// Users only.
    Users,
    /// Groups only.
    Groups,
}

/// What is said of a credential that is to be made.
#[derive(Args, Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCredential {
    /// The connector's name; it is made if it is not there [default: default]
    #[arg(long)]
    connector: Option<String>,
    /// What the credential reaches
    #[arg(long, value_enum, default_value_t)]
    scope: Scope,
    #[command(flatten)]
    lifetime: Lifetime,
}

/// How long a new credential is good.
#[derive(Args, Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lifetime {
    /// How many days it is good [default: 365]
    #[arg(long, conflicts_with = "seconds")]
    days: Option<u32>,
    /// The same in seconds
    #[arg(long)]
    seconds: Option<u32>,
}

impl Lifetime {
    fn duration(&self) -> Option<Duration> {
        let days = self.days.map(|days| u64::from(days) * DAY);
        days.or(self.seconds.map(u64::from)).map(Duration::from_secs)
    }
}

/// What can be asked for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum ScimRequest {
    /// Make a credential, and serve SCIM from now on.
    Create(NewCredential),
    /// List the credentials of a connector, or all.
    List {
        /// Its name.
        connector: Option<String>,
    },
    /// Turn a credential on or off.
    SetStatus {
        /// Which.
        id: String,
        /// On or off.
        is_enabled: bool,
    },
    /// Make a credential in the place of another.
    Rotate {
        /// Which.
        id: String,
        /// For how many days the old one is good still.
        overlap_days: Option<u32>,
        /// How long the new one is good.
        lifetime: Lifetime,
    },
    /// Delete a credential.
    Delete {
        /// Which.
        id: String,
    },
}

/// Does what is asked for.
pub(super) fn execute(ctx: &Context, operator: &Operator, request: ScimRequest) -> Result<Value, String> {
    let in_words = |error: Error| error.to_string();
    match request {
        ScimRequest::Create(new) => create(ctx, operator, &new),
        ScimRequest::List { connector } => {
            let connector = connector.map(|name| find(ctx, operator, &name)).transpose()?;
            let found = credential::list(ctx, operator, connector.as_ref()).map_err(in_words)?;
            Ok(json!({ "scim_credentials": found.iter().map(answer).collect::<Vec<_>>() }))
        }
        ScimRequest::SetStatus { id, is_enabled } => {
            let status = if is_enabled { Status::Enabled } else { Status::Disabled };
            let changed = credential::update_status(ctx, operator, &credential_id(&id)?, status);
            Ok(answer(&changed.map_err(in_words)?))
        }
        ScimRequest::Rotate { id, overlap_days, lifetime } => {
            let id = credential_id(&id)?;
            let overlap =
                overlap_days.map_or(SCIM_OVERLAP, |days| Duration::from_secs(u64::from(days) * DAY));
            let made = credential::rotate(ctx, operator, &id, overlap, lifetime.duration());
            Ok(shown_once(&made.map_err(in_words)?))
        }
        ScimRequest::Delete { id } => {
            let id = credential_id(&id)?;
            credential::delete(ctx, operator, &id).map_err(in_words)?;
            Ok(json!({ "credential_id": id, "status": "Deleted" }))
        }
    }
}

fn create(ctx: &Context, operator: &Operator, new: &NewCredential) -> Result<Value, String> {
    let in_words = |error: Error| error.to_string();
    let whose = new.connector.as_deref().map(connector_name).transpose()?;
    let whose = whose.map_or(Whose::Default, Whose::Named);
    let scope = match new.scope {
        Scope::All => ScimScope::All,
        Scope::Users => ScimScope::Users,
        Scope::Groups => ScimScope::Groups,
    };
    let made = credential::create(ctx, operator, whose, scope, new.lifetime.duration()).map_err(in_words)?;
    let was_off = synchronization::set_status(ctx, operator, Status::Enabled).map_err(in_words)?;
    let mut answer = shown_once(&made);
    if let Some(members) = answer.as_object_mut() {
        let said = if was_off { "Enabled by this command" } else { "Enabled" };
        members.insert("scim_synchronization".to_owned(), said.into());
    }
    Ok(answer)
}

fn connector_name(text: &str) -> Result<ConnectorName, String> {
    ConnectorName::parse(text).map_err(|error| error.to_string())
}

fn find(ctx: &Context, operator: &Operator, name: &str) -> Result<ScimConnectorId, String> {
    let found = connector::find_by_name(ctx, operator, &connector_name(name)?);
    let found = found.map_err(|error| error.to_string())?;
    found.map(|connector| connector.id).ok_or_else(|| format!("there is no connector {name}"))
}

fn credential_id(text: &str) -> Result<ScimCredentialId, String> {
    ScimCredentialId::parse(text).ok_or_else(|| format!("{text:?} is not the id of a SCIM credential"))
}

fn shown_once(made: &NewScimCredential) -> Value {
    let mut answer = answer(&made.credential);
    if let Some(members) = answer.as_object_mut() {
        members.insert("token".to_owned(), made.token.expose().into());
    }
    answer
}

fn answer(credential: &ScimCredential) -> Value {
    json!({
        "credential_id": credential.id,
        "connector_id": credential.connector_id,
        "scope": credential.scope.as_str(),
        "status": credential.status.as_str(),
        "hint": credential.hint,
        "created_at": credential.created_at.rfc3339(),
        "expires_at": credential.expires_at.rfc3339(),
        "last_used_at": credential.last_used.as_ref().map(|(at, _)| at.rfc3339()),
        "last_used_from": credential.last_used.as_ref().map(|(_, from)| from),
    })
}
