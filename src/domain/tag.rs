//! Tags of users and access configurations.

use super::{Error, Kind, text};

/// How many tags one user or access configuration may carry.
pub const TAGS_PER_RESOURCE: usize = 20;

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag {
    /// 1 to 128 characters, once on a resource.
    pub key: String,
    /// Up to 128 characters.
    pub value: String,
}

/// Checks the tags that somebody wants on one resource, or looks for.
///
/// # Errors
/// [`Error`] on `Tags` that says which rule is broken, and a limit when there are more than 20.
pub fn check_tags(tags: &[Tag]) -> Result<(), Error> {
    if tags.len() > TAGS_PER_RESOURCE {
        return Err(Error::new(Kind::Limit, "LimitExceeded.Tag", "Tags must be at most 20"));
    }
    for (index, tag) in tags.iter().enumerate() {
        let is_reserved = |text: &str| {
            let lower = text.to_lowercase();
            ["aliyun", "acs:"].iter().any(|prefix| lower.starts_with(prefix))
        };
        let number = index + 1;
        if tag.key.is_empty() || is_reserved(&tag.key) {
            let rule = format_args!(
                "must have keys that are not empty and do not begin with aliyun or acs:; key {number} does not fit"
            );
            return Err(Error::invalid("Tags", rule));
        }
        text::check("Tags", &tag.key, 128)?;
        text::check("Tags", &tag.value, 128)?;
        if tags.iter().take(index).any(|other| other.key == tag.key) {
            return Err(Error::invalid(
                "Tags",
                format_args!("must name each key once; key {number} repeats"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag { key: key.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn the_bounds_themselves_pass() {
        let twenty: Vec<Tag> = (0..20).map(|number| tag(&format!("k{number}"), "v")).collect();
        assert_eq!(check_tags(&twenty), Ok(()));
        assert_eq!(check_tags(&[tag(&"k".repeat(128), &"v".repeat(128)), tag("team", "")]), Ok(()));
    }

    #[test]
    fn each_rule_refuses() {
        let twenty_one: Vec<Tag> = (0..21).map(|number| tag(&format!("k{number}"), "v")).collect();
        assert_eq!(check_tags(&twenty_one).unwrap_err().code, "LimitExceeded.Tag");
        for bad in [
            vec![tag("", "v")],
            vec![tag("acs:team", "v")],
            vec![tag("AliyunTeam", "v")],
            vec![tag(&"k".repeat(129), "v")],
            vec![tag("k", &"v".repeat(129))],
            vec![tag("k", "a\u{0}")],
            vec![tag("k", "1"), tag("k", "2")],
        ] {
            assert_eq!(check_tags(&bad).unwrap_err().code, "InvalidParameter.Tags", "{bad:?}");
        }
    }
}
