//! The drawn screens (console.md section 2), pictured at every size class.

mod common;

use common::scenes::{PICTURES, picture};
use common::{Scene, char_key, config, draw, plan};
use ratatui::style::Modifier;
use rfa_console::{App, AppConfig, Input, Symbols, Theme};
use rfa_interlock::{AlarmId, AlarmSet};
use rfa_plan::{Plan, PlanSpec};
use rfa_units::{Bounded, MilliCelsius, Milliohms, Span, StepIndex};

fn check(name: &str, size: (u16, u16), symbols: Symbols) {
    let found = PICTURES.into_iter().find(|p| p.0 == name).expect("a pictured screen");
    let scene = picture(found, size, Theme::Dark, symbols);
    let look = if symbols == Symbols::Ascii { "-ascii" } else { "" };
    insta::assert_snapshot!(format!("{name}-{}x{}{look}", size.0, size.1), scene.drawn());
}

#[test]
fn every_screen_at_80x24() {
    PICTURES.iter().for_each(|p| check(p.0, (80, 24), Symbols::Braille));
}

#[test]
fn every_screen_at_120x40() {
    PICTURES.iter().for_each(|p| check(p.0, (120, 40), Symbols::Braille));
}

#[test]
fn every_screen_at_60x20() {
    PICTURES.iter().for_each(|p| check(p.0, (60, 20), Symbols::Braille));
}

#[test]
fn the_small_page_at_48x15_and_20x3() {
    for name in ["setup", "ramp", "hold", "alarm-medium", "tripped", "stale", "gate"] {
        check(name, (48, 15), Symbols::Braille);
        check(name, (20, 3), Symbols::Braille);
    }
}

#[test]
fn ascii_is_ascii_on_every_screen() {
    for found in PICTURES {
        for size in [(48, 15), (60, 20), (80, 24), (120, 40)] {
            let text = picture(found, size, Theme::Mono, Symbols::Ascii).drawn();
            assert!(text.is_ascii(), "{} at {size:?}:\n{text}", found.0);
        }
    }
    check("hold", (80, 24), Symbols::Ascii);
    check("tripped", (80, 24), Symbols::Ascii);
}

/// Whatever the size, the lesion's picture hides nothing and breaks nothing: STOP is there.
#[test]
fn a_lesion_fits_every_size() {
    for name in ["lesion", "lesion-power", "lesion-none", "lesion-review"] {
        let found = PICTURES.into_iter().find(|p| p.0 == name).expect("a pictured screen");
        for symbols in Symbols::ALL {
            let mut scene = picture(found, (120, 40), Theme::Dark, symbols);
            for (width, height) in
                (1..140).step_by(13).flat_map(|w| (1..60).step_by(3).map(move |h| (w, h)))
            {
                scene.size = (width, height);
                let text = scene.drawn();
                assert!(width < 12 || text.contains("STOP"), "{name} {width}x{height}:\n{text}");
            }
        }
    }
}

/// Every screen shows the state, RF, the recording, the device and the tip (console.md 4e).
#[test]
fn every_screen_shows_state_recording_device_and_temperature() {
    for size in [(60, 20), (80, 24), (120, 40)] {
        for digit in ['1', '2', '5', '6', '7'] {
            let mut scene = Scene::new(size);
            scene.prepare();
            scene.deliver(15, 12);
            scene.send(char_key(digit));
            let text = scene.drawn();
            for word in ["RF ON  HOLD", "REC 1.1 MB", "SIM seed 7", "STOP RF"] {
                assert!(text.contains(word), "{word:?} is missing on {digit} at {size:?}:\n{text}");
            }
            let big = digit == '2';
            assert!(big || text.contains("60.0 C"), "no temperature on {digit} at {size:?}");
        }
    }
}

