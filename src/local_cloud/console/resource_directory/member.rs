//! One member: what it is, its name, its folder, who pays for it, its tags and its control policies.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::RESOURCE_DIRECTORY_MASTER;
use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Deed, Desk, Done, Frame, Page, Visit, render};
use super::answer::{Directory, Member, Tag, TaggedMember, folder_href};
use super::attachment::{self, Attachments};
use super::folder_tree::FolderTree;
use super::reason::{Part, call, part};

pub(super) const DEEDS: &[Deed] = &[
    Deed { name: "rename-member", act: rename, said: "The member has another name." },
    Deed { name: "move-member", act: move_to, said: "The member is in another folder." },
    Deed { name: "change-payer", act: change_payer, said: "Another account pays for the member." },
    Deed { name: "tag-member", act: tag, said: "The tag is set." },
    Deed { name: "untag-member", act: untag, said: "The tag is gone." },
    Deed {
        name: "attach-to-member",
        act: |desk, visit| attachment::attach(desk, (visit.given("policy"), visit.at("account"))),
        said: "The control policy is attached to the member.",
    },
    Deed {
        name: "detach-from-member",
        act: |desk, visit| attachment::detach(desk, (visit.given("policy"), visit.at("account"))),
        said: "The control policy is detached from the member.",
    },
];

#[derive(Template)]
#[template(path = "local_cloud/resource_directory/member.html")]
struct MemberPage<'a> {
    frame: Frame,
    member: Member,
    tags: Vec<Tag>,
    directory: Directory,
    tree: FolderTree,
    folder_href: String,
    payer: Part<Payer>,
    /// None for the management account, which no control policy binds.
    attachments: Option<Attachments>,
    typed: Typed<'a>,
}

/// What the forms of the page begin with.
struct Typed<'a> {
    display_name: &'a str,
    folder: &'a str,
    payer: &'a str,
    tag_key: &'a str,
    tag_value: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Payer {
    payer_account_id: String,
    payer_account_name: String,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let TaggedMember { member, tags } = TaggedMember::get(desk, visit.at("account"))?;
    let directory = Directory::get(desk)?;
    let tree = FolderTree::load(desk, &directory)?;
    let is_member = member.account_id != directory.master_account_id;
    let deeds = ("attach-to-member", "detach-from-member");
    let place = (member.account_id.as_str(), member.resource_directory_path.as_str());
    let attachments =
        is_member.then(|| Attachments::load(desk, (&directory, &tree), place, deeds)).transpose()?;
    let payer = if is_member {
        let named = [("AccountId", member.account_id.as_str())];
        part(desk.ask::<Payer>((RESOURCE_DIRECTORY_MASTER, "GetPayerForAccount"), &named))?
    } else {
        let (id, name) = (directory.master_account_id.clone(), directory.master_account_name.clone());
        Ok(Payer { payer_account_id: id, payer_account_name: name })
    };
    let display_name = member.display_name.clone();
    let folder = member.folder_id.clone();
    render(&MemberPage {
        frame: Frame::new(desk, visit)?,
        folder_href: folder_href(&member.folder_id),
        tags,
        directory,
        tree,
        payer,
        attachments,
        typed: Typed {
            display_name: visit.refill("display_name", &display_name),
            folder: visit.refill("folder", &folder),
            payer: visit.refill("payer", ""),
            tag_key: visit.refill("tag_key", ""),
            tag_value: visit.refill("tag_value", ""),
        },
        member,
    })
}

fn rename(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    change(desk, visit, ("UpdateAccount", "NewDisplayName", visit.given("display_name").trim()))
}

fn move_to(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    change(desk, visit, ("MoveAccount", "DestinationFolderId", visit.given("folder")))
}

fn change_payer(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    change(desk, visit, ("UpdatePayerForAccount", "PayerAccountId", visit.given("payer").trim()))
}

/// Carries out an action on the member that the address names, with one parameter.
fn change(
    desk: &Desk<'_>,
    visit: &Visit,
    (action, parameter, value): (&str, &str, &str),
) -> Result<Done, Refusal> {
    let parameters = [("AccountId", visit.at("account")), (parameter, value)];
    call(desk, action, &parameters)?;
    Ok(Done::Here)
}

fn tag(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let tag = [("Tag.1.Key", visit.given("tag_key")), ("Tag.1.Value", visit.given("tag_value"))];
    change_tags(desk, visit, ("TagResources", &tag))
}

fn untag(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    change_tags(desk, visit, ("UntagResources", &[("TagKey.1", visit.given("key"))]))
}

fn change_tags(
    desk: &Desk<'_>,
    visit: &Visit,
    (action, tags): (&str, &[(&str, &str)]),
) -> Result<Done, Refusal> {
    let mut parameters = vec![("ResourceType", "Account"), ("ResourceId.1", visit.at("account"))];
    parameters.extend(tags);
    call(desk, action, &parameters)?;
    Ok(Done::Here)
}
