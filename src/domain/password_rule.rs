//! What a password must be (NIST SP 800-63B-4 §3.1.1): long enough, not a known one, not a word of
//! its surroundings. No classes of characters, no expiry.

use crate::base::fold;

use super::Error;

/// The rules in words, for the page that asks for a password.
pub const PASSWORD_RULES: [&str; 3] = [
    "At least 8 characters; a few words in a row are easy to remember and hard to guess.",
    "Any character counts, spaces too. There is no need for digits or symbols.",
    "Not one of the commonest passwords, and not your name or the organisation's.",
];

/// Fewest and most characters. The second factor is always asked, hence 8 and not 15.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=256;

/// Known passwords of eight or more characters, folded, one a line.
const COMMON: &str = include_str!("common_passwords.txt");

/// Checks a password that somebody chose; `context` holds words it must not be made of, such as
/// their user name and the organisation's name.
///
/// # Errors
/// [`Error`] on `Password` that says which rule it breaks.
pub fn check_password(password: &str, context: &[&str]) -> Result<(), Error> {
    let length = password.chars().count();
    if !LENGTH.contains(&length) {
        return Err(Error::invalid(
            "Password",
            format_args!("must have {} to {} characters", LENGTH.start(), LENGTH.end()),
        ));
    }
    let folded = fold(password);
    if COMMON.lines().any(|known| known == folded) {
        return Err(Error::invalid(
            "Password",
            "is one of the commonest passwords, which attackers try first",
        ));
    }
    let letters = |text: &str| fold(text).chars().filter(|letter| letter.is_alphabetic()).collect::<String>();
    let core = letters(password);
    let is_context = |word: &&str| {
        let word = letters(word);
        !word.is_empty() && core.replace(word.as_str(), "").is_empty() && core.contains(word.as_str())
    };
    if context.iter().any(is_context) {
        return Err(Error::invalid("Password", "must not be made of your name or the organisation's"));
    }
    let mut kinds: Vec<char> = folded.chars().collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() < 4 {
        return Err(Error::invalid("Password", "repeats too few characters"));
    }
    Ok(())
}

/// Checks a password that an administrator gives somebody through the OpenAPI, which states a rule of its
/// own: 8 to 32 characters of four kinds. It must be one that its owner could have chosen, too.
///
/// # Errors
/// [`Error`] on `Password` that says which rule it breaks.
pub fn check_reset_password(password: &str, context: &[&str]) -> Result<(), Error> {
    let has = |is_kind: fn(&char) -> bool| password.chars().any(|letter| is_kind(&letter));
    let has_kinds = has(char::is_ascii_lowercase)
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_digit)
        && has(char::is_ascii_punctuation);
    if !(8..=32).contains(&password.chars().count()) || !has_kinds {
        return Err(Error::invalid(
            "Password",
            "must have 8 to 32 characters, among them an upper-case letter, a lower-case letter, a digit and a special character",
        ));
    }
    check_password(password, context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_at_both_ends() {
        assert!(check_password("b3tter1", &[]).is_err());
        assert!(check_password("b3tter12", &[]).is_ok());
        assert!(check_password("密码很长很安全啊", &[]).is_ok());
        assert!(check_password(&"ab1c".repeat(64), &[]).is_ok());
        assert!(check_password(&"ab1cd".repeat(64), &[]).is_err());
    }

    #[test]
    fn a_password_given_by_an_administrator_has_four_kinds() {
        for good in ["Str0ng.pw", &format!("aB1.{}", "xyz".repeat(9))] {
            assert_eq!(check_reset_password(good, &["alice"]), Ok(()), "{good}");
        }
        for bad in ["aB1.xyz", "all lower 1.", "ALL UPPER 1.", "No digits.", "N0specials", "Alice-1alice"] {
            assert!(check_reset_password(bad, &["alice"]).is_err(), "{bad}");
        }
        assert!(check_reset_password(&format!("aB1.{}", "xyz".repeat(10)), &[]).is_err());
    }

    #[test]
    fn known_and_obvious_passwords_are_refused() {
        for bad in [
            "password",
            "PASSWORD1",
            "iloveyou",
            "qwertyuiop",
            "aaaaaaaaaa",
            "abababab",
            "Alice2026!",
            "acme-acme",
        ] {
            assert!(check_password(bad, &["alice", "acme"]).is_err(), "{bad}");
        }
        assert!(check_password("alice in wonderland", &["alice", "acme"]).is_ok());
    }
}
