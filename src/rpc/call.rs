//! A call as it was read from a request, what it claims about its signer, and the proof that the claim
//! was verified.

use std::time::Duration;

use crate::base::{Secret, Timestamp};
use crate::crypto::hash;

use super::claim::{Algorithm, Claim};
use super::{Error, Format, Parameters, Request, acs3, hmac_sha1};

/// How far the time of a request may lie from now, either way.
pub const MAX_SKEW: Duration = Duration::from_secs(15 * 60);

/// One call of an action, read but not believed yet.
#[derive(Debug)]
pub struct Call {
    /// The action, 1 to 64 letters and digits.
    pub action: String,
    /// The version of the product's API, such as `2015-05-01`; it also says which product is meant.
    pub version: String,
    /// How the answer is to be written.
    pub format: Format,
    /// The parameters of query and form together.
    pub parameters: Parameters,
    /// Who says that they sent it.
    pub signature: Signature,
}

/// Whether and how a call is signed.
#[derive(Debug)]
pub enum Signature {
    /// Not at all. Only the few actions that prove their caller otherwise (`AssumeRoleWithSAML`) may go on.
    Anonymous,
    /// By an AccessKey; verify with [`Call::verify`].
    Signed(Claim),
}

/// Which key a call claims to be signed with: enough to find the secret, proof of nothing.
#[derive(Clone, Copy, Debug)]
pub struct Credential<'a> {
    /// The AccessKey id.
    pub access_key_id: &'a str,
    /// The security token that goes with a temporary key.
    pub security_token: Option<&'a Secret>,
}

impl Call {
    /// Reads a call. Action and version come from `x-acs-action` and `x-acs-version`, or from the
    /// parameters `Action` and `Version`; if from both, they must agree.
    ///
    /// # Errors
    /// Any [`Error`] about form; nothing is verified here.
    pub fn parse(request: &Request<'_>) -> Result<Self, Error> {
        if !matches!(request.method, "GET" | "POST") {
            return Err(Error::invalid("Method", "GET or POST"));
        }
        let parameters = Parameters::new(request.pairs()?)?;
        let action = named(request, &parameters, "x-acs-action", "Action")?;
        let version = named(request, &parameters, "x-acs-version", "Version")?;
        let format = Format::read(&parameters)?;
        let signature = Signature::read(request, &parameters)?;
        Ok(Self { action, version, format, parameters, signature })
    }

    /// The key this call claims to be signed with; `None` for an anonymous call.
    pub fn credential(&self) -> Option<Credential<'_>> {
        match &self.signature {
            Signature::Anonymous => None,
            Signature::Signed(claim) => Some(Credential {
                access_key_id: &claim.access_key_id,
                security_token: claim.security_token.as_ref(),
            }),
        }
    }

    /// Verifies the signature with the secret of the claimed key, and that it was made within
    /// [`MAX_SKEW`] of `now`. The server still refuses a nonce it has seen ([`VerifiedCall::nonce`]), and a
    /// security token that is not the key's: signature and token are separate proofs.
    ///
    /// # Errors
    /// [`Error::Unsigned`], [`Error::TimeExpired`], [`Error::SignatureDoesNotMatch`], [`Error::Crypto`].
    pub fn verify(self, secret: &Secret, now: Timestamp) -> Result<VerifiedCall, Error> {
        let Signature::Signed(claim) = self.signature else { return Err(Error::Unsigned) };
        if now.since(claim.signed_at).max(claim.signed_at.since(now)) > MAX_SKEW {
            return Err(Error::TimeExpired);
        }
        let expected = match claim.algorithm {
            Algorithm::Acs3HmacSha256 => acs3::signature(secret, &claim.string_to_sign)?,
            Algorithm::HmacSha1 => hmac_sha1::signature(secret, &claim.string_to_sign)?,
        };
        if !hash::equal(expected.as_bytes(), claim.signature.as_bytes()) {
            return Err(Error::SignatureDoesNotMatch);
        }
        Ok(VerifiedCall {
            action: self.action,
            version: self.version,
            format: self.format,
            parameters: self.parameters,
            access_key_id: claim.access_key_id,
            nonce: claim.nonce,
            acceptable_until: claim.signed_at.plus(MAX_SKEW),
        })
    }
}

impl Signature {
    fn read(request: &Request<'_>, parameters: &Parameters) -> Result<Self, Error> {
        if let Some(authorization) = request.headers.single("authorization")? {
            return acs3::read(request, authorization).map(Self::Signed);
        }
        // Whoever tries to sign and forgets a part is told so, and does not pass for anonymous.
        let attempts = ["Signature", "AccessKeyId", "SignatureMethod", "SecurityToken"];
        if attempts.iter().any(|name| parameters.optional(name).is_some()) {
            return hmac_sha1::read(request.method, parameters).map(Self::Signed);
        }
        for name in ["x-acs-security-token", "x-acs-accesskey-id"] {
            if request.headers.single(name)?.is_some() {
                return Err(Error::IncompleteSignature("the header authorization is missing".to_owned()));
            }
        }
        Ok(Self::Anonymous)
    }
}

/// A call whose signature was verified with the secret of [`VerifiedCall::access_key_id`]. Made by
/// [`Call::verify`] only.
#[derive(Debug)]
pub struct VerifiedCall {
    action: String,
    version: String,
    format: Format,
    parameters: Parameters,
    access_key_id: String,
    nonce: String,
    acceptable_until: Timestamp,
}

impl VerifiedCall {
    /// The action.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// The version of the product's API.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How the answer is to be written.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The parameters.
    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The AccessKey that signed.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Used once per key: whoever sees it a second time before [`VerifiedCall::acceptable_until`] sees a
    /// replay.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// From when on a replay fails by its age, so that the nonce may be forgotten.
    pub const fn acceptable_until(&self) -> Timestamp {
        self.acceptable_until
    }
}

/// Reads an action or version, which may stand in a header, in the parameters, or alike in both.
fn named(request: &Request<'_>, parameters: &Parameters, header: &str, name: &str) -> Result<String, Error> {
    let parameter = parameters.optional(name).filter(|value| !value.is_empty());
    let value = match (request.headers.single(header)?, parameter) {
        (Some(one), Some(other)) if one != other => return Err(Error::Repeated(name.to_owned())),
        (Some(value), _) | (None, Some(value)) => value,
        (None, None) => return Err(Error::Missing(name.to_owned())),
    };
    let is_word = (1..=64).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || (byte == b'-' && name == "Version"));
    let refusal = || Error::invalid(name, "1 to 64 letters and digits");
    is_word.then(|| value.to_owned()).ok_or_else(refusal)
}
