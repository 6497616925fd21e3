//! `serve`: starts the listeners and the worker, and ends them in order.

use std::fs::DirBuilder;
use std::net::{IpAddr, TcpListener};
use std::num::NonZero;
use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::rt::{self, System};
use actix_web::web::{Data, block};
use actix_web::{App, HttpServer};
use url::Url;

use crate::service::{Context, Operator, Worker, resource_directory, trust};
use crate::web::{self, Face, Health};

use super::configuration::Settings;
use super::control::Socket;
use super::demo;
use super::running::prepare;
use super::stop::asked_to_stop;

/// Threads on which use cases wait for the database or a password check: about so many in all, and a few for each that
/// serves connections.
const BLOCKING_THREADS: usize = 64;
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
const SHUTDOWN_SECONDS: u64 = 25;

/// Serves until told to stop.
pub(super) fn run(settings: &Settings) -> Result<(), String> {
    // What is in there is for its owner: databases, keys.
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&settings.data_dir)
        .map_err(|error| format!("{}: {error}", settings.data_dir.display()))?;
    System::new().block_on(serve(settings))
}

async fn serve(settings: &Settings) -> Result<(), String> {
    let public = listen("public", settings.public_address, settings.public_port)?;
    let management = listen("management", settings.management_address, settings.management_port)?;
    let public_url = match &settings.public_url {
        Some(url) => url.clone(),
        None => {
            Url::parse(&format!("http://localhost:{}", port(&public)?)).map_err(|error| error.to_string())?
        }
    };
    let management_url = format!("http://{}", management.local_addr().map_err(|error| error.to_string())?);
    let (running, local_server) = prepare(settings, &public_url, management_url)?;
    if settings.is_demo {
        demo::retire(&settings.data_dir)?;
    }
    let health = Data::new(Health::new(Arc::clone(&running.ctx)));
    let face =
        Face { ctx: Arc::clone(&running.ctx), public_url, trusted_proxies: settings.trusted_proxies.clone() };

    let mut handles = Vec::new();
    let mut servers = Vec::new();
    let own = [serve_public(public, face)?, serve_management(management, &health)?];
    for server in own.into_iter().chain(local_server) {
        handles.push(server.handle());
        servers.push(rt::spawn(server));
    }
    let worker = Worker::start(&running.ctx, settings.worker_threads).map_err(|error| error.to_string())?;
    let stopping = rt::spawn(stop_when_asked(Data::clone(&health), handles));

    let ctx = Arc::clone(&running.ctx);
    let is_demo = settings.is_demo;
    let begun = block(move || begin(&ctx, is_demo)).await.map_err(|error| error.to_string())?;
    begun?;
    // Beside a running server, commands come by this; without it they wait until the server is stopped.
    let socket = Socket::serve(&settings.data_dir, &running.ctx)
        .map_err(|error| tracing::warn!(%error, "no local socket for cloudsso admin"))
        .ok();
    health.started();
    if settings.is_demo {
        demo::introduce(settings, &running).await?;
    } else {
        tracing::info!(url = running.public_url, "ready");
    }
    for server in servers {
        server.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    }
    stopping.abort();
    if let Some(socket) = socket {
        socket.close();
    }
    block(move || worker.stop()).await.map_err(|error| error.to_string())
}

/// What must be true before requests are asked for: accounts known, and trusting us as we are now.
fn begin(ctx: &Context, is_demo: bool) -> Result<(), String> {
    if !is_demo && let Err(error) = resource_directory::synchronize(ctx, &Operator::local()) {
        // The cloud may be away; people still sign in and see what was known.
        tracing::warn!(%error, "the accounts could not be brought up to date");
    }
    let behind = trust::refresh(ctx).map_err(|error| error.to_string())?;
    if behind > 0 {
        tracing::info!(behind, "accounts are being told of this installation's present address and key");
    }
    Ok(())
}

/// Threads that serve connections, and sign Responses: as many as there are processors, and two at the least.
fn public_threads() -> usize {
    thread::available_parallelism().map_or(2, NonZero::get).max(2)
}

fn serve_public(listener: TcpListener, face: Face) -> Result<Server, String> {
    let (face, threads) = (Data::new(face), public_threads());
    let server = HttpServer::new(move || {
        App::new().app_data(Data::clone(&face)).wrap(from_fn(web::guard::guard)).configure(web::routes)
    })
    .workers(threads)
    .worker_max_blocking_threads((BLOCKING_THREADS / threads).max(8))
    .client_request_timeout(REQUEST_TIMEOUT)
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .disable_signals()
    .listen(listener)
    .map_err(|error| error.to_string())?;
    Ok(server.run())
}

fn serve_management(listener: TcpListener, health: &Data<Health>) -> Result<Server, String> {
    let health = Data::clone(health);
    let server =
        HttpServer::new(move || App::new().app_data(Data::clone(&health)).configure(web::health_routes))
            .workers(1)
            .worker_max_blocking_threads(2)
            .client_request_timeout(REQUEST_TIMEOUT)
            .shutdown_timeout(SHUTDOWN_SECONDS)
            .disable_signals()
            .listen(listener)
            .map_err(|error| error.to_string())?;
    Ok(server.run())
}

/// Says first that no new requests are wanted, then lets those under way finish. Asked a second
/// time, stops at once.
async fn stop_when_asked(health: Data<Health>, handles: Vec<ServerHandle>) {
    asked_to_stop().await;
    tracing::info!("stopping");
    health.draining();
    for handle in &handles {
        rt::spawn(handle.stop(true));
    }
    asked_to_stop().await;
    for handle in &handles {
        rt::spawn(handle.stop(false));
    }
}

fn listen(name: &str, address: IpAddr, port: u16) -> Result<TcpListener, String> {
    TcpListener::bind((address, port))
        .map_err(|error| format!("the {name} listener cannot use {address}:{port}: {error}"))
}

fn port(listener: &TcpListener) -> Result<u16, String> {
    Ok(listener.local_addr().map_err(|error| error.to_string())?.port())
}
