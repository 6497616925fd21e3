//! The provisioning engine at size: 1,000 accounts with 20 configurations each, provisioned by 20
//! assignments on the root folder, then compared with what they should have.
//!
//! `cargo bench --bench reconcile [accounts] [configurations]`; exits with 1 when the comparison of an
//! unchanged state writes anything to the cloud, or reads more than its bound.
//!
//! The cloud is the local one, over HTTP, in the same process: what is timed is both together.

#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use cloudsso::base::{AccessConfigurationName, Clock, DirectoryName};
use cloudsso::cloud::{Cloud, Endpoint, Limits, Pause, Retry, Site, Surroundings, Timeouts};
use cloudsso::crypto::password::Hasher;
use cloudsso::crypto::{Random, SealingKey};
use cloudsso::domain::{
    AccessConfigurationSpec, Assignee, AssignmentKey, CloudSite, IdentityProviderProfile, KeySchedule,
    MassChangeLimits, PermissionPolicy, Quotas, SamlPolicy, Target, TaskFilter, TaskKind, UserSpec,
};
use cloudsso::local_cloud;
use cloudsso::peer::{PeerLimits, Peers};
use cloudsso::rpc::AccessKey;
use cloudsso::service::{
    Context, Operator, Parts, Upkeep, Worker, access_assignment, access_configuration, account, directory,
    drift, resource_directory, task, user,
};
use cloudsso::storage::{DatabaseUrl, Store};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing_subscriber::layer::{Context as LayerContext, Layer, SubscriberExt};

const WORKERS: usize = 16;
const ENTRY_ROLE: &str = "AliyunServiceRoleForCloudSSO";

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<ExitCode, Failure> {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<usize>().ok());
    let (accounts, configurations) = (numbers.next().unwrap_or(1_000), numbers.next().unwrap_or(20));
    let calls = Calls::default();
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(calls.clone()))?;

    let folder = tempfile::tempdir()?;
    let (address, base_url, key) = start_local_cloud(folder.path())?;
    let ctx = product(folder.path(), address, &base_url, &key)?;
    let operator = Operator::local();
    furnish(&ctx, &operator, accounts)?;
    let worker = Worker::start(&ctx, WORKERS)?;

    let begun = Instant::now();
    assign(&ctx, &operator, configurations)?;
    wait(&ctx, &operator)?;
    report("provisioned from nothing", begun.elapsed(), accounts * configurations, &calls.take());

    let begun = Instant::now();
    drift::detect(&ctx, &operator, None)?;
    wait(&ctx, &operator)?;
    let compared = calls.take();
    report("compared, unchanged", begun.elapsed(), accounts * configurations, &compared);
    let drifted = drift::list_drifted(&ctx, &operator)?.len();
    worker.stop();

    let (reads, writes) = sums(&compared);
    // To enter, the provider, three lists, and three reads for each configuration.
    let bound = accounts * (5 + 3 * configurations);
    println!(
        "reads {reads} (bound {bound}), writes {writes} (bound 0), accounts with a difference {drifted}"
    );
    let is_met = writes == 0 && (1..=bound).contains(&reads) && drifted == 0;
    println!("goal: {}", if is_met { "yes" } else { "no" });
    Ok(if is_met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn start_local_cloud(folder: &std::path::Path) -> Result<(SocketAddr, String, AccessKey), Failure> {
    let settings = local_cloud::Settings::new(folder.join("local-cloud"));
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            match local_cloud::start(settings) {
                Ok(running) => {
                    let started = (running.address, running.base_url.clone(), running.service.clone());
                    drop(sender.send(Ok(started)));
                    drop(running.serve().await);
                }
                Err(error) => drop(sender.send(Err(error.to_string()))),
            }
        });
    });
    Ok(receiver.recv()??)
}

fn product(
    folder: &std::path::Path,
    address: SocketAddr,
    base_url: &str,
    key: &AccessKey,
) -> Result<Arc<Context>, Failure> {
    let (clock, random) = (Clock::system(), Random::system());
    let endpoint = Endpoint::parse(&format!("http://{address}")).ok_or("no address")?;
    let site = Site {
        sts: endpoint.clone(),
        ram: endpoint.clone(),
        ims: endpoint.clone(),
        resource_directory: endpoint,
        key: key.clone(),
        entry_role: ENTRY_ROLE.to_owned(),
        timeouts: Timeouts::default(),
        retry: Retry::default(),
    };
    let entropy = random.clone();
    let surroundings = Surroundings {
        clock: clock.clone(),
        entropy: Arc::new(move || entropy.bytes::<16>().ok()),
        pause: Pause::blocking(),
    };
    let limits = Limits { rate: 1_000, ..Limits::default() };
    Ok(Context::new(Parts {
        store: Store::open(&DatabaseUrl::Sqlite(folder.join("cloudsso.db")))?,
        hasher: Hasher::new(&random, 1, 1)?,
        sealing_key: SealingKey::parse(&SealingKey::generate(&random)?)?,
        instance: "bench".to_owned(),
        public_url: "http://localhost:8080".to_owned(),
        site: CloudSite::local_cloud(base_url),
        cloud: Cloud::with_limits(site, surroundings, limits),
        peers: Peers::new(PeerLimits::default()),
        upkeep: Upkeep::default(),
        mass_change: MassChangeLimits::default(),
        key_schedule: KeySchedule::default(),
        saml_policy: SamlPolicy::default(),
        identity_provider: IdentityProviderProfile::default(),
        quotas: Quotas::default(),
        clock,
        random,
    })?)
}

