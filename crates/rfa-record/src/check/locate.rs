//! Which record does not fit, told by the records' tags.

use crate::chain::TAG_DIGITS;

/// Where two rows of tags part, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parting {
    /// The first record that does not fit, counted in those that are there.
    pub(super) place: usize,
    pub(super) how: How,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Changed,
    Missing,
    Added,
    Moved,
}

/// Compares the tags of the records that are `there` with those `told` by their checkpoint.
pub(super) fn parting(there: &str, told: &str) -> Option<Parting> {
    let (there, told) = (tags(there), tags(told));
    let place = (0..there.len().max(told.len())).find(|at| there.get(*at) != told.get(*at))?;
    let how = match (there.get(place), told.get(place)) {
        (None, _) => How::Missing,
        (_, None) => How::Added,
        (Some(this), Some(that)) => {
            let later = |tags: &[&[u8]], tag| tags.iter().skip(place + 1).any(|of| *of == tag);
            // The rest of the longer row decides between one too many and one too few.
            match there.len().cmp(&told.len()) {
                std::cmp::Ordering::Less if told.get(place + 1) == Some(this) => How::Missing,
                std::cmp::Ordering::Greater if there.get(place + 1) == Some(that) => How::Added,
                _ if later(&told, *this) && later(&there, *that) => How::Moved,
                _ => How::Changed,
            }
        }
    };
    Some(Parting { place, how })
}

fn tags(text: &str) -> Vec<&[u8]> {
    text.as_bytes().chunks(TAG_DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(letters: &str) -> String {
        letters.chars().map(|letter| letter.to_string().repeat(TAG_DIGITS)).collect()
    }

    #[test]
    fn each_kind_of_difference_is_told_at_its_place() {
        let told = row("abcdef");
        let cases = [
            ("abcdef", None),
            ("abXdef", Some((2, How::Changed))),
            ("abdef", Some((2, How::Missing))),
            ("abcde", Some((5, How::Missing))),
            ("bcdef", Some((0, How::Missing))),
            ("abXcdef", Some((2, How::Added))),
            ("abcdefX", Some((6, How::Added))),
            ("abbcdef", Some((2, How::Added))),
            ("abdcef", Some((2, How::Moved))),
            ("aecdbf", Some((1, How::Moved))),
            ("", Some((0, How::Missing))),
        ];
        for (there, expected) in cases {
            let found = parting(&row(there), &told).map(|p| (p.place, p.how));
            assert_eq!(found, expected, "{there}");
        }
    }
}
