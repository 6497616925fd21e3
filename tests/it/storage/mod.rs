//! What every use case relies on in the database, on SQLite and on PostgreSQL alike: writes that
//! happen whole or not at all, values that are used once, leases with one holder.

mod group_graph;
mod lease;
mod once;
mod write;

use std::sync::Barrier;
use std::thread;

use cloudsso::base::{DirectoryId, DirectoryName, Generated, GroupId, Timestamp};
use cloudsso::crypto::Random;
use cloudsso::domain::{Group, GroupSpec};
use cloudsso::storage::{Conn, DatabaseUrl, Error, Store, directory, group};

use crate::support::database::TestDatabase;

const NOW: Timestamp = Timestamp::from_seconds(1_795_348_800);

/// A database with a directory in it.
struct Bed {
    store: Store,
    directory: DirectoryId,
    database: TestDatabase,
}

impl Bed {
    fn new() -> Self {
        let database = TestDatabase::new();
        let store = open(&database).unwrap();
        let id: DirectoryId = new_id();
        let (kept, name) = (id.clone(), DirectoryName::parse("acme").unwrap());
        write(&store, move |conn| directory::insert(conn, &kept, &name, NOW)).unwrap();
        Self { store, directory: id, database }
    }

    fn insert_group(&self, name: &str) -> Result<GroupId, Error> {
        let (directory, group) = (self.directory.clone(), new_group(name));
        write(&self.store, move |conn| {
            group::insert(conn, &directory, &group)?;
            Ok(group.id.clone())
        })
    }

    fn has_group(&self, name: &str) -> bool {
        self.store.read(|conn| group::find_by_name(conn, name)).unwrap().is_some()
    }
}

fn open(database: &TestDatabase) -> Result<Store, Error> {
    Store::open(&DatabaseUrl::parse(database.url()).unwrap())
}

fn new_id<T: Generated>() -> T {
    Random::system().id(NOW).unwrap()
}

fn new_group(name: &str) -> Group {
    let spec: GroupSpec = toml::from_str(&format!("group_name = {name:?}")).unwrap();
    Group::new(new_id(), spec, NOW)
}

/// Runs `work` in 16 threads that begin together; what each gave.
fn together<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    const THREADS: usize = 16;
    let barrier = Barrier::new(THREADS);
    thread::scope(|scope| {
        let run = |number| {
            let (work, barrier) = (&work, &barrier);
            scope.spawn(move || {
                barrier.wait();
                work(number)
            })
        };
        let threads: Vec<_> = (0..THREADS).map(run).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// A write of the usual error type, for closures that cannot name it.
fn write<T: Send + 'static>(
    store: &Store,
    work: impl FnMut(&mut Conn) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    store.write(work)
}
