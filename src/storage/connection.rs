//! One connection type for both databases.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::r2d2::{CustomizeConnection, Error as PoolError};
use diesel::sqlite::SqliteConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::Error;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/product");

/// A key that no other program is likely to take an advisory lock on.
const MIGRATION_LOCK: i64 = 0x636c_6f75_6473_736f;

/// PostgreSQL's indexes are ordered by the database's collation, which no beginning of a text is a range of, unless
/// they say otherwise, in words that SQLite does not have.
const BYTE_ORDER_INDEXES: &str = "
    CREATE INDEX IF NOT EXISTS users_by_name_bytes ON users (user_name_key text_pattern_ops);
    CREATE INDEX IF NOT EXISTS users_by_email_bytes ON users (email_key text_pattern_ops);
    CREATE INDEX IF NOT EXISTS users_by_external_id_bytes ON users (external_id text_pattern_ops);
    CREATE INDEX IF NOT EXISTS user_emails_by_bytes ON user_emails (email_key text_pattern_ops);
    CREATE INDEX IF NOT EXISTS groups_by_name_bytes ON groups (group_name_key text_pattern_ops);
    CREATE INDEX IF NOT EXISTS groups_by_external_id_bytes ON groups (external_id text_pattern_ops);
";

/// A connection. PostgreSQL stands first, since SQLite takes any text for a file name.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// To PostgreSQL.
    Postgres(PgConnection),
    /// To SQLite.
    Sqlite(SqliteConnection),
}

/// Runs one expression on whichever connection it is, for what the multi-connection lacks: upserts, inserts of
/// many rows, and statements that are found by their type. The multi-connection writes the text of a statement
/// anew each time to find it prepared, which is a good part of what the statements of every request cost.
macro_rules! on {
    ($conn:ident, $expression:expr) => {
        match $conn {
            $crate::storage::Conn::Postgres($conn) => $expression,
            $crate::storage::Conn::Sqlite($conn) => $expression,
        }
    };
}
pub(super) use on;

impl Conn {
    /// Brings the schema up to date. Replicas that start together queue behind an advisory lock.
    pub(super) fn migrate(&mut self) -> Result<(), Error> {
        let refuse = |error: Box<dyn std::error::Error + Send + Sync>| {
            Error::Unsuitable(format!("migration: {error}"))
        };
        match self {
            Self::Postgres(conn) => {
                conn.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
                let outcome = match conn.run_pending_migrations(MIGRATIONS).map(|done| done.is_empty()) {
                    Ok(true) => Ok(()),
                    Ok(false) => conn.batch_execute(BYTE_ORDER_INDEXES).map_err(Error::from),
                    Err(error) => Err(refuse(error)),
                };
                conn.batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
                outcome
            }
            Self::Sqlite(conn) => conn.run_pending_migrations(MIGRATIONS).map(|_| ()).map_err(refuse),
        }
    }

    /// Begins a transaction that may write. SQLite takes the write lock at once, because a read
    /// transaction that turns to writing is refused without waiting when another has written.
    pub(super) fn begin(&mut self) -> Result<(), Error> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction(conn)?,
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")?,
        }
        Ok(())
    }

    /// Opens a savepoint inside the running transaction.
    pub(super) fn begin_savepoint(&mut self) -> Result<(), Error> {
        let conn = self;
        Ok(on!(conn, AnsiTransactionManager::begin_transaction(conn))?)
    }

    /// Makes the innermost open transaction permanent.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        let conn = self;
        Ok(on!(conn, AnsiTransactionManager::commit_transaction(conn))?)
    }

    /// Undoes the innermost open transaction.
    pub(super) fn roll_back(&mut self) -> Result<(), Error> {
        let conn = self;
        Ok(on!(conn, AnsiTransactionManager::rollback_transaction(conn))?)
    }
}

/// Sets up each connection of a pool.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setup {
    /// Whether it is a pool of SQLite readers, which must not write.
    pub(super) is_reader: bool,
}

impl Setup {
    pub(super) fn apply(self, conn: &mut Conn) -> Result<(), diesel::result::Error> {
        match conn {
            Conn::Postgres(conn) => conn.batch_execute(
                "SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '30s'; SET lock_timeout = '10s'",
            ),
            // The time-out comes first: turning WAL on needs a lock, and would fail at once without it.
            Conn::Sqlite(conn) => {
                conn.batch_execute(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                     PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -4000",
                )?;
                if self.is_reader { conn.batch_execute("PRAGMA query_only = ON") } else { Ok(()) }
            }
        }
    }
}

impl CustomizeConnection<Conn, PoolError> for Setup {
    fn on_acquire(&self, conn: &mut Conn) -> Result<(), PoolError> {
        self.apply(conn).map_err(PoolError::QueryError)
    }
}

#[cfg(test)]
mod tests {
    use diesel::dsl::sql;
    use diesel::sql_types::Integer;
    use diesel::{Connection as _, RunQueryDsl as _, select};

    use super::*;

    /// Without these a look-up costs eight times as much, and nothing else would tell.
    #[test]
    fn sqlite_is_built_as_the_configuration_of_the_build_says() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        for option in ["ENABLE_QPSG", "DEFAULT_MEMSTATUS=0", "THREADSAFE=2"] {
            let is_used = sql::<Integer>(&format!("sqlite_compileoption_used('{option}')"));
            assert_eq!(select(is_used).get_result::<i32>(&mut conn), Ok(1), "{option}");
        }
        let is_used = sql::<Integer>("sqlite_compileoption_used('ENABLE_MEMORY_MANAGEMENT')");
        assert_eq!(select(is_used).get_result::<i32>(&mut conn), Ok(0));
    }
}
