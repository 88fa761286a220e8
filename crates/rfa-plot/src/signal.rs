//! A signal over time, thinned so that no peak is lost.

/// Buckets a signal keeps at most: some for each pixel of the widest picture of a screen.
const BUCKETS_MAX: usize = 8_192;

/// A point: time and value.
type Point = (f64, f64);

/// What came within one stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bucket {
    first: Point,
    low: Point,
    high: Point,
    last: Point,
    /// Nothing joins it to the bucket before.
    apart: bool,
}

impl Bucket {
    const fn new(point: Point, apart: bool) -> Self {
        Self { first: point, low: point, high: point, last: point, apart }
    }

    fn take(&mut self, later: &Self) {
        if later.low.1 < self.low.1 {
            self.low = later.low;
        }
        if later.high.1 > self.high.1 {
            self.high = later.high;
        }
        self.last = later.last;
    }

    /// Its points in the order of their times, none twice.
    fn points(&self) -> impl Iterator<Item = Point> {
        let mut inner = [self.low, self.high];
        if inner[0].0 > inner[1].0 {
            inner.swap(0, 1);
        }
        let mut all = vec![self.first, inner[0], inner[1], self.last];
        all.dedup();
        all.into_iter()
    }
}

/// A signal as it is drawn: for each stretch of time its first, lowest, highest and last value.
///
/// Memory is bounded however long a session is. As long as it has at most 8192 points it holds
/// every one; beyond, neighbours are put together, and what is a peak or a dip stays at its own
/// time with its own value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Signal {
    buckets: Vec<Bucket>,
    /// Length of a bucket; 0: every point is its own.
    width: f64,
    broken: bool,
}

impl Signal {
    /// Adds a value. Times rise; a value that is no number breaks the line, and so does a time that
    /// is none or goes back, which is left out.
    pub fn push(&mut self, time: f64, value: f64) {
        let back = self.buckets.last().is_some_and(|last| time < last.last.0);
        if back || !time.is_finite() || !value.is_finite() {
            self.broken = true;
            return;
        }
        let apart = std::mem::take(&mut self.broken);
        self.buckets.push(Bucket::new((time, value), apart));
        if self.width > 0.0 {
            self.join_last();
        }
        if self.buckets.len() > BUCKETS_MAX {
            let from = self.buckets.first().map_or(0.0, |bucket| bucket.first.0);
            let span = (time - from).max(f64::MIN_POSITIVE);
            // Half as many afterwards, wherever the points lie.
            self.width = (self.width * 2.0).max(span * 2.0 / BUCKETS_MAX as f64);
            self.buckets = joined(&self.buckets, 0.0, self.width);
        }
    }

    fn join_last(&mut self) {
        let Some(newest) = self.buckets.pop() else { return };
        match self.buckets.last_mut() {
            Some(last)
                if place(last.first.0, 0.0, self.width)
                    == place(newest.first.0, 0.0, self.width) =>
            {
                last.take(&newest);
            }
            _ => self.buckets.push(newest),
        }
    }

    /// The next value does not belong to the one before.
    pub const fn break_line(&mut self) {
        self.broken = true;
    }

    /// There is no value at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// Its lowest and highest value; absent where it is empty.
    #[must_use]
    pub fn range(&self) -> Option<(f64, f64)> {
        let ends = self.buckets.iter().map(|bucket| (bucket.low.1, bucket.high.1));
        ends.reduce(|(a, b), (low, high)| (a.min(low), b.max(high)))
    }

