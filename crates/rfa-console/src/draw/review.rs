//! Screen 6: the end card.

use super::lesion;
use super::pen::Pen;
use super::values;
use crate::theme::Role;
use crate::words;
use ratatui::layout::Rect;
use rfa_interlock::State;

/// Columns of the lesion's picture at most; three to a row, as lesions are longer than wide.
const PICTURE: u16 = 54;

pub(super) fn draw(pen: &mut Pen, area: Rect) {
    let app = pen.app;
    let plan = app.view.plan();
    let mut lines: Vec<(String, Role)> =
        vec![(format!(" REVIEW   {}   ({})", plan.title, plan.id), Role::Title)];
    lines.push((format!(" {}", outcome(pen)), Role::Value));
    lines.push((String::new(), Role::Base));
    let head = " step   set   reached   held / planned    peak   energy";
    lines.push((head.to_string(), Role::Title));
    for (index, step) in plan.program.steps.iter().enumerate() {
        let result = app.view.steps.get(index);
        let text = if result.begun {
            let reached =
                result.reached.map_or("no".to_string(), |t| format!("{:.1} s", t.as_secs_f64()));
            let peak = result.peak.map_or("--.-".to_string(), |t| format!("{:.1}", t.as_f64()));
            let energy = result.energy.map_or("---".to_string(), |e| format!("{:.0}", e.as_f64()));
            let (held, hold) = (words::clock(result.held), words::clock(step.hold));
            format!("{reached:>9} {held:>6} / {hold:<7} {peak:>6} C {energy:>6} J")
        } else {
            format!("{:>9}", "not begun")
        };
        let set = step.set.as_f64();
        lines.push((format!(" {:>4} {set:>5.0} C {text}", index + 1), Role::Base));
    }
    lines.push((String::new(), Role::Base));
    let energy_j = app.view.steps.energy_mj() as f64 / 1000.0;
    let peak = app.view.steps.peak().map_or("--.-".to_string(), |t| format!("{:.1}", t.as_f64()));
    let trips = app.view.trips();
    lines.push((
        format!(" in all   peak {peak} C   energy {energy_j:.0} J   trips {trips}"),
        Role::Base,
    ));
    lines.extend(lesion::review_lines(pen));
    lines.push((format!(" saved to {}", saved(pen)), Role::Base));
    let file = pen.app.view.snapshot().map(|s| s.recording.file.as_str()).unwrap_or("");
    if !file.is_empty() {
        let command = format!("rfa rec verify {}", words::typed(file));
        let width = usize::from(area.width).saturating_sub(1);
        lines.push((" check it with:".to_string(), Role::Dim));
        lines.extend(words::chunks(&command, width).map(|text| (format!(" {text}"), Role::Dim)));
    }
    let used = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(1).min(area.height);
    for (row, (text, role)) in (0..area.height).zip(lines) {
        pen.line(area, row, &text, role);
    }
    let free = Rect { y: area.y + used, height: area.height - used, ..area };
    let picture = Rect { x: free.x + 1, width: free.width.saturating_sub(1).min(PICTURE), ..free };
    lesion::picture(pen, Rect { height: picture.height.min(PICTURE / 3), ..picture });
}

fn outcome(pen: &Pen) -> String {
    let Some(outputs) = pen.app.view.outputs() else { return "nothing done yet".to_string() };
    let steps = pen.app.view.plan().program.steps.len();
    let done = if outputs.complete { steps } else { pen.app.view.step() };
    let state = match outputs.state {
        _ if outputs.complete => "treatment complete",
        State::Lockout => "locked out",
        State::Tripped => "tripped",
        _ if pen.app.ended => "ended by the operator at the check",
        State::Delivering | State::Stopping | State::Armed => "treatment under way",
        State::Idle | State::SelfTest if done == 0 => "not begun",
        State::Idle | State::SelfTest => "treatment under way, RF off",
    };
    format!("{state}: {done} of {steps} steps done")
}

fn saved(pen: &Pen) -> String {
    let Some(recording) = pen.app.view.snapshot().map(|s| &s.recording) else {
        return "nothing yet".to_string();
    };
    if recording.file.is_empty() {
        return "nothing: no recording was asked for".to_string();
    }
    let error = recording.error.as_ref().map_or(String::new(), |e| format!("  FAILED: {e}"));
    let lost =
        if recording.dropped > 0 { format!("  lost {}", recording.dropped) } else { String::new() };
    format!("{}  ({}){lost}{error}", recording.file, values::size(recording.bytes))
}
