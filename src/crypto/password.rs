//! Passwords: Argon2id at 19 MiB, two passes, one lane (OWASP's baseline), and never more of them
//! at once than the machine has cores, since each takes its 19 MiB and some 18 ms of a core.
//!
//! Stored as a PHC string, so that stronger parameters can be told from older ones.

use std::sync::{Condvar, Mutex, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::base::Secret;

use super::{Error, Random};

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes and verifies passwords, at most `permits` at a time with at most `queue` more waiting.
pub struct Hasher {
    argon2: Argon2<'static>,
    /// Verified when there is no stored hash, so that an unknown name costs the same time.
    decoy: String,
    gate: Gate,
}

impl Hasher {
    /// A hasher that works on `permits` passwords at once and lets `queue` callers wait.
    ///
    /// # Errors
    /// [`Error::OpenSsl`] when no randomness is to be had for the decoy hash.
    pub fn new(random: &Random, permits: usize, queue: usize) -> Result<Self, Error> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
            .map_err(|_ignored| Error::Malformed("Argon2 parameters"))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let gate = Gate {
            state: Mutex::new(State { free: permits.max(1), waiting: 0 }),
            freed: Condvar::new(),
            queue,
        };
        let mut hasher = Self { argon2, decoy: String::new(), gate };
        hasher.decoy = hasher.hash(random, &Secret::new("no password verifies against this"))?;
        Ok(hasher)
    }

    /// Hashes `password` with a new salt of 16 bytes into a PHC string.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full.
    pub fn hash(&self, random: &Random, password: &Secret) -> Result<String, Error> {
        let salt: [u8; 16] = random.bytes()?;
        let _permit = self.gate.enter()?;
        let hash: PasswordHash = self
            .argon2
            .hash_password_with_salt(password.expose().as_bytes(), &salt)
            .map_err(|_ignored| Error::Malformed("password"))?;
        Ok(hash.to_string())
    }

    /// Whether `password` is the one behind `stored`. With no stored hash the answer is no, after
    /// the same work.
    ///
    /// # Errors
    /// [`Error::Busy`] when the queue is full; [`Error::Malformed`] when `stored` is no PHC string.
    pub fn verify(&self, password: &Secret, stored: Option<&str>) -> Result<bool, Error> {
        let hash = PasswordHash::new(stored.unwrap_or(&self.decoy))
            .map_err(|_ignored| Error::Malformed("stored password hash"))?;
        let _permit = self.gate.enter()?;
        let matches = self.argon2.verify_password(password.expose().as_bytes(), &hash).is_ok();
        Ok(matches && stored.is_some())
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
