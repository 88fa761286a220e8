//! Screen 1: what has to be so before arming, and why a row is not.

use super::pen::Pen;
use super::values;
use crate::app::App;
use crate::checklist::Manual;
use crate::theme::Role;
use crate::words;
use ratatui::layout::Rect;
use rfa_interlock::State;
use rfa_plan::{Gate, SensorKind, StepSpec};
use rfa_units::{EmergencyStop, Footswitch, HostInstant, Supply};

/// One row that is judged by the program.
struct Row {
    name: &'static str,
    good: bool,
    why: String,
}

impl Row {
    const fn mark(&self) -> (&'static str, Role) {
        if self.good { ("ok    ", Role::Good) } else { ("NOT OK", Role::Bad) }
    }
}

pub(super) fn draw(pen: &mut Pen, area: Rect) {
    let app = pen.app;
    let (plan, recorded) = (app.view.plan(), app.replay.is_some());
    let mut row = 0;
    let mut put = |pen: &mut Pen, text: &str, role: Role| {
        pen.line(area, row, text, role);
        row += 1;
    };
    // Plan, rows and steps are 16 lines; what is above that is given to air.
    let (airy, airier) = (area.height >= 19, area.height >= 21);
    put(pen, &format!(" SETUP   {}   ({})", plan.title, plan.id), Role::Title);
    for check in checks(app, pen.now) {
        let (mark, role) = check.mark();
        put(pen, &format!("   {mark} {:<12} {}", check.name, check.why), role);
    }
    for row in [real_time(app), sound(app), power(app)].into_iter().flatten() {
        // On the smallest screen only what is not as it should be has room.
        if airy || !row.good {
            let (mark, role) = if row.good { row.mark() } else { ("WARN  ", Role::Bad) };
            put(pen, &format!("   {mark} {:<12} {}", row.name, row.why), role);
        }
    }
    if airy {
        let title = if recorded { " Confirmed:" } else { " Confirm each row by Enter:" };
        put(pen, title, Role::Title);
    }
    for (manual, ticked, current) in app.checklist.rows() {
        // Nobody confirms a row of a recording.
        let current = current && !recorded;
        let (mark, cursor) = (if ticked { "[x]" } else { "[ ]" }, if current { '>' } else { ' ' });
        let (name, question) = asked(app, manual, pen.now);
        let role = match (current, ticked) {
            (true, _) => Role::Selected,
            (_, true) => Role::Good,
            (_, false) => Role::Base,
        };
        put(pen, &format!(" {cursor} {mark}    {name:<12} {question}"), role);
    }
    if airier {
        put(pen, " Plan", Role::Title);
    }
    put(pen, &format!("   steps  {}", steps(app)), Role::Base);
    put(pen, &format!("   limits {}", limits(app)), Role::Base);
    let source = format!("{} (read {})", plan.source.citation, plan.source.retrieved);
    let width = usize::from(area.width).saturating_sub(11);
    for (index, text) in words::wrap(&source, width).iter().enumerate() {
        let name = if index == 0 { "source" } else { "" };
        put(pen, &format!("   {name:<6} {text}"), Role::Dim);
    }
}

fn checks(app: &App, now: HostInstant) -> Vec<Row> {
    let recorded = app.replay.is_some();
    let nobody =
        if recorded { "nobody, as far as it is recorded" } else { "nobody is signed in: press s" };
    let snapshot = app.view.snapshot();
    let ready = snapshot
        .and_then(|s| s.latest.as_ref())
        .map(|tick| tick.interlock.inputs.ready)
        .unwrap_or_default();
    let device = snapshot.map(|s| &s.identity).filter(|i| !i.model.is_empty());
    let fitting = device.is_some_and(|i| i.channels >= app.view.plan().program.channel.number());
    let recording = snapshot.map(|s| &s.recording);
    let error = recording.and_then(|r| r.error.clone());
    let file = recording.map(|r| r.file.clone()).unwrap_or_default();
    let tested = app.view.state(now).is_some_and(|state| state != State::SelfTest);
    let hard = app.view.plan().generator_power_max().as_f64();
    let row = |name, good, why: String| Row { name, good, why };
    let either = |good: bool, yes: &str, no: &str| (if good { yes } else { no }).to_string();
    vec![
        row(
            "Device",
            fitting,
            device.map_or("no generator has answered".to_string(), |i| {
                format!("{} no. {} fw {}, {}", i.model, i.serial, i.firmware, words::device(i))
            }),
        ),
        row(
            "Self-test",
            ready.self_test && tested,
            either(
                ready.self_test && tested,
                "contactors open, output 0, sensor good",
                "not passed yet",
            ),
        ),
        row(
            "Hard limits",
            ready.hard_limits,
            either(
                ready.hard_limits,
                &format!("generator has confirmed {hard:.1} W at most"),
                "not confirmed by the generator",
            ),
        ),
        inputs(app, now),
        row(
            "Recording",
            ready.recorder && error.is_none(),
            match error {
                Some(error) => error,
                None if file.is_empty() => "no file".to_string(),
                None => file,
            },
        ),
        row(
            "Operator",
            app.operator().is_some(),
            app.operator().map_or(nobody.to_string(), |name| name.as_str().to_string()),
        ),
    ]
}

