//! Pieces into a tree, by recursive descent with a counter: one function for each level of precedence.
//! It needs one piece in hand to decide, so it never goes back, and it stops at the first bound it meets.

use super::super::attribute_path::{AttributePath, is_attribute_name};
use super::super::error::{Error, ErrorKind};
use super::lexer::{self, Lexer, Token, Value};
use super::text::shortened;
use super::{DEEPEST, Filter, LONGEST, Literal, MOST_TERMS, Operator};

impl Filter {
    /// Reads a filter. Words are read in any case; blanks at both ends, and missing blanks beside parentheses,
    /// brackets and quotes, are forgiven. `emails[type eq "work"].value eq "a@b"`, which is no part of the
    /// grammar, is read as `emails[type eq "work" and value eq "a@b"]`: clients ask it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidFilter`] with the place, counted in characters from 1, what belongs there and what
    /// was found; or with the bound ([`LONGEST`], [`DEEPEST`], [`MOST_TERMS`]) that it exceeds.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > LONGEST {
            return Err(invalid(format!(
                "a filter may have {LONGEST} bytes, and this one has {}",
                text.len()
            )));
        }
        let mut parser = Parser::new(text, 0, false);
        let filter = parser.any_of()?;
        match parser.token {
            Token::End => Ok(filter),
            _ => Err(parser.expected("'and', 'or' or the end")),
        }
    }
}

/// What stands in the brackets of a path, and where they end.
pub(in crate::scim) struct Brackets {
    pub(in crate::scim) filter: Filter,
    /// The first byte after the closing bracket.
    pub(in crate::scim) end: usize,
}

/// Reads a filter that begins `start` bytes into the text, behind an opening bracket, and ends with the closing
/// one. The caller has looked at the text's length.
///
/// # Errors
/// As [`Filter::parse`], counted from the text's beginning.
pub(in crate::scim) fn brackets(text: &str, start: usize) -> Result<Brackets, Error> {
    let mut parser = Parser::new(text, start, true);
    let filter = parser.any_of()?;
    match parser.token {
        Token::CloseBracket => Ok(Brackets { filter, end: parser.start + 1 }),
        _ => Err(parser.expected("'and', 'or' or ']'")),
    }
}

/// A place in a text for people, who count characters from 1.
pub(in crate::scim) fn at(text: &str, position: usize) -> String {
    format!("at character {}", text.get(..position).unwrap_or(text).chars().count() + 1)
}

