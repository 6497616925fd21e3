//! What differs between one cloud and another: addresses, audiences, names. The only place that
//! knows; everything else takes a [`CloudSite`].

use super::Error;

/// One cloud, as the console logon and the provisioning of accounts see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudSite {
    /// Where a role SSO Response is posted to; also its Recipient.
    pub role_sso_acs_url: String,
    /// The Audience of a role SSO assertion.
    pub role_sso_audience: String,
    /// Where the console begins.
    pub console_url: String,
    /// Prefixes of pages that a RelayState may name: an origin followed by `/`, or a host suffix
    /// written `*.example.com`.
    pub relay_state_pages: Vec<String>,
    /// What the names of our objects in an account begin with.
    pub object_prefix: String,
    /// The role by which the driver enters an account.
    pub entry_role: String,
}

impl CloudSite {
    /// The SAML attribute that carries pairs of role and provider.
    pub const ROLE_ATTRIBUTE: &'static str = "https://www.aliyun.com/SAML-Role/Attributes/Role";
    /// The SAML attribute that names the session.
    pub const ROLE_SESSION_NAME_ATTRIBUTE: &'static str =
        "https://www.aliyun.com/SAML-Role/Attributes/RoleSessionName";
    /// The SAML attribute that limits the session, in seconds.
    pub const SESSION_DURATION_ATTRIBUTE: &'static str =
        "https://www.aliyun.com/SAML-Role/Attributes/SessionDuration";

    /// Checks a page that somebody wants to land on.
    ///
    /// # Errors
    /// [`Error`] on `RelayState` when it is not an address of one of the allowed pages.
    pub fn check_relay_state(&self, relay_state: &str) -> Result<(), Error> {
        let is_allowed = relay_state.is_empty()
            || self.relay_state_pages.iter().any(|page| match page.strip_prefix("*.") {
                Some(domain) => https_host(relay_state).is_some_and(|host| {
                    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
                }),
                None => relay_state.strip_prefix(page.trim_end_matches('/')).is_some_and(begins_a_path),
            });
        let is_plain = relay_state.len() <= 1024
            && relay_state.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
        if is_allowed && is_plain {
            Ok(())
        } else {
            Err(Error::invalid("RelayState", "must be a page of the console"))
        }
    }
}

fn begins_a_path(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['/', '?', '#'])
}

/// The host of an `https` address that has no user part and no port, in lower case.
fn https_host(address: &str) -> Option<String> {
    let rest = address.strip_prefix("https://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let is_name = !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.');
    is_name.then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> CloudSite {
        CloudSite {
            role_sso_acs_url: String::new(),
            role_sso_audience: String::new(),
            console_url: String::new(),
            relay_state_pages: vec!["http://localhost:8090/".to_owned(), "*.aliyun.com".to_owned()],
            object_prefix: String::new(),
            entry_role: String::new(),
        }
    }

    #[test]
    fn pages_of_the_console_pass() {
        for page in [
            "",
            "http://localhost:8090",
            "http://localhost:8090/console?tab=1",
            "https://ecs.console.aliyun.com/#/instances",
            "https://aliyun.com/",
        ] {
            assert_eq!(site().check_relay_state(page), Ok(()), "{page}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for page in [
            "http://localhost:80901/",
            "http://localhost:8090.evil.example/",
            "http://localhost:8090@evil.example/",
            "https://evilaliyun.com/",
            "https://aliyun.com.evil.example/",
            "https://evil.example/.aliyun.com",
            "https://user@aliyun.com/",
            "https://evil.example#.aliyun.com",
            "https://evil.example\\.aliyun.com/",
            "http://ecs.console.aliyun.com/",
            "javascript:alert(1)",
            "//aliyun.com/",
            "https://aliyun.com/\r\nSet-Cookie: a=b",
        ] {
            assert!(site().check_relay_state(page).is_err(), "{page}");
        }
    }
}
