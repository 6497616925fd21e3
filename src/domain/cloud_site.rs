//! What differs between one cloud and another: addresses, audiences, names. The only place that
//! knows; everything else takes a [`CloudSite`].

use crate::base::AccountId;

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
    /// Where a user SSO Response is posted to; also its Recipient.
    pub user_sso_acs_url: String,
    /// What the Audience of a user SSO assertion begins with: `<this>/<account>/saml/SSO`.
    pub user_sso_audience_base: String,
    /// Whether the cloud lets us mark a RAM user as provisioned by CloudSSO, and locks it then.
    pub marks_provision_type: bool,
    /// How console sessions are ended.
    pub session_end: SessionEnd,
}

/// How a cloud ends a console session before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// By SAML single logout, posted to this address: the session is over at once.
    SingleLogout(String),
    /// The cloud has no logout that we could call. A role's policies deny whatever a session that began
    /// earlier asks for, by this condition key; a RAM user's login profile and access keys are closed.
    DenyOlder(String),
}

impl CloudSite {
    /// The local cloud that serves its pages at `base_url`, which has no slash at its end.
    pub fn local_cloud(base_url: &str) -> Self {
        Self {
            role_sso_acs_url: format!("{base_url}/saml-role/sso"),
            role_sso_audience: "urn:alibaba:cloudcomputing".to_owned(),
            console_url: format!("{base_url}/console"),
            relay_state_pages: vec![format!("{base_url}/")],
            object_prefix: "AliyunReservedSSO-".to_owned(),
            entry_role: "AliyunServiceRoleForCloudSSO".to_owned(),
            user_sso_acs_url: format!("{base_url}/saml/SSO"),
            user_sso_audience_base: base_url.to_owned(),
            marks_provision_type: true,
            session_end: SessionEnd::SingleLogout(format!("{base_url}/saml/slo")),
        }
    }

    /// Where the consoles lead a browser on to, as sources of a Content-Security-Policy.
    pub fn landing_sources(&self) -> Vec<String> {
        let source = |page: &String| match page.strip_prefix("*.") {
            Some(domain) => format!("https://*.{domain}"),
            None => page.trim_end_matches('/').to_owned(),
        };
        self.relay_state_pages.iter().map(source).collect()
    }

    /// The Audience of an assertion for user SSO to this account.
    pub fn user_sso_audience(&self, account: &AccountId) -> String {
        format!("{}/{account}/saml/SSO", self.user_sso_audience_base)
    }

    /// Whether an assertion for this audience could be taken by a console.
    pub fn is_audience(&self, entity_id: &str) -> bool {
        let of_account = entity_id
            .strip_prefix(self.user_sso_audience_base.as_str())
            .and_then(|rest| rest.strip_suffix("/saml/SSO"));
        entity_id == self.role_sso_audience || of_account.is_some()
    }

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
        let mut site = CloudSite::local_cloud("http://localhost:8090");
        site.relay_state_pages.push("*.aliyun.com".to_owned());
        site
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
    fn each_account_has_an_audience_of_its_own() {
        let account = AccountId::parse("42").unwrap();
        assert_eq!(site().user_sso_audience(&account), "http://localhost:8090/42/saml/SSO");
    }

    #[test]
    fn the_pages_are_where_consoles_lead_on_to() {
        assert_eq!(site().landing_sources(), ["http://localhost:8090", "https://*.aliyun.com"]);
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

    #[test]
    fn audiences_of_consoles_and_no_others() {
        let site = site();
        let account = AccountId::parse("1000000000000001").unwrap();
        for console in [site.role_sso_audience.clone(), site.user_sso_audience(&account)] {
            assert!(site.is_audience(&console), "{console}");
            assert!(
                !site.is_audience(&format!("{console}/")) && !site.is_audience(&console[1..]),
                "{console}"
            );
        }
        assert!(!site.is_audience("https://app.example/1000000000000001/saml/SSO"));
    }
}
