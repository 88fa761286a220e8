//! Mangled plan, site and tissue files: each gives exactly the message that stands beside it.
//!
//! `RFA_UPDATE=1 cargo test -p rfa-plan --features toml --test corpus` writes the messages anew;
//! read what changed before keeping it.
#![cfg(feature = "toml")]

use std::fs;
use std::path::{Path, PathBuf};

use rfa_plan::{FileErrors, read_plan, read_site, read_tissue};

fn corpus(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus").join(kind)
}

/// All files of one kind, sorted.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("the corpus is there");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    files
}

/// Compares every file's errors with the expected ones; the number of files compared.
fn compare(kind: &str, read: impl Fn(&Path) -> Result<(), FileErrors>) -> usize {
    let directory = corpus(kind);
    let all = files(&directory);
    let update = std::env::var_os("RFA_UPDATE").is_some();
    let mut compared = 0;
    let mut wrong = Vec::new();
    for file in all.iter().filter(|file| file.extension().is_some_and(|end| end == "toml")) {
        let name = file.file_name().expect("a file").to_string_lossy();
        let text = match read(file) {
            Ok(()) => "accepted\n".to_string(),
            Err(errors) => errors.to_string().replace(&format!("{}/", directory.display()), ""),
        };
        let beside = file.with_extension("expected");
        if update {
            fs::write(&beside, &text).expect("writable");
        }
        match fs::read_to_string(&beside) {
            Ok(expected) if expected == text => compared += 1,
            Ok(expected) => wrong.push(format!("{name}: expected\n{expected}\ngot\n{text}")),
            Err(_) => wrong.push(format!("{name}: has no .expected file; got\n{text}")),
        }
    }
    for file in all.iter().filter(|file| file.extension().is_some_and(|end| end == "expected")) {
        if !file.with_extension("toml").exists() {
            wrong.push(format!("{}: belongs to no file", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
    compared
}

#[test]
fn mangled_plans_give_their_exact_message() {
    let compared = compare("plans", |path| read_plan(path).map(drop));
    assert!(compared >= 30, "only {compared} plan files");
}

#[test]
fn mangled_sites_give_their_exact_message() {
    let compared = compare("sites", |path| read_site(path).map(drop));
    assert!(compared >= 8, "only {compared} site files");
}

#[test]
fn mangled_tissues_give_their_exact_message() {
    let compared = compare("tissues", |path| read_tissue(path).map(drop));
    assert!(compared >= 20, "only {compared} tissue files");
}

/// What the corpus is for: apart from the files named `good-…`, everything in it is refused.
#[test]
fn only_good_files_are_accepted() {
    for kind in ["plans", "sites", "tissues"] {
        for file in files(&corpus(kind)) {
            if file.extension().is_none_or(|end| end != "toml") {
                continue;
            }
            let name = file.file_name().expect("a file").to_string_lossy().into_owned();
            let accepted = match kind {
                "plans" => read_plan(&file).is_ok(),
                "sites" => read_site(&file).is_ok(),
                _ => read_tissue(&file).is_ok(),
            };
            assert_eq!(accepted, name.starts_with("good-"), "{name}");
        }
    }
}

/// Errors are for people and for programs: the same in JSON.
#[test]
fn errors_have_a_json_form() {
    let errors = read_plan(&corpus("plans").join("set-out-by-ten.toml")).expect_err("refused");
    let json = serde_json::to_value(&errors).expect("serializable");
    let first = &json["errors"][0];
    assert_eq!(first["field"], "step[0].set_c");
    assert_eq!(first["value"], "700.0 °C");
    assert_eq!(first["allowed"], "40 to 90 °C");
    assert!(first["line"].is_u64() && first["column"].is_u64(), "{first}");
}
