//! Files that are no files, too large, or somewhere else.
#![cfg(feature = "toml")]

use std::fs;

use rfa_plan::{FILE_BYTES_MAX, FileErrors, parse_plan, presets, read_plan, read_site};

fn message(result: Result<impl Sized, FileErrors>) -> String {
    result.err().expect("refused").errors[0].message.clone()
}

#[test]
fn a_missing_file_is_an_error() {
    let directory = tempfile::tempdir().expect("a directory");
    assert_eq!(message(read_plan(&directory.path().join("none.toml"))), "file cannot be read");
}

#[test]
fn a_directory_is_no_file() {
    let directory = tempfile::tempdir().expect("a directory");
    assert_eq!(message(read_plan(directory.path())), "not a regular file");
}

/// Reading a device or a pipe would never end.
#[test]
#[cfg(unix)]
fn a_device_is_no_file() {
    assert_eq!(message(read_site("/dev/zero".as_ref())), "not a regular file");
}

#[test]
fn a_file_of_the_largest_size_is_read_and_one_byte_more_is_not() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("large.toml");
    let (_, text) = presets()[0];
    let mut padded = format!("{text}#");
    padded.push_str(&"x".repeat(FILE_BYTES_MAX - padded.len()));
    fs::write(&path, &padded).expect("written");
    assert!(read_plan(&path).is_ok());
    padded.push('x');
    fs::write(&path, &padded).expect("written");
    assert_eq!(message(read_plan(&path)), "file is too large");
    assert_eq!(message(parse_plan("large.toml", &padded)), "file is too large");
}

#[test]
fn paths_in_a_site_file_start_at_the_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("site.toml");
    fs::write(&path, include_str!("../../../config/site.toml")).expect("written");
    let site = read_site(&path).unwrap_or_else(|error| panic!("{error}"));
    let recordings = directory.path().join("recordings").display().to_string();
    assert_eq!(site.recording_directory, recordings);
    let operators = directory.path().join("operators.toml").display().to_string();
    assert_eq!(site.operators_file, Some(operators));
}

/// However wrong a file is, what is said about it can be read.
#[test]
fn errors_are_listed_up_to_a_limit_and_then_counted() {
    let text: String = (0..5_000).map(|n| format!("k{n} = 1\n")).collect();
    let errors = parse_plan("wrong.toml", &text).expect_err("refused").errors;
    assert_eq!(errors.len(), 41);
    let last = errors.last().expect("there");
    // 5000 unknown keys and 9 missing ones, 40 of them listed.
    assert_eq!(last.message, "4970 more errors are not listed");
}

/// The schema files beside the configuration are the ones the reader uses.
#[test]
fn schema_files_are_up_to_date() {
    let again = "run `cargo run -p tools -- schema`";
    let plan = include_str!("../../../config/plan.schema.json");
    assert!(plan == rfa_plan::plan_schema(), "config/plan.schema.json is out of date: {again}");
    let site = include_str!("../../../config/site.schema.json");
    assert!(site == rfa_plan::site_schema(), "config/site.schema.json is out of date: {again}");
}
