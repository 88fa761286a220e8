//! Inner loops over several numbers at once, with the same bits on every machine.
//!
//! They are compiled for several widths of registers, and the widest that the machine has is
//! taken. What is computed does not depend on it: sums run in a fixed number of lanes and are
//! added up in a fixed order, and no multiplication is fused with an addition.

use pulp::{Arch, Simd, WithSimd};

/// Numbers at once, and running sums of a product: the widest register there is (AVX-512).
pub(crate) const LANES: usize = 8;

/// `length` rounded up to whole lanes.
pub(crate) const fn padded(length: usize) -> usize {
    length.next_multiple_of(LANES)
}

/// The product of each of four columns with `x`; what is more than whole lanes is left out.
#[inline(always)]
pub(crate) fn dots<S: Simd>(simd: S, [a, b, c, d]: [&[f64]; 4], x: &[f64]) -> [f64; 4] {
    let zero = simd.splat_f64s(0.0);
    let [mut sa, mut sb, mut sc, mut sd] = [[zero; LANES]; 4];
    let columns = chunks(a).iter().zip(chunks(b)).zip(chunks(c).iter().zip(chunks(d)));
    for (x, ((a, b), (c, d))) in chunks(x).iter().zip(columns) {
        add_products(simd, &mut sa, a, x);
        add_products(simd, &mut sb, b, x);
        add_products(simd, &mut sc, c, x);
        add_products(simd, &mut sd, d, x);
    }
    [total::<S>(&sa), total::<S>(&sb), total::<S>(&sc), total::<S>(&sd)]
}

/// Takes four columns, each times its factor, away from `x`; as far as whole lanes go.
#[inline(always)]
pub(crate) fn take_away<S: Simd>(
    simd: S,
    [a, b, c, d]: [&[f64]; 4],
    factors: [f64; 4],
    x: &mut [f64],
) {
    let [fa, fb, fc, fd] = factors.map(|factor| simd.splat_f64s(factor));
    let columns = chunks(a).iter().zip(chunks(b)).zip(chunks(c).iter().zip(chunks(d)));
    for (x, ((a, b), (c, d))) in x.as_chunks_mut::<LANES>().0.iter_mut().zip(columns) {
        let registers = S::as_mut_simd_f64s(x).0.iter_mut();
        let ab = S::as_simd_f64s(a).0.iter().zip(S::as_simd_f64s(b).0);
        let cd = S::as_simd_f64s(c).0.iter().zip(S::as_simd_f64s(d).0);
        for (x, ((a, b), (c, d))) in registers.zip(ab.zip(cd)) {
            let ab = simd.add_f64s(simd.mul_f64s(*a, fa), simd.mul_f64s(*b, fb));
            let cd = simd.add_f64s(simd.mul_f64s(*c, fc), simd.mul_f64s(*d, fd));
            *x = simd.sub_f64s(*x, simd.add_f64s(ab, cd));
        }
    }
}

/// Takes `factor` times `from` away from `to`; as far as whole lanes go.
#[inline(always)]
pub(crate) fn take_away_one<S: Simd>(simd: S, from: &[f64], factor: f64, to: &mut [f64]) {
    let factor = simd.splat_f64s(factor);
    for (to, from) in to.as_chunks_mut::<LANES>().0.iter_mut().zip(chunks(from)) {
        for (to, from) in S::as_mut_simd_f64s(to).0.iter_mut().zip(S::as_simd_f64s(from).0) {
            *to = simd.sub_f64s(*to, simd.mul_f64s(factor, *from));
        }
    }
}

#[inline(always)]
const fn chunks(values: &[f64]) -> &[[f64; LANES]] {
    values.as_chunks().0
}

#[inline(always)]
fn add_products<S: Simd>(simd: S, sums: &mut [S::f64s; LANES], a: &[f64; LANES], b: &[f64; LANES]) {
    let factors = S::as_simd_f64s(a).0.iter().zip(S::as_simd_f64s(b).0);
    for (sum, (a, b)) in sums.iter_mut().zip(factors) {
        *sum = simd.add_f64s(*sum, simd.mul_f64s(*a, *b));
    }
}

/// The sum of the lanes, halves added to halves.
#[inline(always)]
fn total<S: Simd>(registers: &[S::f64s; LANES]) -> f64 {
    let mut lanes = [0.0; LANES];
    for (to, from) in S::as_mut_simd_f64s(&mut lanes).0.iter_mut().zip(registers) {
        *to = *from;
    }
    sum(&lanes)
}

#[inline(always)]
const fn sum(&[a, b, c, d, e, f, g, h]: &[f64; LANES]) -> f64 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// The sum of products.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    Arch::new().dispatch(Dot(a, b))
}

struct Dot<'a>(&'a [f64], &'a [f64]);

impl WithSimd for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let length = self.0.len().min(self.1.len());
        let (a, a_last) = self.0.get(..length).unwrap_or(self.0).as_chunks::<LANES>();
        let (b, b_last) = self.1.get(..length).unwrap_or(self.1).as_chunks::<LANES>();
        let mut even = [simd.splat_f64s(0.0); LANES];
        let mut odd = even;
        // A sum waits for the one before: two of them wait half as long.
        let ((a_pairs, a_one), (b_pairs, b_one)) = (a.as_chunks::<2>(), b.as_chunks::<2>());
        for ([a0, a1], [b0, b1]) in a_pairs.iter().zip(b_pairs) {
            add_products(simd, &mut even, a0, b0);
            add_products(simd, &mut odd, a1, b1);
        }
        for (a, b) in a_one.iter().zip(b_one) {
            add_products(simd, &mut even, a, b);
        }
        let last: f64 = a_last.iter().zip(b_last).map(|(a, b)| a * b).sum();
        total::<S>(&even) + total::<S>(&odd) + last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulp::Scalar;

    /// All of it at one place, for any registers.
    struct All<'a>(&'a [f64], &'a [f64]);

    impl WithSimd for All<'_> {
        type Output = (Vec<f64>, [f64; 4]);

        fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
            let Self(a, b) = self;
            let mut left = b.to_vec();
            take_away(simd, [a, a, b, b], [1.0, -2.0, 0.5, 0.25], &mut left);
            take_away_one(simd, a, 1.0, &mut left);
            (left, dots(simd, [a, b, a, a], b))
        }
    }

    proptest! {
        /// In any length; four at once only whole lanes. The same bits without wide registers.
        #[test]
        fn products_are_summed(values in proptest::collection::vec(-1.0_f64..1.0, 0..200)) {
            let (a, b) = values.split_at(values.len() / 2);
            let plain = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            prop_assert!((dot(a, b) - plain(a, b)).abs() < 1e-12);
            let scalar = Dot(a, b).with_simd(Scalar::new());
            prop_assert_eq!(dot(a, b).to_bits(), scalar.to_bits());
            let whole = a.len() / LANES * LANES;
            let b = &b[..a.len()];
            let (left, sums) = Arch::new().dispatch(All(a, b));
            for (sum, column) in sums.iter().zip([a, b, a, a]) {
                prop_assert!((sum - plain(&column[..whole], b)).abs() < 1e-12);
            }
            for (place, (left, b)) in left.iter().zip(b).enumerate() {
                let expected = if place < whole { 0.25 * b } else { *b };
                prop_assert!((left - expected).abs() < 1e-12, "{}", place);
            }
            let (scalar_left, scalar_sums) = All(a, b).with_simd(Scalar::new());
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&left), bits(&scalar_left));
            prop_assert_eq!(bits(&sums), bits(&scalar_sums));
        }
    }
}
