//! Names and limits of what an account holds (RAM 2015-05-01, IMS 2019-08-15, STS 2015-04-01,
//! ResourceDirectoryMaster 2022-04-19), and which names are reserved.

use std::ops::RangeInclusive;

use super::refusal::{Flaw, Refusal};

/// Custom roles that one account may hold.
pub(crate) const ROLES_PER_ACCOUNT: i64 = 1000;
/// Custom policies that one account may hold.
pub(crate) const POLICIES_PER_ACCOUNT: i64 = 1500;
/// Characters of a custom policy's document.
pub(crate) const POLICY_SIZE: i64 = 6144;
/// Versions that one policy may have at once.
pub(crate) const VERSIONS_PER_POLICY: i64 = 5;
/// System policies, and custom policies, that one role, user or group may hold.
pub(crate) const POLICIES_PER_HOLDER: i64 = 20;
/// RAM users that one account may hold.
pub(crate) const USERS_PER_ACCOUNT: i64 = 10_000;
/// RAM groups that one account may hold.
pub(crate) const GROUPS_PER_ACCOUNT: i64 = 1000;
/// Groups that one user may be in.
pub(crate) const GROUPS_PER_USER: usize = 50;
/// Access keys of one user, and of the account itself.
pub(crate) const ACCESS_KEYS_PER_HOLDER: i64 = 2;
/// Virtual MFA devices that one account may hold.
pub(crate) const MFA_DEVICES_PER_ACCOUNT: i64 = 10_000;
/// SAML providers that one account may hold.
pub(crate) const SAML_PROVIDERS_PER_ACCOUNT: i64 = 100;
/// OIDC providers that one account may hold.
pub(crate) const OIDC_PROVIDERS_PER_ACCOUNT: i64 = 100;
/// Clients for which the tokens of one provider may be.
pub(crate) const CLIENT_IDS_PER_PROVIDER: usize = 50;
/// Fingerprints that one provider may have.
pub(crate) const FINGERPRINTS_PER_PROVIDER: usize = 5;
/// Steps of folders below the root.
pub(crate) const FOLDER_DEPTH: i64 = 5;
/// Members of one resource directory.
pub(crate) const MEMBERS: i64 = 10_000;
/// Folders of one resource directory.
pub(crate) const FOLDERS: i64 = 100;
/// Control policies that one resource directory may have of its own.
pub(crate) const CONTROL_POLICIES: i64 = 1500;
/// Control policies that one folder or member may bear.
pub(crate) const CONTROL_POLICIES_PER_TARGET: i64 = 10;
/// Members that may act for the management account, for one service.
pub(crate) const DELEGATED_ADMINISTRATORS: i64 = 3;
/// Days that an invitation may be answered.
pub(crate) const HANDSHAKE_DAYS: u64 = 14;
/// Seconds that a role may allow its sessions.
pub(crate) const ROLE_SESSION: RangeInclusive<i64> = 3600..=43_200;
/// The shortest session that may be asked for, in seconds.
pub(crate) const SHORTEST_SESSION: i64 = 900;
/// The longest session of a role that was entered from another role's session, in seconds.
pub(crate) const CHAINED_SESSION: i64 = 3600;
/// Seconds of a session that nobody asked a length for.
pub(crate) const DEFAULT_SESSION: i64 = 3600;
/// Bytes of a SAML provider's metadata.
pub(crate) const METADATA: usize = 102_400;

/// What CloudSSO's objects in an account begin with.
pub(crate) const RESERVED_PREFIX: &str = "AliyunReservedSSO-";
/// What service-linked roles begin with; nobody makes or changes them but the cloud itself.
pub(crate) const SERVICE_ROLE_PREFIX: &str = "AliyunServiceRole";
/// The service-linked role by which CloudSSO works in an account.
pub(crate) const CLOUDSSO_ROLE: &str = "AliyunServiceRoleForCloudSSO";
/// The policy of that role.
pub(crate) const CLOUDSSO_ROLE_POLICY: &str = "AliyunServiceRolePolicyForCloudSSO";
/// The service that may assume that role.
pub(crate) const CLOUDSSO_SERVICE: &str = "cloudsso.aliyuncs.com";
/// The role by which the management account enters a member.
pub(crate) const MEMBER_ACCESS_ROLE: &str = "ResourceDirectoryAccountAccessRole";

