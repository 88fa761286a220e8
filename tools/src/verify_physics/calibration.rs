//! Measured lesions (calibration.csv): predicted with a stated edge, nothing tuned.

use super::lesions::{Course, nerve, size_mm};
use super::needles::{Electrode, ex_vivo, gauges, muscle};
use super::rows::{Row, percent};
use rfa_plan::Gauge;
use rfa_tissue::{Boundary, Lesion, Resolution, TipEnd};
use std::f64::consts::FRAC_PI_4;

const SECTION: &str = super::CALIBRATION;

/// 80 °C for 90 s from 21 °C, 20G 10 mm, in the tissue of physics.md 1: rows M1 to M3.
fn chicken() -> Result<Course, String> {
    Ok(Course {
        electrode: Electrode::new(Gauge::G20, 10),
        end: TipEnd::Blunt,
        tissue: ex_vivo()?,
        baseline_c: 21.0,
        set_c: 80.0,
        hold_s: 90.0,
        resolution: Resolution::Normal,
    })
}

/// Measured: mean surface area, mm², and volumes, cm³.
const M1_MM2: f64 = 80.8;
const M2_CM3: f64 = 0.16;
const M3_CM3: f64 = 0.15;

pub(super) fn rows(quick: bool) -> Result<Vec<Row>, String> {
    let mut rows = measured()?;
    rows.extend(widest(quick)?);
    rows.extend(conventional()?);
    rows.extend(growth()?);
    Ok(rows)
}

fn measured() -> Result<Vec<Row>, String> {
    let lesion = chicken()?.run()?;
    let mut rows = Vec::new();
    let edges = [
        (Boundary::Isotherm(50.0), "50 °C"),
        (Boundary::Isotherm(55.0), "55 °C"),
        (Boundary::Isotherm(58.0), "58 °C, where chicken whitens"),
        (Boundary::Isotherm(60.0), "60 °C"),
        (nerve(), "nerve set"),
    ];
    for (edge, name) in edges {
        let (width, length) = size_mm(&lesion, edge);
        let volume = lesion.size(edge).map_or(f64::NAN, |size| size.volume * 1e6);
        let (box_mm2, ellipse) = (width * length, FRAC_PI_4 * width * length);
        let value = format!(
            "{width:.2} x {length:.2} mm; L x W {box_mm2:.1} mm² ({} of M1's {M1_MM2}), ellipse {ellipse:.1} mm² ({})",
            percent_short(box_mm2 / M1_MM2),
            percent_short(ellipse / M1_MM2),
        );
        rows.push(Row::told(SECTION, format!("M1, edge at {name}"), value));
        let value = format!(
            "{volume:.3} cm³ ({} of M2's {M2_CM3}, {} of M3's {M3_CM3})",
            percent_short(volume / M2_CM3),
            percent_short(volume / M3_CM3),
        );
        rows.push(Row::told(SECTION, format!("M2, M3 (10 mm tip assumed), edge at {name}"), value));
    }
    Ok(rows)
}

