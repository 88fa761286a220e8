//! Tables of physics.md that the solver has to give again.

use super::needles::{Electrode, TIPS_MM, ex_vivo, needle};
use super::rows::Row;
use rfa_plan::Gauge;
use rfa_tissue::{Drive, Lesion, Properties, Resolution, Setting, TipEnd};

const SECTION: &str = super::TABLES;

/// R sigma in 1/m for a blunt bare tip (physics.md 7b, about 1 %): tips of 2, 4, 5, 10, 15 mm.
const RESISTANCE: [(Gauge, [f64; 5]); 5] = [
    (Gauge::G16, [82.2, 59.3, 52.7, 35.4, 27.4]),
    (Gauge::G18, [95.2, 67.1, 59.3, 39.1, 30.0]),
    (Gauge::G20, [113.2, 77.8, 68.2, 44.0, 33.4]),
    (Gauge::G22, [126.9, 85.7, 74.8, 47.5, 35.8]),
    (Gauge::G23, [133.7, 89.6, 77.9, 49.2, 36.9]),
];
/// The table itself is good to about 1 %.
const RESISTANCE_LIMIT: f64 = 0.015;

/// Rises of physics.md 4 at 8 V, 37 °C: after 0.1, 0.5, 1, 3, 10, 40, 120 s; Z then and before.
const RISES: [(Gauge, u32, [f64; 7], [f64; 2]); 4] = [
    (Gauge::G22, 5, [0.31, 1.7, 3.1, 6.4, 11.4, 18.5, 23.9], [161.0, 134.0]),
    (Gauge::G22, 10, [0.26, 1.5, 2.6, 5.4, 9.6, 16.1, 21.8], [100.0, 85.0]),
    (Gauge::G18, 10, [0.09, 0.7, 1.4, 3.4, 7.1, 13.5, 19.5], [81.0, 71.0]),
    (Gauge::G16, 15, [0.05, 0.45, 0.95, 2.5, 5.5, 11.2, 17.1], [55.0, 49.0]),
];
const TIMES: [f64; 7] = [0.1, 0.5, 1.0, 3.0, 10.0, 40.0, 120.0];

fn lesion(electrode: Electrode, tissue: Properties) -> Result<Lesion, String> {
    let setting = Setting {
        needle: needle(electrode, TipEnd::Blunt),
        tissue,
        layers: Vec::new(),
        baseline_c: 37.0,
        resolution: Resolution::Normal,
    };
    Lesion::new(&setting).map_err(|error| error.to_string())
}

pub(super) fn rows() -> Result<Vec<Row>, String> {
    let tissue = ex_vivo()?;
    let mut worst = (0.0_f64, String::new());
    for (gauge, row) in RESISTANCE {
        for (tip, expected) in TIPS_MM.into_iter().zip(row) {
            let electrode = Electrode::new(gauge, tip);
            let mut lesion = lesion(electrode, tissue)?;
            lesion.advance(1e-3, Drive::Voltage(1e-3)).map_err(|error| error.to_string())?;
            let apart = lesion.reading().resistance_ohm * tissue.sigma / expected - 1.0;
            if apart.abs() > worst.0.abs() {
                worst = (apart, electrode.name());
            }
        }
    }
    let what = format!("table 7b, resistance of 25 electrodes: worst {}", worst.1);
    let mut rows = vec![Row::share(SECTION, what, worst.0, RESISTANCE_LIMIT)];
    for (gauge, tip, rises, ohms) in RISES {
        let electrode = Electrode::new(gauge, tip);
        let mut lesion = lesion(electrode, tissue)?;
        let mut found = Vec::new();
        let mut first = f64::NAN;
        let mut before = 0.0;
        for (time, rise) in TIMES.into_iter().zip(rises) {
            lesion
                .advance(time - before, Drive::Voltage(8.0))
                .map_err(|error| error.to_string())?;
            before = time;
            first = if first.is_nan() { lesion.reading().resistance_ohm } else { first };
            found.push(format!("{:.2} ({rise})", lesion.reading().tip_c - 37.0));
        }
        let last = lesion.reading().resistance_ohm;
        let what = format!("table of section 4, {}: rise at 8 V, K (there)", electrode.name());
        let impedance = format!("; Z {first:.0} to {last:.0} ohm ({} to {})", ohms[0], ohms[1]);
        rows.push(Row::told(SECTION, what, found.join(", ") + &impedance));
    }
    Ok(rows)
}
