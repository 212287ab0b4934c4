//! Password hashing: argon2id, off the async threads, never more at once than there are cores.
//!
//! A flood of logins queues up here and nowhere else: memory stays at cores × 19 MiB, and pages are served meanwhile.
//! The blocks are kept from hash to hash: asked for anew each time, by ever other threads, they end up in as many of the
//! allocator's arenas, which give nothing back (400 MB after 400 logins).

use crate::error::ApiError;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use rekey_wire::problem::Code;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Memory in KiB, passes and lanes: the first of OWASP's equivalent choices (Password Storage Cheat Sheet, 2025).
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Waiters beyond which a login is told to come back: some ten seconds of work.
const QUEUE: usize = 512;

/// Why no hash was made.
#[derive(Debug)]
pub enum HashError {
    /// Too many wait already.
    Busy,
    /// The library or the runtime failed.
    Failed,
}

impl From<HashError> for ApiError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::new(Code::Unavailable).retry_after(5),
            HashError::Failed => Self::new(Code::Internal),
        }
    }
}

/// What a comparison found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Not the password, or there is none.
    Wrong,
    /// The password.
    Right,
    /// The password, hashed with an older work factor: hash it anew.
    RightButWeak,
}

/// A place among those who wait for a hash.
pub type Place = OwnedSemaphorePermit;

/// Hashes and compares; cheap to clone.
#[derive(Clone, Debug)]
pub struct Hasher {
    cores: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    decoy: Arc<str>,
}

