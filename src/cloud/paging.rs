//! Lists of several pages, by number as the resource directory has them and by marker as RAM and IMS do.
//!
//! Half a list must not pass for the whole: whoever is missing from it would lose access.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::account::Account;
use super::call::Call;
use super::error::Error;

/// The longest page that every list gives.
const PAGE_SIZE: usize = 100;

/// More than any list has; ends one whose cloud never does.
const MOST_PAGES: usize = 1_000;

impl Account {
    /// Reads all pages of a list that tells its `TotalCount`; `items` takes them out of one answer.
    pub(super) fn numbered<W: DeserializeOwned, T>(
        &self,
        call: impl Fn() -> Call,
        items: impl Fn(W) -> (Vec<T>, usize),
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        for number in 1..=MOST_PAGES {
            let call = call().with("PageNumber", &number).with("PageSize", &PAGE_SIZE);
            let (page, total) = items(self.send(&call)?);
            let is_empty = page.is_empty();
            all.extend(page);
            if all.len() >= total {
                return Ok(all);
            }
            if is_empty {
                break;
            }
        }
        Err(malformed(format!("as many items as TotalCount says, and not {}", all.len())))
    }

    /// Reads all pages of a list that says `IsTruncated` and where to go on.
    pub(super) fn marked<W: DeserializeOwned, T>(
        &self,
        call: impl Fn() -> Call,
        items: impl Fn(W) -> Vec<T>,
    ) -> Result<Vec<T>, Error> {
        let (mut all, mut marker) = (Vec::new(), None::<String>);
        for _ in 0..MOST_PAGES {
            let call = call().with("MaxItems", &PAGE_SIZE).with_optional("Marker", marker.as_deref());
            let page: MarkedWire<W> = self.send(&call)?;
            all.extend(items(page.items));
            if !page.is_truncated {
                return Ok(all);
            }
            let next = page.marker.filter(|next| !next.is_empty() && marker.as_ref() != Some(next));
            marker = Some(next.ok_or_else(|| malformed("a marker that leads on".to_owned()))?);
        }
        Err(malformed(format!("an end within {MOST_PAGES} pages")))
    }
}

fn malformed(expected: String) -> Error {
    Error::Malformed { expected, request_id: String::new() }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MarkedWire<W> {
    #[serde(default)]
    is_truncated: bool,
    marker: Option<String>,
    #[serde(flatten)]
    items: W,
}
