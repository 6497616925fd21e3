//! The domain that the logon names of an account's users end with, and the alias that it is made of.

use serde::Deserialize;

use crate::local_cloud::api::version::{IMS, RAM};
use crate::local_cloud::logon_name::DOMAIN_SUFFIX;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Visit};
use super::super::label::{filled, in_words};
use super::super::part::Part;

const LABEL: &str = "Alias";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AliasAnswer {
    account_alias: String,
}

pub(super) struct DomainView {
    /// What logon names end with.
    pub(super) domain: String,
    /// What they may end with whatever the alias.
    pub(super) own_domain: String,
    /// The alias, empty where there is none.
    pub(super) alias: Part<String>,
    /// What stands in the field.
    pub(super) typed: String,
}

impl DomainView {
    /// Whether the domain is made of the account's id.
    pub(super) fn is_plain(&self) -> bool {
        self.domain == self.own_domain
    }
}

pub(super) fn view(desk: &Desk<'_>, visit: &Visit) -> Result<DomainView, Refusal> {
    let account = desk.session().account.id.as_str();
    let domain = desk.ask_for::<String>((IMS, "GetDefaultDomain"), &[], &["DefaultDomainName"])?;
    let alias = Part::of(desk.ask::<AliasAnswer>((RAM, "GetAccountAlias"), &[]))?;
    let own_domain = format!("{account}{DOMAIN_SUFFIX}");
    let known = if domain == own_domain { "" } else { domain.strip_suffix(DOMAIN_SUFFIX).unwrap_or(&domain) };
    Ok(DomainView {
        alias: alias
            .map(|answer| if answer.account_alias == account { String::new() } else { answer.account_alias }),
        typed: visit.refill("alias", known).to_owned(),
        domain,
        own_domain,
    })
}

pub(super) fn set(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let typed = filled(visit, "alias", LABEL)?;
    // Somebody may well type the domain whole.
    let domain = if typed.to_ascii_lowercase().ends_with(DOMAIN_SUFFIX) {
        typed.to_owned()
    } else {
        format!("{typed}{DOMAIN_SUFFIX}")
    };
    desk.call(IMS, "SetDefaultDomain", &[("DefaultDomainName", &domain)])
        .map_err(|refusal| in_words(refusal, &[("DefaultDomainName", LABEL)]))?;
    Ok(Done::Here)
}

pub(super) fn clear(desk: &Desk<'_>, _visit: &Visit) -> Result<Done, Refusal> {
    desk.call(RAM, "ClearAccountAlias", &[])?;
    Ok(Done::Here)
}
