//! Versions of resources as ETags (RFC 7644 §3.14), and the conditions that requests put on them.

use super::{Error, ErrorKind};

/// The weak ETag of a version, which `meta.version` says too.
pub fn etag(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// What `If-Match` or `If-None-Match` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Versions {
    /// `*`: whatever there is.
    Any,
    /// These; what is no version of ours matches nothing.
    These(Vec<i64>),
}

impl Versions {
    /// Reads a header's value, or the `version` of a Bulk operation: `*` or a list of ETags, weak or strong.
    ///
    /// # Errors
    /// `invalidValue` where it is neither.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        let versions = tags.map(opaque).collect::<Option<Vec<_>>>().filter(|list| !list.is_empty());
        let versions = versions.ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidValue,
                "a version must be * or ETags like W/\"1\", separated by commas",
            )
        })?;
        Ok(Self::These(versions.into_iter().filter_map(|tag| tag.parse().ok()).collect()))
    }

    /// Whether a resource of this version is meant.
    pub fn contain(&self, version: i64) -> bool {
        match self {
            Self::Any => true,
            Self::These(versions) => versions.contains(&version),
        }
    }
}

/// What stands between the quotes; SCIM's versions are compared weakly.
fn opaque(tag: &str) -> Option<&str> {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    tag.strip_prefix('"')?.strip_suffix('"').filter(|opaque| !opaque.contains('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_out_is_known_again() {
        let versions = Versions::parse(&etag(7)).unwrap();
        assert!(versions.contain(7) && !versions.contain(8));
        let several = Versions::parse("W/\"1\", \"2\" ,W/\"x\"").unwrap();
        assert_eq!(several, Versions::These(vec![1, 2]));
        assert!(Versions::parse(" * ").unwrap().contain(9));
        assert_eq!(Versions::parse("\"gone\""), Ok(Versions::These(vec![])));
    }

    #[test]
    fn what_is_no_etag_is_refused() {
        for bad in ["", ",", "7", "W/7", "\"7", "\"a\"b\"", "w/\"1\""] {
            assert_eq!(Versions::parse(bad).unwrap_err().kind, ErrorKind::InvalidValue, "{bad}");
        }
    }
}
