//! Small files of a data directory, for its owner's eyes: the sealing key, which is kept apart from
//! the database, and the name of the process that serves the directory.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use crate::base::Secret;
use crate::crypto::{Random, SealingKey};

const FILE: &str = "sealing.key";
const INSTANCE_FILE: &str = "instance";

/// Reads the key of this data directory, or makes it.
///
/// # Errors
/// In words, when the file cannot be read or written, or others may read it.
pub(super) fn load_or_create(data_dir: &Path, random: &Random) -> Result<Secret, String> {
    let path = data_dir.join(FILE);
    let name = path.display().to_string();
    match fs::read_to_string(&path) {
        Ok(text) => {
            let mode = fs::metadata(&path).map_err(|error| format!("{name}: {error}"))?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(format!("{name} can be read by others; run: chmod 600 {name}"));
            }
            Ok(Secret::new(text.trim()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = SealingKey::generate(random).map_err(|error| error.to_string())?;
            write(&path, key.expose()).map_err(|error| format!("{name}: {error}"))?;
            Ok(key)
        }
        Err(error) => Err(format!("{name}: {error}")),
    }
}

/// The name of the process that serves this data directory, the same after each restart.
///
/// # Errors
/// In words, when the file cannot be read or written.
pub(super) fn instance(data_dir: &Path, random: &Random) -> Result<String, String> {
    let path = data_dir.join(INSTANCE_FILE);
    let name = path.display().to_string();
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let made =
                random.text("abcdefghijklmnopqrstuvwxyz0123456789", 16).map_err(|error| error.to_string())?;
            write(&path, &made).map_err(|error| format!("{name}: {error}"))?;
            Ok(made)
        }
        Err(error) => Err(format!("{name}: {error}")),
    }
}

/// Writes a file whole, for its owner's eyes: under another name first, then renamed into place.
pub(super) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let _none_left_over = fs::remove_file(&unfinished);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_keeps_its_name_and_has_one_of_its_own() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let name = |folder: &tempfile::TempDir| instance(folder.path(), &Random::system()).unwrap();
        assert_eq!(name(&one), name(&one));
        assert_ne!(name(&one), name(&other));
    }

    #[test]
    fn a_key_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let first = load_or_create(folder.path(), &Random::system()).unwrap();
        let second = load_or_create(folder.path(), &Random::system()).unwrap();
        assert_eq!(first.expose(), second.expose());
        assert!(SealingKey::parse(&first).is_ok());
        let path = folder.path().join(FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(load_or_create(folder.path(), &Random::system()).unwrap_err().contains("chmod 600"));
    }
}
