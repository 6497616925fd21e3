//! The known key of the configuration that somebody meant by an unknown one.

/// The known key that is nearest to the unknown one, out of the deserialiser's own message.
pub(super) fn nearest_known(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field `")?;
    let (unknown, rest) = rest.split_once('`')?;
    let known = rest.split('`').skip(1).step_by(2);
    known
        .min_by_key(|known| distance(unknown, known))
        .filter(|known| distance(unknown, known) <= 3)
        .map(str::to_owned)
}

/// How many single-character edits lead from one word to the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, left) in one.chars().enumerate() {
        let mut diagonal = line;
        let mut last = line + 1;
        let mut next = vec![last];
        for (above, right) in row.iter().skip(1).zip(&other) {
            let changed = diagonal + usize::from(left != *right);
            last = changed.min(last + 1).min(above + 1);
            diagonal = *above;
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!((distance("port", "port"), distance("prot", "port"), distance("", "abc")), (0, 2, 3));
    }
}
