//! The Resource Management console: the folders and members of the resource directory, who is invited, who
//! administers it for a service, its control policies, and Log On to a member.
//!
//! Every page asks the actions of ResourceDirectoryMaster 2022-04-19 as whoever is signed in. The room has no
//! rule of its own about who may see or do something, and no way to the store.

mod answer;
mod attachment;
mod control_policy;
mod control_policy_list;
mod delegation;
mod departure;
mod folder;
mod folder_tree;
mod invitation;
mod invitation_list;
mod log_on;
mod member;
mod member_list;
mod new_member;
mod organisation;
mod paging;
mod reason;
mod setting;
mod tag;

use super::desk::{Deed, Screen};

use reason::explained;

pub(super) const SCREENS: &[Screen] = &[
    Screen {
        path: "/resource-directory",
        show: |desk, visit| explained(desk, organisation::show(desk, visit)),
        deeds: &[Deed {
            name: "create-folder",
            act: organisation::create_folder,
            said: "The folder was created.",
        }],
    },
    Screen {
        path: "/resource-directory/folders/{folder}",
        show: |desk, visit| explained(desk, folder::show(desk, visit)),
        deeds: folder::DEEDS,
    },
    Screen {
        path: "/resource-directory/members",
        show: |desk, visit| explained(desk, member_list::show(desk, visit)),
        deeds: &[],
    },
    Screen {
        path: "/resource-directory/members/create",
        show: |desk, visit| explained(desk, new_member::show(desk, visit)),
        deeds: &[Deed {
            name: "create-member",
            act: new_member::create,
            said: "The member was created. It has no password: enter it by Log On.",
        }],
    },
    Screen {
        path: "/resource-directory/members/{account}",
        show: |desk, visit| explained(desk, member::show(desk, visit)),
        deeds: member::DEEDS,
    },
    Screen {
        path: "/resource-directory/members/{account}/log-on",
        show: |desk, visit| explained(desk, log_on::show(desk, visit)),
        deeds: &[Deed { name: "log-on", act: log_on::log_on, said: "You are in the member now." }],
    },
    Screen {
        path: "/resource-directory/members/{account}/leave",
        show: |desk, visit| explained(desk, departure::show(desk, visit)),
        deeds: departure::DEEDS,
    },
    Screen {
        path: "/resource-directory/invitations",
        show: |desk, visit| explained(desk, invitation_list::show(desk, visit)),
        deeds: invitation_list::DEEDS,
    },
    Screen {
        path: "/resource-directory/invitations/create",
        show: |desk, visit| explained(desk, invitation::show(desk, visit)),
        deeds: &[Deed {
            name: "invite-account",
            act: invitation::invite,
            said: "The invitation was sent. The account joins when somebody of it accepts.",
        }],
    },
    Screen {
        path: "/resource-directory/delegated-administrators",
        show: |desk, visit| explained(desk, delegation::show(desk, visit)),
        deeds: delegation::DEEDS,
    },
    Screen {
        path: "/resource-directory/control-policies",
        show: |desk, visit| explained(desk, control_policy_list::show(desk, visit)),
        deeds: control_policy_list::DEEDS,
    },
    Screen {
        path: "/resource-directory/control-policies/create",
        show: |desk, visit| explained(desk, control_policy_list::show_new(desk, visit)),
        deeds: &[Deed {
            name: "create-control-policy",
            act: control_policy_list::create,
            said: "The control policy was created. It decides nothing until it is attached.",
        }],
    },
    Screen {
        path: "/resource-directory/control-policies/{policy}",
        show: |desk, visit| explained(desk, control_policy::show(desk, visit)),
        deeds: control_policy::DEEDS,
    },
    Screen {
        path: "/resource-directory/settings",
        show: |desk, visit| explained(desk, setting::show(desk, visit)),
        deeds: setting::DEEDS,
    },
];
