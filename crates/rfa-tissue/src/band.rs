//! A symmetric positive definite band matrix, factored once and solved many times.
//!
//! On a structured mesh the unknowns of one row of cells couple to the row before and after, so
//! the matrix fits a band as wide as a row. For the few thousand cells of a needle this is as
//! fast as any sparse ordering, it streams through memory, and its arithmetic is the same on
//! every machine.

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
#[derive(Debug, Clone)]
pub(crate) struct BandFactor {
    /// Column by column: the pivot's inverse, then the `band` entries of `L` below it.
    columns: Vec<f64>,
    /// The same for the solves, four columns to a panel: the triangle, then the four columns
    /// below it, each as long as the band and filled up with 0.
    panels: Vec<f64>,
    scaled: Vec<f64>,
    width: usize,
}

impl BandFactor {
    /// Room for `size` unknowns with `band` diagonals below the main one.
    pub(crate) fn new(size: usize, band: usize) -> Self {
        let width = band.saturating_add(1);
        let panels = size.div_ceil(PANEL).saturating_mul(panel_len(band));
        Self {
            columns: vec![0.0; size.saturating_mul(width)],
            panels: vec![0.0; panels],
            scaled: vec![0.0; width],
            width,
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
        for (column, ((diagonal, next), above)) in
            self.columns.chunks_exact_mut(self.width).zip(entries)
        {
            column.fill(0.0);
            if let [.., last] = column {
                *last = *above;
            }
            if let [pivot, first, ..] = column {
                *pivot = *diagonal;
                *first += *next;
            }
        }
        self.eliminate()?;
        self.fill_panels();
        Ok(())
    }

    fn eliminate(&mut self) -> Result<(), NotPositive> {
        let Self { columns, scaled, width, .. } = self;
        let mut rest = columns.as_mut_slice();
        let mut row: usize = 0;
        while let Some((column, tail)) = rest.split_at_mut_checked(*width) {
            let Some((pivot, below)) = column.split_first_mut() else { break };
            if !(*pivot > 0.0 && pivot.is_finite()) {
                return Err(NotPositive { row });
            }
            let inverse = 1.0 / *pivot;
            *pivot = inverse;
            scaled.clear();
            scaled.extend(below.iter().map(|entry| entry * inverse));
            let mut entries: &[f64] = below;
            for (target, factor) in tail.chunks_exact_mut(*width).zip(scaled.iter()) {
                for (to, from) in target.iter_mut().zip(entries) {
                    *to -= factor * from;
                }
                entries = entries.split_first().map_or(&[], |(_, later)| later);
            }
            below.copy_from_slice(scaled);
            rest = tail;
            row = row.saturating_add(1);
        }
        Ok(())
    }

    fn fill_panels(&mut self) {
        let band = self.width.saturating_sub(1);
        let groups = self.columns.chunks(self.width.saturating_mul(PANEL));
        for (panel, group) in self.panels.chunks_exact_mut(panel_len(band)).zip(groups) {
            panel.fill(0.0);
            let Some((triangle, below)) = panel.split_first_chunk_mut::<TRIANGLE>() else { break };
            // A panel that is not full solves for 0 = 0 in what is left.
            let columns = group.chunks_exact(self.width).map(Some).chain(core::iter::repeat(None));
            for ((place, column), lower) in
                (0..PANEL).zip(columns).zip(below.chunks_mut(band.max(1)))
            {
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
    pub(crate) fn solve(&self, x: &mut [f64]) {
        self.forward(x);
        self.backward(x);
    }

    fn panels(&self) -> impl DoubleEndedIterator<Item = (&[f64; TRIANGLE], [&[f64]; PANEL])> {
        let band = self.width.saturating_sub(1);
        self.panels.chunks_exact(panel_len(band)).filter_map(move |panel| {
            let (triangle, below) = panel.split_first_chunk::<TRIANGLE>()?;
            let (a, below) = below.split_at_checked(band)?;
            let (b, below) = below.split_at_checked(band)?;
            let (c, d) = below.split_at_checked(band)?;
            Some((triangle, [a, b, c, d]))
        })
    }

    fn forward(&self, x: &mut [f64]) {
        let mut rest = x;
        for (triangle, [a, b, c, d]) in self.panels() {
            let within = rest.len().min(PANEL);
            let Some((head, tail)) = rest.split_at_mut_checked(within) else { break };
            let [_, _, _, _, ba, _, _, _, ca, cb, _, _, da, db, dc, _] = triangle;
            let [xa, mut xb, mut xc, mut xd] = padded(head);
            xb -= ba * xa;
            xc -= ca * xa + cb * xb;
            xd -= da * xa + db * xb + dc * xc;
            head.iter_mut().zip([xa, xb, xc, xd]).for_each(|(to, from)| *to = from);
            for ((((to, a), b), c), d) in tail.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *to -= (a * xa + b * xb) + (c * xc + d * xd);
            }
            rest = tail;
        }
    }

    fn backward(&self, x: &mut [f64]) {
        let mut left = x.len().div_ceil(PANEL);
        for (triangle, columns) in self.panels().rev() {
            left = left.saturating_sub(1);
            let Some((_, rest)) = x.split_at_mut_checked(left.saturating_mul(PANEL)) else { break };
            let within = rest.len().min(PANEL);
            let Some((head, tail)) = rest.split_at_mut_checked(within) else { break };
            let [a, _, _, _, ba, b, _, _, ca, cb, c, _, da, db, dc, d] = triangle;
            let [xa, xb, xc, xd] = padded(head);
            let [sa, sb, sc, sd] = dots(columns, tail);
            let xd = xd * d - sd;
            let xc = xc * c - sc - dc * xd;
            let xb = xb * b - sb - cb * xc - db * xd;
            let xa = xa * a - sa - ba * xb - ca * xc - da * xd;
            head.iter_mut().zip([xa, xb, xc, xd]).for_each(|(to, from)| *to = from);
        }
    }
}

const fn panel_len(band: usize) -> usize {
    TRIANGLE.saturating_add(band.saturating_mul(PANEL))
}

/// Up to four values, and 0 for those that are not there.
fn padded(values: &[f64]) -> [f64; PANEL] {
    let mut four = [0.0; PANEL];
    four.iter_mut().zip(values).for_each(|(to, from)| *to = *from);
    four
}

/// The product of each of four columns with `x`, in a fixed order of summing.
fn dots([a, b, c, d]: [&[f64]; PANEL], x: &[f64]) -> [f64; PANEL] {
    let even = x.len().min(a.len()) & !1;
    let split = |values| <[f64]>::split_at_checked(values, even).unwrap_or((&[], &[]));
    let ((x, x_last), (a, a_last), (b, b_last)) = (split(x), split(a), split(b));
    let ((c, c_last), (d, d_last)) = (split(c), split(d));
    let [mut sa, mut sb, mut sc, mut sd] = [[0.0_f64; 2]; PANEL];
    let columns = pairs(a).zip(pairs(b)).zip(pairs(c)).zip(pairs(d));
    for (x, (((a, b), c), d)) in pairs(x).zip(columns) {
        add_product(&mut sa, a, x);
        add_product(&mut sb, b, x);
        add_product(&mut sc, c, x);
        add_product(&mut sd, d, x);
    }
    let last = |l: &[f64]| l.iter().zip(x_last).take(1).map(|(l, x)| l * x).sum::<f64>();
    let whole = |[even, odd]: [f64; 2], l| even + odd + last(l);
    [whole(sa, a_last), whole(sb, b_last), whole(sc, c_last), whole(sd, d_last)]
}

fn pairs(values: &[f64]) -> impl Iterator<Item = &[f64; 2]> {
    values.as_chunks::<2>().0.iter()
}

fn add_product(sum: &mut [f64; 2], [l0, l1]: &[f64; 2], [x0, x1]: &[f64; 2]) {
    let [s0, s1] = sum;
    *s0 += l0 * x0;
    *s1 += l1 * x1;
}

/// The sum of products, in four running sums: a fixed order, whatever the machine.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let even = a.len().min(b.len()) & !3;
    let split = |values| <[f64]>::split_at_checked(values, even).unwrap_or((&[], &[]));
    let ((a, a_last), (b, b_last)) = (split(a), split(b));
    let [mut first, mut second] = [[0.0_f64; 2]; 2];
    for ([a0, a1, a2, a3], [b0, b1, b2, b3]) in a.as_chunks::<4>().0.iter().zip(b.as_chunks().0) {
        add_product(&mut first, &[*a0, *a1], &[*b0, *b1]);
        add_product(&mut second, &[*a2, *a3], &[*b2, *b3]);
    }
    let last: f64 = a_last.iter().zip(b_last).map(|(x, y)| x * y).sum();
    let ([s0, s1], [s2, s3]) = (first, second);
    (s0 + s1) + (s2 + s3) + last
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