/// A reading that is not fresh is never a number: not the tip, not the rest, not the time.
#[test]
fn stale_values_are_an_age_and_never_a_number() {
    let mut scene = Scene::new((80, 24));
    scene.prepare();
    scene.deliver(15, 12);
    let live = scene.drawn();
    for value in ["274 ohm", "2.0 W", "24.3 V", "84 mA", "pad 64 ohm"] {
        assert!(live.contains(value), "{value} is missing:\n{live}");
    }
    scene.wait_ms(301);
    let stale = scene.drawn();
    for value in ["274", "2.0 W", "24.3", "84 mA", "64 ohm", "RF ON"] {
        assert!(!stale.contains(value), "{value} is shown as if it were live:\n{stale}");
    }
    assert!(stale.contains("no data 0.3 s") && stale.contains("RF ?  NO DATA 0.3 s"), "{stale}");
}

/// Ticks that go on without telemetry age the readings; the state stays known.
#[test]
fn silence_of_the_generator_alone_ages_the_readings() {
    let mut scene = Scene::new((80, 24));
    scene.prepare();
    scene.telemetry = None;
    for _ in 0..5 {
        scene.wait_ms(100);
        scene.show();
    }
    let text = scene.drawn();
    assert!(text.contains("no data 0.5 s") && text.contains("RF ?  READY"), "{text}");
}

/// What is shown as measured is what was measured, whatever was granted or asked.
#[test]
fn measured_cells_hold_telemetry_only() {
    let mut scene = Scene::new((80, 24));
    scene.prepare();
    scene.deliver(15, 12);
    scene.outputs.permit.granted = rfa_units::MilliWatts::saturating(9_900);
    scene.control.request.power = rfa_units::MilliWatts::saturating(9_800);
    scene.control.applied = rfa_units::MilliWatts::saturating(9_700);
    scene.show();
    let text = scene.drawn();
    assert!(text.contains("2.0 W"), "{text}");
    for asked in ["9.9", "9.8", "9.7"] {
        assert!(!text.contains(asked), "{asked} W was never measured:\n{text}");
    }
}

#[test]
fn a_missing_measurement_is_words() {
    let mut scene = Scene::new((80, 24));
    scene.report(|report| {
        report.tip = rfa_units::TipReading::Open;
        report.impedance = None;
    });
    scene.telemetry.as_mut().expect("there").pad = None;
    scene.show();
    scene.send(char_key('2'));
    let text = scene.drawn();
    assert!(text.contains("Z     --- ohm") && text.contains("pad ---"), "{text}");
    assert!(text.contains("ch 1 OPEN C --- ohm"), "{text}");
}

/// Text from outside cannot drive the terminal (H-53).
#[test]
fn control_characters_from_outside_are_replaced() {
    let mut scene = Scene::new((120, 40));
    scene.snapshot.identity.model = "EVIL\x1b[2J\u{7}".to_string();
    scene.snapshot.recording.file = "a\nb.mcap".to_string();
    scene.show();
    let text = scene.drawn();
    assert!(text.contains("EVIL?[2J?") && text.contains("a?b.mcap"), "{text}");
}

/// Priorities differ without any colour: marks, words, and the look of the bar.
#[test]
fn mono_tells_the_priorities_apart() {
    let mut looks = Vec::new();
    for (alarm, words) in
        [(AlarmId::Al01, "*** HIGH"), (AlarmId::Al21, "** MEDIUM"), (AlarmId::Al25, "* LOW")]
    {
        let mut scene = Scene::with((80, 24), Theme::Mono, Symbols::Braille);
        scene.outputs.active = AlarmSet::NONE.with(alarm);
        scene.show();
        let text = scene.drawn();
        assert!(text.contains(words), "{words} is missing:\n{text}");
        let terminal = draw(&scene.app, scene.size, scene.now);
        let cell = &terminal.backend().buffer()[(5, 0)];
        assert_eq!((cell.fg, cell.bg), Default::default(), "mono has no colour");
        looks.push((cell.modifier, text.contains('║')));
    }
    looks.dedup();
    assert_eq!(looks.len(), 3, "two priorities look alike: {looks:?}");
    assert!(looks[0].0.contains(Modifier::BOLD) && looks[0].1, "high has its double frame");
}

