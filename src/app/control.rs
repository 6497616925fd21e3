//! What `cloudsso admin` asks for, and the socket in the data directory where a running server is asked.
//!
//! One request a connection: a line of JSON, answered by a JSON document, then both sides are done. The
//! permissions of the file (0600) are all that guards it: whoever may read the data directory could do
//! everything to it anyway.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::net::{UnixListener, UnixStream};
use actix_web::rt::task::JoinHandle;
use actix_web::rt::{self};
use actix_web::web::block;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::base::{AccessKeyId, MachineName, UserName};
use crate::domain::{AccessKey, Activity, KeyHolder, MachinePolicy};
use crate::service::{Context, Operator, access_key, administrator, machine_identity};

use super::application::{self, ApplicationRequest};
use super::keys::{self, KeysRequest};
use super::scim_credential::{self, ScimRequest};

/// The socket's name in the data directory.
pub(super) const SOCKET: &str = "control.sock";
/// Where it is made before it is moved there: nobody else can reach it while its mode is not set.
const WORKSHOP: &str = "control.new";

/// Twenty policies of the longest fit, and the longest metadata of a service provider with every sign escaped.
pub(super) const LONGEST_REQUEST: usize = 2 * 1024 * 1024;
pub(super) const LONGEST_ANSWER: u64 = 4 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// What can be asked for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Request {
    /// Make a key.
    CreateAccessKey {
        /// Whose.
        holder: Holder,
        /// What a machine identity may do; it keeps what it may where nothing is said.
        policies: Option<Vec<PolicyEntry>>,
    },
    /// List the keys of one holder, or all.
    ListAccessKeys {
        /// Whose.
        holder: Option<Holder>,
    },
    /// Turn a key on or off.
    SetAccessKeyStatus {
        /// Which.
        id: String,
        /// On or off.
        is_active: bool,
    },
    /// Delete a key.
    DeleteAccessKey {
        /// Which.
        id: String,
    },
    /// Look after what SCIM connectors authenticate by.
    ScimCredential {
        /// What to do.
        request: ScimRequest,
    },
    /// Look after applications.
    Application {
        /// What to do.
        request: Box<ApplicationRequest>,
    },
    /// Look after the keys that sign assertions.
    Keys {
        /// What to do.
        request: KeysRequest,
    },
}

/// Whose key it is, by name.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Holder {
    /// The one administrator there is.
    OnlyAdministrator,
    /// An administrator.
    Administrator(String),
    /// A machine identity, which is made if it is not there.
    Machine(String),
}

/// A policy by name and document.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyEntry {
    pub(super) name: String,
    pub(super) document: String,
}

/// Does what is asked for; the same beside a running server and without one.
pub(super) fn execute(ctx: &Context, request: Request) -> Result<Value, String> {
    let operator = Operator::local();
    let in_words = |error: crate::service::Error| error.to_string();
    match request {
        Request::CreateAccessKey { holder, policies } => {
            let (holder, name) = find_or_make(ctx, &operator, &holder, policies)?;
            let made = access_key::create(ctx, &operator, &holder).map_err(in_words)?;
            Ok(json!({
                "access_key_id": made.key.id,
                "access_key_secret": made.secret.expose(),
                "holder_id": holder.as_str(),
                "holder": name,
            }))
        }
        Request::ListAccessKeys { holder } => {
            let holder = holder.map(|holder| find(ctx, &operator, &holder)).transpose()?;
            let keys = access_key::list(ctx, &operator, holder.as_ref().map(|(holder, _)| holder));
            let keys: Vec<Value> = keys.map_err(in_words)?.iter().map(answer).collect();
            Ok(json!({ "access_keys": keys }))
        }
        Request::SetAccessKeyStatus { id, is_active } => {
            let (id, status) = (key_id(&id)?, if is_active { Activity::Active } else { Activity::Inactive });
            access_key::update_status(ctx, &operator, &id, status).map_err(in_words)?;
            Ok(json!({ "access_key_id": id, "status": status.as_str() }))
        }
        Request::Application { request } => application::execute(ctx, &operator, *request),
        Request::Keys { request } => keys::execute(ctx, &operator, &request),
        Request::ScimCredential { request } => scim_credential::execute(ctx, &operator, request),
        Request::DeleteAccessKey { id } => {
            let id = key_id(&id)?;
            access_key::delete(ctx, &operator, &id).map_err(in_words)?;
            Ok(json!({ "access_key_id": id, "status": "Deleted" }))
        }
    }
}

fn find_or_make(
    ctx: &Context,
    operator: &Operator,
    holder: &Holder,
    policies: Option<Vec<PolicyEntry>>,
) -> Result<(KeyHolder, String), String> {
    let Holder::Machine(name) = holder else {
        return match policies {
            None => find(ctx, operator, holder),
            Some(_) => {
                Err("policies are for machine identities; an administrator may do everything".to_owned())
            }
        };
    };
    let name = MachineName::parse(name).map_err(|error| error.to_string())?;
    let policy = |entry: PolicyEntry| {
        let name =
            MachineName::parse(&entry.name).map_err(|error| format!("policy {:?}: {error}", entry.name));
        name.map(|name| MachinePolicy { name, document: entry.document })
    };
    let policies = policies.map(|policies| policies.into_iter().map(policy).collect::<Result<_, _>>());
    let machine = machine_identity::ensure(ctx, operator, &name, policies.transpose()?);
    let machine = machine.map_err(|error| error.to_string())?;
    Ok((KeyHolder::Machine(machine.id), machine.name.to_string()))
}

