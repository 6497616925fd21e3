//! The order of a search, and the stretch of it that one page is.
//!
//! A page after a place is what compares greater than it by value, then id: nothing is skipped or shown twice by
//! what comes and goes meanwhile. A page before a place is the same walk the other way.

use diesel::sql_types::{Bool, Nullable, Text};

use crate::domain::search::{Attribute, Field, Found, Order, Place, Search, SortKey, SortValue, Window};

use super::search_condition::{Columns, Writer, text_order};
use super::search_sql::{Dialect, Sql, Typed};

/// A search as the parts of a statement.
pub(super) struct Plan {
    pub(super) condition: Option<Typed<Bool>>,
    pub(super) place: Option<Typed<Bool>>,
    pub(super) order: Typed<Text>,
    /// The value that is sorted by, as text.
    pub(super) value: Typed<Nullable<Text>>,
    pub(super) skipped: i64,
    /// One more than is asked for, which tells of a next page.
    pub(super) limit: i64,
}

/// What is sorted by.
struct Key {
    id: &'static str,
    /// None when it is the id.
    value: Option<Sql>,
    is_number: bool,
    /// Whether every row has a value of its own.
    is_unique: bool,
}

impl Plan {
    pub(super) fn new(search: &Search, dialect: Dialect, columns: Columns) -> Self {
        let writer = Writer { dialect, columns };
        let is_served = search.condition.as_ref().is_some_and(|condition| condition.is_served());
        let key = Key::new(&search.sort.key, writer, is_served);
        let is_descending = search.sort.is_descending != matches!(search.window, Window::Before(_));
        let place = match &search.window {
            Window::Skip(_) | Window::After(None) => None,
            Window::After(Some(place)) | Window::Before(place) => {
                Some(key.beyond(place, is_descending, dialect).of())
            }
        };
        Self {
            condition: search.condition.as_ref().map(|condition| writer.condition(condition).of()),
            place,
            order: key.order(is_descending, dialect).of(),
            value: key.shown().of(),
            skipped: if let Window::Skip(skipped) = search.window { skipped.max(0) } else { 0 },
            limit: search.limit.saturating_add(1),
        }
    }
}

impl Key {
    fn new(sort: &SortKey, writer: Writer, is_served: bool) -> Self {
        let columns = writer.columns;
        // What finds the rows is to be the condition's index, not the order's: a unary plus keeps SQLite off it.
        let is_kept_off = is_served && writer.dialect == Dialect::Sqlite;
        let id = if is_kept_off { columns.kept_off_id } else { columns.id };
        let value = match sort {
            SortKey::Id | SortKey::Field(Field::Id) => None,
            SortKey::Field(Field::Name) if is_kept_off => Some(Sql::words("+").then(columns.name)),
            SortKey::Field(field) => Some(writer.value(field)),
            SortKey::Element(list, part) => Some(preferred(writer, list, part)),
        };
        let is_number = matches!(
            sort,
            SortKey::Field(Field::Active | Field::Created | Field::LastModified | Field::Version)
        );
        Self { id, value, is_number, is_unique: matches!(sort, SortKey::Field(Field::Name)) }
    }

    fn order(&self, is_descending: bool, dialect: Dialect) -> Sql {
        let direction = if is_descending { " DESC" } else { " ASC" };
        let by_id = Sql::words(self.id).then(direction);
        let Some(value) = &self.value else { return by_id };
        let by_value = value.clone().then(match (dialect, self.is_number, is_descending) {
            (Dialect::Postgres, false, false) => " USING ~<~",
            (Dialect::Postgres, false, true) => " USING ~>~",
            _ => direction,
        });
        if self.is_unique {
            return by_value;
        }
        let absent = value.clone().within("(", ") IS NULL").then(direction);
        absent.then(", ").join(&by_value).then(", ").join(&by_id)
    }

    /// What stands beyond a place.
    fn beyond(&self, place: &Place, is_descending: bool, dialect: Dialect) -> Sql {
        let order = if is_descending { Order::Less } else { Order::Greater };
        let by_id = Sql::words(self.id).then(text_order(Dialect::Sqlite, order)).bind(&place.id);
        let Some(value) = &self.value else { return by_id };
        let is_absent = value.clone().within("(", ") IS NULL");
        let Some(known) = &place.value else {
            let absent = Sql::words("(").join(&is_absent).then(" AND ").join(&by_id).then(")");
            if !is_descending {
                return absent;
            }
            return Sql::words("(NOT ").join(&is_absent).then(" OR ").join(&absent).then(")");
        };
        let (known, words) = match known {
            SortValue::Text(text) => (Sql::default().bind(text), text_order(dialect, order)),
            SortValue::Number(number) => (Sql::number(*number), text_order(Dialect::Sqlite, order)),
        };
        let further = value.clone().then(words).join(&known);
        if self.is_unique {
            return further;
        }
        let beyond = Sql::words("(")
            .join(&further)
            .then(" OR (")
            .join(value)
            .then(" = ")
            .join(&known)
            .then(" AND ")
            .join(&by_id);
        if is_descending { beyond.then("))") } else { beyond.then(") OR ").join(&is_absent).then(")") }
    }

    fn shown(&self) -> Sql {
        self.value
            .as_ref()
            .map_or_else(|| Sql::words("NULL"), |value| Sql::words("CAST(").join(value).then(" AS TEXT)"))
    }
}

/// The part of the primary element, else of the first.
fn preferred(writer: Writer, list: &[&'static str], part: &Attribute) -> Sql {
    let name = part.names.first().copied().unwrap_or_default();
    let is_primary = writer.dialect.pick(" = 1", " = 'true'");
    Sql::words("(SELECT ")
        .join(&writer.part(list, name, part.is_exact))
        .then(" FROM ")
        .join(&writer.items(list))
        .then(" ORDER BY CASE WHEN ")
        .join(&writer.part(list, "primary", false))
        .then(is_primary)
        .then(" THEN 0 ELSE 1 END, item.key LIMIT 1)")
}

/// The rows that were read as a page, in the order of the list, with the places where others begin and end.
pub(super) fn page<T>(
    mut rows: Vec<(T, Option<String>)>,
    search: &Search,
    total: Option<i64>,
    id: impl Fn(&T) -> String,
) -> Found<T> {
    let has_more = i64::try_from(rows.len()).is_ok_and(|read| read > search.limit);
    rows.truncate(usize::try_from(search.limit).unwrap_or(usize::MAX));
    let is_backwards = matches!(search.window, Window::Before(_));
    if is_backwards {
        rows.reverse();
    }
    let is_number = matches!(
        search.sort.key,
        SortKey::Field(Field::Active | Field::Created | Field::LastModified | Field::Version)
    );
    let place = |(item, value): &(T, Option<String>)| {
        let value = value.clone().map(|text| match text.parse() {
            Ok(number) if is_number => SortValue::Number(number),
            _ => SortValue::Text(text),
        });
        Place { value, id: id(item) }
    };
    let (begins_later, goes_on) = match search.window {
        Window::Skip(_) => (false, false),
        Window::After(None) => (false, has_more),
        Window::After(Some(_)) => (true, has_more),
        Window::Before(_) => (has_more, true),
    };
    let previous = rows.first().filter(|_| begins_later).map(place);
    let next = rows.last().filter(|_| goes_on).map(place);
    Found { items: rows.into_iter().map(|(item, _)| item).collect(), total, next, previous }
}
