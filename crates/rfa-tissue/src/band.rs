//! A symmetric positive definite band matrix, factored once and solved many times.
//!
//! On a structured mesh the unknowns of one row of cells couple to the row before and after, so
//! the matrix fits a band as wide as a row. For the few thousand cells of a needle this is as
//! fast as any sparse ordering, it streams through memory, and its arithmetic is the same on
//! every machine.

use crate::lanes;
use pulp::{Arch, Simd, WithSimd};
use thiserror::Error;

/// The matrix has a pivot that is not positive: not positive definite, or not finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the matrix is not positive definite (row {row})")]
pub(crate) struct NotPositive {
    /// The row whose pivot failed.
    pub(crate) row: usize,
}

/// Columns that are solved together: each value of the solution is loaded once for all of them.
const PANEL: usize = 4;
/// Entries of a panel's own triangle, row by row; the inverse pivots stand on its diagonal.
const TRIANGLE: usize = PANEL * PANEL;

/// The `L D L^T` factors of a symmetric band matrix.
///
/// Columns end in zeros, so that loops in whole lanes may run past the band.
#[derive(Debug, Clone)]
pub(crate) struct BandFactor {
    /// Column by column: the pivot's inverse, then the `band` entries of `L` below it, then zeros.
    columns: Vec<f64>,
    /// The same for the solves, four columns to a panel: the triangle, then the four columns
    /// below it, filled up with zeros.
    panels: Vec<f64>,
    scaled: Vec<f64>,
    /// The solution on the way, with zeros behind it.
    x: Vec<f64>,
    band: usize,
}

impl BandFactor {
    /// Room for `size` unknowns with `band` diagonals below the main one.
    pub(crate) fn new(size: usize, band: usize) -> Self {
        let panels = size.div_ceil(PANEL);
        Self {
            columns: vec![0.0; size.saturating_mul(column_len(band))],
            panels: vec![0.0; panels.saturating_mul(panel_len(band))],
            scaled: vec![0.0; column_len(band)],
            x: vec![0.0; panels.saturating_mul(PANEL).saturating_add(lanes::padded(band))],
            band,
        }
    }

    /// Factors a five-point matrix.
    ///
    /// `diagonal` has one entry for each unknown, `next` couples it to the following one and
    /// `above` to the one `band` further on; both are the (negative) off-diagonal entries.
    pub(crate) fn factor(
        &mut self,
        diagonal: &[f64],
        next: &[f64],
        above: &[f64],
    ) -> Result<(), NotPositive> {
        let entries = diagonal.iter().zip(next).zip(above);
        let columns = self.columns.chunks_exact_mut(column_len(self.band));
        for (column, ((diagonal, next), above)) in columns.zip(entries) {
            column.fill(0.0);
            if let Some(last) = column.get_mut(self.band) {
                *last = *above;
            }
            if let [pivot, first, ..] = column {
                *pivot = *diagonal;
                *first += *next;
            }
        }
        Arch::new().dispatch(Eliminate(self))?;
        self.fill_panels();
        Ok(())
    }

    #[inline(always)]
    fn eliminate<S: Simd>(&mut self, simd: S) -> Result<(), NotPositive> {
        let Self { columns, scaled, band, .. } = self;
        let mut rest = columns.as_mut_slice();
        let mut row: usize = 0;
        while let Some((column, tail)) = rest.split_at_mut_checked(column_len(*band)) {
            let Some((pivot, below)) = column.split_first_mut() else { break };
            if !(*pivot > 0.0 && pivot.is_finite()) {
                return Err(NotPositive { row });
            }
            let inverse = 1.0 / *pivot;
            *pivot = inverse;
            scaled.clear();
            scaled.extend(below.iter().map(|entry| entry * inverse));
            let mut entries: &[f64] = below;
            let targets = tail.chunks_exact_mut(column_len(*band));
            for (target, factor) in targets.zip(scaled.iter().take(*band)) {
                lanes::take_away_one(simd, entries, *factor, target);
                entries = entries.split_first().map_or(&[], |(_, later)| later);
            }
            below.copy_from_slice(scaled);
            rest = tail;
            row = row.saturating_add(1);
        }
        Ok(())
    }

    fn fill_panels(&mut self) {
        let band = self.band;
        let groups = self.columns.chunks(column_len(band).saturating_mul(PANEL));
        for (panel, group) in self.panels.chunks_exact_mut(panel_len(band)).zip(groups) {
            panel.fill(0.0);
            let Some((triangle, below)) = panel.split_first_chunk_mut::<TRIANGLE>() else { break };
            // A panel that is not full solves for 0 = 0 in what is left.
            let columns = group.chunks_exact(column_len(band));
            let columns = columns.map(Some).chain(core::iter::repeat(None));
            let lowers = below.chunks_mut(lanes::padded(band).max(1));
            for ((place, column), lower) in (0..PANEL).zip(columns).zip(lowers) {
                let column = column.unwrap_or(&[1.0]);
                let inside = PANEL.saturating_sub(place);
                let diagonal =
                    triangle.get_mut(place.saturating_mul(PANEL).saturating_add(place)..);
                let rows = diagonal.unwrap_or(&mut []).iter_mut().step_by(PANEL);
                for (to, from) in rows.zip(column) {
                    *to = *from;
                }
                for (to, from) in lower.iter_mut().zip(column.iter().skip(inside)) {
                    *to = *from;
                }
            }
        }
    }

