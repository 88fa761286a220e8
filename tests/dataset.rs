//! `rfa export-dataset` and `rfa rec export --to parquet`: what is recorded is in the tables, once.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use virtual_runs::{Ran, Treated, rfa_in, treat};

/// One step; steps with checks between; one that a trip ended.
static TREATED: LazyLock<Vec<Treated>> = LazyLock::new(|| {
    let sessions: [(&str, &[&str]); 3] = [
        ("tests/plans/quick.toml", &["--seed", "3", "--site", "config/site.toml"]),
        ("tests/plans/short-stepped.toml", &["--seed", "3"]),
        ("tests/plans/quick.toml", &["--seed", "3", "--fault", "sensor-open@6s"]),
    ];
    sessions.map(|(plan, more)| treat(plan, more).expect("a treatment")).into()
});

/// A folder with the sessions in `recordings`.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("recordings")).expect("a folder");
    for (place, treated) in TREATED.iter().enumerate() {
        let to = folder.path().join(format!("recordings/{place}.mcap"));
        fs::copy(&treated.recording, to).expect("copies");
    }
    folder
}

fn export(folder: &Path) -> Ran {
    rfa_in(folder, ["export-dataset", "recordings", "out", "--format", "json"])
}

/// Every file below, by its path there.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).expect("lists").map(|e| e.expect("an entry").path()));
        } else {
            let below = path.strip_prefix(folder).expect("below").to_owned();
            found.push((below, fs::read(&path).expect("reads")));
        }
    }
    found.sort();
    found
}

/// The rows of a file: each column's name and value.
fn rows(path: &Path) -> Vec<Vec<(String, Field)>> {
    let reader = SerializedFileReader::new(File::open(path).expect("there")).expect("Parquet");
    let rows = reader.get_row_iter(None).expect("rows");
    rows.map(|row| row.expect("a row").into_columns()).collect()
}

/// The rows of a table of the dataset, of all files.
fn table(out: &Path, table: &str) -> Vec<Vec<(String, Field)>> {
    let found = files(&out.join(table));
    found.iter().flat_map(|(path, _)| rows(&out.join(table).join(path))).collect()
}

fn column<'a>(row: &'a [(String, Field)], name: &str) -> &'a Field {
    &row.iter().find(|(known, _)| known == name).expect(name).1
}

/// A file per table and session, in folders by date and plan; each session once, what is told is
/// told with its reason, and a second export finds all of it there.
#[test]
fn each_session_is_there_once_and_what_is_not_is_told() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("recordings/below")).expect("a folder");
    fs::copy(at("recordings/1.mcap"), at("recordings/below/copy.mcap")).expect("copies");
    fs::write(at("recordings/text.mcap"), "no recording").expect("writes");
    let cut = ["rec", "cut", "recordings/0.mcap", "--to", "3", "recordings/part.mcap"];
    rfa_in(folder.path(), cut).expect_code(0);
    let told = export(folder.path()).expect_code(3).says(&[
        "not used: recordings/text.mcap: not an MCAP file",
        "not used: recordings/part.mcap: a part cut",
        "twice: recordings/below/copy.mcap: the same session as recordings/1.mcap",
    ]);
    let told = told.json();
    assert_eq!(
        (&told["files"], &told["written"], &told["there"]),
        (&json!(6), &json!(3), &json!(0))
    );
    let out = at("out");
    let first = files(&out);
    assert_eq!(first.len(), 1 + 4 * 3, "a mark and four tables of three sessions");
    for (path, _) in &first[1..] {
        let path = path.to_string_lossy();
        assert!(path.contains("/date=__HIVE_DEFAULT_PARTITION__/plan="), "{path}");
    }
    let (sessions, ticks) = (table(&out, "sessions"), table(&out, "ticks"));
    let planned: usize = TREATED.iter().map(|of| steps_of(&of.summary).len()).sum();
    assert_eq!((sessions.len(), table(&out, "steps").len()), (3, planned));
    let trips: u64 = TREATED.iter().map(|of| of.summary["trips_total"].as_u64().expect("n")).sum();
    assert_eq!((table(&out, "trips").len() as u64, trips > 0), (trips, true));
    let counted: u64 = TREATED.iter().map(|of| of.summary["ticks"].as_u64().expect("n")).sum();
    assert_eq!((ticks.len() as u64, told["ticks"].as_u64()), (counted, Some(counted)));
    for row in &sessions {
        assert_eq!(column(row, "whole"), &Field::Bool(true));
        assert_eq!(column(row, "schema"), &Field::Long(rfa_dataset::SCHEMA));
    }
    let again = export(folder.path()).expect_code(3).json();
    assert_eq!((&again["written"], &again["there"]), (&json!(0), &json!(3)));
    assert!(files(&out) == first, "nothing is written anew");
    // However many write at once.
    let alone = ["export-dataset", "recordings", "alone", "--threads", "1"];
    rfa_in(folder.path(), alone).expect_code(3);
    assert!(files(&at("alone")) == first, "threads change nothing");
}

