//! What an account sets for all its users: passwords, sign-in, the domain of logon names; how much of its
//! quotas is used, and its virtual MFA devices.
//!
//! Single sign-on has a room of its own, `sso`. Settings that this cloud keeps and does not heed are shown
//! as that, and not offered.

mod domain;
mod mfa_device;
mod number;
mod password_policy;
mod security;
mod summary;

use askama::Template;

use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Deed, Desk, Frame, Page, Screen, Visit, render};
use super::part::Part;

use domain::DomainView;
use password_policy::PasswordPolicyView;
use security::SecurityView;
use summary::SummaryView;

pub(crate) const SCREENS: &[Screen] = &[
    Screen {
        path: "/ram/settings",
        show,
        deeds: &[
            Deed {
                name: "set-password-policy",
                act: password_policy::set,
                said: "The password policy is set. It counts for every password that is set from now on.",
            },
            Deed {
                name: "set-security-preference",
                act: security::set,
                said: "The sign-in settings are set. They count from the next sign-in on.",
            },
            Deed {
                name: "set-default-domain",
                act: domain::set,
                said: "The domain is set. Users sign in with their new logon names from now on.",
            },
            Deed {
                name: "clear-account-alias",
                act: domain::clear,
                said: "The domain is made of the account's id again.",
            },
        ],
    },
    Screen {
        path: "/ram/mfa-devices",
        show: mfa_device::show,
        deeds: &[
            Deed {
                name: "unbind-device",
                act: mfa_device::unbind,
                said: "The device is bound to nobody now.",
            },
            Deed {
                name: "disable-device",
                act: mfa_device::disable,
                said: "The device is unbound and deleted.",
            },
            Deed { name: "delete-device", act: mfa_device::delete, said: "The device is deleted." },
        ],
    },
];

#[derive(Template)]
#[template(path = "local_cloud/ram/settings/settings.html")]
struct SettingsPage {
    frame: Frame,
    summary: Part<SummaryView>,
    domain: Part<DomainView>,
    password: Part<PasswordPolicyView>,
    security: Part<SecurityView>,
}

fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    render(&SettingsPage {
        frame: Frame::new(desk, visit)?,
        summary: Part::of(summary::view(desk))?,
        domain: Part::of(domain::view(desk, visit))?,
        password: Part::of(password_policy::view(desk, visit))?,
        security: Part::of(security::view(desk, visit))?,
    })
}
