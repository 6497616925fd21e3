//! `cloudsso admin`: asked of the running server through the socket in its data directory; where none runs,
//! of the database itself.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::Value;

use crate::domain::MachinePolicy;

use super::application_command::ApplicationCommand;
use super::configuration::{self, ServeArguments};
use super::control::{self, Holder, LONGEST_ANSWER, PolicyEntry, Request};
use super::keys::KeysCommand;
use super::place::Place;
use super::running;
use super::scim_credential::{Lifetime, NewCredential, ScimRequest};
use super::terminal::print;

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Subcommand)]
pub(super) enum AdminCommand {
    /// Make an AccessKey for the OpenAPI; its secret is shown this once
    CreateAccessKey {
        #[command(flatten)]
        holder: HolderArguments,
        /// What a machine identity may do: AliyunCloudSSOFullAccess, AliyunCloudSSOReadOnlyAccess, or a file
        /// with a policy document; replaces what it may do by now
        #[arg(long, requires = "machine")]
        policy: Vec<String>,
        #[command(flatten)]
        place: Place,
    },
    /// List AccessKeys, without their secrets
    ListAccessKeys {
        #[command(flatten)]
        holder: HolderArguments,
        #[command(flatten)]
        place: Place,
    },
    /// Turn an AccessKey off: it signs nothing from this moment on
    DisableAccessKey {
        /// The key's id
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// Turn an AccessKey on again
    EnableAccessKey {
        /// The key's id
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// Delete an AccessKey
    DeleteAccessKey {
        /// The key's id
        id: String,
        #[command(flatten)]
        place: Place,
    },
    #[command(flatten)]
    Application(ApplicationCommand),
    /// Make a credential for an identity provider that pushes by SCIM, and serve SCIM from now on; its token is
    /// shown this once
    CreateScimCredential {
        #[command(flatten)]
        credential: NewCredential,
        #[command(flatten)]
        place: Place,
    },
    /// List SCIM credentials, without their tokens
    ListScimCredentials {
        /// Those of the connector of this name only
        #[arg(long)]
        connector: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Turn a SCIM credential off: it is refused from this moment on
    DisableScimCredential {
        /// The credential's id
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// Turn a SCIM credential on again
    EnableScimCredential {
        /// The credential's id
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// Make a SCIM credential that takes the place of another, which is good for a while still
    RotateScimCredential {
        /// The old credential's id
        id: String,
        /// For how many days the old one is good still; 0 ends it at once [default: 7]
        #[arg(long)]
        overlap_days: Option<u32>,
        #[command(flatten)]
        lifetime: Lifetime,
        #[command(flatten)]
        place: Place,
    },
    /// Delete a SCIM credential
    DeleteScimCredential {
        /// The credential's id
        id: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Args)]
pub(super) struct HolderArguments {
    /// The administrator whose key it is; may be left out where there is one
    #[arg(long, conflicts_with = "machine")]
    administrator: Option<String>,
    /// The machine identity whose key it is
    #[arg(long)]
    machine: Option<String>,
}

impl HolderArguments {
    fn named(self) -> Option<Holder> {
        self.administrator.map(Holder::Administrator).or(self.machine.map(Holder::Machine))
    }
}

/// Does what the command says.
pub(super) fn run(command: AdminCommand) -> Result<(), String> {
    let (request, place) = understand(command)?;
    carry_out(request, place)
}

/// Looks after the keys that sign assertions.
pub(super) fn run_keys(command: KeysCommand) -> Result<(), String> {
    let (request, place) = command.understand();
    carry_out(Request::Keys { request }, place)
}

fn carry_out(request: Request, place: Place) -> Result<(), String> {
    let is_json = place.json;
    let result = ask(place, request)?;
    if is_json {
        print(&result.to_string());
    } else {
        print_in_words(&result);
    }
    Ok(())
}

fn understand(command: AdminCommand) -> Result<(Request, Place), String> {
    let scim = |request: ScimRequest| Request::ScimCredential { request };
    Ok(match command {
        AdminCommand::CreateAccessKey { holder, policy, place } => {
            let policies = policy.iter().map(|policy| read_policy(policy)).collect::<Result<Vec<_>, _>>()?;
            let policies = (!policies.is_empty()).then_some(policies);
            let holder = holder.named().unwrap_or(Holder::OnlyAdministrator);
            (Request::CreateAccessKey { holder, policies }, place)
        }
        AdminCommand::ListAccessKeys { holder, place } => {
            (Request::ListAccessKeys { holder: holder.named() }, place)
        }
        AdminCommand::DisableAccessKey { id, place } => {
            (Request::SetAccessKeyStatus { id, is_active: false }, place)
        }
        AdminCommand::EnableAccessKey { id, place } => {
            (Request::SetAccessKeyStatus { id, is_active: true }, place)
        }
        AdminCommand::DeleteAccessKey { id, place } => (Request::DeleteAccessKey { id }, place),
        AdminCommand::Application(command) => {
            let (request, place) = command.understand()?;
            (Request::Application { request: Box::new(request) }, place)
        }
        AdminCommand::CreateScimCredential { credential, place } => {
            (scim(ScimRequest::Create(credential)), place)
        }
        AdminCommand::ListScimCredentials { connector, place } => {
            (scim(ScimRequest::List { connector }), place)
        }
        AdminCommand::DisableScimCredential { id, place } => {
            (scim(ScimRequest::SetStatus { id, is_enabled: false }), place)
        }
        AdminCommand::EnableScimCredential { id, place } => {
            (scim(ScimRequest::SetStatus { id, is_enabled: true }), place)
        }
        AdminCommand::RotateScimCredential { id, overlap_days, lifetime, place } => {
            (scim(ScimRequest::Rotate { id, overlap_days, lifetime }), place)
        }
        AdminCommand::DeleteScimCredential { id, place } => (scim(ScimRequest::Delete { id }), place),
    })
}

/// A policy that is known by its name, or a file that is named after what it says.
fn read_policy(policy: &str) -> Result<PolicyEntry, String> {
    if let Some(known) = MachinePolicy::known(policy) {
        return Ok(PolicyEntry { name: known.name.to_string(), document: known.document });
    }
    let path = Path::new(policy);
    let document = fs::read_to_string(path).map_err(|error| {
        let known = [MachinePolicy::FULL_ACCESS, MachinePolicy::READ_ONLY_ACCESS].join(", ");
        format!("{policy}: {error}; a policy is one of {known}, or a file")
    })?;
    let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    Ok(PolicyEntry { name, document })
}

fn ask(place: Place, request: Request) -> Result<Value, String> {
    let arguments = ServeArguments::of_data(place.config, place.data_dir, place.database_url);
    let settings = configuration::read(&arguments)?;
    let socket = settings.data_dir.join(control::SOCKET);
    match UnixStream::connect(&socket) {
        Ok(stream) => {
            ask_server(stream, &request).map_err(|error| format!("{}: {error}", socket.display()))?
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
            let ctx = running::open_alone(&settings)?;
            control::execute(&ctx, request)
        }
        Err(error) => Err(format!("{}: {error}", socket.display())),
    }
}

/// The server's own answer, or why there is none.
fn ask_server(mut stream: UnixStream, request: &Request) -> std::io::Result<Result<Value, String>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Answer {
        Result(Value),
        Error(String),
    }
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut answer = Vec::new();
    stream.take(LONGEST_ANSWER).read_to_end(&mut answer)?;
    Ok(match serde_json::from_slice(&answer)? {
        Answer::Result(result) => Ok(result),
        Answer::Error(error) => Err(error),
    })
}

fn print_in_words(result: &Value) {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or("–").to_owned();
    let lists = [
        ("access_keys", ["access_key_id", "status", "holder_id", "created_at", "last_used_at"].as_slice()),
        (
            "scim_credentials",
            &["credential_id", "status", "connector_id", "scope", "hint", "expires_at", "last_used_at"],
        ),
        ("applications", &["application_id", "status", "name", "entity_id"]),
        ("keys", &["key_id", "purpose", "kind", "state", "since", "certificate_ends_at"]),
    ];
    let list = |(name, columns)| Some((result.get(name)?.as_array()?, columns));
    match lists.into_iter().find_map(list) {
        Some((items, columns)) => {
            for item in items {
                let cells: Vec<String> = columns.iter().map(|name| text(item, name)).collect();
                print(&cells.join("  "));
            }
        }
        None => {
            for change in result.get("changes").and_then(Value::as_array).into_iter().flatten() {
                print(change.as_str().unwrap_or_default());
            }
            for state in ["active", "retiring", "next"] {
                if let Some(key) = result.get(state) {
                    print(&format!("{state}: {}  {}", text(key, "key_id"), text(key, "kind")));
                }
            }
            for name in [
                "access_key_id",
                "access_key_secret",
                "holder",
                "credential_id",
                "token",
                "connector_id",
                "scope",
                "expires_at",
                "scim_synchronization",
                "application_id",
                "name",
                "entity_id",
                "metadata_url",
                "refreshed_at",
                "next_refresh_at",
                "last_error",
                "outcome",
                "revision",
                "warning",
                "status",
            ] {
                if result.get(name).is_some_and(|value| !value.is_null()) {
                    print(&format!("{name}: {}", text(result, name)));
                }
            }
        }
    }
}
