//! Machine identities: programs that administer the product, as far as their policies let them.

use crate::base::{MachineIdentityId, MachineName, Timestamp};
use crate::policy;

use super::{Activity, Error, Kind};

/// How many policies one machine identity may carry.
pub const POLICIES_PER_MACHINE: usize = 20;

/// A program that administers the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineIdentity {
    /// The id.
    pub id: MachineIdentityId,
    /// The name, unique whatever its case.
    pub name: MachineName,
    /// Whether its keys may be used.
    pub status: Activity,
    /// What it may do.
    pub policies: Vec<MachinePolicy>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A policy of a machine identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachinePolicy {
    /// The name under which decisions speak of it.
    pub name: MachineName,
    /// A RAM policy document on actions `cloudsso:<Action>` and resources
    /// `acs:cloudsso:<region>:<account>:directory/<id>/…`; up to 6,144 characters.
    pub document: String,
}

impl MachinePolicy {
    /// Everything; named as the vendor's own.
    pub const FULL_ACCESS: &'static str = "AliyunCloudSSOFullAccess";
    /// Looking only; named as the vendor's own.
    pub const READ_ONLY_ACCESS: &'static str = "AliyunCloudSSOReadOnlyAccess";

    /// A policy that is known by its name alone.
    pub fn known(name: &str) -> Option<Self> {
        let document = match name {
            Self::FULL_ACCESS => {
                r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"cloudsso:*","Resource":"*"}]}"#
            }
            Self::READ_ONLY_ACCESS => {
                r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["cloudsso:Get*","cloudsso:List*"],"Resource":"*"}]}"#
            }
            _ => return None,
        };
        let name = MachineName::parse(name).ok()?;
        Some(Self { name, document: document.to_owned() })
    }
}

/// Checks the policies of one machine identity.
///
/// # Errors
/// [`Error`] on `Policies` that says which document breaks the grammar, or that there are too many.
pub fn check_machine_policies(policies: &[MachinePolicy]) -> Result<(), Error> {
    if policies.len() > POLICIES_PER_MACHINE {
        let message = "a machine identity has at most 20 policies";
        return Err(Error::new(Kind::Limit, "LimitExceeded.MachineIdentity.Policy", message));
    }
    for (index, policy) in policies.iter().enumerate() {
        if let Err(error) = policy::Document::parse(policy::Kind::Custom, &policy.document) {
            return Err(Error::invalid(
                "Policies",
                format_args!("hold {}, which is refused: {error}", policy.name),
            ));
        }
        if policies.iter().take(index).any(|other| other.name == policy.name) {
            return Err(Error::invalid("Policies", format_args!("name {} twice", policy.name)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_policies_are_policies() {
        let known: Vec<_> = [MachinePolicy::FULL_ACCESS, MachinePolicy::READ_ONLY_ACCESS]
            .iter()
            .filter_map(|name| MachinePolicy::known(name))
            .collect();
        assert_eq!((known.len(), check_machine_policies(&known)), (2, Ok(())));
        assert_eq!(MachinePolicy::known("AdministratorAccess"), None);
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        let named = |document: &str| MachinePolicy {
            name: MachineName::parse("own").unwrap(),
            document: document.to_owned(),
        };
        let full = MachinePolicy::known(MachinePolicy::FULL_ACCESS).unwrap();
        for bad in [vec![named("{}")], vec![named("allow all")], vec![full.clone(), full.clone()]] {
            assert_eq!(check_machine_policies(&bad).unwrap_err().code, "InvalidParameter.Policies");
        }
        assert!(check_machine_policies(&vec![full; 21]).is_err());
    }
}
