//! Passwords: Argon2id at 19 MiB, two passes, one lane (OWASP's baseline), and never more of them
//! at once than the machine has cores, since each takes its 19 MiB and some 18 ms of a core.
//!
//! Stored as a PHC string, so that stronger parameters can be told from older ones. The working
//! memory goes back to the system after each hash (docs/decisions/password-memory.md).

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};

use crate::base::Secret;

use super::{Error, Random, hash};

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const OUTPUT_BYTES: usize = 32;
/// The allocator maps what is larger than 32 MiB by itself and unmaps it when it is freed. Anything
/// smaller it comes to keep, for each thread. Only the part that is used is ever backed by memory.
const RESERVED_BLOCKS: usize = 33 * 1024;

/// Hashes and verifies passwords, at most `permits` at a time with at most `queue` more waiting.
pub struct Hasher {
    params: Params,
    /// Verified when there is no stored hash, so that an unknown name costs the same time.
    decoy: String,
    gate: Gate,
    worked: Arc<AtomicU64>,
}

impl Hasher {
    /// A hasher that works on `permits` passwords at once and lets `queue` callers wait.
    ///
    /// # Errors
    /// [`Error::OpenSsl`] when no randomness is to be had for the decoy hash.
    pub fn new(random: &Random, permits: usize, queue: usize) -> Result<Self, Error> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT_BYTES))
            .map_err(|_ignored| Error::Malformed("Argon2 parameters"))?;
        let gate = Gate {
            state: Mutex::new(State { free: permits.max(1), waiting: 0 }),
            freed: Condvar::new(),
            queue,
        };
        let mut hasher = Self { params, decoy: String::new(), gate, worked: Arc::default() };
        hasher.decoy = hasher.hash(random, &Secret::new("no password verifies against this"))?;
        Ok(hasher)
    }

    /// Hashes `password` with a new salt of 16 bytes into a PHC string.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full.
    pub fn hash(&self, random: &Random, password: &Secret) -> Result<String, Error> {
        let salt: [u8; 16] = random.bytes()?;
        let output = self.compute(&self.params, password, &salt)?;
        let malformed = || Error::Malformed("password hash");
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.params).map_err(|_ignored| malformed())?,
            salt: Some(Salt::new(&salt).map_err(|_ignored| malformed())?),
            hash: Some(Output::new(&output).map_err(|_ignored| malformed())?),
        };
        Ok(hash.to_string())
    }

    /// Whether `password` is the one behind `stored`. With no stored hash the answer is no, after
    /// the same work.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full; [`Error::Malformed`] when `stored` is no PHC string.
    pub fn verify(&self, password: &Secret, stored: Option<&str>) -> Result<bool, Error> {
        let malformed = || Error::Malformed("stored password hash");
        let stored_hash = PasswordHash::new(stored.unwrap_or(&self.decoy)).map_err(|_ignored| malformed())?;
        let (Some(salt), Some(expected)) = (&stored_hash.salt, &stored_hash.hash) else {
            return Err(malformed());
        };
        if stored_hash.algorithm != Algorithm::Argon2id.ident() || expected.as_bytes().len() != OUTPUT_BYTES {
            return Err(malformed());
        }
        let params = Params::try_from(&stored_hash).map_err(|_ignored| malformed())?;
        let computed = self.compute(&params, password, salt)?;
        Ok(hash::equal(&computed, expected.as_bytes()) && stored.is_some())
    }

    /// How many passwords it has worked on, to see that two answers cost the same.
    pub fn worked(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.worked)
    }

    fn compute(&self, params: &Params, password: &Secret, salt: &[u8]) -> Result<[u8; OUTPUT_BYTES], Error> {
        let _permit = self.gate.enter()?;
        self.worked.fetch_add(1, Ordering::Relaxed);
        let mut memory = Vec::with_capacity(RESERVED_BLOCKS.max(params.block_count()));
        memory.resize(params.block_count(), Block::default());
        let mut output = [0; OUTPUT_BYTES];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
            .hash_password_into_with_memory(password.expose().as_bytes(), salt, &mut output, &mut memory)
            .map_err(|_ignored| Error::Malformed("password"))?;
        Ok(output)
    }
}

/// A counting semaphore with a bounded queue. Blocking, as the callers run on blocking threads.
struct Gate {
    state: Mutex<State>,
    freed: Condvar,
    queue: usize,
}

struct State {
    free: usize,
    waiting: usize,
}

struct Permit<'a>(&'a Gate);

impl Gate {
    fn enter(&self) -> Result<Permit<'_>, Error> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.free == 0 && state.waiting >= self.queue {
            return Err(Error::Busy);
        }
        state.waiting += 1;
        while state.free == 0 {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting -= 1;
        state.free -= 1;
        Ok(Permit(self))
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).free += 1;
        self.0.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_verifies_and_another_does_not() -> Result<(), Error> {
        let random = Random::seeded(1);
        let hasher = Hasher::new(&random, 2, 8)?;
        let stored = hasher.hash(&random, &Secret::new("correct horse"))?;
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(hasher.verify(&Secret::new("correct horse"), Some(&stored))?);
        assert!(!hasher.verify(&Secret::new("correct horsf"), Some(&stored))?);
        assert!(!hasher.verify(&Secret::new("no password verifies against this"), None)?);
        assert!(matches!(hasher.verify(&Secret::new("x"), Some("plain")), Err(Error::Malformed(_))));
        Ok(())
    }

    #[test]
    fn a_full_queue_refuses() -> Result<(), Error> {
        let gate = Gate { state: Mutex::new(State { free: 1, waiting: 0 }), freed: Condvar::new(), queue: 0 };
        let permit = gate.enter()?;
        assert!(matches!(gate.enter(), Err(Error::Busy)));
        drop(permit);
        assert!(gate.enter().is_ok());
        Ok(())
    }
}
