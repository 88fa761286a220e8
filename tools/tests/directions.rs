//! Dependencies point inwards, and the pure crates see no clock, thread, port, screen or file.
//!
//! `docs/architecture.md` draws what this test proves from `cargo metadata`.

use cargo_metadata::{DependencyKind, MetadataCommand, PackageId};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What each crate may name directly, of our own crates.
const DIRECT: &[(&str, &[&str])] = &[
    ("rfa-units", &[]),
    ("rfa-interlock", &["rfa-units"]),
    ("rfa-plan", &["rfa-units"]),
    ("rfa-plot", &[]),
    ("rfa-sound", &["rfa-units", "rfa-interlock"]),
    ("rfa-tissue", &["rfa-units", "rfa-plan"]),
    ("rfa-control", &["rfa-units", "rfa-plan"]),
    ("rfa-session", &["rfa-units", "rfa-interlock", "rfa-control"]),
    ("rfa-wire", &["rfa-units", "rfa-interlock"]),
    ("rfa-link", &["rfa-units", "rfa-interlock", "rfa-wire"]),
    ("rfa-sim", &["rfa-units", "rfa-plan", "rfa-tissue", "rfa-wire"]),
    ("rfa-scenario", &["rfa-units", "rfa-plan", "rfa-interlock", "rfa-session", "rfa-sim"]),
    ("rfa-record", &["rfa-units", "rfa-plan", "rfa-interlock", "rfa-control", "rfa-session"]),
    (
        "rfa-replay",
        &[
            "rfa-units",
            "rfa-plan",
            "rfa-tissue",
            "rfa-interlock",
            "rfa-control",
            "rfa-session",
            "rfa-record",
            "rfa-figures",
            "rfa-sim",
        ],
    ),
    (
        "rfa-figures",
        &[
            "rfa-units",
            "rfa-plan",
            "rfa-tissue",
            "rfa-interlock",
            "rfa-control",
            "rfa-session",
            "rfa-record",
        ],
    ),
    ("rfa-fleet", &["rfa-units", "rfa-session", "rfa-record", "rfa-figures"]),
    ("rfa-dataset", &["rfa-session", "rfa-record", "rfa-figures", "rfa-fleet"]),
    (
        "rfa-report",
        &[
            "rfa-units",
            "rfa-plan",
            "rfa-plot",
            "rfa-interlock",
            "rfa-session",
            "rfa-record",
            "rfa-figures",
        ],
    ),
    (
        "rfa-runtime",
        &[
            "rfa-units",
            "rfa-plan",
            "rfa-interlock",
            "rfa-control",
            "rfa-session",
            "rfa-tissue",
            "rfa-wire",
            "rfa-link",
            "rfa-record",
            "rfa-figures",
        ],
    ),
    (
        "rfa-bench",
        &[
            "rfa-units",
            "rfa-plan",
            "rfa-tissue",
            "rfa-interlock",
            "rfa-control",
            "rfa-wire",
            "rfa-link",
            "rfa-sim",
            "rfa-runtime",
        ],
    ),
    ("rfa-console", &["rfa-units", "rfa-plan", "rfa-interlock", "rfa-control", "rfa-session"]),
];

/// Crates that are functions of their arguments.
const PURE: &[&str] = &[
    "rfa-units",
    "rfa-interlock",
    "rfa-plan",
    "rfa-tissue",
    "rfa-control",
    "rfa-session",
    "rfa-sound",
    "rfa-wire",
];

/// What no pure crate may reach, at any depth.
const IMPURE: &[&str] = &[
    "crossbeam-channel",
    "crossterm",
    "jiff",
    "libc",
    "mcap",
    "mio",
    "ratatui",
    "rfa-link",
    "rtrb",
    "rustix",
    "serialport",
    "tokio",
    "tokio-serial",
];

/// The workspace's normal dependencies: package name -> names it depends on.
type Graph = BTreeMap<String, BTreeSet<String>>;

fn graph() -> Graph {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        // One platform for everybody: on others blake3 asks libc which instructions there are.
        .other_options(["--filter-platform".to_owned(), "x86_64-unknown-linux-gnu".to_owned()])
        .exec()
        .expect("cargo metadata");
    let names: BTreeMap<&PackageId, &str> =
        metadata.packages.iter().map(|p| (&p.id, p.name.as_str())).collect();
    let resolve = metadata.resolve.as_ref().expect("a resolved graph");
    let mut graph = Graph::new();
    for node in &resolve.nodes {
        let deps = node
            .deps
            .iter()
            .filter(|d| d.dep_kinds.iter().any(|k| k.kind == DependencyKind::Normal))
            .map(|d| names[&d.pkg].to_owned())
            .collect();
        graph.insert(names[&node.id].to_owned(), deps);
    }
    graph
}

