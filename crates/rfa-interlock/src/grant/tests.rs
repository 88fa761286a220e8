use super::*;
use proptest::prelude::*;

const FREE: Terms =
    Terms { asked_mw: 5_000, ceiling_mw: 8_600, previous_mw: 8_600, energy_left_nj: u64::MAX };

#[test]
fn each_term_binds_alone() {
    assert_eq!(power_mw(&FREE), 5_000);
    assert_eq!(power_mw(&Terms { ceiling_mw: 4_000, ..FREE }), 4_000);
    // A tenth of the ceiling a tick, upwards only.
    assert_eq!(power_mw(&Terms { previous_mw: 0, ..FREE }), 860);
    assert_eq!(power_mw(&Terms { asked_mw: 1, ..FREE }), 1);
    // 3 W for one tick of 10 ms are 30 mJ.
    assert_eq!(power_mw(&Terms { energy_left_nj: 30_000_000, ..FREE }), 3_000);
    assert_eq!(power_mw(&Terms { energy_left_nj: 0, ..FREE }), 0);
    assert_eq!(power_mw(&Terms { asked_mw: 9, ceiling_mw: 9, previous_mw: 0, ..FREE }), 1);
}

/// Whether every term allows `power_mw`: I16 and I17 as they are written, not as a least of four.
fn allowed(terms: &Terms, power_mw: u32) -> bool {
    let Terms { asked_mw, ceiling_mw, previous_mw, energy_left_nj } = *terms;
    let rise_mw = u64::from(ceiling_mw / 10).max(1);
    power_mw <= asked_mw
        && power_mw <= ceiling_mw
        && u64::from(power_mw) <= u64::from(previous_mw) + rise_mw
        && u64::from(power_mw) * 10_000 <= energy_left_nj
}

/// What is granted is allowed, and one milliwatt more is not.
fn is_the_most_allowed(terms: &Terms) -> bool {
    let power_mw = power_mw(terms);
    let more = power_mw.checked_add(1);
    allowed(terms, power_mw) && !more.is_some_and(|more| allowed(terms, more))
}

/// I16, I17: all of a scaled domain, 64 values of each of the four inputs. Energy goes in steps of
/// 0.99 mW for one tick, so that what it leaves is a whole power and not.
#[test]
fn the_most_allowed_on_all_of_a_scaled_domain() {
    let mut tried = 0_u32;
    for asked_mw in 0..64 {
        for ceiling_mw in 0..64 {
            for previous_mw in 0..64 {
                for energy in 0..64 {
                    let energy_left_nj = energy * 9_900;
                    let terms = Terms { asked_mw, ceiling_mw, previous_mw, energy_left_nj };
                    assert!(is_the_most_allowed(&terms), "{terms:?}: {}", power_mw(&terms));
                    tried += 1;
                }
            }
        }
    }
    assert_eq!(tried, 64 * 64 * 64 * 64);
}

/// I16, I17, on a coarse grid with every corner of the types' ranges.
#[test]
fn the_most_allowed_at_every_corner() {
    let powers = [0, 1, 2, 9, 10, 11, 999, 5_000, 50_000, 500_000, u32::MAX - 1, u32::MAX];
    let energies = [0, 1, 9_999, 10_000, 10_001, 30_000_000, u64::MAX - 1, u64::MAX];
    for asked_mw in powers {
        for ceiling_mw in powers {
            for previous_mw in powers {
                for energy_left_nj in energies {
                    let terms = Terms { asked_mw, ceiling_mw, previous_mw, energy_left_nj };
                    assert!(is_the_most_allowed(&terms), "{terms:?}: {}", power_mw(&terms));
                }
            }
        }
    }
}

proptest! {
    /// I16, I17 on the whole domain.
    #[test]
    fn the_most_allowed_anywhere(
        asked_mw in any::<u32>(), ceiling_mw in any::<u32>(), previous_mw in any::<u32>(),
        energy_left_nj in prop_oneof![any::<u64>(), 0..=u64::from(u32::MAX) * 10_000],
    ) {
        let terms = Terms { asked_mw, ceiling_mw, previous_mw, energy_left_nj };
        prop_assert!(is_the_most_allowed(&terms), "{:?}: {}", terms, power_mw(&terms));
    }

    /// Less of any term never grants more.
    #[test]
    fn grows_with_every_term(
        a in any::<(u32, u32, u32, u64)>(), b in any::<(u32, u32, u32, u64)>(),
    ) {
        let terms = |asked_mw, ceiling_mw, previous_mw, energy_left_nj| {
            Terms { asked_mw, ceiling_mw, previous_mw, energy_left_nj }
        };
        let low = terms(a.0.min(b.0), a.1.min(b.1), a.2.min(b.2), a.3.min(b.3));
        let high = terms(a.0.max(b.0), a.1.max(b.1), a.2.max(b.2), a.3.max(b.3));
        prop_assert!(power_mw(&low) <= power_mw(&high));
    }
}
