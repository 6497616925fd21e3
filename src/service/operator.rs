//! Proof of the right to administer.

use crate::base::DirectoryId;
use crate::storage::event::Origin;

/// Somebody who may administer the product. Every change of the directory, of configurations and of
/// assignments asks for one. Made by [`Operator::local`], by
/// [`authorise`](super::authorisation::authorise) and by
/// [`admin_session::operator`](super::admin_session::operator) only.
#[derive(Clone, Debug)]
pub struct Operator {
    origin: Origin,
    directory: Option<DirectoryId>,
}

impl Operator {
    /// Whoever runs the program on its data directory: start-up and the command line.
    pub fn local() -> Self {
        let actor = "local".to_owned();
        Self {
            origin: Origin { actor, request_id: String::new(), source_address: String::new() },
            directory: None,
        }
    }

    /// Somebody who was found to have the right, within one directory where they named one.
    pub(super) const fn authorised(origin: Origin, directory: Option<DirectoryId>) -> Self {
        Self { origin, directory }
    }

    /// An administrator who is signed in. For [`admin_session`](super::admin_session) alone.
    pub(super) const fn of_administrator(origin: Origin) -> Self {
        Self { origin, directory: None }
    }

    /// The worker, which keeps things up by itself.
    pub(super) fn system() -> Self {
        Self { origin: Origin::system(String::new()), directory: None }
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The directory that the right was given for; `None` for whichever there is.
    pub(super) fn directory(&self) -> Option<&DirectoryId> {
        self.directory.as_ref()
    }
}
