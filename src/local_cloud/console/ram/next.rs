//! The way from one page of a list to the next.

/// The query of the next page, which begins after `marker`, with the search that goes on.
pub(super) fn next(search: &[(&str, &str)], marker: Option<&str>) -> Option<String> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(search.iter().filter(|(_, value)| !value.is_empty()));
    query.append_pair("marker", marker?);
    Some(query.finish())
}
