//! `docs/safety/ceilings.md`: the tables; what stands around them is prose and kept as such.

use super::cells::Cell;
use super::rates::Rates;
use super::setting::{FAT, NEAREST, name};
use super::vary::{self, Row};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

const PAGE: &str = "docs/safety/ceilings.md";
const PROSE: &str = include_str!("ceilings.md");

pub(super) fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(PAGE)
}

pub(super) fn write(cells: &[Cell], rates: &[Rates], varied: &[Row]) -> Result<(), String> {
    let text = PROSE
        .replace("{{thermal}}", &ceilings(cells, 0))
        .replace("{{electrical}}", &ceilings(cells, 1))
        .replace("{{tissues}}", &tissues(cells))
        .replace("{{needs}}", &needs(cells))
        .replace("{{rates}}", &rate_rows(rates))
        .replace("{{varied}}", &varied_rows(varied));
    fs::write(path(), text).map_err(|error| format!("{PAGE}: {error}"))?;
    println!("wrote {PAGE}");
    Ok(())
}

fn ceilings(cells: &[Cell], column: usize) -> String {
    let mut text = String::from(
        "| electrode | set °C | in use W | muscle W | ratio | lowest but fat W | ratio | which | \
         fat W | ratio |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for Cell { place, set_c, found, .. } in cells {
        let found = &found[column];
        let beside = |ceiling_w: f64| format!("{ceiling_w:.2} | {:.2}", ceiling_w / found.in_use_w);
        let (which, lowest_w) = found.lowest();
        let _ = writeln!(
            text,
            "| {} | {set_c} | {} | {} | {} | {which} | {} |",
            name(*place),
            found.in_use_w,
            beside(found.of(NEAREST)),
            beside(lowest_w),
            beside(found.of(FAT)),
        );
    }
    text.trim_end().to_owned()
}

/// Each tissue's ceilings as shares of those in use, smallest and largest of all cells.
fn tissues(cells: &[Cell]) -> String {
    let mut text = String::from("| tissue | thermal | electrical |\n| --- | --- | --- |\n");
    let span = |tissue: &str, column: usize| {
        let shares = cells.iter().map(|cell| {
            let found = &cell.found[column];
            found.of(tissue) / found.in_use_w
        });
        shares
            .fold((f64::INFINITY, 0.0_f64), |(low, high), share| (low.min(share), high.max(share)))
    };
    for (tissue, _) in cells.first().map_or(&[][..], |cell| &cell.found[0].by_tissue_w) {
        let [thermal, electrical] = [0, 1].map(|column| span(tissue, column));
        let _ = writeln!(
            text,
            "| {tissue} | {:.2} to {:.2} | {:.2} to {:.2} |",
            thermal.0, thermal.1, electrical.0, electrical.1
        );
    }
    text.trim_end().to_owned()
}

/// What treatments take beside what they may.
fn needs(cells: &[Cell]) -> String {
    let mut text = String::from(
        "| electrode | set °C | ramp of 5 s W | ramp of 15 s W | hold W | in use W | \
         lowest but fat W | fat W |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for Cell { place, set_c, needed_w, found: [thermal, _] } in cells {
        let [fast, slow, hold] = needed_w.map(|[muscle, most]| format!("{muscle:.2} / {most:.2}"));
        let _ = writeln!(
            text,
            "| {} | {set_c} | {fast} | {slow} | {hold} | {} | {:.2} | {:.2} |",
            name(*place),
            thermal.in_use_w,
            thermal.lowest().1,
            thermal.of(FAT),
        );
    }
    text.trim_end().to_owned()
}

fn rate_rows(rates: &[Rates]) -> String {
    let mut text = String::from(
        "| electrode | hold W at 30 / 60 s | sensor K/s at 5 / 10 / 50 W | \
         +10 K after s, 5 / 10 / 50 W | fall in 1 s, K |\n\
         | --- | --- | --- | --- | --- |\n",
    );
    for rates in rates {
        let [early_w, late_w] = rates.hold_w;
        let [slow, middle, fast] = rates.rate_k_s;
        let times = rates.to_rise_s.map(|time_s| {
            if time_s.is_finite() { format!("{time_s:.2}") } else { "never".to_owned() }
        });
        let _ = writeln!(
            text,
            "| {} | {early_w:.2} / {late_w:.2} | {slow:.1} / {middle:.1} / {fast:.0} | {} | \
             {:.1} |",
            name(rates.place),
            times.join(" / "),
            rates.fall_k,
        );
    }
    text.trim_end().to_owned()
}

fn varied_rows(rows: &[Row]) -> String {
    let mut text = String::from("| changed |");
    for (place, set_c) in vary::CELLS {
        let _ = write!(text, " {} at {set_c} °C |", name(place));
    }
    text.push_str("\n| --- | --- | --- | --- |\n");
    let base = rows.first().map(|row| row.ceilings_w);
    for (place, row) in rows.iter().enumerate() {
        let _ = write!(text, "| {} |", row.what);
        for (cell, [thermal, electrical]) in row.ceilings_w.iter().enumerate() {
            let _ = match base.and_then(|base| base.get(cell).copied()) {
                Some([base_thermal, base_electrical]) if place > 0 => write!(
                    text,
                    " {:+.1} / {:+.1} % |",
                    100.0 * (thermal / base_thermal - 1.0),
                    100.0 * (electrical / base_electrical - 1.0),
                ),
                _ => write!(text, " {thermal:.2} / {electrical:.2} W |"),
            };
        }
        text.push('\n');
    }
    text.trim_end().to_owned()
}
