//! What a RAM user may do for itself, asked without doing it, so that a page can say so beforehand. Ours: the
//! vendor's APIs have no such action.

use diesel::SqliteConnection;

use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::setting::{self, SecurityPreference};
use crate::local_cloud::store::login_profile;

use super::face::own_user;
use super::invocation::Invocation;
use super::permission::may_change_user;

/// Why a user may not do something for itself; nothing where it may.
pub(crate) struct OwnRights {
    /// Whether it has a password at all.
    pub(crate) has_password: bool,
    pub(crate) password: Option<Refusal>,
    pub(crate) device: Option<Refusal>,
    pub(crate) access_keys: Option<Refusal>,
}

/// Asks for the user who calls.
pub(crate) fn own_rights(call: &Invocation<'_>) -> Result<OwnRights, Refusal> {
    call.cloud.store.read(|connection| {
        let preference: SecurityPreference = setting::read(connection, call.account().as_str())?;
        let user_id = call.identity.ram_user().map(|user| user.id.as_str()).unwrap_or_default();
        Ok(OwnRights {
            has_password: login_profile::find(connection, user_id)?.is_some(),
            password: refusal(
                call,
                connection,
                ("ChangePassword", preference.allow_user_to_change_password),
            )?,
            device: refusal(
                call,
                connection,
                ("BindMFADevice", preference.allow_user_to_manage_mfa_devices),
            )?,
            access_keys: refusal(
                call,
                connection,
                ("CreateAccessKey", preference.allow_user_to_manage_access_keys),
            )?,
        })
    })
}

fn refusal(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    right: (&str, bool),
) -> Result<Option<Refusal>, Refusal> {
    let user = own_user(call, connection)?.authorised_or_own(call, connection, right);
    match user.and_then(|user| may_change_user(call.identity, &user)) {
        Ok(()) => Ok(None),
        Err(broken @ Refusal::Internal(_)) => Err(broken),
        Err(refusal) => Ok(Some(refusal)),
    }
}
