//! The server's reading: a body that is bounded while it arrives, and a request that owns its parts, so that
//! it can wait for its turn on another thread.

use super::request::{Headers, Request};
use super::{Error, Format};

/// Bytes of the largest body: an assertion of 100,000 characters, each percent-encoded, with room to spare.
pub const BODY_LIMIT: usize = 384 * 1024;

/// Bytes that are read and thrown away beyond the limit, so that a client that is still writing reads the
/// refusal in place of a broken connection.
const PATIENCE: usize = 8 * 1024 * 1024;

/// A body that is arriving.
#[derive(Debug)]
pub struct Body {
    limit: usize,
    bytes: Vec<u8>,
    received: usize,
}

impl Body {
    /// A body of at most `limit` bytes; [`BODY_LIMIT`] fits every action.
    pub const fn up_to(limit: usize) -> Self {
        Self { limit, bytes: Vec::new(), received: 0 }
    }

    /// Takes the next piece; `false` when the sender has gone so far beyond the limit that nothing more
    /// should be read.
    pub fn push(&mut self, piece: &[u8]) -> bool {
        self.received = self.received.saturating_add(piece.len());
        if self.received <= self.limit {
            self.bytes.extend_from_slice(piece);
        } else {
            self.bytes = Vec::new();
        }
        self.received <= PATIENCE
    }
}

/// A request as a server keeps it.
#[derive(Debug)]
pub struct Received {
    method: String,
    path: String,
    query: String,
    headers: Headers,
    body: Body,
}

impl Received {
    /// Puts the parts together: the method in upper case, path and query as they arrived, every header
    /// with the bytes of its value, and the body.
    pub fn new<'h>(
        method: &str,
        (path, query): (&str, &str),
        headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
        body: Body,
    ) -> Self {
        // A value that is not UTF-8 is bent here, and is then not what was signed.
        let text = |(name, value): (&'h str, &'h [u8])| (name, String::from_utf8_lossy(value));
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.into_iter().map(text).collect(),
            body,
        }
    }

    /// The request to be parsed.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when the body was larger than its limit.
    pub fn request(&self) -> Result<Request<'_>, Error> {
        if self.body.received > self.body.limit {
            return Err(Error::TooLarge { limit: self.body.limit });
        }
        Ok(Request {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: self.headers.clone(),
            body: &self.body.bytes,
        })
    }

    /// The format that the query asks for: all there is to go by where the body was not kept.
    pub fn format(&self) -> Format {
        Format::asked_by(&self.query)
    }

    /// The host that was called; empty where the request names none or several.
    pub fn host(&self) -> &str {
        self.headers.single("host").ok().flatten().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(pieces: usize) -> (Received, bool) {
        let mut body = Body::up_to(BODY_LIMIT);
        let piece = vec![b'a'; 64 * 1024];
        let goes_on = (0..pieces).fold(true, |_, _| body.push(&piece));
        let headers = [("Host", b"h:1".as_slice()), ("X-Odd", b"\xff".as_slice())];
        (Received::new("POST", ("/", "Format=XML"), headers, body), goes_on)
    }

    #[test]
    fn a_body_is_kept_up_to_the_limit_and_forgotten_beyond() {
        let (whole, goes_on) = received(6);
        assert!(goes_on && whole.request().unwrap().body.len() == BODY_LIMIT);
        let (too_large, goes_on) = received(7);
        assert!(goes_on && too_large.body.bytes.capacity() == 0);
        let refusal = too_large.request().unwrap_err();
        assert_eq!((refusal.status(), refusal.code().as_ref()), (413, "RequestEntityTooLarge"));
        assert_eq!((too_large.format(), too_large.host()), (Format::Xml, "h:1"));
        assert!(!received(129).1, "nobody may send for ever");
    }
}
