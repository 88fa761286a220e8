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
pub struct NotPositive {
    /// The row whose pivot failed.
    pub row: usize,
}

/// The `L D Lᵀ` factors of a symmetric band matrix.
///
/// Column by column: the pivot's inverse, then the `band` entries of `L` below it.
#[derive(Debug, Clone)]
pub struct BandFactor {
    columns: Vec<f64>,
    width: usize,
}

impl BandFactor {
    /// Room for `size` unknowns with `band` diagonals below the main one.
    #[must_use]
    pub fn new(size: usize, band: usize) -> Self {
        let width = band.saturating_add(1);
        Self { columns: vec![0.0; size.saturating_mul(width)], width }
    }

    /// Writes a five-point matrix and factors it in place.
    ///
    /// `diagonal` has one entry for each unknown, `next` couples it to the following one and
    /// `above` to the one `band` further on; both are the (negative) off-diagonal entries.
    ///
    /// # Errors
    /// [`NotPositive`] when a pivot is not above zero.
    pub fn factor(
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
        self.eliminate()
    }

    fn eliminate(&mut self) -> Result<(), NotPositive> {
        let width = self.width;
        let mut scaled = vec![0.0; width];
        let mut rest = self.columns.as_mut_slice();
        let mut row: usize = 0;
        while let Some((column, tail)) = rest.split_at_mut_checked(width) {
            let Some((pivot, below)) = column.split_first_mut() else { break };
            if !(*pivot > 0.0 && pivot.is_finite()) {
                return Err(NotPositive { row });
            }
            let inverse = 1.0 / *pivot;
            *pivot = inverse;
            scaled.clear();
            scaled.extend(below.iter().map(|entry| entry * inverse));
            let mut entries: &[f64] = below;
            for (target, factor) in tail.chunks_exact_mut(width).zip(&scaled) {
                for (to, from) in target.iter_mut().zip(entries) {
                    *to -= factor * from;
                }
                entries = entries.split_first().map_or(&[], |(_, later)| later);
            }
            below.copy_from_slice(&scaled);
            rest = tail;
            row = row.saturating_add(1);
        }
        Ok(())
    }

    /// Replaces the right-hand side in `x` by the solution.
    pub fn solve(&self, x: &mut [f64]) {
        self.forward(x);
        self.backward(x);
    }

    fn forward(&self, x: &mut [f64]) {
        let mut rest = x;
        for column in self.columns.chunks_exact(self.width) {
            let (Some((head, tail)), Some((_, below))) =
                (rest.split_first_mut(), column.split_first())
            else {
                break;
            };
            for (to, factor) in tail.iter_mut().zip(below) {
                *to -= factor * *head;
            }
            rest = tail;
        }
    }

    fn backward(&self, x: &mut [f64]) {
        let mut end = x.len();
        for column in self.columns.chunks_exact(self.width).rev() {
            let Some((head, tail)) = x.split_at_mut_checked(end) else { break };
            let (Some(value), Some((inverse, below))) = (head.last_mut(), column.split_first())
            else {
                break;
            };
            *value = *value * inverse - dot(below, tail);
            end = end.saturating_sub(1);
        }
    }
}

/// The sum of products, in four running sums: a fixed order, whatever the machine.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let shorter = a.len().min(b.len());
    let (a, _) = a.split_at_checked(shorter).unwrap_or((a, &[]));
    let (b, _) = b.split_at_checked(shorter).unwrap_or((b, &[]));
    let (quads_a, last_a) = a.as_chunks::<4>();
    let (quads_b, last_b) = b.as_chunks::<4>();
    let mut sums = [0.0_f64; 4];
    for (x, y) in quads_a.iter().zip(quads_b) {
        for (sum, (x, y)) in sums.iter_mut().zip(x.iter().zip(y)) {
            *sum += x * y;
        }
    }
    let last: f64 = last_a.iter().zip(last_b).map(|(x, y)| x * y).sum();
    let [first, second, third, fourth] = sums;
    (first + second) + (third + fourth) + last
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
