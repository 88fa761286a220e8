//! Results as JUnit XML, which CI systems show.

use super::report::{Results, one_line};
use rfa_plot::escaped;
use std::fmt::Write;

/// One `testsuite` a scenario, one `testcase` a run.
pub(crate) fn junit(results: &Results<'_>) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        xml,
        "<testsuites name=\"rfa scenario\" tests=\"{}\" failures=\"{}\" time=\"{:.3}\">",
        results.runs(),
        results.failed(),
        results.elapsed.as_secs_f64()
    );
    for judged in &results.scenarios {
        let (file, name) = (&judged.prepared.file, &judged.prepared.scenario.name);
        let elapsed_s: f64 = judged.runs.iter().map(|run| run.elapsed.as_secs_f64()).sum();
        let file = escaped(&file.display().to_string());
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{file}\" tests=\"{}\" failures=\"{}\" time=\"{elapsed_s:.3}\">",
            judged.runs.len(),
            judged.failed(),
        );
        for run in &judged.runs {
            let (class, id) = (escaped(name), escaped(&run.id));
            let time_s = run.elapsed.as_secs_f64();
            let _ = write!(
                xml,
                "    <testcase classname=\"{class}\" name=\"{id}\" time=\"{time_s:.3}\""
            );
            let Some(why) = &run.why else {
                let _ = writeln!(xml, "/>");
                continue;
            };
            let (why, command) = (escaped(&one_line(why)), escaped(&judged.reproduce(run)));
            let _ = writeln!(
                xml,
                ">\n      <failure message=\"{why}\">{command}</failure>\n    </testcase>"
            );
        }
        let _ = writeln!(xml, "  </testsuite>");
    }
    xml.push_str("</testsuites>\n");
    xml
}
