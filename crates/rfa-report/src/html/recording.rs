//! The recording itself: who wrote it, whether it is whole, how the ticks kept their time.

use super::page::Page;
use crate::Report;
use rfa_record::{CheckReport, Topic};

pub(super) fn recording(report: &Report, file: &str, page: &mut Page) {
    page.heading("Recording and program");
    let info = &report.info;
    let [model, serial, firmware] = &info.generator;
    let seed = info.seed.map_or(String::new(), |seed| format!(", seed {seed}"));
    let commit = info.git_commit.as_deref().unwrap_or("not told");
    let ticks = match (info.first_tick, info.last_tick) {
        (Some(first), Some(last)) => format!("{first} to {last}"),
        _ => "none".to_owned(),
    };
    let count = info.messages.get(&Topic::Tick).copied().unwrap_or(0);
    let late = |us: u32| format!("{:.2} ms", f64::from(us) / 1e3);
    let (interlock, control) = (late(info.interlock_late_max_us), late(info.control_late_max_us));
    let damage = if report.loss.is_none() {
        "finished and readable to its end".to_owned()
    } else {
        let cut = report.loss.cut_short.as_deref().unwrap_or("finished");
        format!("{cut}; {} damaged places", report.loss.damaged)
    };
    page.facts(&[
        ("file", format!("{file}, {} bytes", info.bytes)),
        ("written by", format!("rfa {}, commit {commit}", info.rfa_version)),
        ("messages' version", info.record_schema.to_string()),
        ("report by", format!("rfa {}", env!("CARGO_PKG_VERSION"))),
        ("generator", format!("{model} {serial}, firmware {firmware}{seed}")),
        ("end of the file", damage),
        ("chain", chain(report)),
        ("ticks", format!("{count}, numbers {ticks}; {}", gaps(report))),
        ("latest tick", format!("interlock {interlock}, control {control}")),
        ("files inside", info.files.join(", ")),
        (
            "made by",
            if info.marks.is_empty() { "recorder".to_owned() } else { info.marks.join(", ") },
        ),
    ]);
    let words = "`rfa rec verify` runs control and interlock over the recorded inputs again and \
                 compares every decision bit for bit; `rfa rec check --key` proves a signature.";
    page.paragraph("<p class=\"small\">", words);
}

fn chain(report: &Report) -> String {
    match &report.check {
        Err(why) => format!("cannot be checked: {why}"),
        Ok(check) => chain_words(check),
    }
}

fn chain_words(check: &CheckReport) -> String {
    let CheckReport { intact, misfit, signed, keys, checkpoints, records, .. } = check;
    let covered = format!("{records} records under {checkpoints} checkpoints");
    let keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
    let by = if *signed {
        format!("signed by {}", keys.join(", "))
    } else {
        "not signed: it shows accidents, not forgery".to_owned()
    };
    match misfit {
        None if *intact => format!("intact, {covered}; {by}"),
        None => format!("not intact, {covered}"),
        Some(misfit) => format!("not intact: {misfit}; {covered} fit"),
    }
}

fn gaps(report: &Report) -> String {
    let info = &report.info;
    let mut words = format!("{} deadlines missed, {} lost", info.missed_ticks, info.lost_ticks);
    if !info.gaps.is_empty() {
        let told = info.gaps.iter().take(8).map(|gap| format!("{} to {}", gap.after, gap.before));
        let more = info.gaps.len().saturating_sub(8);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        words = format!("{words}; gaps {}{more}", told.collect::<Vec<_>>().join(", "));
    }
    words
}
