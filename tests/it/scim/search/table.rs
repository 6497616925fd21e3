//! Filters and who is found by each, in the order they were made.

use cloudsso::scim::filter::Filter;
use serde_json::Value;

use super::model;
use super::world::World;

fn judge(is_users: bool, table: &str) {
    let world = World::new();
    let (resources, name) =
        if is_users { (&world.users, "userName") } else { (&world.groups, "displayName") };
    let mut faults = Vec::new();
    for line in table.lines().filter(|line| !line.is_empty()) {
        let (filter, expected) = line.split_once("=>").unwrap();
        let filter = fill(filter.trim(), &world);
        let expected: Vec<&str> =
            expected.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        let parsed = Filter::parse(&filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
        let by_model: Vec<&str> = resources
            .iter()
            .filter(|resource| model::holds(&parsed, resource))
            .map(|resource| resource[name].as_str().unwrap())
            .collect();
        let found = world.find(is_users, &filter).map_err(|error| error.to_string());
        if found.as_deref()
            != Ok(expected.as_slice().iter().map(|name| (*name).to_owned()).collect::<Vec<_>>().as_slice())
            || by_model != expected
        {
            faults.push(format!("{filter} => {}\n      found {found:?}", by_model.join(", ")));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// `{Alice}` is the id of that one, `{Alice.created}` when they were made, `{E}` the enterprise extension's URN.
fn fill(filter: &str, world: &World) -> String {
    let mut text = filter.replace("{E}", super::world::ENTERPRISE);
    for resource in world.users.iter().chain(&world.groups) {
        let name = resource.get("userName").unwrap_or(&resource["displayName"]).as_str().unwrap();
        let put = |text: String, key: &str, value: &Value| {
            text.replace(&format!("{{{name}{key}}}"), value.as_str().unwrap())
        };
        text = put(text, "", &resource["id"]);
        text = put(text, ".created", &resource["meta"]["created"]);
        text = put(text, ".modified", &resource["meta"]["lastModified"]);
        text = put(text, ".location", &resource["meta"]["location"]);
    }
    text
}

#[test]
fn users_by_filter() {
    judge(true, include_str!("users.txt"));
}

#[test]
fn groups_by_filter() {
    judge(false, include_str!("groups.txt"));
}
