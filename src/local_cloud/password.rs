//! Passwords of login profiles: what the account's policy says of one, and what it says of its age.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::base::{Secret, Timestamp};
use crate::crypto::Random;

use super::refusal::{Flaw, Refusal};
use super::setting::PasswordPolicy;
use super::store::login_profile::LoginProfileRow;

/// Characters of the longest password.
const LONGEST: i64 = 32;
/// Characters of a password that is drawn, where the policy asks for no more.
const GENERATED: i64 = 16;
/// What it is drawn of, and the kinds of which each must be in it.
const SIGNS: &str = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-+=!#";
const SIGN_KINDS: [fn(char) -> bool; 4] = [
    |sign| sign.is_ascii_lowercase(),
    |sign| sign.is_ascii_uppercase(),
    |sign| sign.is_ascii_digit(),
    |sign| sign.is_ascii_punctuation(),
];
const DAY: u64 = 24 * 3600;
/// How long wrong passwords count, and how long they lock their user.
pub(crate) const LOCK: Duration = Duration::from_secs(3600);
/// What `InterceptRiskPasswordOnApi` refuses, beside what is built of one of these and digits or signs.
const WELL_KNOWN: &[&str] = &[
    "password",
    "passw0rd",
    "qwerty",
    "qwertyuiop",
    "asdfghjkl",
    "letmein",
    "welcome",
    "admin",
    "root",
    "iloveyou",
    "abc",
    "abcd",
    "abcdef",
    "monkey",
    "dragon",
    "football",
    "baseball",
    "sunshine",
    "princess",
    "trustno",
    "aliyun",
    "alibaba",
    "changeme",
    "secret",
    "master",
    "login",
    "test",
];

/// Refuses a password that breaks the policy; it was given as `parameter`, for the user of this name.
pub(crate) fn check(
    policy: &PasswordPolicy,
    parameter: &'static str,
    password: &str,
    user_name: &str,
) -> Result<(), Refusal> {
    let length = i64::try_from(password.chars().count()).unwrap_or(i64::MAX);
    if !(policy.minimum_password_length..=LONGEST).contains(&length) {
        let rule = format!("{} to {LONGEST} characters long", policy.minimum_password_length);
        return Err(Refusal::parameter(parameter, Flaw::Length, rule));
    }
    if password.chars().any(char::is_control) {
        return Err(Refusal::parameter(parameter, Flaw::InvalidChars, "without control characters"));
    }
    let has = |kind: fn(char) -> bool| password.chars().any(kind);
    let different = password.chars().collect::<BTreeSet<_>>().len();
    let rules = [
        (policy.require_lowercase_characters && !has(char::is_lowercase), "with a lowercase letter"),
        (policy.require_uppercase_characters && !has(char::is_uppercase), "with an uppercase letter"),
        (policy.require_numbers && !has(char::is_numeric), "with a digit"),
        (policy.require_symbols && !has(|letter| !letter.is_alphanumeric()), "with a sign"),
        (
            i64::try_from(different).unwrap_or(0) < policy.minimum_password_different_character,
            "of more different characters",
        ),
        (
            policy.password_not_contain_user_name
                && password.to_lowercase().contains(&user_name.to_lowercase()),
            "without the name of the user",
        ),
        (
            policy.intercept_risk_password_on_api && is_well_known(password),
            "none that everybody guesses first",
        ),
    ];
    match rules.iter().find(|(is_broken, _)| *is_broken) {
        Some((_, rule)) => Err(Refusal::parameter(parameter, Flaw::Value, *rule)),
        None => Ok(()),
    }
}

/// A password that nobody chose and the policy admits, for the user of this name. Without letters and digits
/// that look alike.
pub(crate) fn generate(policy: &PasswordPolicy, random: &Random, user_name: &str) -> Result<Secret, Refusal> {
    let length = usize::try_from(policy.minimum_password_length.clamp(GENERATED, LONGEST)).unwrap_or(0);
    // One in a few drawn at random has a sign of every kind; a name inside of one is rarer still.
    for _ in 0..1000 {
        let password = Secret::new(random.text(SIGNS, length)?);
        let is_mixed = SIGN_KINDS.iter().all(|kind| password.expose().contains(*kind));
        if is_mixed && check(policy, "Password", password.expose(), user_name).is_ok() {
            return Ok(password);
        }
    }
    Err(Refusal::parameter("PasswordPolicy", Flaw::Value, "one that a password of random signs can meet"))
}

