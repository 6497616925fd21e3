//! The database as the rest of the product sees it: reads, and writes that are durable when they
//! return.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::sql_query;
use diesel::sql_types::Text;
use tokio::task::{JoinError, spawn_blocking};

use super::connection::Setup;
use super::writer::Writer;
use super::{Conn, Error, user};

/// SQLite before this version may corrupt a WAL file when a write meets a checkpoint.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
const POSTGRES_CONNECTIONS: u32 = 16;
const SQLITE_READERS: u32 = 4;
/// How often a transaction that PostgreSQL rolled back by itself is tried again.
const RETRIES: usize = 5;

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL connection string, `postgres://…`.
    Postgres(String),
}

impl DatabaseUrl {
    /// Reads `sqlite:<path>` or `postgres://…`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(path) = text.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            return Some(Self::Sqlite(PathBuf::from(path)));
        }
        let is_postgres = text.starts_with("postgres://") || text.starts_with("postgresql://");
        is_postgres.then(|| Self::Postgres(text.to_owned()))
    }
}

/// The database. Cheap to clone. [`Store::read`] and [`Store::write`] block: use them from threads that may wait. Their
/// twins whose names end in `_async` are for the threads that serve connections, within a runtime of tokio.
#[derive(Clone)]
pub struct Store(Arc<Backend>);

enum Backend {
    Sqlite {
        writer: Writer,
        readers: Pool<ConnectionManager<Conn>>,
        /// Held as long as the store lives, so that a second process is refused.
        _lock: File,
    },
    Postgres(Pool<ConnectionManager<Conn>>),
}

