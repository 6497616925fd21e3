//! The local cloud's own database: one SQLite file with one writer and a few readers beside it.
//!
//! One file per table group. Functions take a connection, so that a caller can put several into one
//! transaction; [`Store::write`] and [`Store::read`] are the only ways to get one. Nothing here
//! decides what is allowed.

pub(crate) mod access_key;
pub(crate) mod account;
pub(crate) mod account_deletion;
pub(crate) mod account_setting;
pub(crate) mod attachment;
pub(crate) mod console_session;
pub(crate) mod control_policy;
pub(crate) mod delegated_administrator;
pub(crate) mod folder;
pub(crate) mod group;
pub(crate) mod handshake;
pub(crate) mod login_profile;
pub(crate) mod logout;
pub(crate) mod mfa_device;
pub(crate) mod oidc_provider;
pub(crate) mod one_time;
pub(crate) mod owner_login;
pub(crate) mod passkey;
pub(crate) mod policy;
pub(crate) mod role;
pub(crate) mod saml_provider;
mod schema;
pub(crate) mod sign_in;
pub(crate) mod sign_in_place;
pub(crate) mod tag;
pub(crate) mod temporary_credential;
pub(crate) mod user;

use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use diesel::{Connection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::base::Timestamp;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/local_cloud");

/// Readers at once; a page or an API read holds one for well under a millisecond.
const READERS: u32 = 2;

/// The busy timeout comes first: without it, setting the journal mode can fail with "locked".
const PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; \
     PRAGMA cache_size = -1024;";

/// Why the database cannot serve.
#[derive(Debug)]
pub enum Error {
    /// The file cannot be opened.
    Open(diesel::ConnectionError),
    /// A migration failed; the text is diesel's.
    Migrate(String),
    /// No read connection became free in time.
    Pool(diesel::r2d2::PoolError),
    /// A statement failed.
    Query(diesel::result::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(error) => write!(f, "cannot open the local cloud's database: {error}"),
            Self::Migrate(error) => write!(f, "cannot bring the local cloud's tables up to date: {error}"),
            Self::Pool(error) => write!(f, "no read connection: {error}"),
            Self::Query(error) => write!(f, "database: {error}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Query(error)
    }
}

/// The open database.
pub(crate) struct Store {
    path: String,
    writer: Mutex<SqliteConnection>,
    readers: Pool<ConnectionManager<SqliteConnection>>,
}

impl Store {
    /// Opens the file at `path`, makes it if it is missing, and runs the migrations it lacks.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let path = path.to_string_lossy().into_owned();
        let mut writer = connect(&path)?;
        writer.run_pending_migrations(MIGRATIONS).map_err(|error| Error::Migrate(error.to_string()))?;
        let readers = Pool::builder()
            .max_size(READERS)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_customizer(Box::new(Pragmas))
            .build_unchecked(ConnectionManager::new(path.as_str()));
        Ok(Self { path, writer: Mutex::new(writer), readers })
    }

    /// Runs `job` in one transaction that sees a single state and changes nothing.
    pub(crate) fn read<T, E>(&self, job: impl FnOnce(&mut SqliteConnection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error> + From<diesel::result::Error>,
    {
        let mut connection = self.readers.get().map_err(Error::Pool)?;
        connection.transaction(|pooled| job(pooled))
    }

    /// Runs `job` in one immediate transaction. When it returns, its changes survive power loss;
    /// when it fails, none of them happened.
    pub(crate) fn write<T, E>(&self, job: impl FnOnce(&mut SqliteConnection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error> + From<diesel::result::Error>,
    {
        self.writer()?.immediate_transaction(job)
    }

    /// Records the use of a request's nonce until `expires_at`; `false` if it was used before.
    ///
    /// The row survives the death of the process but is not flushed to the disk by itself, since
    /// every call makes one: a power cut may forget the last few, never one that came before an
    /// acknowledged change.
    pub(crate) fn use_nonce(
        &self,
        access_key_id: &str,
        nonce: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, Error> {
        self.note(|connection| Ok(one_time::use_nonce(connection, access_key_id, nonce, now, expires_at)?))
    }

    /// Records that an access key was used at `now` for a call of `service`; a power cut may forget it.
    pub(crate) fn use_access_key(&self, id: &str, service: &str, now: Timestamp) -> Result<(), Error> {
        self.note(|connection| Ok(access_key::update_last_used(connection, id, service, now.millis())?))
    }

    /// Runs `job` in a transaction that is not flushed to the disk by itself: a power cut may forget it.
    pub(crate) fn note<T, E>(&self, job: impl FnOnce(&mut SqliteConnection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error> + From<diesel::result::Error>,
    {
        let mut writer = self.writer()?;
        writer.batch_execute("PRAGMA synchronous = NORMAL")?;
        let noted = writer.immediate_transaction(job);
        writer.batch_execute("PRAGMA synchronous = FULL")?;
        noted
    }

    /// The writing connection. A panic of an earlier holder may have left its transaction open, so
    /// the connection is made anew then.
    fn writer(&self) -> Result<MutexGuard<'_, SqliteConnection>, Error> {
        match self.writer.lock() {
            Ok(writer) => Ok(writer),
            Err(poisoned) => {
                let mut writer = PoisonError::into_inner(poisoned);
                *writer = connect(&self.path)?;
                self.writer.clear_poison();
                Ok(writer)
            }
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.path)
    }
}

fn connect(path: &str) -> Result<SqliteConnection, Error> {
    let mut connection = SqliteConnection::establish(path).map_err(Error::Open)?;
    connection.batch_execute(PRAGMAS)?;
    Ok(connection)
}

#[derive(Debug)]
struct Pragmas;

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for Pragmas {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        connection
            .batch_execute(PRAGMAS)
            .and_then(|()| connection.batch_execute("PRAGMA query_only = ON"))
            .map_err(diesel::r2d2::Error::QueryError)
    }
}

#[cfg(test)]
mod tests {
    use diesel::sql_query;
    use diesel::sql_types::{BigInt, Text};
    use diesel::{QueryableByName, RunQueryDsl};

    use super::*;

    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = BigInt)]
        value: i64,
    }

    #[derive(QueryableByName)]
    struct Version {
        #[diesel(sql_type = Text)]
        value: String,
    }

    fn store() -> (tempfile::TempDir, Store) {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("test.db")).unwrap();
        (directory, store)
    }

    fn number(connection: &mut SqliteConnection, query: &str) -> i64 {
        sql_query(query).get_result::<Number>(connection).unwrap().value
    }

    #[test]
    fn the_connections_are_set_for_durability() {
        let (_directory, store) = store();
        let pragma = |name: &str| format!("SELECT {name} AS value FROM pragma_{name}");
        let check = |connection: &mut SqliteConnection| {
            let mode = sql_query("SELECT journal_mode AS value FROM pragma_journal_mode");
            assert_eq!(mode.get_result::<Version>(connection).unwrap().value, "wal");
            assert_eq!(number(connection, &pragma("synchronous")), 2);
            assert_eq!(number(connection, &pragma("foreign_keys")), 1);
            Ok::<_, Error>(())
        };
        store.write(check).unwrap();
        store.read(check).unwrap();
        let now = Timestamp::from_seconds(1);
        assert!(store.use_nonce("key", "nonce", now, now).unwrap());
        store.write(check).unwrap();
    }

    #[test]
    fn sqlite_is_new_enough_to_be_safe_with_several_connections() {
        let (_directory, store) = store();
        let version = store.read::<_, Error>(|connection| {
            Ok(sql_query("SELECT sqlite_version() AS value").get_result::<Version>(connection)?.value)
        });
        let parts: Vec<u32> = version.unwrap().split('.').map(|part| part.parse().unwrap()).collect();
        assert!(parts >= vec![3, 51, 3], "{parts:?}");
    }

    #[test]
    fn a_reader_cannot_write_and_a_failed_write_leaves_nothing() {
        let (_directory, store) = store();
        let insert = "INSERT INTO used_nonces (access_key_id, nonce, expires_at) VALUES ('k', 'n', 1)";
        let written = store.read::<_, Error>(|connection| Ok(connection.batch_execute(insert)?));
        assert!(written.is_err());
        let failed = store.write::<(), Error>(|connection| {
            connection.batch_execute(insert)?;
            Err(diesel::result::Error::NotFound.into())
        });
        assert!(failed.is_err());
        let count = |connection: &mut SqliteConnection| {
            Ok::<_, Error>(number(connection, "SELECT count(*) AS value FROM used_nonces"))
        };
        assert_eq!(store.read(count).unwrap(), 0);
    }

    #[test]
    fn a_panic_in_a_write_does_not_stop_the_next() {
        let (_directory, store) = store();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            store.write::<(), Error>(|_connection| panic!("in the middle of a transaction"))
        }));
        assert!(panicked.is_err());
        assert!(store.write::<_, Error>(|_connection| Ok(())).is_ok());
    }

    #[test]
    fn one_time_values_are_used_once_and_forgotten_when_their_carrier_is_too_old() {
        let (_directory, store) = store();
        let at = Timestamp::from_seconds;
        let use_it = |issuer: &str, now| {
            store.write::<_, Error>(|connection| {
                Ok(one_time::use_assertion(connection, issuer, "_1", at(now), at(100))?)
            })
        };
        assert!(use_it("a", 0).unwrap());
        assert!(!use_it("a", 50).unwrap());
        assert!(use_it("b", 50).unwrap());
        assert!(!use_it("a", 100).unwrap());
        assert!(store.use_nonce("k", "n", at(0), at(10)).unwrap());
        assert!(!store.use_nonce("k", "n", at(10), at(20)).unwrap());
        assert!(store.use_nonce("other", "n", at(10), at(20)).unwrap());
    }
}
