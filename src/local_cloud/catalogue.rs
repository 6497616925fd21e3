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
    ("AliyunActionTrailFullAccess", include_str!("catalogue/AliyunActionTrailFullAccess.json")),
    ("AliyunActionTrailReadOnlyAccess", include_str!("catalogue/AliyunActionTrailReadOnlyAccess.json")),
    ("AliyunBSSFullAccess", include_str!("catalogue/AliyunBSSFullAccess.json")),
    ("AliyunBSSReadOnlyAccess", include_str!("catalogue/AliyunBSSReadOnlyAccess.json")),
    ("AliyunCDNFullAccess", include_str!("catalogue/AliyunCDNFullAccess.json")),
    ("AliyunCDNReadOnlyAccess", include_str!("catalogue/AliyunCDNReadOnlyAccess.json")),
    ("AliyunCSFullAccess", include_str!("catalogue/AliyunCSFullAccess.json")),
    ("AliyunCSReadOnlyAccess", include_str!("catalogue/AliyunCSReadOnlyAccess.json")),
    ("AliyunCloudMonitorFullAccess", include_str!("catalogue/AliyunCloudMonitorFullAccess.json")),
    ("AliyunCloudMonitorReadOnlyAccess", include_str!("catalogue/AliyunCloudMonitorReadOnlyAccess.json")),
    ("AliyunCloudSSOFullAccess", include_str!("catalogue/AliyunCloudSSOFullAccess.json")),
    ("AliyunCloudSSOReadOnlyAccess", include_str!("catalogue/AliyunCloudSSOReadOnlyAccess.json")),
    ("AliyunConfigFullAccess", include_str!("catalogue/AliyunConfigFullAccess.json")),
    ("AliyunConfigReadOnlyAccess", include_str!("catalogue/AliyunConfigReadOnlyAccess.json")),
    ("AliyunContainerRegistryFullAccess", include_str!("catalogue/AliyunContainerRegistryFullAccess.json")),
    (
        "AliyunContainerRegistryReadOnlyAccess",
        include_str!("catalogue/AliyunContainerRegistryReadOnlyAccess.json"),
    ),
    ("AliyunDNSFullAccess", include_str!("catalogue/AliyunDNSFullAccess.json")),
    ("AliyunDNSReadOnlyAccess", include_str!("catalogue/AliyunDNSReadOnlyAccess.json")),
    ("AliyunECSFullAccess", include_str!("catalogue/AliyunECSFullAccess.json")),
    ("AliyunECSReadOnlyAccess", include_str!("catalogue/AliyunECSReadOnlyAccess.json")),
    ("AliyunEIPFullAccess", include_str!("catalogue/AliyunEIPFullAccess.json")),
    ("AliyunEIPReadOnlyAccess", include_str!("catalogue/AliyunEIPReadOnlyAccess.json")),
    ("AliyunESSFullAccess", include_str!("catalogue/AliyunESSFullAccess.json")),
    ("AliyunESSReadOnlyAccess", include_str!("catalogue/AliyunESSReadOnlyAccess.json")),
    ("AliyunFCFullAccess", include_str!("catalogue/AliyunFCFullAccess.json")),
    ("AliyunFCReadOnlyAccess", include_str!("catalogue/AliyunFCReadOnlyAccess.json")),
    ("AliyunKMSFullAccess", include_str!("catalogue/AliyunKMSFullAccess.json")),
    ("AliyunKMSReadOnlyAccess", include_str!("catalogue/AliyunKMSReadOnlyAccess.json")),
    ("AliyunKvstoreFullAccess", include_str!("catalogue/AliyunKvstoreFullAccess.json")),
    ("AliyunKvstoreReadOnlyAccess", include_str!("catalogue/AliyunKvstoreReadOnlyAccess.json")),
    ("AliyunLogFullAccess", include_str!("catalogue/AliyunLogFullAccess.json")),
    ("AliyunLogReadOnlyAccess", include_str!("catalogue/AliyunLogReadOnlyAccess.json")),
    ("AliyunMongoDBFullAccess", include_str!("catalogue/AliyunMongoDBFullAccess.json")),
    ("AliyunMongoDBReadOnlyAccess", include_str!("catalogue/AliyunMongoDBReadOnlyAccess.json")),
    ("AliyunNASFullAccess", include_str!("catalogue/AliyunNASFullAccess.json")),
    ("AliyunNASReadOnlyAccess", include_str!("catalogue/AliyunNASReadOnlyAccess.json")),
    ("AliyunOSSFullAccess", include_str!("catalogue/AliyunOSSFullAccess.json")),
    ("AliyunOSSReadOnlyAccess", include_str!("catalogue/AliyunOSSReadOnlyAccess.json")),
    ("AliyunRAMFullAccess", include_str!("catalogue/AliyunRAMFullAccess.json")),
    ("AliyunRAMReadOnlyAccess", include_str!("catalogue/AliyunRAMReadOnlyAccess.json")),
    ("AliyunRDSFullAccess", include_str!("catalogue/AliyunRDSFullAccess.json")),
    ("AliyunRDSReadOnlyAccess", include_str!("catalogue/AliyunRDSReadOnlyAccess.json")),
    ("AliyunROSFullAccess", include_str!("catalogue/AliyunROSFullAccess.json")),
    ("AliyunROSReadOnlyAccess", include_str!("catalogue/AliyunROSReadOnlyAccess.json")),
    ("AliyunResourceDirectoryFullAccess", include_str!("catalogue/AliyunResourceDirectoryFullAccess.json")),
    (
        "AliyunResourceDirectoryReadOnlyAccess",
        include_str!("catalogue/AliyunResourceDirectoryReadOnlyAccess.json"),
    ),
    ("AliyunSLBFullAccess", include_str!("catalogue/AliyunSLBFullAccess.json")),
    ("AliyunSLBReadOnlyAccess", include_str!("catalogue/AliyunSLBReadOnlyAccess.json")),
    ("AliyunSTSAssumeRoleAccess", include_str!("catalogue/AliyunSTSAssumeRoleAccess.json")),
    (rules::CLOUDSSO_ROLE_POLICY, include_str!("catalogue/AliyunServiceRolePolicyForCloudSSO.json")),
    ("AliyunSupportFullAccess", include_str!("catalogue/AliyunSupportFullAccess.json")),
    ("AliyunVPCFullAccess", include_str!("catalogue/AliyunVPCFullAccess.json")),
    ("AliyunVPCReadOnlyAccess", include_str!("catalogue/AliyunVPCReadOnlyAccess.json")),
    ("PowerUserAccess", include_str!("catalogue/PowerUserAccess.json")),
    ("ReadOnlyAccess", include_str!("catalogue/ReadOnlyAccess.json")),
];

