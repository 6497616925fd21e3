//! Base 64 as peers send it: strict but for white space between its lines.

use data_encoding::BASE64;

/// Decodes base 64 with padding (RFC 4648 §4), white space aside; `None` when it is anything else.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let packed: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    // The decoder takes several padded texts in a row for one; a second one here would be smuggled.
    let padding = packed.iter().position(|byte| *byte == b'=').unwrap_or(packed.len());
    if packed.iter().skip(padding).any(|byte| *byte != b'=') {
        return None;
    }
    BASE64.decode(&packed).ok()
}
