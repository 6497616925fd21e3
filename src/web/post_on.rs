//! Pages that lead the browser on to somebody else's site: with a message in a form that posts itself
//! (saml-bindings-2.0-os §3.5.4), or by an address.

use std::net::IpAddr;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use url::Url;

use crate::service::Logon;

use super::error::Refused;
use super::page as view;
use super::pass::FormTarget;
use super::reply::page;

/// The page that posts a Response to where it is for; `to` is what its button calls that.
pub(super) fn post_on(logon: &Logon, nonce: &str, to: &str) -> Result<HttpResponse, Refused> {
    let shown = view::PostOn {
        nonce,
        url: &logon.acs_url,
        field: "SAMLResponse",
        message: &logon.saml_response,
        relay_state: (!logon.relay_state.is_empty()).then_some(logon.relay_state.as_str()),
        title: &format!("Opening {}", logon.place),
        identity: &logon.identity,
        to,
    };
    let mut answer = page(StatusCode::OK, &shown)?;
    answer.extensions_mut().insert(target(&logon.acs_url, &logon.lands_on)?);
    Ok(answer)
}

/// A page that posts a message, and may do so.
pub(super) fn post_message(shown: &view::PostOn<'_>) -> Result<HttpResponse, Refused> {
    let mut answer = page(StatusCode::OK, shown)?;
    answer.extensions_mut().insert(target(shown.url, &[])?);
    Ok(answer)
}

/// Where a page's form may lead: the site of this address, and where that sends the browser on. Chromium holds every
/// redirect that follows a form against the policy of the page that had it; services take Responses at one host and show
/// their pages at another, mostly in the same domain.
pub(super) fn target(address: &str, lands_on: &[String]) -> Result<FormTarget, Refused> {
    let url = Url::parse(address).map_err(Refused::broken)?;
    let mut sources = vec![url.origin().ascii_serialization()];
    for source in neighbours(&url).iter().chain(lands_on) {
        if !sources.contains(source) {
            sources.push(source.clone());
        }
    }
    Ok(FormTarget(sources.join(" ")))
}

/// The hosts beside the one of an https address: those of the domain that it lies in.
fn neighbours(url: &Url) -> Option<String> {
    let host = url.host_str().filter(|host| url.scheme() == "https" && host.parse::<IpAddr>().is_err())?;
    let domain = if host.matches('.').count() >= 2 { host.split_once('.')?.1 } else { host };
    let is_domain = domain.contains('.') && !domain.starts_with('[');
    is_domain.then(|| format!("https://*.{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_to_its_site_and_the_domain_of_that() {
        let led = |address: &str| target(address, &[]).unwrap().0;
        assert_eq!(led("http://localhost:8090/saml/acs?a=b"), "http://localhost:8090");
        assert_eq!(led("https://127.0.0.1:8443/acs"), "https://127.0.0.1:8443");
        assert_eq!(led("https://[::1]/acs"), "https://[::1]");
        assert_eq!(led("https://intranet/acs"), "https://intranet");
        assert_eq!(
            led("https://signin.aliyun.com/saml-role/sso"),
            "https://signin.aliyun.com https://*.aliyun.com"
        );
        assert_eq!(led("https://acme.example/acs"), "https://acme.example https://*.acme.example");
        let beside = target("http://app.example/", &["https://pages.example".to_owned()]).unwrap().0;
        assert_eq!(beside, "http://app.example https://pages.example");
    }
}
