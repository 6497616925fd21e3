//! Reads a Rust file as far as the rules need: which modules it declares and which paths it names,
//! each with its line, the module it stands in, and whether it is test code. Comments, strings and
//! characters do not count. Macros are read as the code they look like.

use std::iter::once;

/// One file and what it names.
pub(super) struct SourceFile {
    /// From the root of the repository, with slashes.
    pub(super) path: String,
    pub(super) text: String,
    pub(super) references: Vec<Reference>,
    pub(super) declarations: Vec<Declaration>,
}

/// A path in the code.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    /// As written; a glob is `*`, the `self` of a group is dropped.
    pub(super) segments: Vec<String>,
    /// In a `use` declaration: the name it brings into scope.
    pub(super) alias: Option<String>,
    /// The module that the path stands in, from the crate's root.
    pub(super) module: Vec<String>,
    pub(super) line: usize,
    pub(super) is_test: bool,
}

/// `mod name` with or without a body, or another way to pull code in.
#[derive(Debug)]
pub(super) enum Declaration {
    Module {
        name: String,
        line: usize,
    },
    /// `extern crate`, `include!` and `#[path]`, which would lead around the rules.
    Detour {
        line: usize,
    },
}

#[derive(Clone, Debug)]
struct Token {
    text: String,
    line: usize,
}

impl SourceFile {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let tokens = tokens(&without_text(text));
        let is_test_file =
            !path.starts_with("src/") || path.ends_with("/tests.rs") || path.contains("/tests/");
        let mut reader = Reader {
            tokens: &tokens,
            tests: tests(&tokens),
            is_test_file,
            module: module_of(path),
            references: Vec::new(),
            declarations: Vec::new(),
        };
        reader.read();
        let Reader { references, declarations, .. } = reader;
        Self { path: path.to_owned(), text: text.to_owned(), references, declarations }
    }

    /// The module that the file is, from the crate's root; empty for the root itself.
    pub(super) fn module(&self) -> Vec<String> {
        module_of(&self.path)
    }
}

fn module_of(path: &str) -> Vec<String> {
    let inner = path.strip_prefix("src/").unwrap_or(path);
    let inner = inner.strip_suffix(".rs").unwrap_or(inner);
    let inner = inner.strip_suffix("/mod").unwrap_or(inner);
    match inner {
        "lib" | "main" => Vec::new(),
        _ => inner.split('/').map(str::to_owned).collect(),
    }
}

struct Reader<'a> {
    tokens: &'a [Token],
    /// Ranges of tokens that are compiled for tests only.
    tests: Vec<(usize, usize)>,
    is_test_file: bool,
    module: Vec<String>,
    references: Vec<Reference>,
    declarations: Vec<Declaration>,
}

impl Reader<'_> {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.text)
    }

    fn read(&mut self) {
        let mut at = 0;
        let mut depth = 0;
        let mut inline = Vec::new(); // depths at which inline modules opened
        while let Some(token) = self.tokens.get(at) {
            let line = token.line;
            let next = self.text(at + 1);
            match token.text.as_str() {
                "{" => depth += 1,
                "}" => {
                    depth -= 1;
                    if inline.last() == Some(&depth) {
                        inline.pop();
                        self.module.pop();
                    }
                }
                "mod" if is_name(next) => {
                    let name = next.to_owned();
                    self.declarations.push(Declaration::Module { name: name.clone(), line });
                    if self.text(at + 2) == "{" {
                        inline.push(depth);
                        self.module.push(name);
                    }
                    at += 1;
                }
                "use" if next != "<" => {
                    at = self.tree(at + 1, &[], at);
                    continue;
                }
                "extern" if next == "crate" => self.declarations.push(Declaration::Detour { line }),
                "include" if next == "!" => self.declarations.push(Declaration::Detour { line }),
                "path" if next == "=" && self.text(at.wrapping_sub(1)) == "[" => {
                    self.declarations.push(Declaration::Detour { line });
                }
                name if is_name(name) && next == "::" && !self.continues(at) => at = self.path(at),
                _ => {}
            }
            at += 1;
        }
    }

    /// Whether the name at `at` follows another part of its path, or a dot.
    fn continues(&self, at: usize) -> bool {
        let before = |back: usize| at.checked_sub(back).map_or("", |at| self.text(at));
        match before(1) {
            "." => true,
            "::" => is_name(before(2)) || before(2) == ">",
            _ => false,
        }
    }

    /// Reads a path in an expression, a type or an attribute; gives its last token.
    fn path(&mut self, start: usize) -> usize {
        let mut segments = vec![self.text(start).to_owned()];
        let mut at = start;
        while self.text(at + 1) == "::" && is_name(self.text(at + 2)) {
            at += 2;
            segments.push(self.text(at).to_owned());
        }
        self.push(segments, None, start);
        at
    }

    /// Reads one tree of a `use` declaration; gives the token behind it.
    fn tree(&mut self, mut at: usize, prefix: &[String], start: usize) -> usize {
        let mut segments = prefix.to_vec();
        loop {
            match self.text(at) {
                "::" => at += 1,
                "{" => {
                    at += 1;
                    while !matches!(self.text(at), "}" | "") {
                        at = self.tree(at, &segments, start);
                        if self.text(at) == "," {
                            at += 1;
                        }
                    }
                    return at + 1;
                }
                "as" => {
                    let alias = self.text(at + 1).to_owned();
                    self.leaf(segments, Some(alias), start);
                    return at + 2;
                }
                text if is_name(text) || text == "*" => {
                    segments.push(text.to_owned());
                    at += 1;
                }
                _ => {
                    self.leaf(segments, None, start);
                    return at;
                }
            }
        }
    }

    fn leaf(&mut self, mut segments: Vec<String>, alias: Option<String>, start: usize) {
        if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
            segments.pop();
        }
        let alias = alias.or_else(|| segments.last().cloned());
        self.push(segments, alias, start);
    }

    fn push(&mut self, segments: Vec<String>, alias: Option<String>, start: usize) {
        let is_test = self.is_test_file || self.tests.iter().any(|(from, to)| (*from..*to).contains(&start));
        let line = self.tokens[start].line;
        self.references.push(Reference { segments, alias, module: self.module.clone(), line, is_test });
    }
}

