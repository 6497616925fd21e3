//! A token as it was given: the compact form of RFC 7515 with the claims of an ID token.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

use crate::base::Timestamp;
use crate::local_cloud::refusal::Refusal;

use super::refusal;

/// Audiences that one token may be for.
const AUDIENCES: usize = 20;
const LONGEST_SUBJECT: usize = 255;

/// A token that was read, and not verified.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) audiences: Vec<String>,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) not_before: Option<Timestamp>,
    /// `RS256` or `ES256`.
    pub(super) algorithm: &'static str,
    pub(super) key_id: Option<String>,
    /// What was signed.
    pub(super) message: String,
    pub(super) signature: Vec<u8>,
}

impl Token {
    /// Reads a token.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        struct Header {
            alg: String,
            kid: Option<String>,
            crit: Option<serde_json::Value>,
        }
        #[derive(Deserialize)]
        struct Claims {
            iss: String,
            sub: String,
            aud: Audience,
            exp: f64,
            iat: f64,
            nbf: Option<f64>,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Audience {
            One(String),
            Several(Vec<String>),
        }
        let parts: Vec<&str> = text.split('.').collect();
        let [header, claims, signature] = parts.as_slice() else {
            return Err(refusal("the token has not three parts"));
        };
        let message = format!("{header}.{claims}");
        let header: Header = json("header", header)?;
        if header.crit.is_some() {
            return Err(refusal("the token's header has critical extensions"));
        }
        let algorithm = ["RS256", "ES256"].into_iter().find(|name| *name == header.alg);
        let algorithm = algorithm.ok_or_else(|| refusal(format!("algorithm {:?}", header.alg)))?;
        let claims: Claims = json("claims", claims)?;
        let audiences = match claims.aud {
            Audience::One(audience) => vec![audience],
            Audience::Several(audiences) => audiences,
        };
        if audiences.len() > AUDIENCES || claims.sub.is_empty() || claims.sub.len() > LONGEST_SUBJECT {
            return Err(refusal("the token's audiences or subject are out of bounds"));
        }
        Ok(Self {
            issuer: claims.iss,
            subject: claims.sub,
            audiences,
            issued_at: moment(claims.iat)?,
            expires_at: moment(claims.exp)?,
            not_before: claims.nbf.map(moment).transpose()?,
            algorithm,
            key_id: header.kid,
            message,
            signature: decode("signature", signature)?,
        })
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({} for {} by {})", self.algorithm, self.subject, self.issuer)
    }
}

fn json<T: serde::de::DeserializeOwned>(what: &str, part: &str) -> Result<T, Refusal> {
    serde_json::from_slice(&decode(what, part)?)
        .map_err(|error| refusal(format!("the token's {what}: {error}")))
}

fn decode(what: &str, part: &str) -> Result<Vec<u8>, Refusal> {
    BASE64URL_NOPAD
        .decode(part.as_bytes())
        .map_err(|_ignored| refusal(format!("the token's {what} is not base64url")))
}

/// Seconds since 1970, of which a fraction is dropped; up to the year 9999.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
fn moment(seconds: f64) -> Result<Timestamp, Refusal> {
    if (0.0..253_402_300_800.0).contains(&seconds) {
        return Ok(Timestamp::from_seconds(seconds as i64));
    }
    Err(refusal("a time of the token is out of bounds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> Result<Token, Refusal> {
        let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        Token::parse(&format!("{}.{}.{}", encode(header), encode(claims), encode("signature")))
    }

    const HEADER: &str = r#"{"alg":"RS256","kid":"1"}"#;
    const CLAIMS: &str = r#"{"iss":"https://i","sub":"s","aud":"a","exp":200,"iat":100.9}"#;

    #[test]
    fn what_an_id_token_needs_is_read() {
        let read = token(HEADER, CLAIMS).unwrap();
        assert_eq!((read.issuer.as_str(), read.subject.as_str()), ("https://i", "s"));
        assert_eq!(
            (read.issued_at, read.expires_at),
            (Timestamp::from_seconds(100), Timestamp::from_seconds(200))
        );
        let several = token(HEADER, &CLAIMS.replace("\"a\"", "[\"a\",\"b\"]")).unwrap();
        assert_eq!(several.audiences, ["a", "b"]);
    }

    #[test]
    fn what_lacks_something_or_asks_for_another_algorithm_is_refused() {
        for header in
            [r#"{"alg":"none"}"#, r#"{"alg":"HS256"}"#, r#"{"alg":"RS256","crit":["exp"]}"#, "{}", "x"]
        {
            assert!(token(header, CLAIMS).is_err(), "{header}");
        }
        for name in ["iss", "sub", "aud", "exp", "iat"] {
            assert!(token(HEADER, &CLAIMS.replace(name, "xxx")).is_err(), "{name}");
        }
        assert!(token(HEADER, &CLAIMS.replace("200", "1e300")).is_err());
        for text in ["", "a.b", "a.b.c.d", "a.b.=", "..."] {
            assert!(Token::parse(text).is_err(), "{text}");
        }
    }
}
