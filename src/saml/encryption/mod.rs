//! Encryption of assertions and names (saml-core-2.0-os §6, xmlenc-core1): to the key that a peer's metadata names, and
//! from peers to keys of ours.
//!
//! Encryption keeps from being read and proves nothing: anybody can encrypt to a key that is published. What was
//! decrypted is only as good as the signature that was verified around it, or inside.

mod algorithm;
mod certificate;
mod choice;
mod decrypter;
mod recipient;
#[cfg(test)]
mod tests;

pub use certificate::{EncryptionCertificate, EncryptionMethod};
pub use choice::EncryptionPreference;
pub use decrypter::Decrypter;
pub use recipient::Recipient;