fn steps_of(summary: &Value) -> &Vec<Value> {
    summary["steps"].as_array().expect("steps")
}

/// The row of a session has the figures of its summary, to the last bit.
#[test]
fn figures_are_those_of_the_summary() {
    let folder = folder();
    export(folder.path()).expect_code(0);
    let mut found = table(&folder.path().join("out"), "sessions");
    found.sort_by_key(|row| column(row, "file").to_string());
    assert_eq!(found.len(), TREATED.len());
    for (row, treated) in found.iter().zip(TREATED.iter()) {
        let told = &treated.summary;
        let double = |value: &Value| value.as_f64().map_or(Field::Null, Field::Double);
        assert_eq!(column(row, "energy_j"), &double(&told["energy_j"]));
        assert_eq!(column(row, "peak_c"), &double(&told["peak_c_sensed"]));
        for name in ["cem43_min", "arrhenius_nerve"] {
            assert_eq!(column(row, name), &double(&told["dose"][name]), "{name}");
            assert_ne!(column(row, name), &Field::Null, "{name}");
        }
        assert_eq!(column(row, "lesion_width_mm"), &double(&told["lesion"]["width_mm"]));
        let complete = steps_of(told).iter().all(|step| step["complete"] == true);
        assert_eq!(column(row, "complete"), &Field::Bool(complete));
    }
}

/// A recording that was not finished is there as far as it goes, told, and written anew when there
/// is more of it; never less.
#[test]
fn what_was_not_finished_is_written_anew() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let whole = fs::read(at("recordings/0.mcap")).expect("reads");
    let state = |told: &Value| (told["written"].as_u64(), told["there"].as_u64());
    let ticks = || {
        let sessions = table(&at("out"), "sessions");
        let row = sessions.iter().find(|row| column(row, "file").to_string().contains("0.mcap"));
        let row = row.expect("the session");
        (column(row, "ticks").clone(), column(row, "whole").clone())
    };
    let mut before = 0;
    for (part, written) in [(3, 3), (2, 1), (3, 0)] {
        fs::write(at("recordings/0.mcap"), &whole[..whole.len() / part]).expect("writes");
        let told = export(folder.path()).expect_code(0).says(&["not whole: recordings/0.mcap"]);
        assert_eq!(state(&told.json()), (Some(written), Some(3 - written)), "a {part}th");
        let (Field::Long(so_far), Field::Bool(false)) = ticks() else { panic!("{:?}", ticks()) };
        assert!(so_far >= before && so_far > 100, "{so_far} after {before}");
        assert_eq!(so_far > before, written > 0);
        before = so_far;
    }
    fs::write(at("recordings/0.mcap"), &whole).expect("writes");
    assert_eq!(state(&export(folder.path()).expect_code(0).json()), (Some(1), Some(2)));
    let all = TREATED[0].summary["ticks"].as_i64().expect("a number");
    assert_eq!(ticks(), (Field::Long(all), Field::Bool(true)));
    // A damaged copy of what is there whole changes nothing; of what is new it is told.
    let mut damaged = fs::read(at("recordings/2.mcap")).expect("reads");
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(at("recordings/2.mcap"), damaged).expect("writes");
    assert_eq!(state(&export(folder.path()).expect_code(0).json()), (Some(0), Some(3)));
    fs::remove_dir_all(at("out")).expect("removes");
    let told = export(folder.path()).expect_code(3);
    told.says(&["not whole: recordings/2.mcap: ", "damaged place"]);
    // It is no better the second time.
    let told = export(folder.path()).expect_code(3);
    assert_eq!(state(&told.json()), (Some(0), Some(3)));
    told.says(&["not whole: recordings/2.mcap: there already; ", "damaged place"]);
}

/// The only row of a dataset's sessions: its file, ticks, and whether it is whole.
fn only_session(out: &Path) -> [String; 3] {
    let sessions = table(out, "sessions");
    assert_eq!(sessions.len(), 1);
    ["file", "ticks", "whole"].map(|name| column(&sessions[0], name).to_string())
}

