//! The enterprise extension of users (RFC 7643 §4.3).

use super::{Attribute, Kind, Mutability, Schema};

/// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`.
pub static ENTERPRISE_USER: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    description: "Enterprise User",
    attributes: &[
        Attribute {
            name: "employeeNumber",
            description: "What the organisation numbers the person by.",
            ..Attribute::TEXT
        },
        Attribute { name: "costCenter", description: "The name of a cost center.", ..Attribute::TEXT },
        Attribute { name: "organization", description: "The name of an organization.", ..Attribute::TEXT },
        Attribute { name: "division", description: "The name of a division.", ..Attribute::TEXT },
        Attribute { name: "department", description: "The name of a department.", ..Attribute::TEXT },
        Attribute {
            name: "manager",
            kind: Kind::Complex,
            description: "The user's manager.",
            sub_attributes: MANAGER,
            ..Attribute::TEXT
        },
    ],
};

const MANAGER: &[Attribute] = &[
    Attribute { name: "value", description: "The id of the manager's user.", ..Attribute::TEXT },
    Attribute {
        name: "$ref",
        kind: Kind::Reference,
        is_case_exact: true,
        reference_types: &["User"],
        description: "The address of the manager's user.",
        ..Attribute::TEXT
    },
    Attribute {
        name: "displayName",
        mutability: Mutability::ReadOnly,
        description: "The manager's name.",
        ..Attribute::TEXT
    },
];
