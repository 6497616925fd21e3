//! Signatures of elliptic curves as protocols spell them: the two numbers of equal length one after the other
//! (RFC 7518 §3.4, xmldsig-core1 §6.4.3), where OpenSSL has them in DER.

use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::pkey::{HasPublic, PKeyRef};

use super::Error;

/// Bytes of each half of a signature by a key of this curve.
pub(super) fn half<T: HasPublic>(key: &PKeyRef<T>) -> usize {
    usize::try_from(key.bits().div_ceil(8)).unwrap_or_default()
}

/// The two numbers of a signature in DER, each in so many bytes.
pub(super) fn from_der(der: &[u8], half: usize) -> Result<Vec<u8>, Error> {
    let signature = EcdsaSig::from_der(der)?;
    let width = i32::try_from(half).unwrap_or(i32::MAX);
    Ok([signature.r().to_vec_padded(width)?, signature.s().to_vec_padded(width)?].concat())
}

/// The signature in DER; `None` when it is of another length.
pub(super) fn to_der(signature: &[u8], half: usize) -> Result<Option<Vec<u8>>, Error> {
    let Some((r, s)) = signature.split_at_checked(half).filter(|(_, s)| s.len() == half) else {
        return Ok(None);
    };
    let signature = EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?;
    Ok(Some(signature.to_der()?))
}
