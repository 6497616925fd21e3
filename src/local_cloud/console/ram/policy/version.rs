//! Versions of a policy, and what each says.

use serde::Deserialize;

use crate::local_cloud::api::version::RAM;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::Desk;
use super::super::grant::PolicyName;
use super::super::part::Part;
use super::super::words::Words;

/// One version.
pub(super) struct Version {
    pub(super) id: String,
    pub(super) is_default: bool,
    /// Empty for a system policy.
    pub(super) create_date: String,
    pub(super) words: Words,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    policy_versions: Versions,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Versions {
    policy_version: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    version_id: String,
    is_default_version: bool,
    policy_document: String,
    #[serde(default)]
    create_date: String,
}

/// The versions of a policy, the newest first.
pub(super) fn list(desk: &Desk<'_>, policy: PolicyName<'_>) -> Result<Part<Vec<Version>>, Refusal> {
    let parameters = [("PolicyType", policy.policy_type), ("PolicyName", policy.name)];
    let answer: Part<Answer> = Part::of(desk.ask((RAM, "ListPolicyVersions"), &parameters))?;
    let answer = match answer {
        Part::Refused(reason) => return Ok(Part::Refused(reason)),
        Part::Shown(answer) => answer,
    };
    let version = |listed: Listed| {
        Ok(Version {
            words: Words::stored(&listed.policy_document)?,
            id: listed.version_id,
            is_default: listed.is_default_version,
            create_date: listed.create_date,
        })
    };
    let versions: Result<_, Refusal> =
        answer.policy_versions.policy_version.into_iter().map(version).collect();
    Ok(Part::Shown(versions?))
}
