//! Ciphers of what is sent to a peer (xmlenc-core1 §5.2): AES under a key that is made for one message.
//!
//! Everything that is encrypted begins with its initialisation vector, as §5.2 has it, so that it can be decrypted
//! with nothing but the key.

use openssl::symm::{Cipher, Crypter, Mode, decrypt_aead, encrypt_aead};
use zeroize::Zeroizing;

use super::{Error, Random};

/// The vector of GCM, in bytes.
const NONCE: usize = 12;
/// The tag of GCM, in bytes. A shorter one would be easier to guess.
const TAG: usize = 16;
/// A block of AES, and the vector of CBC, in bytes.
const BLOCK: usize = 16;

/// How the content of a message is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ContentCipher {
    Aes128Gcm,
    Aes192Gcm,
    Aes256Gcm,
    Aes128Cbc,
    Aes256Cbc,
}

impl ContentCipher {
    /// All there are.
    pub const ALL: [Self; 5] =
        [Self::Aes128Gcm, Self::Aes192Gcm, Self::Aes256Gcm, Self::Aes128Cbc, Self::Aes256Cbc];

    /// Whether it notices a change. CBC does not, so that whoever may send changed messages, and learns what became
    /// of them, can decrypt one bit by bit.
    pub const fn is_authenticated(self) -> bool {
        !matches!(self, Self::Aes128Cbc | Self::Aes256Cbc)
    }

    /// The length of its keys in bytes.
    pub const fn key_length(self) -> usize {
        match self {
            Self::Aes128Gcm | Self::Aes128Cbc => 16,
            Self::Aes192Gcm => 24,
            Self::Aes256Gcm | Self::Aes256Cbc => 32,
        }
    }

