//! Any text as a filter: answered without a panic, and what is read is written and read again as the same.
#![no_main]

use cloudsso::scim::ErrorKind;
use cloudsso::scim::filter::Filter;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Filter::parse(text) {
        Ok(filter) => {
            let written = filter.to_string();
            assert_eq!(Filter::parse(&written), Ok(filter), "{written}");
        }
        Err(error) => {
            assert_eq!(error.kind, ErrorKind::InvalidFilter);
            assert!(error.detail.chars().count() < 250, "{}", error.detail);
        }
    }
});
