//! One's own password.

use crate::base::Secret;
use crate::local_cloud::api::OwnRights;
use crate::local_cloud::api::version::IMS;
use crate::local_cloud::owner;
use crate::local_cloud::refusal::{Flaw, Refusal};

use super::super::desk::{Desk, Done, Visit};
use super::is_owner;

/// What the page says of the password.
pub(super) struct Password {
    /// Why it cannot be changed here.
    pub(super) refused: Option<String>,
    pub(super) rule: &'static str,
}

impl Password {
    pub(super) fn of_user(rights: &OwnRights) -> Self {
        let refused = match &rights.password {
            Some(refusal) => Some(refusal.to_string()),
            None if !rights.has_password => {
                Some("This user has no password: it does not sign in with one.".to_owned())
            }
            None => None,
        };
        Self { refused, rule: "8 to 32 characters, and as the account's password policy says." }
    }

    pub(super) const fn of_owner() -> Self {
        let rule = "8 to 32 characters, with a lowercase letter, an uppercase letter and a digit. Your other \
                    sessions as the owner end, and the password that this server made up is forgotten.";
        Self { refused: None, rule }
    }
}

pub(super) fn change(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let (old, new) = (visit.given("old_password"), visit.given("new_password"));
    if new != visit.given("new_password_again") {
        return Err(Refusal::parameter("NewPassword", Flaw::Value, "the same both times"));
    }
    if is_owner(desk) {
        let session = desk.session();
        let passwords = (&Secret::new(old), &Secret::new(new));
        owner::change_password(desk.cloud(), &session.identity, passwords, &session.row.id)?;
    } else {
        desk.call(IMS, "ChangePassword", &[("OldPassword", old), ("NewPassword", new)])?;
    }
    Ok(Done::Here)
}
