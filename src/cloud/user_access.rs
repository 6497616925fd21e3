//! IMS 2019-08-15: the ways in of a RAM user of its own (password, AccessKeys, MFA device), and its groups.
//!
//! It takes them away and gives none: a provisioned user logs on through CloudSSO only.

use serde::Deserialize;

use super::account::Account;
use super::call::{Call, Product};
use super::error::Error;

/// An AccessKey of a RAM user, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RamAccessKey {
    /// The id.
    pub id: String,
    /// Whether it opens anything: `Active`, not `Inactive`.
    pub is_active: bool,
}

fn named(action: &'static str, principal_name: &str) -> Call {
    Call::new(Product::Ims, action).with("UserPrincipalName", principal_name)
}

/// Every function is the IMS action of the name that it tells; its errors are [`Error`]. What changes
/// something is refused by the local cloud with `NoPermission.ReservedObject` for a user that CloudSSO does
/// not keep.
impl Account {
    /// Whether the user has a login profile, so that it may have a password (`GetLoginProfile`).
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such user.
    pub fn has_login_profile(&self, principal_name: &str) -> Result<bool, Error> {
        match self.done(&named("GetLoginProfile", principal_name)) {
            Err(error) if error.is_not_found() && error.code().ends_with(".LoginProfile") => Ok(false),
            outcome => outcome.map(|()| true),
        }
    }

    /// Deletes the login profile of a user (`DeleteLoginProfile`).
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such user or it has none.
    pub fn delete_login_profile(&self, principal_name: &str) -> Result<(), Error> {
        self.done(&named("DeleteLoginProfile", principal_name))
    }

    /// Lists the AccessKeys of a user (`ListAccessKeys`).
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn list_access_keys(&self, principal_name: &str) -> Result<Vec<RamAccessKey>, Error> {
        let answer: AccessKeysWire = self.send(&named("ListAccessKeys", principal_name))?;
        let read = |key: AccessKeyWire| RamAccessKey {
            id: key.access_key_id,
            // Whatever else the cloud may say, a key is taken for one that opens something.
            is_active: key.status != "Inactive",
        };
        Ok(answer.access_keys.access_key.into_iter().map(read).collect())
    }

    /// Switches an AccessKey of a user off (`UpdateAccessKey`); nothing here switches one on.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such user or it has no such key.
    pub fn set_access_key_inactive(&self, principal_name: &str, key_id: &str) -> Result<(), Error> {
        let call = named("UpdateAccessKey", principal_name);
        self.done(&call.with("UserAccessKeyId", key_id).with("Status", "Inactive"))
    }

    /// Deletes an AccessKey of a user (`DeleteAccessKey`).
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such user or it has no such key.
    pub fn delete_access_key(&self, principal_name: &str, key_id: &str) -> Result<(), Error> {
        self.done(&named("DeleteAccessKey", principal_name).with("UserAccessKeyId", key_id))
    }

    /// Whether an MFA device is bound to the user (`GetUserMFAInfo`).
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such user.
    pub fn has_mfa_device(&self, principal_name: &str) -> Result<bool, Error> {
        match self.send::<MfaWire>(&named("GetUserMFAInfo", principal_name)) {
            Err(error) if error.is_not_found() && error.code().ends_with(".MFADevice") => Ok(false),
            outcome => outcome.map(|mfa| mfa.is_enabled),
        }
    }

    /// Unbinds the MFA device of a user; the device itself stays in the account (`UnbindMFADevice`).
    ///
    /// # Errors
    /// [`Error::is_not_found`] when there is no such user or it has none.
    pub fn unbind_mfa_device(&self, principal_name: &str) -> Result<(), Error> {
        self.done(&named("UnbindMFADevice", principal_name))
    }

    /// Lists the names of the groups that a user is in (`ListGroupsForUser`).
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn list_groups_for_user(&self, principal_name: &str) -> Result<Vec<String>, Error> {
        let answer: GroupsWire = self.send(&named("ListGroupsForUser", principal_name))?;
        Ok(answer.groups.group.into_iter().map(|group| group.group_name).collect())
    }

    /// Takes a user out of a group (`RemoveUserFromGroup`).
    ///
    /// # Errors
    /// [`Error::is_not_found`] when either does not exist or the user is not in the group.
    pub fn remove_user_from_group(&self, principal_name: &str, group: &str) -> Result<(), Error> {
        self.done(&named("RemoveUserFromGroup", principal_name).with("GroupName", group))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccessKeysWire {
    access_keys: AccessKeyListWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccessKeyListWire {
    #[serde(default)]
    access_key: Vec<AccessKeyWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccessKeyWire {
    access_key_id: String,
    status: String,
}

#[derive(Deserialize)]
struct MfaWire {
    #[serde(rename = "IsMFAEnable")]
    is_enabled: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GroupsWire {
    groups: GroupListWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GroupListWire {
    #[serde(default)]
    group: Vec<GroupWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GroupWire {
    group_name: String,
}
