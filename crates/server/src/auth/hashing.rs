//! Password hashing: argon2id on dedicated threads, one per core.
//!
//! A flood of logins queues here and nowhere else: memory use stays at cores × 19 MiB. The threads run at low priority, so that pages and API calls
//! stay fast while every core hashes. Each thread reuses its blocks: allocated for each hash, they would end up in the allocator's arenas, which
//! return nothing to the system (400 MB after 400 logins).

use crate::http::error::ApiError;
use crate::text::nfc;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use rekey_wire::problem::Code;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Memory in KiB, passes and lanes: the first of OWASP's equivalent choices (Password Storage Cheat Sheet, 2025).
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Queue length, about ten seconds of work. Further requests fail with [`HashError::Busy`].
const QUEUE: usize = 512;
/// `nice` increment of hashing threads: each gets a third of the CPU share of any other thread.
#[cfg(target_os = "linux")]
const NICE_INCREMENT: i32 = 5;
/// Lowest priority on Linux.
#[cfg(target_os = "linux")]
const MAX_NICE: i32 = 19;

/// Error of a hash or comparison.
#[derive(Debug)]
pub enum HashError {
    /// The queue is full.
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

/// Result of a comparison.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// Wrong password, or no hash is stored.
    Wrong,
    /// Correct password.
    Right,
    /// Correct password, hashed with an older work factor: rehash it.
    RightButWeak,
}

/// A slot in the hash queue.
pub type Slot = OwnedSemaphorePermit;

/// Memory of argon2, reused for each hash of a thread.
type Blocks = Vec<Block>;
type Work = Box<dyn FnOnce(&mut Blocks) + Send>;

/// Password hasher; cheap to clone. Its threads end when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Hasher {
    work: mpsc::Sender<Work>,
    cores: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    dummy_hash: Arc<str>,
}

impl Hasher {
    /// Starts one hashing thread per core.
    ///
    /// # Errors
    /// The system's random source failed, or a thread cannot be spawned.
    pub fn new() -> Result<Self, HashError> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let dummy_hash = hash_now("nobody's password")?.into();
        let (work, waiting) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..cores {
            let waiting = Arc::clone(&waiting);
            thread::Builder::new().name("hash".to_owned()).spawn(move || hash_for(&waiting)).map_err(|_| HashError::Failed)?;
        }
        Ok(Self { work, cores: Arc::new(Semaphore::new(cores)), queue: Arc::new(Semaphore::new(cores + QUEUE)), dummy_hash })
    }

    /// Hashes a password to a PHC string.
    ///
    /// # Errors
    /// The queue is full, or the library failed.
    pub async fn hash(&self, password: String) -> Result<String, HashError> {
        let slot = self.reserve_slot()?;
        self.run(slot, move |blocks| hash_in(blocks, &password)).await?
    }

    /// Compares a password with a PHC string. Without one, it compares with a dummy hash, so that timing reveals nothing (Django's CVE-2024-39329).
    ///
    /// # Errors
    /// The queue is full.
    pub async fn verify(&self, password: String, phc: Option<String>) -> Result<Verdict, HashError> {
        let slot = self.reserve_slot()?;
        self.verify_at(slot, password, phc).await
    }

    /// Reserves a slot in the hash queue before the attempt is counted, so that a 503 does not count as a failed login.
    ///
    /// # Errors
    /// The queue is full.
    pub fn reserve_slot(&self) -> Result<Slot, HashError> {
        Arc::clone(&self.queue).try_acquire_owned().map_err(|_| HashError::Busy)
    }

    /// [`Self::verify`] with a reserved slot.
    ///
    /// # Errors
    /// The runtime failed.
    pub async fn verify_at(&self, slot: Slot, password: String, phc: Option<String>) -> Result<Verdict, HashError> {
        let dummy_hash = Arc::clone(&self.dummy_hash);
        self.run(slot, move |blocks| match &phc {
            Some(phc) => verify_in(blocks, &password, phc),
            None => {
                verify_in(blocks, &password, &dummy_hash);
                Verdict::Wrong
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, _slot: Slot, work: impl FnOnce(&mut Blocks) -> T + Send + 'static) -> Result<T, HashError> {
        let core = Arc::clone(&self.cores).acquire_owned().await.map_err(|_| HashError::Failed)?;
        let (tell, told) = oneshot::channel();
        let work = move |blocks: &mut Blocks| {
            // Held by the thread, not by the request: a client that disconnects does not free the core while the hash is still running.
            let _core = core;
            let _ = tell.send(work(blocks));
        };
        self.work.send(Box::new(work)).map_err(|_| HashError::Failed)?;
        told.await.map_err(|_| HashError::Failed)
    }
}

/// Main function of a hashing thread: runs jobs until all senders are dropped.
fn hash_for(waiting: &Mutex<mpsc::Receiver<Work>>) {
    give_way();
    let mut blocks = Blocks::new();
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        // If a job panics, its caller gets an error, and the thread continues with the next job.
        let _ = catch_unwind(AssertUnwindSafe(|| work(&mut blocks)));
        // An older hash with a higher memory cost must not keep that memory allocated.
        if blocks.len() > MEMORY as usize {
            blocks = Blocks::new();
        }
    }
}

/// Lowers the priority of this thread relative to the process, which may itself run under `nice`.
#[cfg(target_os = "linux")]
fn give_way() {
    // On Linux the priority is per thread (setpriority(2)). If this fails, hashing merely competes with other threads.
    if let Ok(own) = rustix::process::getpriority_process(None) {
        let _ = rustix::process::setpriority_process(None, (own + NICE_INCREMENT).min(MAX_NICE));
    }
}

#[cfg(not(target_os = "linux"))]
const fn give_way() {}

fn argon() -> Result<Argon2<'static>, HashError> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| HashError::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Returns the raw hash, `length` bytes, computed in reused blocks: argon2 overwrites each block before reading it.
fn digest(blocks: &mut Blocks, argon: &Argon2<'_>, password: &[u8], salt: &[u8], length: usize) -> Option<Output> {
    let count = argon.params().block_count();
    blocks.resize(count.max(blocks.len()), Block::default());
    let mut bytes = [0; Output::MAX_LENGTH];
    let bytes = bytes.get_mut(..length)?;
    let done = argon.hash_password_into_with_memory(password, salt, bytes, &mut blocks[..count]);
    done.ok().and_then(|()| Output::new(bytes).ok())
}

/// [`Hasher::hash`] on the calling thread, for the command line.
///
/// # Errors
/// The library failed.
pub fn hash_now(password: &str) -> Result<String, HashError> {
    hash_in(&mut Blocks::new(), password)
}

fn hash_in(blocks: &mut Blocks, password: &str) -> Result<String, HashError> {
    let argon = argon()?;
    let mut salt = [0; Salt::RECOMMENDED_LENGTH];
    getrandom::fill(&mut salt).map_err(|_| HashError::Failed)?;
    let hash = digest(blocks, &argon, nfc(password).as_bytes(), &salt, Params::DEFAULT_OUTPUT_LEN).ok_or(HashError::Failed)?;
    let phc = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon.params()).map_err(|_| HashError::Failed)?,
        salt: Some(Salt::new(&salt).map_err(|_| HashError::Failed)?),
        hash: Some(hash),
    };
    Ok(phc.to_string())
}

