//! The product inside this process, with a clock that the test moves: its public face and a local
//! cloud on free ports, a small organisation, and tasks that are done when the test says so.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::rt::{self, System};
use actix_web::web::Data;
use actix_web::{App, HttpServer};
use cloudsso::base::{AccessConfigurationId, AccountId, Clock, Network, Secret, TaskId, Timestamp};
use cloudsso::cloud::{Cloud, Endpoint, Limits, Pause, Retry, Site, Surroundings, Timeouts};
use cloudsso::crypto::password::Hasher;
use cloudsso::crypto::{Random, SealingKey, TotpSecret};
use cloudsso::domain::{
    Action, Assignee, AssignmentKey, CloudSite, Group, IdentityProviderProfile, KeySchedule,
    MassChangeLimits, PrincipalId, Quotas, SamlPolicy, SessionEnd, Target, TaskFilter, TaskStatus, User,
};
use cloudsso::local_cloud::{self, Faults};
use cloudsso::peer::{PeerLimits, Peers};
use cloudsso::rpc::AccessKey;
use cloudsso::service::{
    Context, Operator, Parts, Upkeep, access_assignment, access_configuration, account, credential, group,
    organisation, user, worker,
};
use cloudsso::storage::{DatabaseUrl, Store, event, task};
use cloudsso::web::{self, Face};
use tempfile::TempDir;
use url::Url;

use super::database::TestDatabase;
use super::http::{Page, Visitor};
use super::person::Person;
use super::proxy::CloudProxy;
use super::totp;

/// Noon, and five seconds into a code's half-minute.
const NOON: i64 = 1_795_348_805;
const ENTRY_ROLE: &str = "AliyunServiceRoleForCloudSSO";
/// Two accounts, four people, a group: what most tests are about.
const ORGANISATION: &str = include_str!("organisation.toml");

/// What differs from the usual.
#[derive(Default)]
pub(crate) struct Options {
    /// The address that people use, where it is not the listener's own.
    pub(crate) public_url: Option<&'static str>,
    /// Every call to the cloud goes through this.
    pub(crate) proxy: Option<Arc<CloudProxy>>,
    /// With the clock of the machine, which foreign clients sign by.
    pub(crate) is_live: bool,
    /// With a directory, and nobody and nothing in it.
    pub(crate) is_empty: bool,
    /// What befalls the calls of the local cloud.
    pub(crate) faults: Faults,
    /// Whose forwarded addresses are not believed, not even ours.
    pub(crate) trusts_no_proxy: bool,
    /// The cloud is taken for one that knows no logout.
    pub(crate) knows_no_logout: bool,
    /// How much the directory may hold.
    pub(crate) quotas: Quotas,
    /// How much a SCIM connector may take away at once.
    pub(crate) mass_change: MassChangeLimits,
    /// Service providers on loopback are not reached, as where the product is served to others.
    pub(crate) shuns_loopback: bool,
    /// What service providers are told of the product.
    pub(crate) identity_provider: IdentityProviderProfile,
    /// How strictly they are taken.
    pub(crate) saml_policy: SamlPolicy,
}

/// A running product. When it is dropped, no task may be left in progress.
pub(crate) struct TestApp {
    pub(crate) ctx: Arc<Context>,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) operator: Operator,
    /// The local cloud by a driver of the test's own, with the product's credential.
    pub(crate) cloud: Cloud,
    pub(crate) console_url: String,
    /// Where the local cloud's APIs are, and the management account's own key.
    pub(super) cloud_host: String,
    pub(super) owner: AccessKey,
    listener_url: String,
    people: HashMap<String, Person>,
    visitors: AtomicU32,
    nonces: AtomicU32,
    servers: Vec<ServerHandle>,
    thread: Option<JoinHandle<()>>,
    _folder: TempDir,
    _database: TestDatabase,
}

impl TestApp {
    /// With the usual organisation, provisioned.
    pub(crate) fn start() -> Self {
        let app = Self::with(Options::default());
        app.run_due();
        app
    }

