//! `cloudsso keys`: the keys that sign assertions.

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::crypto::{Certificate, KeyType};
use crate::domain::IdentityKey;
use crate::service::{Context, Error, Operator, keys};

use super::place::Place;

#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// List the keys by which service providers know us, without the private halves
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Sign by the next key from now on, and make another to be next
    Rotate {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        place: Place,
    },
}

/// Which keys are meant.
#[derive(Args, Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Of which kind
    #[arg(long, default_value = "RSA-2048", value_parser = clap::builder::PossibleValuesParser::new(KeyType::ALL.map(KeyType::as_str)))]
    kind: String,
}

/// What can be asked for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum KeysRequest {
    /// List them.
    List,
    /// Turn those of a kind.
    Rotate {
        /// Which.
        which: Which,
    },
}

impl KeysCommand {
    /// What it asks for, and of which installation.
    pub(super) fn understand(self) -> (KeysRequest, Place) {
        match self {
            Self::List { place } => (KeysRequest::List, place),
            Self::Rotate { which, place } => (KeysRequest::Rotate { which }, place),
        }
    }
}

/// Does what is asked for.
pub(super) fn execute(ctx: &Context, operator: &Operator, request: &KeysRequest) -> Result<Value, String> {
    let in_words = |error: Error| error.to_string();
    match request {
        KeysRequest::List => {
            let found = keys::list(ctx, operator).map_err(in_words)?;
            Ok(json!({ "keys": found.iter().map(answer).collect::<Result<Vec<_>, _>>()? }))
        }
        KeysRequest::Rotate { which } => {
            let kind =
                KeyType::parse(&which.kind).ok_or_else(|| format!("{:?} is no kind of key", which.kind))?;
            let turned = keys::rotate(ctx, operator, kind).map_err(in_words)?;
            let warning = (!turned.was_known).then_some(
                "this key is in our metadata since lately only: service providers that have not fetched it \
                 again refuse what is signed now",
            );
            Ok(json!({
                "active": answer(&turned.active)?,
                "retiring": answer(&turned.retiring)?,
                "next": answer(&turned.next)?,
                "warning": warning,
            }))
        }
    }
}

fn answer(key: &IdentityKey) -> Result<Value, String> {
    let certificate = Certificate::from_base64(&key.certificate).map_err(|error| error.to_string())?;
    Ok(json!({
        "key_id": key.id,
        "purpose": key.purpose.as_str(),
        "kind": key.kind,
        "state": key.state.as_str(),
        "since": key.state_since.rfc3339(),
        "created_at": key.created_at.rfc3339(),
        "certificate_ends_at": certificate.not_after().map_err(|error| error.to_string())?.rfc3339(),
    }))
}
