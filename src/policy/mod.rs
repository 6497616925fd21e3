//! RAM policy documents, version 1: grammar, limits, evaluation with an explanation, and a summary in
//! words.
//!
//! Follows the vendor's "Policy structure and syntax" with the choices where it is silent written at
//! [`evaluate`]. It knows no policy by name and no account: the catalogue of system policies and who
//! holds what belong to the callers.

mod condition;
mod context;
mod document;
mod error;
mod evaluation;
mod grammar;
mod json;
mod pattern;
mod summary;

pub use context::Context;
pub use document::{Document, Effect, Kind};
pub use error::Error;
pub use evaluation::{
    Decision, Explained, Layer, Named, Principal, Request, evaluate, evaluate_layers, evaluate_trust,
};
pub use pattern::Wildcard;
pub use summary::{Line, TrustLine, describe, summarise, summarise_trust};

#[cfg(test)]
mod tests;
