//! Contrast of the colours that the style sheet sets on one another (WCAG 2.2, 1.4.3 and 1.4.11).

use std::collections::HashMap;

const STYLE: &str = include_str!("../../../../static/portal.css");

/// Text on what it stands on: 4.5 to 1.
const TEXT: [(&str, &str); 14] = [
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "sunken"),
    ("ink", "accent-wash"),
    ("quiet", "ground"),
    ("quiet", "surface"),
    ("quiet", "sunken"),
    ("quiet", "accent-wash"),
    ("accent", "ground"),
    ("accent", "surface"),
    ("accent", "accent-wash"),
    ("alarm", "alarm-wash"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
];

/// Edges of controls and the ring of focus: 3 to 1.
const EDGES: [(&str, &str); 4] =
    [("edge", "surface"), ("edge", "ground"), ("accent", "surface"), ("alarm", "surface")];

fn tokens(block: &str) -> HashMap<&str, [f64; 3]> {
    let declarations = block.split('}').next().unwrap().split(';');
    let pairs = declarations.filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
    pairs.map(|(name, hex)| (name, channels(hex))).collect()
}

fn channels(hex: &str) -> [f64; 3] {
    let long =
        if hex.len() == 3 { hex.chars().flat_map(|digit| [digit, digit]).collect() } else { hex.to_owned() };
    [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&long[at..at + 2], 16).unwrap()) / 255.0)
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear = colour.map(|c| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn colours_are_told_apart_in_light_and_dark() {
    let themes: Vec<_> = STYLE.split(":root {").skip(1).map(tokens).collect();
    assert_eq!(themes.len(), 2, "a light theme and a dark one");
    for (theme, name) in themes.iter().zip(["light", "dark"]) {
        for (pairs, least) in [(&TEXT[..], 4.5), (&EDGES[..], 3.0)] {
            for (above, below) in pairs {
                let ratio = contrast(theme[above], theme[below]);
                assert!(ratio >= least, "{name}: {above} on {below} has {ratio:.2}, not {least}");
            }
        }
    }
}

#[test]
fn the_measure_agrees_with_the_specification() {
    assert!((contrast(channels("fff"), channels("000000")) - 21.0).abs() < 1e-9);
    assert!((contrast(channels("767676"), channels("fff")) - 4.54).abs() < 0.01);
}