/// The provision type of a user that CloudSSO keeps.
pub(crate) const PROVISIONED: &str = "CloudSSO";
/// The control policy that allows everything; every folder and member begins with it.
pub(crate) const FULL_ACCESS: &str = "FullAliyunAccess";
/// What a trusted service may be called here.
pub(crate) const TRUSTED_SERVICES: &[&str] = &[
    "actiontrail.aliyuncs.com",
    "cloudfw.aliyuncs.com",
    "cloudmonitor.aliyuncs.com",
    CLOUDSSO_SERVICE,
    "config.aliyuncs.com",
    "resourcecenter.aliyuncs.com",
    "ros.aliyuncs.com",
    "sas.aliyuncs.com",
    "tag.aliyuncs.com",
];

/// Whether an object of this name belongs to CloudSSO.
pub(crate) fn is_reserved(name: &str) -> bool {
    has_prefix(name, RESERVED_PREFIX)
}

/// Whether a role of this name is service-linked.
pub(crate) fn is_service_linked(name: &str) -> bool {
    has_prefix(name, SERVICE_ROLE_PREFIX)
}

/// A rule for a name: its length and the signs it may have beside letters and digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NameRule {
    longest: usize,
    signs: &'static [u8],
    rule: &'static str,
}

pub(crate) const ROLE_NAME: NameRule =
    NameRule { longest: 64, signs: b".-_", rule: "1 to 64 letters, digits, '.', '_' or '-'" };
pub(crate) const USER_NAME: NameRule =
    NameRule { longest: 64, signs: b".-_", rule: "1 to 64 letters, digits, '.', '_' or '-'" };
pub(crate) const GROUP_NAME: NameRule =
    NameRule { longest: 64, signs: b".-_", rule: "1 to 64 letters, digits, '.', '_' or '-'" };
pub(crate) const MFA_DEVICE_NAME: NameRule =
    NameRule { longest: 64, signs: b".-", rule: "1 to 64 letters, digits, '.' or '-'" };
pub(crate) const POLICY_NAME: NameRule =
    NameRule { longest: 128, signs: b"-", rule: "1 to 128 letters, digits or '-'" };
pub(crate) const PROVIDER_NAME: NameRule = NameRule {
    longest: 128,
    signs: b".-_",
    rule: "1 to 128 letters, digits, '.', '_' or '-', without a sign at either end",
};

impl NameRule {
    /// Checks `value`, which was given as `parameter`.
    pub(crate) fn check<'v>(&self, parameter: &'static str, value: &'v str) -> Result<&'v str, Refusal> {
        if value.len() > self.longest {
            return Err(Refusal::parameter(parameter, Flaw::Length, self.rule));
        }
        let valid = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || self.signs.contains(&byte));
        if valid { Ok(value) } else { Err(Refusal::parameter(parameter, Flaw::InvalidChars, self.rule)) }
    }
}

/// Checks the name of a SAML provider.
pub(crate) fn saml_provider_name(value: &str) -> Result<&str, Refusal> {
    provider_name("SAMLProviderName", value)
}

/// Checks the name of a provider of either kind: as [`PROVIDER_NAME`], and no sign at either end.
pub(crate) fn provider_name<'v>(parameter: &'static str, value: &'v str) -> Result<&'v str, Refusal> {
    let name = PROVIDER_NAME.check(parameter, value)?;
    let ends = [name.bytes().next(), name.bytes().last()];
    if ends.iter().flatten().all(u8::is_ascii_alphanumeric) {
        Ok(name)
    } else {
        Err(Refusal::parameter(parameter, Flaw::InvalidChars, PROVIDER_NAME.rule))
    }
}