fn percent_short(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// B1: no single needle makes a lesion wider than 16 mm; width grows with gauge and with time.
fn widest(quick: bool) -> Result<Vec<Row>, String> {
    let width = |gauge: Gauge, hold_s: f64| -> Result<f64, String> {
        let electrode = Electrode::new(gauge, 15);
        let course = Course { electrode, baseline_c: 21.0, set_c: 90.0, hold_s, ..chicken()? };
        Ok(size_mm(&course.run()?, Boundary::Isotherm(55.0)).0)
    };
    let mut gauges: Vec<Gauge> =
        if quick { vec![Gauge::G16, Gauge::G23] } else { gauges().collect() };
    gauges.reverse();
    let times = [60.0, 120.0, 360.0, 720.0];
    let by_gauge =
        gauges.iter().map(|gauge| width(*gauge, 360.0)).collect::<Result<Vec<_>, _>>()?;
    let by_time =
        times.iter().map(|hold| width(Gauge::G16, *hold)).collect::<Result<Vec<_>, _>>()?;
    let grows = |widths: &[f64]| widths.windows(2).all(|pair| pair[0] < pair[1]);
    let list = |widths: &[f64]| {
        widths.iter().map(|width| format!("{width:.1}")).collect::<Vec<_>>().join(", ")
    };
    let most = by_time.iter().fold(0.0_f64, |most, width| most.max(*width));
    Ok(vec![
        Row::at_most(
            SECTION,
            "B1: widest lesion, 16G 15 mm, 90 °C 720 s, edge at 55 °C",
            (most, "mm"),
            16.0,
        ),
        Row::holds(
            SECTION,
            "B1: width over gauges, thin to thick, 360 s, mm",
            list(&by_gauge),
            "grows",
            grows(&by_gauge),
        ),
        Row::holds(
            SECTION,
            "B1: width at 60, 120, 360, 720 s, 16G, mm",
            list(&by_time),
            "grows",
            grows(&by_time),
        ),
    ])
}

/// B2, a lower plausibility bound (physics.md 2): radii of 1.1 to 2.2 mm with conventional
/// needles, by electrode; electrode, time and edge are not told.
fn conventional() -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for electrode in [
        Electrode::new(Gauge::G23, 2),
        Electrode::new(Gauge::G22, 5),
        Electrode::new(Gauge::G20, 10),
    ] {
        let course =
            Course { electrode, tissue: muscle()?, baseline_c: 37.0, hold_s: 60.0, ..chicken()? };
        let lesion: Lesion = course.run()?;
        let radius = |edge| size_mm(&lesion, edge).0 / 2.0;
        let (visible, damage) = (radius(Boundary::Isotherm(58.0)), radius(nerve()));
        let what = format!("B2: radius, {}, 37 °C, 80 °C 60 s, edge at 58 °C", electrode.name());
        let value = format!("{visible:.2} mm (nerve set {damage:.2} mm; measured 1.1 to 2.2)");
        rows.push(Row::holds(SECTION, what, value, "not below 1.1 mm", visible >= 1.1));
    }
    Ok(rows)
}

/// B3: fastest growth in the first 20 s, steady after 100 s (a blood-cooled surface; bulk tissue
/// is slower).
fn growth() -> Result<Vec<Row>, String> {
    let at = |hold_s: f64| -> Result<f64, String> {
        let course = Course { tissue: muscle()?, baseline_c: 37.0, hold_s, ..chicken()? };
        Ok(size_mm(&course.run()?, Boundary::Isotherm(50.0)).0)
    };
    // From the beginning of RF: 15 s of ramp and 5 s of hold are the first 20 s.
    let widths = [5.0, 25.0, 45.0, 65.0, 85.0, 105.0].map(at);
    let widths = widths.into_iter().collect::<Result<Vec<_>, _>>()?;
    let bare = chicken()?.electrode.diameter_m() * 1e3;
    let gains: Vec<f64> = std::iter::once(widths[0] - bare)
        .chain(widths.windows(2).map(|pair| pair[1] - pair[0]))
        .collect();
    let falling = gains.windows(2).all(|pair| pair[0] > pair[1]);
    let list = gains.iter().map(|gain| format!("{gain:.2}")).collect::<Vec<_>>().join(", ");
    let last = gains[5] / widths[5];
    Ok(vec![
        Row::holds(
            SECTION,
            "B3: growth of the width in each 20 s, mm",
            list,
            "first 20 s fastest",
            falling,
        ),
        Row::holds(
            SECTION,
            "B3: growth from 100 to 120 s against the first 20 s",
            format!("{:.3} ({} of the width)", gains[5] / gains[0], percent(last)),
            "< 0.15: nearly steady",
            gains[5] < 0.15 * gains[0],
        ),
    ])
}
