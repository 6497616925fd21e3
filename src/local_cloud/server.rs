//! The listener: starts the local cloud, routes requests, and stops.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServerHandle, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use tokio::sync::oneshot;

use crate::base::{AccountId, Clock, Network};
use crate::crypto::password::Hasher;
use crate::crypto::{Random, RelyingParty};
use crate::rpc::{AccessKey, BODY_LIMIT};

use super::catalogue::Catalogue;
use super::cloud::{Cloud, Open};
use super::console::login;
use super::error::Error;
use super::fault::{Faults, Injector};
use super::gate::Gate;
use super::oidc::Issuers;
use super::owner::OwnerLogin;
use super::parsed_policy::ParsedPolicies;
use super::store::Store;
use super::{bootstrap, console, endpoint, key_file, owner};

const BLOCKING_THREADS: usize = 2;
const CONNECTIONS: usize = 1024;
/// Sign-ins by password at once: one that is worked on, the others wait for some 30 ms each.
const SIGN_INS: usize = 64;
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
const SHUTDOWN_SECONDS: u64 = 5;

/// What the local cloud needs to start.
#[derive(Clone)]
pub struct Settings {
    /// Where its database, key and lock file are; made if missing.
    pub data_dir: PathBuf,
    /// The address to listen on.
    pub address: IpAddr,
    /// The port, or 0 for any free one.
    pub port: u16,
    /// The time by which everything is checked.
    pub clock: Clock,
    /// Where ids, secrets and tokens come from.
    pub random: Random,
    /// Proxies in front whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    pub trusted_proxies: Vec<Network>,
    /// What goes wrong, for whoever wants it to.
    pub faults: Faults,
}

impl Settings {
    /// Loopback, any free port, the machine's clock and randomness, no faults.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            clock: Clock::system(),
            random: Random::system(),
            trusted_proxies: Vec::new(),
            faults: Faults::default(),
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Running({})", self.base_url)
    }
}

/// A local cloud that listens. It answers once [`Running::serve`] is awaited or spawned.
pub struct Running {
    /// The address that it listens on.
    pub address: SocketAddr,
    /// `http://localhost:<port>`: what its pages and the recipient of assertions begin with.
    pub base_url: String,
    /// The management account.
    pub management_account_id: AccountId,
    /// The management account's own key: may do everything in that account, and enters a member by
    /// `AssumeRole` of `ResourceDirectoryAccountAccessRole`.
    pub owner: AccessKey,
    /// By what the management account's owner signs in to the console.
    pub owner_login: OwnerLogin,
    /// CloudSSO's service credential: enters every account by `AssumeRole` of
    /// `AliyunServiceRoleForCloudSSO`, and reads and changes the resource directory.
    pub service: AccessKey,
    /// An account of somebody else, outside of the resource directory until it accepts an invitation.
    pub independent_account_id: AccountId,
    /// That account's own key.
    pub independent_owner: AccessKey,
    /// As [`Running::owner_login`], of that account.
    pub independent_owner_login: OwnerLogin,
    /// How many passwords were hashed or verified, to see that two answers cost the same.
    pub passwords_worked: Arc<AtomicU64>,
    /// The server; it ends when it is stopped, while its workers may still be closing the database.
    /// [`Running::serve`] waits for them too.
    pub server: Server,
    closed: oneshot::Receiver<()>,
}

impl Running {
    /// Stops the server: `handle().stop(true)` lets requests under way finish.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Answers requests until the server is stopped, and its database and lock file are closed.
    ///
    /// # Errors
    /// What the system said when the listener failed.
    pub async fn serve(self) -> io::Result<()> {
        self.server.await?;
        // The sender is never used, only dropped: with the last thing that the server held.
        let _ = self.closed.await;
        Ok(())
    }
}

