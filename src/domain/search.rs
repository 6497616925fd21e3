//! What a search asks for, as values; `storage` turns them into SQL. Speaks of fields and of paths in what
//! [`Profile`](super::Profile) keeps, and of no protocol's spelling.

use std::collections::BTreeSet;

use crate::base::ScimConnectorId;

/// Parts put together. `All` of nothing holds for everything, `Any` of nothing for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition<T> {
    /// Every part holds.
    All(Vec<Self>),
    /// A part holds.
    Any(Vec<Self>),
    /// It does not hold. What is said of a value that is absent does not hold, so its opposite does.
    Not(Box<Self>),
    /// One test.
    Is(T),
}

/// What parts of `Any` can be put together into one test.
pub trait Merge: Sized {
    /// Makes this hold where `other` holds too, if one test can say that; else gives `other` back.
    fn merge(&mut self, other: Self) -> Option<Self>;
}

impl<T: Merge> Condition<T> {
    /// Holds always, or never.
    pub const fn constant(holds: bool) -> Self {
        if holds { Self::All(Vec::new()) } else { Self::Any(Vec::new()) }
    }

    /// What it always is, where it is always the same.
    pub const fn as_constant(&self) -> Option<bool> {
        match self {
            Self::All(parts) if parts.is_empty() => Some(true),
            Self::Any(parts) if parts.is_empty() => Some(false),
            _ => None,
        }
    }

    /// All of these, without what says nothing.
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::All(inner) => kept.extend(inner),
                Self::Any(inner) if inner.is_empty() => return Self::constant(false),
                other => kept.push(other),
            }
        }
        if kept.len() == 1 { kept.pop().unwrap_or(Self::constant(true)) } else { Self::All(kept) }
    }

    /// Any of these, without what says nothing; tests that one test can stand for become one, so that a long
    /// list of names or ids is one look.
    pub fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept: Vec<Self> = Vec::new();
        for part in parts {
            match part {
                Self::Any(inner) => inner.into_iter().for_each(|part| put(&mut kept, part)),
                Self::All(inner) if inner.is_empty() => return Self::constant(true),
                other => put(&mut kept, other),
            }
        }
        if kept.len() == 1 { kept.pop().unwrap_or(Self::constant(false)) } else { Self::Any(kept) }
    }

    /// This or that. Alternatives are added to, not put together anew: a long list would take its square.
    fn or(&mut self, more: Self) {
        match (self, more) {
            (Self::Any(kept), Self::Any(inner)) if !kept.is_empty() => {
                inner.into_iter().for_each(|part| put(kept, part));
            }
            (Self::Any(kept), part) if !kept.is_empty() && part.as_constant().is_none() => put(kept, part),
            (one, more) => {
                let before = std::mem::replace(one, Self::constant(false));
                *one = Self::any([before, more]);
            }
        }
    }

    /// Not this.
    #[must_use]
    pub fn negated(self) -> Self {
        match (self.as_constant(), self) {
            (Some(holds), _) => Self::constant(!holds),
            (None, Self::Not(inner)) => *inner,
            (None, other) => Self::Not(Box::new(other)),
        }
    }

    /// How many tests there are.
    pub fn tests(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::tests).sum(),
            Self::Not(inner) => inner.tests(),
            Self::Is(_) => 1,
        }
    }

    /// Every test in it, in order.
    pub fn visit<'a>(&'a self, look: &mut impl FnMut(&'a T)) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.visit(look)),
            Self::Not(inner) => inner.visit(look),
            Self::Is(test) => look(test),
        }
    }
}

fn put<T: Merge>(kept: &mut Vec<Condition<T>>, part: Condition<T>) {
    let Condition::Is(mut test) = part else { return kept.push(part) };
    for earlier in kept.iter_mut() {
        if let Condition::Is(earlier) = earlier {
            match earlier.merge(test) {
                None => return,
                Some(back) => test = back,
            }
        }
    }
    kept.push(Condition::Is(test));
}

/// A test of a user or group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// Of one value.
    Field(Field, Check),
    /// Some element of a list is like this.
    Element(List, Condition<Part>),
}

/// Where a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// The id; exact.
    Id,
    /// The user name or the group's name; folded.
    Name,
    /// What this connector calls its own; exact. Absent from those that are not the connector's.
    ExternalId(ScimConnectorId),
    /// Any e-mail address of a user, and nothing else that is said of it; folded.
    Email,
    /// Whether a user may sign in.
    Active,
    /// When it was made; milliseconds.
    Created,
    /// When it was last changed; milliseconds.
    LastModified,
    /// The version's number.
    Version,
    /// A single value in a user's profile.
    Attribute(Attribute),
}

