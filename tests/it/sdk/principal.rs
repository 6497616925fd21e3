//! The SDKs of IMS and RAM against the local cloud's users and groups.

use cloudsso::local_cloud::actions;

use crate::local_cloud::identity_provider::IdentityProvider;
use crate::local_cloud::{IMS, RAM, World};

use super::local_cloud::owner;
use super::run;

#[test]
fn the_sdk_of_ims_calls_every_action() {
    let world = World::live();
    let mut given = owner(&world);
    given["metadata"] = IdentityProvider::new(world.clock.now()).encoded_metadata().into();
    let report = run("ims.py", &given);
    // OIDC providers have a test of their own.
    let actions = actions(IMS).into_iter().filter(|action| !action.contains("OIDC"));
    assert_eq!(report.missing(actions), Vec::<&str>::new());
    assert!(report.codes().len() >= 30, "{:?}", report.codes());
}

#[test]
fn the_sdk_of_ram_calls_every_action_on_users_and_groups() {
    let world = World::live();
    let report = run("ram_principal.py", &owner(&world));
    let is_other = |action: &str| {
        ["Role", "Tag", "Untag", "Diagnostic"].iter().any(|word| action.contains(word))
            || (action.contains("Polic")
                && !["User", "Group", "Password"].iter().any(|word| action.contains(word)))
    };
    let actions = actions(RAM).into_iter().filter(|action| !is_other(action));
    assert_eq!(report.missing(actions), Vec::<&str>::new());
    assert!(report.codes().len() >= 25, "{:?}", report.codes());
}
