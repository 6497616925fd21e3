//! The Group schema (RFC 7643 §4.2).

use super::{Attribute, Kind, Mutability, Returned, Schema, Uniqueness};

/// `urn:ietf:params:scim:schemas:core:2.0:Group`.
pub static GROUP: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "Group",
    attributes: &[
        Attribute {
            name: "displayName",
            is_required: true,
            uniqueness: Uniqueness::Server,
            description: "The group's name; up to 128 characters.",
            ..Attribute::TEXT
        },
        Attribute {
            name: "members",
            kind: Kind::Complex,
            is_multi_valued: true,
            description: "The users and groups that are members.",
            sub_attributes: MEMBER,
            ..Attribute::TEXT
        },
    ],
};

const MEMBER: &[Attribute] = &[
    Attribute {
        name: "value",
        mutability: Mutability::Immutable,
        description: "The member's id.",
        ..Attribute::TEXT
    },
    Attribute {
        name: "$ref",
        kind: Kind::Reference,
        is_case_exact: true,
        mutability: Mutability::Immutable,
        reference_types: &["User", "Group"],
        description: "The member's address.",
        ..Attribute::TEXT
    },
    Attribute {
        name: "type",
        canonical_values: &["User", "Group"],
        mutability: Mutability::Immutable,
        description: "Whether the member is a user or a group.",
        ..Attribute::TEXT
    },
    Attribute {
        name: "display",
        mutability: Mutability::ReadOnly,
        // Names are not what a client compares its members by, and of many they are much.
        returned: Returned::Request,
        description: "The member's name; shown when it is asked for.",
        ..Attribute::TEXT
    },
];