/// The ranges of tokens behind `#[cfg(test)]`, each to the end of its item.
fn tests(tokens: &[Token]) -> Vec<(usize, usize)> {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let mut ranges = Vec::new();
    for at in 0..tokens.len() {
        if (text(at), text(at + 1), text(at + 2), text(at + 3)) != ("#", "[", "cfg", "(") {
            continue;
        }
        let end = (at..tokens.len()).find(|at| text(*at) == "]").unwrap_or(tokens.len());
        let condition: Vec<&str> = (at + 4..end).map(text).collect();
        if condition.contains(&"test") && !condition.contains(&"not") {
            ranges.push((at, item_end(tokens, end + 1)));
        }
    }
    ranges
}

/// The token behind the item that starts at `start`, attributes included.
fn item_end(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0;
    let mut is_use = false;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" => depth -= 1,
            "}" => {
                depth -= 1;
                if depth == 0 && !is_use {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            "use" if depth == 0 => is_use = true,
            _ => {}
        }
    }
    tokens.len()
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

fn tokens(code: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for (number, text) in code.lines().enumerate() {
        let line = number + 1;
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let length = if first.is_alphanumeric() || first == '_' {
                rest.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            let (token, behind) = rest.split_at(length);
            // `r#type` is the name `type`.
            if token == "#" && tokens.last().is_some_and(|last| last.text == "r" && last.line == line) {
                tokens.pop();
            } else if !first.is_whitespace() {
                tokens.push(Token { text: token.to_owned(), line });
            }
            rest = behind;
        }
    }
    tokens
}

/// The source with comments, strings and characters blanked, line by line as long as before.
fn without_text(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut code = String::with_capacity(source.len());
    let mut at = 0;
    while let Some(char) = chars.get(at).copied() {
        let length = comment(&chars[at..])
            .or_else(|| literal(&chars[at..], at.checked_sub(1).and_then(|before| chars.get(before))));
        match length {
            Some(length) => {
                let blank = chars[at..at + length].iter().map(|char| if *char == '\n' { '\n' } else { ' ' });
                code.extend(blank);
                at += length;
            }
            None => {
                code.push(char);
                at += 1;
            }
        }
    }
    code
}

fn comment(chars: &[char]) -> Option<usize> {
    if chars.starts_with(&['/', '/']) {
        return Some(chars.iter().position(|char| *char == '\n').unwrap_or(chars.len()));
    }
    if !chars.starts_with(&['/', '*']) {
        return None;
    }
    let (mut depth, mut at) = (0, 0);
    while at < chars.len() {
        if chars[at..].starts_with(&['/', '*']) {
            (depth, at) = (depth + 1, at + 2);
        } else if chars[at..].starts_with(&['*', '/']) {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += 1;
        }
    }
    Some(chars.len())
}

/// A string of any kind, or a character but not a lifetime.
fn literal(chars: &[char], before: Option<&char>) -> Option<usize> {
    let is_in_name = before.is_some_and(|char| char.is_alphanumeric() || *char == '_');
    let prefix = chars.iter().take_while(|char| matches!(char, 'b' | 'c' | 'r')).count();
    let is_raw = chars[..prefix].contains(&'r');
    if (is_in_name && prefix > 0) || prefix > 2 {
        return None;
    }
    let hashes = if is_raw { chars[prefix..].iter().take_while(|char| **char == '#').count() } else { 0 };
    let start = prefix + hashes;
    match chars.get(start) {
        Some('"') if is_raw => {
            let end: Vec<char> = once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            let length = chars[start + 1..].windows(end.len()).position(|window| window == end.as_slice());
            Some(length.map_or(chars.len(), |length| start + 1 + length + end.len()))
        }
        Some('"') => Some(quoted(chars, start, '"')),
        Some('\'') if !is_raw => {
            let is_character = chars.get(start + 1) == Some(&'\\') || chars.get(start + 2) == Some(&'\'');
            is_character.then(|| quoted(chars, start, '\''))
        }
        _ => None,
    }
}

/// The length up to and with the quote that closes the one at `start`.
fn quoted(chars: &[char], start: usize, quote: char) -> usize {
    let mut at = start + 1;
    while let Some(char) = chars.get(at) {
        match char {
            '\\' => at += 2,
            char if *char == quote => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}
