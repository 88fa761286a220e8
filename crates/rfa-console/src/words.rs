//! Facts in the operator's words.

use rfa_control::Phase;
use rfa_interlock::State;
use rfa_plan::{Short, Shortfall};
use rfa_session::{DeviceKind, Identity, PowerCheck, PowerVerdict};
use rfa_units::{Contactor, EmergencyStop, Footswitch, Mode, Span, Supply};

/// The state in a word; in delivery the controller's phase.
pub(crate) const fn state(state: State, phase: Option<Phase>) -> &'static str {
    match (state, phase) {
        (State::SelfTest, _) => "SELF-TEST",
        (State::Idle, _) => "READY",
        (State::Armed, _) => "ARMED",
        (State::Delivering, Some(Phase::Hold)) => "HOLD",
        (State::Delivering, Some(Phase::Ramp)) => "RAMP",
        (State::Delivering, _) => "DELIVERING",
        (State::Stopping, _) => "STOPPING",
        (State::Tripped, _) => "TRIPPED",
        (State::Lockout, _) => "LOCKED OUT",
    }
}

/// The controller's phase.
pub(crate) const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Waiting => "waiting",
        Phase::Ramp => "ramp",
        Phase::Hold => "hold",
        Phase::Gate => "at a gate",
        Phase::Complete => "complete",
    }
}

/// The mode in capitals.
pub(crate) const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Thermal => "THERMAL",
        Mode::Pulsed => "PULSED",
        Mode::SensoryStimulation => "SENSORY STIM",
        Mode::MotorStimulation => "MOTOR STIM",
    }
}

/// What is at the other end: SIM, LIVE or REPLAY.
pub(crate) fn device(identity: &Identity) -> String {
    match identity.kind {
        DeviceKind::Simulated { seed: Some(seed) } => format!("SIM seed {seed}"),
        DeviceKind::Simulated { seed: None } => "SIM".to_string(),
        DeviceKind::Live => "LIVE".to_string(),
        DeviceKind::Replay => "REPLAY".to_string(),
    }
}

/// A duration as `m:ss`, whole seconds rounded down.
pub(crate) fn clock(span: Span) -> String {
    let s = span.as_millis() / 1000;
    format!("{}:{:02}", s / 60, s % 60)
}

/// A remaining time as `m:ss`, rounded up: 0:00 is shown only when nothing is left.
pub(crate) fn left(span: Span) -> String {
    clock(span.plus(Span::from_micros(999_999)))
}

/// A contactor's read-back.
pub(crate) const fn contactor(contactor: Contactor) -> &'static str {
    match contactor {
        Contactor::Open => "open",
        Contactor::Shut => "shut",
    }
}

/// The footswitch.
pub(crate) const fn footswitch(footswitch: Footswitch) -> &'static str {
    match footswitch {
        Footswitch::NotFitted => "none",
        Footswitch::Released => "released",
        Footswitch::Pressed => "PRESSED",
        Footswitch::Disagree => "CONTACTS DISAGREE",
    }
}

/// The emergency stop.
pub(crate) const fn emergency_stop(stop: EmergencyStop) -> &'static str {
    match stop {
        EmergencyStop::Released => "released",
        EmergencyStop::Pressed => "PRESSED",
        EmergencyStop::Disagree => "WIRE BROKEN",
    }
}

/// The supply.
pub(crate) const fn supply(supply: Supply) -> &'static str {
    match supply {
        Supply::Good => "ok",
        Supply::BrownOut => "BROWN-OUT",
    }
}

/// `text` cut to `width` characters; what comes from outside cannot drive the terminal (H-53).
pub(crate) fn fit(text: &str, width: usize) -> String {
    let clean = text.chars().map(|c| if c.is_control() { '?' } else { c });
    if text.chars().count() <= width {
        return clean.collect();
    }
    clean.take(width.saturating_sub(1)).chain("~".chars()).take(width).collect()
}

/// `left`, then `right` at the far end of `width` columns; the left gives way.
pub(crate) fn ends(left: &str, right: &str, width: usize) -> String {
    let right = fit(right, width);
    let room = width.saturating_sub(right.chars().count());
    let left = fit(left, room.saturating_sub(1));
    let gap = room.saturating_sub(left.chars().count());
    format!("{left}{:gap$}{right}", "")
}

/// `text` in lines of `width` characters at most, broken between words.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let length = lines.last().map_or(0, |line| line.chars().count());
        if length > 0 && length + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

