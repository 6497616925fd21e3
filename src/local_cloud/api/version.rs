//! The versions of the products' APIs, which say what a call is for.

pub(super) const STS: &str = "2015-04-01";
pub(super) const RAM: &str = "2015-05-01";
pub(super) const IMS: &str = "2019-08-15";
pub(super) const RESOURCE_DIRECTORY_MASTER: &str = "2022-04-19";
