//! Least squares with coefficients that are not negative.

/// Unknowns at most: every subset of them is tried.
pub(super) const UNKNOWNS_MAX: usize = 8;

type Row = [f64; UNKNOWNS_MAX];

/// Sums of a linear problem's rows: the normal equations.
#[derive(Debug, Clone, Default)]
pub(super) struct Normal {
    products: [Row; UNKNOWNS_MAX],
    right: Row,
    square: f64,
    rows: u64,
}

/// A solution with the mean square of what it leaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Solution {
    pub(super) values: Row,
    pub(super) mean_square: f64,
}

impl Normal {
    /// Adds a row: what is known of each unknown, and what they have to sum up to.
    pub(super) fn add(&mut self, row: &Row, value: f64) {
        for (sums, left) in self.products.iter_mut().zip(row) {
            for (sum, right) in sums.iter_mut().zip(row) {
                *sum += left * right;
            }
        }
        for (sum, left) in self.right.iter_mut().zip(row) {
            *sum += left * value;
        }
        self.square += value * value;
        self.rows += 1;
    }

    /// The best solution that uses at most `used_max` of the first `unknowns` beside `free`, an
    /// unknown that is always used and may be negative; none where there are no rows, or no subset
    /// has one. The best solution that is not negative is the plain one of the subset it uses, so
    /// trying every subset finds it.
    pub(super) fn solve(
        &self,
        unknowns: usize,
        free: Option<usize>,
        used_max: u32,
    ) -> Option<Solution> {
        let subsets = 0..1_u32 << unknowns.min(UNKNOWNS_MAX);
        let tried = subsets.filter(|subset| subset.count_ones() <= used_max).filter_map(|subset| {
            let chosen = |index: usize| subset >> index & 1 == 1 || free == Some(index);
            let used: Vec<usize> = (0..UNKNOWNS_MAX).filter(|index| chosen(*index)).collect();
            self.of(&used, free)
        });
        tried.min_by(|a, b| a.mean_square.total_cmp(&b.mean_square))
    }

    /// The plain solution with the unknowns `used`; none where one but `free` is negative.
    fn of(&self, used: &[usize], free: Option<usize>) -> Option<Solution> {
        if self.rows == 0 {
            return None;
        }
        let mut matrix: Vec<Vec<f64>> = Vec::with_capacity(used.len());
        for row in used {
            let sums = self.products.get(*row)?;
            let mut line: Vec<f64> = used.iter().filter_map(|at| sums.get(*at).copied()).collect();
            line.push(*self.right.get(*row)?);
            matrix.push(line);
        }
        let found = eliminate(matrix)?;
        let mut values = [0.0; UNKNOWNS_MAX];
        for (index, value) in used.iter().zip(&found) {
            if *value < 0.0 && free != Some(*index) {
                return None;
            }
            *values.get_mut(*index)? = *value;
        }
        let explained: f64 = values.iter().zip(&self.right).map(|(value, sum)| value * sum).sum();
        let mean_square = ((self.square - explained) / self.rows as f64).max(0.0);
        mean_square.is_finite().then_some(Solution { values, mean_square })
    }
}

/// Solves a symmetric system (its right side is the last column); none where it has no one
/// solution.
fn eliminate(mut matrix: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let size = matrix.len();
    for column in 0..size {
        let pivot = (column..size).max_by(|a, b| {
            let at =
                |row: usize| matrix.get(row).and_then(|r| r.get(column)).map_or(0.0, |v| v.abs());
            at(*a).total_cmp(&at(*b))
        })?;
        matrix.swap(column, pivot);
        let row = matrix.get(column)?.clone();
        let head = *row.get(column)?;
        let scale: f64 = row.iter().map(|value| value.abs()).sum();
        if head.is_nan() || head.abs() <= 1e-12 * scale.max(1e-12) {
            return None;
        }
        for (index, other) in matrix.iter_mut().enumerate() {
            if index == column {
                continue;
            }
            let factor = other.get(column)? / head;
            for (to, from) in other.iter_mut().zip(&row) {
                *to -= factor * from;
            }
        }
    }
    let value = |(index, row): (usize, &Vec<f64>)| Some(row.last()? / row.get(index)?);
    matrix.iter().enumerate().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::{Normal, UNKNOWNS_MAX};

    fn sums(rows: &[([f64; 3], f64)]) -> Normal {
        let mut normal = Normal::default();
        for (row, value) in rows {
            let mut whole = [0.0; UNKNOWNS_MAX];
            whole[..3].copy_from_slice(row);
            normal.add(&whole, *value);
        }
        normal
    }

    #[test]
    fn finds_what_the_rows_were_made_of() {
        let rows: Vec<_> = (0..20)
            .map(|n| {
                let x = f64::from(n);
                ([x, x * x, 1.0], 2.0 * x + 0.5 * x * x - 3.0)
            })
            .collect();
        let found = sums(&rows).solve(2, Some(2), 2).expect("a solution");
        for (value, expected) in found.values.iter().zip([2.0, 0.5, -3.0]) {
            assert!((value - expected).abs() < 1e-6, "{found:?}");
        }
        assert!(found.mean_square < 1e-6, "{found:?}");
    }

    #[test]
    fn leaves_out_what_would_be_negative() {
        let rows = (0..20).map(|n| (f64::from(n), f64::from(n % 3)));
        let rows: Vec<_> = rows.map(|(x, y)| ([x, y, 1.0], x - y)).collect();
        let found = sums(&rows).solve(2, Some(2), 2).expect("a solution");
        assert!(found.values[0] > 0.9 && found.values[1] == 0.0, "{found:?}");
        assert!(Normal::default().solve(2, None, 2).is_none());
    }
}
