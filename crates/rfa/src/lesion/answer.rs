//! The answer, for machines and for people.

use super::question::{Drive, Question, SENSOR_MM};
use super::solve::{At, Solved};
use serde::Serialize;
use std::fmt::Write;

/// JSON of `rfa lesion`. Lengths in mm, heights from the tip's end, positive up the shaft.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    gauge: u8,
    tip_mm: f64,
    end: &'static str,
    sensor_mm: f64,
    tissue: String,
    baseline_c: f64,
    /// The edge's definition, as `--boundary` takes it, and in words.
    boundary: String,
    boundary_words: String,
    mesh: &'static str,
    mesh_cells: usize,
    /// Displacement over conduction current, of the tissue where no layer is.
    displacement_ratio: f64,
    /// What multiplies `impedance_ohm` to give |Z|; none with layers, each of which has its own
    /// ratio, so that no one factor holds.
    impedance_magnitude_factor: Option<f64>,
    /// How many of the tissue's numbers rest on general knowledge only.
    unconfirmed_numbers: usize,
    at: Vec<Row>,
    /// Whether any tissue has reached boiling: sizes are then worth less.
    boiled: bool,
    /// What a generator would see since switching on.
    over_time: Vec<Seen>,
    /// Energy that came in and is not accounted for, as a share of it.
    energy_imbalance: f64,
    wall_s: f64,
}

#[derive(Debug, Serialize)]
struct Row {
    t_s: f64,
    width_mm: f64,
    length_mm: f64,
    volume_mm3: f64,
    beyond_tip_mm: f64,
    widest_at_mm: Option<f64>,
    asymmetry: Option<f64>,
    max_c: f64,
    hottest_r_mm: f64,
    hottest_z_mm: f64,
    tip_c: f64,
    voltage_v: f64,
    power_w: f64,
    impedance_ohm: f64,
    probes_c: Vec<f64>,
}

#[derive(Debug, Serialize)]
struct Seen {
    since_on_s: f64,
    tip_c: f64,
    voltage_v: f64,
    power_w: f64,
    impedance_ohm: f64,
}

impl Answer {
    pub(crate) fn new(question: &Question, solved: &Solved) -> Self {
        let setting = &question.setting;
        let ratio = question.tissue.displacement_ratio.value;
        let numbers = question.tissue.numbers();
        let unconfirmed = |source: &str| source.contains("unconfirmed");
        Self {
            gauge: question.gauge,
            tip_mm: round(setting.needle.tip_length * 1e3),
            end: question.end.word(),
            sensor_mm: SENSOR_MM,
            tissue: question.tissue.id.clone(),
            baseline_c: setting.baseline_c,
            boundary: question.edge.to_string(),
            boundary_words: question.edge.words(),
            mesh: question.mesh.word(),
            mesh_cells: solved.lesion.mesh().grid.cells(),
            displacement_ratio: ratio,
            impedance_magnitude_factor: question
                .tissue
                .layers
                .is_empty()
                .then(|| 1.0 / ratio.hypot(1.0)),
            unconfirmed_numbers: numbers.iter().filter(|(_, n, _)| unconfirmed(&n.source)).count(),
            at: solved.at.iter().map(row).collect(),
            boiled: solved.boiled,
            over_time: solved.course.iter().map(seen).collect(),
            energy_imbalance: solved.lesion.model().imbalance(),
            wall_s: solved.wall_s,
        }
    }
}

fn row(at: &At) -> Row {
    // No cell has reached the boundary: a lesion of no size.
    let size = at.size.unwrap_or_default();
    let (max_c, hottest_r, hottest_z) = at.hottest;
    Row {
        t_s: at.t_s,
        width_mm: size.width * 1e3,
        length_mm: size.length * 1e3,
        volume_mm3: size.volume * 1e9,
        beyond_tip_mm: size.beyond_tip * 1e3,
        widest_at_mm: at.size.map(|size| size.widest_at * 1e3),
        asymmetry: at.size.map(|size| size.asymmetry),
        max_c,
        hottest_r_mm: hottest_r * 1e3,
        hottest_z_mm: hottest_z * 1e3,
        tip_c: at.reading.tip_c,
        voltage_v: at.reading.voltage_v,
        power_w: at.reading.power_w,
        impedance_ohm: at.reading.resistance_ohm,
        probes_c: at.probes_c.clone(),
    }
}

fn seen(reading: &rfa_tissue::Reading) -> Seen {
    Seen {
        since_on_s: reading.t_s,
        tip_c: reading.tip_c,
        voltage_v: reading.voltage_v,
        power_w: reading.power_w,
        impedance_ohm: reading.resistance_ohm,
    }
}

/// A length that went to metres and back.
fn round(mm: f64) -> f64 {
    (mm * 1e6).round() / 1e6
}

