//! HTTP to service providers and identity providers: their metadata fetched, their logout messages sent. Where to
//! is what administrators and metadata say, so every address is held to be hostile: a name is resolved once, what
//! it stands for must be public or allowed by the configuration, and the connection goes to exactly that.
//!
//! Knows nothing of what is fetched; keeps nothing.

mod address;
mod client;
mod error;
mod gate;
mod limits;
mod target;

pub use client::{Fetched, Peers, Validators};
pub use error::Error;
pub use limits::{Names, PeerLimits};

#[cfg(test)]
mod tests;
