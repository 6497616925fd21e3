//! Sign-on that begins here: nobody asked for it but the person (saml-profiles-2.0-os §4.1.5).

use crate::base::ApplicationId;
use crate::domain::{self, Kind, Status};
use crate::saml::AcsChoice;

use super::super::{Context, Error};
use super::SignOnRequest;
use super::request::LONGEST_RELAY_STATE;

/// Begins a sign-on at an application. `relay_state` is a page of it, on the same site as where it takes Responses;
/// `None` for the one that its administrators set.
///
/// # Errors
/// [`Error::Refused`] when there is no such application, when it may not be begun here, or when the page is none of its
/// own.
pub async fn begin(
    ctx: &Context,
    id: &ApplicationId,
    relay_state: Option<&str>,
) -> Result<SignOnRequest, Error> {
    let found = ctx.applications.find_async(&ctx.store, id.clone()).await?;
    let Some(registered) = found.filter(|found| found.application.status == Status::Enabled) else {
        return Err(domain::Error::missing("Application", id).into());
    };
    let settings = &registered.application.settings;
    if !settings.allows_idp_initiated {
        let message = "This application takes nobody who does not begin there. Open it at its own address.";
        return Err(domain::Error::new(Kind::Denied, "NoPermission.IdpInitiated", message).into());
    }
    let Some(acs) = registered.provider.assertion_consumer_service(&AcsChoice::Default) else {
        return Err(domain::Error::missing("AssertionConsumerService", "by default").into());
    };
    let relay_state = match relay_state.filter(|page| !page.is_empty() && *page != settings.relay_state) {
        None => settings.relay_state.clone(),
        Some(page) if page.len() <= LONGEST_RELAY_STATE && is_on_site(page, &acs.url) => page.to_owned(),
        Some(_) => {
            return Err(domain::Error::invalid("RelayState", "must be a page of the application").into());
        }
    };
    Ok(SignOnRequest::unsolicited(id.clone(), acs.url.clone(), relay_state, ctx.now()))
}

/// Whether a page is on the site of an address: the same scheme, host and port.
fn is_on_site(page: &str, address: &str) -> bool {
    let site = address.split_inclusive('/').take(3).collect::<String>();
    let is_plain = page.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    is_plain && site.ends_with('/') && page.starts_with(&site)
}

#[cfg(test)]
mod tests {
    use super::is_on_site;

    #[test]
    fn pages_of_the_application_and_no_others() {
        let acs = "https://app.example:8443/saml/acs";
        for good in ["https://app.example:8443/", "https://app.example:8443/reports?month=5#top"] {
            assert!(is_on_site(good, acs), "{good}");
        }
        for bad in [
            "https://app.example:8443.evil.example/",
            "https://app.example:8443@evil.example/",
            "https://app.example/",
            "http://app.example:8443/",
            "https://app.example:8443",
            "//evil.example/",
            "javascript:alert(1)",
            "https://app.example:8443/\\evil",
            "https://app.example:8443/ a",
            "/reports",
        ] {
            assert!(!is_on_site(bad, acs), "{bad}");
        }
    }
}
