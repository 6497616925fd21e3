//! The vendor's well-known system policies, one JSON file each with the policy's description and
//! document, and the policy of our service-linked role. A role can hold a system policy only if it
//! is in this catalogue.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::rules;

/// One system policy.
#[derive(Clone, Debug)]
pub(crate) struct SystemPolicy {
    pub(crate) name: &'static str,
    pub(crate) description: String,
    /// The document as JSON, indented.
    pub(crate) document: String,
}

/// A file of the catalogue that is not in its form.
#[derive(Debug)]
pub struct Malformed {
    /// The policy whose file it is.
    pub name: &'static str,
    reason: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the catalogue's file of {} is malformed: {}", self.name, self.reason)
    }
}

impl std::error::Error for Malformed {}

/// All system policies, by their folded name.
#[derive(Debug)]
pub(crate) struct Catalogue {
    system: BTreeMap<String, SystemPolicy>,
}

impl Catalogue {
    /// Reads the files that the program was built with.
    pub(crate) fn load() -> Result<Self, Malformed> {
        let mut system = BTreeMap::new();
        for (name, text) in SYSTEM {
            system.insert(crate::base::fold(name), read(name, text)?);
        }
        Ok(Self { system })
    }

    /// The system policy of this name, in any case.
    pub(crate) fn system(&self, name: &str) -> Option<&SystemPolicy> {
        self.system.get(&crate::base::fold(name))
    }

    /// All of them, by name.
    pub(crate) fn every(&self) -> impl Iterator<Item = &SystemPolicy> {
        self.system.values()
    }

    /// As [`Catalogue::system`], if it may be given to a role: the policy of a service-linked role
    /// stays with that role.
    pub(crate) fn attachable(&self, name: &str) -> Option<&SystemPolicy> {
        self.system(name).filter(|policy| policy.name != rules::CLOUDSSO_ROLE_POLICY)
    }
}

fn read(name: &'static str, text: &str) -> Result<SystemPolicy, Malformed> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct File {
        description: String,
        policy_document: Value,
    }
    let malformed = |error: serde_json::Error| Malformed { name, reason: error.to_string() };
    let file: File = serde_json::from_str(text).map_err(malformed)?;
    let document = serde_json::to_string_pretty(&file.policy_document).map_err(malformed)?;
    Ok(SystemPolicy { name, description: file.description, document })
}

const SYSTEM: &[(&str, &str)] = &[
    ("AdministratorAccess", include_str!("catalogue/AdministratorAccess.json")),
    ("AliyunActionTrailReadOnlyAccess", include_str!("catalogue/AliyunActionTrailReadOnlyAccess.json")),
    ("AliyunBSSReadOnlyAccess", include_str!("catalogue/AliyunBSSReadOnlyAccess.json")),
    ("AliyunCloudMonitorReadOnlyAccess", include_str!("catalogue/AliyunCloudMonitorReadOnlyAccess.json")),
    ("AliyunCloudSSOFullAccess", include_str!("catalogue/AliyunCloudSSOFullAccess.json")),
    ("AliyunCloudSSOReadOnlyAccess", include_str!("catalogue/AliyunCloudSSOReadOnlyAccess.json")),
    ("AliyunECSFullAccess", include_str!("catalogue/AliyunECSFullAccess.json")),
    ("AliyunECSReadOnlyAccess", include_str!("catalogue/AliyunECSReadOnlyAccess.json")),
    ("AliyunKMSReadOnlyAccess", include_str!("catalogue/AliyunKMSReadOnlyAccess.json")),
    ("AliyunLogFullAccess", include_str!("catalogue/AliyunLogFullAccess.json")),
    ("AliyunLogReadOnlyAccess", include_str!("catalogue/AliyunLogReadOnlyAccess.json")),
    ("AliyunOSSFullAccess", include_str!("catalogue/AliyunOSSFullAccess.json")),
    ("AliyunOSSReadOnlyAccess", include_str!("catalogue/AliyunOSSReadOnlyAccess.json")),
    ("AliyunRAMFullAccess", include_str!("catalogue/AliyunRAMFullAccess.json")),
    ("AliyunRAMReadOnlyAccess", include_str!("catalogue/AliyunRAMReadOnlyAccess.json")),
    ("AliyunRDSFullAccess", include_str!("catalogue/AliyunRDSFullAccess.json")),
    ("AliyunRDSReadOnlyAccess", include_str!("catalogue/AliyunRDSReadOnlyAccess.json")),
    ("AliyunResourceDirectoryFullAccess", include_str!("catalogue/AliyunResourceDirectoryFullAccess.json")),
    (
        "AliyunResourceDirectoryReadOnlyAccess",
        include_str!("catalogue/AliyunResourceDirectoryReadOnlyAccess.json"),
    ),
    ("AliyunSLBReadOnlyAccess", include_str!("catalogue/AliyunSLBReadOnlyAccess.json")),
    ("AliyunSTSAssumeRoleAccess", include_str!("catalogue/AliyunSTSAssumeRoleAccess.json")),
    (rules::CLOUDSSO_ROLE_POLICY, include_str!("catalogue/AliyunServiceRolePolicyForCloudSSO.json")),
    ("AliyunVPCFullAccess", include_str!("catalogue/AliyunVPCFullAccess.json")),
    ("AliyunVPCReadOnlyAccess", include_str!("catalogue/AliyunVPCReadOnlyAccess.json")),
    ("ReadOnlyAccess", include_str!("catalogue/ReadOnlyAccess.json")),
];

#[cfg(test)]
mod tests {
    use crate::policy::{Document, Kind};

    use super::*;

    #[test]
    fn every_file_is_in_its_form_and_every_document_is_a_policy() {
        let catalogue = Catalogue::load().unwrap();
        assert_eq!(catalogue.system.len(), SYSTEM.len());
        for policy in catalogue.system.values() {
            assert!(Document::parse(Kind::System, &policy.document).is_ok(), "{}", policy.name);
            assert!(!policy.description.is_empty(), "{}", policy.name);
        }
        assert!(catalogue.system("administratoraccess").is_some());
        assert!(catalogue.attachable("administratoraccess").is_some());
        assert!(catalogue.attachable("AliyunServiceRolePolicyForCloudSSO").is_none());
    }
}
