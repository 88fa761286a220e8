//! `rfa lesion`: its answer's shape, what it refuses, what physics says must hold, its pictures.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use virtual_runs::{Ran, rfa, rfa_in, root};

/// The example of the help, which a bench can repeat.
const EXAMPLE: &str = "--gauge 20 --tip-mm 10 --tissue muscle --baseline-c 21 --set-c 80 \
                       --ramp-s 15 --hold-s 90 --boundary isotherm:50 --at-s 60,90";

fn lesion(arguments: &str) -> Ran {
    rfa(["lesion"].into_iter().chain(arguments.split_whitespace()))
}

fn json(arguments: &str) -> Value {
    lesion(&format!("{arguments} --format json")).expect_code(0).json()
}

/// A number of the last time asked for.
fn last(answer: &Value, field: &str) -> f64 {
    let at = answer["at"].as_array().and_then(|at| at.last()).expect("a row");
    at[field].as_f64().unwrap_or_else(|| panic!("no number {field}: {at}"))
}

/// The fields are an interface: none goes, none comes without this list.
#[test]
fn the_answer_has_exactly_its_fields() {
    let answer = json(&format!("{EXAMPLE} --probe-mm 3,5 --probe-mm 2,-1"));
    let keys = |value: &Value| -> BTreeSet<String> {
        value.as_object().expect("an object").keys().cloned().collect()
    };
    let set =
        |names: &str| -> BTreeSet<String> { names.split_whitespace().map(str::to_owned).collect() };
    assert_eq!(
        keys(&answer),
        set("gauge tip_mm end sensor_mm tissue baseline_c boundary boundary_words mesh \
             mesh_cells displacement_ratio impedance_magnitude_factor unconfirmed_numbers at boiled \
             over_time energy_imbalance wall_s")
    );
    let rows = answer["at"].as_array().expect("rows");
    assert_eq!(rows.len(), 2);
    for (row, t_s) in rows.iter().zip([60.0, 90.0]) {
        assert_eq!(
            keys(row),
            set("t_s width_mm length_mm volume_mm3 beyond_tip_mm widest_at_mm asymmetry max_c \
                 hottest_r_mm hottest_z_mm tip_c voltage_v power_w impedance_ohm probes_c")
        );
        assert_eq!(row["t_s"], t_s);
        assert_eq!(row["probes_c"].as_array().map(Vec::len), Some(2));
    }
    assert_eq!(
        keys(&answer["over_time"][0]),
        set("since_on_s tip_c voltage_v power_w impedance_ohm")
    );
    assert!(answer["mesh_cells"].as_u64().is_some_and(|cells| cells > 500), "{answer}");
}

/// The numbers of one answer agree with each other, and with the published bounds: no needle of
/// this class makes a lesion wider than 16 mm (Goldberg 1995), and one at 80 °C is wider than
/// twice the needle.
#[test]
fn the_answer_is_consistent() {
    let answer = json(&format!("{EXAMPLE} --probe-mm 0,1 --probe-mm 20,5"));
    let of = |field| last(&answer, field);
    assert!((2.0..16.0).contains(&of("width_mm")), "{answer}");
    assert!(of("length_mm") > 10.0 && of("length_mm") < 20.0, "{answer}");
    let ellipsoid = std::f64::consts::PI / 6.0 * of("width_mm").powi(2) * of("length_mm");
    assert!((0.85..1.2).contains(&(of("volume_mm3") / ellipsoid)), "{answer}");
    assert!((of("tip_c") - 80.0).abs() < 1e-3 && of("max_c") >= of("tip_c") - 0.5, "{answer}");
    let ohm = of("voltage_v").powi(2) / of("power_w");
    assert!((of("impedance_ohm") / ohm - 1.0).abs() < 1e-6, "{answer}");
    let probes = &answer["at"][1]["probes_c"];
    assert!((probes[0].as_f64().expect("a number") - 80.0).abs() < 0.2, "sensor: {probes}");
    assert!((21.0..24.0).contains(&probes[1].as_f64().expect("a number")), "far off: {probes}");
    assert!(answer["energy_imbalance"].as_f64().is_some_and(|e| e.abs() < 1e-6), "{answer}");
    let course = answer["over_time"].as_array().expect("a course");
    let times: Vec<f64> = course.iter().filter_map(|seen| seen["since_on_s"].as_f64()).collect();
    assert!(times.len() >= 8 && times.is_sorted_by(|a, b| a < b), "{times:?}");
    assert!(
        (times[times.len() - 1] - 105.0).abs() < 1e-6,
        "the ramp is not in the hold: {times:?}"
    );
    let ohm = |seen: &Value| seen["impedance_ohm"].as_f64().expect("a number");
    assert!(ohm(&course[0]) > ohm(&course[course.len() - 1]), "warm tissue conducts better");
}

