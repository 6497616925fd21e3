//! The functions that there are.

use super::value_type::Type;

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Lower,
    Upper,
    Trim,
    Replace,
    Before,
    After,
    Split,
    Join,
    First,
    Distinct,
    Filter,
    Map,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
    Present,
    Default,
    If,
    EntityAttribute,
    Requested,
}

/// What a function takes.
pub(super) enum Parameters {
    /// Arguments of these types, and it gives this one.
    Fixed(&'static [Type], Type),
    /// From so many arguments to so many, whose types depend on each other.
    Own(usize, usize),
}

impl Function {
    /// Every function.
    pub(super) const ALL: [Self; 21] = [
        Self::Lower,
        Self::Upper,
        Self::Trim,
        Self::Replace,
        Self::Before,
        Self::After,
        Self::Split,
        Self::Join,
        Self::First,
        Self::Distinct,
        Self::Filter,
        Self::Map,
        Self::Contains,
        Self::StartsWith,
        Self::EndsWith,
        Self::Matches,
        Self::Present,
        Self::Default,
        Self::If,
        Self::EntityAttribute,
        Self::Requested,
    ];

    /// The function with this name.
    pub(super) fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.name() == name)
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        self.usage().split('(').next().unwrap_or_default()
    }

    /// How it is called.
    pub(super) const fn usage(self) -> &'static str {
        match self {
            Self::Lower => "lower(text)",
            Self::Upper => "upper(text)",
            Self::Trim => "trim(text)",
            Self::Replace => "replace(text, part, new)",
            Self::Before => "before(text, separator)",
            Self::After => "after(text, separator)",
            Self::Split => "split(text, separator)",
            Self::Join => "join(list, separator)",
            Self::First => "first(list)",
            Self::Distinct => "distinct(list)",
            Self::Filter => "filter(list, condition)",
            Self::Map => "map(list, value)",
            Self::Contains => "contains(list, text)",
            Self::StartsWith => "startsWith(text, beginning)",
            Self::EndsWith => "endsWith(text, ending)",
            Self::Matches => "matches(text, \"pattern\")",
            Self::Present => "present(value)",
            Self::Default => "default(value, other, …)",
            Self::If => "if(condition, value, other)",
            Self::EntityAttribute => "entityAttribute(\"name\")",
            Self::Requested => "requested(\"name\")",
        }
    }

    /// What it gives.
    pub(super) const fn meaning(self) -> &'static str {
        match self {
            Self::Lower => "the text in lower case",
            Self::Upper => "the text in upper case",
            Self::Trim => "the text without blanks at both ends",
            Self::Replace => "the text with every such part replaced; no pattern",
            Self::Before => "what stands before the first separator; the whole text where there is none",
            Self::After => "what stands after the first separator; absent where there is none",
            Self::Split => "the pieces between separators, without empty ones, as a list",
            Self::Join => "the list as one text; absent where the list is empty",
            Self::First => "the first element; absent where the list is empty",
            Self::Distinct => "the list with every element once, where it stands first",
            Self::Filter => "those elements for which the condition holds; it speaks of one as `it`",
            Self::Map => "what the value is for each element in turn, as a list; it speaks of one as `it`",
            Self::Contains => "whether an element of the list is this text",
            Self::StartsWith => "whether the text begins like this",
            Self::EndsWith => "whether the text ends like this",
            Self::Matches => {
                "whether the whole text is like this: `*` stands for anything, `?` for one character"
            }
            Self::Present => "whether there is a value that is not empty",
            Self::Default => "the first of the values that is present",
            Self::If => "the one value if the condition holds, else the other; absent without another",
            Self::EntityAttribute => {
                "the values that the application’s metadata gives for this attribute of the entity, as a list"
            }
            Self::Requested => {
                "whether the application’s metadata asks for an attribute of this name, in the set that the \
                 request chose, or in the default one"
            }
        }
    }

    /// What it takes.
    pub(super) const fn parameters(self) -> Parameters {
        use Type::{Boolean, List, Text};
        match self {
            Self::Lower | Self::Upper | Self::Trim => Parameters::Fixed(&[Text], Text),
            Self::Replace => Parameters::Fixed(&[Text, Text, Text], Text),
            Self::Before | Self::After => Parameters::Fixed(&[Text, Text], Text),
            Self::Split => Parameters::Fixed(&[Text, Text], List),
            Self::Join => Parameters::Fixed(&[List, Text], Text),
            Self::First => Parameters::Fixed(&[List], Text),
            Self::Distinct => Parameters::Fixed(&[List], List),
            Self::Contains => Parameters::Fixed(&[List, Text], Boolean),
            Self::StartsWith | Self::EndsWith | Self::Matches => Parameters::Fixed(&[Text, Text], Boolean),
            Self::EntityAttribute => Parameters::Fixed(&[Text], List),
            Self::Requested => Parameters::Fixed(&[Text], Boolean),
            Self::Present => Parameters::Own(1, 1),
            Self::Filter | Self::Map => Parameters::Own(2, 2),
            Self::If => Parameters::Own(2, 3),
            Self::Default => Parameters::Own(2, usize::MAX),
        }
    }
}
