//! The rows a person confirms before arming.

/// One row that only a person can confirm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manual {
    /// The site has approved this preset.
    Approved,
    /// H-36: a set temperature above the usual.
    Hot,
    /// H-51: the implant question.
    Implants,
    /// H-37: patient, side and target read back aloud.
    Patient,
    /// H-19: the return pad.
    Pad,
    /// H-38, H-57: the electrode.
    Electrode,
    /// Needle position.
    Position,
}

/// The ticks and the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checklist {
    rows: Vec<(Manual, bool)>,
    cursor: usize,
}

impl Checklist {
    /// The rows in the order of work; `hot`: the plan is hotter than usual for its target.
    pub(crate) fn new(hot: bool) -> Self {
        let mut rows = vec![Manual::Approved];
        rows.extend(hot.then_some(Manual::Hot));
        rows.extend([Manual::Patient, Manual::Implants, Manual::Pad]);
        rows.extend([Manual::Electrode, Manual::Position]);
        Self { rows: rows.into_iter().map(|row| (row, false)).collect(), cursor: 0 }
    }

    /// Every row, with its tick and whether the cursor is on it.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (Manual, bool, bool)> {
        let numbered = self.rows.iter().enumerate();
        numbered.map(|(index, (row, ticked))| (*row, *ticked, index == self.cursor))
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn up(&mut self) {
        self.cursor = self.cursor.saturating_sub(1);
    }

    pub(crate) fn down(&mut self) {
        self.cursor = (self.cursor + 1).min(self.rows.len().saturating_sub(1));
    }

    /// Ticks the current row (and moves on), or takes its tick back (and stays).
    pub(crate) fn toggle(&mut self) {
        if let Some((_, ticked)) = self.rows.get_mut(self.cursor) {
            *ticked = !*ticked;
            if *ticked {
                self.down();
            }
        }
    }

    /// Every row ticked, or none: what a recording tells.
    pub(crate) fn set_all(&mut self, ticked: bool) {
        self.rows.iter_mut().for_each(|row| row.1 = ticked);
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.open_rows() == 0
    }

    /// Rows still to be confirmed.
    pub(crate) fn open_rows(&self) -> usize {
        self.rows.iter().filter(|(_, ticked)| !ticked).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_complete_only_when_every_row_is_ticked() {
        for hot in [false, true] {
            let mut list = Checklist::new(hot);
            assert_eq!(list.rows().any(|(row, _, _)| row == Manual::Hot), hot, "H-36");
            for _ in 0..list.len() {
                assert!(!list.is_complete());
                list.toggle();
            }
            assert!(list.is_complete());
            list.toggle();
            assert_eq!((list.is_complete(), list.open_rows()), (false, 1));
        }
    }
}
