//! What one connector sees of users and groups: everything, but for the names that others have for them.

use crate::base::ScimConnectorId;
use crate::domain::{Group, User};

/// The same user as this connector sees them: the external id is that of the connector which set it
/// (RFC 7643 §3.1).
pub(super) fn user_of(connector: Option<&ScimConnectorId>, mut user: User) -> User {
    if user.connector_id.as_ref() != connector {
        user.external_id = None;
    }
    user
}

/// The same group as this connector sees it.
pub(super) fn group_of(connector: Option<&ScimConnectorId>, mut group: Group) -> Group {
    if group.connector_id.as_ref() != connector {
        group.external_id = None;
    }
    group
}
