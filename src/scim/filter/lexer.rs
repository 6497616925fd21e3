//! A filter's text, cut into pieces. Every piece is looked at once, so the time is linear in the length.

use serde_json::Number;

/// A piece of a filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// A text, read.
    Text(String),
    /// A text that ends nowhere, or is not as JSON has it; says what is wrong.
    BadText(&'static str),
    /// Whatever else stands together: a name, an operator, a number, `true`.
    Word(&'a str),
    /// There is no more.
    End,
}

/// What a [`Token::Word`] is where a value is wanted.
pub(super) enum Value {
    Number(Number),
    Boolean(bool),
    Null,
}

/// Gives one piece after the other.
pub(super) struct Lexer<'a> {
    text: &'a str,
    /// Where the next piece, or the space before it, begins, in bytes.
    position: usize,
}

impl<'a> Lexer<'a> {
    /// Begins `position` bytes into the text.
    pub(super) fn new(text: &'a str, position: usize) -> Self {
        Self { text, position }
    }

    /// The next piece and where it begins, in bytes.
    pub(super) fn next(&mut self) -> (usize, Token<'a>) {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches(is_space);
        self.position += rest.len() - trimmed.len();
        let start = self.position;
        let (length, token) = match trimmed.chars().next() {
            None => (0, Token::End),
            Some('(') => (1, Token::Open),
            Some(')') => (1, Token::Close),
            Some('[') => (1, Token::OpenBracket),
            Some(']') => (1, Token::CloseBracket),
            Some('"') => text(trimmed),
            Some(_) => {
                let length = trimmed.find(|c: char| is_space(c) || "()[]\"".contains(c));
                let word = length.map_or(trimmed, |length| trimmed.get(..length).unwrap_or_default());
                (word.len(), Token::Word(word))
            }
        };
        self.position += length;
        (start, token)
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }
}

/// The grammar has a single space; people have tabs and new lines in what they keep in files.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// A text as JSON writes it: its length with both quotes, and what it says.
fn text<'a>(rest: &str) -> (usize, Token<'a>) {
    let mut is_escaped = false;
    let end = rest.bytes().skip(1).position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    let Some(length) = end.map(|end| end + 2) else {
        return (rest.len(), Token::BadText("has no closing quote"));
    };
    let token = match serde_json::from_str(rest.get(..length).unwrap_or_default()) {
        Ok(text) => Token::Text(text),
        Err(_not_json) => Token::BadText(
            "is not as JSON writes texts: a control character, an unknown escape or half a surrogate pair",
        ),
    };
    (length, token)
}

/// The value that a word is. JSON has lower case; `True` is what some clients send.
pub(super) fn value(word: &str) -> Option<Value> {
    let is = |other: &str| word.eq_ignore_ascii_case(other);
    if is("true") || is("false") {
        return Some(Value::Boolean(is("true")));
    }
    if is("null") {
        return Some(Value::Null);
    }
    let number: Number = serde_json::from_str(word).ok()?;
    if number.is_f64() {
        // Read again: the JSON library's fast way with fractions may be off by the last digit, and what is
        // written down must come back as it was.
        return word.parse().ok().and_then(Number::from_f64).map(Value::Number);
    }
    Some(Value::Number(number))
}
