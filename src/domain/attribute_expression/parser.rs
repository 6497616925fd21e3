//! Pieces into a tree, by recursive descent with a counter: one function for each level of precedence. From the
//! loosest: `or`, `and`, `not`, `==` and `!=`, `+`.

use super::error::ExpressionError;
use super::function::Function;
use super::lexer::{Token, is_name, tokens};
use super::tree::{Kind, Node, Source, Step};
use super::{DEEPEST_EXPRESSION, EXPRESSION_NODES};

/// Reads an expression of bearable length.
pub(super) fn parse(text: &str) -> Result<Node, ExpressionError> {
    let mut tokens = tokens(text)?.into_iter();
    let (column, token) = tokens.next().unwrap_or((1, Token::End));
    let mut parser = Parser { tokens, column, token, depth: 0, nodes: 0 };
    let root = parser.expression()?;
    match parser.token {
        Token::End => Ok(root),
        _ => Err(parser.expected("an operator or the end")),
    }
}

struct Parser {
    tokens: std::vec::IntoIter<(usize, Token)>,
    /// The piece in hand, and where it begins.
    column: usize,
    token: Token,
    depth: usize,
    nodes: usize,
}

type Level = fn(&mut Parser) -> Result<Node, ExpressionError>;

impl Parser {
    fn expected(&self, expected: impl std::fmt::Display) -> ExpressionError {
        ExpressionError::expected(self.column, expected, &self.token)
    }

    /// Takes the piece in hand.
    fn take(&mut self) -> Token {
        let (column, next) = self.tokens.next().unwrap_or((self.column, Token::End));
        self.column = column;
        std::mem::replace(&mut self.token, next)
    }

    /// Takes the piece in hand if it is this one.
    fn take_if(&mut self, token: &Token) -> bool {
        let is_it = self.token == *token;
        if is_it {
            self.take();
        }
        is_it
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_it = matches!(&self.token, Token::Word(other) if other == word);
        if is_it {
            self.take();
        }
        is_it
    }

    fn require(&mut self, token: &Token) -> Result<(), ExpressionError> {
        if self.take_if(token) { Ok(()) } else { Err(self.expected(token)) }
    }

    fn node(&mut self, column: usize, kind: Kind) -> Result<Node, ExpressionError> {
        self.nodes += 1;
        if self.nodes > EXPRESSION_NODES {
            let message =
                format!("an expression may have at most {EXPRESSION_NODES} values, operators and calls");
            return Err(ExpressionError::new(column, message));
        }
        Ok(Node { column, kind })
    }

    /// What is in something else.
    fn within(&mut self, level: Level) -> Result<Node, ExpressionError> {
        self.depth += 1;
        if self.depth > DEEPEST_EXPRESSION {
            let message = format!("an expression may be at most {DEEPEST_EXPRESSION} levels deep");
            return Err(ExpressionError::new(self.column, message));
        }
        let node = level(self)?;
        self.depth -= 1;
        Ok(node)
    }

    fn expression(&mut self) -> Result<Node, ExpressionError> {
        self.within(Self::any_of)
    }

    fn any_of(&mut self) -> Result<Node, ExpressionError> {
        let is_or = |parser: &mut Self| parser.take_word("or");
        let parts = |kind| if let Kind::Any(parts) = kind { Ok(parts) } else { Err(kind) };
        self.chain(Self::all_of, is_or, parts, Kind::Any)
    }

    fn all_of(&mut self) -> Result<Node, ExpressionError> {
        let is_and = |parser: &mut Self| parser.take_word("and");
        let parts = |kind| if let Kind::All(parts) = kind { Ok(parts) } else { Err(kind) };
        self.chain(Self::negation, is_and, parts, Kind::All)
    }

    fn sum(&mut self) -> Result<Node, ExpressionError> {
        let is_plus = |parser: &mut Self| parser.take_if(&Token::Plus);
        let parts = |kind| if let Kind::Sum(parts) = kind { Ok(parts) } else { Err(kind) };
        self.chain(Self::value, is_plus, parts, Kind::Sum)
    }

    /// One or more with an operator between them, for which it is all one how they are put in parentheses: so there
    /// is one tree for all ways.
    fn chain(
        &mut self,
        level: Level,
        takes_operator: fn(&mut Self) -> bool,
        parts: fn(Kind) -> Result<Vec<Node>, Kind>,
        whole: fn(Vec<Node>) -> Kind,
    ) -> Result<Node, ExpressionError> {
        let first = level(self)?;
        if !takes_operator(self) {
            return Ok(first);
        }
        let column = first.column;
        let mut all = Vec::new();
        let mut next = first;
        loop {
            match parts(next.kind) {
                Ok(inner) => all.extend(inner),
                Err(kind) => all.push(Node { column: next.column, kind }),
            }
            if all.len() > 1 && !takes_operator(self) {
                return self.node(column, whole(all));
            }
            next = level(self)?;
        }
    }

    fn negation(&mut self) -> Result<Node, ExpressionError> {
        let column = self.column;
        if !self.take_word("not") {
            return self.comparison();
        }
        let inner = self.within(Self::negation)?;
        self.node(column, Kind::Not(Box::new(inner)))
    }

