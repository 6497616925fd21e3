//! Percent-encoding as the signatures want it (RFC 3986 unreserved characters stay, all else is `%XX`),
//! and the looser decoding of what arrives (`+` is a space).

use std::fmt::Write as _;

use super::Error;

/// Encodes `text`: letters, digits and `-_.~` stay, every other byte becomes `%XX` in upper case.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Writes `name=value&…` in the order given, every part encoded.
pub(super) fn encode_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(&encode(name));
        text.push('=');
        text.push_str(&encode(value));
    }
    text
}

/// Reads a query string or a form body into pairs, in the order they stand.
///
/// # Errors
/// [`Error::Encoding`] for a `%` without two hexadecimal digits and for bytes that are not UTF-8.
pub(super) fn decode_pairs(text: &str) -> Result<Vec<(String, String)>, Error> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

fn decode(text: &str) -> Result<String, Error> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (rest.next().and_then(digit), rest.next().and_then(digit)) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(Error::Encoding),
            },
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_ignored| Error::Encoding)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay() {
        assert_eq!(encode("AZaz09-_.~"), "AZaz09-_.~");
        assert_eq!(encode("a b*c+d/e=f&g:h'(!)"), "a%20b%2Ac%2Bd%2Fe%3Df%26g%3Ah%27%28%21%29");
        assert_eq!(encode("阿里"), "%E9%98%BF%E9%87%8C");
    }

    #[test]
    fn what_is_encoded_is_read_back() {
        let pairs = [("Name", "a+b c%&=é"), ("Tag.1.Key", "")];
        let read = decode_pairs(&encode_pairs(pairs)).unwrap();
        assert_eq!(read, pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_plus_is_a_space_and_a_bare_name_has_no_value() {
        let read = decode_pairs("Filter=UserName+sw%20a&&Flag").unwrap();
        assert_eq!(
            read,
            [("Filter".to_owned(), "UserName sw a".to_owned()), ("Flag".to_owned(), String::new())]
        );
    }

    #[test]
    fn broken_escapes_are_refused() {
        for broken in ["a=%", "a=%4", "a=%zz", "%+1=b", "a=%ff", "a=%c3%28"] {
            assert_eq!(decode_pairs(broken), Err(Error::Encoding), "{broken}");
        }
    }
}
