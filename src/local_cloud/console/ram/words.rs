//! Policy documents for people: each statement in words, and the document itself.

use crate::local_cloud::refusal::{Flaw, Refusal};
use crate::policy::{Document, Effect, Error, Kind, Named, summarise, summarise_trust};

use super::super::desk::Visit;
use super::super::held::Statement;

/// A document of a policy.
pub(super) struct Words {
    pub(super) statements: Vec<Statement>,
    /// As JSON, indented.
    pub(super) document: String,
}

/// A document of a role's trust.
pub(super) struct TrustWords {
    pub(super) statements: Vec<TrustStatement>,
    /// As JSON, indented.
    pub(super) document: String,
}

/// One statement of a role's trust, each part in words.
pub(super) struct TrustStatement {
    pub(super) is_allow: bool,
    pub(super) principals: String,
    pub(super) actions: String,
    /// Empty where there is none.
    pub(super) conditions: String,
}

impl Words {
    /// What the API answered.
    pub(super) fn stored(text: &str) -> Result<Self, Refusal> {
        Self::read(Kind::System, text)
    }

    /// What somebody typed for a custom policy; says what is wrong with it, and where.
    pub(super) fn typed(text: &str) -> Result<Self, Refusal> {
        Self::read(Kind::Custom, text)
    }

    fn read(kind: Kind, text: &str) -> Result<Self, Refusal> {
        let document = Document::parse(kind, text).map_err(malformed)?;
        let statement = |line: crate::policy::Line| Statement {
            is_allow: line.effect == Effect::Allow,
            actions: line.actions,
            resources: line.resources,
            conditions: line.conditions.join(" and "),
        };
        let lines = summarise(&[Named { name: "", document: &document }]);
        Ok(Self { statements: lines.into_iter().map(statement).collect(), document: indented(text) })
    }
}

impl TrustWords {
    /// A trust policy, stored or typed; says what is wrong with it, and where.
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let document = Document::parse(Kind::Trust, text).map_err(malformed)?;
        let statements = summarise_trust(&document).into_iter().map(|line| TrustStatement {
            is_allow: line.effect == Effect::Allow,
            principals: line.principals.join(", "),
            actions: line.actions,
            conditions: line.conditions.join(" and "),
        });
        Ok(Self { statements: statements.collect(), document: indented(text) })
    }
}

/// The field `document` of a form. A browser ends lines by two signs, which would count against the limit.
pub(super) fn typed_document(visit: &Visit) -> String {
    visit.given("document").replace("\r\n", "\n")
}

fn malformed(error: Error) -> Refusal {
    match error {
        Error::TooLong { limit, .. } => {
            Refusal::parameter("PolicyDocument", Flaw::Length, format!("at most {limit} characters long"))
        }
        error => Refusal::PolicyDocument(format!("{error}.")),
    }
}

/// A JSON text with one member or item a line, in the order that its author gave them.
fn indented(text: &str) -> String {
    let mut lines = String::with_capacity(text.len() * 2);
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    let mut signs = text.chars().filter(|sign| *sign != '\r').peekable();
    while let Some(sign) = signs.next() {
        if is_quoted {
            lines.push(sign);
            is_quoted = is_escaped || sign != '"';
            is_escaped = !is_escaped && sign == '\\';
            continue;
        }
        match sign {
            '{' | '[' => {
                while signs.next_if(|next| next.is_whitespace()).is_some() {}
                lines.push(sign);
                if let Some(end) = signs.next_if(|next| matches!(next, '}' | ']')) {
                    lines.push(end);
                } else {
                    depth += 1;
                    begin_line(&mut lines, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                begin_line(&mut lines, depth);
                lines.push(sign);
            }
            ',' => {
                lines.push(sign);
                begin_line(&mut lines, depth);
            }
            ':' => lines.push_str(": "),
            sign if sign.is_whitespace() => {}
            sign => {
                lines.push(sign);
                is_quoted = sign == '"';
            }
        }
    }
    lines
}

fn begin_line(lines: &mut String, depth: usize) {
    lines.push('\n');
    lines.extend(std::iter::repeat_n("  ", depth));
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_document_is_indented_in_its_own_order_and_says_the_same() {
        let text = r#"{"Version":"1","Statement":[ {"Effect":"Allow","Action":[],"Resource":"a\\\"{,:b\\\\","n":[1 ,{"a":true}]} ]}"#;
        let expected = r#"{
  "Version": "1",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": [],
      "Resource": "a\\\"{,:b\\\\",
      "n": [
        1,
        {
          "a": true
        }
      ]
    }
  ]
}"#;
        assert_eq!(indented(text), expected);
        assert_eq!(indented(expected), expected);
        let same = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(same(text), same(expected));
    }
}