/// Hotter, longer and a laxer boundary: larger. A longer tip: longer.
#[test]
fn the_lesion_grows_with_what_makes_it_grow() {
    let width = |arguments: &str| {
        last(&json(&format!("--tissue liver --mesh coarse {arguments}")), "width_mm")
    };
    let rising = |cases: &[&str]| {
        let widths: Vec<f64> = cases.iter().map(|case| width(case)).collect();
        assert!(widths.is_sorted_by(|a, b| a < b), "{cases:?}: {widths:?}");
    };
    let base = "--gauge 22 --tip-mm 5";
    rising(&[
        &format!("{base} --set-c 55"),
        &format!("{base} --set-c 60"),
        &format!("{base} --set-c 70"),
        &format!("{base} --set-c 80"),
        &format!("{base} --set-c 90"),
    ]);
    rising(&[&format!("{base} --set-c 80 --hold-s 10"), &format!("{base} --set-c 80 --hold-s 90")]);
    rising(&[
        &format!("{base} --set-c 80 --boundary isotherm:60"),
        &format!("{base} --set-c 80 --boundary isotherm:55"),
        &format!("{base} --set-c 80 --boundary isotherm:50"),
    ]);
    rising(&[
        &format!("{base} --set-c 80 --boundary arrhenius:nerve"),
        &format!("{base} --set-c 80 --boundary cem43:240"),
    ]);
    rising(&[&format!("{base} --power-w 0.5"), &format!("{base} --power-w 1")]);
    rising(&[&format!("{base} --voltage-v 14"), &format!("{base} --voltage-v 20")]);
    let length = |tip: &str| {
        let asked = format!("--tissue liver --mesh coarse --gauge 22 --set-c 80 --tip-mm {tip}");
        last(&json(&asked), "length_mm")
    };
    assert!(length("2") < length("5") && length("5") < length("15"));
}

/// At a held temperature conductivity decides voltage and impedance, and nothing else: twice the
/// conductivity is half the impedance, and the same lesion.
#[test]
fn conductivity_scales_the_impedance_and_not_the_lesion() {
    let folder = tempfile::tempdir().expect("a folder");
    let muscle = fs::read_to_string(root().join("config/tissues/muscle.toml")).expect("readable");
    let twice = muscle.replace("value = 0.439\n", "value = 0.878\n");
    assert_ne!(twice, muscle);
    fs::write(folder.path().join("twice.toml"), twice).expect("writes");
    let ask = |tissue: &str| {
        let asked =
            format!("lesion --gauge 20 --tip-mm 5 --set-c 80 --format json --tissue {tissue}");
        rfa_in(folder.path(), asked.split(' ')).expect_code(0).json()
    };
    let (one, two) = (ask("muscle"), ask("twice.toml"));
    for field in ["width_mm", "length_mm", "volume_mm3", "power_w", "max_c"] {
        let ratio = last(&two, field) / last(&one, field);
        assert!((ratio - 1.0).abs() < 1e-4, "{field}: {ratio}");
    }
    let ratio = last(&two, "impedance_ohm") / last(&one, "impedance_ohm");
    assert!((ratio - 0.5).abs() < 1e-4, "{ratio}");
}

