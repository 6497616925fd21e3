//! Which attributes an answer shows: `attributes`, `excludedAttributes` and each attribute's own `returned`
//! (RFC 7644 §3.9).

use serde_json::{Map, Value};

use super::schema::{Attribute, Named, Resolved, ResourceType, Returned, Schema};
use super::{Error, ErrorKind};

/// What to show of resources of one type.
#[derive(Clone, Debug)]
pub struct Projection {
    resource_type: &'static ResourceType,
    /// These and what is always shown; `None` for what is shown by default.
    only: Option<Vec<Named>>,
    without: Vec<Named>,
}

/// How much of an attribute is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    Nothing,
    Parts,
    Whole,
}

impl Projection {
    /// What is shown when nobody asks for anything else.
    pub const fn usual(resource_type: &'static ResourceType) -> Self {
        Self { resource_type, only: None, without: Vec::new() }
    }

    /// Reads the two lists; each text may itself be a list with commas, as in a query string. Names are those of
    /// [`ResourceType::named`]; unknown ones are passed over.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidValue`] when both lists name something.
    pub fn parse(
        resource_type: &'static ResourceType,
        attributes: &[String],
        excluded: &[String],
    ) -> Result<Self, Error> {
        let is_only = names(attributes).next().is_some();
        if is_only && names(excluded).next().is_some() {
            let detail = "attributes and excludedAttributes cannot both be given";
            return Err(Error::new(ErrorKind::InvalidValue, detail));
        }
        let read = |list| names(list).filter_map(|name| resource_type.named(name)).collect::<Vec<_>>();
        Ok(Self { resource_type, only: is_only.then(|| read(attributes)), without: read(excluded) })
    }

    /// Whether anything of this core or common attribute is shown: what is not need not be loaded.
    pub fn wants(&self, attribute: &str) -> bool {
        let found = self.resource_type.named_in(None, attribute);
        found.is_some_and(|at| self.extent(None, at.attribute) != Extent::Nothing)
    }

    /// The resource as it is shown. `schemas` and `id` stay.
    pub fn apply(&self, resource: Map<String, Value>) -> Map<String, Value> {
        let mut shown = Map::new();
        for (key, value) in resource {
            match (self.resource_type.extension(&key), value) {
                (Some(extension), Value::Object(parts)) => {
                    let parts = self.section(Some(extension), parts);
                    if !parts.is_empty() {
                        shown.insert(key, Value::Object(parts));
                    }
                }
                (_, value) => {
                    if let Some(value) = self.attribute(None, &key, value) {
                        shown.insert(key, value);
                    }
                }
            }
        }
        shown
    }

    fn section(&self, extension: Option<&'static Schema>, parts: Map<String, Value>) -> Map<String, Value> {
        let shown = parts.into_iter().filter_map(|(key, value)| {
            let value = self.attribute(extension, &key, value)?;
            Some((key, value))
        });
        shown.collect()
    }

    fn attribute(&self, extension: Option<&'static Schema>, name: &str, value: Value) -> Option<Value> {
        let at = self.resource_type.named_in(extension, name).filter(|at| at.sub.is_none())?;
        match self.extent(extension, at.attribute) {
            Extent::Nothing => None,
            Extent::Whole if at.attribute.sub_attributes.iter().all(is_usual) => Some(value),
            extent => self.parts(at, value, extent),
        }
    }

    fn parts(&self, at: Resolved, value: Value, extent: Extent) -> Option<Value> {
        match value {
            Value::Array(values) => {
                let values: Vec<Value> =
                    values.into_iter().filter_map(|value| self.parts(at, value, extent)).collect();
                (!values.is_empty()).then_some(Value::Array(values))
            }
            Value::Object(mut parts) => {
                parts.retain(|name, _| {
                    at.attribute.sub(name).is_some_and(|sub| match (extent, sub.returned) {
                        (Extent::Whole, Returned::Default) => true,
                        _ => self.shows_part(at, sub),
                    })
                });
                (!parts.is_empty()).then_some(Value::Object(parts))
            }
            value => Some(value),
        }
    }

