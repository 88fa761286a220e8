//! Contours of a field at evenly or unevenly spaced places: marching squares.

use std::collections::HashMap;

/// A contour: its points in order, and whether it comes back to the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Points (x, y).
    pub points: Vec<(f64, f64)>,
    /// Whether the last is joined to the first.
    pub closed: bool,
}

/// An edge of the grid: from a node to the next one along x, or along y.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Edge {
    X(usize),
    Y(usize),
}

/// Where the field of `values` (row by row over `y`, each with all of `x`) passes `level`.
#[must_use]
pub fn contour(x: &[f64], y: &[f64], values: &[f64], level: f64) -> Vec<Line> {
    let columns = x.len();
    if columns < 2 || y.len() < 2 || values.len() < columns * y.len() {
        return Vec::new();
    }
    // Each edge of the grid is crossed at most once and belongs to two squares: a pair of ends.
    let mut next: HashMap<Edge, [Option<Edge>; 2]> = HashMap::new();
    let mut order = Vec::new();
    let mut join = |a: Edge, b: Edge| {
        for (from, to) in [(a, b), (b, a)] {
            let ends = next.entry(from).or_insert_with(|| {
                order.push(from);
                [None; 2]
            });
            let free = usize::from(ends[0].is_some());
            ends[free] = Some(to);
        }
    };
    for row in 0..y.len() - 1 {
        for column in 0..columns - 1 {
            let node = row * columns + column;
            square(node, columns, values, level, &mut join);
        }
    }
    let place = |edge: Edge| -> (f64, f64) {
        let (node, other) = match edge {
            Edge::X(node) => (node, node + 1),
            Edge::Y(node) => (node, node + columns),
        };
        let (a, b) = (values[node], values[other]);
        let share = (level - a) / (b - a);
        let at = |i: usize| (x[i % columns], y[i / columns]);
        let ((x0, y0), (x1, y1)) = (at(node), at(other));
        (x0 + share * (x1 - x0), y0 + share * (y1 - y0))
    };
    chains(&order, &next)
        .into_iter()
        .map(|(edges, closed)| Line { points: edges.into_iter().map(place).collect(), closed })
        .collect()
}

/// Joins the edges that the contour crosses in one square.
fn square(
    node: usize,
    columns: usize,
    values: &[f64],
    level: f64,
    join: &mut impl FnMut(Edge, Edge),
) {
    let corners = [node, node + 1, node + columns + 1, node + columns];
    let above = corners.map(|corner| values[corner] >= level);
    let edges = [Edge::X(node), Edge::Y(node + 1), Edge::X(node + columns), Edge::Y(node)];
    let crossed: Vec<Edge> =
        (0..4).filter(|i| above[*i] != above[(i + 1) % 4]).map(|i| edges[i]).collect();
    match crossed.as_slice() {
        [a, b] => join(*a, *b),
        [a, b, c, d] => {
            // A saddle: the middle decides which corners hang together.
            let middle = corners.iter().map(|corner| values[*corner]).sum::<f64>() / 4.0;
            if (middle >= level) == above[0] {
                join(*a, *b);
                join(*c, *d);
            } else {
                join(*a, *d);
                join(*b, *c);
            }
        }
        _ => {}
    }
}

/// The joined edges in order, open chains from one of their ends.
fn chains(order: &[Edge], next: &HashMap<Edge, [Option<Edge>; 2]>) -> Vec<(Vec<Edge>, bool)> {
    let ends = |edge: &Edge| next.get(edge).copied().unwrap_or_default();
    let mut seen: HashMap<Edge, ()> = HashMap::new();
    let mut found = Vec::new();
    // Open ends first, so that no chain is begun in its middle.
    let open = order.iter().filter(|edge| ends(edge)[1].is_none());
    for start in open.chain(order) {
        if seen.contains_key(start) {
            continue;
        }
        let mut chain = vec![*start];
        seen.insert(*start, ());
        let mut at = *start;
        while let Some(to) = ends(&at).into_iter().flatten().find(|to| !seen.contains_key(to)) {
            seen.insert(to, ());
            chain.push(to);
            at = to;
        }
        let closed = chain.len() > 2 && ends(&at).contains(&Some(*start));
        found.push((chain, closed));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(n: u32) -> Vec<f64> {
        (0..=n).map(|i| 4.0 * f64::from(i) / f64::from(n) - 2.0).collect()
    }

    #[test]
    fn a_circle_is_one_closed_line_of_its_own_length() {
        let at = grid(80);
        let values: Vec<f64> =
            at.iter().flat_map(|y| at.iter().map(move |x| 3.0 - x.hypot(*y))).collect();
        let lines = contour(&at, &at, &values, 2.0);
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        assert!(line.closed);
        let around = line.points.iter().zip(line.points.iter().cycle().skip(1));
        let length: f64 = around.map(|((a, b), (c, d))| (a - c).hypot(b - d)).sum();
        assert!((length / std::f64::consts::TAU - 1.0).abs() < 1e-3, "{length}");
        assert!(line.points.iter().all(|(x, y)| (x.hypot(*y) - 1.0).abs() < 1e-3));
    }

    #[test]
    fn a_straight_edge_is_one_open_line() {
        let at = grid(10);
        let values: Vec<f64> = at.iter().flat_map(|_| at.iter().copied()).collect();
        let lines = contour(&at, &at, &values, 0.3);
        assert_eq!(lines.len(), 1);
        assert!(!lines[0].closed && lines[0].points.len() == at.len(), "{lines:?}");
        assert!(lines[0].points.iter().all(|(x, _)| (x - 0.3).abs() < 1e-12));
    }

    /// Two hills, and between them a saddle in every square that has one: nothing is lost.
    #[test]
    fn every_crossing_belongs_to_one_line() {
        let at = grid(37);
        let values: Vec<f64> = at
            .iter()
            .flat_map(|y| at.iter().map(move |x| (4.0 * x).sin() * (5.0 * y).sin()))
            .collect();
        for level in [-0.5, 0.0, 0.02, 0.7] {
            let above = |i: usize| values[i] >= level;
            let n = at.len();
            let crossings = (0..n * n)
                .map(|i| {
                    usize::from(i % n + 1 < n && above(i) != above(i + 1))
                        + usize::from(i + n < n * n && above(i) != above(i + n))
                })
                .sum::<usize>();
            let drawn: usize =
                contour(&at, &at, &values, level).iter().map(|line| line.points.len()).sum();
            assert_eq!(drawn, crossings, "{level}");
        }
    }

    #[test]
    fn a_flat_field_has_no_contour() {
        assert!(contour(&[0.0, 1.0], &[0.0, 1.0], &[1.0; 4], 2.0).is_empty());
        assert!(contour(&[0.0], &[0.0], &[1.0], 1.0).is_empty());
    }
}
