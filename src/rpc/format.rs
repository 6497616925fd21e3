//! Which writing an answer is asked in.

use super::{Error, Parameters, Request};

/// How an answer is written. JSON unless `Format=XML` asks otherwise: every current client expects JSON,
/// and the older ones always say which they want.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `application/json`.
    #[default]
    Json,
    /// `text/xml`.
    Xml,
}

impl Format {
    /// The format that raw parameters ask for, for a refusal of a call that could not be read.
    pub fn asked_by(query: &str) -> Self {
        let asks = |pair: &str| pair.eq_ignore_ascii_case("Format=XML");
        if query.split('&').any(asks) { Self::Xml } else { Self::Json }
    }

    /// The format that a request asks for, in its query or its form, for a refusal of one that could not be
    /// read.
    pub fn of(request: &Request<'_>) -> Self {
        match Self::asked_by(request.query) {
            Self::Xml => Self::Xml,
            Self::Json => Self::asked_by(std::str::from_utf8(request.body).unwrap_or_default()),
        }
    }

    pub(super) fn read(parameters: &Parameters) -> Result<Self, Error> {
        match parameters.optional("Format") {
            None | Some("") => Ok(Self::Json),
            Some(format) if format.eq_ignore_ascii_case("JSON") => Ok(Self::Json),
            Some(format) if format.eq_ignore_ascii_case("XML") => Ok(Self::Xml),
            Some(_) => Err(Error::invalid("Format", "JSON or XML")),
        }
    }
}