/// The bar flashes; its text stands.
#[test]
fn a_high_alarm_flashes_its_bar_and_not_its_text() {
    let mut scene = Scene::new((80, 24));
    scene.prepare();
    scene.deliver(15, 0);
    scene.trip();
    let mut grounds = Vec::new();
    let mut rows = Vec::new();
    for _ in 0..2 {
        let terminal = draw(&scene.app, scene.size, scene.now);
        let buffer = terminal.backend().buffer();
        grounds.push(buffer[(5, 0)].bg);
        rows.push((0..80).map(|x| buffer[(x, 0)].symbol().to_string()).collect::<String>());
        scene.wait_ms(250);
        scene.show();
    }
    assert_ne!(grounds[0], grounds[1], "the ground does not flash");
    assert_eq!(rows[0], rows[1], "the text changes");
}

/// The impedance limits in force are the plan's.
#[test]
fn limits_on_screen_are_those_of_the_plan() {
    let mut scene = Scene::new((120, 40));
    scene.send(char_key('2'));
    let text = scene.drawn();
    let high = common::plan().limits.impedance_high;
    assert_eq!(high, Milliohms::saturating(1_500_000));
    assert!(text.contains("RF ends below 40, above 1500"), "{text}");
}

/// A plan whose second step has not the power that its ramp takes.
fn hot_plan() -> Plan {
    let Plan { id, title, source, site_must_approve, target, electrode, program, limits, .. } =
        plan();
    let mut steps = Bounded::new();
    for (at, set_c) in [(0, 60), (1, 90)] {
        let mut step = *program.steps.get(at).expect("four steps");
        (step.set, step.ramp) = (MilliCelsius::saturating(set_c * 1_000), Span::from_secs(5));
        steps.push(step).expect("two fit");
    }
    let set_max = MilliCelsius::saturating(90_000);
    let limits = rfa_plan::PlanLimits { set_max, ..limits };
    let (channel, mode, tissue) = (program.channel, program.mode, None);
    Plan::new(PlanSpec {
        id,
        title,
        source,
        site_must_approve,
        target,
        electrode,
        channel,
        mode,
        steps,
        limits,
        tissue,
    })
    .expect("a good plan")
}

/// Setup and the arm dialog say where the power ceiling leaves a step less than it takes, at every
/// size, and arming is offered all the same.
#[test]
fn a_ramp_that_will_be_late_is_told_before_arming() {
    let words = "takes about 5.3 W of 2.4 W: ramp will be late";
    for size in [(60, 20), (80, 24), (120, 40)] {
        let mut scene = Scene::new(size);
        let config = config(Theme::Dark, Symbols::Braille);
        scene.app = App::new(AppConfig { plan: hot_plan(), ..config });
        scene.send(Input::Resize(size.0, size.1));
        scene.prepare();
        // One row more than other plans: a set temperature that is asked about twice.
        scene.send(char_key('1'));
        scene.send(Input::Key(ratatui::crossterm::event::KeyCode::Enter.into()));
        scene.show();
        let setup = scene.drawn();
        let row = setup.lines().find(|line| line.contains("Power ")).unwrap_or_default();
        assert!(row.contains("WARN") && row.contains("step 2: takes about 5.3 W"), "{setup}");
        assert!(size.0 < 80 || row.contains(words), "{setup}");
        scene.send(char_key('2'));
        scene.send(char_key('A'));
        let first = scene.drawn();
        assert!(first.contains("ARM ?") && !first.contains("late"), "{first}");
        scene.press(ratatui::crossterm::event::KeyCode::Enter);
        scene.outputs.permit.step = StepIndex::FIRST.next().expect("a second step");
        scene.control.step = StepIndex::FIRST.next().expect("a second step");
        scene.show();
        scene.send(char_key('A'));
        let second = scene.drawn();
        assert!(second.contains("ARM ?") && second.contains(words), "{second}");
    }
}