/// Of two files of a session the one with more of it is taken, whichever comes first, and what was
/// whole before is left alone.
#[test]
fn a_damaged_file_gives_way_to_a_whole_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("recordings")).expect("a folder");
    let whole = fs::read(&TREATED[2].recording).expect("reads");
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    fs::write(at("recordings/a.mcap"), damaged).expect("writes");
    export(folder.path()).expect_code(3).says(&["not whole: recordings/a.mcap: "]);
    let [_, part, is_whole] = only_session(&at("out"));
    assert_eq!(is_whole, "false");
    fs::write(at("recordings/b.mcap"), &whole).expect("writes");
    let told = export(folder.path()).expect_code(0);
    let twice = "twice: recordings/a.mcap: the same session as recordings/b.mcap, which is taken";
    let told = told.says(&[twice]).json();
    assert_eq!((&told["written"], &told["twice"][1]), (&json!(1), &Value::Null));
    let [file, all, is_whole] = only_session(&at("out"));
    assert!(file.contains("b.mcap"), "{file}");
    let ticks = |text: &str| text.parse::<u64>().expect("a number");
    assert_eq!((is_whole.as_str(), ticks(&all) > ticks(&part)), ("true", true));
    assert_eq!(Some(ticks(&all)), TREATED[2].summary["ticks"].as_u64());
}

/// Every tick was there, and only the end was missing: what is finished since is whole.
#[test]
fn what_is_finished_with_the_same_ticks_becomes_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("recordings")).expect("a folder");
    let whole = fs::read(&TREATED[0].recording).expect("reads");
    // Without its closing magic bytes.
    fs::write(at("recordings/a.mcap"), &whole[..whole.len() - 8]).expect("writes");
    export(folder.path()).expect_code(0).says(&["not whole: recordings/a.mcap: not finished; "]);
    let [_, before, is_whole] = only_session(&at("out"));
    assert_eq!(is_whole, "false");
    let told = export(folder.path()).expect_code(0);
    told.says(&["not whole: recordings/a.mcap: there already; not finished"]);
    fs::write(at("recordings/a.mcap"), &whole).expect("writes");
    export(folder.path()).expect_code(0);
    let [_, after, is_whole] = only_session(&at("out"));
    assert_eq!((after, is_whole.as_str()), (before, "true"));
}

/// What recovery left of a recording has an end and is a part all the same; the whole one takes its
/// place. A row that cannot be read is written anew.
#[test]
fn what_recovery_left_is_not_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("recordings")).expect("a folder");
    let whole = fs::read(&TREATED[0].recording).expect("reads");
    fs::write(at("killed.mcap"), &whole[..whole.len() / 2]).expect("writes");
    let recover = ["rec", "recover", "killed.mcap", "recordings/a.mcap"];
    rfa_in(folder.path(), recover).expect_code(3);
    let told = export(folder.path()).expect_code(0);
    told.says(&["not whole: recordings/a.mcap: what recovery left"]);
    assert_eq!(only_session(&at("out"))[2], "false");
    fs::write(at("recordings/a.mcap"), &whole).expect("writes");
    export(folder.path()).expect_code(0);
    assert_eq!(only_session(&at("out"))[2], "true");
    let first = files(&at("out"));
    let row = first.iter().find(|(path, _)| path.starts_with("sessions")).expect("a row");
    fs::write(at("out").join(&row.0), "").expect("writes");
    let told = export(folder.path()).expect_code(0).json();
    assert_eq!((&told["written"], &told["there"]), (&json!(1), &json!(0)));
    assert!(files(&at("out")) == first, "written as it was");
}

/// Nothing was lost on the way to a recovered copy of a whole recording: it is whole.
#[test]
fn a_recovered_copy_that_lost_nothing_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("recordings")).expect("a folder");
    fs::copy(&TREATED[0].recording, folder.path().join("whole.mcap")).expect("copies");
    let recover = ["rec", "recover", "whole.mcap", "recordings/a.mcap"];
    rfa_in(folder.path(), recover).expect_code(0);
    export(folder.path()).expect_code(0);
    let [_, ticks, is_whole] = only_session(&folder.path().join("out"));
    assert_eq!(is_whole, "true");
    assert_eq!(ticks.parse().ok(), TREATED[0].summary["ticks"].as_u64());
}

