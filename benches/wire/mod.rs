//! As much of an HTTP/1.1 client as a load needs (RFC 9112): one connection kept open, a body of a stated
//! length, in chunks, or until the connection closes. No TLS, no redirects, no trailers.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than any answer may take; a server that is silent for so long is counted as failing.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where requests go, and what each of them carries.
pub(crate) struct Face {
    /// `address:port`.
    address: String,
    /// As the base URL spells it.
    host: String,
    /// The base URL's path, without a slash at its end.
    prefix: String,
    /// Header fields that every request carries, each with its line's end.
    fields: String,
}

impl Face {
    /// Reads `http://host:port/path`; `None` for any other form. Every request carries the header fields.
    pub(crate) fn parse(base_url: &str, fields: &[(&str, &str)]) -> Option<Self> {
        let rest = base_url.strip_prefix("http://")?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (name, port) = host.split_once(':')?;
        // The server's listener may be of one family only, and a name of both.
        let name = if name == "localhost" { "127.0.0.1" } else { name };
        let path = path.trim_end_matches('/');
        Some(Self {
            address: format!("{name}:{port}"),
            host: host.to_owned(),
            prefix: if path.is_empty() { String::new() } else { format!("/{path}") },
            fields: fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect(),
        })
    }

    /// A request's bytes. `own` are header fields of this one alone.
    pub(crate) fn request(&self, method: &str, path: &str, own: &[(&str, &str)], body: &str) -> Vec<u8> {
        let Self { host, prefix, fields, .. } = self;
        let mut text = format!("{method} {prefix}{path} HTTP/1.1\r\nHost: {host}\r\n{fields}");
        for (name, value) in own {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            text.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        text.push_str(body);
        text.into_bytes()
    }
}

/// An answer: its status and its whole body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// A connection that is opened when it is needed, and again where the server closes it.
pub(crate) struct Connection<'a> {
    face: &'a Face,
    stream: Option<BufReader<TcpStream>>,
}

impl<'a> Connection<'a> {
    pub(crate) fn new(face: &'a Face) -> Self {
        Self { face, stream: None }
    }

    /// Sends a request and reads its answer. A connection that was kept and turns out to be closed before a
    /// byte of the answer came is opened anew, once.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> io::Result<Answer> {
        if let Some(mut kept) = self.stream.take()
            && kept.get_mut().write_all(request).is_ok()
        {
            match kept.fill_buf() {
                Ok(bytes) if !bytes.is_empty() => return self.read(kept),
                // It is there and says nothing: to ask again would be to ask twice.
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Err(error);
                }
                _ => {}
            }
        }
        let stream = TcpStream::connect(&self.face.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut fresh = BufReader::with_capacity(64 * 1024, stream);
        fresh.get_mut().write_all(request)?;
        self.read(fresh)
    }

    fn read(&mut self, mut stream: BufReader<TcpStream>) -> io::Result<Answer> {
        let head = Head::read(&mut stream)?;
        let mut body = Vec::new();
        match head.length {
            Length::Known(length) => read_exactly(&mut stream, length, &mut body)?,
            Length::Chunked => read_chunks(&mut stream, &mut body)?,
            Length::UntilClosed => drop(stream.read_to_end(&mut body)?),
        }
        if !head.closes && !matches!(head.length, Length::UntilClosed) {
            self.stream = Some(stream);
        }
        Ok(Answer { status: head.status, body })
    }
}

enum Length {
    Known(u64),
    Chunked,
    UntilClosed,
}

struct Head {
    status: u16,
    length: Length,
    closes: bool,
}

impl Head {
    fn read(stream: &mut impl BufRead) -> io::Result<Self> {
        let first = line(stream)?;
        let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| broken("status line", &first))?;
        let is_bodyless = status == 204 || status == 304;
        let mut head = Self {
            status,
            length: if is_bodyless { Length::Known(0) } else { Length::UntilClosed },
            closes: false,
        };
        loop {
            let field = line(stream)?;
            let Some((name, value)) = field.split_once(':') else {
                return if field.is_empty() { Ok(head) } else { Err(broken("field", &field)) };
            };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" if !is_bodyless => {
                    head.length = Length::Known(value.parse().map_err(io::Error::other)?);
                }
                "transfer-encoding" if !is_bodyless => head.length = Length::Chunked,
                "connection" => head.closes = value.eq_ignore_ascii_case("close"),
                _ => {}
            }
        }
    }
}

fn line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut text = String::new();
    if stream.read_line(&mut text)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    text.truncate(text.trim_end().len());
    Ok(text)
}

fn read_exactly(stream: &mut impl BufRead, length: u64, body: &mut Vec<u8>) -> io::Result<()> {
    let read = stream.take(length).read_to_end(body)?;
    if u64::try_from(read).is_ok_and(|read| read == length) {
        Ok(())
    } else {
        Err(ErrorKind::UnexpectedEof.into())
    }
}

fn read_chunks(stream: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let size = line(stream)?;
        let length = u64::from_str_radix(size.split(';').next().unwrap_or_default(), 16);
        let length = length.map_err(|_error| broken("chunk size", &size))?;
        read_exactly(stream, length, body)?;
        line(stream)?;
        if length == 0 {
            return Ok(());
        }
    }
}

fn broken(what: &str, found: &str) -> io::Error {
    io::Error::other(format!("not a {what}: {found:?}"))
}
