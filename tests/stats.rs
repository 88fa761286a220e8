//! `rfa stats`: every recording is counted or told, whatever the threads and the way there.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use rfa_figures::recompute;
use rfa_figures::summary::Summary;
use rfa_record::{End, Recording, Topic, rewrite};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use virtual_runs::{Ran, Treated, rfa, rfa_in, root, treat};

/// Sessions of the demo: one step, steps with checks between, one that a trip ended.
static TREATED: LazyLock<Vec<Treated>> = LazyLock::new(|| {
    let sessions: [(&str, &[&str]); 3] = [
        ("tests/plans/quick.toml", &["--seed", "3", "--site", "config/site.toml"]),
        ("tests/plans/short-stepped.toml", &["--seed", "4"]),
        ("tests/plans/quick.toml", &["--seed", "5", "--fault", "sensor-open@6s"]),
    ];
    sessions.map(|(plan, more)| treat(plan, more).expect("a treatment")).into()
});

/// The sessions as files of one folder.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (place, treated) in TREATED.iter().enumerate() {
        let to = folder.path().join(format!("{place}.mcap"));
        fs::copy(&treated.recording, to).expect("copies");
    }
    folder
}

fn stats(folder: &Path, more: &[&str]) -> Ran {
    rfa_in(folder, [&["stats", "."], more].concat())
}

fn json_of(folder: &Path, more: &[&str], code: i32) -> Value {
    stats(folder, &[&["--format", "json"], more].concat()).expect_code(code).json()
}

/// The sums drawn from what is on record are the session's own, to the last bit of each of them.
#[test]
fn recomputed_figures_are_those_of_the_summary() {
    for treated in TREATED.iter() {
        let recording = Recording::open(&treated.recording).expect("a recording");
        let told = recording.summary_at_end().expect("reads").expect("a summary");
        let told: Summary = serde_json::from_value(told.session.expect("figures")).expect("a form");
        let lesion = told.lesion.is_some() || told.no_lesion.is_some();
        assert!(told.ticks > 500 && told.energy_j > 0.0 && lesion, "{told:?}");
        let (again, end) = recompute(&recording).expect("reads");
        assert_eq!((again, end), (told, End::Finished));
    }
    let folder = folder();
    let by = ["--by", "plan,electrode,site"];
    let told = json_of(folder.path(), &by, 0);
    assert_eq!(told, json_of(folder.path(), &[&by[..], &["--recompute"]].concat(), 0));
    assert_eq!((&told["sessions"], &told["recomputed"]), (&json!(3), &json!([])));
}

/// A recording that has no summary is counted from its ticks, and told; recovered or not it comes
/// to the same.
#[test]
fn an_unfinished_recording_is_counted_and_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let bytes = fs::read(&TREATED[0].recording).expect("reads");
    fs::write(at("killed.mcap"), &bytes[..bytes.len() / 2]).expect("writes");
    let groups = |code| {
        let told = json_of(folder.path(), &[], code);
        (told["groups"].clone(), told["recomputed"][0]["why"].as_str().expect("told").to_owned())
    };
    let (killed, why) = groups(0);
    assert!(why.starts_with("not finished: byte "), "{why}");
    assert_eq!((&killed[0]["sessions"], &killed[0]["complete"]), (&json!(1), &json!(0)));
    assert!(killed[0]["energy_j"]["max"].as_f64().expect("a number") > 0.0, "{killed}");
    rfa_in(folder.path(), ["rec", "recover", "killed.mcap", "again.mcap"]).expect_code(3);
    let both = json_of(folder.path(), &[], 0);
    assert_eq!((&both["files"], &both["sessions"]), (&json!(2), &json!(1)), "one session");
    assert_eq!(both["twice"][0]["why"], "the same session as ./again.mcap, which is taken");
    fs::remove_file(at("killed.mcap")).expect("removes");
    let (recovered, why) = groups(0);
    assert_eq!((recovered, why.as_str()), (killed, "it has no summary"));
    let told = json_of(folder.path(), &["--recompute"], 0);
    assert_eq!(told["recomputed"], json!([]), "asked for, not for want of a summary");
}

/// What an older rfa did not count is absent in the statistics and no 0, and its summary is used.
#[test]
fn a_summary_of_an_older_rfa_is_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("old.mcap");
    for (field, left) in [("arrhenius_nerve", true), ("cem43_min", false)] {
        let mut older = |topic: Topic, data: &mut Vec<u8>| {
            if topic == Topic::Summary {
                let mut message: Value = serde_json::from_slice(data).expect("JSON");
                let session = message["session"].as_object_mut().expect("figures");
                let dose = session["dose"].as_object_mut().expect("a dose");
                dose.remove(field).expect("told");
                if !left {
                    session.remove("dose");
                }
                *data = serde_json::to_vec(&message).expect("JSON");
            }
        };
        rewrite(&TREATED[1].recording, &path, &mut older).expect("a copy");
        let figures = rfa_fleet::figures(&path, false).expect("figures");
        assert_eq!(figures.basis, rfa_fleet::Basis::Summary);
        assert_eq!(figures.dose.is_some(), left);
        let told = json_of(folder.path(), &[], 0)["groups"][0].clone();
        assert_eq!(told["arrhenius_nerve"], Value::Null);
        assert_eq!(told["cem43_min"] != Value::Null, left, "{told}");
        fs::remove_file(&path).expect("removes");
    }
}

