//! Policy documents that were parsed before: a call is decided by the same few documents as the last one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::crypto::hash;
use crate::policy::{Document, Error, Kind};

/// Documents that are kept at most, each of some kilobytes; when there are more, all are forgotten, and
/// those in use come back.
const MOST: usize = 1_000;

/// Parsed documents by their text.
#[derive(Debug, Default)]
pub(crate) struct ParsedPolicies(Mutex<HashMap<[u8; 32], Arc<Document>>>);

impl ParsedPolicies {
    /// The document of this text, which is known by its hash: a policy that changes is another text.
    ///
    /// # Errors
    /// [`Error`] when it is none.
    pub(crate) fn document(&self, kind: Kind, text: &str) -> Result<Arc<Document>, Error> {
        // The kind has a say in what is read, and so in what is kept.
        let key = hash::sha256(format!("{kind:?}\n{text}").as_bytes());
        if let Some(document) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(document));
        }
        let document = Arc::new(Document::parse(kind, text)?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&document));
        Ok(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(number: usize) -> String {
        let statement = format!(r#"{{"Effect":"Allow","Action":"ecs:A{number}","Resource":"*"}}"#);
        format!(r#"{{"Version":"1","Statement":[{statement}]}}"#)
    }

    #[test]
    fn a_text_is_parsed_once_for_each_kind() {
        let parsed = ParsedPolicies::default();
        let first = parsed.document(Kind::Custom, &text(1)).unwrap();
        assert!(Arc::ptr_eq(&first, &parsed.document(Kind::Custom, &text(1)).unwrap()));
        assert!(!Arc::ptr_eq(&first, &parsed.document(Kind::Custom, &text(2)).unwrap()));
        assert!(parsed.document(Kind::Trust, &text(1)).is_err());
        assert!(parsed.document(Kind::Custom, "{}").is_err());
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let parsed = ParsedPolicies::default();
        (0..MOST * 2 + 5).for_each(|number| drop(parsed.document(Kind::Custom, &text(number)).unwrap()));
        assert!(parsed.0.lock().unwrap().len() <= MOST);
        assert!(parsed.document(Kind::Custom, &text(3)).is_ok());
    }
}
