//! Words out of a file, kept and told with a limit.

/// Characters that are kept of a name.
const CHARS_MAX: usize = 80;
/// Characters that are told of what is wrong at a place.
const REASON_CHARS_MAX: usize = 400;
/// Names that are kept at most.
const NAMES_MAX: usize = 64;

/// The beginning of a name that a file may have made as long as it likes.
pub(crate) fn short(name: &str) -> String {
    first(CHARS_MAX, name)
}

/// The beginning of what is wrong at a place, in which a file may be quoted at any length.
pub(crate) fn reason(why: &str) -> String {
    first(REASON_CHARS_MAX, why)
}

fn first(chars: usize, text: &str) -> String {
    let mut kept: String = text.chars().take(chars).collect();
    if kept.len() < text.len() {
        kept.push_str("...");
    }
    kept
}

/// Names, each once, cut short; of those beyond the limit only the count.
#[derive(Debug, Default)]
pub(crate) struct Names {
    names: std::collections::BTreeSet<String>,
    more: u64,
}

impl Names {
    pub(crate) fn add(&mut self, name: &str) {
        let name = short(name);
        if self.names.len() < NAMES_MAX {
            self.names.insert(name);
        } else if !self.names.contains(&name) {
            self.more += 1;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

impl std::fmt::Display for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, name) in self.names.iter().enumerate() {
            write!(f, "{}{name}", if place == 0 { "" } else { ", " })?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
