//! The SDKs of STS, RAM, IMS and ResourceDirectoryMaster against the local cloud.

use serde_json::{Value, json};

use crate::local_cloud::World;

use super::run;

/// The owner of the management account, as the scripts take it.
pub(super) fn owner(world: &World) -> Value {
    json!({
        "endpoint": world.host,
        "access_key_id": world.owner.id,
        "access_key_secret": world.owner.secret.expose(),
        "account_id": world.management.as_str(),
    })
}

#[test]
fn an_sdk_learns_who_it_is() {
    let world = World::live();
    let report = run("sts_identity.py", &owner(&world));
    assert_eq!(report.missing(["GetCallerIdentity"]), Vec::<&str>::new());
    assert_eq!(report.missing(["AssumeRole"]), ["AssumeRole"]);
    assert_eq!((report.refusals(), report.codes().len()), (1, 1));
}
