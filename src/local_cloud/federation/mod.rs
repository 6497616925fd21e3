//! Who comes in by an identity provider: a role by role SSO (the console and `AssumeRoleWithSAML` alike), a
//! RAM user by user SSO; and single logout (SAML 2.0 profiles §4.1 and §4.4).
//!
//! A message is verified outside of every transaction; the transaction that makes a session of it looks
//! again and uses it up. What it claims before that serves to find metadata, and nothing else.

pub(crate) mod logout;
mod posted;
pub(crate) mod role;
pub(crate) mod user;

pub(crate) use posted::Posted;