/// Copies of a recording are its session; another seed, plan or fault is another one.
#[test]
fn a_session_is_known_by_what_stands_before_its_first_tick() {
    let folder = folder();
    let run =
        |words: &[&str], code| rfa_in(&folder.path().join("recordings"), words).expect_code(code);
    let bytes = fs::read(folder.path().join("recordings/0.mcap")).expect("reads");
    let killed = folder.path().join("recordings/killed.mcap");
    fs::write(&killed, &bytes[..bytes.len() / 2]).expect("writes");
    run(&["rec", "recover", "killed.mcap", "recovered.mcap"], 3);
    run(&["rec", "note", "0.mcap", "dry pad", "noted.mcap"], 0);
    run(&["rec", "attach", "0.mcap", "0.mcap", "attached.mcap"], 0);
    run(&["rec", "key", "site.pem"], 0);
    run(&["rec", "sign", "0.mcap", "sealed.mcap", "--key", "site.pem"], 0);
    let told = export(folder.path()).expect_code(0).json();
    assert_eq!((&told["files"], &told["written"]), (&json!(8), &json!(3)));
    let twice = told["twice"].as_array().expect("a list");
    assert_eq!(twice.len(), 5, "{twice:?}");
}

/// What is no dataset is not touched, and a later one is not mixed with this one.
#[test]
fn a_folder_of_something_else_is_refused() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("out")).expect("a folder");
    fs::write(at("out/notes.txt"), "mine").expect("writes");
    export(folder.path()).expect_code(2).says(&["out: holds other files", "name a new folder"]);
    assert_eq!(files(&at("out")).len(), 1);
    fs::remove_file(at("out/notes.txt")).expect("removes");
    fs::write(at("out/_rfa_dataset"), "schema 99\n").expect("writes");
    export(folder.path()).expect_code(2).says(&["\"schema 99\"", "use the rfa that wrote them"]);
    fs::remove_file(at("out/_rfa_dataset")).expect("removes");
    // What a killed export left goes away.
    fs::write(at("out/_rfa_dataset"), "schema 0\n").expect("writes");
    fs::create_dir(at("out/_writing")).expect("a folder");
    fs::write(at("out/_writing/x.ticks"), "half").expect("writes");
    let mark = File::open(at("out/_rfa_dataset")).expect("opens");
    mark.lock().expect("locks");
    export(folder.path()).expect_code(2).says(&["another export is writing into it"]);
    drop(mark);
    export(folder.path()).expect_code(0);
    assert!(!at("out/_writing").exists());
    let mark = fs::read_to_string(at("out/_rfa_dataset")).expect("reads");
    assert_eq!(mark, format!("schema {}\n", rfa_dataset::SCHEMA), "an older one is raised");
    let nothing = rfa_in(folder.path(), ["export-dataset", "out", "other"]);
    nothing.expect_code(2).says(&["out: no recording (.mcap) in it or below"]);
    assert!(!at("other").exists());
}

/// The table of ticks is the CSV's: the same names, and reading a decimal gives the double's bits.
#[test]
fn ticks_are_those_of_the_csv() {
    let folder = folder();
    let name = "recordings/2.mcap";
    let csv = rfa_in(folder.path(), ["rec", "export", name, "--to", "csv"]).expect_code(0).stdout;
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let heading = lines.next().expect("a heading");
    let to = ["rec", "export", name, "--to", "parquet", "-o", "ticks.parquet"];
    let told = rfa_in(folder.path(), to).expect_code(0).stdout;
    assert!(told.contains("ticks.parquet"), "{told}");
    let rows = rows(&folder.path().join("ticks.parquet"));
    let lines: Vec<_> = lines.collect();
    assert_eq!(rows.len(), lines.len());
    let mut compared = 0;
    for (row, line) in rows.iter().zip(lines) {
        let names: Vec<_> = row[4..].iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, heading);
        assert_eq!(names.len(), line.len());
        for ((name, field), text) in row[4..].iter().zip(line) {
            let same = match field {
                Field::Null => text.is_empty(),
                Field::Double(value) => {
                    text.parse::<f64>().is_ok_and(|of| of.to_bits() == value.to_bits())
                }
                Field::Long(value) => text == value.to_string(),
                Field::Str(word) => text == word,
                other => panic!("{name}: {other:?}"),
            };
            assert!(same, "{name}: {field:?}, {text:?}");
            compared += usize::from(*field != Field::Null);
        }
    }
    assert!(compared > 10_000, "{compared} values of {}", rows.len());
    let again = rfa_in(folder.path(), to).expect_code(2);
    again.says(&["is there already"]);
    let stdout = rfa_in(folder.path(), &to[..5]).expect_code(2);
    stdout.says(&["--to parquet", "-o FILE"]);
}
