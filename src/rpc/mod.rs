//! The cloud OpenAPI envelope: how a call is written, signed, read, verified and answered, whichever
//! product and action it names (RPC style: one path, `Action` and `Version`, flat text parameters).
//!
//! Follows the vendor's "Request syntax and signature method V3" (ACS3-HMAC-SHA256) and the older RPC
//! signature (HMAC-SHA1 in the query). It opens no socket, finds no secret and remembers no nonce: the
//! server does, with what is handed out here.

mod acs3;
mod answer;
mod call;
mod encoding;
mod error;
mod hmac_sha1;
mod parameters;
mod request;
mod sign;
mod xml;

pub use answer::{Answer, Fault, Format};
pub use call::{Call, Claim, Credential, MAX_SKEW, Signature, VerifiedCall};
pub use error::Error;
pub use parameters::Parameters;
pub use request::{Headers, Request};
pub use sign::{AccessKey, Outgoing, Signed, sign_query};

#[cfg(test)]
mod tests;
