//! The command line.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::base::{Clock, Secret};
use crate::crypto::TotpSecret;
use crate::local_cloud;

use super::admin::{self, AdminCommand};
use super::configuration::{self, ServeArguments};
use super::faults::FaultArguments;
use super::keys::KeysCommand;
use super::proxies::ProxyArguments;
use super::terminal::{complain, print};
use super::{demo, server, stop};

/// The identity centre that an organisation with many cloud accounts runs itself.
#[derive(Parser)]
#[command(name = "cloudsso", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the portal, its management listener and, unless another cloud is configured, a local cloud
    #[command(after_help = configuration::SECRETS_HELP)]
    Serve(Box<ServeArguments>),
    /// Serve a local cloud alone: a stand-in for the accounts of the real one
    LocalCloud(LocalCloudArguments),
    /// Look after an installation, whether it is running or not
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Look after the keys that sign assertions
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Help for those who try the demo
    #[command(subcommand)]
    Demo(DemoCommand),
}

#[derive(Args)]
struct LocalCloudArguments {
    /// Where its database and keys are kept
    #[arg(long, env = "CLOUDSSO_DATA_DIR", default_value = "data")]
    data_dir: PathBuf,
    /// The port on loopback; 0 for any free one
    #[arg(long, env = "CLOUDSSO_LOCAL_CLOUD_PORT", default_value_t = 8090)]
    port: u16,
    #[command(flatten)]
    proxies: ProxyArguments,
    #[command(flatten)]
    faults: FaultArguments,
    /// Print where it is and its keys as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum DemoCommand {
    /// Print the current one-time code of somebody in the demo
    Code {
        /// The user name
        username: String,
        /// The data directory of the running demo
        #[arg(long, env = "CLOUDSSO_DATA_DIR", default_value = "data")]
        data_dir: PathBuf,
        /// Print it as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs the program.
pub fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve(arguments) => {
            configuration::read(&arguments).and_then(|settings| server::run(&settings))
        }
        Command::LocalCloud(arguments) => serve_local_cloud(&arguments),
        Command::Admin(command) => admin::run(command),
        Command::Keys(command) => admin::run_keys(command),
        Command::Demo(DemoCommand::Code { username, data_dir, json }) => {
            print_code(&username, &data_dir, json)
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn serve_local_cloud(arguments: &LocalCloudArguments) -> Result<(), String> {
    configuration::start_log("info", configuration::LogFormat::Text);
    actix_web::rt::System::new().block_on(async {
        let settings = local_cloud::Settings {
            port: arguments.port,
            trusted_proxies: arguments.proxies.clone().settle(None)?,
            faults: arguments.faults.clone().settle(None, None)?,
            ..local_cloud::Settings::new(&arguments.data_dir)
        };
        let running = local_cloud::start(settings).map_err(|error| error.to_string())?;
        let facts = serde_json::json!({
            "endpoint": running.address.to_string(),
            "console_url": format!("{}/console", running.base_url),
            "management_account_id": running.management_account_id,
            "access_key_id": running.owner.id,
            "access_key_secret": running.owner.secret.expose(),
            "owner_name": running.owner_login.name,
            "owner_password": running.owner_login.password.as_ref().map(Secret::expose),
            "service_access_key_id": running.service.id,
            "service_access_key_secret": running.service.secret.expose(),
            "independent_account_id": running.independent_account_id,
            "independent_access_key_id": running.independent_owner.id,
            "independent_access_key_secret": running.independent_owner.secret.expose(),
            "independent_owner_name": running.independent_owner_login.name,
            "independent_owner_password": running.independent_owner_login.password.as_ref().map(Secret::expose),
        });
        if arguments.json {
            print(&facts.to_string());
        } else {
            print(&format!(
                "The local cloud of {} listens on {}.",
                arguments.data_dir.display(),
                running.address
            ));
            print(&format!("The console is at {}/console.", running.base_url));
            for login in [&running.owner_login, &running.independent_owner_login] {
                let password = login.password.as_ref().map_or("(its own)", Secret::expose);
                print(&format!("  owner {:<40} password {password}", login.name));
            }
            print("Its keys are printed with --json.");
        }
        let handle = running.handle();
        actix_web::rt::spawn(async move {
            stop::asked_to_stop().await;
            handle.stop(true).await;
        });
        running.server.await.map_err(|error| error.to_string())
    })
}

fn print_code(username: &str, data_dir: &std::path::Path, json: bool) -> Result<(), String> {
    let path = data_dir.join(demo::FILE);
    let text = fs::read_to_string(&path).map_err(|error| {
        format!("{}: {error}. Is the demo running on this data directory?", path.display())
    })?;
    let known = demo::Secrets::parse(&text);
    let person = known.find(username).ok_or_else(|| format!("nobody in the demo is called {username}"))?;
    let secret = TotpSecret::from_base32(person.totp_secret.expose()).map_err(|error| error.to_string())?;
    let now = Clock::system().now();
    let code = secret.code(now);
    if json {
        let seconds_left = 30 - now.seconds().rem_euclid(30);
        print(
            &serde_json::json!({ "username": username, "code": code, "seconds_left": seconds_left })
                .to_string(),
        );
    } else {
        print(&code);
    }
    Ok(())
}
