//! Ticks at round numbers.

/// A round step (1, 2 or 5 times a power of ten) that divides `span` into at most `most` parts.
pub(crate) fn round_step(span: f64, most: f64) -> f64 {
    let least = span / most;
    let power = 10.0_f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|step| step * power >= least * (1.0 - 1e-9));
    step.unwrap_or(10.0) * power
}

/// The round numbers from `low` to `high`, at most `most` steps apart.
pub(crate) fn ticks(low: f64, high: f64, most: f64) -> Vec<f64> {
    let step = round_step(high - low, most);
    if !(step.is_finite() && step > 0.0) {
        return Vec::new();
    }
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    (first..=last).map(|i| i as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks(-7.2, 7.2, 8.0), [-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0]);
        assert_eq!(ticks(21.0, 84.0, 8.0), [30.0, 40.0, 50.0, 60.0, 70.0, 80.0]);
        assert!(ticks(1.0, 1.0, 8.0).is_empty());
        assert!(ticks(f64::NAN, 1.0, 8.0).is_empty());
    }
}
