//! Beginnings of names as patterns of SQL's `LIKE`.

/// The escape character of [`beginning`]'s patterns; both databases are told of it.
pub(super) const ESCAPE: char = '!';

/// The pattern of whatever begins with `text`, none of whose characters means anything but itself.
pub(super) fn beginning(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 1);
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | ESCAPE) {
            pattern.push(ESCAPE);
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_is_a_wildcard() {
        assert_eq!(beginning("al"), "al%");
        assert_eq!(beginning("a_b%c!"), "a!_b!%c!!%");
    }
}