    /// The lines to draw between two times on `columns` columns: for each column first, lowest,
    /// highest and last value, so that no peak vanishes whatever the picture's width.
    #[must_use]
    pub fn lines(&self, (from, to): (f64, f64), columns: f64) -> Vec<Vec<Point>> {
        let inside = |bucket: &&Bucket| bucket.last.0 >= from && bucket.first.0 <= to;
        let shown: Vec<Bucket> = self.buckets.iter().filter(inside).copied().collect();
        let width = (to - from) / columns;
        let mut lines: Vec<Vec<Point>> = Vec::new();
        for bucket in joined(&shown, from, width) {
            if bucket.apart || lines.is_empty() {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut() {
                line.extend(bucket.points());
            }
        }
        lines
    }
}

/// The number of the stretch a time is in.
fn place(time: f64, from: f64, width: f64) -> f64 {
    ((time - from) / width).floor()
}

/// Neighbours of one stretch of time put together. A gap shorter than that is not kept.
fn joined(buckets: &[Bucket], from: f64, width: f64) -> Vec<Bucket> {
    let mut all: Vec<Bucket> = Vec::new();
    for bucket in buckets {
        match all.last_mut() {
            Some(last)
                if place(last.first.0, from, width) == place(bucket.first.0, from, width) =>
            {
                last.take(bucket);
            }
            _ => all.push(*bucket),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn signal(values: &[f64]) -> Signal {
        let mut signal = Signal::default();
        for (index, value) in values.iter().enumerate() {
            signal.push(index as f64 * 0.01, *value);
        }
        signal
    }

    fn extremes(points: &[Point]) -> Option<(f64, f64)> {
        let ends = points.iter().map(|(_, value)| (*value, *value));
        ends.reduce(|(a, b), (low, high)| (a.min(low), b.max(high)))
    }

    proptest! {
        /// Whatever the width of the picture, each column is drawn from its own lowest to its own
        /// highest value, and the line goes through nothing that was not measured.
        #[test]
        fn no_peak_vanishes(
            values in prop::collection::vec(-1e3_f64..1e3, 1..3_000),
            columns in 1_u32..900,
        ) {
            let signal = signal(&values);
            let window = (0.0, values.len() as f64 * 0.01);
            let lines = signal.lines(window, f64::from(columns));
            prop_assert_eq!(lines.len(), 1);
            let width = (window.1 - window.0) / f64::from(columns);
            let column = |time: f64| (time / width).floor() as usize;
            let mut measured = vec![Vec::new(); column(window.1) + 2];
            for (index, value) in values.iter().enumerate() {
                let at = index as f64 * 0.01;
                measured[column(at)].push((at, *value));
            }
            let mut drawn = vec![Vec::new(); measured.len()];
            for point in &lines[0] {
                drawn[column(point.0)].push(*point);
                prop_assert!(measured[column(point.0)].contains(point));
            }
            for (measured, drawn) in measured.iter().zip(&drawn) {
                prop_assert_eq!(extremes(measured), extremes(drawn));
                prop_assert!(drawn.len() <= 4);
            }
        }
    }

    /// Hours of ticks in bounded memory, one tick's spike among them at its own time.
    #[test]
    fn a_spike_in_a_long_session_stays() {
        let mut signal = Signal::default();
        let spike = (4_321.98, 99.0);
        for tick in 0..2_000_000_u32 {
            let at = f64::from(tick) * 0.01;
            let value = if tick == 432_198 { spike.1 } else { f64::from(tick % 7) };
            signal.push(at, value);
        }
        assert!(signal.buckets.len() <= BUCKETS_MAX, "{}", signal.buckets.len());
        assert_eq!(signal.range(), Some((0.0, 99.0)));
        let lines = signal.lines((0.0, 20_000.0), 760.0);
        assert_eq!(lines.len(), 1);
        let found = lines[0].iter().find(|(_, value)| *value > 6.0).copied();
        assert_eq!(found, Some((432_198.0 * 0.01, 99.0)));
    }

    #[test]
    fn what_is_no_number_breaks_the_line() {
        let broken = signal(&[1.0, 2.0, f64::NAN, 3.0, f64::INFINITY, f64::NAN, 4.0, 5.0]);
        let lines = broken.lines((0.0, 1.0), 1_000.0);
        assert_eq!(lines.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 2]);
        let mut back = signal(&[1.0, 2.0]);
        back.push(-5.0, 7.0);
        assert_eq!(back.range(), Some((1.0, 2.0)));
        assert!(Signal::default().is_empty() && Signal::default().range().is_none());
    }
}
