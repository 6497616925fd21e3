//! The attributes of users that have any number of values (RFC 7643 §4.1.2).

use super::{Attribute, Kind, Mutability};

const VALUE: Attribute = Attribute { name: "value", ..Attribute::TEXT };

const DISPLAY: Attribute =
    Attribute { name: "display", description: "The value as people read it.", ..Attribute::TEXT };

const TYPE: Attribute =
    Attribute { name: "type", description: "What the value is for, such as 'work'.", ..Attribute::TEXT };

const PRIMARY: Attribute = Attribute {
    name: "primary",
    kind: Kind::Boolean,
    description: "Whether this is the preferred value; true at most once in the list.",
    ..Attribute::TEXT
};

const LIST: Attribute = Attribute { kind: Kind::Complex, is_multi_valued: true, ..Attribute::TEXT };

pub(super) const EMAILS: Attribute = Attribute {
    name: "emails",
    description: "The user's e-mail addresses.",
    sub_attributes: &[
        Attribute { description: "An e-mail address, such as 'bjensen@example.com'.", ..VALUE },
        DISPLAY,
        Attribute { canonical_values: &["work", "home", "other"], ..TYPE },
        PRIMARY,
    ],
    ..LIST
};

pub(super) const PHONE_NUMBERS: Attribute = Attribute {
    name: "phoneNumbers",
    description: "The user's telephone numbers, best written as in RFC 3966, 'tel:+1-201-555-0123'.",
    sub_attributes: &[
        Attribute { description: "A telephone number.", ..VALUE },
        DISPLAY,
        Attribute { canonical_values: &["work", "home", "mobile", "fax", "pager", "other"], ..TYPE },
        PRIMARY,
    ],
    ..LIST
};

pub(super) const IMS: Attribute = Attribute {
    name: "ims",
    description: "The user's addresses for instant messages.",
    sub_attributes: &[
        Attribute { description: "An address for instant messages.", ..VALUE },
        DISPLAY,
        Attribute {
            canonical_values: &["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
            ..TYPE
        },
        PRIMARY,
    ],
    ..LIST
};

pub(super) const PHOTOS: Attribute = Attribute {
    name: "photos",
    description: "Where pictures of the user are.",
    sub_attributes: &[
        Attribute {
            kind: Kind::Reference,
            is_case_exact: true,
            reference_types: &["external"],
            description: "The address of a picture.",
            ..VALUE
        },
        DISPLAY,
        Attribute { canonical_values: &["photo", "thumbnail"], ..TYPE },
        PRIMARY,
    ],
    ..LIST
};

pub(super) const ADDRESSES: Attribute = Attribute {
    name: "addresses",
    description: "The user's postal addresses.",
    sub_attributes: &[
        Attribute {
            name: "formatted",
            description: "The full address as it is written on a letter; may hold newlines.",
            ..Attribute::TEXT
        },
        Attribute {
            name: "streetAddress",
            description: "Street, house number, post office box; may hold newlines.",
            ..Attribute::TEXT
        },
        Attribute { name: "locality", description: "The city or locality.", ..Attribute::TEXT },
        Attribute { name: "region", description: "The state or region.", ..Attribute::TEXT },
        Attribute { name: "postalCode", description: "The postal code.", ..Attribute::TEXT },
        Attribute {
            name: "country",
            description: "The country, best as two letters of ISO 3166-1.",
            ..Attribute::TEXT
        },
        Attribute { canonical_values: &["work", "home", "other"], ..TYPE },
        PRIMARY,
    ],
    ..LIST
};

pub(super) const GROUPS: Attribute = Attribute {
    name: "groups",
    mutability: Mutability::ReadOnly,
    description: "The groups that the user is a member of, directly or through other groups; changed through the groups.",
    sub_attributes: &[
        Attribute { mutability: Mutability::ReadOnly, description: "The group's id.", ..VALUE },
        Attribute {
            name: "$ref",
            kind: Kind::Reference,
            is_case_exact: true,
            mutability: Mutability::ReadOnly,
            reference_types: &["User", "Group"],
            description: "The group's address.",
            ..Attribute::TEXT
        },
        Attribute { mutability: Mutability::ReadOnly, description: "The group's name.", ..DISPLAY },
        Attribute {
            canonical_values: &["direct", "indirect"],
            mutability: Mutability::ReadOnly,
            description: "Whether the user is a member itself or through another group.",
            ..TYPE
        },
    ],
    ..LIST
};

pub(super) const ENTITLEMENTS: Attribute = Attribute {
    name: "entitlements",
    description: "Things that the user is entitled to.",
    sub_attributes: &[Attribute { description: "An entitlement.", ..VALUE }, DISPLAY, TYPE, PRIMARY],
    ..LIST
};

pub(super) const ROLES: Attribute = Attribute {
    name: "roles",
    description: "What the user is, such as 'Student' or 'Faculty'.",
    sub_attributes: &[Attribute { description: "A role.", ..VALUE }, DISPLAY, TYPE, PRIMARY],
    ..LIST
};

pub(super) const X509_CERTIFICATES: Attribute = Attribute {
    name: "x509Certificates",
    description: "Certificates that were issued to the user.",
    sub_attributes: &[
        Attribute {
            kind: Kind::Binary,
            is_case_exact: true,
            description: "An X.509 certificate: DER in base64.",
            ..VALUE
        },
        DISPLAY,
        TYPE,
        PRIMARY,
    ],
    ..LIST
};
