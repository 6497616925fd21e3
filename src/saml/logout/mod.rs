//! Single logout (saml-core-2.0-os §3.7, saml-profiles-2.0-os §4.4), by Redirect, by POST and by SOAP: a request that
//! names whose sessions end, and the answer to it. Which sessions those are, and who else must hear of it, is for the
//! caller.

mod answer;
mod reason;
mod received;
mod request;
mod response;
#[cfg(test)]
mod tests;

pub use answer::{LogoutOutcome, UnverifiedLogoutResponse, VerifiedLogoutResponse};
pub use reason::LogoutReason;
pub use received::{CheckedLogoutRequest, UnverifiedLogoutRequest, VerifiedLogoutRequest};
pub use request::LogoutRequest;
pub use response::{LogoutResponse, LogoutStatus};
