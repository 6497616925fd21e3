//! Addresses of what an account holds. Most names are a segment of the path as they are; those that a browser
//! or the console itself takes for something else (`..`, `create`) get a sign in front that no name has.

use super::super::desk::{Visit, path};

const SIGN: char = '~';

pub(super) fn user(name: &str) -> String {
    named("users", name)
}

pub(super) fn group(name: &str) -> String {
    named("groups", name)
}

pub(super) fn role(name: &str) -> String {
    named("roles", name)
}

/// `policy_type` is `System` or `Custom`, as the API spells it.
pub(super) fn policy(policy_type: &str, name: &str) -> String {
    path(["ram", "policies", &policy_type.to_lowercase(), name])
}

/// What counts for a user.
pub(super) fn effective(user: &str) -> String {
    format!("/ram/permissions{}", self::user(user).trim_start_matches("/ram"))
}

/// The page of a holder of policies, whose kind is `User`, `Group` or `Role`.
pub(super) fn holder(kind: &str, name: &str) -> String {
    match kind {
        "User" => user(name),
        "Group" => group(name),
        _ => role(name),
    }
}

/// The name in a visit's path.
pub(super) fn name_at<'v>(visit: &'v Visit, place: &str) -> &'v str {
    let segment = visit.at(place);
    segment.strip_prefix(SIGN).unwrap_or(segment)
}

fn named(section: &str, name: &str) -> String {
    if matches!(name, "." | ".." | "create") {
        return path(["ram", section, &format!("{SIGN}{name}")]);
    }
    path(["ram", section, name])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_name_is_found_again_in_its_address() {
        for name in ["ops", ".", "..", "create", "a.b_c-d", "über", "50%", "a/b?c", "a b"] {
            let address = group(name);
            let segment = address.strip_prefix("/ram/groups/").unwrap();
            assert!(
                !segment.contains(['/', '?', ' ']) && !matches!(segment, "." | ".." | "create"),
                "{address}"
            );
            let segment =
                url::form_urlencoded::parse(format!("x={}", segment.replace('+', "%2B")).as_bytes())
                    .next()
                    .map(|(_, value)| value.into_owned());
            let places = BTreeMap::from([("group".to_owned(), segment.unwrap())]);
            assert_eq!(name_at(&Visit::new(&address, places, "", b""), "group"), name, "{address}");
        }
    }
}
