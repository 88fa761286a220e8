//! Logarithm and powers in plain arithmetic.
//!
//! The standard library's take the platform's own, whose last bits differ between machines; a
//! seeded simulation has to give the same bytes everywhere. Only multiplication, addition and
//! division are used here, which IEEE 754 fixes. Called at construction, never in the loop.

/// ln 2, to the last bit of an `f64`.
const LN_2: f64 = core::f64::consts::LN_2;

/// Natural logarithm of a positive, finite number; accurate to about 1e-14.
pub(crate) fn ln(value: f64) -> f64 {
    let (mut mantissa, mut twos) = (value, 0.0);
    while mantissa > 1.5 {
        mantissa *= 0.5;
        twos += 1.0;
    }
    // A value of 0 would halve for ever: the loop ends at the smallest normal number.
    while mantissa < 0.75 && mantissa > f64::MIN_POSITIVE {
        mantissa *= 2.0;
        twos -= 1.0;
    }
    // ln m = 2 atanh((m - 1) / (m + 1)); the argument is at most 0.2 in size.
    let z = (mantissa - 1.0) / (mantissa + 1.0);
    let (mut term, mut sum, mut order) = (z, 0.0, 1.0);
    while order < 40.0 {
        sum += term / order;
        term *= z * z;
        order += 2.0;
    }
    2.0 * sum + twos * LN_2
}

/// e to the power `value`, for |value| below 500; accurate to about 1e-13.
pub(crate) fn exp(value: f64) -> f64 {
    // e^x = (e^(x / 1024))^1024: the series then needs few terms.
    let small = value / 1024.0;
    let (mut term, mut sum, mut order) = (1.0, 1.0, 1.0);
    while order < 12.0 {
        term *= small / order;
        sum += term;
        order += 1.0;
    }
    (0..10).fold(sum, |power, _| power * power)
}

/// `base` to the power `exponent`; `base` positive.
pub(crate) fn pow(base: f64, exponent: f64) -> f64 {
    exp(exponent * ln(base))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_standard_library() {
        for n in 1..400 {
            let x = f64::from(n) * 0.037;
            assert!((ln(x) - x.ln()).abs() < 1e-13, "ln {x}");
            assert!((exp(x - 7.0) / (x - 7.0).exp() - 1.0).abs() < 1e-11, "exp {x}");
            assert!((pow(x, -0.7) / x.powf(-0.7) - 1.0).abs() < 1e-11, "pow {x}");
        }
    }
}
