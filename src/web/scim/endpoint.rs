//! Which endpoint an address below `/scim/v2` names (RFC 7644 §3.2), and what methods it takes.

use crate::scim::schema::{GROUP_TYPE, ResourceType, USER_TYPE};

/// A kind of resource with endpoints of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Group,
}

impl Kind {
    pub(super) const ALL: [Self; 2] = [Self::User, Self::Group];

    /// The kind of these resources.
    pub(super) fn of(resource_type: &ResourceType) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| std::ptr::eq(kind.resource_type(), resource_type))
    }

    /// What the resources are.
    pub(super) const fn resource_type(self) -> &'static ResourceType {
        match self {
            Self::User => &USER_TYPE,
            Self::Group => &GROUP_TYPE,
        }
    }
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// Every resource.
    Root,
    /// The resources of a kind.
    Resources(Kind),
    /// One of them, by id.
    Resource(Kind, String),
    /// A search by POST; among all kinds where none is named.
    Search(Option<Kind>),
    Bulk,
    Me,
    ServiceProviderConfig,
    /// All schemas, or the one of this URN.
    Schemas(Option<String>),
    /// All resource types, or the one of this name.
    ResourceTypes(Option<String>),
}

impl Endpoint {
    /// Reads the path below the base; a slash at the end means nothing.
    pub(super) fn parse(path: &str) -> Option<Self> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut segments = path.split('/').map(decoded);
        let (first, second) = (segments.next()??, segments.next());
        let second = match second {
            Some(segment) => Some(segment?),
            None => None,
        };
        if segments.next().is_some() {
            return None;
        }
        let kind = Kind::ALL.into_iter().find(|kind| kind.resource_type().endpoint.get(1..) == Some(&first));
        match (first.as_str(), kind, second) {
            (_, Some(kind), None) => Some(Self::Resources(kind)),
            (_, Some(kind), Some(id)) if id == ".search" => Some(Self::Search(Some(kind))),
            (_, Some(kind), Some(id)) => Some(Self::Resource(kind, id)),
            ("", None, None) => Some(Self::Root),
            (".search", None, None) => Some(Self::Search(None)),
            ("Bulk", None, None) => Some(Self::Bulk),
            ("Me", None, None) => Some(Self::Me),
            ("ServiceProviderConfig", None, None) => Some(Self::ServiceProviderConfig),
            ("Schemas", None, urn) => Some(Self::Schemas(urn)),
            ("ResourceTypes", None, name) => Some(Self::ResourceTypes(name)),
            _ => None,
        }
    }

    /// The methods that it takes, as `Allow` lists them.
    pub(super) const fn allow(&self) -> &'static str {
        match self {
            Self::Resources(_) => "GET, POST",
            Self::Resource(..) => "GET, PUT, PATCH, DELETE",
            Self::Search(_) | Self::Bulk => "POST",
            Self::Root
            | Self::Me
            | Self::ServiceProviderConfig
            | Self::Schemas(_)
            | Self::ResourceTypes(_) => "GET",
        }
    }

    /// Whether it takes this method.
    pub(super) fn takes(&self, method: &str) -> bool {
        self.allow().split(", ").any(|allowed| allowed == method)
    }

    /// Whether it only says what the server can do, which everybody may know.
    pub(super) const fn is_discovery(&self) -> bool {
        matches!(self, Self::ServiceProviderConfig | Self::Schemas(_) | Self::ResourceTypes(_))
    }
}

/// A segment with its percent-encoding undone; `None` where that is no text.
fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let (digits, after) = after.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_has_its_address() {
        let user = |id: &str| Endpoint::Resource(Kind::User, id.to_owned());
        for (path, endpoint) in [
            ("", Endpoint::Root),
            ("/", Endpoint::Root),
            ("/Users", Endpoint::Resources(Kind::User)),
            ("/Users/", Endpoint::Resources(Kind::User)),
            ("/Groups", Endpoint::Resources(Kind::Group)),
            ("/Users/u-1", user("u-1")),
            ("/Users/u-1/", user("u-1")),
            ("/Users/a%20b%2Fc", user("a b/c")),
            ("/Users/.search", Endpoint::Search(Some(Kind::User))),
            ("/.search", Endpoint::Search(None)),
            ("/Bulk", Endpoint::Bulk),
            ("/Me", Endpoint::Me),
            ("/ServiceProviderConfig", Endpoint::ServiceProviderConfig),
            ("/Schemas", Endpoint::Schemas(None)),
            ("/Schemas/urn:x", Endpoint::Schemas(Some("urn:x".to_owned()))),
            ("/ResourceTypes/User", Endpoint::ResourceTypes(Some("User".to_owned()))),
        ] {
            assert_eq!(Endpoint::parse(path), Some(endpoint), "{path}");
        }
    }

    #[test]
    fn there_is_nothing_else() {
        for path in
            ["/users", "/Users/u-1/x", "/Bulk/1", "/Me/x", "/x", "//Users", "/Users/%zz", "/Users/%ff"]
        {
            assert_eq!(Endpoint::parse(path), None, "{path}");
        }
    }

    #[test]
    fn methods() {
        assert!(Endpoint::Resources(Kind::User).takes("POST"));
        assert!(!Endpoint::Resources(Kind::User).takes("PATCH"));
        assert!(!Endpoint::Schemas(None).takes("POST"));
        assert!(Endpoint::Search(None).takes("POST"));
        assert!(!Endpoint::Resource(Kind::Group, String::new()).takes("get"));
    }
}
