//! Whom an account lets in by other people's word: SAML and OIDC providers that open roles, and the one
//! identity provider whose people come in as RAM users.
//!
//! Roles name providers in their trust policies; those are written on the roles' own pages.

mod address;
mod metadata;
mod oidc_create;
mod oidc_provider;
mod overview;
mod saml_create;
mod saml_provider;
mod user_based;

use super::super::desk::{Deed, Screen};

pub(crate) const SCREENS: &[Screen] = &[
    Screen { path: "/ram/sso", show: overview::show, deeds: &[] },
    Screen {
        path: "/ram/sso/user",
        show: user_based::show,
        deeds: &[
            Deed {
                name: "set-user-sso",
                act: user_based::set,
                said: "User-based SSO is set. It counts from the next sign-in on.",
            },
            Deed {
                name: "remove-user-sso",
                act: user_based::remove,
                said: "User-based SSO is off, and the account keeps no metadata for it.",
            },
        ],
    },
    Screen {
        path: "/ram/sso/create-saml-provider",
        show: saml_create::show,
        deeds: &[Deed {
            name: "create-saml-provider",
            act: saml_create::create,
            said: "The SAML provider is created. A role lets people in by it as soon as its trust policy names it.",
        }],
    },
    Screen {
        path: "/ram/sso/saml-providers/{provider}",
        show: saml_provider::show,
        deeds: &[
            Deed {
                name: "update-saml-provider",
                act: saml_provider::update,
                said: "The SAML provider is changed.",
            },
            Deed {
                name: "delete-saml-provider",
                act: saml_provider::delete,
                said: "The SAML provider is deleted.",
            },
        ],
    },
    Screen {
        path: "/ram/sso/create-oidc-provider",
        show: oidc_create::show,
        deeds: &[Deed {
            name: "create-oidc-provider",
            act: oidc_create::create,
            said: "The OIDC provider is created. A role takes its tokens as soon as its trust policy names it.",
        }],
    },
    Screen {
        path: "/ram/sso/oidc-providers/{provider}",
        show: oidc_provider::show,
        deeds: &[
            Deed {
                name: "update-oidc-provider",
                act: oidc_provider::update,
                said: "The OIDC provider is changed.",
            },
            Deed {
                name: "add-client-id",
                act: oidc_provider::add_client_id,
                said: "The client id is added.",
            },
            Deed {
                name: "remove-client-id",
                act: oidc_provider::remove_client_id,
                said: "The client id is removed.",
            },
            Deed {
                name: "add-fingerprint",
                act: oidc_provider::add_fingerprint,
                said: "The fingerprint is added.",
            },
            Deed {
                name: "remove-fingerprint",
                act: oidc_provider::remove_fingerprint,
                said: "The fingerprint is removed.",
            },
            Deed {
                name: "delete-oidc-provider",
                act: oidc_provider::delete,
                said: "The OIDC provider is deleted.",
            },
        ],
    },
];
