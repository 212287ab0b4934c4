//! Secret key: keys the MACs of the audit log, and everything else that somebody with write access to the database must not be able to forge.

use crate::config::{Config, KeySource};
use crate::store::Location;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::Path;

/// Name of the key file beside the SQLite database.
const FILE: &str = "rekey.key";
/// Minimum length of a configured key, in characters.
const LEAST: usize = 16;
/// Maximum size of a key file, in bytes.
const LARGEST: u64 = 4096;

/// 256 bits; `Debug` hides them.
#[derive(Clone)]
pub struct SecretKey([u8; 32]);

/// No usable key; the message says how to fix it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyError(pub String);

impl SecretKey {
    /// Loads the key from the configured place. Does not create one.
    ///
    /// # Errors
    /// The key is too short, missing, or its file cannot be read; the message is a sentence.
    pub fn load(config: &Config) -> Result<Self, KeyError> {
        Self::load_with(config, |path| match read(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Err(KeyError(format!(
                "There is no key file at {}; put the one of this database there, or set REKEY_SECRET_KEY.",
                path.display()
            ))),
            found => found.map_err(|e| {
                KeyError(format!(
                    "The key file {} cannot be read ({}); correct its permissions, or set REKEY_SECRET_KEY.",
                    path.display(),
                    cause(&e)
                ))
            }),
        })
    }

    /// Like [`Self::load`], but creates the file beside the SQLite database at the first start.
    ///
    /// # Errors
    /// The key is too short, its file cannot be read or created, or PostgreSQL is used and no key is configured; the message is a sentence.
    pub fn load_or_make(config: &Config) -> Result<Self, KeyError> {
        Self::load_with(config, |path| {
            read_or_make(path).map_err(|e| {
                KeyError(format!(
                    "The key file {} cannot be made or read ({}); correct its permissions, or set REKEY_SECRET_KEY.",
                    path.display(),
                    cause(&e)
                ))
            })
        })
    }

    fn load_with(config: &Config, beside_database: impl FnOnce(&Path) -> Result<String, KeyError>) -> Result<Self, KeyError> {
        match (config.key_source(), &config.database) {
            (KeySource::Inline(key), _) => Self::from_text(key, "REKEY_SECRET_KEY"),
            (KeySource::File(path), _) => {
                let text = read(path).map_err(|e| {
                    KeyError(format!("The key file {} cannot be read ({}); correct REKEY_SECRET_KEY_FILE or the file's permissions.", path.display(), cause(&e)))
                })?;
                Self::from_text(&text, &format!("The key file {}", path.display()))
            }
            (KeySource::BesideDatabase, Location::Sqlite(database)) => {
                let path = database.with_file_name(FILE);
                let text = beside_database(&path)?;
                Self::from_text(&text, &format!("The key file {}", path.display()))
            }
            (KeySource::BesideDatabase, Location::Postgres(_)) => Err(KeyError(
                "With PostgreSQL a secret key is needed; set REKEY_SECRET_KEY (openssl rand -hex 32 makes one) or REKEY_SECRET_KEY_FILE, the same for every process.".to_owned(),
            )),
        }
    }

    /// Derives a key from text in any alphabet.
    fn from_text(text: &str, whence: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.chars().count() < LEAST {
            return Err(KeyError(format!("{whence} is too short; use at least {LEAST} characters, best those of openssl rand -hex 32.")));
        }
        Ok(Self(Sha256::new().chain_update(b"rekey secret key\0").chain_update(text).finalize().into()))
    }

    /// Returns the HMAC-SHA-256 of the parts, for one purpose.
    ///
    /// Each part is preceded by its length, so that different lists of parts never give the same input.
    #[must_use]
    pub fn hmac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        // Zero-padded to SHA-256's block size, as RFC 2104 does with any shorter key.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&block.into());
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(LARGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// Commands run beside a server: the first process creates the file atomically, and all read the same key.
fn read_or_make(path: &Path) -> io::Result<String> {
    match read(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    let draft = path.with_file_name(format!("{FILE}.{}.{:x}", std::process::id(), u64::from_ne_bytes(random()?)));
    let written = write_private(&draft, &hex(random::<32>()?)).and_then(|()| match std::fs::hard_link(&draft, path) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = std::fs::remove_file(&draft);
    written.and(removed)?;
    read(path)
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| io::Error::other("the system gives no random numbers"))?;
    Ok(bytes)
}

fn hex(bytes: [u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the cause in words, without the error number.
fn cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::InvalidData => "it is not text".to_owned(),
        kind => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{SecretKey, read_or_make};
    use crate::config::Config;
    use rekey_testing::temp_dir;

    fn load(flags: &[&str]) -> Result<SecretKey, String> {
        SecretKey::load_or_make(&Config::from_flags(flags).expect("flags")).map_err(|error| error.0)
    }

    #[test]
    fn the_file_beside_the_database_is_private_and_stays() {
        let dir = temp_dir();
        let url = format!("sqlite://{}", dir.path().join("a.db").display());
        let first = load(&["--database-url", &url]).expect("made");
        let again = load(&["--database-url", &url]).expect("read");
        assert_eq!(first.hmac("p", &[]), again.hmac("p", &[]));
        let files: Vec<_> = std::fs::read_dir(dir.path()).expect("listed").map(|entry| entry.expect("an entry").file_name()).collect();
        assert_eq!(files, ["rekey.key"], "no draft is left behind");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(dir.path().join("rekey.key")).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn many_at_once_make_one_key() {
        let dir = temp_dir();
        let path = dir.path().join("rekey.key");
        let keys: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(|| read_or_make(&path).expect("a key"))).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0] && key.trim().len() == 64));
    }

    #[test]
    fn a_given_key_must_be_long_and_makes_no_file() {
        assert!(
            load(&["--secret-key", "hunter2"]).is_err_and(|sentence| sentence.contains("16 characters") && !sentence.contains("hunter2"))
        );
        let key = load(&["--database-url", "postgres://localhost/x", "--secret-key", "0123456789abcdef"]).expect("long enough");
        assert!(!format!("{key:?}").contains("01"));
    }

    #[test]
    fn postgres_needs_a_key_and_a_named_file_must_exist() {
        assert!(load(&["--database-url", "postgres://localhost/x"]).is_err_and(|sentence| sentence.contains("REKEY_SECRET_KEY")));
        assert!(load(&["--secret-key-file", "/nowhere/rekey.key"]).is_err_and(|sentence| sentence.contains("/nowhere/rekey.key")));
    }

    #[test]
    fn purpose_and_bounds_of_parts_count() {
        let key = SecretKey([7; 32]);
        let mac = key.hmac("a", &[b"bc", b"d"]);
        assert_eq!(mac, key.hmac("a", &[b"bc", b"d"]));
        for (purpose, parts) in [("a", [&b"b"[..], b"cd"]), ("b", [b"bc", b"d"]), ("a", [b"d", b"bc"])] {
            assert_ne!(mac, key.hmac(purpose, &parts));
        }
        assert_ne!(key.hmac("a", &[b""]), key.hmac("a", &[]));
        assert_ne!(mac, SecretKey([8; 32]).hmac("a", &[b"bc", b"d"]));
    }
}
