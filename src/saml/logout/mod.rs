//! Single logout (saml-core-2.0-os §3.7, saml-profiles-2.0-os §4.4): a request that names whose sessions
//! end, and the answer to it. Which sessions those are is for the caller.

mod received;
mod request;
mod response;

pub use received::{
    CheckedLogoutRequest, LogoutExpectations, UnverifiedLogoutRequest, VerifiedLogoutRequest,
};
pub use request::LogoutRequest;
pub use response::{LogoutResponse, LogoutStatus};