/// The drive in words.
pub(crate) fn drive(question: &Question) -> String {
    let hold = question.hold_s;
    match question.drive {
        Drive::Temperature { set_c, ramp_s } => {
            format!("{set_c} °C at the sensor, ramp {ramp_s} s, hold {hold} s")
        }
        Drive::Power(watts) => format!("{watts} W for {hold} s"),
        Drive::Voltage(volts) => format!("{volts} V (rms) for {hold} s"),
    }
}

/// The electrode in words.
pub(crate) fn electrode(question: &Question) -> String {
    let tip = round(question.setting.needle.tip_length * 1e3);
    format!("{}G, {tip} mm {} tip", question.gauge, question.end.word())
}

/// For people: what was asked, a table, and what the numbers do not say.
pub(crate) fn text(question: &Question, answer: &Answer) -> String {
    let mut text = String::new();
    let mut line = |label: &str, words: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{label:11}{words}");
    };
    line("electrode", format!("{}, sensor {SENSOR_MM} mm inside it", electrode(question)));
    let tissue = &question.tissue;
    line("tissue", format!("{}, {} °C before", tissue.title, question.setting.baseline_c));
    line("drive", drive(question));
    line("edge", format!("{} ({})", question.edge.words(), question.edge));
    for (index, [r, z]) in question.probes_mm.iter().enumerate() {
        line(&format!("probe {}", index + 1), format!("r {r} mm, z {z} mm"));
    }
    text.push('\n');
    table(&mut text, answer);
    let counted = match question.drive {
        Drive::Temperature { .. } => "counted from reaching the set temperature",
        Drive::Power(_) | Drive::Voltage(_) => "counted from switching on",
    };
    let magnitude = magnitude(answer);
    let _ = write!(
        text,
        "\nt is {counted}; z is 0 at the tip's end, positive up the shaft.\n\
         {magnitude} Pad, leads and contact are not in it.\n\
         {} cells ({}), energy balance {:.0e}, {:.3} s.\n\
         Not represented: {}\n",
        answer.mesh_cells,
        answer.mesh,
        answer.energy_imbalance.abs(),
        answer.wall_s,
        tissue.not_represented,
    );
    if answer.boiled {
        text.push_str(
            "Tissue boiled: impedance and power follow the steam, and sizes are less certain for \
             it.\n",
        );
    }
    if answer.unconfirmed_numbers > 0 {
        let _ = writeln!(
            text,
            "Of the tissue's {} numbers, {} or their ranges rest on general knowledge only: see its \
             file.",
            tissue.numbers().len(),
            answer.unconfirmed_numbers
        );
    }
    text
}

/// What Z is, and what |Z| would be.
fn magnitude(answer: &Answer) -> String {
    answer.impedance_magnitude_factor.map_or_else(
        || {
            "Z is resistance, V²/P; what the displacement current makes of it differs between the\n\
             layers, so there is no one factor to |Z|."
                .to_owned()
        },
        |factor| {
            format!(
                "Z is resistance, V²/P; with the displacement current (omega epsilon / sigma = {}) \
                 |Z| is\n{factor:.3} of it, and V and P stay.",
                answer.displacement_ratio
            )
        },
    )
}

fn table(text: &mut String, answer: &Answer) {
    let probes = answer.at.first().map_or(0, |row| row.probes_c.len());
    let mut head = format!(
        "{:>7} {:>8} {:>9} {:>10} {:>10} {:>7} {:>7} {:>12} {:>7} {:>6} {:>6} {:>6}",
        "t s",
        "width mm",
        "length mm",
        "volume mm3",
        "beyond mm",
        "asymm.",
        "max °C",
        "at r, z mm",
        "tip °C",
        "V",
        "W",
        "Z ohm"
    );
    for probe in 1..=probes {
        let _ = write!(head, " {:>8}", format!("probe {probe}"));
    }
    let _ = writeln!(text, "{head}");
    for row in &answer.at {
        let _ = write!(
            text,
            "{:>7} {:>8.2} {:>9.2} {:>10.1} {:>10.2} {:>7} {:>7.1} {:>12} {:>7.1} {:>6.1} {:>6.2} \
             {:>6.0}",
            row.t_s,
            row.width_mm,
            row.length_mm,
            row.volume_mm3,
            row.beyond_tip_mm,
            row.asymmetry.map_or_else(|| "-".to_owned(), |a| format!("{a:+.2}")),
            row.max_c,
            format!("{:.2}, {:.2}", row.hottest_r_mm, row.hottest_z_mm),
            row.tip_c,
            row.voltage_v,
            row.power_w,
            row.impedance_ohm
        );
        for probe in &row.probes_c {
            let _ = write!(text, " {probe:>8.1}");
        }
        text.push('\n');
    }
}
