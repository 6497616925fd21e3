//! What the settings amount to: the database opened, the cloud to drive found or started.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::Server;
use url::Url;

use crate::base::{AccountId, Clock, Secret};
use crate::crypto::password::Hasher;
use crate::crypto::{self, Random, SealingKey};
use crate::local_cloud::{self, OwnerLogin};
use crate::peer::Peers;
use crate::rpc::AccessKey;
use crate::service::{self, Context, Parts};
use crate::storage::{self, Store};

use super::cloud::CloudSettings;
use super::configuration::Settings;
use super::{control, key_file, peers};

/// So many people may wait for their password to be checked; the next is asked to come back.
const PASSWORD_QUEUE: usize = 64;

/// What is running, and where.
pub(super) struct Running {
    pub(super) ctx: Arc<Context>,
    pub(super) public_url: String,
    pub(super) management_url: String,
    pub(super) sealing_key: Secret,
    /// The cloud as configured, or the embedded one.
    pub(super) cloud: CloudSettings,
    /// The embedded local cloud, where there is one.
    pub(super) local_cloud: Option<Embedded>,
}

/// The local cloud of this process.
pub(super) struct Embedded {
    pub(super) address: SocketAddr,
    pub(super) base_url: String,
    pub(super) management_account_id: AccountId,
    /// The management account's own key, for whoever tries the product.
    pub(super) owner: AccessKey,
    /// By what the management account's owner signs in to the console.
    pub(super) owner_login: OwnerLogin,
    /// An account of somebody else, to be invited into the resource directory.
    pub(super) independent: Independent,
}

/// An account outside of the resource directory, with its own key and its owner's login.
pub(super) struct Independent {
    pub(super) account_id: AccountId,
    pub(super) owner: AccessKey,
    pub(super) owner_login: OwnerLogin,
}

/// Opens and starts what the settings name. Gives the server of the embedded local cloud too; it
/// answers once it is spawned.
pub(super) fn prepare(
    settings: &Settings,
    public_url: &Url,
    management_url: String,
) -> Result<(Running, Option<Server>), String> {
    let store = Store::open(&settings.database).map_err(|error| error.to_string())?;
    let (mut embedded, mut server) = (None, None);
    let cloud = match &settings.cloud {
        Some(cloud) => cloud.clone(),
        None => {
            let local = local_cloud::start(local_cloud::Settings {
                port: settings.local_cloud_port,
                trusted_proxies: settings.local_cloud_proxies.clone(),
                faults: settings.faults.clone(),
                ..local_cloud::Settings::new(&settings.data_dir)
            })
            .map_err(|error| format!("local cloud: {error}"))?;
            let section =
                CloudSettings::local(local.address.to_string(), local.base_url.clone(), &local.service);
            server = Some(local.server);
            embedded = Some(Embedded {
                address: local.address,
                base_url: local.base_url,
                management_account_id: local.management_account_id,
                owner: local.owner,
                owner_login: local.owner_login,
                independent: Independent {
                    account_id: local.independent_account_id,
                    owner: local.independent_owner,
                    owner_login: local.independent_owner_login,
                },
            });
            section
        }
    };
    let public_url = public_url.as_str().trim_end_matches('/').to_owned();
    let sealing_key = sealing_key(settings)?;
    let ctx = context(settings, store, &sealing_key, &public_url, &cloud)?;
    Ok((Running { ctx, public_url, management_url, sealing_key, cloud, local_cloud: embedded }, server))
}

/// Opens the database of an installation that is not served, for what needs neither cloud nor address.
pub(super) fn open_alone(settings: &Settings) -> Result<Arc<Context>, String> {
    let data_dir = settings.data_dir.display();
    if !settings.data_dir.is_dir() {
        return Err(format!("{data_dir} is not a directory; name the data directory by --data-dir"));
    }
    let store = Store::open(&settings.database).map_err(|error| match error {
        storage::Error::InUse(_) => {
            format!("{error}, which does not answer at {data_dir}/{}", control::SOCKET)
        }
        error => error.to_string(),
    })?;
    let public_url = settings.public_url.as_ref().map_or("http://localhost", Url::as_str);
    // Nobody listens there, and nothing that is done alone calls a cloud.
    let nowhere = AccessKey { id: String::new(), secret: Secret::new(""), security_token: None };
    let nowhere = CloudSettings::local("127.0.0.1:9".to_owned(), "http://localhost:9".to_owned(), &nowhere);
    let cloud = settings.cloud.clone().unwrap_or(nowhere);
    context(settings, store, &sealing_key(settings)?, public_url.trim_end_matches('/'), &cloud)
}

fn sealing_key(settings: &Settings) -> Result<Secret, String> {
    match &settings.sealing_key {
        Some(key) => Ok(key.clone()),
        None => key_file::load_or_create(&settings.data_dir, &Random::system()),
    }
}

fn context(
    settings: &Settings,
    store: Store,
    sealing_key: &Secret,
    public_url: &str,
    cloud: &CloudSettings,
) -> Result<Arc<Context>, String> {
    let (clock, random) = (Clock::system(), Random::system());
    let limits = if settings.faults.is_none() {
        settings.cloud_limits
    } else {
        settings.cloud_limits.as_at_the_vendor()
    };
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    Context::new(Parts {
        store,
        hasher: Hasher::new(&random, cores, PASSWORD_QUEUE).map_err(|error| error.to_string())?,
        sealing_key: SealingKey::parse(sealing_key).map_err(|error| error.to_string())?,
        instance: key_file::instance(&settings.data_dir, &random)?,
        public_url: public_url.to_owned(),
        site: cloud.console(),
        cloud: cloud.driver(clock.clone(), random.clone(), limits)?,
        peers: Peers::new(peers::limits(&settings.peer_networks, public_url)),
        upkeep: settings.upkeep,
        quotas: settings.quotas,
        mass_change: settings.mass_change,
        key_schedule: settings.key_schedule,
        saml_policy: settings.saml_policy,
        identity_provider: settings.identity_provider.clone(),
        clock,
        random,
    })
    .map_err(|error| match error {
        service::Error::Crypto(crypto::Error::Unsealable) => {
            "this database was made with another sealing key (sealing.key, or CLOUDSSO_SEALING_KEY)"
                .to_owned()
        }
        error => error.to_string(),
    })
}
