//! Every reason to refuse a message, and the few to fail at writing one.

use std::fmt;

use crate::base::Timestamp;
use crate::crypto;

/// Why a message was refused or could not be written. The text is for logs and administrators: it
/// names what was received, so it must not be shown to whoever sent it.
#[derive(Debug)]
pub enum Error {
    /// A value holds a character that XML 1.0 §2.2 cannot carry, not even escaped.
    IllegalCharacter {
        /// The element that was being written or read.
        element: String,
        /// The character.
        character: char,
    },
    /// A key or a certificate could not be used.
    Crypto(crypto::Error),
    /// The message is larger than is ever needed.
    TooLarge {
        /// The most that is read, in bytes.
        limit: usize,
        /// What came, in bytes.
        received: usize,
    },
    /// The message is not base 64 with padding (RFC 4648 §4), white space aside.
    NotBase64,
    /// The message is not one whole stream of DEFLATE without header (RFC 1951).
    NotDeflated,
    /// The message is not well-formed XML in UTF-8.
    Malformed {
        /// Where, in bytes from the start.
        offset: u64,
        /// Which rule is broken.
        rule: &'static str,
    },
    /// A construct that SAML never needs and attacks do: a document type, a processing instruction,
    /// a comment, a CDATA section.
    Forbidden {
        /// Which one.
        construct: &'static str,
        /// Where, in bytes from the start.
        offset: u64,
    },
    /// Deeper, or more of something, than is ever needed.
    TooMany {
        /// Of what.
        what: &'static str,
        /// The most that is read.
        limit: usize,
    },
    /// An element or attribute that must be there is not.
    Missing {
        /// Its name.
        expected: &'static str,
        /// The element that lacks it.
        inside: String,
    },
    /// An element stands where it may not, or once too often.
    Misplaced {
        /// The element.
        received: String,
        /// Where it stands.
        inside: String,
    },
    /// A value is not of its type.
    Value {
        /// The element or attribute.
        what: &'static str,
        /// Its type in words.
        expected: &'static str,
        /// What came instead.
        received: String,
    },
    /// A SOAP header that must be understood, and is not.
    NotUnderstood {
        /// The element.
        received: String,
    },
    /// Two elements have the same ID, so a reference to it could mean either.
    DuplicateId {
        /// The ID.
        received: String,
    },
    /// The assertion or a name is encrypted, where that is not accepted or where it was not decrypted.
    Encrypted,
    /// What was encrypted does not decrypt: it was encrypted to another key, by an algorithm that is not accepted, or it
    /// is built as no honest sender builds it. Which of these is not told, so that nobody can find out by trying.
    Undecryptable,
    /// There is no RSA key to encrypt to.
    NoRecipient,
    /// There is no key to verify with.
    NoCertificate,
    /// Nothing in the message is signed.
    Unsigned,
    /// A cryptographic algorithm or transform that is not on the list.
    Algorithm {
        /// `ds:SignatureMethod`, `ds:DigestMethod`, …
        what: &'static str,
        /// What is accepted there.
        expected: &'static str,
        /// What came.
        received: String,
    },
    /// A cryptographic algorithm that is on the list, and blocked.
    Blocked {
        /// What names it: `ds:SignatureMethod`, `SigAlg`, `xenc:EncryptionMethod`, …
        what: &'static str,
        /// Its URI.
        algorithm: &'static str,
    },
    /// A receiver takes no cipher, or no key transport, but such as are blocked.
    NothingLeft {
        /// What its metadata says that it takes; empty where that is nothing in particular.
        received: String,
    },
    /// A signature that refers to something other than the element it stands in.
    Reference {
        /// `#` and the ID of the element.
        expected: String,
        /// What it refers to.
        received: String,
    },
    /// No configured certificate verifies the signature.
    Signature {
        /// How many were tried.
        certificates: usize,
    },
    /// What the signature covers is not what was read from the message.
    NotWhatWasSigned,
    /// Not version 2.0.
    Version {
        /// What came.
        received: String,
    },
    /// The peer reports a failure.
    Status {
        /// The status code.
        received: String,
        /// Its message, if any.
        message: Option<String>,
    },
    /// Issued by another identity provider.
    Issuer {
        /// The entity id that is trusted.
        expected: String,
        /// The issuer.
        received: String,
    },
    /// Meant for another service provider.
    Audience {
        /// Our entity id.
        expected: String,
        /// Whom it is meant for.
        received: Vec<String>,
    },
    /// The message was meant for another address.
    Destination {
        /// Our address.
        expected: String,
        /// The address it names.
        received: String,
    },
    /// The confirmation was meant for another address.
    Recipient {
        /// Our address.
        expected: String,
        /// The address it names.
        received: String,
    },
    /// Not the answer to our request, or an answer where none was asked for.
    InResponseTo {
        /// The ID of our request; `None` when unsolicited Responses are expected.
        expected: Option<String>,
        /// The request it names.
        received: Option<String>,
    },
    /// Not exactly one bearer confirmation.
    Confirmations {
        /// The methods that came.
        received: Vec<String>,
    },
    /// Not valid yet, clock skew allowed for.
    NotYetValid {
        /// Which attribute says so.
        what: &'static str,
        /// When it begins.
        not_before: Timestamp,
        /// The time it was checked at.
        now: Timestamp,
    },
    /// No longer valid, clock skew allowed for.
    Expired {
        /// Which attribute says so.
        what: &'static str,
        /// When it ended.
        not_on_or_after: Timestamp,
        /// The time it was checked at.
        now: Timestamp,
    },
    /// Valid for longer than its ID could be remembered against replay.
    Lifetime {
        /// The longest that is accepted, in seconds.
        limit_seconds: u64,
        /// When it would end.
        not_on_or_after: Timestamp,
    },
    /// Metadata that would be true for longer than is accepted, so that its signer could not take it back.
    ValidTooLong {
        /// The longest that is accepted from now on, in seconds.
        limit_seconds: u64,
        /// When it would end.
        valid_until: Timestamp,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IllegalCharacter { element, character } => {
                write!(f, "{element}: U+{:04X} is not allowed in XML", u32::from(*character))
            }
            Self::Crypto(error) => write!(f, "{error}"),
            Self::TooLarge { limit, received } => {
                write!(f, "{received} bytes, at most {limit} are accepted")
            }
            Self::NotBase64 => f.write_str("not base 64"),
            Self::NotDeflated => f.write_str("not deflated"),
            Self::Malformed { offset, rule } => write!(f, "malformed XML at byte {offset}: {rule}"),
            Self::Forbidden { construct, offset } => {
                write!(f, "{construct} at byte {offset} is not accepted")
            }
            Self::TooMany { what, limit } => write!(f, "too many {what}, at most {limit} are accepted"),
            Self::Missing { expected, inside } => write!(f, "{inside} lacks {expected}"),
            Self::Misplaced { received, inside } => write!(f, "{received} may not stand in {inside}"),
            Self::Value { what, expected, received } => {
                write!(f, "{what}: expected {expected}, received {received:?}")
            }
            Self::NotUnderstood { received } => write!(f, "the header {received} is not understood"),
            Self::DuplicateId { received } => write!(f, "the ID {received:?} occurs twice"),
            Self::Encrypted => f.write_str("an encrypted assertion or name is not accepted here"),
            Self::Undecryptable => f.write_str("what was encrypted does not decrypt"),
            Self::NoRecipient => f.write_str("no certificate with an RSA key to encrypt to is known"),
            Self::NoCertificate => f.write_str("no signing certificate is known"),
            Self::Unsigned => f.write_str("nothing in the message is signed"),
            Self::Signature { certificates } => {
                write!(f, "the signature does not verify with any of {certificates} certificates")
            }
            Self::NotWhatWasSigned => f.write_str("the signed bytes are not what was read"),
            other => other.fmt_check(f),
        }
    }
}

