//! Sign-on at applications by SAML (saml-profiles-2.0-os §4.1): from a service provider's request, or from a click in
//! the portal, to a Response for it.
//!
//! A message that cannot be trusted gets a page here and is never answered: only [`receive`] and [`begin`] make a
//! [`SignOnRequest`], whose address comes from the service provider's metadata. From then on whatever happens can be
//! told to the service provider. Sign-in happens in between, in the same browser: the request travels along sealed.

mod answer;
mod begin;
mod entitle;
mod inspect;
mod name_id;
mod preview;
mod receive;
mod release;
mod request;
mod test_logon;

pub(super) use name_id::qualified;

pub use answer::{Answer, answer, receive_and_answer};
pub use begin::begin;
pub use inspect::{Inspection, Moment, inspect};
pub use preview::{Preview, PreviewedAttribute, PreviewedName, preview};
pub use receive::{LONGEST_MESSAGE, Message, receive};
pub use request::{SignOnRequest, resume, token};
pub use test_logon::{TestLogon, TestResponse, test_logon};
