//! A page of a list, and how long the list is.

use crate::base::Page;

/// A page of a list, and how many items the list has in all.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// The page.
    pub page: Page<T>,
    /// How many items there are on all pages.
    pub total: i64,
}

impl<T> Listing<T> {
    /// The same list of other items.
    pub(super) fn map<U>(self, item: impl FnMut(T) -> U) -> Listing<U> {
        let Page { items, next } = self.page;
        Listing { page: Page { items: items.into_iter().map(item).collect(), next }, total: self.total }
    }
}
