//! The schema is what the golden file and the page for people say.

use super::*;
use crate::table::TableWriter;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::printer::print_schema;
use std::fs;
use std::path::{Path, PathBuf};

const CHANGED: &str = "the tables have changed: columns are only ever added, at the end, and then \
                       SCHEMA goes up by one; none is renamed, retyped, taken out or given another \
                       meaning. With RFA_WRITE_GOLDEN=1 the test writes the files anew";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Compares, or writes anew where that is asked for.
fn golden(path: &Path, is: &str, should: &str, text: &str) {
    if std::env::var_os("RFA_WRITE_GOLDEN").is_some() {
        fs::write(path, text).expect("writes");
    }
    let again = std::env::var_os("RFA_WRITE_GOLDEN").is_some();
    assert!(again || is == should, "{}: {CHANGED}\n{is}\n{should}", path.display());
}

/// The schema as it stands in a file.
fn schema<R>(table: &str, columns: Vec<Column<R>>) -> String {
    let file = tempfile::tempfile().expect("a file");
    let again = file.try_clone().expect("the same");
    let writer = TableWriter::new(file, table, columns, &[]).expect("begins");
    writer.finish().expect("ends");
    let reader = SerializedFileReader::new(again).expect("reads");
    let mut text = Vec::new();
    print_schema(&mut text, reader.metadata().file_metadata().schema());
    String::from_utf8(text).expect("text")
}

#[test]
fn the_schema_is_the_golden_one() {
    let tables = [
        schema("sessions", sessions()),
        schema("steps", steps()),
        schema("trips", trips()),
        schema("ticks", ticks()),
    ];
    let text = format!("schema {SCHEMA}\n{}", tables.concat());
    let path = root().join("tests/golden/dataset-schema.txt");
    let known = fs::read_to_string(&path).unwrap_or_default();
    golden(&path, &text, &known, &text);
}

/// `docs/dataset.md` has every column with its type and meaning.
#[test]
fn the_page_for_people_says_the_same() {
    let path = root().join("docs/dataset.md");
    let page = fs::read_to_string(&path).expect("the page");
    let (begin, end) = ("<!-- columns -->\n", "<!-- end of columns -->");
    let (before, rest) = page.split_once(begin).expect("where the columns begin");
    let (known, after) = rest.split_once(end).expect("where they end");
    let mut text = String::new();
    for (table, columns) in described() {
        text.push_str(&format!("\n### {table}\n\n| column | type | meaning |\n|---|---|---|\n"));
        for [name, kind, meaning] in columns {
            text.push_str(&format!("| `{name}` | {kind} | {meaning} |\n"));
        }
    }
    text.push('\n');
    golden(&path, &text, known, &format!("{before}{begin}{text}{end}{after}"));
}
