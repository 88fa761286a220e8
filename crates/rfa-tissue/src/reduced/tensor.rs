//! Small dense matrices, and the electric field in a few potentials.

/// Rows of numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Matrix {
    pub(crate) columns: usize,
    pub(crate) values: Vec<f64>,
}

impl Matrix {
    pub(crate) fn from_rows(columns: usize, values: Vec<f64>) -> Self {
        Self { columns: columns.max(1), values }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.columns)
    }
}

/// A quadratic form for each of several outputs, in the products of amplitudes k <= l.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quadratic(Matrix);

impl Quadratic {
    /// From a square matrix for each output.
    pub(crate) fn new(outputs: &[Matrix]) -> Self {
        let size = outputs.first().map_or(1, |matrix| matrix.columns);
        let at = |matrix: &Matrix, k: usize, l: usize| {
            matrix.rows().nth(k).and_then(|row| row.get(l)).copied().unwrap_or(0.0)
        };
        let mut entries = Vec::new();
        for matrix in outputs {
            for k in 0..size {
                entries.push(at(matrix, k, k));
                let both = |l: usize| at(matrix, k, l) + at(matrix, l, k);
                entries.extend((k.saturating_add(1)..size).map(both));
            }
        }
        let pairs = entries.len().checked_div(outputs.len()).unwrap_or(1);
        Self(Matrix::from_rows(pairs, entries))
    }

    /// Each output's value; `products` is room for the products of the amplitudes.
    pub(crate) fn at<'a>(
        &'a self,
        amplitudes: &[f64],
        products: &'a mut Vec<f64>,
    ) -> impl Iterator<Item = f64> + 'a {
        products.clear();
        for (k, a) in amplitudes.iter().enumerate() {
            products.extend(amplitudes.iter().skip(k).map(|b| a * b));
        }
        self.0.rows().map(|row| dense(row, products))
    }
}

/// The sum of products.
pub(crate) fn dense(row: &[f64], x: &[f64]) -> f64 {
    crate::lanes::dot(row, x)
}

/// Field and heat as functions of the modes' amplitudes.
///
/// The potential is the cold one plus a few more, weighted so that the field obeys its equation
/// as well as they allow (Galerkin). Weights come in pairs k, l with k <= l.
#[derive(Debug, Clone)]
pub(crate) struct FieldTensor {
    /// Potentials, the cold one included.
    pub(crate) count: usize,
    /// Pairs of potentials: dissipation at the baseline, then its change with each mode.
    pub(crate) stiffness: Matrix,
    /// For each mode a row: heat in it by pair, at the baseline and its change with each mode.
    pub(crate) heat: Matrix,
}

impl FieldTensor {
    /// Potentials in use, the cold one included.
    pub(crate) const fn potentials(&self) -> usize {
        self.count
    }

    /// Solves the field at `amplitudes`; `potentials` takes the weights, `heat` the heat of 1 V
    /// in each mode; `products` is room. Gives the conductance, S.
    pub(crate) fn solve(
        &self,
        amplitudes: &[f64],
        potentials: &mut [f64],
        heat: &mut [f64],
        products: &mut Vec<f64>,
    ) -> f64 {
        let stiffness: Vec<f64> = self.at(&self.stiffness, amplitudes);
        galerkin(self.count, &stiffness, potentials);
        let weights = pair_weights(potentials);
        products.clear();
        products.extend_from_slice(&weights);
        for amplitude in amplitudes {
            products.extend(weights.iter().map(|weight| amplitude * weight));
        }
        for (heat, row) in heat.iter_mut().zip(self.heat.rows()) {
            *heat = dense(row, products);
        }
        dense(&stiffness, &weights)
    }

    /// The first row plus the others weighted by the amplitudes.
    fn at(&self, matrix: &Matrix, amplitudes: &[f64]) -> Vec<f64> {
        let mut rows = matrix.rows();
        let mut sum: Vec<f64> = rows.next().unwrap_or(&[]).to_vec();
        for (row, amplitude) in rows.zip(amplitudes) {
            for (sum, value) in sum.iter_mut().zip(row) {
                *sum += amplitude * value;
            }
        }
        sum
    }
}

/// Products of the weights in pairs k <= l, those of unlike ones twice.
fn pair_weights(potentials: &[f64]) -> Vec<f64> {
    let pairs = potentials.iter().enumerate().flat_map(|(k, wk)| {
        potentials.iter().enumerate().skip(k).map(
            move |(l, wl)| {
                if k == l { wk * wl } else { 2.0 * wk * wl }
            },
        )
    });
    pairs.collect()
}

/// Weights that make the dissipation least, the first being 1: Gauss without pivoting, which a
/// positive definite matrix allows.
fn galerkin(count: usize, pairs: &[f64], weights: &mut [f64]) {
    // Upper rows of the symmetric matrix, each from its diagonal on.
    let mut rows: Vec<Vec<f64>> = Vec::with_capacity(count);
    let mut rest = pairs;
    for length in (1..=count).rev() {
        let (row, later) = rest.split_at_checked(length).unwrap_or((&[], &[]));
        rows.push(row.to_vec());
        rest = later;
    }
    let Some((first, free)) = rows.split_first_mut() else { return };
    let mut right: Vec<f64> = first.iter().skip(1).map(|entry| -entry).collect();
    let mut solved: Vec<(Vec<f64>, f64)> = Vec::with_capacity(count);
    let mut left = free;
    let mut right = right.as_mut_slice();
    while let (Some((row, below)), Some((value, values))) =
        (left.split_first_mut(), right.split_first_mut())
    {
        let pivot = row.first().copied().unwrap_or(1.0);
        let tail: &[f64] = row.get(1..).unwrap_or(&[]);
        for (place, ((target, factor), right)) in
            below.iter_mut().zip(tail).zip(values.iter_mut()).enumerate()
        {
            let factor = factor / pivot;
            for (to, from) in target.iter_mut().zip(tail.iter().skip(place)) {
                *to -= factor * from;
            }
            *right -= factor * *value;
        }
        solved.push((row.clone(), *value));
        left = below;
        right = values;
    }
    let mut answer: Vec<f64> = Vec::with_capacity(count);
    for (row, value) in solved.iter().rev() {
        let pivot = row.first().copied().unwrap_or(1.0);
        // `answer` runs backwards: the latest is the next unknown.
        let known: f64 = row.iter().skip(1).zip(answer.iter().rev()).map(|(l, x)| l * x).sum();
        answer.push((value - known) / pivot);
    }
    let found = core::iter::once(1.0).chain(answer.into_iter().rev());
    for (weight, found) in weights.iter_mut().zip(found) {
        *weight = found;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn galerkin_weights_make_the_dissipation_least() {
        // Symmetric, positive definite: [4 1 2; 1 3 0.5; 2 0.5 5].
        let pairs = [4.0, 1.0, 2.0, 3.0, 0.5, 5.0];
        let mut weights = [0.0; 3];
        galerkin(3, &pairs, &mut weights);
        let [one, x, y] = weights;
        assert!((one - 1.0).abs() < 1e-15);
        assert!((1.0 + 3.0 * x + 0.5 * y).abs() < 1e-14, "{weights:?}");
        assert!((2.0 + 0.5 * x + 5.0 * y).abs() < 1e-14, "{weights:?}");
        let least = dense(&pairs, &pair_weights(&weights));
        for shift in [[0.0, 0.1, 0.0], [0.0, 0.0, -0.1]] {
            let other: Vec<f64> = weights.iter().zip(shift).map(|(w, s)| w + s).collect();
            assert!(dense(&pairs, &pair_weights(&other)) > least);
        }
    }
}
