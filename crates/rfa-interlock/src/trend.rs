//! Tenths of a second, averaged: what the rules on slow changes look back to (H-12, H-16, H-17,
//! H-19). One sample decides nothing here, and ten weigh a third of its noise (decision 2).

use crate::history::{Sample, impedance, pad, tip};
use rfa_units::{GeneratorInstant, Span};

/// Length of a block.
const BLOCK: Span = Span::from_millis(100);
/// The block being filled, those of one second, and one that began before it.
const BLOCKS: usize = 12;
/// Fewer samples than half of those due at 100 Hz make no block.
const LEAST: u32 = 5;

/// The mean of one quantity; unusable where one of its readings is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mean {
    sum: i64,
    count: u32,
    missing: bool,
}

impl Mean {
    const NONE: Self = Self { sum: 0, count: 0, missing: false };

    fn add(&mut self, value: Option<i64>) {
        match value {
            Some(value) => {
                self.sum = self.sum.saturating_add(value);
                self.count = self.count.saturating_add(1);
            }
            None => self.missing = true,
        }
    }

    pub(crate) fn get(&self) -> Option<i64> {
        let usable = !self.missing && self.count >= LEAST;
        usable.then(|| self.sum.checked_div(i64::from(self.count))).flatten()
    }
}

/// A tenth of a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    number: u64,
    pub(crate) tip: Mean,
    pub(crate) impedance: Mean,
    pub(crate) pad: Mean,
}

impl Block {
    fn add(&mut self, sample: &Sample) {
        self.tip.add(tip(sample));
        self.impedance.add(impedance(sample));
        self.pad.add(pad(sample));
    }

    /// When it began.
    pub(crate) const fn began(&self) -> GeneratorInstant {
        GeneratorInstant::from_micros(self.number.saturating_mul(BLOCK.as_micros()))
    }

    const fn ended(&self) -> GeneratorInstant {
        self.began().plus(BLOCK)
    }
}

/// The newest blocks, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trend {
    blocks: [Option<Block>; BLOCKS],
}

impl Trend {
    pub(crate) const fn new() -> Self {
        Self { blocks: [None; BLOCKS] }
    }

    pub(crate) fn push(&mut self, sample: &Sample) {
        let number = sample.at.as_micros().checked_div(BLOCK.as_micros()).unwrap_or(0);
        let filling = |block: &Option<Block>| block.is_some_and(|block| block.number == number);
        if !self.blocks.first().is_some_and(filling) {
            self.blocks.rotate_right(1);
            let mean = Mean::NONE;
            let block = Block { number, tip: mean, impedance: mean, pad: mean };
            if let Some(first) = self.blocks.first_mut() {
                *first = Some(block);
            }
        }
        if let Some(Some(block)) = self.blocks.first_mut() {
            block.add(sample);
        }
    }

    /// The full blocks, newest first, of which a part lies within `window` before `now`: a rule's
    /// window is its threshold's, and up to a block longer.
    pub(crate) fn within(
        &self,
        now: GeneratorInstant,
        window: Span,
    ) -> impl Iterator<Item = &Block> {
        let recent = move |block: &&Block| now.since(block.ended()) < window;
        self.blocks.iter().skip(1).flatten().filter(recent)
    }
}
