//! Why somebody may not see or do something here, in words that help: which of the two system policies for
//! this console would allow it, and whose the directory is.

use crate::local_cloud::api::Outcome;
use crate::local_cloud::api::version::RESOURCE_DIRECTORY_MASTER;
use crate::local_cloud::refusal::Refusal;
use crate::policy::{Context, Decision, Document, Kind, Named, Request, evaluate};

use super::super::desk::Desk;

/// The system policies that this console needs: the first for its pages, both for Log On.
pub(super) const POLICIES: [&str; 2] = ["AliyunResourceDirectoryFullAccess", "AliyunSTSAssumeRoleAccess"];

/// A part of a page, or why there is none: a page shows what its visitor may see.
pub(super) type Part<T> = Result<T, String>;

/// An answer as a part of a page: only a missing permission stands in its place.
pub(super) fn part<T>(answer: Result<T, Refusal>) -> Result<Part<T>, Refusal> {
    match answer {
        Err(refusal @ Refusal::Permission { .. }) => Ok(Err(refusal.to_string())),
        answer => answer.map(Ok),
    }
}

/// What came of an action, with more words where a permission is missing.
pub(super) fn explained<T>(desk: &Desk<'_>, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
    outcome.map_err(|refusal| match refusal {
        Refusal::Permission { action, resource, decided_by } => {
            let decided_by = reason(desk, (&action, &resource), decided_by);
            Refusal::Permission { action, resource, decided_by }
        }
        refusal => refusal,
    })
}

/// Does something to the directory: a refusal is explained.
pub(super) fn call(desk: &Desk<'_>, action: &str, parameters: &[(&str, &str)]) -> Outcome {
    explained(desk, desk.call(RESOURCE_DIRECTORY_MASTER, action, parameters))
}

fn reason(desk: &Desk<'_>, (action, resource): (&str, &str), decided_by: String) -> String {
    let holder = resource.split(':').nth(3).unwrap_or_default();
    if action.starts_with("resourcemanager:") && holder != desk.session().account.id {
        return "the management account keeps the resource directory, and this is another account".to_owned();
    }
    // A statement that denies it is not outweighed by one more policy.
    if decided_by != Decision::NotAllowed.to_string() {
        return decided_by;
    }
    match giver(desk, (action, resource)) {
        Some(policy) => format!("{decided_by}; the system policy {policy} would"),
        None => decided_by,
    }
}

/// Which of the two policies allows it.
fn giver(desk: &Desk<'_>, (action, resource): (&str, &str)) -> Option<&'static str> {
    let context = Context::default();
    let request = Request { action, resource, context: &context };
    POLICIES.into_iter().find(|name| {
        let policy = desk.cloud().catalogue.system(name);
        let document = policy.and_then(|policy| Document::parse(Kind::System, &policy.document).ok());
        document
            .is_some_and(|document| evaluate(&[Named { name, document: &document }], &request).is_allowed())
    })
}
