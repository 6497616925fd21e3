//! Every refusal, with the essence of what it says, and the bounds.

use std::time::{Duration, Instant};

use super::super::super::error::{Error, ErrorKind};
use super::*;

fn refusal(filter: &str) -> Error {
    let error = Filter::parse(filter).expect_err("refused");
    assert_eq!(error.kind, ErrorKind::InvalidFilter);
    error
}

const OPERATOR: &str = "expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)";
const VALUE: &str = "expected a text in double quotes, a number, true, false or null";

/// A filter, and the essence of what is said to it.
const REFUSED: &[(&str, &str)] = &[
    ("", "at character 1: expected the name of an attribute, 'not' or '(', found the end"),
    ("   ", "at character 4: expected the name of an attribute, 'not' or '(', found the end"),
    ("\"a\" eq b", "at character 1: expected the name of an attribute, 'not' or '(', found a text"),
    ("9a pr", "at character 1: expected the name of an attribute, found \"9a\""),
    ("a.b.c pr", "at character 1: expected the name of an attribute, found \"a.b.c\""),
    ("日本 pr", "at character 1: expected the name of an attribute, found \"日本\""),
    ("core:userName pr", "at character 1: expected the name of an attribute, found \"core:userName\""),
    ("userName", "at character 9: expected an operator"),
    ("userName regex \"x\"", "at character 10: expected an operator"),
    ("a == 1", OPERATOR),
    ("a eqq 1", "found \"eqq\""),
    ("a eq", "at character 5: expected a text in double quotes"),
    ("a eq bob", "at character 6: expected a text in double quotes"),
    ("a eq 'bob'", "found a single quote"),
    ("a eq 01", VALUE),
    ("a eq +1", VALUE),
    ("a eq .5", VALUE),
    ("a eq 1.", VALUE),
    ("a eq 0x10", VALUE),
    ("a eq NaN", VALUE),
    ("a eq 1e999", "found \"1e999\""),
    ("a eq truee", VALUE),
    ("a eq (1)", "found '('"),
    ("a eq [1]", "found '['"),
    ("a eq {}", "found \"{}\""),
    ("a eq \"x", "at character 6: expected a text in double quotes"),
    ("a eq \"x", "found a text that has no closing quote"),
    (r#"a eq "x\""#, "found a text that has no closing quote"),
    (r#"a eq "\x""#, "found a text that is not as JSON writes texts"),
    (r#"a eq "\u12""#, "found a text that is not as JSON writes texts"),
    (r#"a eq "\ud83d""#, "half a surrogate pair"),
    (r#"a eq "\ud83dx""#, "half a surrogate pair"),
    (r#"a eq "\ude00\ud83d""#, "half a surrogate pair"),
    ("a eq \"x\ny\"", "a control character"),
    ("a pr b pr", "at character 6: expected 'and', 'or' or the end, found \"b\""),
    ("a pr and", "at character 9: expected the name of an attribute, 'not' or '(', found the end"),
    ("a pr or or b pr", "expected an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr), found \"b\""),
    ("a pr & b pr", "expected 'and', 'or' or the end, found \"&\""),
    ("a pr)", "at character 5: expected 'and', 'or' or the end, found ')'"),
    ("(a pr", "at character 6: expected 'and', 'or' or ')', found the end"),
    ("(a pr]", "at character 6: expected 'and', 'or' or ')', found ']'"),
    ("()", "at character 2: expected the name of an attribute, 'not' or '(', found ')'"),
    ("not a pr", "at character 5: expected '(' after 'not', found \"a\""),
    ("not not (a pr)", "expected '(' after 'not', found \"not\""),
    ("not", "expected '(' after 'not', found the end"),
    ("a[]", "at character 3: expected the name of an attribute, 'not' or '(', found ']'"),
    ("a[b pr", "at character 7: expected 'and', 'or' or ']', found the end"),
    ("a[b pr)", "expected 'and', 'or' or ']', found ')'"),
    ("a[b[c pr] pr]", "at character 4: expected an operator: brackets do not stand within brackets"),
    ("a[(b[c pr])]", "brackets do not stand within brackets, found '['"),
    ("a.b[c pr]", "at character 4: expected an operator: a sub-attribute takes no brackets"),
    ("a[b.c pr]", "at character 3: expected the name of a sub-attribute alone, as always within brackets"),
    ("a[urn:x:y:b pr]", "expected the name of a sub-attribute alone"),
    ("[a pr]", "expected the name of an attribute, 'not' or '(', found '['"),
    ("a[b pr] eq 1", "expected 'and', 'or' or the end, found \"eq\""),
    ("a[b pr].c", "at character 10: expected an operator"),
    ("a[b pr]. pr", "at character 8: expected the name of a sub-attribute after the dot"),
    ("a[b pr].c.d pr", "expected the name of a sub-attribute after the dot, found \".c.d\""),
    ("a[b pr].c[d pr]", "expected an operator"),
];

#[test]
fn a_refusal_says_where_and_what() {
    for (filter, essence) in REFUSED {
        let detail = refusal(filter).detail;
        assert!(detail.contains(essence), "{filter}: {detail}");
    }
}

#[test]
fn a_refusal_repeats_little_of_the_request_and_nothing_of_a_text() {
    let word = format!("x{}", "日".repeat(500));
    let detail = refusal(&format!("a {word} 1")).detail;
    assert!(detail.ends_with(&format!("found \"x{}…\"", "日".repeat(31))), "{detail}");
    let detail = refusal("a \u{1b}[31m 1").detail;
    assert!(detail.ends_with("found \"\u{fffd}\""), "{detail}");
    let detail = refusal("password eq \"secret").detail;
    assert!(!detail.contains("secret"), "{detail}");
}

/// What is far too much, made cheaply. Each is refused because of the bound that is named.
#[test]
fn what_is_too_much_is_refused_at_once() {
    let chain = |terms: usize| vec!["a pr"; terms].join(" or ");
    let group =
        |open: &str, depth: usize, close: &str| format!("{}a pr{}", open.repeat(depth), close.repeat(depth));
    let cases = [
        ("x".repeat(1_000_000), "a filter may have 65536 bytes, and this one has 1000000"),
        (chain(100_000), "a filter may have 65536 bytes"),
        (chain(MOST_TERMS + 1), "a filter may have 1000 comparisons"),
        (format!("e[{}].c pr", chain(MOST_TERMS)), "a filter may have 1000 comparisons"),
        (group("(", 10_000, ")"), "at character 33: parentheses and brackets may stand 32 deep"),
        (group("not (", 10_000, ")"), "at character 165: parentheses and brackets may stand 32 deep"),
        ("(".repeat(10_000), "parentheses and brackets may stand 32 deep"),
        ("not(".repeat(10_000), "parentheses and brackets may stand 32 deep"),
        ("a[(".repeat(10_000), "brackets do not stand within brackets"),
        (format!("a[{}", "(".repeat(10_000)), "parentheses and brackets may stand 32 deep"),
        (group("(", DEEPEST + 1, ")"), "parentheses and brackets may stand 32 deep"),
        (format!("a eq \"{}", "\\".repeat(60_000)), "no closing quote"),
        ("\"".repeat(60_000), "found a text"),
    ];
    for (filter, essence) in cases {
        let started = Instant::now();
        let detail = refusal(&filter).detail;
        assert!(detail.contains(essence), "{detail}");
        assert!(started.elapsed() < Duration::from_secs(2), "{essence}: {:?}", started.elapsed());
    }
}

#[test]
fn what_is_just_within_the_bounds_is_read() {
    let deep = format!("{}a pr{}", "not (".repeat(DEEPEST), ")".repeat(DEEPEST));
    assert_eq!(Filter::parse(&deep).map(|filter| filter.to_string()), Ok(deep));
    let bracket = format!("a[{}b pr{}]", "(".repeat(DEEPEST - 1), ")".repeat(DEEPEST - 1));
    assert_eq!(Filter::parse(&bracket), Ok(element("a", pr("b"))));
    let long = format!("a eq \"{}\"", "x".repeat(LONGEST - 7));
    assert_eq!(long.len(), LONGEST);
    assert!(Filter::parse(&long).is_ok());
    // Depth is how deep they stand within each other, not how many there are.
    let wide = vec!["(a pr)"; 200].join(" and ");
    assert!(Filter::parse(&wide).is_ok());
}
