//! Settings: from `cloudsso.toml`, overridden by the environment, overridden by flags.

use std::ffi::OsStr;
use std::fs;
use std::io::IsTerminal as _;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use url::Url;

use crate::base::{Network, Secret};
use crate::domain::{IdentityProviderProfile, KeySchedule, MassChangeLimits, Quotas, SamlPolicy};
use crate::local_cloud::Faults;
use crate::service::Upkeep;
use crate::storage::DatabaseUrl;

use super::cloud::{CloudArguments, CloudLimits, CloudSection, CloudSettings};
use super::faults::FaultArguments;
use super::identity_provider::{IdentityProviderArguments, IdentityProviderSection};
use super::key_schedule::{KeyArguments, KeySection};
use super::known_key::nearest_known;
use super::peers::{PeerArguments, PeerSection};
use super::proxies::{ProxyArguments, networks};
use super::quotas::{QuotaArguments, QuotaSection};
use super::saml_policy::{SamlArguments, SamlSection};
use super::scim::{ScimArguments, ScimSection};

const FILE: &str = "cloudsso.toml";

/// Secrets have no flags: a command line can be read by every process of the machine.
const SEALING_KEY: &str = "CLOUDSSO_SEALING_KEY";
const CLOUD_ACCESS_KEY_SECRET: &str = "CLOUDSSO_CLOUD_ACCESS_KEY_SECRET";
pub(super) const SECRETS_HELP: &str = "By the environment or the file only:
  CLOUDSSO_SEALING_KEY              the content of sealing.key, where replicas share it
  CLOUDSSO_CLOUD_ACCESS_KEY_SECRET  the secret of the management account's AccessKey";

/// The flags of `serve`; each has an environment name.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct ServeArguments {
    /// The configuration file; `cloudsso.toml` in the working directory is read if it is there
    #[arg(long, env = "CLOUDSSO_CONFIG")]
    config: Option<PathBuf>,
    /// Start with the example organisation, and print where to go and who to be
    #[arg(long, env = "CLOUDSSO_DEMO")]
    demo: bool,
    /// Where everything that is written goes [default: data]
    #[arg(long, env = "CLOUDSSO_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// `sqlite:<path>` or `postgres://…` [default: a SQLite file in the data directory]
    #[arg(long, env = "CLOUDSSO_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// The address of the public listener [default: 127.0.0.1]
    #[arg(long, env = "CLOUDSSO_PUBLIC_ADDRESS")]
    public_address: Option<IpAddr>,
    /// The port of the public listener; 0 for any free one [default: 8080]
    #[arg(long, env = "CLOUDSSO_PUBLIC_PORT")]
    public_port: Option<u16>,
    /// The address that people use [default: http://localhost:<port>]
    #[arg(long, env = "CLOUDSSO_PUBLIC_URL")]
    public_url: Option<String>,
    /// Proxies whose X-Forwarded-For is believed: addresses or networks, separated by commas
    #[arg(long, env = "CLOUDSSO_PUBLIC_TRUSTED_PROXIES", value_delimiter = ',')]
    trusted_proxies: Option<Vec<String>>,
    /// The address of the management listener [default: 127.0.0.1]
    #[arg(long, env = "CLOUDSSO_MANAGEMENT_ADDRESS")]
    management_address: Option<IpAddr>,
    /// The port of the management listener; 0 for any free one [default: 9000]
    #[arg(long, env = "CLOUDSSO_MANAGEMENT_PORT")]
    management_port: Option<u16>,
    /// The port of the local cloud, on loopback; 0 for any free one [default: 8090]
    #[arg(long, env = "CLOUDSSO_LOCAL_CLOUD_PORT")]
    local_cloud_port: Option<u16>,
    #[command(flatten)]
    local_cloud_proxies: ProxyArguments,
    #[command(flatten)]
    faults: FaultArguments,
    /// How many accounts are provisioned at once [default: 16]
    #[arg(long, env = "CLOUDSSO_WORKER_THREADS")]
    worker_threads: Option<usize>,
    /// Seconds between two looks at the cloud's folders and accounts; 0 for never [default: 300]
    #[arg(long, env = "CLOUDSSO_WORKER_DIRECTORY_SECONDS")]
    worker_directory_seconds: Option<u32>,
    /// Hours between two comparisons of an account with what it should have; 0 for never [default: 24]
    #[arg(long, env = "CLOUDSSO_WORKER_DRIFT_HOURS")]
    worker_drift_hours: Option<u32>,
    #[command(flatten)]
    quotas: QuotaArguments,
    #[command(flatten)]
    keys: KeyArguments,
    #[command(flatten)]
    saml: SamlArguments,
    #[command(flatten)]
    identity_provider: IdentityProviderArguments,
    #[command(flatten)]
    peers: PeerArguments,
    #[command(flatten)]
    scim: ScimArguments,
    #[command(flatten)]
    cloud: CloudArguments,
    /// What is logged, such as `info` or `cloudsso=debug` [default: info; warn with --demo]
    #[arg(long, env = "CLOUDSSO_LOG_FILTER")]
    log_filter: Option<String>,
    /// How it is logged [default: text]
    #[arg(long, env = "CLOUDSSO_LOG_FORMAT")]
    log_format: Option<LogFormat>,
}

