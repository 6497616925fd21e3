//! Time-based one-time codes (RFC 6238): six digits, 30 seconds, HMAC-SHA-1, which is what every
//! authenticator app understands. The library computes; single use is the caller's, by the step
//! that [`TotpSecret::matching_step`] returns.

use data_encoding::BASE32_NOPAD;
use totp_rs::{Builder, Secret as TotpBytes, Totp};
use zeroize::Zeroizing;

use crate::base::{Secret, Timestamp};

use super::{Error, Random};

/// Seconds that one code stands for.
const STEP_SECONDS: u64 = 30;
/// Steps before and after the current one whose code is accepted, for clocks that differ.
const SKEW_STEPS: u16 = 1;

/// A shared secret of 160 bits.
pub struct TotpSecret(Zeroizing<Vec<u8>>);

impl TotpSecret {
    /// A new random secret.
    ///
    /// # Errors
    /// As [`Random::fill`].
    pub fn generate(random: &Random) -> Result<Self, Error> {
        let bytes: [u8; 20] = random.bytes()?;
        Ok(Self(Zeroizing::new(bytes.to_vec())))
    }

    /// Reads the text form, base 32 without padding (RFC 4648 §6).
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is not that, or shorter than 128 bits.
    pub fn from_base32(text: &str) -> Result<Self, Error> {
        let bytes =
            BASE32_NOPAD.decode(text.as_bytes()).map_err(|_ignored| Error::Malformed("TOTP secret"))?;
        if bytes.len() < 16 {
            return Err(Error::Malformed("TOTP secret"));
        }
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// The text form, for typing into an app where no camera is at hand.
    pub fn to_base32(&self) -> Secret {
        Secret::new(BASE32_NOPAD.encode(&self.0))
    }

    /// The `otpauth://` address that a QR code carries.
    ///
    /// # Errors
    /// [`Error::Malformed`] when `issuer` or `account` holds a colon.
    pub fn otpauth_url(&self, issuer: &str, account: &str) -> Result<Secret, Error> {
        let totp = self
            .builder()
            .with_issuer(Some(issuer))
            .with_account_name(account)
            .build()
            .map_err(|_ignored| Error::Malformed("TOTP issuer or account"))?;
        totp.to_url().map(Secret::new).map_err(|_ignored| Error::Malformed("TOTP issuer or account"))
    }

    /// The code at `now`.
    pub fn code(&self, now: Timestamp) -> String {
        self.totp().generate(seconds(now)).to_string()
    }

    /// The step that `code` stands for, if that is the current one or one beside it. Whoever
    /// accepts the code records the step and refuses it and all before it from then on.
    pub fn matching_step(&self, code: &str, now: Timestamp) -> Option<i64> {
        let is_plain = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
        let step = if is_plain { self.totp().check(code, seconds(now)) } else { None };
        step.and_then(|step| i64::try_from(step).ok())
    }

    fn totp(&self) -> Totp {
        self.builder().build_noncompliant()
    }

    fn builder(&self) -> Builder {
        Builder::new()
            .with_secret(TotpBytes::from(self.0.to_vec()))
            .with_skew(SKEW_STEPS)
            .with_step_duration(STEP_SECONDS)
    }
}

fn seconds(now: Timestamp) -> u64 {
    u64::try_from(now.seconds()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1, last six of the eight digits.
    #[test]
    fn vectors_of_the_specification() -> Result<(), Error> {
        let secret = TotpSecret::from_base32(&BASE32_NOPAD.encode(b"12345678901234567890"))?;
        for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(secret.code(Timestamp::from_seconds(at)), code);
            assert_eq!(secret.matching_step(code, Timestamp::from_seconds(at)), Some(at / 30));
        }
        Ok(())
    }

    #[test]
    fn one_step_of_grace_on_both_sides_and_no_more() -> Result<(), Error> {
        let secret = TotpSecret::generate(&Random::seeded(3))?;
        let code = secret.code(Timestamp::from_seconds(3_000));
        for (at, accepted) in [(2_940, false), (2_970, true), (3_029, true), (3_059, true), (3_060, false)] {
            assert_eq!(secret.matching_step(&code, Timestamp::from_seconds(at)).is_some(), accepted, "{at}");
        }
        Ok(())
    }

    #[test]
    fn only_six_digits_are_a_code() -> Result<(), Error> {
        let secret = TotpSecret::generate(&Random::seeded(3))?;
        let now = Timestamp::from_seconds(3_000);
        let code = secret.code(now);
        for variant in [
            format!(" {code}"),
            format!("{code}\n"),
            format!("0{code}"),
            String::new(),
            "１２３４５６".to_owned(),
        ] {
            assert_eq!(secret.matching_step(&variant, now), None, "{variant:?}");
        }
        Ok(())
    }

    #[test]
    fn the_address_names_issuer_and_account() -> Result<(), Error> {
        let secret = TotpSecret::generate(&Random::seeded(3))?;
        let url = secret.otpauth_url("cloudsso (acme)", "alice@example.com")?;
        assert!(
            url.expose().starts_with("otpauth://totp/cloudsso%20%28acme%29:alice%40example.com?"),
            "{}",
            url.expose()
        );
        assert!(url.expose().contains(&format!("secret={}", secret.to_base32().expose())));
        Ok(())
    }
}
