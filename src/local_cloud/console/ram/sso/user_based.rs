//! User-based SSO: the one identity provider whose people come in as the account's RAM users.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::logon_name::DOMAIN_SUFFIX;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::rules;

use super::super::super::desk::{Desk, Done, Frame, Page, Visit, render};
use super::super::label::{Label, in_words, is_on, truth};
use super::super::part::Part;
use super::metadata::{self, MetadataView};

const DEED: &str = "set-user-sso";

const LABELS: &[Label] = &[("MetadataDocument", "Metadata"), ("AuxiliaryDomain", "Auxiliary domain")];

#[derive(Template)]
#[template(path = "local_cloud/ram/sso/user_based.html")]
struct UserBasedPage<'a> {
    frame: Frame,
    settings: &'a Settings,
    metadata: Option<MetadataView>,
    acs: String,
    audience: String,
    logout: String,
    /// What names end with; whoever may not see that gets the reason.
    domain: Part<String>,
    /// What they may end with whatever the alias.
    own_domain: String,
    typed: Typed<'a>,
}

/// What the form shows.
struct Typed<'a> {
    is_enabled: bool,
    document: &'a str,
    auxiliary_domain: &'a str,
    with_domain: bool,
    longest: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    sso_enabled: bool,
    metadata_document: String,
    auxiliary_domain: String,
    sso_login_with_domain: bool,
    provision_type: String,
}

impl Settings {
    /// Whether CloudSSO brought the metadata, for the users that it provisions.
    fn is_by_cloud_sso(&self) -> bool {
        self.provision_type == rules::PROVISIONED
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DomainAnswer {
    default_domain_name: String,
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let settings = desk.ask_for::<Settings>((IMS, "GetUserSsoSettings"), &[], &["UserSsoSettings"])?;
    let domain = Part::of(desk.ask::<DomainAnswer>((IMS, "GetDefaultDomain"), &[]))?;
    let cloud = desk.cloud();
    render(&UserBasedPage {
        frame: Frame::new(desk, visit)?,
        metadata: metadata::read(&settings.metadata_document, desk.now()),
        acs: cloud.user_sso_url(),
        audience: cloud.user_sso_audience(&desk.session().identity.account),
        logout: cloud.logout_url(),
        own_domain: format!("{}{DOMAIN_SUFFIX}", desk.session().account.id),
        domain: domain.map(|answer| answer.default_domain_name),
        typed: Typed {
            is_enabled: is_on(visit, (DEED, "enabled"), settings.sso_enabled),
            document: visit.refill("metadata", ""),
            auxiliary_domain: visit.refill("auxiliary_domain", &settings.auxiliary_domain),
            with_domain: is_on(visit, (DEED, "with_domain"), settings.sso_login_with_domain),
            longest: metadata::LONGEST,
        },
        settings: &settings,
    })
}

/// Sets what the form has; the metadata stays where nobody gives another.
pub(super) fn set(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let document = metadata::encoded(visit.given("metadata"));
    let mut parameters = vec![
        ("SsoEnabled", truth(visit.is_ticked("enabled"))),
        ("AuxiliaryDomain", visit.given("auxiliary_domain").trim()),
        ("SsoLoginWithDomain", truth(visit.is_ticked("with_domain"))),
    ];
    if !document.is_empty() {
        parameters.push(("MetadataDocument", &document));
    }
    desk.call(IMS, "SetUserSsoSettings", &parameters).map_err(|refusal| in_words(refusal, LABELS))?;
    Ok(Done::Here)
}

pub(super) fn remove(desk: &Desk<'_>, _visit: &Visit) -> Result<Done, Refusal> {
    desk.call(IMS, "SetUserSsoSettings", &[("SsoEnabled", "false"), ("MetadataDocument", "")])?;
    Ok(Done::Here)
}