/// A summary that lists more than a session can is not believed: the ticks are counted, and it is
/// told why.
#[test]
fn a_summary_beyond_its_bounds_is_not_used() {
    let folder = tempfile::tempdir().expect("a folder");
    for (list, most, told) in
        [("steps", rfa_units::MAX_STEPS, "its summary has "), ("trips", 16, "its summary lists ")]
    {
        let path = folder.path().join(format!("{list}.mcap"));
        let mut longer = |topic: Topic, data: &mut Vec<u8>| {
            if topic == Topic::Summary {
                let mut message: Value = serde_json::from_slice(data).expect("JSON");
                let entries = message["session"][list].as_array_mut().expect("a list");
                let one = entries[0].clone();
                entries.resize(most + 1, one);
                *data = serde_json::to_vec(&message).expect("JSON");
            }
        };
        rewrite(&TREATED[2].recording, &path, &mut longer).expect("a copy");
        let figures = rfa_fleet::figures(&path, false).expect("figures");
        let rfa_fleet::Basis::TicksFor { why } = &figures.basis else { panic!("{figures:?}") };
        assert!(why.starts_with(&format!("{told}{} {list}", most + 1)), "{why}");
        let counted = rfa_fleet::figures(&TREATED[2].recording, true).expect("figures");
        assert_eq!((&figures.trips, &figures.steps), (&counted.trips, &counted.steps));
    }
}

/// A file that cannot be used is told with its reason, and the exit code says so.
#[test]
fn no_file_is_passed_over_in_silence() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("below")).expect("a folder");
    fs::write(at("below/text.mcap"), "no recording").expect("writes");
    rfa_in(folder.path(), ["rec", "cut", "1.mcap", "--to", "3", "part.mcap"]).expect_code(0);
    let mut bytes = fs::read(at("0.mcap")).expect("reads");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(at("0.mcap"), &bytes).expect("writes");
    let unusable = |more: &[&str]| -> Vec<(String, String)> {
        let told = json_of(folder.path(), more, 3);
        let list = told["unusable"].as_array().expect("a list").iter();
        let text = |of: &Value, key: &str| of[key].as_str().expect("a text").to_owned();
        list.map(|of| (text(of, "file"), text(of, "why"))).collect()
    };
    let told = unusable(&[]);
    let files: Vec<_> = told.iter().map(|(file, _)| file.as_str()).collect();
    assert_eq!(files, ["./below/text.mcap", "./part.mcap"], "a summary is read, what it is of not");
    assert!(told[0].1.contains("not an MCAP file"), "{told:?}");
    assert!(told[1].1.contains("a part cut out of another recording"), "{told:?}");
    let told = unusable(&["--recompute"]);
    assert_eq!(told[0].0, "./0.mcap");
    assert!(told[0].1.contains("CRC") || told[0].1.contains("chunk"), "{told:?}");
    for format in ["text", "csv", "md"] {
        let ran = stats(folder.path(), &["--format", format]).expect_code(3);
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert!(all.contains("not used: ./part.mcap: a part cut"), "{format}: {all}");
    }
}

#[test]
fn threads_change_nothing() {
    let folder = folder();
    for format in ["text", "json", "csv", "md"] {
        let with = |threads| {
            let words = ["--by", "site,plan", "--format", format, "--threads", threads];
            stats(folder.path(), &words).expect_code(0).stdout
        };
        let one = with("1");
        assert!(one.len() > 500, "{one}");
        assert_eq!(one, with("2"));
        assert_eq!(one, with("19"));
    }
}

/// The whole text, a table and a document, as they were read and found good.
#[test]
fn what_is_printed_is_the_golden_text() {
    let folder = folder();
    for (format, ending) in [("text", "txt"), ("csv", "csv"), ("md", "md")] {
        let told = stats(folder.path(), &["--format", format]).expect_code(0).stdout;
        let path = root().join(format!("tests/golden/stats.{ending}"));
        if std::env::var_os("RFA_WRITE_GOLDEN").is_some() {
            fs::write(&path, &told).expect("writes");
        }
        let golden = fs::read_to_string(&path).expect("the golden file");
        assert_eq!(told, golden, "{format}; RFA_WRITE_GOLDEN=1 writes it anew");
    }
}

#[test]
fn wrong_usage_is_told_with_the_mend() {
    let empty = tempfile::tempdir().expect("a folder");
    rfa(["stats"]).expect_code(2).says(&["<PATH>"]);
    rfa(["stats", "nope"]).expect_code(2).says(&["nope: No such file"]);
    stats(empty.path(), &[]).expect_code(2).says(&["no recording (.mcap) in it or below"]);
    rfa(["stats", ".", "--by", "x"]).expect_code(2).says(&["plan, electrode, site"]);
    rfa(["stats", ".", "--threads", "0"]).expect_code(2).says(&["1..=256"]);
}