/// Checks the number of characters of `value`, which was given as `parameter`.
pub(crate) fn length<'v>(
    parameter: &'static str,
    value: &'v str,
    characters: RangeInclusive<usize>,
) -> Result<&'v str, Refusal> {
    if characters.contains(&value.chars().count()) {
        return Ok(value);
    }
    let rule = format!("{} to {} characters long", characters.start(), characters.end());
    Err(Refusal::parameter(parameter, Flaw::Length, rule))
}

/// Checks that `value`, which was given as `parameter`, holds no control character and no space at
/// either end.
pub(crate) fn printable<'v>(parameter: &'static str, value: &'v str) -> Result<&'v str, Refusal> {
    if value.trim() == value && !value.chars().any(char::is_control) {
        return Ok(value);
    }
    let rule = "without control characters and without space at either end";
    Err(Refusal::parameter(parameter, Flaw::InvalidChars, rule))
}

/// Checks that `value`, which was given as `parameter`, has nothing but letters, digits and `signs`.
pub(crate) fn letters<'v>(
    parameter: &'static str,
    value: &'v str,
    (signs, rule): (&str, &'static str),
) -> Result<&'v str, Refusal> {
    if value.chars().all(|letter| letter.is_alphanumeric() || signs.contains(letter)) {
        return Ok(value);
    }
    Err(Refusal::parameter(parameter, Flaw::InvalidChars, rule))
}

/// Whether `name` can name a role's session: 2 to 64 letters, digits and `- _ . @ =`.
pub(crate) fn is_session_name(name: &str) -> bool {
    (2..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.@=".contains(&byte))
}

/// A name that can name a role's session, as much like `name` as that may be.
pub(crate) fn session_name_of(name: &str) -> String {
    let sign = |letter: char| {
        let is_plain = letter.is_ascii_alphanumeric() || "-_.@=".contains(letter);
        if is_plain { letter } else { '-' }
    };
    let mut name: String = name.chars().map(sign).take(64).collect();
    while name.len() < 2 {
        name.push('-');
    }
    name
}

fn has_prefix(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(result: Result<&str, Refusal>) -> String {
        result.map_or_else(|refusal| refusal.code().into_owned(), |_| "ok".to_owned())
    }

    #[test]
    fn names() {
        let long = "n".repeat(65);
        let rows = [
            (code(ROLE_NAME.check("RoleName", "AliyunReservedSSO-admin.x_1")), "ok"),
            (code(ROLE_NAME.check("RoleName", "a b")), "InvalidParameter.RoleName.InvalidChars"),
            (code(ROLE_NAME.check("RoleName", "ä")), "InvalidParameter.RoleName.InvalidChars"),
            (code(ROLE_NAME.check("RoleName", &long)), "InvalidParameter.RoleName.Length"),
            (code(POLICY_NAME.check("PolicyName", "a_b")), "InvalidParameter.PolicyName.InvalidChars"),
            (code(saml_provider_name("AliyunReservedSSO-d-1")), "ok"),
            (code(saml_provider_name("-a")), "InvalidParameter.SAMLProviderName.InvalidChars"),
            (code(saml_provider_name("a.")), "InvalidParameter.SAMLProviderName.InvalidChars"),
        ];
        for (found, expected) in rows {
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn reserved_names_are_reserved_in_any_spelling() {
        assert!(is_reserved("AliyunReservedSSO-admin") && is_reserved("aliyunreservedsso-admin"));
        assert!(!is_reserved("AliyunReservedSSO") && !is_reserved("MyAliyunReservedSSO-x"));
        assert!(is_service_linked("aliyunserviceroleforcloudsso"));
    }

    #[test]
    fn session_names() {
        for good in ["al", "alice@example.com", "a=b-c_d.e", &"n".repeat(64)] {
            assert!(is_session_name(good), "{good}");
        }
        for any in ["", "ä", "al ice", "management@rd-1.aliyunid.com", &"n".repeat(65)] {
            assert!(is_session_name(&session_name_of(any)), "{any}");
        }
        assert_eq!(session_name_of("independent@example.com"), "independent@example.com");
        for bad in ["", "a", "al ice", "al/ice", "älice", "al\n", &"n".repeat(65)] {
            assert!(!is_session_name(bad), "{bad:?}");
        }
    }
}
