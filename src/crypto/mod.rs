//! Cryptography as the product uses it: randomness, hashes, opaque tokens, passwords (Argon2id),
//! one-time codes (RFC 6238), passkeys (WebAuthn), sealing of secrets at rest (AES-256-GCM), signing keys,
//! encryption of messages (AES and RSA-OAEP), certificates, and the public keys of those who sign tokens.
//!
//! One choice of algorithm per purpose, made here, but for signatures and encrypted messages, where the receiver has
//! a say. No protocol, no storage and no key material that outlives its owner: callers hold the keys, this room only
//! works with them.

mod algorithm;
mod blocked;
mod certificate;
mod content_cipher;
mod decryption;
mod ecdsa;
mod error;
pub mod hash;
mod key_transport;
mod passkey;
pub mod password;
mod public_key;
mod random;
mod sealing;
mod signing;
pub mod token;
mod totp;

pub use algorithm::{DigestAlgorithm, KeyType, SignatureAlgorithm};
pub use blocked::{Algorithm, BlockedAlgorithms, TransportScheme};
pub use certificate::Certificate;
pub use content_cipher::ContentCipher;
pub use decryption::DecryptionKey;
pub use error::Error;
pub use key_transport::KeyTransport;
pub use passkey::{Challenge, Passkey, Proof, RelyingParty};
pub use public_key::PublicKey;
pub use random::Random;
pub use sealing::SealingKey;
pub use signing::SigningKey;
pub use totp::TotpSecret;