/// A single value in a user's profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The names that lead to it from the outside in; names of schemas, never a client's text.
    pub names: Vec<&'static str>,
    /// Whether the case of a text matters.
    pub is_exact: bool,
}

/// A list of elements that have parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum List {
    /// A list in a user's profile; the names that lead to it.
    Attribute(Vec<&'static str>),
    /// The groups that a user is in, also through other groups. The parts are `value`, an id, `display`, folded,
    /// and `type`, `direct` or `indirect`.
    Groups,
    /// What is directly in a group. The parts are `value`, an id, `display`, folded, and `type`, `user` or
    /// `group`.
    Members,
}

/// A test of a part of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The part's name in the schema.
    pub name: &'static str,
    /// Whether the case of a text matters.
    pub is_exact: bool,
    /// What holds for it.
    pub check: Check,
}

/// What holds for a value; nothing does for one that is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// There is one, and it is not empty.
    Present,
    /// It is one of these texts.
    OneOf(BTreeSet<String>),
    /// The text has this in it.
    Contains(String),
    /// The text begins like this.
    StartsWith(String),
    /// The text ends like this.
    EndsWith(String),
    /// The text stands like this to another, by code points.
    Text(Order, String),
    /// It is true, or false.
    Boolean(bool),
    /// The number stands like this to another.
    Number(Order, i64),
}

/// How one value stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "what they say")]
pub enum Order {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Check {
    /// The text is this one.
    pub fn equals(text: impl Into<String>) -> Self {
        Self::OneOf(BTreeSet::from([text.into()]))
    }
}

impl Merge for Check {
    fn merge(&mut self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::OneOf(texts), Self::OneOf(more)) => texts.extend(more),
            (one, other) if *one == other => {}
            (_, other) => return Some(other),
        }
        None
    }
}

impl Merge for Part {
    fn merge(&mut self, other: Self) -> Option<Self> {
        if self.name != other.name {
            return Some(other);
        }
        let Self { name, is_exact, check } = other;
        self.check.merge(check).map(|check| Self { name, is_exact, check })
    }
}

impl Merge for Test {
    fn merge(&mut self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Field(field, check), Self::Field(same, more)) if *field == same => {
                check.merge(more).map(|more| Self::Field(same, more))
            }
            // Some element is like this or some is like that: some is like this or that.
            (Self::Element(list, condition), Self::Element(same, more)) if *list == same => {
                condition.or(more);
                None
            }
            (_, other) => Some(other),
        }
    }
}

/// By what a list is sorted; ties by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// The id, which is also the order they were made in.
    Id,
    /// A value; what has none comes last.
    Field(Field),
    /// A part of that element of a list in a user's profile which is the primary one, else the first.
    Element(Vec<&'static str>, Attribute),
}

/// How a list is sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Turned round as a whole: what has no value comes first.
    pub is_descending: bool,
}

impl Sort {
    /// The order of a list that is not sorted: as they were made.
    pub const UNSORTED: Self = Self { key: SortKey::Id, is_descending: false };
}

/// Where an item stands in a sorted list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The value that it is sorted by: none when it has none, and in a list sorted by id.
    pub value: Option<SortValue>,
    /// Its id.
    pub id: String,
}

/// A value that is sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortValue {
    /// A text, folded where case does not matter.
    Text(String),
    /// A number or a boolean.
    Number(i64),
}

/// Which stretch of the list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Window {
    /// What comes after so many.
    Skip(i64),
    /// What comes after this place; from the beginning without one.
    After(Option<Place>),
    /// What comes right before this place.
    Before(Place),
}

/// A search of users or of groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// Which; all without one.
    pub condition: Option<Condition<Test>>,
    /// In what order.
    pub sort: Sort,
    /// From where on.
    pub window: Window,
    /// At most so many; 0 for the total alone.
    pub limit: i64,
    /// Whether all that match are counted.
    pub is_counted: bool,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// How many match in all, where it was asked.
    pub total: Option<i64>,
    /// After which place the next page begins; `None` on the last one, and of a window that skips.
    pub next: Option<Place>,
    /// Before which place the page before ends; `None` on the first one, and of a window that skips.
    pub previous: Option<Place>,
}
