//! Base 64 as peers send it: strict but for white space between its lines.

use std::borrow::Cow;

use data_encoding::BASE64;

use super::Error;
use super::document::MAX_BYTES;

/// A form field may be this long: [`MAX_BYTES`] in base 64, with line breaks.
const MAX_BASE64: usize = MAX_BYTES / 3 * 4 + MAX_BYTES / 24;

/// The XML in a form field of the HTTP-POST binding (saml-bindings-2.0-os §3.5.4).
///
/// # Errors
/// [`Error::TooLarge`], [`Error::NotBase64`], or [`Error::Malformed`] when it is not UTF-8.
pub(super) fn decode_form_field(form_field: &str) -> Result<String, Error> {
    if form_field.len() > MAX_BASE64 {
        return Err(Error::TooLarge { limit: MAX_BASE64, received: form_field.len() });
    }
    utf8(decode(form_field).ok_or(Error::NotBase64)?)
}

/// The text in the bytes of a message.
///
/// # Errors
/// [`Error::Malformed`] when it is not UTF-8.
pub(super) fn utf8(bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|error| Error::Malformed {
        offset: u64::try_from(error.utf8_error().valid_up_to()).unwrap_or(u64::MAX),
        rule: "UTF-8",
    })
}

/// Decodes base 64 with padding (RFC 4648 §4), white space aside; `None` when it is anything else.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let packed: Cow<'_, [u8]> = if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect()
    } else {
        text.as_bytes().into()
    };
    // The decoder takes several padded texts in a row for one; a second one here would be smuggled.
    let padding = packed.iter().position(|byte| *byte == b'=').unwrap_or(packed.len());
    if packed.iter().skip(padding).any(|byte| *byte != b'=') {
        return None;
    }
    BASE64.decode(&packed).ok()
}
