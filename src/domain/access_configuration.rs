//! Access configurations: what somebody may do in an account, and for how long at a time.

use std::collections::HashSet;

use crate::base::{AccessConfigurationId, AccessConfigurationName, Timestamp};
use crate::policy;

use super::{Error, Kind, text};

/// How many system policies one configuration may carry.
pub const SYSTEM_POLICIES_PER_CONFIGURATION: usize = 20;

const SESSION_SECONDS: std::ops::RangeInclusive<u32> = 900..=43_200;

/// A permission policy of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PermissionPolicy {
    /// A policy of the cloud's own, by its RAM name.
    System {
        /// The name, such as `AliyunECSReadOnlyAccess`.
        name: String,
    },
    /// The configuration's own policy; at most one.
    Inline {
        /// The name inside the configuration, up to 32 characters.
        name: String,
        /// A RAM policy document of up to 4,096 characters.
        document: String,
    },
}

impl PermissionPolicy {
    /// `System` or `Inline`, as the OpenAPI spells it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::System { .. } => "System",
            Self::Inline { .. } => "Inline",
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        match self {
            Self::System { name } | Self::Inline { name, .. } => name,
        }
    }
}

/// What is said of a configuration when it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessConfigurationSpec {
    /// The name, unique in the directory whatever its case; never changes.
    pub name: AccessConfigurationName,
    /// Up to 1,024 characters.
    pub description: String,
    /// How long one role session lasts, 900–43,200 s.
    pub session_seconds: u32,
    /// The first page in the console; empty for the console's home.
    pub relay_state: String,
    /// Up to 20 system policies and one inline policy.
    pub policies: Vec<PermissionPolicy>,
}

impl AccessConfigurationSpec {
    /// How long a session lasts where nothing else is said.
    pub const DEFAULT_SESSION_SECONDS: u32 = 3_600;

    /// Checks every field. Whether the relay state is an allowed page is the cloud site's to say.
    ///
    /// # Errors
    /// [`Error`] that names the first field that breaks its rule.
    pub fn check(&self) -> Result<(), Error> {
        text::check("Description", &self.description, 1024)?;
        text::check("RelayState", &self.relay_state, 1024)?;
        if !SESSION_SECONDS.contains(&self.session_seconds) {
            return Err(Error::invalid(
                "SessionDuration",
                format_args!("must be {} to {} seconds", SESSION_SECONDS.start(), SESSION_SECONDS.end()),
            ));
        }
        let mut seen = HashSet::new();
        for policy in &self.policies {
            check_policy(policy)?;
            if !seen.insert((policy.kind(), policy.name())) {
                return Err(Error::exists("PermissionPolicy", policy.name()));
            }
        }
        let inline =
            self.policies.iter().filter(|policy| matches!(policy, PermissionPolicy::Inline { .. })).count();
        if inline > 1 {
            return Err(limit("an access configuration has at most one inline policy"));
        }
        if self.policies.len() - inline > SYSTEM_POLICIES_PER_CONFIGURATION {
            return Err(limit("an access configuration has at most 20 system policies"));
        }
        Ok(())
    }
}

fn check_policy(policy: &PermissionPolicy) -> Result<(), Error> {
    let is_name = |name: &str, longest: usize| {
        (1..=longest).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    match policy {
        PermissionPolicy::System { name } if is_name(name, 128) => Ok(()),
        PermissionPolicy::System { .. } => {
            Err(Error::invalid("PermissionPolicyName", "must be 1 to 128 letters, digits or '-'"))
        }
        PermissionPolicy::Inline { name, .. } if !is_name(name, 32) => {
            Err(Error::invalid("PermissionPolicyName", "must be 1 to 32 letters, digits or '-'"))
        }
        PermissionPolicy::Inline { document, .. } => policy::Document::parse(policy::Kind::Inline, document)
            .map(|_| ())
            .map_err(|error| Error::invalid("InlinePolicyDocument", format_args!("is refused: {error}"))),
    }
}

fn limit(message: &str) -> Error {
    Error::new(Kind::Limit, "LimitExceeded.AccessConfiguration.PermissionPolicy", message)
}

/// What is to change of a configuration; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessConfigurationChanges {
    /// The description.
    pub description: Option<String>,
    /// How long one role session lasts, 900–43,200 s.
    pub session_seconds: Option<u32>,
    /// The first page in the console; empty for the console's home.
    pub relay_state: Option<String>,
}

impl AccessConfigurationChanges {
    /// Makes the changes.
    pub fn apply(&self, spec: &mut AccessConfigurationSpec) {
        if let Some(description) = &self.description {
            spec.description.clone_from(description);
        }
        if let Some(seconds) = self.session_seconds {
            spec.session_seconds = seconds;
        }
        if let Some(page) = &self.relay_state {
            spec.relay_state.clone_from(page);
        }
    }
}

/// An access configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessConfiguration {
    /// The id.
    pub id: AccessConfigurationId,
    /// What was said of it.
    pub spec: AccessConfigurationSpec,
    /// Counts its changes; what an account was provisioned with is compared to it.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str =
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:Get*","Resource":"*"}]}"#;

    fn spec() -> AccessConfigurationSpec {
        AccessConfigurationSpec {
            name: AccessConfigurationName::parse("ReadOnly").unwrap(),
            description: String::new(),
            session_seconds: 3600,
            relay_state: String::new(),
            policies: vec![system("ReadOnlyAccess"), inline("buckets")],
        }
    }

    fn system(name: &str) -> PermissionPolicy {
        PermissionPolicy::System { name: name.to_owned() }
    }

    fn inline(name: &str) -> PermissionPolicy {
        PermissionPolicy::Inline { name: name.to_owned(), document: DOCUMENT.to_owned() }
    }

    #[test]
    fn the_bounds_themselves_pass() {
        assert_eq!(spec().check(), Ok(()));
        for session_seconds in [900, 43_200] {
            assert_eq!(AccessConfigurationSpec { session_seconds, ..spec() }.check(), Ok(()));
        }
        let policies = (0..20).map(|number| system(&format!("P{number}"))).chain([inline("own")]).collect();
        assert_eq!(AccessConfigurationSpec { policies, ..spec() }.check(), Ok(()));
    }

    #[test]
    fn each_field_has_its_rule() {
        let with = |policies| AccessConfigurationSpec { policies, ..spec() };
        let not_a_policy = PermissionPolicy::Inline { name: "own".to_owned(), document: "{}".to_owned() };
        let refused = [
            ("InvalidParameter.SessionDuration", AccessConfigurationSpec { session_seconds: 899, ..spec() }),
            (
                "InvalidParameter.SessionDuration",
                AccessConfigurationSpec { session_seconds: 43_201, ..spec() },
            ),
            (
                "InvalidParameter.Description",
                AccessConfigurationSpec { description: "x".repeat(1025), ..spec() },
            ),
            ("InvalidParameter.PermissionPolicyName", with(vec![system("a b")])),
            ("InvalidParameter.PermissionPolicyName", with(vec![inline(&"n".repeat(33))])),
            ("InvalidParameter.InlinePolicyDocument", with(vec![not_a_policy])),
            ("EntityAlreadyExists.PermissionPolicy", with(vec![system("a"), system("a")])),
            ("LimitExceeded.AccessConfiguration.PermissionPolicy", with(vec![inline("a"), inline("b")])),
            (
                "LimitExceeded.AccessConfiguration.PermissionPolicy",
                with((0..21).map(|number| system(&format!("P{number}"))).collect()),
            ),
        ];
        for (code, spec) in refused {
            assert_eq!(spec.check().unwrap_err().code, code);
        }
    }
}