/// Nothing hot enough is an answer too.
#[test]
fn a_lesion_that_is_not_there_has_no_size() {
    let answer = json("--gauge 22 --tip-mm 5 --tissue liver --set-c 42 --mesh coarse");
    assert_eq!((last(&answer, "width_mm"), last(&answer, "volume_mm3")), (0.0, 0.0));
    assert!(answer["at"][0]["asymmetry"].is_null(), "{answer}");
}

/// At 0 the generator is on: its field is there, and nothing is warm yet.
#[test]
fn switching_on_shows_the_field() {
    let answer =
        json("--gauge 22 --tip-mm 5 --tissue muscle --mesh coarse --voltage-v 8 --at-s 0,10");
    let of = |row: usize, field: &str| answer["at"][row][field].as_f64().expect("a number");
    assert_eq!((of(0, "t_s"), of(0, "voltage_v")), (0.0, 8.0));
    assert!((of(0, "power_w") * of(0, "impedance_ohm") / 64.0 - 1.0).abs() < 1e-6, "{answer}");
    assert!((of(0, "tip_c") - 37.0).abs() < 0.01, "{answer}");
    assert!((1.0..1.5).contains(&(of(0, "impedance_ohm") / of(1, "impedance_ohm"))), "{answer}");
}

/// Each layer has its own displacement ratio: no one factor to |Z| is given.
#[test]
fn layers_have_no_one_factor_to_the_impedance() {
    let layered = "--gauge 22 --tip-mm 5 --tissue nerve-in-csf --mesh coarse --set-c 60";
    assert!(json(layered)["impedance_magnitude_factor"].is_null());
    let text = lesion(layered).expect_code(0).stdout;
    assert!(text.contains("no one factor to |Z|"), "{text}");
}

/// Each with its field, its value, what is allowed, and the mend; nothing on stdout.
#[test]
fn what_cannot_be_is_refused() {
    let good = "--gauge 22 --tip-mm 5 --tissue muscle";
    let cases: [(&str, &[&str]); 22] = [
        ("--gauge 19 --tip-mm 5 --tissue muscle --set-c 80", &["--gauge", "19", "16, 17, 18, 20"]),
        ("--gauge -22 --tip-mm 5 --tissue muscle --set-c 80", &["--gauge", "-22"]),
        ("--gauge 22 --tip-mm 1.9 --tissue muscle --set-c 80", &["--tip-mm", "1.9", "2 to 15 mm"]),
        ("--gauge 22 --tip-mm nan --tissue muscle --set-c 80", &["--tip-mm", "NaN mm"]),
        ("--gauge 22 --tip-mm inf --tissue muscle --set-c 80", &["--tip-mm", "inf mm"]),
        ("GOOD --set-c 95", &["--set-c", "95 °C", "below boiling, 95 °C"]),
        ("GOOD --set-c 37", &["--set-c", "above the baseline, 37 °C"]),
        ("GOOD --set-c nan", &["--set-c", "NaN °C"]),
        ("GOOD --set-c 80 --baseline-c -3", &["--baseline-c", "-3 °C", "0 to 45 °C"]),
        ("GOOD --set-c 80 --hold-s 0", &["--hold-s", "0.1 to 3600 s"]),
        ("GOOD --set-c 80 --ramp-s -1", &["--ramp-s", "-1 s"]),
        ("GOOD --power-w 0", &["--power-w", "0.01 to 50 W"]),
        ("GOOD --voltage-v 1000", &["--voltage-v", "0.1 to 200 V"]),
        ("GOOD --set-c 80 --hold-s 60 --at-s 30,90", &["--at-s", "90 s", "0 to the hold, 60 s"]),
        ("GOOD --set-c 80 --at-s 30,10", &["--at-s", "30,10", "rising"]),
        ("GOOD --set-c 80 --boundary isotherm:20", &["--boundary isotherm", "20 °C", "37 °C"]),
        ("GOOD --set-c 80 --boundary cem43:-5", &["--boundary cem43", "-5 min"]),
        ("GOOD --set-c 80 --boundary arrhenius:skin", &["skin", "nerve, muscle, liver"]),
        ("GOOD --set-c 80 --probe-mm -1,2", &["--probe-mm (radius)", "-1 mm", "0 to 50 mm"]),
        ("GOOD --set-c 80 --probe-mm 3", &["--probe-mm", "as 2.5,-1"]),
        ("GOOD --set-c 80 --power-w 3", &["--set-c", "cannot be used with", "--power-w"]),
        ("GOOD", &["--set-c", "--power-w", "--voltage-v"]),
    ];
    for (case, parts) in cases {
        let ran = lesion(&case.replace("GOOD", good)).expect_code(2).says(parts);
        assert!(ran.stdout.is_empty(), "{case}: {}", ran.stdout);
    }
    lesion("--gauge 22 --tip-mm 5 --tissue muscel --set-c 80")
        .expect_code(2)
        .says(&["no shipped tissue", "did you mean muscle?"]);
    let bad = "tests/corpus/tissues/source-missing.toml";
    lesion(&format!("--gauge 22 --tip-mm 5 --tissue {bad} --set-c 80"))
        .expect_code(2)
        .says(&["density_kg_per_m3.source is missing", "source-missing.toml:45:1"]);
    let ran = lesion("--gauge 30 --tip-mm 30 --tissue muscle --set-c 300 --hold-s -1");
    let told = ran.expect_code(2).stderr.matches("error:").count();
    assert_eq!(told, 4, "everything wrong is told at once");
}