    /// Replaces the right-hand side in `x` by the solution.
    pub(crate) fn solve(&mut self, x: &mut [f64]) {
        let Self { panels, x: work, band, .. } = self;
        let values = x.iter().copied().chain(core::iter::repeat(0.0));
        work.iter_mut().zip(values).for_each(|(to, from)| *to = from);
        Arch::new().dispatch(Solve { panels: Panels { panels, band: *band }, x: work });
        x.copy_from_slice(work.get(..x.len()).unwrap_or(&[]));
    }
}

/// The factors as a solve reads them.
#[derive(Clone, Copy)]
struct Panels<'a> {
    panels: &'a [f64],
    band: usize,
}

impl<'a> Panels<'a> {
    #[inline(always)]
    fn iter(self) -> impl DoubleEndedIterator<Item = (&'a [f64; TRIANGLE], [&'a [f64]; PANEL])> {
        let length = lanes::padded(self.band);
        self.panels.chunks_exact(panel_len(self.band)).filter_map(move |panel| {
            let (triangle, below) = panel.split_first_chunk::<TRIANGLE>()?;
            let (a, below) = below.split_at_checked(length)?;
            let (b, below) = below.split_at_checked(length)?;
            let (c, d) = below.split_at_checked(length)?;
            Some((triangle, [a, b, c, d]))
        })
    }

    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: &mut [f64]) {
        let mut rest = x;
        for (triangle, columns) in self.iter() {
            let Some((head, tail)) = rest.split_first_chunk_mut::<PANEL>() else { break };
            let [_, _, _, _, ba, _, _, _, ca, cb, _, _, da, db, dc, _] = triangle;
            let [xa, mut xb, mut xc, mut xd] = *head;
            xb -= ba * xa;
            xc -= ca * xa + cb * xb;
            xd -= da * xa + db * xb + dc * xc;
            *head = [xa, xb, xc, xd];
            lanes::take_away(simd, columns, *head, tail);
            rest = tail;
        }
    }

    #[inline(always)]
    fn backward<S: Simd>(self, simd: S, x: &mut [f64]) {
        let mut end = x.len().saturating_sub(lanes::padded(self.band));
        for (triangle, columns) in self.iter().rev() {
            end = end.saturating_sub(PANEL);
            let Some((_, rest)) = x.split_at_mut_checked(end) else { break };
            let Some((head, tail)) = rest.split_first_chunk_mut::<PANEL>() else { break };
            let [a, _, _, _, ba, b, _, _, ca, cb, c, _, da, db, dc, d] = triangle;
            let [xa, xb, xc, xd] = *head;
            let [sa, sb, sc, sd] = lanes::dots(simd, columns, tail);
            let xd = xd * d - sd;
            let xc = xc * c - sc - dc * xd;
            let xb = xb * b - sb - cb * xc - db * xd;
            let xa = xa * a - sa - ba * xb - ca * xc - da * xd;
            *head = [xa, xb, xc, xd];
        }
    }
}

/// [`BandFactor::solve`], for any registers.
struct Solve<'a> {
    panels: Panels<'a>,
    x: &'a mut [f64],
}

impl WithSimd for Solve<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.panels.forward(simd, self.x);
        self.panels.backward(simd, self.x);
    }
}

/// [`BandFactor::eliminate`], for any registers.
struct Eliminate<'a>(&'a mut BandFactor);

impl WithSimd for Eliminate<'_> {
    type Output = Result<(), NotPositive>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        self.0.eliminate(simd)
    }
}

/// The pivot, the band, and zeros enough for whole lanes from any entry on.
const fn column_len(band: usize) -> usize {
    band.saturating_add(1).saturating_add(lanes::LANES)
}

const fn panel_len(band: usize) -> usize {
    TRIANGLE.saturating_add(lanes::padded(band).saturating_mul(PANEL))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A diagonally dominant five-point matrix times the solution is the right-hand side.
        #[test]
        fn solves_what_it_factored(
            nx in 1_usize..9,
            ny in 1_usize..9,
            seed in proptest::collection::vec(0.01_f64..1.0, 300),
        ) {
            let n = nx * ny;
            let mut values = seed.iter().cycle().copied();
            let mut next: Vec<f64> = values.by_ref().take(n).map(|v| -v).collect();
            let mut above: Vec<f64> = values.by_ref().take(n).map(|v| -v).collect();
            let right: Vec<f64> = values.by_ref().take(n).collect();
            for (i, entry) in next.iter_mut().enumerate() {
                if (i + 1) % nx == 0 || nx == 1 { *entry = 0.0; }
            }
            for (i, entry) in above.iter_mut().enumerate() {
                if i + nx >= n { *entry = 0.0; }
            }
            let diagonal: Vec<f64> = (0..n).map(|_| 4.5).collect();
            let mut factor = BandFactor::new(n, nx);
            factor.factor(&diagonal, &next, &above).expect("dominant");
            let mut x = right.clone();
            factor.solve(&mut x);
            for i in 0..n {
                let mut sum = diagonal[i] * x[i];
                if i + 1 < n { sum += next[i] * x[i + 1]; }
                if i > 0 { sum += next[i - 1] * x[i - 1]; }
                if i + nx < n { sum += above[i] * x[i + nx]; }
                if i >= nx { sum += above[i - nx] * x[i - nx]; }
                prop_assert!((sum - right[i]).abs() < 1e-12, "row {i}: {sum} {}", right[i]);
            }
        }
    }

    #[test]
    fn a_matrix_that_is_not_positive_is_refused() {
        let mut factor = BandFactor::new(2, 1);
        let result = factor.factor(&[1.0, 1.0], &[-2.0, 0.0], &[0.0, 0.0]);
        assert_eq!(result, Err(NotPositive { row: 1 }));
        assert!(factor.factor(&[f64::NAN, 1.0], &[0.0; 2], &[0.0; 2]).is_err());
    }
}
