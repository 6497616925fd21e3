//! The User schema (RFC 7643 §4.1): the attributes that have one value. Those with many are in `user_lists`.

use super::user_lists::{
    ADDRESSES, EMAILS, ENTITLEMENTS, GROUPS, IMS, PHONE_NUMBERS, PHOTOS, ROLES, X509_CERTIFICATES,
};
use super::{Attribute, Kind, Mutability, Returned, Schema, Uniqueness};

/// `urn:ietf:params:scim:schemas:core:2.0:User`.
pub static USER: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "User Account",
    attributes: &[
        Attribute {
            name: "userName",
            is_required: true,
            uniqueness: Uniqueness::Server,
            description: "What the user signs in by; 1 to 64 letters, digits, '@', '_', '-' or '.'.",
            ..Attribute::TEXT
        },
        Attribute {
            name: "name",
            kind: Kind::Complex,
            description: "The parts of the user's real name.",
            sub_attributes: NAME_PARTS,
            ..Attribute::TEXT
        },
        Attribute {
            name: "displayName",
            description: "The name to show for the user, suitable for display to others.",
            ..Attribute::TEXT
        },
        Attribute {
            name: "nickName",
            description: "What the user is called in everyday life, 'Bob' or 'Mike'.",
            ..Attribute::TEXT
        },
        Attribute {
            name: "profileUrl",
            kind: Kind::Reference,
            is_case_exact: true,
            reference_types: &["external"],
            description: "The address of a page about the user.",
            ..Attribute::TEXT
        },
        Attribute {
            name: "title",
            description: "The user's title, such as 'Vice President'.",
            ..Attribute::TEXT
        },
        Attribute {
            name: "userType",
            description: "How the user belongs to the organisation, such as 'Contractor', 'Employee' or 'Intern'.",
            ..Attribute::TEXT
        },
        Attribute {
            name: "preferredLanguage",
            description: "The languages the user likes best, as in Accept-Language, such as 'en-US'.",
            ..Attribute::TEXT
        },
        Attribute {
            name: "locale",
            description: "By which customs dates, numbers and currencies are written for the user, such as 'en-US'.",
            ..Attribute::TEXT
        },
        Attribute {
            name: "timezone",
            description: "The user's time zone in the IANA database's spelling, such as 'America/Los_Angeles'.",
            ..Attribute::TEXT
        },
        Attribute {
            name: "active",
            kind: Kind::Boolean,
            description: "Whether the user may sign in.",
            ..Attribute::TEXT
        },
        Attribute {
            name: "password",
            mutability: Mutability::WriteOnly,
            returned: Returned::Never,
            description: "The user's password, in the clear; sets or replaces it and is never shown.",
            ..Attribute::TEXT
        },
        EMAILS,
        PHONE_NUMBERS,
        IMS,
        PHOTOS,
        ADDRESSES,
        GROUPS,
        ENTITLEMENTS,
        ROLES,
        X509_CERTIFICATES,
    ],
};

const NAME_PARTS: &[Attribute] = &[
    Attribute {
        name: "formatted",
        description: "The full name as it is shown, with titles and suffixes, such as 'Ms. Barbara J Jensen, III'.",
        ..Attribute::TEXT
    },
    Attribute {
        name: "familyName",
        description: "The family name, or last name in most Western languages.",
        ..Attribute::TEXT
    },
    Attribute {
        name: "givenName",
        description: "The given name, or first name in most Western languages.",
        ..Attribute::TEXT
    },
    Attribute { name: "middleName", description: "The middle name or names.", ..Attribute::TEXT },
    Attribute {
        name: "honorificPrefix",
        description: "What stands in front of the name, such as 'Ms.'.",
        ..Attribute::TEXT
    },
    Attribute {
        name: "honorificSuffix",
        description: "What stands behind the name, such as 'III'.",
        ..Attribute::TEXT
    },
];
