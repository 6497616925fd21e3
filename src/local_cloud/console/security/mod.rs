//! How somebody signs in, kept by themselves: password, MFA device, passkeys, access keys, and the consoles that they
//! have open. For RAM users over the APIs, for an account's owner over `local_cloud::owner`.
//!
//! What a user may do for itself, the account's security preference and its policies say; the pages only
//! show it.

mod access_key;
mod device;
mod passkeys;
mod password;
mod session_list;

use askama::Template;

use crate::local_cloud::identity::IdentityKind;
use crate::local_cloud::refusal::Refusal;

use super::desk::{Deed, Desk, Frame, Page, Screen, Visit, render};

use access_key::AccessKeys;
use device::Device;
use password::Password;
use session_list::OpenSession;

pub(super) const SCREENS: &[Screen] = &[
    Screen {
        path: "/console/security",
        show,
        deeds: &[
            Deed {
                name: "change-password",
                act: password::change,
                said: "The password is changed. Sign in with the new one from now on.",
            },
            Deed { name: "create-device", act: device::create, said: "The device is made." },
            Deed {
                name: "bind-device",
                act: device::bind,
                said: "The MFA device is bound: a code of it is asked for at sign-in.",
            },
            Deed { name: "unbind-device", act: device::unbind, said: "The MFA device is unbound." },
            Deed { name: "create-key", act: access_key::create, said: "The access key is made." },
            Deed { name: "switch-key", act: access_key::switch, said: "The access key is switched." },
            Deed { name: "delete-key", act: access_key::delete, said: "The access key is deleted." },
            Deed { name: "end-session", act: session_list::end, said: "That session is over." },
        ],
    },
    Screen {
        path: "/console/security/passkeys",
        show: passkeys::show,
        deeds: &[
            Deed {
                name: "add-passkey",
                act: passkeys::add,
                said: "The passkey is added: it is asked for at sign-in.",
            },
            Deed { name: "delete-passkey", act: passkeys::delete, said: "The passkey is deleted." },
        ],
    },
];

#[derive(Template)]
#[template(path = "local_cloud/security/overview.html")]
struct SecurityPage {
    frame: Frame,
    /// Absent for a role, which has none of all this.
    own: Option<Own>,
}

/// What somebody has to sign in with.
struct Own {
    password: Password,
    device: Device,
    /// Absent for an owner, who should have none.
    access_keys: Option<AccessKeys>,
    sessions: Vec<OpenSession>,
}

fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let own = match &desk.session().identity.kind {
        IdentityKind::RamUser(_) => {
            let rights = desk.own_rights()?;
            Some(Own {
                password: Password::of_user(&rights),
                device: Device::of_user(desk, visit, rights.device.as_ref())?,
                access_keys: Some(AccessKeys::of_user(desk, rights.access_keys.as_ref())?),
                sessions: session_list::list(desk)?,
            })
        }
        IdentityKind::Owner => Some(Own {
            password: Password::of_owner(),
            device: Device::of_owner(desk, visit)?,
            access_keys: None,
            sessions: session_list::list(desk)?,
        }),
        IdentityKind::RoleSession(_) | IdentityKind::Service { .. } => None,
    };
    render(&SecurityPage { frame: Frame::new(desk, visit)?, own })
}

/// Whether the owner of the account is at the desk.
fn is_owner(desk: &Desk<'_>) -> bool {
    matches!(desk.session().identity.kind, IdentityKind::Owner)
}