    /// A new key, for one message.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn generate_key(self, random: &Random) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut key = Zeroizing::new(vec![0; self.key_length()]);
        random.fill(&mut key)?;
        Ok(key)
    }

    /// Encrypts `plain`. GCM gives its vector of 12 bytes, as many bytes as `plain` has and a tag of 16 bytes; CBC
    /// gives its vector of 16 bytes and whole blocks.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the key is of another length, [`Error::OpenSsl`].
    pub fn encrypt(self, key: &[u8], plain: &[u8], random: &Random) -> Result<Vec<u8>, Error> {
        if key.len() != self.key_length() {
            return Err(Error::Malformed("content key"));
        }
        if self.is_authenticated() {
            let (nonce, mut tag) = (random.bytes::<NONCE>()?, [0; TAG]);
            let encrypted = encrypt_aead(self.cipher(), key, Some(&nonce), &[], plain, &mut tag)?;
            return Ok([nonce.as_slice(), &encrypted, &tag].concat());
        }
        let vector = random.bytes::<BLOCK>()?;
        // Every padding byte says the length, which xmlenc-core1 §5.2.1 asks of the last one only: some receivers
        // look at all of them.
        let padding = BLOCK - plain.len() % BLOCK;
        let last = u8::try_from(padding).unwrap_or_default();
        let mut padded = Zeroizing::new(Vec::with_capacity(plain.len() + padding));
        padded.extend_from_slice(plain);
        padded.resize(plain.len() + padding, last);
        let encrypted = self.run(Mode::Encrypt, key, &vector, &padded)?;
        Ok([vector.as_slice(), &encrypted].concat())
    }

    /// Decrypts what [`Self::encrypt`] made, here or elsewhere.
    ///
    /// # Errors
    /// [`Error::Undecryptable`] for anything else; which part failed is not told.
    pub fn decrypt(self, key: &[u8], encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        if key.len() != self.key_length() {
            return Err(Error::Undecryptable);
        }
        let plain =
            if self.is_authenticated() { self.open(key, encrypted) } else { self.unpad(key, encrypted) };
        plain.ok_or(Error::Undecryptable)
    }

    fn open(self, key: &[u8], encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, rest) = encrypted.split_at_checked(NONCE)?;
        let (body, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
        decrypt_aead(self.cipher(), key, Some(nonce), &[], body, tag).ok().map(Zeroizing::new)
    }

    /// Of the padding, the last byte alone counts: its length (xmlenc-core1 §5.2.1).
    fn unpad(self, key: &[u8], encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (vector, body) = encrypted.split_at_checked(BLOCK)?;
        if body.is_empty() || !body.len().is_multiple_of(BLOCK) {
            return None;
        }
        let mut plain = self.run(Mode::Decrypt, key, vector, body).ok()?;
        let padding = usize::from(*plain.last()?);
        if !(1..=BLOCK).contains(&padding) {
            return None;
        }
        let length = plain.len() - padding;
        plain.truncate(length);
        Some(plain)
    }

    /// CBC over whole blocks.
    fn run(self, mode: Mode, key: &[u8], vector: &[u8], blocks: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut crypter = Crypter::new(self.cipher(), mode, key, Some(vector))?;
        crypter.pad(false);
        let mut output = Zeroizing::new(vec![0; blocks.len() + BLOCK]);
        let length = crypter.update(blocks, &mut output)?;
        output.truncate(length);
        Ok(output)
    }

    fn cipher(self) -> Cipher {
        match self {
            Self::Aes128Gcm => Cipher::aes_128_gcm(),
            Self::Aes192Gcm => Cipher::aes_192_gcm(),
            Self::Aes256Gcm => Cipher::aes_256_gcm(),
            Self::Aes128Cbc => Cipher::aes_128_cbc(),
            Self::Aes256Cbc => Cipher::aes_256_cbc(),
        }
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        HEXLOWER.decode(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_was_encrypted_decrypts_with_its_key_only() -> Result<(), Error> {
        let random = Random::seeded(3);
        for cipher in ContentCipher::ALL {
            let (key, other) = (cipher.generate_key(&random)?, cipher.generate_key(&random)?);
            assert_eq!(key.len(), cipher.key_length());
            for length in [0, 1, 15, 16, 17, 1000] {
                let plain = vec![b'x'; length];
                let encrypted = cipher.encrypt(&key, &plain, &random)?;
                assert_eq!(*cipher.decrypt(&key, &encrypted)?, plain, "{cipher:?} {length}");
                assert_ne!(cipher.encrypt(&key, &plain, &random)?, encrypted, "a vector is used once");
                let stolen = cipher.decrypt(&other, &encrypted);
                assert!(stolen.is_err() || !cipher.is_authenticated(), "{cipher:?} {length}");
                assert!(stolen.map_or(true, |stolen| *stolen != plain), "{cipher:?} {length}");
            }
            assert!(matches!(cipher.encrypt(&key[1..], b"x", &random), Err(Error::Malformed(_))));
        }
        Ok(())
    }

    /// Case 2 of the GCM specification, and F.2.2 of SP 800-38A.
    #[test]
    fn published_examples_decrypt() -> Result<(), Error> {
        let gcm = ContentCipher::Aes128Gcm;
        let (body, tag) = ("0388dace60b6a392f328c2b971b2fe78", "ab6e47d42cec13bdf53a67b21257bddf");
        let encrypted = [vec![0; 12], hex(body), hex(tag)].concat();
        let plain = gcm.decrypt(&[0; 16], &encrypted)?;
        assert_eq!(plain.as_slice(), [0; 16]);
        let key = hex("2b7e151628aed2a6abf7158809cf4f3c");
        let block = hex("000102030405060708090a0b0c0d0e0f7649abac8119b246cee98e9b12e9197d");
        let plain = ContentCipher::Aes128Cbc.run(Mode::Decrypt, &key, &block[..16], &block[16..])?;
        assert_eq!(*plain, hex("6bc1bee22e409f96e93d7e117393172a"));
        Ok(())
    }

    #[test]
    fn gcm_notices_every_change_and_every_cut() -> Result<(), Error> {
        let random = Random::seeded(4);
        for cipher in ContentCipher::ALL.into_iter().filter(|cipher| cipher.is_authenticated()) {
            let key = cipher.generate_key(&random)?;
            let encrypted = cipher.encrypt(&key, b"<a></a>", &random)?;
            assert!(cipher.decrypt(&key, &encrypted).is_ok());
            for at in 0..encrypted.len() {
                let cut = cipher.decrypt(&key, &encrypted[..at]);
                assert!(matches!(cut, Err(Error::Undecryptable)), "{cipher:?} cut at {at}");
                let mut changed = encrypted.clone();
                changed[at] ^= 1;
                let changed = cipher.decrypt(&key, &changed);
                assert!(matches!(changed, Err(Error::Undecryptable)), "{cipher:?} changed at {at}");
            }
        }
        Ok(())
    }

    #[test]
    fn cbc_wants_whole_blocks_and_a_length_of_padding_that_can_be() -> Result<(), Error> {
        let random = Random::seeded(5);
        for cipher in [ContentCipher::Aes128Cbc, ContentCipher::Aes256Cbc] {
            let key = cipher.generate_key(&random)?;
            let padded = |block: [u8; 16]| -> Result<Vec<u8>, Error> {
                let vector = [7; 16];
                Ok([vector.as_slice(), &*cipher.run(Mode::Encrypt, &key, &vector, &block)?].concat())
            };
            let mut block = *b"a-different-padd";
            for (last, left) in [(1, 15), (13, 3), (16, 0)] {
                block[15] = last;
                assert_eq!(cipher.decrypt(&key, &padded(block)?)?.len(), left, "any bytes may pad");
            }
            for last in [0, 17, 255] {
                block[15] = last;
                let refusal = cipher.decrypt(&key, &padded(block)?);
                assert!(matches!(refusal, Err(Error::Undecryptable)), "{last}");
            }
            let whole = cipher.encrypt(&key, b"x", &random)?;
            for length in [0, 15, 16, 17, 31] {
                let refusal = cipher.decrypt(&key, &whole[..length]);
                assert!(matches!(refusal, Err(Error::Undecryptable)), "{length} bytes");
            }
        }
        Ok(())
    }
}
