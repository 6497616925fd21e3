//! The cloud OpenAPI envelope: how a call is written, signed, read, verified and answered, whichever
//! product and action it names (RPC style: one path, `Action` and `Version`, flat text parameters).
//!
//! Follows the vendor's "Request syntax and signature method V3" (ACS3-HMAC-SHA256) and the older RPC
//! signature (HMAC-SHA1 in the query). It opens no socket, finds no secret and remembers no nonce: the
//! server does, with what is handed out here.

mod acs3;
mod answer;
mod call;
mod claim;
mod encoding;
mod error;
mod fault;
mod format;
mod hmac_sha1;
mod parameters;
mod received;
mod request;
mod sign;
mod xml;

pub use answer::Answer;
pub use call::{Call, Credential, MAX_SKEW, Signature, VerifiedCall};
pub use claim::Claim;
pub use error::Error;
pub use fault::Fault;
pub use format::Format;
pub use parameters::Parameters;
pub use received::{BODY_LIMIT, Body, Received};
pub use request::{Headers, Request};
pub use sign::{AccessKey, Outgoing, Signed, sign_query};

#[cfg(test)]
mod tests;
