//! Which writing an answer is asked in.

use super::{Error, Parameters};

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

    pub(super) fn read(parameters: &Parameters) -> Result<Self, Error> {
        match parameters.optional("Format") {
            None | Some("") => Ok(Self::Json),
            Some(format) if format.eq_ignore_ascii_case("JSON") => Ok(Self::Json),
            Some(format) if format.eq_ignore_ascii_case("XML") => Ok(Self::Xml),
            Some(_) => Err(Error::invalid("Format", "JSON or XML")),
        }
    }
}
