//! What can go wrong with the database.

use std::fmt;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// A failure of the database.
#[derive(Debug)]
pub enum Error {
    /// A row with the same unique value exists; the text is the database's own, for the log.
    Duplicate(String),
    /// A row that this one refers to does not exist, or is still referred to.
    Reference(String),
    /// The database could not be reached or is too busy; trying again may help.
    Unavailable(String),
    /// A stored value is not what this version writes.
    Corrupt {
        /// Table and column.
        column: &'static str,
        /// The value found.
        value: String,
    },
    /// The file is in use by another process.
    InUse(String),
    /// The database is of a kind or version that this program cannot use; says why.
    Unsuitable(String),
    /// Anything else the database said.
    Database(DieselError),
}

impl Error {
    /// Whether the whole transaction may be tried again: the database rolled it back itself.
    pub(super) fn is_serialization_failure(&self) -> bool {
        matches!(self, Self::Database(DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)))
            || matches!(self, Self::Database(DieselError::DatabaseError(_, info)) if info.message().contains("deadlock"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate(text) => write!(f, "a unique value exists already: {text}"),
            Self::Reference(text) => write!(f, "a reference does not hold: {text}"),
            Self::Unavailable(text) => write!(f, "the database is unavailable: {text}"),
            Self::Corrupt { column, value } => write!(f, "{column} holds {value:?}"),
            Self::InUse(path) => write!(f, "{path} is in use by another process"),
            Self::Unsuitable(text) => f.write_str(text),
            Self::Database(error) => write!(f, "database: {error}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                Self::Duplicate(info.message().to_owned())
            }
            DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, info) => {
                Self::Reference(info.message().to_owned())
            }
            DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => {
                Self::Unavailable(info.message().to_owned())
            }
            other => Self::Database(other),
        }
    }
}

impl From<diesel::r2d2::PoolError> for Error {
    fn from(error: diesel::r2d2::PoolError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// Reads a stored text as a value, or says which column holds what.
pub(super) fn parse<T>(
    column: &'static str,
    text: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Error> {
    read(text).ok_or_else(|| Error::Corrupt { column, value: text.to_owned() })
}
