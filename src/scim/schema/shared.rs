//! The attributes that every resource has and no schema lists (RFC 7643 §3.1).

use super::{Attribute, Kind, Mutability, Returned, Uniqueness};

/// What every resource has and no schema lists (RFC 7643 §3.1).
pub static COMMON: &[Attribute] = &[
    Attribute {
        name: "schemas",
        kind: Kind::Reference,
        is_multi_valued: true,
        is_required: true,
        is_case_exact: true,
        returned: Returned::Always,
        reference_types: &["uri"],
        ..Attribute::TEXT
    },
    Attribute {
        name: "id",
        is_case_exact: true,
        mutability: Mutability::ReadOnly,
        returned: Returned::Always,
        uniqueness: Uniqueness::Server,
        ..Attribute::TEXT
    },
    Attribute { name: "externalId", is_case_exact: true, ..Attribute::TEXT },
    Attribute {
        name: "meta",
        kind: Kind::Complex,
        mutability: Mutability::ReadOnly,
        sub_attributes: &[
            Attribute {
                name: "resourceType",
                is_case_exact: true,
                mutability: Mutability::ReadOnly,
                ..Attribute::TEXT
            },
            Attribute {
                name: "created",
                kind: Kind::DateTime,
                mutability: Mutability::ReadOnly,
                ..Attribute::TEXT
            },
            Attribute {
                name: "lastModified",
                kind: Kind::DateTime,
                mutability: Mutability::ReadOnly,
                ..Attribute::TEXT
            },
            Attribute {
                name: "location",
                kind: Kind::Reference,
                is_case_exact: true,
                mutability: Mutability::ReadOnly,
                reference_types: &["uri"],
                ..Attribute::TEXT
            },
            Attribute {
                name: "version",
                is_case_exact: true,
                mutability: Mutability::ReadOnly,
                ..Attribute::TEXT
            },
        ],
        ..Attribute::TEXT
    },
];
