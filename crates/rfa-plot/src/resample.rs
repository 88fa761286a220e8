//! A field on a graded mesh, brought to evenly spaced places for drawing.

/// Values at every pair of `to_y` and `to_x` (row by row) of a field given at `x` and `y`.
///
/// Cubics along one axis, then along the other, with slopes limited as by Fritsch and Carlson
/// (1980): smooth, monotone where the field is, and tops rounded as by a parabola. Outside, the
/// nearest value holds.
#[must_use]
pub fn resample(x: &[f64], y: &[f64], values: &[f64], to_x: &[f64], to_y: &[f64]) -> Vec<f64> {
    let columns = x.len().max(1);
    let rows: Vec<Vec<f64>> = values.chunks(columns).map(|row| along(x, row, to_x)).collect();
    let lines = (0..to_x.len()).map(|i| {
        let column: Vec<f64> = rows.iter().map(|row| row[i]).collect();
        along(y, &column, to_y)
    });
    let lines: Vec<Vec<f64>> = lines.collect();
    (0..to_y.len()).flat_map(|j| lines.iter().map(move |line| line[j])).collect()
}

/// The limited cubic through (`x`, `y`), at each of the rising places `at`.
fn along(x: &[f64], y: &[f64], at: &[f64]) -> Vec<f64> {
    let n = x.len().min(y.len());
    if n < 2 {
        return vec![y.first().copied().unwrap_or(f64::NAN); at.len()];
    }
    let step = |i: usize| x[i + 1] - x[i];
    let rise: Vec<f64> = (0..n - 1).map(|i| (y[i + 1] - y[i]) / step(i)).collect();
    let mut slope = vec![0.0; n];
    (slope[0], slope[n - 1]) = (rise[0], rise[n - 2]);
    for i in 1..n - 1 {
        let (before, after) = (step(i - 1), step(i));
        let gentler = rise[i - 1].abs().min(rise[i].abs());
        // The parabola through three points, held where it would make a bump: a curve that rises
        // on both sides keeps rising, and a top is rounded no higher than its gentler side allows.
        let parabola = (rise[i - 1] * after + rise[i] * before) / (before + after);
        let goes_on = rise[i - 1] * rise[i] > 0.0;
        let most = if goes_on { 3.0 * gentler } else { gentler };
        slope[i] = parabola.clamp(-most, most);
    }
    let one = |at: f64| {
        if at <= x[0] {
            return y[0];
        }
        if at >= x[n - 1] {
            return y[n - 1];
        }
        let i = x[..n].partition_point(|x| *x <= at).clamp(1, n - 1) - 1;
        let (h, t) = (step(i), (at - x[i]) / step(i));
        let (s, u) = (t * t * (3.0 - 2.0 * t), 1.0 - t);
        y[i] * (1.0 - s) + y[i + 1] * s + h * t * u * (slope[i] * u - slope[i + 1] * t)
    };
    at.iter().map(|at| one(*at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_plane_stays_a_plane() {
        let (x, y) = ([0.0, 0.1, 0.5, 2.0], [-1.0, 0.0, 3.0]);
        let values: Vec<f64> =
            y.iter().flat_map(|y| x.iter().map(move |x| 1.0 + 2.0 * x - 3.0 * y)).collect();
        let (to_x, to_y) = ([0.0, 0.3, 1.9], [-0.5, 2.5]);
        let got = resample(&x, &y, &values, &to_x, &to_y);
        for (got, (x, y)) in got.iter().zip(to_y.iter().flat_map(|y| to_x.map(|x| (x, *y)))) {
            assert!((got - (1.0 + 2.0 * x - 3.0 * y)).abs() < 1e-12, "{got} at {x}, {y}");
        }
    }

    proptest! {
        /// A top is rounded by less than a sixth of the step beside it (4/27 of it); a slope has
        /// no bumps at all.
        #[test]
        fn no_value_leaves_its_interval_by_much(y in proptest::collection::vec(-50.0_f64..50.0, 2..9)) {
            let x: Vec<f64> = (0..y.len()).map(|i| (i * i) as f64).collect();
            let last = *x.last().expect("two points");
            let at: Vec<f64> = (0..=60).map(|i| last * f64::from(i) / 60.0).collect();
            for (at, got) in at.iter().zip(along(&x, &y, &at)) {
                let i = x.partition_point(|x| x <= at).clamp(1, x.len() - 1);
                let (low, high) = (y[i - 1].min(y[i]), y[i - 1].max(y[i]));
                let outer = |j: Option<usize>| j.and_then(|j| y.get(j)).copied();
                let turns = |a: Option<f64>, b: f64, c: f64| {
                    a.is_some_and(|a| (b - a) * (c - b) <= 0.0)
                };
                let top = turns(outer(i.checked_sub(2)), y[i - 1], y[i])
                    || turns(outer(Some(i + 1)), y[i], y[i - 1]);
                let room = if top { (high - low) * 0.3 } else { 0.0 } + 1e-9;
                prop_assert!((low - room..=high + room).contains(&got), "{got} at {at}");
            }
        }
    }
}
