//! Where the heat went, and what boiling does to the impedance.

use super::chart::{Axis, BLUE, Chart, GREEN, Line, RED};
use super::lesions::{Course, HOLD_S, SET_C};
use super::needles::{Electrode, muscle};
use super::rows::Row;
use rfa_plan::Gauge;
use rfa_tissue::{Drive, Lesion, Properties, Resolution, TipEnd};

const SECTION: &str = super::ENERGY;
/// A generator gives up when the impedance has risen by so much.
const ROLLED_OFF: f64 = 3.0;

fn course(electrode: Electrode, tissue: Properties) -> Course {
    Course {
        electrode,
        end: TipEnd::Blunt,
        tissue,
        baseline_c: 37.0,
        set_c: SET_C,
        hold_s: HOLD_S,
        resolution: Resolution::Normal,
    }
}

/// Impedance over time: time in s, resistance in ohm.
pub(super) type Curve = Vec<(f64, f64)>;

/// A constant power in W and the impedance under it.
pub(super) type Powered = (f64, Curve);

/// A constant drive from rest, looked at four times a second, for 120 s or until the impedance is
/// three times its lowest.
fn driven(electrode: Electrode, drive: Drive) -> Result<(Lesion, Curve), String> {
    let mut lesion = course(electrode, muscle()?).lesion()?;
    let mut curve = Vec::new();
    let mut lowest = f64::INFINITY;
    for _ in 0..480 {
        lesion.advance(0.25, drive).map_err(|error| error.to_string())?;
        let reading = lesion.reading();
        curve.push((reading.t_s, reading.resistance_ohm));
        lowest = lowest.min(reading.resistance_ohm);
        if matches!(drive, Drive::Power(_)) && reading.resistance_ohm > ROLLED_OFF * lowest {
            break;
        }
    }
    Ok((lesion, curve))
}

fn lowest_and_last(curve: &Curve) -> (f64, f64) {
    let lowest = curve.iter().fold(f64::INFINITY, |low, (_, ohm)| low.min(*ohm));
    (lowest, curve.last().map_or(f64::NAN, |(_, ohm)| *ohm))
}

/// The rows, and the impedance of a needle at each of some powers, W.
pub(super) fn rows(quick: bool) -> Result<(Vec<Row>, Vec<Powered>), String> {
    let mut rows = Vec::new();
    let dry = Properties { phase: None, ..muscle()? };
    let lesion = course(Electrode::new(Gauge::G20, 10), dry).run()?;
    let what = "120 s at 80 °C, 20G 10 mm, perfused, boiling off: heat not accounted for";
    rows.push(Row::share(SECTION, what, lesion.model().imbalance(), 1e-6));
    let electrode = Electrode::new(Gauge::G22, 5);
    let (lesion, curve) = driven(electrode, Drive::Voltage(21.0))?;
    let (lowest, last) = lowest_and_last(&curve);
    let what = "120 s at 21 V, 22G 5 mm, boiling: heat not accounted for";
    rows.push(Row::share(SECTION, what, lesion.model().imbalance(), 1e-3));
    let what = "the same: impedance, lowest and at the end";
    let value = format!("{lowest:.0} and {last:.0} ohm; hottest {:.0} °C", lesion.hottest().0);
    rows.push(Row::holds(SECTION, what, value, "rises again", last > 1.1 * lowest));
    let mut curves = Vec::new();
    for watts in if quick { vec![4.0] } else { vec![2.0, 2.5, 3.0, 4.0, 6.0] } {
        let (lesion, curve) = driven(electrode, Drive::Power(watts))?;
        let what = format!("{watts} W, 22G 5 mm, until roll-off: heat not accounted for");
        rows.push(Row::share(SECTION, what, lesion.model().imbalance(), 1e-3));
        let (lowest, last) = lowest_and_last(&curve);
        let until = lesion.reading().t_s;
        let value = format!("{lowest:.0} ohm, then {last:.0} ohm at {until:.1} s");
        let what = format!("{watts} W, 22G 5 mm: impedance");
        // Two watts never boil it within 120 s; three and more do.
        let rolls = last > ROLLED_OFF * lowest;
        rows.push(if watts >= 3.0 {
            Row::holds(SECTION, what, value, format!("rises {ROLLED_OFF} times"), rolls)
        } else {
            Row::told(SECTION, what, value)
        });
        curves.push((watts, curve));
    }
    Ok((rows, curves))
}

/// Impedance over time at each power.
pub(super) fn plot(curves: &[Powered]) -> Chart {
    let colours = [GREEN, BLUE, RED];
    let lines = curves.iter().zip(colours.into_iter().cycle()).map(|((watts, curve), colour)| {
        let shown = curve.iter().filter(|(_, ohm)| *ohm <= 400.0).copied().collect();
        Line { name: format!("{watts} W"), colour, points: shown, marked: false }
    });
    Chart {
        title: "Roll-off: 22G 5 mm in muscle at constant power",
        x: Axis {
            label: "time, s",
            from: 0.0,
            to: 80.0,
            ticks: vec![0.0, 20.0, 40.0, 60.0, 80.0],
            logarithmic: false,
        },
        y: Axis {
            label: "resistance, ohm",
            from: 100.0,
            to: 400.0,
            ticks: vec![100.0, 150.0, 200.0, 250.0, 300.0, 350.0, 400.0],
            logarithmic: false,
        },
        lines: lines.collect(),
    }
}
