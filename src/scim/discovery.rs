//! What the service says about itself (RFC 7643 §§5–7, RFC 7644 §4, RFC 9865 §3), from the schema objects that
//! it also reads and checks by. `base` is the address before `/Users`, such as `https://host/scim/v2`.

use serde_json::{Map, Value, json};

use super::list::ListResponse;
use super::schema::{
    Attribute, Kind, Mutability, RESOURCE_TYPES, ResourceType, Returned, Schema, Uniqueness,
};

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const CONFIGURATION: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

/// The bounds that the service keeps, and tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Operations in one Bulk request.
    pub max_operations: usize,
    /// Bytes of one Bulk request.
    pub max_payload_size: usize,
    /// Resources in one answer, whatever `count` asks for.
    pub max_results: usize,
    /// Resources on a page when `count` is not given.
    pub default_page_size: usize,
    /// The largest `count` with a cursor.
    pub max_page_size: usize,
}

/// `/ServiceProviderConfig`.
pub fn service_provider_config(base: &str, limits: Limits) -> Value {
    json!({
        "schemas": [CONFIGURATION],
        "patch": { "supported": true },
        "bulk": {
            "supported": true,
            "maxOperations": limits.max_operations,
            "maxPayloadSize": limits.max_payload_size,
        },
        "filter": { "supported": true, "maxResults": limits.max_results },
        "changePassword": { "supported": true },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": limits.default_page_size,
            "maxPageSize": limits.max_page_size,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "OAuth Bearer Token",
            "description": "A token in the Authorization header, as RFC 6750 says.",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": meta("ServiceProviderConfig", format!("{base}/ServiceProviderConfig")),
    })
}

/// `/Schemas`: the list.
pub fn schemas(base: &str) -> Value {
    ListResponse::whole(served().map(|schema| schema_body(base, schema)).collect()).body()
}

/// `/Schemas/{urn}`; the URN is compared without case. `None` when it is not served.
pub fn schema(base: &str, urn: &str) -> Option<Value> {
    served().find(|schema| schema.id.eq_ignore_ascii_case(urn)).map(|schema| schema_body(base, schema))
}

/// `/ResourceTypes`: the list.
pub fn resource_types(base: &str) -> Value {
    let all = RESOURCE_TYPES.iter().map(|resource_type| resource_type_body(base, resource_type));
    ListResponse::whole(all.collect()).body()
}

/// `/ResourceTypes/{name}`. `None` when it is not served.
pub fn resource_type(base: &str, name: &str) -> Option<Value> {
    let found = RESOURCE_TYPES.iter().find(|resource_type| resource_type.name == name)?;
    Some(resource_type_body(base, found))
}

/// Every schema, those of extensions behind their type's own.
fn served() -> impl Iterator<Item = &'static Schema> {
    RESOURCE_TYPES.iter().flat_map(|resource_type| {
        std::iter::once(resource_type.schema).chain(resource_type.extensions.iter().copied())
    })
}

fn schema_body(base: &str, schema: &Schema) -> Value {
    json!({
        "schemas": [SCHEMA],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": schema.attributes.iter().map(attribute_body).collect::<Vec<_>>(),
        "meta": meta("Schema", format!("{base}/Schemas/{}", schema.id)),
    })
}

/// All characteristics of an attribute; those that only some types have stand with these only (RFC 7643 §7).
fn attribute_body(attribute: &Attribute) -> Value {
    let mut body = json!({
        "name": attribute.name,
        "type": kind(attribute.kind),
        "multiValued": attribute.is_multi_valued,
        "description": attribute.description,
        "required": attribute.is_required,
        "caseExact": attribute.is_case_exact,
        "mutability": mutability(attribute.mutability),
        "returned": returned(attribute.returned),
        "uniqueness": uniqueness(attribute.uniqueness),
    });
    let mut add = |name: &str, value: Value| {
        body.as_object_mut().map(|body: &mut Map<String, Value>| body.insert(name.to_owned(), value))
    };
    if !attribute.canonical_values.is_empty() {
        add("canonicalValues", attribute.canonical_values.into());
    }
    if attribute.kind == Kind::Reference {
        add("referenceTypes", attribute.reference_types.into());
    }
    if attribute.kind == Kind::Complex {
        add("subAttributes", attribute.sub_attributes.iter().map(attribute_body).collect());
    }
    body
}

fn resource_type_body(base: &str, resource_type: &ResourceType) -> Value {
    let extensions = resource_type.extensions.iter();
    json!({
        "schemas": [RESOURCE_TYPE],
        "id": resource_type.name,
        "name": resource_type.name,
        "endpoint": resource_type.endpoint,
        "description": resource_type.description,
        "schema": resource_type.schema.id,
        "schemaExtensions": extensions
            .map(|extension| json!({ "schema": extension.id, "required": false }))
            .collect::<Vec<_>>(),
        "meta": meta("ResourceType", format!("{base}/ResourceTypes/{}", resource_type.name)),
    })
}

fn meta(resource_type: &str, location: String) -> Value {
    let mut meta = Map::new();
    meta.insert("resourceType".to_owned(), resource_type.into());
    meta.insert("location".to_owned(), location.into());
    Value::Object(meta)
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "string",
        Kind::Boolean => "boolean",
        Kind::Decimal => "decimal",
        Kind::Integer => "integer",
        Kind::DateTime => "dateTime",
        Kind::Reference => "reference",
        Kind::Binary => "binary",
        Kind::Complex => "complex",
    }
}

const fn mutability(mutability: Mutability) -> &'static str {
    match mutability {
        Mutability::ReadOnly => "readOnly",
        Mutability::ReadWrite => "readWrite",
        Mutability::Immutable => "immutable",
        Mutability::WriteOnly => "writeOnly",
    }
}