fn find(ctx: &Context, operator: &Operator, holder: &Holder) -> Result<(KeyHolder, String), String> {
    let in_words = |error: crate::service::Error| error.to_string();
    match holder {
        Holder::OnlyAdministrator => {
            let all = administrator::list(ctx, operator).map_err(in_words)?;
            match all.as_slice() {
                [one] => Ok((KeyHolder::Administrator(one.id.clone()), one.user_name.to_string())),
                [] => Err("there is no administrator; name a machine identity by --machine".to_owned()),
                several => {
                    let names: Vec<_> = several.iter().map(|one| one.user_name.as_str()).collect();
                    Err(format!(
                        "there are several administrators; name one by --administrator: {}",
                        names.join(", ")
                    ))
                }
            }
        }
        Holder::Administrator(name) => {
            let user_name = UserName::parse(name).map_err(|error| error.to_string())?;
            let found = administrator::find_by_name(ctx, operator, &user_name).map_err(in_words)?;
            let found = found.ok_or_else(|| format!("there is no administrator {name}"))?;
            Ok((KeyHolder::Administrator(found.id), found.user_name.to_string()))
        }
        Holder::Machine(name) => {
            let machine_name = MachineName::parse(name).map_err(|error| error.to_string())?;
            let found = machine_identity::find_by_name(ctx, operator, &machine_name).map_err(in_words)?;
            let found = found.ok_or_else(|| format!("there is no machine identity {name}"))?;
            Ok((KeyHolder::Machine(found.id), found.name.to_string()))
        }
    }
}

fn key_id(text: &str) -> Result<AccessKeyId, String> {
    AccessKeyId::parse(text).ok_or_else(|| format!("{text:?} is not the id of an AccessKey"))
}

fn answer(key: &AccessKey) -> Value {
    json!({
        "access_key_id": key.id,
        "holder_id": key.holder.as_str(),
        "status": key.status.as_str(),
        "created_at": key.created_at.rfc3339(),
        "last_used_at": key.last_used_at.map(|at| at.rfc3339()),
    })
}

/// The socket of a running server.
pub(super) struct Socket {
    path: PathBuf,
    serving: JoinHandle<()>,
}

impl Socket {
    /// Answers in this data directory from now on; what a server that was killed left there is replaced.
    ///
    /// # Errors
    /// When the socket cannot be made.
    pub(super) fn serve(data_dir: &Path, ctx: &Arc<Context>) -> io::Result<Self> {
        let path = data_dir.join(SOCKET);
        let listener = listen(data_dir, &path)?;
        let ctx = Arc::clone(ctx);
        let serving = rt::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, _address)) => {
                        let ctx = Arc::clone(&ctx);
                        rt::spawn(async move {
                            if let Err(error) = converse(&stream, ctx).await {
                                tracing::warn!(%error, "a command on the local socket went unanswered");
                            }
                        });
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the local socket");
                        return;
                    }
                }
            }
        });
        Ok(Self { path, serving })
    }

    /// Takes the socket away.
    pub(super) fn close(self) {
        self.serving.abort();
        let _gone_already = fs::remove_file(&self.path);
    }
}

fn listen(data_dir: &Path, path: &Path) -> io::Result<UnixListener> {
    let workshop = data_dir.join(WORKSHOP);
    let _none_left_over = fs::remove_dir_all(&workshop);
    DirBuilder::new().mode(0o700).create(&workshop)?;
    let unfinished = workshop.join(SOCKET);
    let listener = UnixListener::bind(&unfinished)?;
    fs::set_permissions(&unfinished, Permissions::from_mode(0o600))?;
    fs::rename(&unfinished, path)?;
    fs::remove_dir(&workshop)?;
    Ok(listener)
}

async fn converse(stream: &UnixStream, ctx: Arc<Context>) -> io::Result<()> {
    let line = timeout(PATIENCE, read_line(stream)).await??;
    let outcome = match serde_json::from_slice::<Request>(&line) {
        Ok(request) => block(move || execute(&ctx, request)).await.map_err(io::Error::other)?,
        Err(error) => Err(format!("not a command: {error}")),
    };
    let answer = match outcome {
        Ok(result) => json!({ "result": result }),
        Err(error) => json!({ "error": error }),
    };
    timeout(PATIENCE, write_all(stream, answer.to_string().as_bytes())).await?
}

async fn read_line(stream: &UnixStream) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let mut buffer = [0; 4096];
    while line.last() != Some(&b'\n') {
        stream.readable().await?;
        match stream.try_read(&mut buffer) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => line.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        if line.len() > LONGEST_REQUEST {
            return Err(io::Error::new(ErrorKind::InvalidData, "the command is too long"));
        }
    }
    Ok(line)
}

async fn write_all(stream: &UnixStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