    fn shows_part(&self, at: Resolved, sub: &'static Attribute) -> bool {
        let names_it = |list: &[Named]| {
            list.iter().any(|named| {
                matches!(named, Named::Attribute(Resolved { sub: Some(other), .. }) if other.name == sub.name)
                    && is_about(named, at.extension, at.attribute)
            })
        };
        match (sub.returned, &self.only) {
            (Returned::Always, _) => true,
            (Returned::Never, _) | (Returned::Request, None) => false,
            (_, Some(only)) => names_it(only),
            (_, None) => !names_it(&self.without),
        }
    }

    fn extent(&self, extension: Option<&'static Schema>, attribute: &Attribute) -> Extent {
        let list = match (attribute.returned, &self.only) {
            (Returned::Always, _) => return Extent::Whole,
            (Returned::Never, _) | (Returned::Request, None) => return Extent::Nothing,
            (_, Some(only)) => only,
            (_, None) => &self.without,
        };
        let mut about = list.iter().filter(|named| is_about(named, extension, attribute)).peekable();
        let is_named = about.peek().is_some();
        let is_whole = about.any(|named| !matches!(named, Named::Attribute(at) if at.sub.is_some()));
        match (is_named, is_whole, self.only.is_some()) {
            (true, true, true) | (false, _, false) => Extent::Whole,
            (true, true, false) | (false, _, true) => Extent::Nothing,
            (true, false, _) => Extent::Parts,
        }
    }
}

/// Whether a part stands in every answer that the whole stands in.
fn is_usual(part: &Attribute) -> bool {
    matches!(part.returned, Returned::Always | Returned::Default)
}

/// Whether a name means this attribute, a part of it, or the whole schema that it is of.
fn is_about(named: &Named, extension: Option<&'static Schema>, attribute: &Attribute) -> bool {
    let id = |schema: Option<&'static Schema>| schema.map(|schema| schema.id);
    match named {
        Named::Schema(schema) => id(*schema) == id(extension),
        Named::Attribute(at) => at.attribute.name == attribute.name && id(at.extension) == id(extension),
    }
}