    /// With the usual organisation, and its tasks still to be done.
    pub(crate) fn with(options: Options) -> Self {
        let (database, folder) = (TestDatabase::new(), tempfile::tempdir().unwrap());
        let clock =
            if options.is_live { Clock::system() } else { Clock::manual(Timestamp::from_seconds(NOON)) };
        let store = Store::open(&DatabaseUrl::parse(database.url()).unwrap()).unwrap();
        let public = TcpListener::bind("127.0.0.1:0").unwrap();
        let listener_url = format!("http://localhost:{}", public.local_addr().unwrap().port());
        let plan = Plan {
            public,
            public_url: options.public_url.map_or(listener_url.clone(), str::to_owned),
            proxy: options.proxy,
            faults: options.faults,
            knows_no_logout: options.knows_no_logout,
            quotas: options.quotas,
            mass_change: options.mass_change,
            shuns_loopback: options.shuns_loopback,
            identity_provider: options.identity_provider,
            saml_policy: options.saml_policy,
            trusted_proxies: if options.trusts_no_proxy { vec![] } else { vec!["127.0.0.1"] },
            folder: folder.path().to_owned(),
            clock: clock.clone(),
            store: store.clone(),
        };
        let (sender, receiver) = mpsc::channel();
        let thread = thread::spawn(move || System::new().block_on(plan.run(&sender)));
        let started = receiver.recv().unwrap_or_else(|_gone| panic!("the product does not start"));

        let mut app = Self {
            ctx: started.ctx,
            store,
            clock,
            operator: Operator::local(),
            cloud: started.cloud,
            console_url: started.console_url,
            cloud_host: started.cloud_host,
            owner: started.owner,
            listener_url,
            people: HashMap::new(),
            visitors: AtomicU32::new(0),
            nonces: AtomicU32::new(0),
            servers: started.servers,
            thread: Some(thread),
            _folder: folder,
            _database: database,
        };
        let text = if options.is_empty { "[directory]\nname = \"acme\"" } else { ORGANISATION };
        organisation::apply(&app.ctx, &app.operator, &toml::from_str(text).unwrap()).unwrap();
        if !options.is_empty {
            app.equip("alice");
            app.equip("bob");
        }
        app
    }

    /// Gives somebody of the organisation a password and a device.
    pub(crate) fn equip(&mut self, name: &str) -> Person {
        let (password, device) =
            (format!("seven grey herons, said {name}"), TotpSecret::generate(&Random::system()).unwrap());
        let principal = PrincipalId::User(self.user(name).id);
        self.set_password(name, &password, false);
        credential::set_totp_device(&self.ctx, &self.operator, &principal, &device).unwrap();
        let totp_secret = device.to_base32().expose().to_owned();
        let person = Person { name: name.to_owned(), password, totp_secret };
        self.people.insert(name.to_owned(), person.clone());
        person
    }

    pub(crate) fn set_password(&self, name: &str, password: &str, must_change: bool) {
        let principal = PrincipalId::User(self.user(name).id);
        credential::set_password(&self.ctx, &self.operator, &principal, &Secret::new(password), must_change)
            .unwrap();
    }

