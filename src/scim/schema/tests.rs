//! The schemas against what RFC 7643 §8.7.1 prints, and names against what they mean.

use super::*;

/// Every attribute and sub-attribute with its full name.
fn everything() -> Vec<(String, &'static Attribute)> {
    let mut all = Vec::new();
    for schema in [&USER, &GROUP, &ENTERPRISE_USER] {
        for attribute in schema.attributes {
            all.push((format!("{}:{}", schema.name, attribute.name), attribute));
            for sub in attribute.sub_attributes {
                all.push((format!("{}:{}.{}", schema.name, attribute.name, sub.name), sub));
            }
        }
    }
    all
}

fn names_of(is_one: impl Fn(&Attribute) -> bool) -> Vec<String> {
    everything().into_iter().filter(|(_, attribute)| is_one(attribute)).map(|(name, _)| name).collect()
}

#[test]
fn users_have_every_attribute_of_the_rfc_in_its_order() {
    let names: Vec<&str> = USER.attributes.iter().map(|attribute| attribute.name).collect();
    assert_eq!(
        names.join(" "),
        "userName name displayName nickName profileUrl title userType preferredLanguage locale timezone active \
         password emails phoneNumbers ims photos addresses groups entitlements roles x509Certificates"
    );
}

#[test]
fn what_differs_from_the_usual_is_what_the_rfc_says() {
    assert_eq!(names_of(|one| one.is_required), ["User:userName", "Group:displayName"]);
    assert_eq!(names_of(|one| one.uniqueness != Uniqueness::None), ["User:userName", "Group:displayName"]);
    assert_eq!(names_of(|one| one.returned != Returned::Default), ["User:password", "Group:members.display"]);
    assert_eq!(names_of(|one| one.mutability == Mutability::WriteOnly), ["User:password"]);
    assert_eq!(
        names_of(|one| one.mutability == Mutability::ReadOnly),
        [
            "User:groups",
            "User:groups.value",
            "User:groups.$ref",
            "User:groups.display",
            "User:groups.type",
            "Group:members.display",
            "EnterpriseUser:manager.displayName",
        ]
    );
    assert_eq!(
        names_of(|one| one.mutability == Mutability::Immutable),
        ["Group:members.value", "Group:members.$ref", "Group:members.type"]
    );
    assert_eq!(
        names_of(|one| one.kind == Kind::Reference),
        [
            "User:profileUrl",
            "User:photos.value",
            "User:groups.$ref",
            "Group:members.$ref",
            "EnterpriseUser:manager.$ref",
        ]
    );
}

#[test]
fn an_attribute_is_whole() {
    for (name, one) in everything() {
        assert!(!one.description.is_empty(), "{name} has no description");
        assert_eq!(one.kind == Kind::Complex, !one.sub_attributes.is_empty(), "{name}: complex means parts");
        assert_eq!(
            one.kind == Kind::Reference,
            !one.reference_types.is_empty(),
            "{name}: a reference says where to"
        );
        // RFC 7643 §2.3.6 and §2.3.7: these two are case exact whatever a schema says.
        let is_exact = matches!(one.kind, Kind::Reference | Kind::Binary);
        assert_eq!(one.is_case_exact, is_exact, "{name}: case");
    }
}

#[test]
fn a_name_means_the_same_in_every_spelling() {
    let table = [
        ("userName", "userName"),
        ("USERNAME", "userName"),
        ("ExternalID", "externalId"),
        ("name.FamilyName", "name.familyName"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName", "userName"),
        ("URN:IETF:params:scim:schemas:core:2.0:user:Name.givenname", "name.givenName"),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.VALUE",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
        ),
    ];
    for (text, expected) in table {
        let Some(Named::Attribute(found)) = USER_TYPE.named(text) else { panic!("{text}: not an attribute") };
        assert_eq!(found.to_string(), expected, "{text}");
    }
}

#[test]
fn a_urn_alone_is_a_schema() {
    let core = USER_TYPE.named("urn:ietf:params:scim:schemas:core:2.0:USER");
    assert!(matches!(core, Some(Named::Schema(None))), "{core:?}");
    let extension = USER_TYPE.named("URN:ietf:params:scim:schemas:extension:enterprise:2.0:User");
    assert!(
        matches!(extension, Some(Named::Schema(Some(schema))) if schema.name == "EnterpriseUser"),
        "{extension:?}"
    );
}

#[test]
fn other_names_mean_nothing() {
    for text in [
        "",
        ".",
        ":",
        "members",
        "employeeNumber",
        "name.nickName",
        "userName.value",
        "name.familyName.x",
        "urn:ietf:params:scim:schemas:core:2.0:Group",
        "urn:ietf:params:scim:schemas:core:2.0:User:",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:userName",
        "urn:example:other:userName",
    ] {
        assert!(USER_TYPE.named(text).is_none(), "{text}");
    }
}
