//! The example organisation, whose files are part of the program.

use crate::service::organisation::Organisation;

const FILES: [(&str, &str); 6] = [
    ("accounts.toml", include_str!("../../examples/acme/accounts.toml")),
    ("users.toml", include_str!("../../examples/acme/users.toml")),
    ("groups.toml", include_str!("../../examples/acme/groups.toml")),
    ("access-configurations.toml", include_str!("../../examples/acme/access-configurations.toml")),
    ("assignments.toml", include_str!("../../examples/acme/assignments.toml")),
    ("user-provisionings.toml", include_str!("../../examples/acme/user-provisionings.toml")),
];

/// The organisation of `examples/acme`.
pub(super) fn example() -> Result<Organisation, String> {
    let mut organisation = Organisation::default();
    for (name, text) in FILES {
        let part: Organisation =
            toml::from_str(text).map_err(|error| format!("examples/acme/{name}: {error}"))?;
        organisation.merge(part).map_err(|error| format!("examples/acme/{name}: {error}"))?;
    }
    Ok(organisation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_has_what_the_contract_says() {
        let acme = example().unwrap();
        assert_eq!((acme.folders.len(), acme.accounts.len()), (3, 8));
        assert_eq!((acme.users.len(), acme.groups.len(), acme.access_configurations.len()), (20, 6, 5));
        assert!(acme.assignments.iter().any(|entry| !entry.users.is_empty()));
        assert!(acme.assignments.iter().any(|entry| !entry.groups.is_empty()));
        assert_eq!(acme.user_provisionings.len(), 2);
        for entry in &acme.user_provisionings {
            assert_eq!((entry.accounts.len(), entry.users.len() + entry.groups.len()), (1, 1), "{entry:?}");
        }
    }
}
