//! What is asked for about applications by `cloudsso admin`, and how it is done.

use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::base::{ApplicationId, ApplicationName};
use crate::crypto::Certificate;
use crate::domain::{Application, ApplicationSettings, Assignee, MetadataOrigin, Status};
use crate::service::application::{self, ApplicationSpec, Refreshed, RemoteApplication};
use crate::service::{Context, Error, Operator, group, user};

use super::application_settings::SettingArguments;

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

/// Users and groups by name.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Assignees {
    pub(super) user: Vec<String>,
    pub(super) group: Vec<String>,
}

/// What a service provider says of itself, or where it says it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Said {
    /// This.
    Metadata(String),
    /// There.
    Origin(Origin),
}

/// Where metadata is fetched; what is not said is as usual, or as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Origin {
    /// The address; empty for nowhere.
    pub(super) url: Option<String>,
    /// Certificates of those who sign it, in PEM.
    pub(super) signers: Option<String>,
    /// Whether what they signed counts at once.
    pub(super) auto_approve_signed: Option<bool>,
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
        said: Said,
    },
    /// List them.
    List,
    /// Show one.
    Show {
        /// Which.
        id: String,
    },
    /// Change one.
    Update {
        /// Which.
        id: String,
        /// What it is called from now on.
        name: Option<String>,
        /// What is decided anew.
        settings: SettingArguments,
        /// What the service provider says of itself.
        metadata: Option<String>,
        /// Where it says it.
        origin: Origin,
    },
    /// Fetch the metadata of one.
    Refresh {
        /// Which.
        id: String,
    },
    /// Say yes or no to changes that wait.
    Decide {
        /// Which.
        id: String,
        /// Exactly which changes; whatever waits where it is not said.
        revision: Option<String>,
        /// Yes or no.
        is_approved: bool,
    },
    /// Say who may be signed in to one, or may not.
    Assign {
        /// Which.
        id: String,
        /// Who.
        who: Assignees,
        /// May or may not.
        is_assigned: bool,
    },
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
    match request {
        ApplicationRequest::Create { new, said } => create(ctx, operator, new, said),
        ApplicationRequest::List => {
            let found = application::list(ctx, operator).map_err(in_words)?;
            Ok(json!({ "applications": found.iter().map(answer).collect::<Vec<_>>() }))
        }
        ApplicationRequest::Show { id } => show(ctx, operator, &application_id(&id)?),
        ApplicationRequest::Update { id, name, settings, metadata, origin } => {
            let id = application_id(&id)?;
            let before = application::load(ctx, operator, &id).map_err(in_words)?;
            let origin = renewed(ctx, operator, &id, origin)?;
            let spec = ApplicationSpec {
                name: name.map_or_else(|| Ok(before.name.clone()), |name| parse_name(&name))?,
                status: before.status,
                settings: settings.over(&before.settings)?,
                metadata: metadata.unwrap_or(before.metadata),
            };
            let changed = application::update(ctx, operator, &id, spec).map_err(in_words)?;
            if let Some(origin) = origin {
                application::update_origin(ctx, operator, &id, origin).map_err(in_words)?;
            }
            Ok(answer(&changed))
        }
        ApplicationRequest::Refresh { id } => {
            let id = application_id(&id)?;
            let (outcome, changes) = match application::refresh(ctx, operator, &id).map_err(in_words)? {
                Refreshed::Unchanged => ("Unchanged", vec![]),
                Refreshed::Applied(changes) => ("Applied", changes),
                Refreshed::Held(changes) => ("Held", changes),
            };
            Ok(json!({ "application_id": id, "outcome": outcome, "changes": changes }))
        }
        ApplicationRequest::Decide { id, revision, is_approved } => {
            decide(ctx, operator, &application_id(&id)?, revision, is_approved)
        }
        ApplicationRequest::Assign { id, who, is_assigned } => {
            let id = application_id(&id)?;
            for assignee in assignees(ctx, operator, &who)? {
                if is_assigned {
                    application::assign(ctx, operator, &id, &assignee).map_err(in_words)?;
                } else {
                    application::unassign(ctx, operator, &id, &assignee).map_err(in_words)?;
                }
            }
            Ok(json!({ "application_id": id, "assignments": assignments(ctx, operator, &id)? }))
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

fn create(ctx: &Context, operator: &Operator, new: NewApplication, said: Said) -> Result<Value, String> {
    let who = Assignees { user: new.assign_user, group: new.assign_group };
    let assignees = assignees(ctx, operator, &who)?;
    let (name, status) = (parse_name(&new.name)?, Status::Enabled);
    let settings = new.settings.over(&ApplicationSettings::default())?;
    let made = match said {
        Said::Metadata(metadata) => {
            let spec = ApplicationSpec { name, status, settings, metadata };
            application::create(ctx, operator, spec, assignees)
        }
        Said::Origin(origin) => {
            let origin = origin.over(None)?.ok_or("--metadata-url is empty")?;
            let said = RemoteApplication { name, status, settings, origin };
            application::create_by_url(ctx, operator, said, assignees)
        }
    };
    Ok(answer(&made.map_err(in_words)?))
}

impl Origin {
    /// What is said, over what was there; `None` for nowhere.
    fn over(self, before: Option<MetadataOrigin>) -> Result<Option<MetadataOrigin>, String> {
        let is_known = before.is_some();
        let mut origin = before.unwrap_or(MetadataOrigin {
            url: String::new(),
            signers: Vec::new(),
            auto_approve_signed: false,
        });
        match self.url {
            Some(url) if url.is_empty() => return Ok(None),
            Some(url) => origin.url = url,
            None if !is_known => {
                return Err(
                    "this application's metadata has no address; name it by --metadata-url".to_owned()
                );
            }
            None => {}
        }
        if let Some(pem) = self.signers {
            let read = Certificate::list_from_pem(&pem);
            origin.signers = read.map_err(|error| format!("--metadata-signer: {error}"))?;
        }
        origin.auto_approve_signed = self.auto_approve_signed.unwrap_or(origin.auto_approve_signed);
        Ok(Some(origin))
    }
}

/// Where the metadata is from now on, if anything is said of that.
fn renewed(
    ctx: &Context,
    operator: &Operator,
    id: &ApplicationId,
    origin: Origin,
) -> Result<Option<Option<MetadataOrigin>>, String> {
    if origin == Origin::default() {
        return Ok(None);
    }
    let before = application::load_source(ctx, operator, id).map_err(in_words)?;
    Ok(Some(origin.over(before.map(|(source, _)| source.origin))?))
}

fn decide(
    ctx: &Context,
    operator: &Operator,
    id: &ApplicationId,
    revision: Option<String>,
    is_approved: bool,
) -> Result<Value, String> {
    let source = application::load_source(ctx, operator, id).map_err(in_words)?;
    let pending = source.and_then(|(_, pending)| pending).ok_or("nothing waits for a decision")?;
    let revision = revision.unwrap_or(pending.revision);
    let outcome = if is_approved {
        application::approve(ctx, operator, id, &revision).map_err(in_words)?;
        "Approved"
    } else {
        application::dismiss(ctx, operator, id, &revision).map_err(in_words)?;
        "Dismissed"
    };
    Ok(json!({ "application_id": id, "outcome": outcome, "changes": pending.changes }))
}

fn show(ctx: &Context, operator: &Operator, id: &ApplicationId) -> Result<Value, String> {
    let found = application::load(ctx, operator, id).map_err(in_words)?;
    let source = application::load_source(ctx, operator, id).map_err(in_words)?;
    let mut shown = answer(&found);
    let mut say = |name: &str, value: Value| {
        if let Some(members) = shown.as_object_mut() {
            members.insert(name.to_owned(), value);
        }
    };
    say("version", json!(found.version));
    say("updated_at", json!(found.updated_at.rfc3339()));
    say("assignments", assignments(ctx, operator, id)?);
    let Some((source, pending)) = source else {
        say("metadata_url", Value::Null);
        return Ok(shown);
    };
    let signers = source.origin.signers.iter().map(Certificate::fingerprint).collect::<Result<Vec<_>, _>>();
    say("metadata_url", json!(source.origin.url));
    say("metadata_signers", json!(signers.map_err(|error| error.to_string())?));
    say("auto_approve_signed", json!(source.origin.auto_approve_signed));
    say("refreshed_at", json!(source.refreshed_at.map(|at| at.rfc3339())));
    say("next_refresh_at", json!(source.next_refresh_at.rfc3339()));
    say("last_error", json!(source.last_error));
    say("revision", json!(pending.as_ref().map(|pending| &pending.revision)));
    say("pending_since", json!(pending.as_ref().map(|pending| pending.since.rfc3339())));
    say("changes", json!(pending.map(|pending| pending.changes).unwrap_or_default()));
    Ok(shown)
}

/// Who is assigned, by name.
fn assignments(ctx: &Context, operator: &Operator, id: &ApplicationId) -> Result<Value, String> {
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    for (assignee, _) in application::assignments(ctx, operator, id).map_err(in_words)? {
        match assignee {
            Assignee::User(id) => {
                users.push(user::load(ctx, operator, &id).map_err(in_words)?.user.spec.user_name.to_string());
            }
            Assignee::Group(id) => {
                groups.push(group::load(ctx, operator, &id).map_err(in_words)?.spec.group_name.to_string())
            }
        }
    }
    users.sort();
    groups.sort();
    Ok(json!({ "users": users, "groups": groups }))
}

fn assignees(ctx: &Context, operator: &Operator, who: &Assignees) -> Result<Vec<Assignee>, String> {
    let mut assignees = Vec::new();
    for name in &who.user {
        let found = user::find_by_name(ctx, operator, name).map_err(in_words)?;
        assignees.push(Assignee::User(found.ok_or_else(|| format!("there is no user {name}"))?.id));
    }
    for name in &who.group {
        let found = group::find_by_name(ctx, operator, name).map_err(in_words)?;
        assignees.push(Assignee::Group(found.ok_or_else(|| format!("there is no group {name}"))?.id));
    }
    Ok(assignees)
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
fn in_words(error: Error) -> String {
    error.to_string()
}

fn parse_name(name: &str) -> Result<ApplicationName, String> {
    ApplicationName::parse(name).map_err(|error| error.to_string())
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
