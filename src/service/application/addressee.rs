//! Whether what is issued for a service provider may go where its metadata says: browsers must be able to post there,
//! and nobody else may take it for theirs.

use url::{Host, Url};

use crate::domain::{self, CloudSite};
use crate::saml::ServiceProvider;

/// Refuses a service provider that is called like a console of the cloud: who enters there, and as what, is granted
/// otherwise. Refuses one that takes Responses where a browser could not post them, or at an address whose host has
/// signs of a page's policy in it.
///
/// # Errors
/// [`domain::Error`] naming the metadata.
pub(super) fn check(site: &CloudSite, provider: &ServiceProvider) -> Result<(), domain::Error> {
    let refused = |rule: String| domain::Error::invalid("Metadata", rule);
    if site.is_audience(&provider.entity_id) {
        return Err(refused(format!("has the entityID of a console: {}", provider.entity_id)));
    }
    for service in &provider.assertion_consumer_services {
        if !is_postable(&service.url) {
            return Err(refused(format!("has an address that nothing can be posted to: {}", service.url)));
        }
    }
    Ok(())
}

fn is_postable(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let is_host = match url.host() {
        Some(Host::Domain(name)) => {
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    };
    let is_for_somebody = !url.username().is_empty() || url.password().is_some();
    is_host && !is_for_somebody
}

#[cfg(test)]
mod tests {
    use super::is_postable;

    #[test]
    fn addresses_that_a_browser_posts_to_and_no_others() {
        for good in [
            "https://app.example/saml/acs?a=\"<b>'",
            "https://app_1.example:8443/",
            "http://127.0.0.1:8080/acs",
            "http://[::1]/acs",
            "https://\u{fc}ber.example/acs",
        ] {
            assert!(is_postable(good), "{good}");
        }
        for bad in [
            "https://",
            "https://app.example:port/acs",
            "https://[::1/acs",
            "https://app.example;sandbox/acs",
            "https://app.example,sandbox/acs",
            "https://*.example/acs",
            "https://alice@app.example/acs",
            "https://:secret@app.example/acs",
        ] {
            assert!(!is_postable(bad), "{bad}");
        }
    }
}
