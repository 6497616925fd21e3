//! Attacks by name, each beside the honest use that it must not be confused with.

mod address;
mod code;
mod entitlement;
mod forgery;
mod headers;
mod interruption;
mod password;
mod race;
mod ram_user;
mod replay;
mod session;
mod stage;