fn reach(graph: &Graph, from: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from.to_owned()];
    while let Some(name) = open.pop() {
        for next in graph.get(&name).into_iter().flatten() {
            if seen.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    seen
}

#[test]
fn every_crate_names_only_what_stands_below_it() {
    let graph = graph();
    for (name, allowed) in DIRECT {
        let deps = graph.get(*name).unwrap_or_else(|| panic!("{name} is not in the workspace"));
        for dep in deps.iter().filter(|d| d.starts_with("rfa")) {
            assert!(allowed.contains(&dep.as_str()), "{name} must not depend on {dep}");
        }
    }
    let ours = graph.keys().filter(|n| n.starts_with("rfa-")).count();
    assert_eq!(ours, DIRECT.len(), "a crate is missing from the table above");
}

#[test]
fn pure_crates_reach_no_clock_thread_port_screen_or_file() {
    let graph = graph();
    for name in PURE {
        // Reading TOML is an optional feature of rfa-plan and needs none of these either.
        let reached = reach(&graph, name);
        for bad in IMPURE {
            assert!(!reached.contains(*bad), "{name} reaches {bad}");
        }
    }
}

#[test]
fn the_interlock_depends_on_the_units_alone() {
    assert_eq!(reach(&graph(), "rfa-interlock"), BTreeSet::from(["rfa-units".to_owned()]));
}

/// What the interlock's source must not name: a float, the heap, or what panics. The lints that
/// `lib.rs` denies find indexing, arithmetic and methods; they do not know a type by its name.
const NOT_IN_THE_INTERLOCK: [&str; 14] = [
    "f32",
    "f64",
    "extern crate",
    "alloc::",
    "unsafe {",
    ".unwrap()",
    ".expect(",
    "panic!",
    "unreachable!",
    "assert!(",
    "assert_eq!(",
    "assert_ne!(",
    "allow(clippy::arithmetic",
    "allow(clippy::indexing",
];

/// No float, no allocation, no unsafe, no panic: the crate says so to the compiler, and nothing in
/// it says otherwise.
#[test]
fn the_interlock_has_no_float_heap_unsafe_or_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/rfa-interlock/src");
    let root = fs::read_to_string(folder.join("lib.rs")).expect("a source");
    for line in ["#![no_std]", "#![forbid(unsafe_code)]"] {
        assert!(root.lines().any(|own| own == line), "lib.rs has no {line}");
    }
    for lint in [
        "unwrap_used",
        "expect_used",
        "panic",
        "unreachable",
        "indexing_slicing",
        "arithmetic_side_effects",
        "float_arithmetic",
        "cast_possible_truncation",
        "cast_precision_loss",
        "cast_sign_loss",
    ] {
        assert!(root.contains(&format!("clippy::{lint}")), "lib.rs does not deny {lint}");
    }
    let mut looked_at = 0;
    let mut open = vec![folder];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).expect("a folder");
            open.extend(entries.map(|entry| entry.expect("an entry").path()));
            continue;
        }
        let shown = path.display().to_string();
        // Unit tests may do what they like; the root declares `std` for them.
        let text = fs::read_to_string(&path).expect("a source");
        if shown.contains("tests") || shown.contains("/decisions") {
            continue;
        }
        looked_at += 1;
        let code = text.replace("#[cfg(test)]\nextern crate std;", "");
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for bad in NOT_IN_THE_INTERLOCK {
                assert!(!line.contains(bad), "{shown} names {bad}: {line}");
            }
        }
    }
    assert!(looked_at > 18, "only {looked_at} files were looked at");
}

/// Files of pure crates that may name a file: reading a named file is an optional feature of
/// rfa-plan, for the binary and the chores.
const READS_FILES: [&str; 1] = ["rfa-plan/src/file/read.rs"];

/// Dependencies are not all: the standard library has clocks, threads and files too.
#[test]
fn pure_sources_name_no_clock_thread_or_file() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut looked_at = 0;
    for name in PURE {
        let mut open = vec![crates.join(name).join("src")];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                let entries = fs::read_dir(&path).expect("a folder");
                open.extend(entries.map(|entry| entry.expect("an entry").path()));
                continue;
            }
            let shown = path.strip_prefix(&crates).expect("below").display().to_string();
            // Unit tests may do what they like.
            if READS_FILES.contains(&shown.as_str()) || shown.contains("tests") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a source");
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            looked_at += 1;
            for bad in ["std::fs", "std::net", "std::thread", "Instant::now", "SystemTime"] {
                assert!(!code.contains(bad), "{shown} names {bad}");
            }
            let clock = code.contains("std::time::Instant") || code.contains("time::{Instant");
            assert!(!clock, "{shown} names a clock");
        }
    }
    assert!(looked_at > 60, "only {looked_at} files were looked at");
}

/// What works on recordings.
const ON_RECORDINGS: [&str; 7] = [
    "rfa-record",
    "rfa-figures",
    "rfa-fleet",
    "rfa-dataset",
    "rfa-replay",
    "rfa-report",
    "rfa-console",
];

/// H-52: what works on a recording cannot open a device, and neither can the console that shows it.
#[test]
fn what_works_on_recordings_reaches_no_link() {
    let graph = graph();
    for name in ON_RECORDINGS {
        assert!(graph.contains_key(name), "{name} is not in the workspace");
        let reached = reach(&graph, name);
        for bad in ["rfa-link", "rfa-runtime", "tokio-serial", "serialport"] {
            assert!(!reached.contains(bad), "{name} reaches {bad}");
        }
    }
}

/// H-52: the player's part of the program itself names nothing but what reaches no link.
#[test]
fn the_player_names_no_link() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/rfa/src/rec");
    let files = ["play.rs", "play/arguments.rs", "play/shell.rs", "play/work.rs"];
    assert_eq!(fs::read_dir(folder.join("play")).expect("a folder").count(), files.len() - 1);
    for file in files {
        let text = fs::read_to_string(folder.join(file)).expect("a source");
        for bad in ["rfa_link", "rfa_runtime", "rfa_sim", "rfa_bench", "crate::treatment"] {
            assert!(!text.contains(bad), "{file} names {bad}");
        }
    }
}