impl Store {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::InUse`] when another process has the SQLite file open, [`Error::Unsuitable`] when
    /// the database cannot be used, [`Error::Unavailable`] when it cannot be reached.
    pub fn open(url: &DatabaseUrl) -> Result<Self, Error> {
        let backend = match url {
            DatabaseUrl::Sqlite(path) => open_sqlite(path)?,
            DatabaseUrl::Postgres(url) => open_postgres(url)?,
        };
        Ok(Self(Arc::new(backend)))
    }

    /// Runs queries that change nothing, on a snapshot of their own each.
    ///
    /// # Errors
    /// Whatever `query` returns, and [`Error::Unavailable`].
    pub fn read<T, E: From<Error>>(&self, query: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        let pool = match self.0.as_ref() {
            Backend::Sqlite { readers, .. } => readers,
            Backend::Postgres(pool) => pool,
        };
        let mut conn = pool.get().map_err(Error::from)?;
        query(&mut conn)
    }

    /// As [`Store::read`], for threads that must not wait. On SQLite the query runs at once, where it takes less than the
    /// way to another thread: it is for looking up a few rows.
    ///
    /// # Errors
    /// Those of [`Store::read`].
    pub async fn read_async<T, E>(
        &self,
        query: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        if let Backend::Sqlite { readers, .. } = self.0.as_ref()
            && let Some(mut conn) = readers.try_get()
        {
            return query(&mut conn);
        }
        let store = self.clone();
        apart(move || store.read(query)).await
    }

    /// Runs `work` in one transaction. When this returns `Ok`, the change survives a power cut; when
    /// it returns an error, nothing was changed. `work` may run again if the database rolled it back.
    ///
    /// # Errors
    /// Whatever `work` returns, and [`Error::Unavailable`].
    pub fn write<T, E>(&self, work: impl FnMut(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + IsRetryable + Send + 'static,
    {
        match self.0.as_ref() {
            Backend::Sqlite { writer, .. } => writer.run(work),
            Backend::Postgres(pool) => {
                let mut conn = pool.get().map_err(Error::from)?;
                transact(&mut conn, work)
            }
        }
    }

    /// As [`Store::write`], for threads that must not wait. The transaction stands or falls by itself: nobody need wait
    /// for it to the end.
    ///
    /// # Errors
    /// Those of [`Store::write`].
    pub async fn write_async<T, E>(
        &self,
        work: impl FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + IsRetryable + Send + 'static,
    {
        if let Backend::Sqlite { writer, .. } = self.0.as_ref() {
            return writer.run_async(work).await;
        }
        let store = self.clone();
        apart(move || store.write(work)).await
    }

    /// Whether the database answers and can be written to.
    ///
    /// # Errors
    /// [`Error`] when it cannot.
    pub fn probe(&self) -> Result<(), Error> {
        self.write(|conn| {
            super::failure_counter::delete_expired(conn, crate::base::Timestamp::from_seconds(0))
        })
    }
}

/// Errors of a transaction that tell whether the database itself rolled it back.
pub trait IsRetryable {
    /// Whether running the transaction again may succeed.
    fn is_retryable(&self) -> bool;
}

impl IsRetryable for Error {
    fn is_retryable(&self) -> bool {
        self.is_serialization_failure()
    }
}

/// Runs what waits on a thread for such things.
async fn apart<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let broken =
        |error: JoinError| Error::Unavailable(format!("what asked the database has stopped: {error}"));
    spawn_blocking(work).await.map_err(broken)?
}

fn transact<T, E>(conn: &mut Conn, mut work: impl FnMut(&mut Conn) -> Result<T, E>) -> Result<T, E>
where
    E: From<Error> + IsRetryable,
{
    let mut attempt = 0;
    loop {
        attempt += 1;
        conn.begin()?;
        let outcome = work(conn);
        let outcome = match outcome {
            Ok(value) => conn.commit().map(|()| value).map_err(E::from),
            Err(error) => {
                conn.roll_back()?;
                Err(error)
            }
        };
        match outcome {
            Err(error) if error.is_retryable() && attempt < RETRIES => {}
            outcome => return outcome,
        }
    }
}

fn open_sqlite(path: &Path) -> Result<Backend, Error> {
    let name = path.display().to_string();
    let unsuitable = |error: std::io::Error| Error::Unsuitable(format!("{name}: {error}"));
    let lock_path = format!("{name}.lock");
    let lock =
        OpenOptions::new().create(true).truncate(false).write(true).open(lock_path).map_err(unsuitable)?;
    lock.try_lock().map_err(|_ignored| Error::InUse(name.clone()))?;
    let mut conn = SqliteConnection::establish(&name)
        .map(Conn::Sqlite)
        .map_err(|error| Error::Unsuitable(error.to_string()))?;
    Setup { is_reader: false }.apply(&mut conn)?;
    check_sqlite_version(&mut conn)?;
    conn.migrate()?;
    transact(&mut conn, user::complete)?;
    let readers = Pool::builder()
        .max_size(SQLITE_READERS)
        .min_idle(Some(1))
        .test_on_check_out(false)
        .connection_customizer(Box::new(Setup { is_reader: true }))
        .build(ConnectionManager::new(name))?;
    Ok(Backend::Sqlite { writer: Writer::start(conn)?, readers, _lock: lock })
}

fn open_postgres(url: &str) -> Result<Backend, Error> {
    let pool = Pool::builder()
        .max_size(POSTGRES_CONNECTIONS)
        .min_idle(Some(2))
        .connection_timeout(Duration::from_secs(10))
        .connection_customizer(Box::new(Setup { is_reader: false }))
        .build(ConnectionManager::<Conn>::new(url))?;
    let mut conn = pool.get()?;
    conn.migrate()?;
    transact(&mut conn, user::complete)?;
    drop(conn);
    Ok(Backend::Postgres(pool))
}

fn check_sqlite_version(conn: &mut Conn) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct Version {
        #[diesel(sql_type = Text)]
        version: String,
    }
    let Version { version } = sql_query("SELECT sqlite_version() AS version").get_result(conn)?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    if (part(), part(), part()) < OLDEST_SQLITE {
        return Err(Error::Unsuitable(format!("SQLite {version} is too old: 3.51.3 or newer is needed")));
    }
    Ok(())
}
