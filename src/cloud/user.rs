//! IMS 2019-08-15: the RAM users of an account, and the domain that their logon names end with.

use serde::Deserialize;

use super::account::Account;
use super::call::{Call, Product};
use super::error::Error;

/// A RAM user of an account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RamUser {
    /// The id, given by the cloud; it stays when the user is renamed.
    pub user_id: String,
    /// `<name>@<default domain of the account>`, by which IMS names the user.
    #[serde(rename = "UserPrincipalName")]
    pub principal_name: String,
    /// The name people see.
    #[serde(default)]
    pub display_name: String,
    /// Empty when there is none.
    #[serde(default)]
    pub email: String,
    /// Free text.
    #[serde(default)]
    pub comments: String,
    /// `Manual`, `SCIM` or `CloudSSO`; empty when the cloud does not say.
    #[serde(default)]
    pub provision_type: String,
}

impl RamUser {
    /// What stands before the domain, by which RAM names the user.
    pub fn name(&self) -> &str {
        self.principal_name.split_once('@').map_or(self.principal_name.as_str(), |(name, _domain)| name)
    }
}

/// A user to be created.
#[derive(Clone, Copy, Debug)]
pub struct NewRamUser<'a> {
    /// `<name>@<default domain of the account>`: 1 to 64 letters, digits and `.-_` before the `@`, at most
    /// 128 characters in all.
    pub principal_name: &'a str,
    /// The name people see, 1 to 24 characters.
    pub display_name: &'a str,
    /// At most 128 characters.
    pub email: Option<&'a str>,
    /// Free text, at most 128 characters.
    pub comments: &'a str,
}

/// What to change in a user; `None` leaves it.
#[derive(Clone, Copy, Debug, Default)]
pub struct RamUserChanges<'a> {
    /// The name people see, 1 to 24 characters.
    pub display_name: Option<&'a str>,
    /// At most 128 characters; the empty text takes it away.
    pub email: Option<&'a str>,
    /// Free text, at most 128 characters; the empty text takes it away.
    pub comments: Option<&'a str>,
    /// `CloudSSO` takes a user over, `Manual` lets it go. The local cloud takes it from CloudSSO's own role;
    /// the vendor documents no such parameter, so that the answer says whether it counted.
    pub provision_type: Option<&'a str>,
}

fn call(action: &'static str) -> Call {
    Call::new(Product::Ims, action)
}

fn named(action: &'static str, principal_name: &str) -> Call {
    call(action).with("UserPrincipalName", principal_name)
}

/// Every function is the IMS action of the name that it tells; its errors are [`Error`].
impl Account {
    /// The domain that the logon names of the account's users end with (`GetDefaultDomain`), such as
    /// `1111222233334444.onaliyun.com`.
    ///
    /// # Errors
    /// [`Error`].
    pub fn default_domain(&self) -> Result<String, Error> {
        Ok(self.send::<DefaultDomainWire>(&call("GetDefaultDomain"))?.default_domain_name)
    }

    /// Creates a user without rights and without ways to log on (`CreateUser`). What CloudSSO's own role
    /// creates on the local cloud has the provision type `CloudSSO`.
    ///
    /// # Errors
    /// [`Error::is_already_exists`] when the name is taken, in whichever case; `LimitExceeded.User`.
    pub fn create_ram_user(&self, user: &NewRamUser<'_>) -> Result<RamUser, Error> {
        let call = named("CreateUser", user.principal_name)
            .with("DisplayName", user.display_name)
            .with_optional("Email", user.email)
            .with("Comments", user.comments);
        Ok(self.send::<UserWire>(&call)?.user)
    }

    /// Reads a user (`GetUser`).
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn get_ram_user(&self, principal_name: &str) -> Result<RamUser, Error> {
        Ok(self.send::<UserWire>(&named("GetUser", principal_name))?.user)
    }

    /// Lists the account's users, all pages (`ListUsers`).
    ///
    /// # Errors
    /// [`Error`].
    pub fn list_ram_users(&self) -> Result<Vec<RamUser>, Error> {
        self.marked(|| call("ListUsers"), |page: UsersWire| page.users.user)
    }

    /// Changes a user and gives it as it is then (`UpdateUser`).
    ///
    /// # Errors
    /// [`Error::is_not_found`]; the local cloud refuses with `NoPermission.ReservedObject` for a user that
    /// CloudSSO does not keep, unless the change takes it over.
    pub fn update_ram_user(
        &self,
        principal_name: &str,
        changes: &RamUserChanges<'_>,
    ) -> Result<RamUser, Error> {
        let call = named("UpdateUser", principal_name)
            .with_optional("NewDisplayName", changes.display_name)
            .with_optional("NewEmail", changes.email)
            .with_optional("NewComments", changes.comments)
            .with_optional("ProvisionType", changes.provision_type);
        Ok(self.send::<UserWire>(&call)?.user)
    }

    /// Deletes a user that nothing hangs on (`DeleteUser`).
    ///
    /// # Errors
    /// [`Error::is_not_found`]; `DeleteConflict.User.AccessKey`, `.LoginProfile`, `.MFADevice`, `.Policy` or
    /// `.Group` while it has one; the local cloud refuses with `NoPermission.ReservedObject` for a user that
    /// CloudSSO does not keep.
    pub fn delete_ram_user(&self, principal_name: &str) -> Result<(), Error> {
        self.done(&named("DeleteUser", principal_name))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DefaultDomainWire {
    default_domain_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserWire {
    user: RamUser,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UsersWire {
    users: UserListWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserListWire {
    #[serde(default)]
    user: Vec<RamUser>,
}
