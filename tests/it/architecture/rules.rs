//! The rules of the house, each a function from sources to what is wrong in them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::source::{Declaration, Reference, SourceFile};

/// Lines that a file may have at most.
const LONGEST_FILE: usize = 500;
/// Lines that the module doc of a `mod.rs` may have at most, empty ones aside.
const LONGEST_MODULE_DOC: usize = 6;
/// Words that say nothing, and so name no module.
const BANNED_WORDS: &[&str] =
    &["util", "utils", "common", "helper", "helpers", "manager", "managers", "misc", "data", "info"];

pub(crate) struct Room {
    pub(crate) name: &'static str,
    pub(crate) floor: Option<u8>,
    pub(crate) imports: &'static [&'static str],
}

pub(crate) struct Library {
    pub(crate) name: &'static str,
    pub(crate) rooms: &'static [&'static str],
}

/// One broken rule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Violation {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.what)
    }
}

fn violation(path: &str, line: usize, what: String) -> Violation {
    Violation { path: path.to_owned(), line, what }
}

/// Every rule about Rust files.
pub(super) fn check(rooms: &[Room], libraries: &[Library], files: &[SourceFile]) -> Vec<Violation> {
    let crate_map = CrateMap::new(files);
    let mut violations = Vec::new();
    for file in files {
        shape(file, &mut violations);
        if file.path.starts_with("src/") {
            floors(rooms, &crate_map, file, &mut violations);
            borrowed(libraries, &crate_map, file, &mut violations);
        }
    }
    circles(&crate_map, files, &mut violations);
    violations
}

/// Schema changes go forward only: `<version>_<name>/up.sql` and nothing that leads back; a version
/// is used once.
pub(super) fn migrations(paths: &[String]) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut versions: BTreeMap<(String, String), String> = BTreeMap::new();
    for path in paths {
        let mut parts = path.rsplit('/');
        let (file, folder) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let (version, name) = folder.split_once('_').unwrap_or(("", folder));
        let is_version = !version.is_empty() && version.chars().all(|c| c.is_ascii_digit() || c == '-');
        let is_name = !name.is_empty()
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !is_version || !is_name {
            violations.push(violation(path, 1, "a migration is <version>_<name>/up.sql".to_owned()));
            continue;
        }
        if !matches!(file, "up.sql" | "metadata.toml") {
            violations.push(violation(path, 1, format!("migrations go forward only: no {file}")));
        }
        let home = parts.collect::<Vec<_>>().join("/");
        let first = versions.entry((home, version.replace('-', ""))).or_insert_with(|| folder.to_owned());
        if first != folder {
            violations.push(violation(path, 1, format!("version {version} is taken by {first}")));
        }
    }
    violations
}

/// Length, names, the doc of a `mod.rs`, and no way around the checks.
fn shape(file: &SourceFile, violations: &mut Vec<Violation>) {
    let mut broken = |line, what: String| violations.push(violation(&file.path, line, what));
    let lines = file.text.lines().count();
    if lines > LONGEST_FILE {
        broken(lines, format!("{lines} lines; {LONGEST_FILE} at most"));
    }
    for part in file.path.trim_end_matches(".rs").split('/') {
        if let Some(word) = banned_word(part) {
            broken(1, format!("{word:?} says nothing: name what is in it"));
        }
    }
    for declaration in &file.declarations {
        match declaration {
            Declaration::Module { name, line } => {
                if let Some(word) = banned_word(name) {
                    broken(*line, format!("mod {name}: {word:?} says nothing: name what is in it"));
                }
            }
            Declaration::Detour { line } if file.path.starts_with("src/") => {
                broken(*line, "code comes in by `mod` and by `use` only".to_owned());
            }
            Declaration::Detour { .. } => {}
        }
    }
    if file.path.ends_with("/mod.rs") {
        let doc = file.text.lines().take_while(|line| line.starts_with("//!"));
        let doc = doc.filter(|line| line.len() > "//!".len()).count();
        if !(1..=LONGEST_MODULE_DOC).contains(&doc) {
            broken(1, format!("opens with {doc} lines of module doc; 1 to {LONGEST_MODULE_DOC} are wanted"));
        }
    }
}

fn banned_word(name: &str) -> Option<&str> {
    name.split('_').find(|word| BANNED_WORDS.contains(word))
}

/// A room imports only what the table lists for it. Holds for its unit tests too.
fn floors(rooms: &[Room], crate_map: &CrateMap, file: &SourceFile, violations: &mut Vec<Violation>) {
    let mut broken = |line, what: String| violations.push(violation(&file.path, line, what));
    let name = room_of(&file.path);
    if file.path == "src/lib.rs" {
        for declaration in &file.declarations {
            if let Declaration::Module { name, line } = declaration
                && !rooms.iter().any(|room| room.name == name)
            {
                broken(*line, format!("{name} is not a room of the table"));
            }
        }
        return;
    }
    let Some(own) = rooms.iter().find(|room| room.name == name) else {
        return broken(1, format!("{name} is not a room of the table"));
    };
    for reference in &file.references {
        let Some(path) = crate_map.absolute(reference) else { continue };
        let target = path.first().map_or("", String::as_str);
        if target == own.name {
            continue;
        }
        match rooms.iter().find(|room| room.name == target) {
            None => {
                broken(reference.line, format!("names crate::{target}, which is not a room of the table"))
            }
            Some(room) if !own.imports.contains(&room.name) => {
                let floor =
                    |room: &Room| room.floor.map_or("apart".to_owned(), |floor| format!("floor {floor}"));
                let (from, to) = (floor(own), floor(room));
                broken(reference.line, format!("{name} ({from}) may not import {target} ({to})"));
            }
            Some(_) => {}
        }
    }
}

