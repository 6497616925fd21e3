//! Randomness as a parameter: the operating system's in production, a seeded stream in tests.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use zeroize::{Zeroize as _, Zeroizing};

use crate::base::{Generated, Timestamp};

use super::{Error, hash};

/// A source of random bytes. Cheap to clone; clones of a seeded source share one stream.
#[derive(Clone)]
pub struct Random(Source);

#[derive(Clone)]
enum Source {
    System,
    Seeded(Arc<Mutex<Stream>>),
}

thread_local! {
    static DRAWN: RefCell<Drawn> = RefCell::new(Drawn { bytes: Zeroizing::new([0; Drawn::SIZE]), used: Drawn::SIZE });
}

/// What a thread has drawn from the generator in advance: a draw goes through locks and lookups, which cost more than
/// the bytes. Each byte is given once and wiped.
struct Drawn {
    bytes: Zeroizing<[u8; Self::SIZE]>,
    used: usize,
}

impl Drawn {
    const SIZE: usize = 512;

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's generator")]
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        let wanted = buffer.len();
        if wanted > Self::SIZE / 4 {
            return Ok(openssl::rand::rand_bytes(buffer)?);
        }
        if Self::SIZE - self.used < wanted {
            // Until it has succeeded there is nothing to be given.
            self.used = Self::SIZE;
            openssl::rand::rand_bytes(self.bytes.as_mut_slice())?;
            self.used = 0;
        }
        if let Some(given) = self.bytes.get_mut(self.used..self.used + wanted) {
            buffer.copy_from_slice(given);
            given.zeroize();
            self.used += wanted;
        }
        Ok(())
    }
}

struct Stream {
    seed: [u8; 8],
    counter: u64,
}

impl Random {
    /// OpenSSL's generator, seeded by the operating system.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A repeatable stream, for tests only: HMAC-SHA-256 of a counter under `seed`.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(Stream { seed: seed.to_be_bytes(), counter: 0 }))))
    }

    /// Fills `buffer` with random bytes.
    ///
    /// # Errors
    /// [`Error::OpenSsl`] when the generator fails; no caller may go on without randomness.
    pub fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        match &self.0 {
            Source::System => DRAWN.with_borrow_mut(|drawn| drawn.fill(buffer)),
            Source::Seeded(stream) => {
                let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
                for chunk in buffer.chunks_mut(32) {
                    stream.counter += 1;
                    let block = hash::hmac_sha256(&stream.seed, &stream.counter.to_be_bytes())?;
                    for (byte, random) in chunk.iter_mut().zip(block) {
                        *byte = random;
                    }
                }
                Ok(())
            }
        }
    }

    /// `N` random bytes.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// A new id of the wanted kind, made at `now`.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn id<T: Generated>(&self, now: Timestamp) -> Result<T, Error> {
        Ok(T::generate(now, self.bytes()?))
    }

    /// `length` characters drawn evenly from `alphabet` (at most 256 characters, all ASCII).
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn text(&self, alphabet: &str, length: usize) -> Result<String, Error> {
        let alphabet = alphabet.as_bytes();
        let span = alphabet.len().clamp(1, 256);
        // Bytes at or above the largest multiple of the span would favour its first characters.
        let bound = 256 - 256 % span;
        let mut text = String::with_capacity(length);
        while text.len() < length {
            for byte in self.bytes::<32>()? {
                let draw = usize::from(byte);
                if draw < bound && text.len() < length {
                    text.push(char::from(alphabet.get(draw % span).copied().unwrap_or(b'0')));
                }
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_streams_go_on() {
        let (one, two) = (Random::seeded(7), Random::seeded(7));
        let first: Option<[u8; 40]> = one.bytes().ok();
        assert!(first.is_some());
        assert_eq!(first, two.bytes().ok());
        assert_ne!(first, two.bytes().ok());
        assert_ne!(Random::seeded(8).bytes::<40>().ok(), first);
    }

    #[test]
    fn what_is_drawn_in_advance_is_given_once() {
        let random = Random::system();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1000 {
            assert!(random.bytes::<16>().is_ok_and(|bytes| seen.insert(bytes.to_vec())));
        }
        for length in [0, 1, 127, 128, 129, 511, 512, 513, 4096] {
            let mut bytes = vec![0; length];
            assert!(random.fill(&mut bytes).is_ok());
            assert!(length < 16 || seen.insert(bytes.clone()));
            assert!(
                length < 127 || !bytes.chunks(16).any(|chunk| chunk.iter().all(|byte| *byte == 0)),
                "{length}"
            );
        }
        let other = std::thread::spawn(|| Random::system().bytes::<16>().ok()).join().ok().flatten();
        assert!(other.is_some_and(|bytes| seen.insert(bytes.to_vec())));
    }

    #[test]
    fn text_stays_in_its_alphabet() {
        let text = Random::system().text("abc", 300).unwrap_or_default();
        assert_eq!(text.len(), 300);
        assert!("abc".chars().all(|letter| text.contains(letter)));
        assert!(text.chars().all(|letter| "abc".contains(letter)));
    }
}
