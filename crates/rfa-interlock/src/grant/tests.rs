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

/// I16, over the whole of a coarse grid and every corner of the type's range.
#[test]
fn never_more_than_any_term_on_a_grid() {
    let powers = [0, 1, 2, 9, 10, 11, 999, 5_000, 50_000, 500_000, u32::MAX - 1, u32::MAX];
    let energies = [0, 1, 9_999, 10_000, 10_001, 30_000_000, u64::MAX - 1, u64::MAX];
    for asked_mw in powers {
        for ceiling_mw in powers {
            for previous_mw in powers {
                for energy_left_nj in energies {
                    let terms = Terms { asked_mw, ceiling_mw, previous_mw, energy_left_nj };
                    let power = power_mw(&terms);
                    let rise = u64::from(previous_mw) + u64::from((ceiling_mw / 10).max(1));
                    assert!(power <= asked_mw && power <= ceiling_mw, "{terms:?}");
                    assert!(u64::from(power) <= rise, "{terms:?}");
                    assert!(u64::from(power) * 10_000 <= energy_left_nj, "{terms:?}");
                    // And it is one of the terms, not less than all of them.
                    let plan = energy_left_nj / 10_000;
                    let least = [u64::from(asked_mw), u64::from(ceiling_mw), rise, plan];
                    assert_eq!(Some(u64::from(power)), least.into_iter().min(), "{terms:?}");
                }
            }
        }
    }
}

proptest! {
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
