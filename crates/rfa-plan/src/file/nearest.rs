//! The known name a mistyped one is nearest to.

use std::vec::Vec;

/// The name among `known` that `typed` most likely means; none where all are far off.
#[must_use]
pub fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = |name: &str| (name.chars().count().max(3)) / 3;
    known
        .map(|name| (distance(typed, name), name))
        .filter(|(steps, name)| *steps <= near(name))
        .min()
        .map(|(_, name)| name)
}

/// Insertions, deletions and substitutions that lead from one text to the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (index, a) in from.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index.saturating_add(1);
        let mut next = std::vec![left];
        for (b, above) in to.chars().zip(row.iter().skip(1)) {
            let swapped = diagonal.saturating_add(usize::from(a != b));
            left = swapped.min(above.saturating_add(1)).min(left.saturating_add(1));
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_single_steps() {
        for (from, to, steps) in [
            ("", "", 0),
            ("", "ab", 2),
            ("ab", "", 2),
            ("set_c", "setc", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(from, to), steps, "{from} -> {to}");
        }
    }

    #[test]
    fn names_what_is_near_only() {
        let known = ["set_c", "ramp_s", "hold_s", "before"];
        assert_eq!(nearest("hold", known.into_iter()), Some("hold_s"));
        assert_eq!(nearest("setc", known.into_iter()), Some("set_c"));
        assert_eq!(nearest("colour", known.into_iter()), None);
    }
}