    /// An address of the product.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.listener_url)
    }

    /// A client at an address of its own, as a proxy in front of the product would tell it.
    pub(crate) fn visitor(&self) -> Visitor {
        let number = self.visitors.fetch_add(1, Ordering::Relaxed) + 1;
        let address = Ipv4Addr::from_bits(u32::from(Ipv4Addr::new(198, 18, 0, 0)) + number);
        self.visitor_at(&address.to_string())
    }

    /// A client at this address.
    pub(crate) fn visitor_at(&self, address: &str) -> Visitor {
        Visitor::new().with_header("X-Forwarded-For", address)
    }

    #[track_caller]
    pub(crate) fn person(&self, name: &str) -> &Person {
        self.people.get(name).unwrap_or_else(|| panic!("{name} was not equipped"))
    }

    /// The code that somebody's device shows now.
    pub(crate) fn code(&self, name: &str) -> String {
        self.code_after(name, 0)
    }

    /// The code that it shows so many half-minutes from now.
    pub(crate) fn code_after(&self, name: &str, steps: i64) -> String {
        let seconds = self.clock.now().seconds() + 30 * steps;
        totp::code_at(&self.person(name).totp_secret, u64::try_from(seconds).unwrap())
    }

    /// Somebody after the first factor: their client, and the page that asks for a code.
    #[track_caller]
    pub(crate) fn at_second_factor(&self, name: &str) -> (Visitor, Page) {
        let mut visitor = self.visitor();
        let page = self.person(name).give_password(&mut visitor, &self.url("/login"));
        let page = visitor.follow(page);
        assert_eq!((page.status, page.url.path()), (200, "/login/mfa"), "{}", page.text());
        (visitor, page)
    }

    /// Signs somebody in with a code that nobody has used; gives their client and their portal.
    #[track_caller]
    pub(crate) fn sign_in(&self, name: &str) -> (Visitor, Page) {
        self.advance(Duration::from_secs(30));
        let (mut visitor, page) = self.at_second_factor(name);
        let page = visitor.submit(&page.form("/login/mfa").with("code", &self.code(name)));
        let portal = visitor.follow(page);
        assert_eq!((portal.status, portal.url.path()), (200, "/portal"), "{}", portal.text());
        (visitor, portal)
    }

    /// A nonce that no other call has.
    pub(super) fn nonce(&self) -> String {
        format!("nonce-{}-{}", self.nonces.fetch_add(1, Ordering::Relaxed), self.cloud_host)
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Does every task that is due.
    pub(crate) fn run_due(&self) -> usize {
        worker::run_due(&self.ctx).unwrap()
    }

    pub(crate) fn tasks(&self, status: TaskStatus) -> i64 {
        let filter = TaskFilter { statuses: vec![status], ..TaskFilter::default() };
        self.store.read(|conn| task::count(conn, &filter)).unwrap()
    }

    /// How often the audit log tells of this.
    pub(crate) fn events(&self, action: Action, target: &(impl ToString + ?Sized)) -> i64 {
        self.store.read(|conn| event::count(conn, action, &target.to_string())).unwrap()
    }

    #[track_caller]
    pub(crate) fn user(&self, name: &str) -> User {
        user::find_by_name(&self.ctx, &self.operator, name).unwrap().unwrap()
    }

    #[track_caller]
    pub(crate) fn account(&self, name: &str) -> AccountId {
        account::find_by_name(&self.ctx, &self.operator, name).unwrap().unwrap()
    }

    #[track_caller]
    pub(crate) fn configuration(&self, name: &str) -> AccessConfigurationId {
        access_configuration::find_by_name(&self.ctx, &self.operator, name).unwrap().unwrap().id
    }

    /// Assigns a configuration to a user; the task is left to be done.
    pub(crate) fn assign(&self, configuration: &str, account: &str, user: &str) {
        let key = self.assignment(configuration, account, user);
        access_assignment::create(&self.ctx, &self.operator, &key).unwrap();
    }

    /// The task that is in progress, the latest of them.
    #[track_caller]
    pub(crate) fn open_task(&self) -> TaskId {
        let open = TaskFilter { statuses: vec![TaskStatus::InProgress], ..TaskFilter::default() };
        self.store.read(|conn| task::list(conn, &open, None, 1)).unwrap().remove(0).id
    }

    #[track_caller]
    pub(crate) fn group(&self, name: &str) -> Group {
        group::find_by_name(&self.ctx, &self.operator, name).unwrap().unwrap()
    }

    /// A configuration on an account to a user.
    #[track_caller]
    pub(crate) fn assignment(&self, configuration: &str, account: &str, user: &str) -> AssignmentKey {
        AssignmentKey {
            access_configuration_id: self.configuration(configuration),
            target: Target::Account(self.account(account)),
            assignee: Assignee::User(self.user(user).id),
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let open = TaskFilter { statuses: vec![TaskStatus::InProgress], ..TaskFilter::default() };
        let left = self.store.read(|conn| task::count(conn, &open));
        for server in &self.servers {
            drop(server.stop(false));
        }
        let _result = self.thread.take().map(JoinHandle::join);
        if !thread::panicking() {
            assert_eq!(left.unwrap(), 0, "tasks are left in progress");
        }
    }
}

struct Plan {
    public: TcpListener,
    public_url: String,
    proxy: Option<Arc<CloudProxy>>,
    faults: Faults,
    knows_no_logout: bool,
    quotas: Quotas,
    mass_change: MassChangeLimits,
    shuns_loopback: bool,
    identity_provider: IdentityProviderProfile,
    saml_policy: SamlPolicy,
    trusted_proxies: Vec<&'static str>,
    folder: PathBuf,
    clock: Clock,
    store: Store,
}

struct Started {
    ctx: Arc<Context>,
    cloud: Cloud,
    console_url: String,
    cloud_host: String,
    owner: AccessKey,
    servers: Vec<ServerHandle>,
}

impl Plan {
    async fn run(self, started: &Sender<Started>) {
        let local = local_cloud::start(self.local_cloud()).unwrap();
        // Through the proxy where there is one: it has the local cloud's port at another address.
        let outside = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), local.address.port());
        if let Some(proxy) = &self.proxy {
            proxy.lead_to(local.address);
        }
        let cloud = driver(outside, &local.service, &self.clock);
        let random = Random::system();
        let mut site = CloudSite::local_cloud(&local.base_url);
        if self.knows_no_logout {
            site.session_end = SessionEnd::DenyOlder("acs:TokenIssueTime".to_owned());
        }
        let ctx = Context::new(Parts {
            store: self.store.clone(),
            clock: self.clock.clone(),
            random: random.clone(),
            hasher: Hasher::new(&random, 2, 64).unwrap(),
            sealing_key: SealingKey::parse(&SealingKey::generate(&random).unwrap()).unwrap(),
            instance: "test".to_owned(),
            public_url: self.public_url.clone(),
            site,
            cloud: driver(outside, &local.service, &self.clock),
            peers: Peers::new(PeerLimits { admits_loopback: !self.shuns_loopback, ..PeerLimits::default() }),
            upkeep: Upkeep::default(),
            quotas: self.quotas,
            mass_change: self.mass_change,
            key_schedule: KeySchedule::default(),
            saml_policy: self.saml_policy,
            identity_provider: self.identity_provider.clone(),
        })
        .unwrap();
        let face = Data::new(Face {
            ctx: Arc::clone(&ctx),
            public_url: Url::parse(&self.public_url).unwrap(),
            trusted_proxies: self.trusted_proxies.iter().filter_map(|one| Network::parse(one)).collect(),
        });
        let public = HttpServer::new(move || {
            App::new().app_data(Data::clone(&face)).wrap(from_fn(web::guard::guard)).configure(web::routes)
        });
        let public =
            public.workers(1).disable_signals().shutdown_timeout(1).listen(self.public).unwrap().run();
        let servers = vec![public.handle(), local.handle()];
        let console_url = format!("{}/console", local.base_url);
        let (cloud_host, owner) = (outside.to_string(), local.owner.clone());
        started.send(Started { ctx, cloud, console_url, cloud_host, owner, servers }).unwrap();
        let local = rt::spawn(local.server);
        let _ended = public.await;
        let _ended = local.await;
    }

    fn local_cloud(&self) -> local_cloud::Settings {
        let usual = local_cloud::Settings {
            clock: self.clock.clone(),
            faults: self.faults.clone(),
            ..local_cloud::Settings::new(Path::new(&self.folder))
        };
        match &self.proxy {
            Some(proxy) => local_cloud::Settings {
                address: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)),
                port: proxy.port(),
                ..usual
            },
            None => usual,
        }
    }
}

/// Failures are seen as they come: tasks are what tries again here.
fn driver(address: SocketAddr, key: &AccessKey, clock: &Clock) -> Cloud {
    let endpoint = Endpoint::parse(&format!("http://{address}")).unwrap();
    let site = Site {
        sts: endpoint.clone(),
        ram: endpoint.clone(),
        ims: endpoint.clone(),
        resource_directory: endpoint,
        key: key.clone(),
        entry_role: ENTRY_ROLE.to_owned(),
        timeouts: Timeouts::default(),
        retry: Retry { attempts: 1, ..Retry::default() },
    };
    let random = Random::system();
    let surroundings = Surroundings {
        clock: clock.clone(),
        entropy: Arc::new(move || random.bytes::<16>().ok()),
        pause: Pause::new(|_duration| ()),
    };
    // The clock stands still, and a bucket that never refills would hold everybody up.
    Cloud::with_limits(site, surroundings, Limits { rate: 1_000_000, ..Limits::default() })
}
