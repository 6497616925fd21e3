//! The members of the directory: searched by a part of their names or ids, filtered by a tag, a page at a
//! time.

use askama::Template;

use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Desk, Frame, Page, Visit, render};
use super::answer::{Directory, ListedMember};
use super::folder_tree::FolderTree;
use super::paging::{List, Listed};
use super::reason::{Part, part};

#[derive(Template)]
#[template(path = "local_cloud/resource_directory/member_list.html")]
struct MemberListPage<'a> {
    frame: Frame,
    search: &'a str,
    tag_key: &'a str,
    tag_value: &'a str,
    members: Listed<ListedMember>,
    tree: Part<FolderTree>,
}

impl MemberListPage<'_> {
    /// The names of the folders down to a member; the ids where the folders may not be seen.
    fn path_of<'m>(&'m self, listed: &'m ListedMember) -> &'m str {
        let member = &listed.member;
        self.tree.as_ref().map_or(&member.resource_directory_path, |tree| tree.path_of(&member.folder_id))
    }
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let (search, tag_key, tag_value) =
        (visit.asked("search").trim(), visit.asked("tag_key"), visit.asked("tag_value"));
    let list = List {
        action: "ListAccounts",
        names: ("Accounts", "Account"),
        parameters: vec![
            ("QueryKeyword", search),
            ("Tag.1.Key", tag_key),
            ("Tag.1.Value", tag_value),
            ("IncludeTags", "true"),
        ],
    };
    let kept = [("search", search), ("tag_key", tag_key), ("tag_value", tag_value)];
    let members = list.page(desk, visit, &kept)?;
    let tree = part(Directory::get(desk).and_then(|directory| FolderTree::load(desk, &directory)))?;
    render(&MemberListPage { frame: Frame::new(desk, visit)?, search, tag_key, tag_value, members, tree })
}
