//! Replay works on files and can never open a device: nothing under it holds a link.

use cargo_metadata::{DependencyKind, MetadataCommand};
use std::collections::{HashMap, HashSet};

#[test]
fn nothing_under_replay_reaches_a_device() {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .exec()
        .expect("cargo metadata");
    let names: HashMap<_, _> = metadata.packages.iter().map(|p| (&p.id, p.name.as_str())).collect();
    let resolve = metadata.resolve.as_ref().expect("a resolved graph");
    let nodes: HashMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let root = names.iter().find(|(_, name)| **name == "rfa-replay").expect("this crate").0;
    let (mut open, mut seen) = (vec![*root], HashSet::new());
    while let Some(id) = open.pop() {
        for dep in &nodes[id].deps {
            let built = dep.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development);
            if built && seen.insert(&dep.pkg) {
                open.push(&dep.pkg);
            }
        }
    }
    let seen: HashSet<_> = seen.into_iter().map(|id| names[id]).collect();
    assert!(seen.contains("rfa-record") && seen.contains("mcap"), "the walk reaches depth");
    for device in ["rfa-link", "rfa-runtime", "serialport", "tokio", "tokio-serial", "mio"] {
        assert!(!seen.contains(device), "rfa-replay reaches {device}");
    }
}
