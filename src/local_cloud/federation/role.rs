//! Role SSO: which role a SAML Response opens, for the console and for `AssumeRoleWithSAML` alike.

use std::fmt;

use diesel::SqliteConnection;

use crate::base::{Timestamp, fold};
use crate::local_cloud::arn::{Arn, Kind};
use crate::local_cloud::circumstances::Circumstances;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::role::{self, RoleRow};
use crate::local_cloud::store::saml_provider::{self, SamlProviderRow};
use crate::local_cloud::{rules, trust};
use crate::policy::{Context, Principal};
use crate::saml::{CheckedAssertion, NameId};

use super::posted::{Posted, Proof, Trusted, refusal};

/// What assertions for the cloud's console name as their audience.
pub(crate) const AUDIENCE: &str = "urn:alibaba:cloudcomputing";
pub(crate) const ROLE: &str = "https://www.aliyun.com/SAML-Role/Attributes/Role";
pub(crate) const ROLE_SESSION_NAME: &str = "https://www.aliyun.com/SAML-Role/Attributes/RoleSessionName";
pub(crate) const SOURCE_IDENTITY: &str = "https://www.aliyun.com/SAML-Role/Attributes/SourceIdentity";
pub(crate) const SESSION_DURATION: &str = "https://www.aliyun.com/SAML-Role/Attributes/SessionDuration";
/// Roles that one assertion may offer.
const OFFERED_ROLES: usize = 100;

/// A role and the SAML provider by which it is entered, both of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) role: Arn,
    pub(crate) provider: Arn,
}

impl Pair {
    /// A pair, if both are of one account: nobody's provider opens another account's role.
    pub(crate) fn new(role: Arn, provider: Arn) -> Option<Self> {
        (role.account == provider.account).then_some(Self { role, provider })
    }

    /// Reads a value of the attribute `Role`: `<role ARN>,<provider ARN>`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (role, provider) = text.split_once(',')?;
        Self::new(Arn::parse(role.trim(), Kind::Role)?, Arn::parse(provider.trim(), Kind::SamlProvider)?)
    }

    fn is(&self, other: &Self) -> bool {
        let same = |one: &Arn, two: &Arn| one.account == two.account && fold(&one.name) == fold(&two.name);
        same(&self.role, &other.role) && same(&self.provider, &other.provider)
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.role, self.provider)
    }
}

impl Posted {
    /// The pairs that it claims: where to look for keys, and nothing more.
    pub(crate) fn hinted_pairs(&self) -> Result<Vec<Pair>, Refusal> {
        let attributes = self.0.claimed_attributes();
        let values = attributes.iter().filter(|attribute| attribute.name == ROLE);
        pairs(values.flat_map(|attribute| attribute.values.iter().map(String::as_str)))
    }
}

/// An assertion whose signature, issuer, audience, recipient and times hold; who may enter by it is not
/// decided yet, and it is not used up.
pub(crate) struct Verified {
    proof: Proof,
    provider: SamlProviderRow,
    pair: Pair,
}

/// What an assertion gives, by the role and its trust policy as they are now.
pub(crate) struct Grant {
    pub(crate) role: RoleRow,
    pub(crate) provider_arn: Arn,
    pub(crate) session_name: String,
    pub(crate) source_identity: Option<String>,
    pub(crate) issuer: String,
    pub(crate) name_id: NameId,
    pub(crate) session_index: Option<String>,
    pub(crate) session_not_on_or_after: Option<Timestamp>,
    /// The metadata that the assertion was verified with.
    pub(crate) metadata: String,
    session_duration: Option<i64>,
}

impl Grant {
    /// How many seconds a console session may last from `now`: the shortest of what the assertion,
    /// the role and the account's security preference allow.
    pub(crate) fn console_seconds(&self, preference: i64, now: Timestamp) -> Result<i64, Refusal> {
        let until_end = |end: Timestamp| i64::try_from(end.since(now).as_secs()).unwrap_or(i64::MAX);
        let limits = [
            Some(self.role.max_session_seconds),
            Some(preference),
            self.session_duration,
            self.session_not_on_or_after.map(until_end),
        ];
        let seconds = limits.into_iter().flatten().min().unwrap_or(0);
        if seconds > 0 { Ok(seconds) } else { Err(refusal("the session would be over at once")) }
    }
}

/// Verifies the Response with the metadata that the account of `pair` keeps, and checks that it is for
/// us, for here and for now. A lookup is all that the store does for it: whoever posts what no provider
/// signed holds up nobody's change.
pub(crate) fn verify(cloud: &Cloud, posted: Posted, pair: Pair, now: Timestamp) -> Result<Verified, Refusal> {
    let provider = cloud.store.read(|connection| provider(connection, &pair.provider))?;
    let trusted = Trusted {
        metadata: &provider.metadata,
        name: pair.provider.to_string(),
        audience: AUDIENCE,
        recipient: &cloud.role_sso_url(),
    };
    let proof = posted.verify(&trusted, now)?;
    Ok(Verified { proof, provider, pair })
}

impl Verified {
    /// The roles that the assertion offers.
    pub(crate) fn offered(&self) -> Result<Vec<Pair>, Refusal> {
        pairs(self.proof.assertion.values(ROLE))
    }