fn furnish(ctx: &Context, operator: &Operator, accounts: usize) -> Result<(), Failure> {
    directory::ensure(ctx, operator, &DirectoryName::parse("bench")?)?;
    let members: BTreeMap<_, _> =
        (0..accounts).map(|number| (format!("member-{number:04}"), Vec::new())).collect();
    let begun = Instant::now();
    account::ensure(ctx, operator, &[], &members)?;
    println!("{accounts} accounts made in {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}

fn assign(ctx: &Context, operator: &Operator, configurations: usize) -> Result<(), Failure> {
    let spec: UserSpec = toml::from_str("user_name = \"alice\"")?;
    let alice = user::create(ctx, operator, spec, Vec::new())?.user.id;
    let root = resource_directory::observe(ctx)?.folders.first().ok_or("no root folder")?.id.clone();
    for number in 0..configurations {
        let inline = r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"ram:*","Resource":"*"}]}"#;
        let spec = AccessConfigurationSpec {
            name: AccessConfigurationName::parse(&format!("Role{number:02}"))?,
            description: String::new(),
            session_seconds: 3600,
            relay_state: String::new(),
            policies: vec![
                PermissionPolicy::Inline { name: "own".to_owned(), document: inline.to_owned() },
                PermissionPolicy::System { name: "ReadOnlyAccess".to_owned() },
            ],
        };
        let key = AssignmentKey {
            access_configuration_id: access_configuration::create(ctx, operator, spec, Vec::new())?
                .configuration
                .id,
            target: Target::Folder(root.clone()),
            assignee: Assignee::User(alice.clone()),
        };
        access_assignment::create(ctx, operator, &key)?;
    }
    Ok(())
}

/// Waits until no task is in progress.
fn wait(ctx: &Context, operator: &Operator) -> Result<(), Failure> {
    loop {
        let (open, failed) = task::backlog(ctx, operator, None)?;
        if failed > 0 {
            let failed = TaskFilter { kinds: TaskKind::OPENAPI.to_vec(), ..TaskFilter::default() };
            let (tasks, _) = task::list(ctx, operator, &failed, None, 3)?;
            return Err(format!("tasks failed: {tasks:?}").into());
        }
        if open == 0 {
            return Ok(());
        }
        thread::park_timeout(Duration::from_millis(50));
    }
}

fn report(what: &str, took: Duration, provisionings: usize, calls: &BTreeMap<String, usize>) {
    let (reads, writes) = sums(calls);
    let seconds = took.as_secs_f64();
    println!(
        "{what}: {provisionings} provisionings in {seconds:.1} s, {reads} reads and {writes} writes, {:.0} calls/s",
        f64::from(u32::try_from(reads + writes).unwrap_or(u32::MAX)) / seconds,
    );
}

fn sums(calls: &BTreeMap<String, usize>) -> (usize, usize) {
    let is_read =
        |action: &str| ["Get", "List", "AssumeRole"].iter().any(|prefix| action.starts_with(prefix));
    let of = |reads: bool| calls.iter().filter(|(action, _)| is_read(action) == reads).map(|(_, n)| n).sum();
    (of(true), of(false))
}

/// Counts the driver's calls by what it traces of them.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<BTreeMap<String, usize>>>);

impl Calls {
    fn take(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<S: tracing::Subscriber> Layer<S> for Calls {
    fn on_new_span(&self, span: &Attributes<'_>, _id: &Id, _ctx: LayerContext<'_, S>) {
        if !span.metadata().target().starts_with("cloudsso::cloud") {
            return;
        }
        let mut action = Action::default();
        span.record(&mut action);
        if let Some(action) = action.0 {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(action).or_default() += 1;
        }
    }
}

#[derive(Default)]
struct Action(Option<String>);

impl Visit for Action {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "action" {
            self.0 = Some(value.to_owned());
        }
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn std::fmt::Debug) {}
}