const fn returned(returned: Returned) -> &'static str {
    match returned {
        Returned::Always => "always",
        Returned::Never => "never",
        Returned::Default => "default",
        Returned::Request => "request",
    }
}

const fn uniqueness(uniqueness: Uniqueness) -> &'static str {
    match uniqueness {
        Uniqueness::None => "none",
        Uniqueness::Server => "server",
        Uniqueness::Global => "global",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://sso.example/scim/v2";
    const LIMITS: Limits = Limits {
        max_operations: 1_000,
        max_payload_size: 1_048_576,
        max_results: 200,
        default_page_size: 100,
        max_page_size: 250,
    };

    #[test]
    fn the_configuration_tells_the_bounds_that_are_kept() {
        let body = service_provider_config(BASE, LIMITS);
        assert_eq!(
            body["bulk"],
            json!({ "supported": true, "maxOperations": 1000, "maxPayloadSize": 1_048_576 })
        );
        assert_eq!(body["filter"], json!({ "supported": true, "maxResults": 200 }));
        assert_eq!(
            body["pagination"],
            json!({
                "cursor": true, "index": true, "defaultPaginationMethod": "index",
                "defaultPageSize": 100, "maxPageSize": 250,
            })
        );
        for name in ["patch", "changePassword", "sort", "etag"] {
            assert_eq!(body[name], json!({ "supported": true }), "{name}");
        }
        assert_eq!(body["authenticationSchemes"][0]["type"], "oauthbearertoken");
        assert_eq!(
            body["meta"],
            json!({
                "resourceType": "ServiceProviderConfig",
                "location": "https://sso.example/scim/v2/ServiceProviderConfig",
            })
        );
    }

    #[test]
    fn every_schema_of_the_list_is_found_by_its_urn() {
        let list = schemas(BASE);
        assert_eq!(list["totalResults"], 3);
        for one in list["Resources"].as_array().unwrap() {
            let urn = one["id"].as_str().unwrap();
            assert_eq!(schema(BASE, &urn.to_uppercase()).as_ref(), Some(one));
            assert_eq!(one["meta"]["location"], format!("{BASE}/Schemas/{urn}"));
            assert_eq!(one["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:Schema"]));
        }
        assert_eq!(schema(BASE, "urn:example:other"), None);
    }

    /// RFC 7643 §7: what each attribute and sub-attribute has to say.
    #[test]
    fn every_attribute_has_all_its_characteristics() {
        fn check(attribute: &Value) {
            let keys = attribute.as_object().unwrap();
            for name in [
                "name",
                "type",
                "multiValued",
                "description",
                "required",
                "caseExact",
                "mutability",
                "returned",
                "uniqueness",
            ] {
                assert!(keys.contains_key(name), "{attribute} lacks {name}");
            }
            assert_eq!(keys.contains_key("subAttributes"), attribute["type"] == "complex", "{attribute}");
            assert_eq!(keys.contains_key("referenceTypes"), attribute["type"] == "reference", "{attribute}");
            for sub in keys.get("subAttributes").and_then(Value::as_array).into_iter().flatten() {
                check(sub);
            }
        }
        for one in schemas(BASE)["Resources"].as_array().unwrap() {
            one["attributes"].as_array().unwrap().iter().for_each(check);
        }
    }

    /// The first attribute of RFC 7643 §8.7.1, and its password and a certificate's value.
    #[test]
    fn attributes_are_written_as_the_rfc_prints_them() {
        let user = schema(BASE, "urn:ietf:params:scim:schemas:core:2.0:User").unwrap();
        let find = |list: &Value, name: &str| {
            let mut list = list.as_array().unwrap().iter();
            list.find(|one| one["name"] == name).cloned().unwrap()
        };
        let user_name = find(&user["attributes"], "userName");
        assert_eq!(
            user_name,
            json!({
                "name": "userName",
                "type": "string",
                "multiValued": false,
                "description": user_name["description"],
                "required": true,
                "caseExact": false,
                "mutability": "readWrite",
                "returned": "default",
                "uniqueness": "server",
            })
        );
        let password = find(&user["attributes"], "password");
        assert_eq!((&password["mutability"], &password["returned"]), (&json!("writeOnly"), &json!("never")));
        let emails = find(&user["attributes"], "emails");
        assert_eq!((&emails["type"], &emails["multiValued"]), (&json!("complex"), &json!(true)));
        assert_eq!(
            find(&emails["subAttributes"], "type")["canonicalValues"],
            json!(["work", "home", "other"])
        );
        let groups = find(&user["attributes"], "groups");
        assert_eq!(groups["mutability"], "readOnly");
        assert_eq!(find(&groups["subAttributes"], "$ref")["referenceTypes"], json!(["User", "Group"]));
    }

    /// RFC 7643 §8.6.
    #[test]
    fn resource_types_say_where_they_are_and_what_they_hold() {
        assert_eq!(
            resource_type(BASE, "User").unwrap(),
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
                "id": "User",
                "name": "User",
                "endpoint": "/Users",
                "description": "User Account",
                "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
                "schemaExtensions": [{
                    "schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
                    "required": false,
                }],
                "meta": {
                    "location": "https://sso.example/scim/v2/ResourceTypes/User",
                    "resourceType": "ResourceType",
                },
            })
        );
        let list = resource_types(BASE);
        assert_eq!((&list["totalResults"], &list["Resources"][1]["name"]), (&json!(2), &json!("Group")));
        assert_eq!(resource_type(BASE, "Device"), None);
    }
}