/// Whether the machine gives the threads what they ask for. It refuses nothing: late ticks trip.
/// No tick of a recording tells it.
fn real_time(app: &App) -> Option<Row> {
    if app.replay.is_some() {
        return None;
    }
    let warnings = app.view.snapshot().map(|s| s.warnings.as_slice()).unwrap_or_default();
    let why = if warnings.is_empty() {
        "priorities given, memory locked"
    } else if warnings.iter().any(|text| text.contains("ulimit")) {
        "ticks may be late: ulimit -r 80, ulimit -l unlimited; 7"
    } else {
        "ticks may be late: screen 7 says why"
    };
    Some(Row { name: "Real-time", good: warnings.is_empty(), why: why.to_string() })
}

/// Whether alarms are heard. It refuses nothing: they are always seen.
fn sound(app: &App) -> Option<Row> {
    let (good, why) = match &app.sound.as_ref()?.player {
        Ok(player) => (true, format!("alarms and activation tone through {player}")),
        Err(why) => (false, format!("not heard: {why}")),
    };
    Some(Row { name: "Sound", good, why })
}

/// The first step whose power ceiling does not leave it what it takes. It refuses nothing.
fn power(app: &App) -> Option<Row> {
    let mut shortfalls = app.view.plan().shortfalls();
    let first = shortfalls.next()?;
    let more = match shortfalls.count() {
        0 => String::new(),
        more => format!("; {more} more"),
    };
    let why = format!("step {}: {}{more}", first.step, words::shortfall(&first));
    Some(Row { name: "Power", good: false, why })
}

/// Emergency stop, footswitch and supply, as reported.
fn inputs(app: &App, now: HostInstant) -> Row {
    let Some(t) = app.view.telemetry(now).live() else {
        return Row { name: "Inputs", good: false, why: "no fresh report".to_string() };
    };
    let good = t.emergency_stop == EmergencyStop::Released
        && matches!(t.footswitch, Footswitch::NotFitted | Footswitch::Released)
        && t.supply == Supply::Good;
    let (stop, foot) = (words::emergency_stop(t.emergency_stop), words::footswitch(t.footswitch));
    let supply = words::supply(t.supply);
    Row { name: "Inputs", good, why: format!("E-stop {stop}, foot {foot}, supply {supply}") }
}

fn asked(app: &App, manual: Manual, now: HostInstant) -> (&'static str, String) {
    let plan = app.view.plan();
    let electrode = plan.electrode;
    match manual {
        Manual::Approved if plan.site_must_approve => {
            ("Preset", "the site has approved this preset".to_string())
        }
        Manual::Approved => ("Preset", "read, and meant for this patient".to_string()),
        Manual::Hot => ("Hot set", {
            let set = plan.hottest_set().as_f64();
            format!("{set:.0} C is above the usual: it is meant")
        }),
        Manual::Patient => ("Patient", format!("read out: name, side, {}", plan.target)),
        Manual::Implants => ("Implants", "ICD, pacemaker, stimulator: none/safe".to_string()),
        Manual::Pad => {
            ("Return pad", format!("flat, dry, all of it on; reads {}", values::pad(app, now)))
        }
        Manual::Electrode => {
            let sensor = match electrode.sensor {
                SensorKind::ThermocoupleT => "T",
                SensorKind::ThermocoupleK => "K",
            };
            let tip_mm = f64::from(electrode.tip_length_um) / 1000.0;
            let (t, z) = (values::tip(app, now), values::impedance(app, now));
            let gauge = electrode.gauge.number();
            ("Electrode", format!("{gauge}G x {tip_mm} mm, {sensor}; reads {t} C, {z} ohm"))
        }
        Manual::Position => ("Needle", "imaging and stimulation confirm it".to_string()),
    }
}

/// "60, 65, 70, 75 C; 60 s each; 3 checks".
fn steps(app: &App) -> String {
    let steps = &app.view.plan().program.steps;
    let list = |value: fn(&StepSpec) -> f64| {
        let mut values: Vec<String> = steps.iter().map(|s| format!("{:.0}", value(s))).collect();
        let same = values.windows(2).all(|pair| pair[0] == pair[1]);
        values.truncate(if same { 1 } else { values.len() });
        let each = if same && steps.len() > 1 { " each" } else { "" };
        (values.join(", "), each)
    };
    let (sets, each_set) = list(|s| s.set.as_f64());
    let (holds, each) = list(|s| s.hold.as_secs_f64());
    let checks = steps.iter().filter(|s| s.gate == Gate::SensoryCheck).count();
    format!("{sets} C{each_set}; {holds} s{each}; {checks} checks")
}

fn limits(app: &App) -> String {
    let limits = app.view.plan().limits;
    let (low, high) = (limits.impedance_low.as_f64(), limits.impedance_high.as_f64());
    let (power, set) = (limits.power_max.as_f64(), limits.set_max.as_f64());
    format!("power {power:.1} W, set {set:.0} C, impedance {low:.0} to {high:.0} ohm")
}
