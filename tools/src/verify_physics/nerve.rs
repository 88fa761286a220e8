//! Fröhling 1998: rabbit sciatic nerve, 45 s at 50, 55 and 60 °C: none, partial, nearly whole.

use super::lesions::{Course, nerve as nerve_set};
use super::needles::{Electrode, muscle};
use super::problem::{MUSCLE_7C, parts};
use super::rows::Row;
use rfa_plan::Gauge;
use rfa_tissue::mesh::{cylinder, orthogonal, uniform};
use rfa_tissue::{Beyond, Damage, Drive, Medium, Model, Parts, Resolution, TipEnd};

const SECTION: &str = super::NERVE;
const SECONDS: f64 = 45.0;

/// Share of fibres damaged, and how the finding is read: less than a twentieth is none, more
/// than 19 of 20 is nearly whole.
const FINDINGS: [(f64, &str, f64, f64); 3] =
    [(50.0, "none", 0.0, 0.05), (55.0, "partial", 0.05, 0.95), (60.0, "nearly whole", 0.95, 1.0)];

/// The damage integral of a piece of nerve all at one temperature, by the solver's own sum.
fn integral(at_c: f64) -> Result<f64, String> {
    let edges = uniform(0.0, 1e-3, 4);
    let grid = orthogonal(
        &edges,
        &edges,
        cylinder,
        [Beyond::Insulated, Beyond::Ground, Beyond::Insulated, Beyond::Insulated],
    );
    let cells = grid.cells();
    let medium = Medium { regions: vec![MUSCLE_7C], region_of: vec![0; cells] };
    let damage = Damage::none(cells, at_c, false);
    let mut model = Model::new(Parts { damage, ..parts(grid, medium, at_c) });
    model.advance(SECONDS, Drive::Voltage(0.0)).map_err(|error| error.to_string())?;
    Ok(model.damage().omega[0][0])
}

pub(super) fn rows() -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for (at_c, finding, low, high) in FINDINGS {
        let omega = integral(at_c)?;
        let damaged = -(-omega).exp_m1();
        let value = format!("omega {omega:.3}: {:.1} % of fibres damaged", damaged * 100.0);
        let limit = format!("{finding}: {:.0} to {:.0} %", low * 100.0, high * 100.0);
        let what = format!("nerve at {at_c} °C for 45 s, the shipped set");
        rows.push(Row::holds(SECTION, what, value, limit, damaged >= low && damaged <= high));
    }
    // Around a needle: how deep from its surface.
    for (at_c, ..) in FINDINGS {
        let course = Course {
            electrode: Electrode::new(Gauge::G22, 5),
            end: TipEnd::Blunt,
            tissue: muscle()?,
            baseline_c: 37.0,
            set_c: at_c,
            hold_s: SECONDS,
            resolution: Resolution::Normal,
        };
        let lesion = course.run()?;
        let depth = lesion.size(nerve_set()).map_or(0.0, |size| {
            (size.width - Electrode::new(Gauge::G22, 5).diameter_m()) / 2.0 * 1e3
        });
        let what =
            format!("around a 22G 5 mm needle held at {at_c} °C for 45 s: depth of omega = 1");
        rows.push(Row::told(SECTION, what, format!("{depth:.2} mm from its surface")));
    }
    Ok(rows)
}
