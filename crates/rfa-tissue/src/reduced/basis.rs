//! Fields that span many others: an orthonormal basis by greedy choice, and the modes in it.

use super::tensor::Matrix;
use crate::lanes::dot;

/// The inner product with weights.
fn inner(weight: &[f64], a: &[f64], b: &[f64]) -> f64 {
    let weighted: Vec<f64> = weight.iter().zip(a).map(|(w, a)| w * a).collect();
    dot(&weighted, b)
}

/// An orthonormal basis of at most `size` fields: time and again the snapshot that the basis so
/// far represents worst. Ends early where the worst is below `floor` of the largest snapshot.
pub(crate) fn greedy(
    mut snapshots: Vec<Vec<f64>>,
    weight: &[f64],
    size: usize,
    floor: f64,
) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let mut largest = 0.0_f64;
    while basis.len() < size {
        let norms = snapshots.iter().map(|s| inner(weight, s, s));
        let Some((worst, norm)) =
            norms.enumerate().fold(None, |best: Option<(usize, f64)>, (place, norm)| match best {
                Some((_, most)) if most >= norm => best,
                _ => Some((place, norm)),
            })
        else {
            break;
        };
        largest = largest.max(norm);
        if norm <= floor * floor * largest || norm <= 0.0 {
            break;
        }
        let mut chosen = snapshots.swap_remove(worst);
        // Once more against the basis: what was taken away before leaves rounding behind.
        for field in &basis {
            remove(weight, field, &mut chosen);
        }
        let scale = 1.0 / libm::sqrt(inner(weight, &chosen, &chosen));
        chosen.iter_mut().for_each(|value| *value *= scale);
        for snapshot in &mut snapshots {
            remove(weight, &chosen, snapshot);
        }
        basis.push(chosen);
    }
    basis
}

fn remove(weight: &[f64], unit: &[f64], from: &mut [f64]) {
    let share = inner(weight, unit, from);
    for (from, unit) in from.iter_mut().zip(unit) {
        *from -= share * unit;
    }
}

/// Eigenvalues and eigenvectors (rows) of a symmetric matrix, by Jacobi's rotations.
pub(crate) fn eigen(matrix: &Matrix) -> (Vec<f64>, Matrix) {
    /// Sweeps over all pairs; six or seven are enough at this size.
    const SWEEPS: usize = 30;
    let size = matrix.columns;
    let mut rows: Vec<Vec<f64>> = matrix.rows().map(<[f64]>::to_vec).collect();
    let mut vectors: Vec<Vec<f64>> =
        (0..size).map(|i| (0..size).map(|j| if i == j { 1.0 } else { 0.0 }).collect()).collect();
    for _ in 0..SWEEPS {
        let mut turned = false;
        for p in 0..size {
            for q in p.saturating_add(1)..size {
                turned |= rotate(&mut rows, &mut vectors, p, q);
            }
        }
        if !turned {
            break;
        }
    }
    let values = rows.iter().enumerate().map(|(i, row)| row.get(i).copied().unwrap_or(0.0));
    (values.collect(), Matrix::from_rows(size, vectors.into_iter().flatten().collect()))
}

/// One rotation that makes entry (p, q) 0; false where it is 0 already.
fn rotate(rows: &mut [Vec<f64>], vectors: &mut [Vec<f64>], p: usize, q: usize) -> bool {
    let at = |i: usize, j: usize| rows.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0.0);
    let (pp, qq, pq) = (at(p, p), at(q, q), at(p, q));
    if pq.abs() <= 1e-15 * libm::sqrt((pp * qq).abs()) {
        return false;
    }
    let theta = (qq - pp) / (2.0 * pq);
    let tangent = theta.signum() / (theta.abs() + libm::sqrt(theta * theta + 1.0));
    let cos = 1.0 / libm::sqrt(tangent * tangent + 1.0);
    let sin = tangent * cos;
    for row in rows.iter_mut() {
        if let Ok([a, b]) = row.get_disjoint_mut([p, q]) {
            (*a, *b) = (cos * *a - sin * *b, sin * *a + cos * *b);
        }
    }
    for matrix in [rows, vectors] {
        if let Ok([a, b]) = matrix.get_disjoint_mut([p, q]) {
            for (a, b) in a.iter_mut().zip(b) {
                (*a, *b) = (cos * *a - sin * *b, sin * *a + cos * *b);
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenvectors_are_only_stretched() {
        let matrix = Matrix::from_rows(3, vec![4.0, 1.0, 2.0, 1.0, 3.0, 0.5, 2.0, 0.5, 5.0]);
        let (values, vectors) = eigen(&matrix);
        for (value, vector) in values.iter().zip(vectors.rows()) {
            for (row, entry) in matrix.rows().zip(vector) {
                let image: f64 = row.iter().zip(vector).map(|(m, v)| m * v).sum();
                assert!((image - value * entry).abs() < 1e-12, "{values:?} {vector:?}");
            }
        }
    }

    #[test]
    fn the_basis_holds_what_it_was_made_of() {
        let weight = [1.0, 2.0, 0.5, 1.0];
        let snapshots =
            vec![vec![1.0, 2.0, 3.0, 4.0], vec![0.0, 1.0, 0.0, 1.0], vec![1.0, 3.0, 3.0, 5.0]];
        let basis = greedy(snapshots.clone(), &weight, 4, 1e-9);
        assert_eq!(basis.len(), 2, "the third is the sum of the others");
        for mut snapshot in snapshots {
            for field in &basis {
                remove(&weight, field, &mut snapshot);
            }
            assert!(inner(&weight, &snapshot, &snapshot) < 1e-24);
        }
    }
}
