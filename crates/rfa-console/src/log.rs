//! What happened, newest first, for the screens. The recording has everything; this has the last
//! few hundred entries.

use rfa_interlock::Priority;
use rfa_units::HostInstant;
use std::collections::VecDeque;

/// Entries kept; the oldest go first.
const ENTRIES_MAX: usize = 300;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) at: HostInstant,
    pub(crate) priority: Option<Priority>,
    pub(crate) text: String,
}

/// The log.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    entries: VecDeque<Entry>,
}

impl Log {
    pub(crate) fn push(&mut self, at: HostInstant, text: impl Into<String>) {
        self.push_alarm(at, None, text);
    }

    pub(crate) fn push_alarm(
        &mut self,
        at: HostInstant,
        priority: Option<Priority>,
        text: impl Into<String>,
    ) {
        if self.entries.len() >= ENTRIES_MAX {
            self.entries.pop_back();
        }
        // What a tick says comes later than what a key said, and may be older.
        let place = self.entries.iter().position(|entry| entry.at <= at);
        let entry = Entry { at, priority, text: text.into() };
        self.entries.insert(place.unwrap_or(self.entries.len()), entry);
    }

    /// Memory that it takes beside itself, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let texts: usize = self.entries.iter().map(|entry| entry.text.capacity()).sum();
        self.entries.capacity() * size_of::<Entry>() + texts
    }

    /// Newest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Those that have these words, in whatever letters; all of them without any.
    pub(crate) fn with<'a>(&'a self, words: Option<&str>) -> impl Iterator<Item = &'a Entry> {
        let words = words.map(str::to_ascii_lowercase);
        self.iter().filter(move |entry| {
            words.as_ref().is_none_or(|words| entry.text.to_ascii_lowercase().contains(words))
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_newest_first_whatever_came_first() {
        let mut log = Log::default();
        for (us, text) in [(20, "b"), (10, "a"), (30, "d"), (20, "c")] {
            log.push(HostInstant::from_micros(us), text);
        }
        let texts: Vec<&str> = log.iter().map(|entry| entry.text.as_str()).collect();
        assert_eq!(texts, ["d", "c", "b", "a"]);
    }

    #[test]
    fn keeps_the_newest_and_no_more_than_its_limit() {
        let mut log = Log::default();
        for n in 0..ENTRIES_MAX + 5 {
            log.push(HostInstant::from_micros(n as u64), n.to_string());
        }
        assert_eq!(log.len(), ENTRIES_MAX);
        assert_eq!(log.iter().next().map(|e| e.text.clone()), Some("304".to_string()));
    }
}