    fn comparison(&mut self) -> Result<Node, ExpressionError> {
        let left = self.sum()?;
        let is_equal = match self.token {
            Token::Equal => true,
            Token::NotEqual => false,
            _ => return Ok(left),
        };
        self.take();
        let right = self.sum()?;
        if matches!(self.token, Token::Equal | Token::NotEqual) {
            return Err(self.expected("parentheses around one of two comparisons"));
        }
        let (left, right) = (Box::new(left), Box::new(right));
        self.node(left.column, Kind::Compare { left, is_equal, right })
    }

    fn value(&mut self) -> Result<Node, ExpressionError> {
        let column = self.column;
        match &self.token {
            Token::Text(_) | Token::Open | Token::OpenBracket => {}
            Token::Word(word) if !matches!(word.as_str(), "and" | "or" | "not") => {}
            _ => return Err(self.expected("a value")),
        }
        match self.take() {
            Token::Text(text) => self.node(column, Kind::Text(text)),
            Token::Word(word) => self.named(column, &word),
            Token::OpenBracket => {
                let parts = self.list(&Token::CloseBracket)?;
                self.node(column, Kind::List(parts))
            }
            _open => {
                let inner = self.expression()?;
                self.require(&Token::Close)?;
                Ok(inner)
            }
        }
    }

    /// What begins with a word.
    fn named(&mut self, column: usize, word: &str) -> Result<Node, ExpressionError> {
        let kind = match word {
            "true" | "false" => Kind::Boolean(word == "true"),
            "it" => Kind::It,
            "groups" => Kind::Source(Source::Groups),
            "user" | "application" => Kind::Source(self.source(word)?),
            _ => {
                let Some(function) = Function::find(word) else {
                    let mut names: Vec<_> = Function::ALL.into_iter().map(Function::name).collect();
                    names.extend(["user", "groups", "application", "it"]);
                    let received = Token::Word(word.to_owned());
                    return Err(ExpressionError::expected(column, one_of(&names), received));
                };
                self.require(&Token::Open)?;
                Kind::Call(function, self.list(&Token::Close)?)
            }
        };
        self.node(column, kind)
    }

    /// Expressions with commas between them, up to what closes them.
    fn list(&mut self, close: &Token) -> Result<Vec<Node>, ExpressionError> {
        let mut parts = Vec::new();
        if self.take_if(close) {
            return Ok(parts);
        }
        loop {
            parts.push(self.expression()?);
            if self.take_if(close) {
                return Ok(parts);
            }
            if !self.take_if(&Token::Comma) {
                return Err(self.expected(format_args!("`,` or {close}")));
            }
        }
    }

    /// The rest of `user.…` or `application.…`.
    fn source(&mut self, owner: &str) -> Result<Source, ExpressionError> {
        self.require(&Token::Dot)?;
        let attributes = Source::NAMED.into_iter().filter_map(|source| {
            let name = source.name().strip_prefix(owner)?.strip_prefix('.')?;
            Some((name, source))
        });
        if let Token::Word(word) = &self.token {
            if let Some((_, source)) = attributes.clone().find(|(name, _)| name == word) {
                self.take();
                return Ok(source);
            }
            if owner == "user" && word == "profile" {
                self.take();
                return self.steps().map(Source::of_profile);
            }
        }
        let mut names: Vec<_> = attributes.map(|(name, _)| name).collect();
        if owner == "user" {
            names.push("profile");
        }
        Err(self.expected(one_of(&names)))
    }

    fn steps(&mut self) -> Result<Vec<Step>, ExpressionError> {
        let mut steps = Vec::new();
        loop {
            if self.take_if(&Token::Dot) {
                steps.push(Step::Part(self.part()?));
            } else if self.take_if(&Token::OpenBracket) {
                steps.push(self.bracketed()?);
            } else if steps.is_empty() {
                return Err(self.expected("`.` and an attribute, or `[` and its name in quotes"));
            } else {
                return Ok(steps);
            }
        }
    }

    fn part(&mut self) -> Result<String, ExpressionError> {
        match &self.token {
            Token::Word(word) if is_name(word) => {
                let part = word.clone();
                self.take();
                Ok(part)
            }
            _ => Err(self.expected("the name of an attribute")),
        }
    }

    fn text(&mut self) -> Result<String, ExpressionError> {
        match &self.token {
            Token::Text(text) => {
                let text = text.clone();
                self.take();
                Ok(text)
            }
            _ => Err(self.expected("a text in quotes")),
        }
    }

    /// The rest of `["name"]` or of `[type == "work"]`.
    fn bracketed(&mut self) -> Result<Step, ExpressionError> {
        let step = match &self.token {
            Token::Text(_) => Step::Part(self.text()?),
            Token::Word(_) => {
                let part = self.part()?;
                self.require(&Token::Equal)?;
                Step::Where { part, text: self.text()? }
            }
            _ => return Err(self.expected("a name in quotes, or a condition like `type == \"work\"`")),
        };
        self.require(&Token::CloseBracket)?;
        Ok(step)
    }
}

fn one_of(names: &[&str]) -> String {
    format!("one of {}", names.join(", "))
}
