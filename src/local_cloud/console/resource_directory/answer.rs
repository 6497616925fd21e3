//! What the answers of ResourceDirectoryMaster hold, as far as the pages show it.

use serde::Deserialize;

use crate::local_cloud::api::version::RESOURCE_DIRECTORY_MASTER;
use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Desk, path};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Directory {
    pub(super) resource_directory_id: String,
    pub(super) root_folder_id: String,
    pub(super) master_account_id: String,
    pub(super) master_account_name: String,
    pub(super) control_policy_status: String,
    pub(super) member_deletion_status: String,
    pub(super) member_account_display_name_sync_status: String,
    pub(super) create_time: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Folder {
    pub(super) folder_id: String,
    pub(super) folder_name: String,
    pub(super) create_time: String,
    /// The ids of the directory and of the folders down to this one, where it was asked for alone.
    #[serde(default)]
    pub(super) resource_directory_path: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Member {
    pub(super) account_id: String,
    pub(super) account_name: String,
    pub(super) display_name: String,
    pub(super) folder_id: String,
    pub(super) join_method: String,
    pub(super) status: String,
    pub(super) r#type: String,
    pub(super) join_time: String,
    /// The ids of the directory, of the folders down to the member's, and of the member itself.
    #[serde(default)]
    pub(super) resource_directory_path: String,
}

/// A member in a list, with its tags.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListedMember {
    #[serde(flatten)]
    pub(super) member: Member,
    #[serde(default)]
    pub(super) tags: Tags,
}

/// A member that was asked for alone, with its tags.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TaggedMember {
    #[serde(flatten)]
    pub(super) member: Member,
    #[serde(default)]
    pub(super) tags: Vec<Tag>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Tags {
    pub(super) tag: Vec<Tag>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    pub(super) key: String,
    pub(super) value: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ControlPolicy {
    pub(super) policy_id: String,
    pub(super) policy_name: String,
    pub(super) policy_type: String,
    pub(super) description: String,
    /// To how many folders and members it is attached, in lists.
    #[serde(default)]
    pub(super) attachment_count: String,
    /// Only of those that the directory has of its own.
    #[serde(default)]
    pub(super) update_date: String,
    /// Where it was asked for alone.
    #[serde(default)]
    pub(super) policy_document: String,
}

impl Directory {
    /// The resource directory that the caller's account is of.
    pub(super) fn get(desk: &Desk<'_>) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            resource_directory: Directory,
        }
        let answer: Answer = desk.ask((RESOURCE_DIRECTORY_MASTER, "GetResourceDirectory"), &[])?;
        Ok(answer.resource_directory)
    }

    pub(super) fn are_control_policies_on(&self) -> bool {
        self.control_policy_status == "Enabled"
    }

    pub(super) fn is_deletion_on(&self) -> bool {
        self.member_deletion_status == "Enabled"
    }

    pub(super) fn is_name_sync_on(&self) -> bool {
        self.member_account_display_name_sync_status == "Enabled"
    }
}

impl Folder {
    pub(super) fn get(desk: &Desk<'_>, id: &str) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            folder: Folder,
        }
        let answer: Answer = desk.ask((RESOURCE_DIRECTORY_MASTER, "GetFolder"), &[("FolderId", id)])?;
        Ok(answer.folder)
    }

    /// The address of its page.
    pub(super) fn href(&self) -> String {
        folder_href(&self.folder_id)
    }
}

/// The address of a folder's page.
pub(super) fn folder_href(id: &str) -> String {
    path(["resource-directory", "folders", id])
}

/// The address of a member's page.
pub(super) fn member_href(id: &str) -> String {
    path(["resource-directory", "members", id])
}

impl Member {
    /// The address of its page.
    pub(super) fn href(&self) -> String {
        member_href(&self.account_id)
    }

    /// The address of the form by which somebody enters it.
    pub(super) fn log_on_href(&self) -> String {
        path(["resource-directory", "members", &self.account_id, "log-on"])
    }

    /// The address of the page by which it leaves the directory.
    pub(super) fn leave_href(&self) -> String {
        path(["resource-directory", "members", &self.account_id, "leave"])
    }

    /// How it came into the directory, in a word.
    pub(super) fn joined_by(&self) -> &str {
        match self.join_method.as_str() {
            "created" => "created here",
            other => other,
        }
    }

    /// Whether it is an account of its own that joined, and else one that the directory made.
    pub(super) fn is_cloud_account(&self) -> bool {
        self.r#type == "CloudAccount"
    }

    /// What its status says, in words.
    pub(super) fn status_in_words(&self) -> &str {
        match self.status.as_str() {
            "CreateSuccess" => "created",
            "InviteSuccess" => "joined",
            "SwitchSuccess" => "its type was changed",
            other => other,
        }
    }
}

impl TaggedMember {
    pub(super) fn get(desk: &Desk<'_>, id: &str) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            account: TaggedMember,
        }
        let parameters = [("AccountId", id), ("IncludeTags", "true")];
        let answer: Answer = desk.ask((RESOURCE_DIRECTORY_MASTER, "GetAccount"), &parameters)?;
        Ok(answer.account)
    }
}

impl ControlPolicy {
    /// The address of its page.
    pub(super) fn href(&self) -> String {
        path(["resource-directory", "control-policies", &self.policy_id])
    }

    pub(super) fn is_system(&self) -> bool {
        self.policy_type == "System"
    }
}
