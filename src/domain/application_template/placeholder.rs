//! Texts with `{Names}` in braces.

/// The text with every placeholder replaced by what it stands for; one that stands for nothing stays. What is put in
/// is not looked at again.
pub(super) fn replace<'a>(text: &str, value: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        replaced.push_str(before);
        match after.split_once('}').and_then(|(name, after)| Some((value(name)?, after))) {
            Some((value, after)) => {
                replaced.push_str(value);
                rest = after;
            }
            None => {
                replaced.push('{');
                rest = after;
            }
        }
    }
    replaced.push_str(rest);
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_once() {
        let value = |name: &str| match name {
            "A" => Some("{B}"),
            "B" => Some("b"),
            _ => None,
        };
        for (text, expected) in [
            ("", ""),
            ("a", "a"),
            ("{A}-{B}{B}", "{B}-bb"),
            ("{C}{B}", "{C}b"),
            ("{", "{"),
            ("}{{B}}", "}{b}"),
        ] {
            assert_eq!(replace(text, value), expected, "{text}");
        }
    }
}
