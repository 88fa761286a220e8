//! The mark, and what counts as whole.

use super::*;
use rfa_fleet::Basis;
use rfa_record::Damage;

fn figures(finished: bool, ticks: u64) -> SessionFigures {
    SessionFigures {
        file: PathBuf::new(),
        basis: Basis::Summary,
        finished,
        ticks,
        session: "a".to_owned(),
        plan: "a".to_owned(),
        electrode: "20 G, 5 mm".to_owned(),
        site: "no site file".to_owned(),
        steps: Vec::new(),
        peak_c_sensed: None,
        energy_j: 0.0,
        dose: None,
        trips: Vec::new(),
        trips_total: 0,
        lesion: None,
    }
}

fn exported() -> Exported {
    Exported { lines: 7, damage: Vec::new(), damaged: 0, end: End::Finished, recovery_lost: false }
}

/// Figures of less than the ticks, of a file that grew, of a part: none is whole for good.
#[test]
fn only_what_lacks_nothing_is_whole() {
    let told = |finished, ticks, exported: Exported| {
        lacks(&figures(finished, ticks), &exported).unwrap_or_default()
    };
    assert_eq!(told(true, 7, exported()), "");
    assert_eq!(told(false, 7, exported()), "not finished");
    assert_eq!(told(true, 6, exported()), "its figures are of 6 ticks, and 7 are on record");
    let recovered = Exported { recovery_lost: true, ..exported() };
    assert_eq!(told(true, 7, recovered), "what recovery left of another recording");
    let damage = vec![Damage { at: 9, why: "CRC".to_owned() }];
    let damaged = |damaged| Exported { damaged, damage: damage.clone(), ..exported() };
    assert_eq!(told(true, 7, damaged(1)), "one damaged place");
    assert_eq!(told(true, 7, damaged(2)), "2 damaged places");
    let end = End::Truncated { at: 9, why: "ends".to_owned() };
    assert_eq!(told(true, 7, Exported { end, ..exported() }), "not finished");
}

/// An older mark is raised, a later one or another text is left as it is.
#[test]
fn the_mark_is_compared_by_its_number() {
    let present = format!("schema {SCHEMA}\n");
    let later = format!("schema {}\n", SCHEMA + 1);
    for (mark, after) in [
        ("", Some(&present)),
        ("schema 0\n", Some(&present)),
        (present.as_str(), Some(&present)),
        (later.as_str(), None),
        ("schema x\n", None),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(MARK);
        fs::write(&path, mark).expect("writes");
        let opened = Dataset::open(folder.path());
        let refused = matches!(opened, Err(DatasetError::Later { .. }));
        assert_eq!(refused, after.is_none(), "{mark:?}: {opened:?}");
        drop(opened);
        let now = fs::read_to_string(&path).expect("reads");
        assert_eq!(now, after.map_or(mark, String::as_str), "{mark:?}");
    }
}

/// A row that cannot be read is none.
#[test]
fn an_unreadable_row_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.parquet");
    for bytes in [&b""[..], b"PAR1", b"PAR1 and no end of it that says anything PAR1"] {
        fs::write(&path, bytes).expect("writes");
        assert!(Said::of(&path).is_ok_and(|said| said.is_none()), "{bytes:?}");
    }
}