impl ServeArguments {
    /// Those of a command that looks after a data directory, whether or not it is served.
    pub(super) fn of_data(
        config: Option<PathBuf>,
        data_dir: Option<PathBuf>,
        database_url: Option<String>,
    ) -> Self {
        let log_filter = Some("warn".to_owned());
        Self { config, data_dir, database_url, log_filter, ..Self::default() }
    }
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    data: DataSection,
    database: DatabaseSection,
    public: PublicSection,
    management: ManagementSection,
    local_cloud: LocalCloudSection,
    worker: WorkerSection,
    quotas: QuotaSection,
    keys: KeySection,
    saml: SamlSection,
    identity_provider: IdentityProviderSection,
    peers: PeerSection,
    scim: ScimSection,
    log: LogSection,
    sealing: SealingSection,
    cloud: CloudSection,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DataSection {
    dir: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DatabaseSection {
    url: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PublicSection {
    address: Option<IpAddr>,
    port: Option<u16>,
    url: Option<String>,
    trusted_proxies: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ManagementSection {
    address: Option<IpAddr>,
    port: Option<u16>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LocalCloudSection {
    port: Option<u16>,
    trusted_proxies: Option<Vec<String>>,
    faults: Option<Vec<String>>,
    fault_seed: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WorkerSection {
    threads: Option<usize>,
    directory_seconds: Option<u32>,
    drift_hours: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LogSection {
    filter: Option<String>,
    format: Option<LogFormat>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SealingSection {
    key: Option<Secret>,
}

/// Everything that `serve` goes by.
pub(super) struct Settings {
    pub(super) is_demo: bool,
    pub(super) data_dir: PathBuf,
    pub(super) database: DatabaseUrl,
    pub(super) public_address: IpAddr,
    pub(super) public_port: u16,
    pub(super) public_url: Option<Url>,
    pub(super) trusted_proxies: Vec<Network>,
    pub(super) management_address: IpAddr,
    pub(super) management_port: u16,
    pub(super) local_cloud_port: u16,
    pub(super) local_cloud_proxies: Vec<Network>,
    pub(super) faults: Faults,
    pub(super) worker_threads: usize,
    pub(super) upkeep: Upkeep,
    pub(super) quotas: Quotas,
    pub(super) key_schedule: KeySchedule,
    pub(super) saml_policy: SamlPolicy,
    pub(super) identity_provider: IdentityProviderProfile,
    pub(super) peer_networks: Vec<Network>,
    pub(super) mass_change: MassChangeLimits,
    pub(super) log_filter: String,
    pub(super) log_format: LogFormat,
    pub(super) sealing_key: Option<Secret>,
    /// The cloud to use in place of the embedded local one.
    pub(super) cloud: Option<CloudSettings>,
    pub(super) cloud_limits: CloudLimits,
}

/// Puts file, environment and flags together.
pub(super) fn read(arguments: &ServeArguments) -> Result<Settings, String> {
    let file = match &arguments.config {
        Some(path) => parse(path)?,
        None if Path::new(FILE).exists() => parse(Path::new(FILE))?,
        None => File::default(),
    };
    let settings = settle(arguments.clone(), Secrets::of_environment(), file)?;
    start_log(&settings.log_filter, settings.log_format);
    warn_of_unknown_variables();
    Ok(settings)
}

#[derive(Default)]
struct Secrets {
    sealing_key: Option<Secret>,
    cloud_access_key_secret: Option<Secret>,
}

impl Secrets {
    #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
    fn of_environment() -> Self {
        let read = |name: &str| std::env::var(name).ok().map(Secret::new);
        Self { sealing_key: read(SEALING_KEY), cloud_access_key_secret: read(CLOUD_ACCESS_KEY_SECRET) }
    }
}

fn settle(arguments: ServeArguments, secrets: Secrets, file: File) -> Result<Settings, String> {
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let data_dir = arguments.data_dir.or(file.data.dir).unwrap_or_else(|| PathBuf::from("data"));
    let database = match arguments.database_url.or(file.database.url) {
        Some(text) => DatabaseUrl::parse(&text)
            .ok_or("database.url must be sqlite:<path> or postgres://user@host/database".to_owned())?,
        None => DatabaseUrl::Sqlite(data_dir.join("cloudsso.db")),
    };
    let public_url =
        arguments.public_url.or(file.public.url).map(|text| parse_public_url(&text)).transpose()?;
    let proxies = arguments.trusted_proxies.or(file.public.trusted_proxies).unwrap_or_default();
    let worker_threads = arguments.worker_threads.or(file.worker.threads).unwrap_or(16);
    if !(1..=64).contains(&worker_threads) {
        return Err("worker.threads must be 1 to 64".to_owned());
    }
    let every =
        |number: u32, seconds: u64| (number > 0).then(|| Duration::from_secs(u64::from(number) * seconds));
    let directory_seconds =
        arguments.worker_directory_seconds.or(file.worker.directory_seconds).unwrap_or(300);
    let drift_hours = arguments.worker_drift_hours.or(file.worker.drift_hours).unwrap_or(24);
    let cloud = arguments.cloud.over(file.cloud, secrets.cloud_access_key_secret);
    let cloud_limits = cloud.limits()?;
    let cloud = cloud.settle()?;
    let faults = arguments.faults.settle(file.local_cloud.faults, file.local_cloud.fault_seed)?;
    let local_cloud_proxies = arguments.local_cloud_proxies.settle(file.local_cloud.trusted_proxies)?;
    let in_vain = [("faults", !faults.is_none()), ("trusted_proxies", !local_cloud_proxies.is_empty())];
    if let Some((key, _)) = in_vain.iter().find(|(_, is_set)| *is_set && cloud.is_some()) {
        return Err(format!(
            "local_cloud.{key}: there is no embedded local cloud, since cloud.site names another cloud"
        ));
    }
    let default_filter = if arguments.demo { "warn" } else { "info" };
    Ok(Settings {
        is_demo: arguments.demo,
        database,
        public_address: arguments.public_address.or(file.public.address).unwrap_or(loopback),
        public_port: arguments.public_port.or(file.public.port).unwrap_or(8080),
        public_url,
        trusted_proxies: networks("public.trusted_proxies", &proxies)?,
        management_address: arguments.management_address.or(file.management.address).unwrap_or(loopback),
        management_port: arguments.management_port.or(file.management.port).unwrap_or(9000),
        local_cloud_port: arguments.local_cloud_port.or(file.local_cloud.port).unwrap_or(8090),
        local_cloud_proxies,
        worker_threads,
        quotas: arguments.quotas.settle(file.quotas)?,
        key_schedule: arguments.keys.settle(file.keys)?,
        saml_policy: arguments.saml.settle(file.saml)?,
        identity_provider: arguments.identity_provider.settle(file.identity_provider)?,
        peer_networks: arguments.peers.settle(file.peers)?,
        upkeep: Upkeep { directory: every(directory_seconds, 1), drift: every(drift_hours, 3_600) },
        mass_change: arguments.scim.settle(&file.scim)?,
        log_filter: arguments.log_filter.or(file.log.filter).unwrap_or_else(|| default_filter.to_owned()),
        log_format: arguments.log_format.or(file.log.format).unwrap_or(LogFormat::Text),
        sealing_key: secrets.sealing_key.or(file.sealing.key),
        cloud,
        cloud_limits,
        faults,
        data_dir,
    })
}

fn parse(path: &Path) -> Result<File, String> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    toml::from_str(&text).map_err(|error| {
        let message = error.message();
        let hint =
            nearest_known(message).map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
        let line = error
            .span()
            .map_or(1, |span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
        format!("{name}, line {line}: {message}{hint}")
    })
}

fn parse_public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("public.url: {error}"))?;
    let is_plain =
        url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || !is_plain {
        return Err("public.url must be http(s)://host[:port] without a path".to_owned());
    }
    Ok(url)
}

/// Starts the log on standard error. A second start, as in tests, is ignored.
pub(super) fn start_log(filter: &str, format: LogFormat) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_unreadable| EnvFilter::new("info"));
    let is_terminal = std::io::stderr().is_terminal();
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(is_terminal).with_writer(std::io::stderr);
    let _started_before = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}

fn warn_of_unknown_variables() {
    let command = ServeArguments::augment_args(clap::Command::new("serve"));
    let mut known: Vec<_> = command.get_arguments().filter_map(|argument| argument.get_env()).collect();
    known.extend([SEALING_KEY, CLOUD_ACCESS_KEY_SECRET].map(OsStr::new));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CLOUDSSO_") && !known.contains(&name.as_os_str()) {
            tracing::warn!(name = %name.to_string_lossy(), "unknown environment variable; it has no effect");
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches as _;

    use super::*;

    fn arguments(list: &[&str]) -> ServeArguments {
        let command = ServeArguments::augment_args(clap::Command::new("serve"));
        let matches = command.try_get_matches_from([&["serve"], list].concat()).unwrap();
        ServeArguments::from_arg_matches(&matches).unwrap()
    }

    fn refusal(outcome: Result<Settings, String>) -> String {
        outcome.err().unwrap_or_default()
    }

    #[test]
    fn without_anything_there_are_defaults() {
        let settings = settle(arguments(&[]), Secrets::default(), File::default()).ok().unwrap();
        assert_eq!(settings.database, DatabaseUrl::Sqlite(PathBuf::from("data/cloudsso.db")));
        assert_eq!(
            (settings.public_port, settings.management_port, settings.local_cloud_port),
            (8080, 9000, 8090)
        );
        assert!(settings.public_address.is_loopback() && settings.management_address.is_loopback());
    }

    #[test]
    fn flags_win_over_the_file() {
        let file: File = toml::from_str("[public]\nport = 1\n[management]\nport = 2").unwrap();
        let settings = settle(arguments(&["--public-port", "3"]), Secrets::default(), file)
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((settings.public_port, settings.management_port), (3, 2));
    }

    #[test]
    fn an_unknown_key_names_the_nearest_known_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        fs::write(&path, "[public]\nport = 1\ntrusted_proxy = []\n").unwrap();
        let error = parse(&path).err().unwrap_or_default();
        assert!(error.contains("line 3") && error.contains("did you mean `trusted_proxies`?"), "{error}");
        fs::write(&path, "[public]\nzzzzzzzzz = 1\n").unwrap();
        let error = parse(&path).err().unwrap_or_default();
        assert!(error.contains("zzzzzzzzz") && !error.contains("did you mean"), "{error}");
    }

    #[test]
    fn bad_values_name_their_key() {
        for (list, key) in [
            (["--database-url", "mysql://x"], "database.url"),
            (["--public-url", "ftp://x"], "public.url"),
            (["--public-url", "https://x/path"], "public.url"),
            (["--trusted-proxies", "proxy.example"], "public.trusted_proxies"),
            (["--worker-threads", "0"], "worker.threads"),
            (["--scim-mass-change-percent", "101"], "scim.mass_change_percent"),
            (["--cloud-site", "china"], "cloud.access_key_id"),
            (["--cloud-site", "local"], "cloud.access_key_id"),
            (["--cloud-rate", "0"], "cloud.rate"),
            (["--cloud-parallel", "1001"], "cloud.parallel"),
            (["--cloud-parallel-per-account", "0"], "cloud.parallel_per_account"),
            (["--local-cloud-faults", "latency=1s;fail=x"], "local_cloud.faults"),
            (["--local-cloud-trusted-proxies", "127.0.0.1,proxy"], "local_cloud.trusted_proxies"),
        ] {
            let error = refusal(settle(arguments(&list), Secrets::default(), File::default()));
            assert!(error.starts_with(key), "{list:?}: {error}");
        }
    }

    #[test]
    fn some_settings_are_for_the_embedded_local_cloud_only() {
        let cloud = "[cloud]\nsite = \"china\"\naccess_key_id = \"a\"\naccess_key_secret = \"b\"";
        for (key, line) in
            [("faults", "faults = [\"rate=10/s\"]"), ("trusted_proxies", "trusted_proxies = [\"::1\"]")]
        {
            let file: File = toml::from_str(&format!("[local_cloud]\n{line}\n{cloud}")).unwrap();
            let error = refusal(settle(arguments(&[]), Secrets::default(), file));
            assert!(error.starts_with(&format!("local_cloud.{key}: ")), "{error}");
        }
    }

    #[test]
    fn proxies_of_the_portal_and_of_the_local_cloud_are_told_apart() {
        let text =
            "[public]\ntrusted_proxies = [\"10.0.0.1\"]\n[local_cloud]\ntrusted_proxies = [\"10.0.0.2\"]";
        let read = |list: &[&str]| {
            let file: File = toml::from_str(text).unwrap();
            settle(arguments(list), Secrets::default(), file).unwrap_or_else(|error| panic!("{error}"))
        };
        let network = |text: &str| vec![Network::parse(text).unwrap()];
        let settings = read(&[]);
        assert_eq!(
            (settings.trusted_proxies, settings.local_cloud_proxies),
            (network("10.0.0.1"), network("10.0.0.2"))
        );
        let settings = read(&["--local-cloud-trusted-proxies", "::1"]);
        assert_eq!(
            (settings.trusted_proxies, settings.local_cloud_proxies),
            (network("10.0.0.1"), network("::1"))
        );
    }
}
