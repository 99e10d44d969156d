//! The server's secret, from which tokens are computed.
//!
//! Losing it breaks no key, since the store has the hashes; tokens given out before can only not
//! be shown again. Servers that share a database share the secret too.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::random::random_bytes;
use crate::hex::{from_hex, to_hex};

/// File of the secret in the data directory.
pub const SECRET_FILE: &str = "hereabouts.secret";
/// Shortest secret taken from the environment: what 128 random bits take in base64.
const MIN_SECRET_CHARS: usize = 22;

/// The secret.
#[derive(Clone)]
pub struct Secret([u8; 32]);

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The file cannot be read or written.
    #[error("cannot use {}: make its directory writable, or set HEREABOUTS_SECRET", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Others than the owner may read the file.
    #[error("{} can be read by others: run `chmod 600 {}`", path.display(), path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// The file holds something else.
    #[error("{} is damaged: restore it, or delete it to get a new one (keys stay valid, but their tokens cannot be shown again)", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The one of the environment is easy to guess.
    #[error(
        "HEREABOUTS_SECRET is shorter than {MIN_SECRET_CHARS} characters: make one with `openssl rand -base64 32`"
    )]
    TooShort,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    NoRandomness(String),
}

impl Secret {
    /// Takes a secret as it is.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Makes a secret that nobody knows and that ends with the process.
    ///
    /// # Errors
    /// Fails when the system gives no random bytes.
    pub fn random() -> Result<Self, SecretError> {
        Ok(Self(random_bytes()?))
    }

    /// Takes the text of a setting.
    ///
    /// # Errors
    /// Fails when it is short.
    pub fn from_text(text: &str) -> Result<Self, SecretError> {
        if text.trim().chars().count() < MIN_SECRET_CHARS {
            return Err(SecretError::TooShort);
        }
        Ok(Self(Sha256::digest(text.trim().as_bytes()).into()))
    }

    /// Reads the secret of a data directory, or makes one on the first start.
    ///
    /// # Errors
    /// Fails when the file cannot be used, or others may read it.
    pub fn load_or_create(dir: &Path) -> Result<Self, SecretError> {
        let path = dir.join(SECRET_FILE);
        let failed = |source| SecretError::File { path: path.clone(), source };
        let found = match fs::read_to_string(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let text = format!("{}\n", to_hex(&random_bytes::<32>()?));
                match create_private(&path, &text) {
                    Ok(()) => text,
                    // Another server that starts at the same time was first.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        fs::read_to_string(&path).map_err(failed)?
                    }
                    Err(error) => return Err(failed(error)),
                }
            }
            Err(error) => return Err(failed(error)),
        };
        if is_exposed(&path).map_err(failed)? {
            return Err(SecretError::Exposed { path });
        }
        from_hex(found.trim()).map(Self).ok_or(SecretError::Damaged { path })
    }

    /// Returns the bytes for computing with them.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// Writes a new file that only its owner may read, durably.
///
/// # Errors
/// Fails when the file exists or cannot be written.
pub fn create_private(path: &Path, text: &str) -> io::Result<()> {
    write_private(path, text, |beside| {
        let placed = fs::hard_link(beside, path);
        fs::remove_file(beside)?;
        placed
    })
}

/// Writes a file that only its owner may read, durably, in place of one that may be there.
///
/// # Errors
/// Fails when the file cannot be written.
pub fn replace_private(path: &Path, text: &str) -> io::Result<()> {
    write_private(path, text, |beside| fs::rename(beside, path))
}

/// Writes a file beside its place and puts it there, so that nobody sees half a file.
fn write_private(
    path: &Path,
    text: &str,
    place: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let beside = path.with_file_name(name);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if let Err(error) = written {
        fs::remove_file(&beside)?;
        return Err(error);
    }
    place(&beside)?;
    path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

#[cfg(unix)]
fn is_exposed(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(fs::metadata(path)?.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &Path) -> io::Result<bool> {
    Ok(false)
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_start_makes_a_secret_and_later_ones_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = Secret::load_or_create(dir.path()).unwrap();
        assert_eq!(Secret::load_or_create(dir.path()).unwrap().0, first.0);
        let other = tempfile::tempdir().unwrap();
        assert_ne!(Secret::load_or_create(other.path()).unwrap().0, first.0);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert_eq!(format!("{first:?}"), "Secret(hidden)");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        Secret::load_or_create(dir.path()).unwrap();
        let path = dir.path().join(SECRET_FILE);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = Secret::load_or_create(dir.path()).unwrap_err();
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    #[test]
    fn damaged_files_and_short_settings_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        for text in ["", "abc", &"g".repeat(64), &"a".repeat(66)] {
            let path = dir.path().join(SECRET_FILE);
            let _ = fs::remove_file(&path);
            create_private(&path, text).unwrap();
            let error = Secret::load_or_create(dir.path()).unwrap_err();
            assert!(matches!(error, SecretError::Damaged { .. }), "{text:?}: {error}");
        }
        assert!(Secret::from_text("secret").is_err());
        assert!(Secret::from_text(&"s".repeat(22)).is_ok());
    }
}