/// Power makes tissue boil: that is said, the impedance rises, and where the model ends there is
/// no number (exit 1).
#[test]
fn boiling_is_told_and_charred_tissue_has_no_answer() {
    let needle = "--gauge 22 --tip-mm 5 --tissue muscle --mesh coarse";
    let mild = json(&format!("{needle} --power-w 1 --hold-s 1"));
    assert_eq!(mild["boiled"], false);
    let hot = format!("{needle} --voltage-v 60 --hold-s 3 --at-s 0.3,3");
    let answer = json(&hot);
    assert_eq!(answer["boiled"], true, "{answer}");
    let ohm = |row: usize| answer["at"][row]["impedance_ohm"].as_f64().expect("a number");
    assert!(ohm(1) > 1.05 * ohm(0), "{} {}", ohm(0), ohm(1));
    assert!(lesion(&hot).expect_code(0).stdout.contains("Tissue boiled"));
    let ran = lesion(&format!("{needle} --voltage-v 200 --hold-s 0.5")).expect_code(1).says(&[
        "no answer after 0.500 s",
        "the model ends at 200 °C",
        "lower the power",
    ]);
    assert!(ran.stdout.is_empty(), "{}", ran.stdout);
}

/// A size without its boundary is no information; an impedance without its correction is half.
#[test]
fn people_are_told_what_the_numbers_mean() {
    let text = lesion(&format!("{EXAMPLE} --probe-mm 3,5")).expect_code(0).stdout;
    for part in [
        "20G, 10 mm blunt tip",
        "Skeletal muscle at rest, 21 °C before",
        "80 °C at the sensor, ramp 15 s, hold 90 s",
        "highest temperature reached 50 °C (isotherm:50)",
        "counted from reaching the set temperature",
        "|Z| is\n0.975 of it",
        "probe 1",
        "Not represented: ",
        "general knowledge only",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    let table = text.split("\n\n").nth(1).expect("a table after the first paragraph");
    let table: Vec<&str> = table.lines().collect();
    assert_eq!(table.len(), 3, "{text}");
    let ends: BTreeSet<usize> = table.iter().map(|line| line.chars().count()).collect();
    assert_eq!(ends.len(), 1, "columns are aligned:\n{text}");
}

/// A finer mesh is another answer by little: it is the same lesion.
#[test]
fn meshes_agree() {
    let of = |mesh: &str| json(&format!("{EXAMPLE} --mesh {mesh}"));
    let (coarse, normal) = (of("coarse"), of("normal"));
    assert!(coarse["mesh_cells"].as_u64() < normal["mesh_cells"].as_u64());
    for field in ["width_mm", "length_mm"] {
        let ratio = last(&coarse, field) / last(&normal, field);
        assert!((ratio - 1.0).abs() < 0.03, "{field}: {ratio}");
    }
}

/// Every electrode and every shipped tissue has an answer.
#[test]
fn every_electrode_and_tissue_has_an_answer() {
    for gauge in [16, 17, 18, 20, 21, 22, 23] {
        for (tip, end) in [("2", "conical"), ("15", "blunt")] {
            let asked = format!("--gauge {gauge} --tip-mm {tip} --end {end} --tissue nerve");
            let answer = json(&format!("{asked} --set-c 80 --hold-s 20 --mesh coarse"));
            assert!(last(&answer, "width_mm") > 1.5, "{asked}: {answer}");
        }
    }
    for entry in fs::read_dir(root().join("config/tissues")).expect("tissues") {
        let name = entry.expect("readable").file_name().to_string_lossy().into_owned();
        let id = name.trim_end_matches(".toml");
        let asked = format!("--gauge 22 --tip-mm 5 --tissue {id} --mesh coarse --hold-s 20");
        let answer = json(&format!("{asked} --set-c 80"));
        assert_eq!(answer["tissue"], id);
        assert!(last(&answer, "width_mm") > 2.0, "{id}: {answer}");
    }
}

/// The fluid beyond the tip draws current and heat: it is computed with, not only drawn.
#[test]
fn layers_change_the_field() {
    let asked = "--gauge 22 --tip-mm 5 --set-c 70 --mesh coarse --tissue";
    let (plain, layered) = (json(&format!("{asked} nerve")), json(&format!("{asked} gasserian")));
    let ohm = |answer: &Value| last(answer, "impedance_ohm");
    assert!(ohm(&layered) < 0.99 * ohm(&plain), "{} {}", ohm(&layered), ohm(&plain));
    let ringed = json(&format!("{asked} nerve-in-csf"));
    assert!(ohm(&ringed) < 0.8 * ohm(&plain), "{} {}", ohm(&ringed), ohm(&plain));
}

/// Words, contours and the needle are in the picture; both kinds are whole files.
#[test]
fn pictures_are_drawn() {
    let folder = tempfile::tempdir().expect("a folder");
    let draw = |name: &str| {
        let asked = format!("lesion {EXAMPLE} --plot {name}");
        rfa_in(folder.path(), asked.split_whitespace()).expect_code(0);
        fs::read(folder.path().join(name)).expect("a picture")
    };
    let svg = String::from_utf8(draw("x.svg")).expect("UTF-8");
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
    for part in [
        "45 °C</text>",
        "50 °C</text>",
        "60 °C</text>",
        "edge of the lesion: highest temperature reached 50 °C",
        "active tip",
        "insulated shaft",
        "sensor",
        "distance from the axis, mm",
        "height from the tip&#39;s end, mm",
        "temperature, °C",
    ] {
        assert!(svg.contains(part), "no {part:?} in the picture");
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "every place is a number");
    let png = draw("x.png");
    assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
    assert_eq!(png[png.len() - 8..png.len() - 4], *b"IEND");
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    assert!(side(16) > 700 && side(20) > 1_000, "{} x {}", side(16), side(20));
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 2, "nothing else is left");
    lesion(&format!("{EXAMPLE} --plot x.pdf")).expect_code(2).says(&[
        "--plot",
        "x.pdf",
        ".svg or .png",
    ]);
    lesion(&format!("{EXAMPLE} --plot /nonexistent/x.svg"))
        .expect_code(1)
        .says(&["/nonexistent/x.svg", "No such file"]);
}
