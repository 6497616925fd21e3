//! Patterns in which `*` stands for any characters, also none, and `?` for one.

/// Whether the whole text is like the pattern. Takes at most the product of their lengths: after a failure only the
/// last `*` is tried again, one character further on.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    let mut again = None;
    loop {
        let rest = text.clone();
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                text = rest;
                again = Some((pattern.clone(), text.clone()));
            }
            (Some(sign), Some(letter)) if sign == '?' || sign == letter => {}
            // Further on there is even less text for what the pattern still wants.
            (Some(_), None) => return false,
            (_, Some(_)) => {
                let Some((after_star, mut from)) = again else { return false };
                from.next();
                again = Some((after_star.clone(), from.clone()));
                (pattern, text) = (after_star, from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("*", "aws"),
            ("aws-*", "aws-"),
            ("aws-*-admin", "aws-a-admin-b-admin"),
            ("a?c", "aéc"),
            ("*a*b*", "xxaxxbxx"),
            ("**b", "aab"),
            ("*.example.com", "a.example.com"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("a", ""),
            ("?", ""),
            ("a?c", "ac"),
            ("aws-*", "xaws-"),
            ("*-admin", "aws-admins"),
            ("*a*b", "ba"),
            ("[ab]", "a"),
            ("A*", "abc"),
            (".*", "abc"),
        ] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_take_no_more_than_the_product_of_the_lengths() {
        // A matcher that tried every star again would not end in anybody's lifetime.
        assert!(!matches(&("*a".repeat(40) + "b"), &"a".repeat(5_000)));
        assert!(matches(&("*a".repeat(40) + "b"), &("a".repeat(5_000) + "b")));
    }
}