fn invalid(detail: String) -> Error {
    Error::new(ErrorKind::InvalidFilter, detail)
}

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    /// The piece in hand.
    token: Token<'a>,
    /// Where it begins.
    start: usize,
    /// Whether a `[` is open.
    is_in_brackets: bool,
    depth: usize,
    terms: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, position: usize, is_in_brackets: bool) -> Self {
        let mut lexer = Lexer::new(text, position);
        let (start, token) = lexer.next();
        Self { text, lexer, token, start, is_in_brackets, depth: 0, terms: 0 }
    }

    fn advance(&mut self) -> Token<'a> {
        let (start, token) = self.lexer.next();
        self.start = start;
        std::mem::replace(&mut self.token, token)
    }

    /// Takes the piece in hand when it is this word.
    fn take_word(&mut self, word: &str) -> bool {
        let is_it = matches!(self.token, Token::Word(found) if found.eq_ignore_ascii_case(word));
        if is_it {
            self.advance();
        }
        is_it
    }

    fn take(&mut self, token: &Token<'static>, expected: &str) -> Result<(), Error> {
        if self.token != *token {
            return Err(self.expected(expected));
        }
        self.advance();
        Ok(())
    }

    /// `or`, which binds least.
    fn any_of(&mut self) -> Result<Filter, Error> {
        let first = self.all_of()?;
        let mut parts = Vec::new();
        while self.take_word("or") {
            parts.push(self.all_of()?);
        }
        Ok(joined(first, parts, Filter::Or))
    }

    fn all_of(&mut self) -> Result<Filter, Error> {
        let first = self.operand()?;
        let mut parts = Vec::new();
        while self.take_word("and") {
            parts.push(self.operand()?);
        }
        Ok(joined(first, parts, Filter::And))
    }

    fn operand(&mut self) -> Result<Filter, Error> {
        if self.take_word("not") {
            let filter = self.group("'(' after 'not'")?;
            return Ok(Filter::Not(Box::new(filter)));
        }
        match self.token {
            Token::Open => self.group("'('"),
            Token::Word(_) => self.expression(),
            _ => Err(self.expected("the name of an attribute, 'not' or '('")),
        }
    }

    /// A filter in parentheses.
    fn group(&mut self, expected: &str) -> Result<Filter, Error> {
        let start = self.start;
        self.take(&Token::Open, expected)?;
        self.descend(start)?;
        let filter = self.any_of()?;
        self.take(&Token::Close, "'and', 'or' or ')'")?;
        self.depth -= 1;
        Ok(filter)
    }

    /// What begins with the name of an attribute.
    fn expression(&mut self) -> Result<Filter, Error> {
        let path = self.path()?;
        if self.token == Token::OpenBracket {
            return self.element(path);
        }
        self.comparison(path)
    }

    fn path(&mut self) -> Result<AttributePath, Error> {
        let Token::Word(word) = self.token else { return Err(self.expected("the name of an attribute")) };
        let Some(path) = AttributePath::parse(word) else {
            return Err(self.expected("the name of an attribute"));
        };
        if self.is_in_brackets && (path.schema.is_some() || path.sub.is_some()) {
            return Err(self.expected("the name of a sub-attribute alone, as always within brackets"));
        }
        self.advance();
        Ok(path)
    }

    /// `pr`, or an operator and a value.
    fn comparison(&mut self, path: AttributePath) -> Result<Filter, Error> {
        const EXPECTED: &str = "an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)";
        self.terms += 1;
        if self.terms > MOST_TERMS {
            let place = at(self.text, self.start);
            return Err(invalid(format!("{place}: a filter may have {MOST_TERMS} comparisons")));
        }
        if self.take_word("pr") {
            return Ok(Filter::Present(path));
        }
        let Some(operator) = Operator::ALL.into_iter().find(|operator| self.take_word(operator.as_str()))
        else {
            return Err(self.expected(EXPECTED));
        };
        Ok(Filter::Compare { path, operator, value: self.literal()? })
    }

    fn literal(&mut self) -> Result<Literal, Error> {
        const EXPECTED: &str = "a text in double quotes, a number, true, false or null";
        let literal = match &mut self.token {
            Token::Text(text) => Literal::String(std::mem::take(text)),
            Token::Word(word) => match lexer::value(word) {
                Some(Value::Number(number)) => Literal::Number(number),
                Some(Value::Boolean(value)) => Literal::Boolean(value),
                Some(Value::Null) => Literal::Null,
                None => return Err(self.expected(EXPECTED)),
            },
            _ => return Err(self.expected(EXPECTED)),
        };
        self.advance();
        Ok(literal)
    }

    /// `[filter]`, and the `.sub eq …` that the grammar has not.
    fn element(&mut self, attribute: AttributePath) -> Result<Filter, Error> {
        if self.is_in_brackets {
            return Err(self.expected("an operator: brackets do not stand within brackets"));
        }
        if attribute.sub.is_some() {
            return Err(self.expected("an operator: a sub-attribute takes no brackets"));
        }
        let start = self.start;
        self.advance();
        self.descend(start)?;
        self.is_in_brackets = true;
        let mut filter = self.any_of()?;
        self.take(&Token::CloseBracket, "'and', 'or' or ']'")?;
        self.is_in_brackets = false;
        self.depth -= 1;
        if let Token::Word(word) = self.token
            && let Some(sub) = word.strip_prefix('.')
        {
            if !is_attribute_name(sub) {
                return Err(self.expected("the name of a sub-attribute after the dot"));
            }
            self.advance();
            let path = AttributePath { schema: None, attribute: sub.to_owned(), sub: None };
            let comparison = self.comparison(path)?;
            filter = match filter {
                Filter::And(mut parts) => {
                    parts.push(comparison);
                    Filter::And(parts)
                }
                other => Filter::And(vec![other, comparison]),
            };
        }
        Ok(Filter::Element { attribute, filter: Box::new(filter) })
    }

    /// Into a parenthesis or bracket that begins at `start`.
    fn descend(&mut self, start: usize) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let place = at(self.text, start);
            return Err(invalid(format!(
                "{place}: parentheses and brackets may stand {DEEPEST} deep within each other"
            )));
        }
        Ok(())
    }

    fn expected(&self, what: &str) -> Error {
        let received = match &self.token {
            Token::Open => "'('".to_owned(),
            Token::Close => "')'".to_owned(),
            Token::OpenBracket => "'['".to_owned(),
            Token::CloseBracket => "']'".to_owned(),
            Token::Text(_) => "a text".to_owned(),
            Token::BadText(why) => format!("a text that {why}"),
            Token::Word(word) if word.starts_with('\'') => "a single quote".to_owned(),
            Token::Word(word) => format!("\"{}\"", shortened(word)),
            Token::End => "the end".to_owned(),
        };
        invalid(format!("{}: expected {what}, found {received}", at(self.text, self.start)))
    }
}

/// One filter as it is; several under one roof.
fn joined(first: Filter, mut others: Vec<Filter>, roof: fn(Vec<Filter>) -> Filter) -> Filter {
    if others.is_empty() {
        return first;
    }
    others.insert(0, first);
    roof(others)
}