/// `NotInitial`, `InitialValid` or `InitialExpired`.
pub(crate) fn status(policy: &PasswordPolicy, profile: &LoginProfileRow, now: Timestamp) -> &'static str {
    let days = u64::try_from(policy.initial_password_age).unwrap_or(0);
    let end = Timestamp::from_millis(profile.password_set_at).plus(Duration::from_secs(days * DAY));
    match (profile.is_initial, days > 0 && now >= end) {
        (false, _) => "NotInitial",
        (true, false) => "InitialValid",
        (true, true) => "InitialExpired",
    }
}

/// What the age of a password means for whoever signs in with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    Good,
    /// Another one must be set before anything else.
    MustChange,
    /// Nobody signs in with it any more.
    Expired,
}

/// Judges the age of a password, and whether somebody wants another one to be set.
pub(crate) fn age(policy: &PasswordPolicy, profile: &LoginProfileRow, now: Timestamp) -> Age {
    let days = u64::try_from(policy.max_password_age).unwrap_or(0);
    let end = Timestamp::from_millis(profile.password_set_at).plus(Duration::from_secs(days * DAY));
    let is_old = days > 0 && now >= end;
    if status(policy, profile, now) == "InitialExpired" || (is_old && policy.hard_expire) {
        Age::Expired
    } else if is_old || profile.password_reset_required {
        Age::MustChange
    } else {
        Age::Good
    }
}

/// A word of the list, digits or signs around it, or nothing but digits.
fn is_well_known(password: &str) -> bool {
    let folded = password.to_lowercase();
    let word = folded.trim_matches(|letter: char| !letter.is_alphabetic());
    word.is_empty() || WELL_KNOWN.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(policy: &PasswordPolicy, password: &str) -> String {
        check(policy, "Password", password, "alice")
            .map_or_else(|refusal| refusal.code().into_owned(), |()| "ok".to_owned())
    }

    #[test]
    fn each_rule_refuses_what_breaks_it_and_nothing_else() {
        let plain = PasswordPolicy::default;
        let rows = [
            (plain(), "aaaaaaaa", "ok"),
            (plain(), "aaaaaaa", "InvalidParameter.Password.Length"),
            (plain(), "0123456789abcdef0123456789abcdef", "ok"),
            (plain(), "0123456789abcdef0123456789abcdef0", "InvalidParameter.Password.Length"),
            (plain(), "aaaa\naaaa", "InvalidParameter.Password.InvalidChars"),
            (
                PasswordPolicy { minimum_password_length: 12, ..plain() },
                "aaaaaaaaaaa",
                "InvalidParameter.Password.Length",
            ),
            (
                PasswordPolicy { require_lowercase_characters: true, ..plain() },
                "AAAAAAA1",
                "InvalidParameter.Password",
            ),
            (PasswordPolicy { require_lowercase_characters: true, ..plain() }, "AAAAAAAa", "ok"),
            (
                PasswordPolicy { require_uppercase_characters: true, ..plain() },
                "aaaaaaa1",
                "InvalidParameter.Password",
            ),
            (PasswordPolicy { require_numbers: true, ..plain() }, "aaaaaaaa", "InvalidParameter.Password"),
            (PasswordPolicy { require_symbols: true, ..plain() }, "aaaaaaa1", "InvalidParameter.Password"),
            (PasswordPolicy { require_symbols: true, ..plain() }, "aaaaaaa-", "ok"),
            (
                PasswordPolicy { minimum_password_different_character: 4, ..plain() },
                "abcabcabc",
                "InvalidParameter.Password",
            ),
            (PasswordPolicy { minimum_password_different_character: 4, ..plain() }, "abcdabcd", "ok"),
            (
                PasswordPolicy { password_not_contain_user_name: true, ..plain() },
                "xxALICExx",
                "InvalidParameter.Password",
            ),
            (
                PasswordPolicy { intercept_risk_password_on_api: true, ..plain() },
                "Password123!",
                "InvalidParameter.Password",
            ),
            (
                PasswordPolicy { intercept_risk_password_on_api: true, ..plain() },
                "1234567890",
                "InvalidParameter.Password",
            ),
            (PasswordPolicy { intercept_risk_password_on_api: true, ..plain() }, "kayak-river-9", "ok"),
        ];
        for (policy, password, expected) in rows {
            assert_eq!(code(&policy, password), expected, "{password:?} {policy:?}");
        }
    }
}
