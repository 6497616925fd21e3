//! Administrators: operators of the product. They have their own table, sign in at the same page,
//! and outlive the directory.

use crate::base::{AdministratorId, Timestamp, UserName};

use super::Status;

/// An operator of the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administrator {
    /// The id.
    pub id: AdministratorId,
    /// The sign-in name, unique among administrators and users.
    pub user_name: UserName,
    /// Whether they may sign in.
    pub status: Status,
    /// When they were made.
    pub created_at: Timestamp,
}