#[cfg(test)]
mod tests {
    use crate::policy::{Context, Document, Kind, Named, Request, evaluate};

    use super::*;

    /// What only reads may not let anybody write, and what is full access must reach further.
    #[test]
    fn read_only_policies_allow_nothing_that_writes() {
        let catalogue = Catalogue::load().unwrap();
        let allows = |policy: &SystemPolicy, action: &str| {
            let document = Document::parse(Kind::System, &policy.document).unwrap();
            let context = Context::default();
            let request = Request { action, resource: "acs:x:*:1:y", context: &context };
            evaluate(&[Named { name: policy.name, document: &document }], &request).is_allowed()
        };
        let products = ["ecs", "oss", "ram", "vpc", "rds", "slb", "log", "kms", "cs", "cr", "fc", "cloudsso"];
        let mut read_only = 0;
        for policy in catalogue.every().filter(|policy| policy.name.ends_with("ReadOnlyAccess")) {
            read_only += 1;
            for product in products {
                for verb in ["Create", "Delete", "Update", "Put", "Set", "Attach"] {
                    let action = format!("{product}:{verb}Something");
                    assert!(!allows(policy, &action), "{}: {action}", policy.name);
                }
            }
        }
        assert!(read_only >= 20, "{read_only}");
        let power = catalogue.system("PowerUserAccess").unwrap();
        assert!(allows(power, "ecs:DeleteInstance") && !allows(power, "ram:CreateUser"));
        for action in ["ram:CreateUser", "ecs:DeleteInstance"] {
            assert!(allows(catalogue.system("AdministratorAccess").unwrap(), action));
        }
    }

    #[test]
    fn every_file_is_in_its_form_and_every_document_is_a_policy() {
        let catalogue = Catalogue::load().unwrap();
        assert_eq!(catalogue.system.len(), SYSTEM.len());
        assert!(SYSTEM.len() >= 50);
        for policy in catalogue.system.values() {
            assert!(Document::parse(Kind::System, &policy.document).is_ok(), "{}", policy.name);
            assert!(!policy.description.is_empty(), "{}", policy.name);
            // What no role could hold as its trust, nor an account as its own beyond the limit.
            assert!(Document::parse(Kind::Trust, &policy.document).is_err(), "{}", policy.name);
        }
        assert!(catalogue.system("administratoraccess").is_some());
        assert!(catalogue.attachable("administratoraccess").is_some());
        assert!(catalogue.attachable("AliyunServiceRolePolicyForCloudSSO").is_none());
    }
}
