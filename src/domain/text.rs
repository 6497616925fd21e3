//! Length rules of free text, and how it is shown. Lengths count characters, as the OpenAPI's do.

use super::Error;

/// Refuses text of more than `longest` characters, and control characters, which no page, log or
/// assertion could carry faithfully.
pub(super) fn check(field: &'static str, text: &str, longest: usize) -> Result<(), Error> {
    if text.chars().count() > longest {
        return Err(Error::invalid(field, format_args!("must have at most {longest} characters")));
    }
    let is_plain = |letter: char| !letter.is_control() && letter != '\u{fffe}' && letter != '\u{ffff}';
    if !text.chars().all(|letter| is_plain(letter) || matches!(letter, '\n' | '\t')) {
        return Err(Error::invalid(field, "must not contain control characters"));
    }
    Ok(())
}

/// So much of what somebody wrote as a message can show: the first forty characters, in backquotes.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default().escape_debug()),
        None => format!("`{}`", text.escape_debug()),
    }
}