fn names(list: &[String]) -> impl Iterator<Item = &str> {
    list.iter().flat_map(|text| text.split(',')).map(str::trim_ascii).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::schema::{GROUP_TYPE, USER_TYPE};

    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    fn user() -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
            "id": "u-1",
            "userName": "bjensen",
            "name": { "familyName": "Jensen", "givenName": "Barbara" },
            "emails": [{ "value": "b@example.com", "type": "work" }, { "type": "home", "value": "h@example.com" }],
            "password": "t1meMa$heen",
            ENTERPRISE: { "employeeNumber": "701984", "manager": { "value": "u-2", "displayName": "John" } },
            "meta": { "resourceType": "User" },
        })
    }

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// What is shown, but for `schemas` and `id`, which always are.
    fn shown(attributes: &[&str], excluded: &[&str]) -> Value {
        let projection = Projection::parse(&USER_TYPE, &list(attributes), &list(excluded)).unwrap();
        let mut shown = projection.apply(user().as_object().cloned().unwrap());
        assert_eq!(shown.remove("id"), Some(json!("u-1")));
        assert_eq!(shown.remove("schemas").as_ref(), user().get("schemas"));
        Value::Object(shown)
    }

    #[test]
    fn only_what_is_named_is_shown_in_whatever_spelling() {
        let user = user();
        let table: &[(&[&str], Value)] = &[
            (&["userName"], json!({ "userName": "bjensen" })),
            (&["USERNAME, meta"], json!({ "userName": "bjensen", "meta": { "resourceType": "User" } })),
            (&["name.familyname"], json!({ "name": { "familyName": "Jensen" } })),
            (&["emails.type"], json!({ "emails": [{ "type": "work" }, { "type": "home" }] })),
            (&["emails.type", "emails"], json!({ "emails": user["emails"] })),
            (
                &["urn:ietf:params:scim:schemas:core:2.0:User:name.givenName"],
                json!({ "name": { "givenName": "Barbara" } }),
            ),
            (&[ENTERPRISE], json!({ ENTERPRISE: user[ENTERPRISE] })),
            (
                &["urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:Manager.displayName"],
                json!({ ENTERPRISE: { "manager": { "displayName": "John" } } }),
            ),
            (&["password"], json!({})),
            (&["noSuchThing"], json!({})),
            (&["name.honorificPrefix"], json!({})),
        ];
        for (names, expected) in table {
            assert_eq!(&shown(names, &[]), expected, "{names:?}");
        }
    }

    #[test]
    fn everything_but_what_is_excluded_is_shown() {
        let without = |names: &[&str]| {
            let mut rest = shown(&[], &[]);
            names.iter().for_each(|name| {
                rest.as_object_mut().unwrap().remove(*name).unwrap();
            });
            rest
        };
        assert_eq!(shown(&[], &["emails", "meta"]), without(&["emails", "meta"]));
        assert_eq!(shown(&[], &[ENTERPRISE]), without(&[ENTERPRISE]));
        assert_eq!(shown(&[], &["id", "schemas", "noSuchThing"]), without(&[]));
        let shown = shown(&[], &["emails.value,name.givenName"]);
        assert_eq!(shown["emails"], json!([{ "type": "work" }, { "type": "home" }]));
        assert_eq!(shown["name"], json!({ "familyName": "Jensen" }));
    }

    #[test]
    fn a_password_is_never_shown() {
        let shown = Projection::usual(&USER_TYPE).apply(user().as_object().cloned().unwrap());
        assert_eq!(shown.get("password"), None);
        assert_eq!(shown.get("userName"), Some(&json!("bjensen")));
    }

    #[test]
    fn what_is_not_shown_need_not_be_loaded() {
        let wants = |attributes: &[&str], excluded: &[&str]| {
            Projection::parse(&GROUP_TYPE, &list(attributes), &list(excluded)).unwrap().wants("members")
        };
        assert!(wants(&[], &[]));
        assert!(wants(&["members.value"], &[]));
        assert!(wants(&[], &["members.display"]));
        assert!(!wants(&["displayName"], &[]));
        assert!(!wants(&[], &["Members"]));
        assert!(!Projection::usual(&USER_TYPE).wants("password"));
        assert!(!Projection::usual(&USER_TYPE).wants("members"));
    }

    #[test]
    fn both_lists_at_once_are_refused() {
        let error = Projection::parse(&USER_TYPE, &list(&["id"]), &list(&["meta"])).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidValue);
        assert!(Projection::parse(&USER_TYPE, &list(&[" , "]), &list(&["meta"])).is_ok());
    }

    #[test]
    fn the_names_of_members_are_shown_when_they_are_asked_for() {
        let group =
            json!({ "id": "g-1", "members": [{ "value": "u-1", "type": "User", "display": "alice" }] });
        let shown = |attributes: &[&str], excluded: &[&str]| {
            let own = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
            let projection = Projection::parse(&GROUP_TYPE, &own(attributes), &own(excluded)).unwrap();
            let Value::Object(group) = group.clone() else { panic!("an object") };
            Value::Object(projection.apply(group))["members"].clone()
        };
        let usual = json!([{ "value": "u-1", "type": "User" }]);
        assert_eq!(shown(&[], &[]), usual);
        assert_eq!(shown(&["members"], &[]), usual);
        assert_eq!(shown(&[], &["members.type"]), json!([{ "value": "u-1" }]));
        let asked = json!([{ "value": "u-1", "display": "alice" }]);
        assert_eq!(shown(&["members.value", "members.display"], &[]), asked);
        assert_eq!(
            shown(&["members", "members.display"], &[]),
            json!([{ "value": "u-1", "type": "User", "display": "alice" }])
        );
    }
}
