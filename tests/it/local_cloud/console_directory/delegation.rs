//! Delegated administrators.

use super::*;

fn registered(world: &World) -> Value {
    ask(world, "ListDelegatedAdministrators", &[])["Accounts"]["Account"].clone()
}

#[test]
fn administrators_are_registered_shown_by_service_and_deregistered() {
    let world = World::new();
    let (one, other) = (world.member("security"), world.member("audit"));
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let form = open(&world, &mut alice, "/delegated-administrators").deed("register-administrator");
    let config = form.clone().with("account", &one).with("for_service", "config.aliyuncs.com");
    done(&mut alice, &config, "is a delegated administrator now");
    let sso = form.clone().with("account", &other).with("for_service", "cloudsso.aliyuncs.com");
    done(&mut alice, &sso, "is a delegated administrator now");
    let services: Vec<_> =
        registered(&world).as_array().unwrap().iter().map(|row| row["ServicePrincipal"].clone()).collect();
    assert!(services.len() == 2 && services.contains(&"config.aliyuncs.com".into()), "{services:?}");
    let page = open(&world, &mut alice, "/delegated-administrators?service=config.aliyuncs.com");
    assert!(page.text().contains(&one) && !page.text().contains(&other), "{}", page.text());
    done(&mut alice, &page.deed("deregister-administrator"), "no delegated administrator for that service");
    assert_eq!(registered(&world)[0]["AccountId"], other);
    refused(
        &mut alice,
        &page.deed("deregister-administrator"),
        (404, "delegated administrator does not exist"),
    );
}

#[test]
fn who_cannot_be_a_delegated_administrator() {
    let world = World::new();
    let members: Vec<_> = (0..4).map(|number| world.member(&format!("member {number}"))).collect();
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let form = open(&world, &mut alice, "/delegated-administrators").deed("register-administrator");
    let form = form.with("for_service", "cloudsso.aliyuncs.com");
    for id in [world.management.as_str(), world.independent.as_str(), "1"] {
        let page = refused(&mut alice, &form.clone().with("account", id), (404, "does not exist"));
        assert_eq!(page.deed("register-administrator").field("account"), Some(id));
        assert_eq!(page.deed("register-administrator").field("for_service"), Some("cloudsso.aliyuncs.com"));
    }
    let unknown = form.clone().with("account", &members[0]).with("for_service", "x.aliyuncs.com");
    refused(&mut alice, &unknown, (400, "ServicePrincipal"));
    for member in &members[..3] {
        done(&mut alice, &form.clone().with("account", member), "is a delegated administrator now");
    }
    refused(&mut alice, &form.clone().with("account", &members[0]), (409, "already exists"));
    refused(&mut alice, &form.with("account", &members[3]), (409, "limit of 3"));
    assert_eq!(registered(&world).as_array().map(Vec::len), Some(3));
}
