//! An expression's text, cut into pieces.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

use super::super::text::shown;
use super::error::ExpressionError;

/// A piece of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Comma,
    Dot,
    Plus,
    Equal,
    NotEqual,
    /// A text in quotes, read.
    Text(String),
    /// A name or a keyword: letters, digits and `_`.
    Word(String),
    /// There is no more.
    End,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "`(`",
            Self::Close => "`)`",
            Self::OpenBracket => "`[`",
            Self::CloseBracket => "`]`",
            Self::Comma => "`,`",
            Self::Dot => "`.`",
            Self::Plus => "`+`",
            Self::Equal => "`==`",
            Self::NotEqual => "`!=`",
            Self::Text(text) => return write!(f, "the text {}", shown(text)),
            Self::Word(word) => return f.write_str(&shown(word)),
            Self::End => "the end",
        })
    }
}

/// Every piece with the column where it begins; [`Token::End`] is the last.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, ExpressionError> {
    let mut lexer = Lexer { letters: text.chars().peekable(), column: 1 };
    let mut tokens = Vec::new();
    loop {
        while lexer.letters.peek().is_some_and(|letter| matches!(letter, ' ' | '\t' | '\r' | '\n')) {
            lexer.next();
        }
        let column = lexer.column;
        let token = lexer.token()?;
        let is_end = token == Token::End;
        tokens.push((column, token));
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    letters: Peekable<Chars<'a>>,
    /// Of the next letter.
    column: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<char> {
        self.column += 1;
        self.letters.next()
    }

    fn token(&mut self) -> Result<Token, ExpressionError> {
        let column = self.column;
        let Some(letter) = self.next() else { return Ok(Token::End) };
        Ok(match letter {
            '(' => Token::Open,
            ')' => Token::Close,
            '[' => Token::OpenBracket,
            ']' => Token::CloseBracket,
            ',' => Token::Comma,
            '.' => Token::Dot,
            '+' => Token::Plus,
            '=' => self.second_equal_sign(Token::Equal, "`==`", "a single `=`")?,
            '!' => self.second_equal_sign(Token::NotEqual, "`!=` or `not`", "`!`")?,
            '"' | '\'' => Token::Text(self.text(letter)?),
            letter if is_of_word(letter) => {
                let mut word = String::from(letter);
                while let Some(letter) = self.letters.next_if(|letter| is_of_word(*letter)) {
                    self.column += 1;
                    word.push(letter);
                }
                Token::Word(word)
            }
            other => {
                let expected = match other {
                    '&' => "`and`",
                    '|' => "`or`",
                    '“' | '”' | '‘' | '’' => "straight quotes",
                    _ => "a value, an operator or a bracket",
                };
                return Err(ExpressionError::expected(column, expected, shown(&other.to_string())));
            }
        })
    }

    fn second_equal_sign(
        &mut self,
        token: Token,
        expected: &str,
        received: &str,
    ) -> Result<Token, ExpressionError> {
        let column = self.column - 1;
        match self.letters.next_if_eq(&'=') {
            Some(_) => {
                self.column += 1;
                Ok(token)
            }
            None => Err(ExpressionError::expected(column, expected, received)),
        }
    }

    /// The rest of a text that began with this quote.
    fn text(&mut self, quote: char) -> Result<String, ExpressionError> {
        let start = self.column - 1;
        let mut text = String::new();
        loop {
            let column = self.column;
            match self.next() {
                None => {
                    let expected = if quote == '"' { "a closing `\"`" } else { "a closing `'`" };
                    return Err(ExpressionError::expected(start, expected, "a text without an end"));
                }
                Some(letter) if letter == quote => return Ok(text),
                Some('\\') => text.push(match self.next() {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some(letter @ ('"' | '\'' | '\\')) => letter,
                    other => {
                        let other =
                            other.map_or("the end".to_owned(), |letter| shown(&format!("\\{letter}")));
                        let expected = "`\\\"`, `\\'`, `\\\\`, `\\n` or `\\t`";
                        return Err(ExpressionError::expected(column, expected, other));
                    }
                }),
                Some(letter) if !super::value::is_carried(letter) => {
                    let expected = "characters that an assertion can carry";
                    return Err(ExpressionError::expected(column, expected, shown(&letter.to_string())));
                }
                Some(letter) => text.push(letter),
            }
        }
    }
}

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// Whether it can be written as a name, without quotes.
pub(super) fn is_name(text: &str) -> bool {
    text.chars().all(is_of_word) && text.chars().next().is_some_and(|letter| !letter.is_ascii_digit())
}