/// `line` in rows of `width` characters: broken behind a space where one is in the row's second
/// half, and what follows is set in.
pub(crate) fn fold(line: &str, width: usize) -> Vec<String> {
    const SET_IN: &str = "  ";
    let width = width.max(2 * SET_IN.len());
    let mut rows = Vec::new();
    let mut left: Vec<char> = line.chars().collect();
    while left.len() > width {
        let space = left[..width].iter().rposition(|c| *c == ' ');
        let cut = space.filter(|at| *at >= width / 2).map_or(width, |at| at + 1);
        let rest = left.split_off(cut);
        rows.push(String::from_iter(left).trim_end().to_owned());
        left = SET_IN.chars().chain(rest).collect();
    }
    rows.push(String::from_iter(left));
    rows
}

/// `text` in pieces of `width` characters: what is to be typed is not broken between words only.
pub(crate) fn chunks(text: &str, width: usize) -> impl Iterator<Item = String> {
    let characters: Vec<char> = text.chars().collect();
    let pieces: Vec<String> = characters.chunks(width.max(1)).map(String::from_iter).collect();
    pieces.into_iter()
}

/// `path` as a shell takes it: as it is where that is safe, else in single quotes.
pub(crate) fn typed(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    if path.chars().all(plain) && !path.starts_with('-') {
        return path.to_string();
    }
    // A leading dash is an option to every program, quoted or not.
    let start = if path.starts_with('-') { "./" } else { "" };
    format!("'{start}{}'", path.replace('\'', "'\\''"))
}

/// `left` items as far as they fit whole, then `right` at the far end of `width` columns.
pub(crate) fn bar(left: &[String], right: &[String], width: usize) -> String {
    let right = right.join("  ");
    let room = width.saturating_sub(right.chars().count() + 2);
    let mut text = String::new();
    for item in left {
        let gap = if text.is_empty() { 0 } else { 2 };
        if text.chars().count() + gap + item.chars().count() > room && !text.is_empty() {
            break;
        }
        text.push_str(&"  "[..gap]);
        text.push_str(item);
    }
    ends(&text, &right, width)
}

/// What measured and modelled power say of each other, where they disagree.
pub(crate) fn power(power: &PowerCheck) -> Option<String> {
    let side = match power.verdict {
        PowerVerdict::Unjudged | PowerVerdict::Agrees => return None,
        PowerVerdict::Above => "above",
        PowerVerdict::Below => "below",
    };
    let [measured, low, high] = [power.measured, power.low, power.high].map(|p| p.as_f64());
    Some(format!(
        "power {measured:.1} W {side} the model's {low:.1}-{high:.1} W: sensor displaced or slow, \
         other tissue, or the meter"
    ))
}

/// What a step's power ceiling does not permit, short enough for a dialog.
pub(crate) fn shortfall(shortfall: &Shortfall) -> String {
    let (takes_w, ceiling_w) = (shortfall.takes.as_f64(), shortfall.ceiling.as_f64());
    let so = match shortfall.short {
        Short::Ramp => "ramp will be late",
        Short::Hold => "stays colder",
    };
    format!("takes about {takes_w:.1} W of {ceiling_w:.1} W: {so}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_zero_only_when_nothing_is_left() {
        assert_eq!(left(Span::from_micros(1)), "0:01");
        assert_eq!(left(Span::ZERO), "0:00");
        assert_eq!(left(Span::from_secs(60)), "1:00");
        assert_eq!(clock(Span::from_millis(59_999)), "0:59");
    }

    #[test]
    fn a_bar_drops_whole_items_and_keeps_the_first() {
        let items = |words: &[&str]| words.iter().map(|w| w.to_string()).collect::<Vec<_>>();
        assert_eq!(
            bar(&items(&["RF ON", "HOLD", "CH1"]), &items(&["SIM"]), 17),
            "RF ON  HOLD   SIM"
        );
        assert_eq!(bar(&items(&["RF ON", "HOLD"]), &items(&["SIM"]), 8), "RF ~ SIM");
    }

    #[test]
    fn paths_are_written_as_a_shell_takes_them() {
        assert_eq!(typed("/var/rfa/a-b_1.mcap"), "/var/rfa/a-b_1.mcap");
        assert_eq!(typed("my recordings/a.mcap"), "'my recordings/a.mcap'");
        assert_eq!(typed("it's.mcap"), r"'it'\''s.mcap'");
        assert_eq!(typed("-x.mcap"), "'./-x.mcap'");
        let pieces: Vec<String> = chunks("abcdefgh", 3).collect();
        assert_eq!(pieces, ["abc", "def", "gh"]);
    }

    #[test]
    fn fit_and_ends_give_exactly_the_width() {
        assert_eq!(fit("impedance", 5), "impe~");
        assert_eq!(fit("a\x1b[31m", 9), "a?[31m");
        assert_eq!(ends("left", "r", 8), "left   r");
        assert_eq!(ends("left", "right", 8), "l~ right");
        assert_eq!(ends("x", "right", 3).chars().count(), 3);
    }
}
