//! Proof of the right to administer.

use crate::storage::event::Origin;

/// Somebody who may administer the product. Every change of the directory, of configurations and of
/// assignments asks for one.
#[derive(Clone, Debug)]
pub struct Operator(Origin);

impl Operator {
    /// Whoever runs the program on its data directory: start-up and the command line.
    pub fn local() -> Self {
        Self(Origin { actor: "local".to_owned(), request_id: String::new(), source_address: String::new() })
    }

    /// The worker, which keeps things up by itself.
    pub(super) fn system() -> Self {
        Self(Origin::system(String::new()))
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.0
    }
}