fn verify_in(blocks: &mut Blocks, password: &str, phc: &str) -> Verdict {
    let Some(stored) = Stored::read(phc) else { return Verdict::Wrong };
    let typed = digest(blocks, &stored.argon, nfc(password).as_bytes(), &stored.salt, stored.hash.len());
    // `Output` compares in constant time.
    match typed.is_some_and(|typed| typed == stored.hash) {
        false => Verdict::Wrong,
        true if stored.is_current() => Verdict::Right,
        true => Verdict::RightButWeak,
    }
}

/// A parsed PHC string. It has its own parameters, so that older hashes still verify.
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
    use super::{Blocks, HashError, Hasher, Verdict, hash_in, hash_now, verify_in};
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
        while let Ok(slot) = hasher.reserve_slot() {
            places.push(slot);
        }
        assert!(matches!(hasher.verify("nobody's password".to_owned(), None).await, Err(HashError::Busy)));
        let slot = places.pop().expect("a slot");
        assert_eq!(hasher.verify_at(slot, "nobody's password".to_owned(), None).await.expect("compared"), Verdict::Wrong);
    }

    #[test]
    fn blocks_that_were_used_before_make_no_difference() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8 * 1024, 1, 1, None).expect("parameters"));
        let mut blocks = Blocks::new();
        for password in ["one", "two", "one"] {
            let hash: PasswordHash = weak.hash_password(password.as_bytes()).expect("a hash of the library's own making");
            assert_eq!(verify_in(&mut blocks, password, &hash.to_string()), Verdict::RightButWeak);
            let phc = hash_in(&mut blocks, password).expect("a hash");
            assert!(Argon2::default().verify_password(password.as_bytes(), &PasswordHash::new(&phc).expect("a PHC string")).is_ok());
        }
    }

    #[tokio::test]
    async fn a_hash_that_fails_takes_no_thread_with_it() {
        let hasher = Hasher::new().expect("a hasher");
        for _ in 0..64 {
            let slot = hasher.reserve_slot().expect("a slot");
            assert!(matches!(hasher.run(slot, |_| -> () { unreachable!("out of luck") }).await, Err(HashError::Failed)));
        }
        assert_eq!(hasher.verify("nobody's password".to_owned(), None).await.expect("compared"), Verdict::Wrong);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn hashing_threads_have_a_lower_priority_than_all_others() {
        let hasher = Hasher::new().expect("a hasher");
        let own = rustix::process::getpriority_process(None).expect("a priority");
        let slot = hasher.reserve_slot().expect("a slot");
        let hashing = hasher.run(slot, |_| rustix::process::getpriority_process(None)).await.expect("run").expect("a priority");
        assert_eq!(hashing, (own + super::NICE_INCREMENT).min(super::MAX_NICE), "the tests themselves may run under `nice`");
        assert_eq!(rustix::process::getpriority_process(None), Ok(own));
    }

    #[test]
    fn an_older_work_factor_is_noticed() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8 * 1024, 1, 1, None).expect("parameters"));
        let hash: PasswordHash = weak.hash_password(b"an old password").expect("a hash");
        let verdict = |phc: &str| verify_in(&mut Blocks::new(), "an old password", phc);
        assert_eq!(verdict(&hash.to_string()), Verdict::RightButWeak);
        assert_eq!(verdict(&hash_now("an old password").expect("a hash")), Verdict::Right);
    }
}
