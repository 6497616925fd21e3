//! `kill -9` while the demo is being made: whenever it comes, the next start ends in the same place.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use cloudsso::base::{Clock, Secret};
use cloudsso::cloud::{Cloud, Endpoint, Pause, Retry, Site, Surroundings, Timeouts};
use cloudsso::crypto::Random;
use cloudsso::rpc::AccessKey;
use serde_json::Value;

use crate::support::database::TestDatabase;
use crate::support::person::{Console, Person, offered_roles, open_console};
use crate::support::process::Server;

/// So many calls to the cloud a start makes before it is killed, one start after the other on the
/// same data directory. A start that nothing disturbs makes more than two hundred.
const CALLS: [usize; 10] = [1, 3, 6, 10, 16, 25, 40, 70, 120, 180];
/// One of each group, so that every assignment is somebody's here.
const PEOPLE: [&str; 7] = ["alice", "dave", "bob", "heidi", "judy", "mallory", "carol"];

#[test]
fn a_start_killed_at_any_moment_is_finished_by_the_next() {
    let database = TestDatabase::new();
    let arguments = ["--demo", "--database-url", database.url(), "--log-filter", "cloudsso=debug"];
    let mut folder = tempfile::tempdir().unwrap();
    for file in ["sealing.key", "local-cloud.key", "local-cloud.db", "instance"] {
        folder = Server::start_and_kill(folder, &arguments, |_output, data_dir| data_dir.join(file).exists());
    }
    for calls in CALLS {
        let is_done = |data_dir: &Path| data_dir.join("demo.json").exists();
        folder = Server::start_and_kill(folder, &arguments, |output, data_dir| {
            output.matches("cloud call").count() >= calls || is_done(data_dir)
        });
    }
    let server = Server::start(folder, &["--demo", "--database-url", database.url()])
        .unwrap_or_else(|error| panic!("{error}"));
    let demo = server.details();

    let members = cloud(demo).management().list_accounts().unwrap();
    let names: BTreeSet<_> = members.iter().map(|member| member.display_name.as_str()).collect();
    assert_eq!((members.len(), names.len()), (8, 8), "{members:?}");
    let (mut opened, mut roles) = (0, BTreeSet::new());
    for name in PEOPLE {
        let (mut visitor, portal) = Person::of_demo(demo, name).sign_in(demo["public_url"].as_str().unwrap());
        assert!(!portal.text().contains("Being prepared"), "{name}: {}", portal.text());
        // One by an assignment of her own, one by his group.
        let ram_users =
            portal.forms().iter().filter(|form| form.action.path().contains("/ram-user/")).count();
        assert_eq!(ram_users, usize::from(matches!(name, "alice" | "bob")), "{name}: {}", portal.text());
        for role in offered_roles(&portal) {
            let console = Console::read(&open_console(&mut visitor, &role.form));
            assert_eq!(console.account_id, role.account_id);
            assert_eq!(console.identity, format!("AliyunReservedSSO-{}", role.name));
            roles.insert((role.account, role.name));
            opened += 1;
        }
    }
    // Every pair of account and role that examples/acme assigns.
    assert_eq!(roles.len(), 18, "{roles:?}");
    assert!(opened > roles.len());
    assert!(server.stop().success());
}

/// The accounts as their owner sees them.
fn cloud(demo: &Value) -> Cloud {
    let local = &demo["local_cloud"];
    let text = |key: &str| local[key].as_str().unwrap();
    let endpoint = Endpoint::parse(&format!("http://{}", text("endpoint"))).unwrap();
    let site = Site {
        sts: endpoint.clone(),
        ram: endpoint.clone(),
        ims: endpoint.clone(),
        resource_directory: endpoint,
        key: AccessKey {
            id: text("access_key_id").to_owned(),
            secret: Secret::new(text("access_key_secret")),
            security_token: None,
        },
        entry_role: "ResourceDirectoryAccountAccessRole".to_owned(),
        timeouts: Timeouts::default(),
        retry: Retry::default(),
    };
    let random = Random::system();
    let entropy = Arc::new(move || random.bytes::<16>().ok());
    Cloud::new(site, Surroundings { clock: Clock::system(), entropy, pause: Pause::blocking() })
}
