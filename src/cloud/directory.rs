//! ResourceDirectoryMaster 2022-04-19, called in the management account: the tree of folders and members.

use serde::Deserialize;

use crate::base::{AccountId, FolderId};

use super::account::Account;
use super::call::{Call, Product};
use super::error::Error;

/// The resource directory.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceDirectory {
    /// `rd-…`.
    pub resource_directory_id: String,
    /// The folder that holds all others.
    pub root_folder_id: FolderId,
    /// The management account.
    pub master_account_id: AccountId,
    /// Its name.
    #[serde(default)]
    pub master_account_name: String,
}

/// A folder.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Folder {
    /// The id.
    pub folder_id: FolderId,
    /// The name, 1 to 24 characters.
    pub folder_name: String,
}

/// A member account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Member {
    /// The id.
    pub account_id: AccountId,
    /// The name people give it.
    #[serde(default)]
    pub display_name: String,
    /// The folder it is in.
    pub folder_id: FolderId,
    /// `CreateSuccess`, `InviteSuccess`, `Removed`, …
    #[serde(default)]
    pub status: String,
    /// `invited` or `created`.
    #[serde(default)]
    pub join_method: String,
    /// `ResourceAccount` or `CloudAccount`.
    #[serde(rename = "Type", default)]
    pub kind: String,
}

/// A member to be created.
#[derive(Clone, Copy, Debug)]
pub struct NewMember<'a> {
    /// The name people give it, 2 to 50 characters.
    pub display_name: &'a str,
    /// The folder to put it in; the root if `None`.
    pub parent: Option<&'a FolderId>,
    /// What its domain name begins with; the cloud chooses if `None`.
    pub account_name_prefix: Option<&'a str>,
}

fn call(action: &'static str) -> Call {
    Call::new(Product::ResourceDirectory, action)
}

/// Every function is the ResourceDirectoryMaster action of the same name, for the management account; its
/// errors are [`Error`].
impl Account {
    /// Reads the resource directory.
    ///
    /// # Errors
    /// [`Error`].
    pub fn get_resource_directory(&self) -> Result<ResourceDirectory, Error> {
        Ok(self.send::<ResourceDirectoryWire>(&call("GetResourceDirectory"))?.resource_directory)
    }

    /// Lists the folders in `parent`, all pages.
    ///
    /// # Errors
    /// [`Error`].
    pub fn list_folders_for_parent(&self, parent: &FolderId) -> Result<Vec<Folder>, Error> {
        self.numbered(
            || call("ListFoldersForParent").with("ParentFolderId", parent),
            |page: FoldersWire| (page.folders.folder, page.total_count),
        )
    }

    /// Lists all members, all pages.
    ///
    /// # Errors
    /// [`Error`].
    pub fn list_accounts(&self) -> Result<Vec<Member>, Error> {
        self.numbered(|| call("ListAccounts"), |page: MembersWire| (page.accounts.account, page.total_count))
    }

    /// Lists the members in a folder, not those below it, all pages.
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn list_accounts_for_parent(&self, parent: &FolderId) -> Result<Vec<Member>, Error> {
        self.numbered(
            || call("ListAccountsForParent").with("ParentFolderId", parent),
            |page: MembersWire| (page.accounts.account, page.total_count),
        )
    }

    /// Reads a member.
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn get_account(&self, member: &AccountId) -> Result<Member, Error> {
        Ok(self.send::<MemberWire>(&call("GetAccount").with("AccountId", member))?.account)
    }

    /// Moves a member into another folder.
    ///
    /// # Errors
    /// [`Error::is_not_found`] when either does not exist; a conflict when it is there already.
    pub fn move_account(&self, member: &AccountId, destination: &FolderId) -> Result<(), Error> {
        self.done(&call("MoveAccount").with("AccountId", member).with("DestinationFolderId", destination))
    }

    /// Gives a member another display name, 2 to 50 characters.
    ///
    /// # Errors
    /// [`Error::is_not_found`].
    pub fn update_account(&self, member: &AccountId, new_display_name: &str) -> Result<Member, Error> {
        let call = call("UpdateAccount").with("AccountId", member).with("NewDisplayName", new_display_name);
        Ok(self.send::<MemberWire>(&call)?.account)
    }

    /// Gives a folder another name, 1 to 24 characters.
    ///
    /// # Errors
    /// [`Error::is_not_found`]; [`Error::is_already_exists`] when the name is taken there.
    pub fn update_folder(&self, folder: &FolderId, new_name: &str) -> Result<Folder, Error> {
        let call = call("UpdateFolder").with("FolderId", folder).with("NewFolderName", new_name);
        Ok(self.send::<FolderWire>(&call)?.folder)
    }

    /// Deletes a folder that has neither folders nor members.
    ///
    /// # Errors
    /// [`Error::is_not_found`]; a conflict while something is in it.
    pub fn delete_folder(&self, folder: &FolderId) -> Result<(), Error> {
        self.done(&call("DeleteFolder").with("FolderId", folder))
    }

    /// Creates a folder in `parent`.
    ///
    /// # Errors
    /// [`Error::is_already_exists`] when the name is taken there.
    pub fn create_folder(&self, name: &str, parent: &FolderId) -> Result<Folder, Error> {
        let call = call("CreateFolder").with("FolderName", name).with("ParentFolderId", parent).once();
        Ok(self.send::<FolderWire>(&call)?.folder)
    }

    /// Creates a member. It is never sent a second time after an unknown outcome, since that would make a
    /// second account: look for it by its name first.
    ///
    /// # Errors
    /// [`Error`].
    pub fn create_resource_account(&self, member: &NewMember<'_>) -> Result<Member, Error> {
        let call = call("CreateResourceAccount")
            .with("DisplayName", member.display_name)
            .with_optional("ParentFolderId", member.parent)
            .with_optional("AccountNamePrefix", member.account_name_prefix)
            .once();
        Ok(self.send::<MemberWire>(&call)?.account)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceDirectoryWire {
    resource_directory: ResourceDirectory,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FolderWire {
    folder: Folder,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MemberWire {
    account: Member,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FoldersWire {
    folders: FolderListWire,
    total_count: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FolderListWire {
    #[serde(default)]
    folder: Vec<Folder>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MembersWire {
    accounts: MemberListWire,
    total_count: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MemberListWire {
    #[serde(default)]
    account: Vec<Member>,
}
