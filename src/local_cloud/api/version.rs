//! The versions of the products' APIs, which say what a call is for.

pub(crate) const STS: &str = "2015-04-01";
pub(crate) const RAM: &str = "2015-05-01";
pub(crate) const IMS: &str = "2019-08-15";
pub(crate) const RESOURCE_DIRECTORY_MASTER: &str = "2022-04-19";
/// What the consoles need and no API of the vendor has: ours, and signed like all the others.
pub(crate) const CONSOLE: &str = "2026-11-28";
