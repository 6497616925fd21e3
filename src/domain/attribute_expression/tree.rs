//! An expression as a tree.

/// A part of an expression. Two are equal if they say the same, wherever they stand.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Where it begins, counted in characters from 1.
    pub(super) column: usize,
    pub(super) kind: Kind,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Node {}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text(String),
    Boolean(bool),
    Source(Source),
    /// The element that `filter` or `map` looks at.
    It,
    /// `[a, b]`: texts and lists put together into one list.
    List(Vec<Node>),
    /// `a + b`: two or more texts as one. Not within each other; nor are [`Kind::All`] and [`Kind::Any`].
    Sum(Vec<Node>),
    /// `a and b`: two or more.
    All(Vec<Node>),
    /// `a or b`: two or more.
    Any(Vec<Node>),
    Not(Box<Node>),
    Compare {
        left: Box<Node>,
        /// `==`, else `!=`.
        is_equal: bool,
        right: Box<Node>,
    },
    Call(super::function::Function, Vec<Node>),
}

/// What is known of whoever logs on, and of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    UserId,
    UserName,
    DisplayName,
    FirstName,
    LastName,
    Email,
    ExternalId,
    Description,
    SubjectId,
    PairwiseId,
    /// `user.profile.…`, with one step at least.
    Profile(Vec<Step>),
    Groups,
    EntityId,
    ApplicationName,
}

/// A step of a path into a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The part with this name, whatever its case; of a list, that of each element.
    Part(String),
    /// `[type == "work"]`: those elements of a list of which this part is this text.
    Where { part: String, text: String },
}

impl Node {
    /// The parts that it is made of.
    fn parts(&self) -> impl Iterator<Item = &Self> {
        let (list, left, right): (&[Self], _, _) = match &self.kind {
            Kind::Text(_) | Kind::Boolean(_) | Kind::Source(_) | Kind::It => (&[], None, None),
            Kind::List(parts) | Kind::Sum(parts) | Kind::All(parts) | Kind::Any(parts) => (parts, None, None),
            Kind::Call(_, arguments) => (arguments, None, None),
            Kind::Not(inner) => (&[], Some(&**inner), None),
            Kind::Compare { left, right, .. } => (&[], Some(&**left), Some(&**right)),
        };
        list.iter().chain(left).chain(right)
    }

    /// Whether this holds for it or for a part of it.
    pub(super) fn any(&self, holds: &mut impl FnMut(&Self) -> bool) -> bool {
        holds(self) || self.parts().any(|part| part.any(holds))
    }
}

impl Source {
    /// Every one that has a name of its own.
    pub(super) const NAMED: [Self; 13] = [
        Self::UserId,
        Self::UserName,
        Self::DisplayName,
        Self::FirstName,
        Self::LastName,
        Self::Email,
        Self::ExternalId,
        Self::Description,
        Self::SubjectId,
        Self::PairwiseId,
        Self::Groups,
        Self::EntityId,
        Self::ApplicationName,
    ];

    /// As it is written; of a path, the beginning.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::UserId => "user.id",
            Self::UserName => "user.userName",
            Self::DisplayName => "user.displayName",
            Self::FirstName => "user.firstName",
            Self::LastName => "user.lastName",
            Self::Email => "user.email",
            Self::ExternalId => "user.externalId",
            Self::Description => "user.description",
            Self::SubjectId => "user.subjectId",
            Self::PairwiseId => "user.pairwiseId",
            Self::Profile(_) => "user.profile",
            Self::Groups => "groups",
            Self::EntityId => "application.entityId",
            Self::ApplicationName => "application.name",
        }
    }

    /// What a path into the profile leads to. A user has fields of their own for some of what SCIM says of them.
    pub(super) fn of_profile(steps: Vec<Step>) -> Self {
        let fields: [(&[&str], Self); 6] = [
            (&["id"], Self::UserId),
            (&["userName"], Self::UserName),
            (&["displayName"], Self::DisplayName),
            (&["name", "givenName"], Self::FirstName),
            (&["name", "familyName"], Self::LastName),
            (&["externalId"], Self::ExternalId),
        ];
        let is_at = |names: &[&str]| {
            names.len() == steps.len()
                && names
                    .iter()
                    .zip(&steps)
                    .all(|(name, step)| matches!(step, Step::Part(part) if part.eq_ignore_ascii_case(name)))
        };
        let field = fields.into_iter().find(|(names, _)| is_at(names));
        field.map_or(Self::Profile(steps), |(_, field)| field)
    }
}