    /// Whether the assertion opens the role, and what it gives. Nothing is used up, so that a call that
    /// is refused for another reason leaves it as it was. The provider must still be the one by which
    /// the assertion was verified.
    pub(crate) fn admit(
        &self,
        cloud: &Cloud,
        connection: &mut SqliteConnection,
        seen: Circumstances,
    ) -> Result<Grant, Refusal> {
        let (assertion, pair) = (&self.proof.assertion, &self.pair);
        let current = provider(connection, &pair.provider)?;
        if (&current.id, &current.metadata) != (&self.provider.id, &self.provider.metadata) {
            return Err(refusal(format!("{} was changed meanwhile", pair.provider)));
        }
        if !self.offered()?.iter().any(|offered| offered.is(pair)) {
            return Err(refusal(format!("the assertion does not offer {pair}")));
        }
        let account = &pair.role.account;
        let role = role::find(connection, account.as_str(), &fold(&pair.role.name))?
            .ok_or_else(|| refusal(format!("there is no {}", pair.role)))?;
        let provider_arn = Arn::saml_provider(account.clone(), current.name);
        let source_identity = only(assertion, SOURCE_IDENTITY)?;
        if source_identity.is_some_and(|source| !rules::is_session_name(source)) {
            return Err(refusal("SourceIdentity is malformed"));
        }
        self.trust(cloud, &role, (&provider_arn, source_identity), seen)?;
        let session_name = only(assertion, ROLE_SESSION_NAME)?
            .filter(|name| rules::is_session_name(name))
            .ok_or_else(|| refusal("RoleSessionName is absent or malformed"))?;
        Ok(Grant {
            session_name: session_name.to_owned(),
            source_identity: source_identity.map(str::to_owned),
            issuer: assertion.issuer().to_owned(),
            name_id: assertion.name_id().clone(),
            session_index: assertion.session_index().map(str::to_owned),
            session_not_on_or_after: assertion.session_not_on_or_after(),
            session_duration: session_duration(assertion, &role)?,
            metadata: self.proof.metadata.clone(),
            provider_arn,
            role,
        })
    }

    /// Uses the assertion up: the first to ask may go on.
    pub(crate) fn use_up(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<(), Refusal> {
        self.proof.use_up(connection, now)
    }

    fn trust(
        &self,
        cloud: &Cloud,
        role: &RoleRow,
        (provider, source_identity): (&Arn, Option<&str>),
        seen: Circumstances,
    ) -> Result<(), Refusal> {
        let provider = provider.to_string();
        let context = seen
            .tell(Context::default())
            .with("saml:recipient", cloud.role_sso_url())
            .with("saml:iss", self.proof.assertion.issuer())
            .with("saml:sub", self.proof.assertion.name_id().value.as_str());
        trust::admit(role, Principal::Federated(&provider), (context, source_identity))
    }
}

fn provider(connection: &mut SqliteConnection, arn: &Arn) -> Result<SamlProviderRow, Refusal> {
    saml_provider::find(connection, arn.account.as_str(), &fold(&arn.name))?
        .ok_or_else(|| refusal(format!("there is no {arn}")))
}

fn session_duration(assertion: &CheckedAssertion, role: &RoleRow) -> Result<Option<i64>, Refusal> {
    let Some(text) = only(assertion, SESSION_DURATION)? else { return Ok(None) };
    let range = rules::SHORTEST_SESSION..=role.max_session_seconds;
    let seconds = text.parse::<i64>().ok().filter(|seconds| range.contains(seconds));
    let malformed = || refusal(format!("SessionDuration {text:?} is outside {range:?}"));
    seconds.ok_or_else(malformed).map(Some)
}

fn pairs<'v>(values: impl Iterator<Item = &'v str>) -> Result<Vec<Pair>, Refusal> {
    let mut pairs = Vec::new();
    for value in values {
        let malformed =
            || refusal(format!("{value:?} is no pair of a role and a SAML provider of one account"));
        pairs.push(Pair::parse(value).ok_or_else(malformed)?);
        if pairs.len() > OFFERED_ROLES {
            return Err(refusal(format!("more than {OFFERED_ROLES} roles")));
        }
    }
    if pairs.is_empty() { Err(refusal("the assertion offers no role")) } else { Ok(pairs) }
}

/// The value of an attribute that may have one only.
fn only<'a>(assertion: &'a CheckedAssertion, name: &'a str) -> Result<Option<&'a str>, Refusal> {
    let mut values = assertion.values(name);
    let value = values.next();
    if values.next().is_some() { Err(refusal(format!("{name} has several values"))) } else { Ok(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: &str = "acs:ram::1234567890123456:role/AliyunReservedSSO-admin,\
                        acs:ram::1234567890123456:saml-provider/AliyunReservedSSO-d-1";

    #[test]
    fn a_pair_is_a_role_and_a_provider_of_one_account() {
        assert_eq!(Pair::parse(PAIR).map(|pair| pair.to_string()).as_deref(), Some(PAIR));
        for bad in [
            PAIR.replace("saml-provider", "role"),
            PAIR.replacen("1234567890123456", "1234567890123457", 1),
            PAIR.replace(',', ";"),
            format!("{PAIR},{PAIR}"),
            String::new(),
        ] {
            assert_eq!(Pair::parse(&bad), None, "{bad}");
        }
    }

    #[test]
    fn a_response_without_a_role_is_refused() {
        assert!(pairs(std::iter::empty()).is_err());
        assert!(pairs([PAIR, "x"].into_iter()).is_err());
        assert_eq!(pairs([PAIR, PAIR].into_iter()).map(|pairs| pairs.len()).ok(), Some(2));
    }
}
