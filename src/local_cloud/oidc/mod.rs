//! OIDC: which role a token of an issuer opens, for `AssumeRoleWithOIDC` (OpenID Connect Core 1.0 §2 and
//! §3.1.3.7, OpenID Connect Discovery 1.0 §4, RFC 7515 to 7519).
//!
//! A token is read, held against what the account's provider says, and only then verified with the
//! issuer's published keys, which are fetched and kept (`issuer`). None of it happens inside a
//! transaction. Signatures are RS256 and ES256; encrypted tokens and everything by shared secret are not
//! known here.

mod fetch;
mod issuer;
mod token;

use std::time::Duration;

use diesel::SqliteConnection;

use crate::base::{Timestamp, fold};
use crate::policy::{Context, Principal};

use super::arn::Arn;
use super::circumstances::Circumstances;
use super::refusal::Refusal;
use super::store::Store;
use super::store::oidc_provider::{self, OidcProviderRow};
use super::store::role::{self, RoleRow};
use super::trust;

pub(crate) use issuer::{IssuerUrl, Issuers};
pub(crate) use token::Token;

/// By how much our clock and the issuer's may differ.
const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// A token whose issuer, audience, times and signature hold; who may enter by it is not decided yet.
pub(crate) struct Verified {
    pub(crate) token: Token,
    provider: OidcProviderRow,
    role_arn: Arn,
    provider_arn: Arn,
}

/// Verifies `token` for a role of the account that keeps the provider. What the provider says is held
/// against it before the issuer is asked for its keys; what the role says comes last, since nobody but
/// whom the issuer vouches for shall learn whom the role admits.
pub(crate) fn verify(
    store: &Store,
    issuers: &Issuers,
    token: Token,
    (role_arn, provider_arn): (Arn, Arn),
    now: Timestamp,
) -> Result<Verified, Refusal> {
    let provider = store.read(|connection| provider(connection, &provider_arn))?;
    let verified = Verified { token, provider, role_arn, provider_arn };
    verified.check(now)?;
    let issuer = IssuerUrl::parse(&verified.provider.issuer_url)
        .ok_or_else(|| Refusal::Internal(format!("stored issuer of {}", verified.provider_arn)))?;
    issuers.verify(&issuer, &verified.token, now)?;
    Ok(verified)
}

impl Verified {
    /// The role, if the token still opens it: by the provider and the trust policy as they are now.
    pub(crate) fn admit(
        &self,
        connection: &mut SqliteConnection,
        seen: Circumstances,
    ) -> Result<RoleRow, Refusal> {
        let current = provider(connection, &self.provider_arn)?;
        let is_same = current.id == self.provider.id
            && current.issuer_url == self.provider.issuer_url
            && current.client_ids == self.provider.client_ids;
        if !is_same {
            return Err(refusal(format!("{} was changed meanwhile", self.provider_arn)));
        }
        let arn = &self.role_arn;
        let role = role::find(connection, arn.account.as_str(), &fold(&arn.name))?
            .ok_or_else(|| refusal(format!("there is no {arn}")))?;
        let mut context = seen
            .tell(Context::default())
            .with("oidc:iss", self.token.issuer.as_str())
            .with("oidc:sub", self.token.subject.as_str());
        for audience in &self.token.audiences {
            context = context.with("oidc:aud", audience.as_str());
        }
        let provider = Arn::oidc_provider(arn.account.clone(), current.name).to_string();
        trust::admit(&role, Principal::Federated(&provider), (context, None))?;
        Ok(role)
    }

    /// The provider by which the session is entered.
    pub(crate) fn provider_arn(&self) -> Arn {
        Arn::oidc_provider(self.provider_arn.account.clone(), self.provider.name.as_str())
    }

    fn check(&self, now: Timestamp) -> Result<(), Refusal> {
        let (token, provider) = (&self.token, &self.provider);
        if token.issuer != provider.issuer_url {
            return Err(refusal(format!("the token is by {:?}", token.issuer)));
        }
        let client_ids = provider.client_ids();
        if token.audiences.is_empty() || !token.audiences.iter().all(|one| client_ids.contains(one)) {
            return Err(refusal(format!("the token is for {:?}", token.audiences)));
        }
        if now >= token.expires_at.plus(CLOCK_SKEW) {
            return Err(refusal(format!("the token expired at {}", token.expires_at.rfc3339())));
        }
        let begins = token.not_before.map_or(token.issued_at, |moment| moment.max(token.issued_at));
        if begins > now.plus(CLOCK_SKEW) {
            return Err(refusal(format!("the token begins at {}", begins.rfc3339())));
        }
        let hours = u64::try_from(provider.issuance_limit_hours).unwrap_or(0);
        if now.since(token.issued_at) > Duration::from_secs(hours * 3600) {
            return Err(refusal(format!("the token was issued more than {hours} hours ago")));
        }
        Ok(())
    }
}

fn provider(connection: &mut SqliteConnection, arn: &Arn) -> Result<OidcProviderRow, Refusal> {
    oidc_provider::find(connection, arn.account.as_str(), &fold(&arn.name))?
        .ok_or_else(|| refusal(format!("there is no {arn}")))
}

fn refusal(reason: impl Into<String>) -> Refusal {
    Refusal::Token(reason.into())
}
