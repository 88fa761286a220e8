//! Every fact the code cites is in `docs/sources`, by the id or section it is cited with.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const PAGES: [&str; 5] = ["console", "dependencies", "generators", "hazards", "physics"];

/// Alarms that tests ask for because there is none.
const NO_ALARMS: [&str; 2] = ["AL-00", "AL-99"];

/// How far after a page's name its sections may stand, in words.
const WORDS_MAX: usize = 6;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Rust and TOML files below `folder`.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && name != "target" {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs" || end == "toml") {
            found.push(path);
        }
    }
}

/// The text in one line, comment marks left out: citations run over line ends.
fn flat(text: &str) -> String {
    let marks = |line: &str| {
        let line = line.trim_start();
        line.trim_start_matches(['/', '!', '#']).trim().to_owned()
    };
    text.lines().map(marks).collect::<Vec<_>>().join(" ")
}

/// The sections a page has: first words of headings, ids of tables, bold decisions.
fn anchors(page: &str) -> BTreeSet<String> {
    let path = root().join("docs/sources").join(format!("{page}.md"));
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut found = BTreeSet::new();
    for line in text.lines() {
        let rest = if let Some(heading) = line.strip_prefix("## ") {
            heading.strip_prefix("Part ").unwrap_or(heading)
        } else if let Some(row) = line.strip_prefix("| ") {
            row
        } else if let Some(bold) = line.strip_prefix("- **Decision ") {
            found.insert(format!("decision {}", bold.split('.').next().unwrap_or_default()));
            continue;
        } else {
            continue;
        };
        let word = rest.split_whitespace().next().unwrap_or_default();
        found.insert(word.trim_matches(['(', ')', ':', '.']).to_owned());
    }
    found
}

/// What is cited of a page, read from the words after its name; ends where the prose goes on.
fn cited(after: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut decision = false;
    for word in after.split_whitespace().take(WORDS_MAX) {
        // A full stop or a closing bracket ends the citation, and a colon begins what it says.
        let ends = word.ends_with(['.', ')', ':', ';', ',']) && !word.ends_with(',');
        let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let digit = bare.starts_with(|c: char| c.is_ascii_digit());
        match bare {
            "" | "section" | "sections" | "part" | "and" => {}
            "decision" | "decisions" | "Decision" => decision = true,
            _ if digit && decision => found.push(format!("decision {bare}")),
            _ if digit && bare.len() <= 2 => found.push(bare.to_owned()),
            _ if is_id(bare) || matches!(bare, "a" | "b" | "c" | "a.1" | "a.2" | "a.3") => {
                decision = false;
                found.push(bare.to_owned());
            }
            _ => break,
        }
        if ends {
            break;
        }
    }
    found
}

/// Ids of the hazard page: H-06, AL-21, I13, T2, and E1 of every page that has such.
fn is_id(word: &str) -> bool {
    let number = |rest: &str, most: usize| {
        !rest.is_empty() && rest.len() <= most && rest.bytes().all(|b| b.is_ascii_digit())
    };
    let hyphened = word.strip_prefix("H-").or_else(|| word.strip_prefix("AL-"));
    hyphened.is_some_and(|rest| rest.len() == 2 && number(rest, 2))
        || word.strip_prefix('I').is_some_and(|rest| number(rest, 2))
        || word.strip_prefix(['T', 'E']).is_some_and(|rest| number(rest, 1))
}

/// Ids of hazards, alarms and invariants anywhere in the text.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    words.map(|word| word.trim_matches('-')).filter(|word| is_id(word) && !word.starts_with('E'))
}

fn sources() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    for folder in ["crates", "tools", "tests", "config"] {
        files(&root().join(folder), &mut paths);
    }
    paths.retain(|path| !path.ends_with("tools/tests/sources.rs"));
    let read = |path: PathBuf| {
        // A corpus of bad files is among them: not all of it is text.
        let bytes = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        (path.display().to_string(), flat(&String::from_utf8_lossy(&bytes)))
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn every_cited_section_and_id_is_there() {
    let pages: BTreeMap<&str, BTreeSet<String>> =
        PAGES.into_iter().map(|page| (page, anchors(page))).collect();
    let (mut missing, mut checked) = (Vec::new(), 0);
    for (path, text) in sources() {
        for (page, anchors) in &pages {
            let name = format!("{page}.md");
            for (at, _) in text.match_indices(&name) {
                for citation in cited(&text[at + name.len()..]) {
                    checked += 1;
                    if !anchors.contains(&citation) {
                        missing.push(format!("{path}: {name} {citation}"));
                    }
                }
            }
        }
        for id in ids(&text).filter(|id| !NO_ALARMS.contains(id)) {
            checked += 1;
            if !pages["hazards"].contains(id) {
                missing.push(format!("{path}: {id}"));
            }
        }
    }
    missing.dedup();
    assert!(missing.is_empty(), "cited and not in docs/sources:\n{}", missing.join("\n"));
    assert!(checked > 400, "only {checked} citations were found");
}

/// A page that nobody can open is no source.
#[test]
fn no_page_is_cited_that_is_not_shipped() {
    let docs = ["architecture", "protocol"];
    for (path, text) in sources() {
        for (at, _) in text.match_indices(".md") {
            let name: String = text[..at]
                .chars()
                .rev()
                .take_while(|c| c.is_ascii_alphanumeric() || "-_/".contains(*c))
                .collect();
            let name: String = name.chars().rev().collect();
            let file = name.rsplit('/').next().unwrap_or_default();
            let known = PAGES.contains(&file)
                || docs.contains(&file)
                || ["README", "CHANGELOG"].contains(&file)
                || root().join(format!("{name}.md")).exists()
                || root().join("docs").join(format!("{name}.md")).exists()
                || root().join("docs/safety").join(format!("{file}.md")).exists()
                || root().join("docs/adr").join(format!("{file}.md")).exists();
            assert!(known || file.is_empty(), "{path}: {name}.md is not in docs");
        }
    }
}

#[test]
fn citations_are_read_as_people_write_them() {
    let read = |text: &str| cited(text).join("|");
    assert_eq!(read(" a.1, a.3, part b)."), "a.1|a.3|b");
    assert_eq!(read(", decision 3: the gap"), "decision 3");
    assert_eq!(read(" H-21, I18): a grant"), "H-21|I18");
    assert_eq!(read(" section 7b."), "7b");
    assert_eq!(read(" 7a, 7b, 7c)."), "7a|7b|7c");
    assert_eq!(read(": set - 2 °C)"), "");
    assert_eq!(read(" part (b): latched"), "b");
    assert_eq!(
        ids("K2 stays (AL-04, I13; T2) and e1, MI5, I-3").collect::<Vec<_>>(),
        ["AL-04", "I13", "T2"]
    );
}
