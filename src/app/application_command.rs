//! The commands of `cloudsso admin` about applications, as the command line has them.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::application::{ApplicationRequest, Assignees, NewApplication, Origin, Said};
use super::application_settings::SettingArguments;
use super::place::Place;

#[derive(Subcommand)]
pub(super) enum ApplicationCommand {
    /// Register a SAML service provider that people sign in to
    CreateApplication {
        #[command(flatten)]
        application: Box<NewApplication>,
        #[command(flatten)]
        metadata: MetadataArguments,
        #[command(flatten)]
        place: Place,
    },
    /// List the applications
    ListApplications {
        #[command(flatten)]
        place: Place,
    },
    /// Show an application: its settings, who is assigned to it, and what its service provider wants to change
    ShowApplication {
        /// The application's id
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// Change what is said here of an application, and nothing else
    UpdateApplication {
        /// The application's id
        id: String,
        /// What the portal calls it
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        settings: Box<SettingArguments>,
        #[command(flatten)]
        metadata: MetadataArguments,
        #[command(flatten)]
        place: Place,
    },
    /// Fetch the metadata of an application now
    RefreshApplication {
        /// The application's id
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// Let the changes count that the service provider of an application made to its metadata
    ApproveApplicationMetadata {
        #[command(flatten)]
        pending: PendingArguments,
        #[command(flatten)]
        place: Place,
    },
    /// Let the changes not count, and do not ask about them again
    DismissApplicationMetadata {
        #[command(flatten)]
        pending: PendingArguments,
        #[command(flatten)]
        place: Place,
    },
    /// Let users, or the members of groups, sign in to an application
    AssignApplication {
        #[command(flatten)]
        who: WhoArguments,
        #[command(flatten)]
        place: Place,
    },
    /// Take that away again
    UnassignApplication {
        #[command(flatten)]
        who: WhoArguments,
        #[command(flatten)]
        place: Place,
    },
    /// Sign nobody in to an application from now on
    DisableApplication {
        /// The application's id
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// Sign people in to an application again
    EnableApplication {
        /// The application's id
        id: String,
        #[command(flatten)]
        place: Place,
    },
    /// Delete an application, with who is assigned to it
    DeleteApplication {
        /// The application's id
        id: String,
        #[command(flatten)]
        place: Place,
    },
}

/// Where what the service provider says of itself comes from.
#[derive(Args)]
pub(super) struct MetadataArguments {
    /// A file with what the service provider says of itself: its metadata
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    /// Where its metadata is fetched, now and whenever it is due; empty for not any more
    #[arg(long, value_name = "URL", conflicts_with = "metadata")]
    metadata_url: Option<String>,
    /// A file with the certificates (PEM) of keys one of which must have signed the metadata at the address
    #[arg(long, value_name = "FILE", conflicts_with = "metadata")]
    metadata_signer: Option<PathBuf>,
    /// Whether changes that such a key signed count at once, but for another entity id
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        conflicts_with = "metadata"
    )]
    auto_approve_signed: Option<bool>,
}

impl MetadataArguments {
    /// What is said, with the files read.
    fn read(self) -> Result<(Option<String>, Origin), String> {
        let origin = Origin {
            url: self.metadata_url,
            signers: self.metadata_signer.as_deref().map(read).transpose()?,
            auto_approve_signed: self.auto_approve_signed,
        };
        Ok((self.metadata.as_deref().map(read).transpose()?, origin))
    }
}

/// Changes that wait.
#[derive(Args)]
pub(super) struct PendingArguments {
    /// The application's id
    id: String,
    /// The revision that show-application showed; refused when other changes wait by now [default: whatever waits]
    #[arg(long)]
    revision: Option<String>,
}

/// Who, at which application.
#[derive(Args)]
pub(super) struct WhoArguments {
    /// The application's id
    id: String,
    /// A user; can be said several times
    #[arg(long, value_name = "NAME", required_unless_present = "group")]
    user: Vec<String>,
    /// A group; can be said several times
    #[arg(long, value_name = "NAME")]
    group: Vec<String>,
}

impl ApplicationCommand {
    pub(super) fn understand(self) -> Result<(ApplicationRequest, Place), String> {
        Ok(match self {
            Self::CreateApplication { application, metadata, place } => {
                let said = match metadata.read()? {
                    (Some(metadata), _) => Said::Metadata(metadata),
                    (None, origin) if origin.url.is_some() => Said::Origin(origin),
                    (None, _) => return Err("name the metadata by --metadata or --metadata-url".to_owned()),
                };
                (ApplicationRequest::Create { new: *application, said }, place)
            }
            Self::UpdateApplication { id, name, settings, metadata, place } => {
                let (metadata, origin) = metadata.read()?;
                (ApplicationRequest::Update { id, name, settings: *settings, metadata, origin }, place)
            }
            Self::ListApplications { place } => (ApplicationRequest::List, place),
            Self::ShowApplication { id, place } => (ApplicationRequest::Show { id }, place),
            Self::RefreshApplication { id, place } => (ApplicationRequest::Refresh { id }, place),
            Self::ApproveApplicationMetadata { pending, place } => {
                let PendingArguments { id, revision } = pending;
                (ApplicationRequest::Decide { id, revision, is_approved: true }, place)
            }
            Self::DismissApplicationMetadata { pending, place } => {
                let PendingArguments { id, revision } = pending;
                (ApplicationRequest::Decide { id, revision, is_approved: false }, place)
            }
            Self::AssignApplication { who, place } => {
                let WhoArguments { id, user, group } = who;
                (ApplicationRequest::Assign { id, who: Assignees { user, group }, is_assigned: true }, place)
            }
            Self::UnassignApplication { who, place } => {
                let WhoArguments { id, user, group } = who;
                (ApplicationRequest::Assign { id, who: Assignees { user, group }, is_assigned: false }, place)
            }
            Self::DisableApplication { id, place } => {
                (ApplicationRequest::SetStatus { id, is_enabled: false }, place)
            }
            Self::EnableApplication { id, place } => {
                (ApplicationRequest::SetStatus { id, is_enabled: true }, place)
            }
            Self::DeleteApplication { id, place } => (ApplicationRequest::Delete { id }, place),
        })
    }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
