//! Bytes into calls and results into bytes: the portal and, later, the other faces on the public
//! listener. It decides nothing; whatever is true or allowed is `service`'s to say.

pub mod asset;
pub mod page;
