//! Where to go after sign-in: a page of this site and nowhere else.

/// A path on this site, with an optional query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// Reads a path: it begins with one slash and holds nothing that a browser would read as the
    /// beginning of another site, or as the end of a header line.
    pub fn parse(text: &str) -> Option<Self> {
        let is_local = text.starts_with('/') && !text.starts_with("//") && text.len() <= 2048;
        let is_plain = text.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
        (is_local && is_plain).then(|| Self(text.to_owned()))
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_this_site_pass() {
        for good in ["/", "/portal", "/portal?q=a%20b", "/login?quickLogin=true&accountId=1"] {
            assert!(LocalPath::parse(good).is_some(), "{good}");
        }
    }

    #[test]
    fn other_sites_do_not() {
        for bad in [
            "",
            "portal",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: b=c",
            "/a\tb",
            "/ä",
            " /portal",
        ] {
            assert!(LocalPath::parse(bad).is_none(), "{bad:?}");
        }
    }
}
