//! SCIM 2.0 as text: what RFC 7643 (schemas), RFC 7644 (protocol) and RFC 9865 (cursors) write down, read and
//! written. Schemas, resources, filters, paths, PATCH, projection, lists, Bulk, errors.
//!
//! Everything is decided by the schema objects that `/Schemas` prints: there is no second table of attributes.
//! Knows no database, no HTTP and no user: `service` says what becomes of what was read here.

mod attribute_path;
pub mod bulk;
pub mod discovery;
mod error;
pub mod filter;
pub mod list;
pub mod matching;
pub mod patch;
pub mod path;
pub mod projection;
pub mod query;
pub mod resource;
pub mod schema;
pub mod version;

pub use error::{Error, ErrorKind};
pub use version::etag;
