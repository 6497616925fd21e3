//! What guards the data directory: one process at a time, and the sealing key in a file of its own,
//! so that the database alone gives no access key away.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::base::Secret;
use crate::crypto::{Random, SealingKey};

use super::error::Error;

const OWNER_ONLY: u32 = 0o600;

/// Takes the directory for this process, until the returned file is dropped.
pub(super) fn lock(data_dir: &Path) -> Result<File, Error> {
    let path = data_dir.join("local-cloud.lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(OWNER_ONLY)
        .open(&path)
        .map_err(|source| Error::File { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(path)),
        Err(TryLockError::Error(source)) => Err(Error::File { path, source }),
    }
}

/// Reads the key file, or makes it where there is neither a key nor a database yet.
pub(super) fn load_or_create(path: &Path, database: &Path, random: &Random) -> Result<SealingKey, Error> {
    let file_error = |source| Error::File { path: path.to_owned(), source };
    let text = match fs::read_to_string(path) {
        Ok(text) => {
            let mode = fs::metadata(path).map_err(file_error)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(Error::KeyExposed(path.to_owned()));
            }
            Secret::new(text)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if database.exists() {
                return Err(Error::KeyMissing(path.to_owned()));
            }
            let text = SealingKey::generate(random)?;
            write(path, text.expose()).map_err(file_error)?;
            text
        }
        Err(error) => return Err(file_error(error)),
    };
    Ok(SealingKey::parse(&text)?)
}

/// Writes the file whole: under another name first, flushed, then renamed into place.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let draft = PathBuf::from(format!("{}.new", path.display()));
    let mut file =
        OpenOptions::new().create(true).truncate(true).write(true).mode(OWNER_ONLY).open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    path.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_guarded() {
        let directory = tempfile::tempdir().unwrap();
        let (path, database) = (directory.path().join("k.key"), directory.path().join("k.db"));
        let random = Random::seeded(1);
        let sealed =
            load_or_create(&path, &database, &random).unwrap().seal(&random, "test", b"secret").unwrap();
        let again = load_or_create(&path, &database, &random).unwrap();
        assert_eq!(again.open("test", &sealed).unwrap().as_slice(), b"secret");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, OWNER_ONLY);

        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(load_or_create(&path, &database, &random), Err(Error::KeyExposed(_))));

        fs::remove_file(&path).unwrap();
        fs::write(&database, "").unwrap();
        assert!(matches!(load_or_create(&path, &database, &random), Err(Error::KeyMissing(_))));
    }

    #[test]
    fn a_second_process_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let first = lock(directory.path()).unwrap();
        assert!(matches!(lock(directory.path()), Err(Error::InUse(_))));
        drop(first);
        assert!(lock(directory.path()).is_ok());
    }
}
