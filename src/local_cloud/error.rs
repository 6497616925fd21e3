//! Why the local cloud cannot start.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::crypto;

use super::catalogue::Malformed;
use super::store;

/// A start that failed; each says what to do about it.
#[derive(Debug)]
pub enum Error {
    /// A file of the data directory cannot be read or written.
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process serves this data directory; names its lock file.
    InUse(PathBuf),
    /// The key file can be read by others than its owner.
    KeyExposed(PathBuf),
    /// There is a database, and the key file it was made with is gone.
    KeyMissing(PathBuf),
    /// The address cannot be listened on.
    Listen(io::Error),
    /// The database cannot serve.
    Store(store::Error),
    /// A primitive failed, or the key file is not the one that the database was made with.
    Crypto(crypto::Error),
    /// The database lacks what the first start made; says what.
    Corrupt(&'static str),
    /// The program was built with a malformed catalogue.
    Catalogue(Malformed),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, source } => write!(f, "{}: {source}", path.display()),
            Self::InUse(path) => {
                write!(f, "another process serves this local cloud: it holds {}", path.display())
            }
            Self::KeyExposed(path) => {
                write!(f, "{} can be read by others: take their rights away (chmod 600)", path.display())
            }
            Self::KeyMissing(path) => write!(
                f,
                "{} is missing, and the local cloud's database was made with it: restore it",
                path.display()
            ),
            Self::Listen(error) => write!(f, "the local cloud cannot listen: {error}"),
            Self::Store(error) => error.fmt(f),
            Self::Crypto(error) => write!(f, "the local cloud's keys: {error}"),
            Self::Corrupt(what) => write!(f, "the local cloud's database lacks its {what}"),
            Self::Catalogue(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<crypto::Error> for Error {
    fn from(error: crypto::Error) -> Self {
        Self::Crypto(error)
    }
}

impl From<Malformed> for Error {
    fn from(error: Malformed) -> Self {
        Self::Catalogue(error)
    }
}
