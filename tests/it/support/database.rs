//! A database of its own for each test: on the PostgreSQL server that `scripts/with-postgres` names
//! in `CLOUDSSO_TEST_DATABASE_URL`, else an SQLite file.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use tempfile::TempDir;
use url::Url;

/// An empty database, gone when this is dropped.
pub(crate) struct TestDatabase {
    url: String,
    home: Home,
}

enum Home {
    File { _folder: TempDir },
    Server { url: Url, name: String },
}

impl TestDatabase {
    pub(crate) fn new() -> Self {
        match server() {
            None => Self::sqlite(),
            Some(server) => Self::on(&server),
        }
    }

    /// As `--database-url` takes it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        Self { url, home: Home::File { _folder: folder } }
    }

    fn on(server: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let server = Url::parse(server).unwrap();
        run(&server, &format!("CREATE DATABASE {name}"));
        let mut url = server.clone();
        url.set_path(&name);
        Self { url: url.into(), home: Home::Server { url: server, name } }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Home::Server { url, name } = &self.home {
            run(url, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how scripts/with-postgres names its server to the tests")]
fn server() -> Option<String> {
    std::env::var("CLOUDSSO_TEST_DATABASE_URL").ok()
}

fn run(server: &Url, sql: &str) {
    PgConnection::establish(server.as_str()).unwrap().batch_execute(sql).unwrap();
}

#[test]
fn each_test_has_a_database_of_its_own() {
    use diesel::SqliteConnection;
    let databases = [TestDatabase::new(), TestDatabase::new()];
    assert_ne!(databases[0].url(), databases[1].url());
    for database in &databases {
        let sql = "CREATE TABLE mark (id TEXT)";
        match database.url().strip_prefix("sqlite:") {
            Some(path) => SqliteConnection::establish(path).unwrap().batch_execute(sql).unwrap(),
            None => PgConnection::establish(database.url()).unwrap().batch_execute(sql).unwrap(),
        }
    }
}

#[test]
fn a_dropped_database_is_gone() {
    let database = TestDatabase::new();
    let url = database.url().to_owned();
    drop(database);
    match url.strip_prefix("sqlite:") {
        Some(path) => assert!(!std::path::Path::new(path).parent().unwrap().exists()),
        None => assert!(PgConnection::establish(&url).is_err()),
    }
}
