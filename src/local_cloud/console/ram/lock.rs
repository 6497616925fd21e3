//! What an account's own people cannot change, and why: said on pages, which then offer no forms for it. The
//! actions refuse it themselves.

use crate::local_cloud::rules;

const OF_CLOUDSSO: &str = "CloudSSO keeps it, and only CloudSSO changes it: by its access configurations, \
     its assignments and its identity provider.";
const OF_A_SERVICE: &str = "It belongs to a cloud service, which acts in this account by it. Only the cloud \
     itself changes it.";
const OF_THE_CLOUD: &str = "The cloud keeps its system policies the same for every account. You can attach \
     them, and not change them.";

/// Why a role is locked, if it is.
pub(super) fn of_role(name: &str) -> Option<&'static str> {
    if rules::is_service_linked(name) {
        return Some(OF_A_SERVICE);
    }
    rules::is_reserved(name).then_some(OF_CLOUDSSO)
}

/// Why a policy cannot be changed, if that is so.
pub(super) fn of_policy(policy_type: &str, name: &str) -> Option<&'static str> {
    if policy_type == "System" {
        return Some(if is_of_a_service(name) { OF_A_SERVICE } else { OF_THE_CLOUD });
    }
    of_role(name)
}

/// Why a policy cannot be attached, if that is so.
pub(super) fn of_grant(policy_type: &str, name: &str) -> Option<&'static str> {
    if policy_type == "System" {
        return is_of_a_service(name).then_some(OF_A_SERVICE);
    }
    of_role(name)
}

fn is_of_a_service(name: &str) -> bool {
    name.eq_ignore_ascii_case(rules::CLOUDSSO_ROLE_POLICY)
}