impl Hasher {
    /// One hash at a time for each core.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub fn new() -> Result<Self, HashError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let decoy = hash_now("nobody's password")?.into();
        Ok(Self { cores: Arc::new(Semaphore::new(cores)), queue: Arc::new(Semaphore::new(cores + QUEUE)), decoy })
    }

    /// Hashes a password to a PHC string.
    ///
    /// # Errors
    /// Too many wait already, or the library failed.
    pub async fn hash(&self, password: String) -> Result<String, HashError> {
        let place = self.place()?;
        self.run(place, move || hash_now(&password)).await?
    }

    /// Compares a password with a PHC string. Where there is none it hashes all the same, so that the time tells
    /// nothing (Django's CVE-2024-39329).
    ///
    /// # Errors
    /// Too many wait already.
    pub async fn verify(&self, password: String, phc: Option<String>) -> Result<Verdict, HashError> {
        let place = self.place()?;
        self.verify_at(place, password, phc).await
    }

    /// A place, for who must know that there is one before the attempt is counted: nobody shall have failed who was only
    /// turned away.
    ///
    /// # Errors
    /// Too many wait already.
    pub fn place(&self) -> Result<Place, HashError> {
        Arc::clone(&self.queue).try_acquire_owned().map_err(|_| HashError::Busy)
    }

    /// [`Self::verify`] for who has a place.
    ///
    /// # Errors
    /// The runtime failed.
    pub async fn verify_at(&self, place: Place, password: String, phc: Option<String>) -> Result<Verdict, HashError> {
        let decoy = Arc::clone(&self.decoy);
        self.run(place, move || match &phc {
            Some(phc) => verify_now(&password, phc),
            None => {
                verify_now(&password, &decoy);
                Verdict::Wrong
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, _place: Place, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashError> {
        let core = Arc::clone(&self.cores).acquire_owned().await.map_err(|_| HashError::Failed)?;
        let work = move || {
            // Held by the thread, not by the request: somebody who hangs up frees no core before its time.
            let _core = core;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| HashError::Failed)
    }
}

/// Brings text to NFC, in which passwords are counted, hashed and compared (NIST SP 800-63B-4 section 3.1.1.2).
#[must_use]
pub fn nfc(text: &str) -> String {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes { text.to_owned() } else { text.nfc().collect() }
}

fn argon() -> Result<Argon2<'static>, HashError> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| HashError::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Blocks that no hash is made in right now; as many as were ever needed at once.
static FREE: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// The raw hash, `length` bytes of it, made in blocks that others used before: each is overwritten before it is read.
fn digest(argon: &Argon2<'_>, password: &[u8], salt: &[u8], length: usize) -> Option<Output> {
    let count = argon.params().block_count();
    let mut blocks = FREE.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
    blocks.resize(count.max(blocks.len()), Block::default());
    let mut bytes = [0; Output::MAX_LENGTH];
    let bytes = bytes.get_mut(..length)?;
    let done = argon.hash_password_into_with_memory(password, salt, bytes, &mut blocks[..count]);
    // An older hash that took more is no reason to hold more from now on.
    if blocks.len() <= MEMORY as usize {
        FREE.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
    }
    done.ok().and_then(|()| Output::new(bytes).ok())
}

/// [`Hasher::hash`] on the calling thread, for the command line.
///
/// # Errors
/// The library failed.
pub fn hash_now(password: &str) -> Result<String, HashError> {
    let argon = argon()?;
    let mut salt = [0; Salt::RECOMMENDED_LENGTH];
    getrandom::fill(&mut salt).map_err(|_| HashError::Failed)?;
    let hash = digest(&argon, nfc(password).as_bytes(), &salt, Params::DEFAULT_OUTPUT_LEN).ok_or(HashError::Failed)?;
    let phc = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon.params()).map_err(|_| HashError::Failed)?,
        salt: Some(Salt::new(&salt).map_err(|_| HashError::Failed)?),
        hash: Some(hash),
    };
    Ok(phc.to_string())
}

fn verify_now(password: &str, phc: &str) -> Verdict {
    let Some(stored) = Stored::read(phc) else { return Verdict::Wrong };
    let typed = digest(&stored.argon, nfc(password).as_bytes(), &stored.salt, stored.hash.len());
    // `Output` compares in constant time.
    match typed.is_some_and(|typed| typed == stored.hash) {
        false => Verdict::Wrong,
        true if stored.is_current() => Verdict::Right,
        true => Verdict::RightButWeak,
    }
}

/// A PHC string, read; its parameters are its own, so that older hashes are still compared.
struct Stored {
    argon: Argon2<'static>,
    algorithm: Algorithm,
    salt: Salt,
    hash: Output,
}

impl Stored {
    fn read(phc: &str) -> Option<Self> {
        let phc = PasswordHash::new(phc).ok()?;
        let algorithm = Algorithm::try_from(phc.algorithm.as_str()).ok()?;
        let version = phc.version.map_or(Ok(Version::V0x13), Version::try_from).ok()?;
        let argon = Argon2::new(algorithm, version, Params::try_from(&phc).ok()?);
        Some(Self { argon, algorithm, salt: phc.salt?, hash: phc.hash? })
    }

    fn is_current(&self) -> bool {
        let params = self.argon.params();
        self.algorithm == Algorithm::Argon2id && (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY, PASSES, LANES)
    }
}

#[cfg(test)]
mod tests {
    use super::{HashError, Hasher, Verdict, hash_now, verify_now};
    use argon2::password_hash::phc::PasswordHash;
    use argon2::password_hash::{PasswordHasher, PasswordVerifier};
    use argon2::{Algorithm, Argon2, Params, Version};

    #[tokio::test]
    async fn a_password_is_compared_in_nfc_and_in_full() {
        let hasher = Hasher::new().expect("a hasher");
        let phc = hasher.hash("pa\u{308}sswort\0 eins".to_owned()).await.expect("a hash");
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        let verdict = |typed: &str| hasher.verify(typed.to_owned(), Some(phc.clone()));
        assert_eq!(verdict("p\u{e4}sswort\0 eins").await.expect("compared"), Verdict::Right);
        for wrong in ["p\u{e4}sswort", "p\u{e4}sswort\0 zwei", "p\u{e4}sswort\0 eins ", "P\u{e4}sswort\0 eins"] {
            assert_eq!(verdict(wrong).await.expect("compared"), Verdict::Wrong, "{wrong:?}");
        }
        assert_eq!(hasher.verify("nobody's password".to_owned(), None).await.expect("compared"), Verdict::Wrong);
    }

    #[tokio::test]
    async fn who_has_a_place_is_served_and_nobody_else() {
        let hasher = Hasher::new().expect("a hasher");
        let mut places = Vec::new();
        while let Ok(place) = hasher.place() {
            places.push(place);
        }
        assert!(matches!(hasher.verify("nobody's password".to_owned(), None).await, Err(HashError::Busy)));
        let place = places.pop().expect("a place");
        assert_eq!(hasher.verify_at(place, "nobody's password".to_owned(), None).await.expect("compared"), Verdict::Wrong);
    }

    #[test]
    fn blocks_that_were_used_before_make_no_difference() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8 * 1024, 1, 1, None).expect("parameters"));
        for password in ["one", "two", "one"] {
            let hash: PasswordHash = weak.hash_password(password.as_bytes()).expect("a hash of the library's own making");
            assert_eq!(verify_now(password, &hash.to_string()), Verdict::RightButWeak);
            let phc = hash_now(password).expect("a hash");
            assert!(Argon2::default().verify_password(password.as_bytes(), &PasswordHash::new(&phc).expect("a PHC string")).is_ok());
        }
    }

    #[test]
    fn an_older_work_factor_is_noticed() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8 * 1024, 1, 1, None).expect("parameters"));
        let hash: PasswordHash = weak.hash_password(b"an old password").expect("a hash");
        assert_eq!(verify_now("an old password", &hash.to_string()), Verdict::RightButWeak);
        assert_eq!(verify_now("an old password", &hash_now("an old password").expect("a hash")), Verdict::Right);
    }
}
