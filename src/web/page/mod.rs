//! The portal's pages: one view per page, each a plain struct that its template in
//! `templates/portal/` prints. Sentences live in the templates, escaping is askama's, and the only
//! markup that passes unescaped is [`QrCode`], which draws itself.
//!
//! Every page works without script except [`PostOn`], which then shows a button. A `nonce` is the one that
//! the response's Content-Security-Policy names in `script-src`.

pub mod admin;
mod direct_link;
mod enrolment;
mod lead_on;
mod login;
mod new_password;
mod portal;
mod post_on;
mod qr_code;
mod refusal;
mod second_factor;
mod sessions;
mod sign_on_refused;
mod signed_out;
#[cfg(test)]
mod tests;

pub use direct_link::DirectLink;
pub use enrolment::Enrolment;
pub use lead_on::LeadOn;
pub use login::Login;
pub use new_password::NewPassword;
pub use portal::{Account, Application, LandingPage, Portal, RamUser, Readiness, Role};
pub use post_on::PostOn;
pub use qr_code::{QrCode, TooLong};
pub use refusal::{Refusal, WayOut};
pub use second_factor::SecondFactor;
pub use sessions::{Session, SessionIdentity, Sessions};
pub use sign_on_refused::{SignOnRefused, WayBack};
pub use signed_out::{SignedOut, ToldApplication};