impl Error {
    /// The refusals of a well-formed, well-signed message.
    fn fmt_check(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm { what, expected, received } => {
                write!(f, "{what}: expected {expected}, received {received:?}")
            }
            Self::Blocked { what, algorithm } => write!(f, "{what}: {algorithm} is blocked"),
            Self::NothingLeft { received } => {
                write!(
                    f,
                    "md:EncryptionMethod: all that is left to encrypt by is blocked, received {received:?}"
                )
            }
            Self::Reference { expected, received } => {
                write!(f, "ds:Reference: expected {expected:?}, received {received:?}")
            }
            Self::Version { received } => write!(f, "Version: expected \"2.0\", received {received:?}"),
            Self::Status { received, message } => {
                write!(f, "status {received:?}, message {:?}", message.as_deref().unwrap_or_default())
            }
            Self::Issuer { expected, received } => {
                write!(f, "saml:Issuer: expected {expected:?}, received {received:?}")
            }
            Self::Audience { expected, received } => {
                write!(f, "saml:Audience: expected {expected:?}, received {received:?}")
            }
            Self::Destination { expected, received } => {
                write!(f, "Destination: expected {expected:?}, received {received:?}")
            }
            Self::Recipient { expected, received } => {
                write!(f, "Recipient: expected {expected:?}, received {received:?}")
            }
            Self::InResponseTo { expected, received } => {
                write!(f, "InResponseTo: expected {expected:?}, received {received:?}")
            }
            Self::Confirmations { received } => {
                write!(f, "saml:SubjectConfirmation: expected one bearer, received {received:?}")
            }
            Self::NotYetValid { what, not_before, now } => {
                write!(f, "{what}: valid from {not_before}, it is {now}")
            }
            Self::Expired { what, not_on_or_after, now } => {
                write!(f, "{what}: valid until {not_on_or_after}, it is {now}")
            }
            Self::Lifetime { limit_seconds, not_on_or_after } => {
                write!(f, "valid until {not_on_or_after}, longer than {limit_seconds} s after it was issued")
            }
            Self::ValidTooLong { limit_seconds, valid_until } => {
                write!(f, "validUntil: at most {limit_seconds} s from now, received {valid_until}")
            }
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl From<crypto::Error> for Error {
    fn from(error: crypto::Error) -> Self {
        Self::Crypto(error)
    }
}
