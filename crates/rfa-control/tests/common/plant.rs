//! Power to tip temperature as a sum of exponentials behind a conduction lag.
//!
//! The six gains of each electrode were fitted (non-negative least squares, within 0.5 % of the
//! largest rise) to the step response at 1 W of an axisymmetric finite-volume model: tissue
//! 0.33 S/m (+2 %/K), 0.52 W/mK, 3.7 MJ/m³K, perfused, sensor 1 mm inside the tip. Its rises at
//! 8 V agree with the table of physics.md section 4 (22G 5 mm at 1 s: 7.7 K/W, table 3.1 K at
//! 64/161 W = 7.8 K/W; 16G 15 mm: 0.82 and 0.95 at 64/55 W = 0.82 K/W).

const TAUS_S: [f64; 6] = [0.25, 1.0, 4.0, 16.0, 64.0, 256.0];

#[derive(Debug, Clone, Copy)]
pub struct ElectrodeCase {
    pub name: &'static str,
    lag_s: f64,
    /// What a plan would expect of it, mK/J.
    pub response_mk_j: u32,
    gains: [f64; 6],
    /// Power ceiling at a set temperature of 60 °C and of 80 °C, W (hazards.md a.2; the last
    /// and the 22G 10 mm are extrapolated by hold power).
    ceilings: (f64, f64),
}

impl ElectrodeCase {
    /// Ceiling at a set temperature, W.
    pub fn ceiling(&self, set: f64) -> f64 {
        let (low, high) = self.ceilings;
        (low + (high - low) * (set - 60.0) / 20.0).max(0.5)
    }

    pub fn named(name: &str) -> &'static Self {
        ELECTRODES.iter().find(|case| case.name == name).expect("a known electrode")
    }
}

pub const ELECTRODES: [ElectrodeCase; 7] = [
    ElectrodeCase {
        name: "22G 2 mm",
        response_mk_j: 23_900,
        lag_s: 0.02,
        gains: [1.058, 18.172, 20.685, 29.132, 10.348, 18.151],
        ceilings: (3.4, 1.6),
    },
    ElectrodeCase {
        name: "22G 5 mm",
        response_mk_j: 9_540,
        lag_s: 0.05,
        gains: [0.871, 4.757, 12.777, 16.749, 15.13, 10.007],
        ceilings: (7.2, 3.7),
    },
    ElectrodeCase {
        name: "22G 10 mm",
        response_mk_j: 4_770,
        lag_s: 0.05,
        gains: [0.498, 2.534, 6.215, 8.473, 9.979, 9.539],
        ceilings: (15.0, 8.0),
    },
    ElectrodeCase {
        name: "20G 5 mm",
        response_mk_j: 6_480,
        lag_s: 0.05,
        gains: [0.145, 3.65, 10.119, 15.677, 13.229, 10.86],
        ceilings: (9.3, 4.7),
    },
    ElectrodeCase {
        name: "20G 10 mm",
        response_mk_j: 3_240,
        lag_s: 0.05,
        gains: [0.118, 1.955, 4.813, 8.148, 9.004, 9.893],
        ceilings: (17.0, 8.7),
    },
    ElectrodeCase {
        name: "18G 10 mm",
        response_mk_j: 1_860,
        lag_s: 0.08,
        gains: [0.016, 0.904, 3.358, 6.908, 8.391, 9.329],
        ceilings: (25.0, 12.0),
    },
    ElectrodeCase {
        name: "16G 15 mm",
        response_mk_j: 807,
        lag_s: 0.12,
        gains: [0.025, 0.315, 1.616, 3.795, 5.219, 7.716],
        ceilings: (45.0, 22.0),
    },
];

/// Plants that no electrode has: the loop must not depend on the fitted shape.
pub const STRANGERS: [ElectrodeCase; 5] = [
    ElectrodeCase {
        name: "one exponential of 4 s",
        response_mk_j: 6_480,
        lag_s: 0.05,
        gains: [0.0, 0.0, 30.0, 0.0, 0.0, 0.0],
        ceilings: (10.0, 6.0),
    },
    ElectrodeCase {
        name: "one exponential of 16 s",
        response_mk_j: 3_240,
        lag_s: 0.05,
        gains: [0.0, 0.0, 0.0, 50.0, 0.0, 0.0],
        ceilings: (15.0, 8.0),
    },
    ElectrodeCase {
        name: "1 s and 64 s",
        response_mk_j: 6_480,
        lag_s: 0.02,
        gains: [0.0, 12.0, 0.0, 0.0, 25.0, 0.0],
        ceilings: (10.0, 6.0),
    },
    ElectrodeCase {
        name: "1.5 x 22G 2 mm",
        response_mk_j: 23_900,
        lag_s: 0.02,
        gains: [1.59, 27.3, 31.0, 43.7, 15.5, 27.2],
        ceilings: (4.0, 2.0),
    },
    ElectrodeCase {
        name: "0.7 x 16G 15 mm",
        response_mk_j: 807,
        lag_s: 0.15,
        gains: [0.018, 0.22, 1.13, 2.66, 3.65, 5.4],
        ceilings: (45.0, 30.0),
    },
];

/// The plant, in steps of 1 ms.
#[derive(Debug, Clone)]
pub struct TestPlant {
    gains: [f64; 6],
    states: [f64; 6],
    shares: [f64; 6],
    tip: f64,
    tip_share: f64,
}

impl TestPlant {
    pub fn new(case: &ElectrodeCase) -> Self {
        let share = |tau: f64| 1.0 - (-0.001 / tau).exp();
        Self {
            gains: case.gains,
            states: [0.0; 6],
            shares: TAUS_S.map(share),
            tip: 0.0,
            tip_share: share(case.lag_s),
        }
    }

    pub fn advance_ms(&mut self, power: f64) {
        for ((state, gain), share) in self.states.iter_mut().zip(self.gains).zip(self.shares) {
            *state += (gain * power - *state) * share;
        }
        self.tip += (self.states.iter().sum::<f64>() - self.tip) * self.tip_share;
    }

    /// Rise of the tip above the tissue's own temperature, K.
    pub fn rise(&self) -> f64 {
        self.tip
    }
}