/// Starts the local cloud inside the actix system that is running: opens or makes what is in the data
/// directory, and listens.
///
/// # Errors
/// [`Error`]; nothing is listening then.
pub fn start(settings: Settings) -> Result<Running, Error> {
    let file_error = |source| Error::File { path: settings.data_dir.clone(), source };
    std::fs::create_dir_all(&settings.data_dir).map_err(file_error)?;
    let lock = key_file::lock(&settings.data_dir)?;
    let database = settings.data_dir.join("local-cloud.db");
    let key = settings.data_dir.join("local-cloud.key");
    let sealing = key_file::load_or_create(&key, &database, &settings.random)?;
    let catalogue = Catalogue::load()?;
    let store = Store::open(&database)?;
    let now = settings.clock.now();
    let founded = store.write(|connection| bootstrap::found(connection, &sealing, &settings.random, now))?;
    // One at a time, so that the other thread goes on serving; nobody can wait but the one beside it.
    let passwords = Hasher::new(&settings.random, 1, BLOCKING_THREADS)?;
    let owner_login = |name, account: &AccountId| {
        let password = owner::provide(&store, (&passwords, &sealing, &settings.random), account, now)?;
        Ok::<_, Error>(OwnerLogin { name, password })
    };
    let independent_owner_login = owner_login(founded.independent_name, &founded.independent_account)?;
    let owner_login = owner_login(founded.management_name, &founded.management_account)?;
    let listener = TcpListener::bind((settings.address, settings.port)).map_err(Error::Listen)?;
    let address = listener.local_addr().map_err(Error::Listen)?;
    let base_url = format!("http://localhost:{}", address.port());
    let (sender, closed) = oneshot::channel();
    let passwords_worked = passwords.worked();
    let cloud = web::Data::new(Cloud {
        store,
        passwords,
        passkeys: RelyingParty::new(&base_url, "local cloud")?,
        sign_ins: Gate::new(SIGN_INS),
        clock: settings.clock,
        random: settings.random,
        trusted_proxies: settings.trusted_proxies,
        csrf_key: sealing.derive("console form")?,
        sealing,
        catalogue,
        injector: Injector::new(settings.faults),
        issuers: Issuers::new(),
        parsed_policies: ParsedPolicies::default(),
        base_url: base_url.clone(),
        port: address.port(),
        _open: Open { _lock: lock, _closed: sender },
    });
    let server = serve(cloud, listener)?;
    tracing::info!(address = %address, "the local cloud listens");
    Ok(Running {
        address,
        base_url,
        management_account_id: founded.management_account,
        owner: founded.owner,
        owner_login,
        service: founded.service,
        independent_account_id: founded.independent_account,
        independent_owner: founded.independent_owner,
        independent_owner_login,
        passwords_worked,
        server,
        closed,
    })
}

fn serve(cloud: web::Data<Cloud>, listener: TcpListener) -> Result<Server, Error> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(cloud.clone())
            .app_data(web::PayloadConfig::new(BODY_LIMIT))
            .wrap(from_fn(guard))
            .route("/", web::to(endpoint::call))
            .route("/saml-role/sso", web::post().to(console::post_role_sso))
            .route("/saml/SSO", web::post().to(console::post_user_sso))
            .route("/saml/slo", web::post().to(console::post_single_logout))
            .route("/login", web::get().to(login::get_login))
            .route("/login", web::post().to(login::post_login))
            .route("/login/password", web::get().to(login::get_stage))
            .route("/login/password", web::post().to(login::post_new_password))
            .route("/login/mfa", web::get().to(login::get_stage))
            .route("/login/mfa", web::post().to(login::post_code))
            .route("/login/mfa/binding", web::get().to(login::get_stage))
            .route("/login/mfa/binding", web::post().to(login::post_binding))
            .configure(console::routes)
            .route("/assets/{name}", web::get().to(console::get_asset))
            .default_service(web::to(not_found))
    })
    .workers(1)
    .worker_max_blocking_threads(BLOCKING_THREADS)
    .max_connections(CONNECTIONS)
    .client_request_timeout(REQUEST_TIMEOUT)
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .disable_signals()
    .listen(listener)
    .map_err(Error::Listen)?;
    Ok(server.run())
}

/// Refuses a request that came by another name than ours (DNS rebinding), and adds the headers that
/// every answer carries.
async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let port = request.app_data::<web::Data<Cloud>>().map_or(0, |cloud| cloud.port);
    let page_policy = console::page_policy(request.path());
    let mut response = if is_own_host(request.request(), port) {
        next.call(request).await?.map_into_boxed_body()
    } else {
        request.into_response(console::problem(console::Problem::Misdirected, "")).map_into_boxed_body()
    };
    let headers = response.headers_mut();
    for (name, value) in console::SECURITY_HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(page_policy));
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}

/// `localhost` and `127.0.0.1`, with our port or, as some clients do, without any.
fn is_own_host(request: &HttpRequest, port: u16) -> bool {
    let mut hosts = request.headers().get_all(HOST);
    let host = hosts.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = host.strip_suffix(&format!(":{port}")).unwrap_or(host);
    hosts.next().is_none() && (name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1")
}

async fn not_found() -> HttpResponse {
    console::problem(console::Problem::NotFound, "")
}
