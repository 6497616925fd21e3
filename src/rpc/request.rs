//! An HTTP request as bytes and text, before anything in it is believed.

use super::{Error, encoding};

/// One HTTP request as it arrived.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// `GET` or `POST`, in upper case as it arrived.
    pub method: &'a str,
    /// The path as it arrived, without the query; `/` for every action of this style.
    pub path: &'a str,
    /// What follows the `?`, still encoded; empty if nothing does.
    pub query: &'a str,
    /// The headers.
    pub headers: Headers,
    /// The body, whole.
    pub body: &'a [u8],
}

/// More parameters than any action has, flattened lists included.
const MOST_PARAMETERS: usize = 2_000;

impl Request<'_> {
    /// The host that was called; empty where the request names none or several.
    pub fn host(&self) -> &str {
        self.headers.single("host").ok().flatten().unwrap_or_default()
    }

    /// The parameters of query and form, in the order they stand.
    ///
    /// # Errors
    /// [`Error::Encoding`], [`Error::TooMany`], [`Error::ContentType`] for a body that is not a form,
    /// [`Error::RepeatedHeader`].
    pub(super) fn pairs(&self) -> Result<Vec<(String, String)>, Error> {
        let separators = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'&').count();
        if separators(self.query.as_bytes()) + separators(self.body) >= MOST_PARAMETERS {
            return Err(Error::TooMany { limit: MOST_PARAMETERS });
        }
        let mut pairs = encoding::decode_pairs(self.query)?;
        if !self.body.is_empty() {
            let received = self.headers.single("content-type")?.unwrap_or_default();
            let kind = received.split(';').next().unwrap_or_default().trim();
            if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
                return Err(Error::ContentType(received.to_owned()));
            }
            let body = std::str::from_utf8(self.body).map_err(|_ignored| Error::Encoding)?;
            pairs.extend(encoding::decode_pairs(body)?);
        }
        Ok(pairs)
    }
}

/// Headers of a request, by lower-case name. Nothing is joined: a name that stands twice is seen twice.
///
/// No `Debug` of the values: they hold credentials.
#[derive(Clone, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// The value of a header that may stand once only; `name` in lower case.
    ///
    /// # Errors
    /// [`Error::RepeatedHeader`] when it stands twice: two readers could believe two different values.
    pub fn single(&self, name: &str) -> Result<Option<&str>, Error> {
        let mut values = self.iter().filter(|(key, _)| *key == name).map(|(_, value)| value);
        let first = values.next();
        match values.next() {
            None => Ok(first),
            Some(_) => Err(Error::RepeatedHeader(name.to_owned())),
        }
    }

    /// Every header, its name in lower case and its value trimmed.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Headers {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(headers: T) -> Self {
        let lower =
            |(name, value): (N, V)| (name.as_ref().to_ascii_lowercase(), value.as_ref().trim().to_owned());
        Self(headers.into_iter().map(lower).collect())
    }
}

impl std::fmt::Debug for Headers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}
