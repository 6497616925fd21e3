//! Which installation a command looks after, as flags and environment name it.

use std::path::PathBuf;

use clap::Args;

/// Which installation is meant.
#[derive(Args)]
pub(super) struct Place {
    /// The configuration file; `cloudsso.toml` in the working directory is read if it is there
    #[arg(long, env = "CLOUDSSO_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// The data directory [default: data]
    #[arg(long, env = "CLOUDSSO_DATA_DIR")]
    pub(super) data_dir: Option<PathBuf>,
    /// The database of a server that is not running [default: a SQLite file in the data directory]
    #[arg(long, env = "CLOUDSSO_DATABASE_URL", hide_env_values = true)]
    pub(super) database_url: Option<String>,
    /// Print the outcome as JSON
    #[arg(long)]
    pub(super) json: bool,
}
