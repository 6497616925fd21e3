//! Texts with wildcards (`*` any run, `?` any one character) and policy variables (`${acs:UserName}`).
//!
//! What a variable brings in is literal: a user who is called `*` matches a star. `${*}`, `${?}` and
//! `${$}` stand for the characters themselves.

use std::fmt;

use super::context::Context;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    text: String,
    /// The letters before the first wildcard or variable: what most texts fail by.
    prefix: String,
    /// What follows the prefix.
    tokens: Vec<Token>,
    folded: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Letter(char),
    One,
    Run,
    Variable(String),
}

impl Pattern {
    /// Reads a pattern with wildcards; `None` when a variable is not closed or has no name.
    pub(super) fn wild(text: &str) -> Option<Self> {
        Self::read(text, true, false)
    }

    /// As [`Pattern::wild`], matching without regard to case.
    pub(super) fn wild_folded(text: &str) -> Option<Self> {
        Self::read(text, true, true)
    }

    /// Reads a text in which only variables are special.
    pub(super) fn literal(text: &str) -> Option<Self> {
        Self::read(text, false, false)
    }

    /// As [`Pattern::literal`], matching without regard to case.
    pub(super) fn literal_folded(text: &str) -> Option<Self> {
        Self::read(text, false, true)
    }

    fn read(text: &str, wild: bool, folded: bool) -> Option<Self> {
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            if let Some(opened) = rest.strip_prefix("${") {
                let (name, after) = opened.split_once('}')?;
                tokens.push(match name {
                    "" => return None,
                    "*" => Token::Letter('*'),
                    "?" => Token::Letter('?'),
                    "$" => Token::Letter('$'),
                    name => Token::Variable(name.to_lowercase()),
                });
                rest = after;
                continue;
            }
            match letter {
                '*' if wild => tokens.push(Token::Run),
                '?' if wild => tokens.push(Token::One),
                letter if folded => tokens.extend(letter.to_lowercase().map(Token::Letter)),
                letter => tokens.push(Token::Letter(letter)),
            }
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        }
        let is_letter = |token: &Token| matches!(token, Token::Letter(_));
        let length = tokens.iter().take_while(|token| is_letter(token)).count();
        let letter = |token| if let Token::Letter(letter) = token { Some(letter) } else { None };
        let prefix = tokens.drain(..length).filter_map(letter).collect();
        Some(Self { text: text.to_owned(), prefix, tokens, folded })
    }

    pub(super) fn is_everything(&self) -> bool {
        self.prefix.is_empty() && self.tokens == [Token::Run]
    }

    /// Whether `text` matches; `None` when a variable has no single value in `context`.
    pub(super) fn matches(&self, text: &str, context: &Context) -> Option<bool> {
        if self.folded {
            self.matches_case(&text.to_lowercase(), context)
        } else {
            self.matches_case(text, context)
        }
    }

    /// As [`Pattern::matches`], with a text that is in lower case already if the pattern has no regard to case.
    pub(super) fn matches_case(&self, text: &str, context: &Context) -> Option<bool> {
        let has_variables = self.tokens.iter().any(|token| matches!(token, Token::Variable(_)));
        // A variable without a value leaves doubt even where the prefix differs.
        let resolved = if has_variables { Some(self.resolved(context)?) } else { None };
        let Some(rest) = text.strip_prefix(self.prefix.as_str()) else { return Some(false) };
        Some(glob(resolved.as_deref().unwrap_or(&self.tokens), rest))
    }

    fn resolved(&self, context: &Context) -> Option<Vec<Token>> {
        let mut tokens = Vec::with_capacity(self.tokens.len());
        for token in &self.tokens {
            let Token::Variable(name) = token else {
                tokens.push(token.clone());
                continue;
            };
            let [value] = context.values(name) else { return None };
            let value = if self.folded { value.to_lowercase() } else { value.clone() };
            tokens.extend(value.chars().map(Token::Letter));
        }
        Some(tokens)
    }
}

/// A pattern outside a policy: `*` stands for any run of characters, `?` for any one, and nothing else is
/// special.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wildcard(Pattern);

impl Wildcard {
    /// Reads a pattern; `None` when it is empty or has a policy variable.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = !text.is_empty() && !text.contains("${");
        Pattern::wild(text).filter(|_| is_plain).map(Self)
    }

    /// Whether all of `text` matches, in time of at most the product of both lengths.
    pub fn matches(&self, text: &str) -> bool {
        text.strip_prefix(self.0.prefix.as_str()).is_some_and(|rest| glob(&self.0.tokens, rest))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Goes back to the last `*` only, so that no pattern takes more than its length times the text's.
fn glob(pattern: &[Token], text: &str) -> bool {
    let (mut tokens, mut rest) = (pattern, text);
    let mut retry: Option<(&[Token], &str)> = None;
    loop {
        let letter = rest.chars().next();
        match (tokens.split_first(), letter) {
            (None, None) => return true,
            (Some((Token::Run, after)), _) => {
                retry = Some((after, rest));
                tokens = after;
                continue;
            }
            (Some((token, after)), Some(letter))
                if *token == Token::One || *token == Token::Letter(letter) =>
            {
                tokens = after;
                rest = rest.get(letter.len_utf8()..).unwrap_or_default();
                continue;
            }
            _ => {}
        }
        let Some((after, from)) = retry else { return false };
        let Some(skipped) = from.chars().next() else { return false };
        let next = from.get(skipped.len_utf8()..).unwrap_or_default();
        retry = Some((after, next));
        (tokens, rest) = (after, next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        let table = [
            ("*", "", true),
            ("*", "anything", true),
            ("ecs:*", "ecs:DescribeInstances", true),
            ("ecs:Describe*s", "ecs:DescribeInstances", true),
            ("ecs:Describe*x", "ecs:DescribeInstances", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a?c", "aéc", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("abc", "abcd", false),
            ("abcd", "abc", false),
            ("**", "x", true),
            ("a*", "ba", false),
            ("*ab", "aab", true),
        ];
        for (pattern, text, expected) in table {
            let matched = Pattern::wild(pattern).unwrap().matches(text, &Context::default());
            assert_eq!(matched, Some(expected), "{pattern} {text}");
        }
    }

    #[test]
    fn a_hard_pattern_ends_soon() {
        let pattern = Pattern::wild(&"a*".repeat(1_000)).unwrap();
        assert_eq!(pattern.matches(&"a".repeat(999), &Context::default()), Some(false));
    }

    #[test]
    fn what_a_variable_brings_is_literal() {
        let pattern = Pattern::wild("home/${acs:UserName}/*").unwrap();
        let named = |name: &str| Context::default().with("acs:username", name);
        assert_eq!(pattern.matches("home/alice/x", &named("alice")), Some(true));
        assert_eq!(pattern.matches("home/bob/x", &named("alice")), Some(false));
        assert_eq!(pattern.matches("home/bob/x", &named("*")), Some(false));
        assert_eq!(pattern.matches("home/*/x", &named("*")), Some(true));
        assert_eq!(pattern.matches("home/alice/x", &Context::default()), None);
        assert_eq!(pattern.matches("home/alice/x", &named("alice").with("acs:UserName", "bob")), None);
    }

    #[test]
    fn escapes_and_broken_variables() {
        let star = Pattern::wild("a${*}").unwrap();
        assert_eq!(star.matches("a*", &Context::default()), Some(true));
        assert_eq!(star.matches("ab", &Context::default()), Some(false));
        assert_eq!(Pattern::wild("a${b"), None);
        assert_eq!(Pattern::wild("a${}"), None);
    }
}