/// A library appears in its rooms only; unit tests may borrow it as a second opinion.
fn borrowed(libraries: &[Library], crate_map: &CrateMap, file: &SourceFile, violations: &mut Vec<Violation>) {
    let room = room_of(&file.path);
    for reference in file.references.iter().filter(|reference| !reference.is_test) {
        if crate_map.absolute(reference).is_some() {
            continue;
        }
        let name = reference.segments.first().map_or("", String::as_str);
        if let Some(library) = libraries.iter().find(|library| library.name == name)
            && !library.rooms.contains(&room)
        {
            let what = format!("{name} belongs to {}, not to {room}", library.rooms.join(", "));
            violations.push(violation(&file.path, reference.line, what));
        }
    }
}

/// The first folder below `src`; the executable is part of `app`.
fn room_of(path: &str) -> &str {
    let inner = path.strip_prefix("src/").unwrap_or(path);
    match inner {
        "main.rs" => "app",
        _ => inner.split('/').next().unwrap_or(inner).trim_end_matches(".rs"),
    }
}

/// A module, the modules beside it that it needs, and one place that shows each need.
type Needs = BTreeMap<String, BTreeMap<String, (String, usize)>>;

/// Children of one parent that need each other, directly or through others; unit tests aside.
fn circles(crate_map: &CrateMap, files: &[SourceFile], violations: &mut Vec<Violation>) {
    let mut families: BTreeMap<Vec<String>, Needs> = BTreeMap::new();
    for file in files.iter().filter(|file| file.path.starts_with("src/")) {
        for reference in file.references.iter().filter(|reference| !reference.is_test) {
            let Some(path) = crate_map.absolute(reference) else { continue };
            let (from, to) = (file.module(), crate_map.home(path));
            let shared = from.iter().zip(&to).take_while(|(from, to)| from == to).count();
            if let (Some(own), Some(other)) = (from.get(shared), to.get(shared))
                && shared > 0
            {
                let needs = families.entry(from[..shared].to_vec()).or_default();
                let place = (file.path.clone(), reference.line);
                needs.entry(own.clone()).or_default().entry(other.clone()).or_insert(place);
            }
        }
    }
    for (parent, needs) in &families {
        for child in needs.keys() {
            let circle: Vec<&str> = reach(needs, child)
                .into_iter()
                .filter(|other| reach(needs, other).contains(child.as_str()))
                .collect();
            // Reported once, at its first member, with every step.
            if circle.first() != Some(&child.as_str()) {
                continue;
            }
            let mut steps = Vec::new();
            for from in &circle {
                for (to, (path, line)) in
                    needs[*from].iter().filter(|(to, _place)| circle.contains(&to.as_str()))
                {
                    steps.push((path, *line, format!("{from} needs {to} ({path}:{line})")));
                }
            }
            let what: Vec<&str> = steps.iter().map(|(_path, _line, step)| step.as_str()).collect();
            let what = format!("a circle in {}: {}", parent.join("::"), what.join(", "));
            violations.push(violation(steps[0].0, steps[0].1, what));
        }
    }
}

/// The modules that `from` needs, directly or through others, in order.
fn reach<'a>(needs: &'a Needs, from: &str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(module) = open.pop() {
        for next in needs.get(module).into_iter().flat_map(BTreeMap::keys) {
            if seen.insert(next.as_str()) {
                open.push(next);
            }
        }
    }
    seen
}

/// Which modules there are, and what each brings into scope.
struct CrateMap {
    modules: BTreeSet<Vec<String>>,
    /// (module, name) → the path that a `use` there stands for.
    scope: BTreeMap<(Vec<String>, String), Vec<String>>,
}

impl CrateMap {
    fn new(files: &[SourceFile]) -> Self {
        let sources = || files.iter().filter(|file| file.path.starts_with("src/"));
        let mut modules: BTreeSet<Vec<String>> = sources().map(SourceFile::module).collect();
        modules.insert(Vec::new());
        let mut map = Self { modules, scope: BTreeMap::new() };
        for reference in sources().flat_map(|file| &file.references).filter(|reference| !reference.is_test) {
            if let (Some(alias), Some(path)) = (&reference.alias, map.absolute(reference)) {
                map.scope.insert((reference.module.clone(), alias.clone()), path);
            }
        }
        map
    }

    /// The path from the crate's root, or `None` when it leads out of the crate or to a local name.
    fn absolute(&self, reference: &Reference) -> Option<Vec<String>> {
        let mut segments = reference.segments.iter().map(String::as_str).peekable();
        let mut path = match segments.peek().copied()? {
            "crate" | "cloudsso" => Vec::new(),
            "self" | "super" => reference.module.clone(),
            first => {
                let mut child = reference.module.clone();
                child.push(first.to_owned());
                return self.modules.contains(&child).then(|| {
                    reference.module.iter().cloned().chain(reference.segments.iter().cloned()).collect()
                });
            }
        };
        if path.is_empty() || segments.peek() == Some(&"self") {
            segments.next();
        }
        while segments.next_if_eq(&"super").is_some() {
            path.pop();
        }
        path.extend(segments.map(str::to_owned));
        Some(path)
    }

    /// The module that the item at `path` lives in, through what modules bring into scope.
    fn home(&self, mut path: Vec<String>) -> Vec<String> {
        let mut hops = 8;
        loop {
            let known = (0..=path.len()).rev().find(|length| self.modules.contains(&path[..*length]));
            let (module, rest) = path.split_at(known.unwrap_or(0));
            let brought = rest.first().and_then(|name| self.scope.get(&(module.to_vec(), name.clone())));
            match brought {
                Some(target) if hops > 0 => {
                    path = target.iter().cloned().chain(rest[1..].iter().cloned()).collect();
                    hops -= 1;
                }
                _ => return module.to_vec(),
            }
        }
    }
}
