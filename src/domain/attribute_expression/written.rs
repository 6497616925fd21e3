//! A tree as text: in one way, with no more parentheses than it needs.

use std::fmt::{self, Write};

use super::lexer::is_name;
use super::tree::{Kind, Node, Source, Step};

/// How tightly what is written holds together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tightness {
    Any,
    All,
    Not,
    Compare,
    Sum,
    Value,
}

impl Node {
    fn tightness(&self) -> Tightness {
        match &self.kind {
            Kind::Any(_) => Tightness::Any,
            Kind::All(_) => Tightness::All,
            Kind::Not(_) => Tightness::Not,
            Kind::Compare { .. } => Tightness::Compare,
            Kind::Sum(_) => Tightness::Sum,
            _ => Tightness::Value,
        }
    }

    /// In parentheses if it is looser than this.
    fn write(&self, f: &mut fmt::Formatter<'_>, least: Tightness) -> fmt::Result {
        if self.tightness() < least { write!(f, "({self})") } else { write!(f, "{self}") }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Text(text) => quoted(f, text),
            Kind::Boolean(holds) => write!(f, "{holds}"),
            Kind::Source(source) => write!(f, "{source}"),
            Kind::It => f.write_str("it"),
            Kind::List(parts) => {
                f.write_char('[')?;
                separated(f, parts, ", ", Tightness::Any)?;
                f.write_char(']')
            }
            Kind::Sum(parts) => separated(f, parts, " + ", Tightness::Value),
            Kind::All(parts) => separated(f, parts, " and ", Tightness::Not),
            Kind::Any(parts) => separated(f, parts, " or ", Tightness::All),
            Kind::Not(inner) => {
                f.write_str("not ")?;
                inner.write(f, Tightness::Not)
            }
            Kind::Compare { left, is_equal, right } => {
                left.write(f, Tightness::Sum)?;
                f.write_str(if *is_equal { " == " } else { " != " })?;
                right.write(f, Tightness::Sum)
            }
            Kind::Call(function, arguments) => {
                write!(f, "{}(", function.name())?;
                separated(f, arguments, ", ", Tightness::Any)?;
                f.write_char(')')
            }
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        let Self::Profile(steps) = self else { return Ok(()) };
        for step in steps {
            match step {
                Step::Part(part) if is_name(part) => write!(f, ".{part}")?,
                Step::Part(part) => {
                    f.write_char('[')?;
                    quoted(f, part)?;
                    f.write_char(']')?;
                }
                Step::Where { part, text } => {
                    write!(f, "[{part} == ")?;
                    quoted(f, text)?;
                    f.write_char(']')?;
                }
            }
        }
        Ok(())
    }
}

fn separated(f: &mut fmt::Formatter<'_>, parts: &[Node], between: &str, least: Tightness) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        part.write(f, least)?;
    }
    Ok(())
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for letter in text.chars() {
        match letter {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            letter => f.write_char(letter)?,
        }
    }
    f.write_char('"')
}
