//! The part of a form that says how a user gets a password: drawn or typed, and what must come at the first
//! sign-in.

use crate::base::Secret;
use crate::local_cloud::refusal::{Flaw, Refusal};

use super::super::desk::{Desk, Visit};

/// What the form begins with: the advised choice, or what was chosen before it failed.
pub(super) struct PasswordChoice {
    pub(super) is_drawn: bool,
    pub(super) reset_required: bool,
    pub(super) mfa_required: bool,
}

impl PasswordChoice {
    pub(super) fn of(visit: &Visit) -> Self {
        let is_new = visit.failure.is_none() || visit.given("password_choice").is_empty();
        Self {
            is_drawn: is_new || visit.given("password_choice") == "drawn",
            reset_required: is_new || visit.is_ticked("reset_required"),
            mfa_required: is_new || visit.is_ticked("mfa_required"),
        }
    }
}

/// What a form asks for: the parameters of a login profile.
pub(super) struct AskedPassword {
    pub(super) parameters: Vec<(String, String)>,
    /// The password, if it was drawn.
    pub(super) drawn: Option<Secret>,
}

/// The login profile that the form asks for, for the user of this name.
pub(super) fn parameters(desk: &Desk<'_>, visit: &Visit, user_name: &str) -> Result<AskedPassword, Refusal> {
    let drawn = match visit.given("password_choice") {
        "drawn" if visit.given("password").is_empty() => Some(desk.draw_password(user_name)?),
        "drawn" => {
            return Err(Refusal::parameter("password", Flaw::Value, "left empty where one is generated"));
        }
        "typed" if visit.given("password") == visit.given("password_again") => None,
        "typed" => {
            return Err(Refusal::parameter("password_again", Flaw::Value, "the same as the password"));
        }
        _ => return Err(Refusal::parameter("password_choice", Flaw::Value, "drawn or typed")),
    };
    let password = drawn.as_ref().map_or(visit.given("password"), Secret::expose);
    let flag = |name: &str, field: &str| (name.to_owned(), visit.is_ticked(field).to_string());
    let parameters = vec![
        ("Password".to_owned(), password.to_owned()),
        flag("PasswordResetRequired", "reset_required"),
        flag("MFABindRequired", "mfa_required"),
    ];
    Ok(AskedPassword { parameters, drawn })
}
