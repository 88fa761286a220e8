//! `docs/verification/physics.md` and its plots.

use super::chart::Chart;
use super::rows::{Row, markdown};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What stands before and after the tables; the derivations are prose and kept as such.
const PROSE: &str = include_str!("physics.md");

/// Writes the report; the plots are named for what they show.
pub(super) fn write(rows: &[Row], charts: Vec<(&'static str, Chart)>) -> Result<(), String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/verification");
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(failed)?;
    for (name, chart) in &charts {
        fs::write(folder.join(name), chart.svg()).map_err(failed)?;
    }
    let mut text = PROSE.replace("{{run}}", &origin());
    let beyond = rows.iter().filter(|row| row.failed()).count();
    let judged = rows.iter().filter(|row| row.holds.is_some()).count();
    let outcome = format!("{} of {judged} judged rows hold.", judged - beyond);
    text = text.replace("{{outcome}}", &outcome);
    let mut sections: Vec<&str> = Vec::new();
    for row in rows {
        if !sections.contains(&row.section) {
            sections.push(row.section);
        }
    }
    let mut tables = String::new();
    for section in sections {
        let _ = write!(tables, "\n### {section}\n\n{}", markdown(rows, section));
    }
    text = text.replace("{{tables}}", tables.trim_start());
    fs::write(folder.join("physics.md"), text).map_err(failed)?;
    println!("\nwrote {}", folder.join("physics.md").display());
    Ok(())
}

/// Date, commit and kind of machine.
fn origin() -> String {
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok();
        output.map_or_else(String::new, |output| {
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        })
    };
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split(':').nth(1)).unwrap_or("unknown").trim();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!(
        "{}, commit {}, {} {}, {model}, {cores} cores",
        said("date", &["-u", "+%F"]),
        said("git", &["rev-parse", "--short", "HEAD"]),
        std::env::consts::OS,
        std::env::consts::ARCH,
    )
}
