//! One page of a list, and where the next one begins.

/// Which page is asked for: at most `limit` items after the one whose key is `after`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// At most this many items, 1 or more.
    pub limit: u32,
    /// The sort key of the last item already seen; `None` asks for the first page.
    pub after: Option<String>,
}

/// A page of items in the list's stable order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// The key to ask the next page with; `None` on the last page.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Cuts a page from `items`, which were read with `limit + 1` so that one too many tells of a
    /// next page; `key` is the sort key of an item.
    pub fn cut(mut items: Vec<T>, limit: u32, key: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = items.len() > limit;
        items.truncate(limit);
        let next = if has_more { items.last().map(key) } else { None };
        Self { items, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_too_many_tells_of_a_next_page() {
        let page = Page::cut(vec![1, 2, 3], 2, ToString::to_string);
        assert_eq!(page, Page { items: vec![1, 2], next: Some("2".to_owned()) });
        let last = Page::cut(vec![1, 2], 2, ToString::to_string);
        assert_eq!(last, Page { items: vec![1, 2], next: None });
    }
}
