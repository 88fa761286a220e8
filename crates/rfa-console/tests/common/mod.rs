//! A treatment as the console sees it: snapshots made by hand, one value changed at a time.
#![allow(dead_code, unreachable_pub, reason = "each test file and the example use a part of this")]

mod parts;
pub mod scenes;

pub use parts::{control, lesion, outputs, plan, snapshot, telemetry};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use rfa_console::{App, AppConfig, Effect, Input, Symbols, Theme};
use rfa_control::{ControlInputs, ControlOutputs, ControlTick, Phase, Terms};
use rfa_interlock::{
    AlarmId, AlarmSet, AlarmSound, Inputs, LinkReport, Outputs, Readiness, RuleId, State, Trip,
};
use rfa_session::{Action, InterlockTick, OperatorName, Snapshot, TickRecord, Timing};
use rfa_units::{
    Bounded, ChannelId, ChannelReport, Contactor, HostInstant, MicroAmps, MilliCelsius,
    MilliJoules, MilliVolts, MilliWatts, Milliohms, Mode, OutputState, Span, StepIndex, Telemetry,
    TipReading,
};

/// The console's configuration in tests.
pub fn config(theme: Theme, symbols: Symbols) -> AppConfig {
    AppConfig {
        plan: plan(),
        theme,
        symbols,
        operators: vec!["demo".to_string(), "km".to_string()],
        sign_in_hint: Some("demonstration: operator demo, PIN 1234".to_string()),
        wall_clock: None,
        mouse: true,
        code_seed: 7,
    }
}

/// A key without modifiers (Shift is in the character).
pub fn key(code: KeyCode) -> Input {
    Input::Key(KeyEvent::new(code, KeyModifiers::NONE))
}

/// A character key.
pub fn char_key(c: char) -> Input {
    key(KeyCode::Char(c))
}

/// A console, its moment, and the treatment it is shown.
#[derive(Clone)]
pub struct Scene {
    pub app: App,
    pub now: HostInstant,
    pub snapshot: Snapshot,
    /// What telemetry says; `None`: ticks go on without any.
    pub telemetry: Option<Telemetry>,
    pub outputs: Outputs,
    pub control: ControlOutputs,
    pub size: (u16, u16),
    /// Every snapshot shown, where they are kept.
    pub recorded: Option<Vec<Snapshot>>,
    tick: u64,
}

impl Scene {
    /// A console of this size that has seen the generator pass its self-test.
    pub fn new(size: (u16, u16)) -> Self {
        Self::with(size, Theme::Dark, Symbols::Braille)
    }

    pub fn with(size: (u16, u16), theme: Theme, symbols: Symbols) -> Self {
        let mut scene = Self {
            app: App::new(config(theme, symbols)),
            now: HostInstant::from_micros(50_000_000),
            snapshot: snapshot(),
            telemetry: Some(telemetry()),
            outputs: outputs(),
            control: control(),
            size,
            recorded: None,
            tick: 0,
        };
        scene.send(Input::Resize(size.0, size.1));
        scene.outputs.state = State::Idle;
        scene.show();
        scene
    }

    /// One input, now.
    pub fn send(&mut self, input: Input) -> Vec<Effect> {
        self.app.update(input, self.now)
    }

    /// One key, now.
    pub fn press(&mut self, code: KeyCode) -> Vec<Effect> {
        self.send(key(code))
    }

    /// Lets time pass without any report.
    pub fn wait_ms(&mut self, ms: u64) {
        self.now = self.now.plus(Span::from_millis(ms));
    }

    /// One snapshot of what is set in this scene, now.
    pub fn show(&mut self) -> Vec<Effect> {
        self.tick += 10;
        let mut seen = Bounded::new();
        if let Some(telemetry) = self.telemetry {
            seen.push(telemetry).expect("one fits");
        }
        let inputs = Inputs {
            tick: self.tick,
            now: self.now,
            telemetry: seen,
            link: LinkReport::default(),
            request: None,
            console_alive: true,
            command: rfa_interlock::Command::None,
            authorised: true,
            ready: Readiness {
                self_test: true,
                hard_limits: true,
                recorder: true,
                checklist: true,
                sound: AlarmSound::NotUsed,
            },
        };
        let mut control = Bounded::new();
        let taken = ControlInputs {
            tick: self.tick,
            now: self.now,
            telemetry: Bounded::new(),
            permit: Some(self.outputs.permit),
        };
        control.push(ControlTick { inputs: taken, outputs: self.control }).expect("one fits");
        let mut snapshot = self.snapshot.clone();
        snapshot.latest = Some(TickRecord {
            interlock: InterlockTick { inputs, outputs: self.outputs },
            control,
            timing: Timing {
                interlock_late_us: 41,
                control_late_us: 55,
                interlock_took_us: 6,
                control_step_ns: 900,
                interlock_step_ns: 700,
                telemetry_to_grant_us: Some(4_100),
                missed_ticks: 0,
            },
        });
        self.recorded.iter_mut().for_each(|kept| kept.push(snapshot.clone()));
        self.send(Input::Snapshot(Box::new(snapshot)))
    }

    /// Changes the report of channel 1.
    pub fn report(&mut self, change: impl Fn(&mut ChannelReport)) {
        if let Some(telemetry) = &mut self.telemetry {
            let mut report = *telemetry.channel(ChannelId::ONE).expect("it reports");
            change(&mut report);
            telemetry.channels = Bounded::new();
            telemetry.channels.push(report).expect("one fits");
        }
    }

    /// The tip at `c` degrees.
    pub fn tip(&mut self, c: f64) {
        let t = MilliCelsius::from_f64(c).expect("a temperature");
        self.report(|report| report.tip = TipReading::Valid(t));
    }

    /// Signs in and ticks the whole checklist.
    pub fn prepare(&mut self) {
        self.send(Input::SignInResult(OperatorName::new("demo")));
        self.send(char_key('1'));
        for _ in 0..6 {
            self.press(KeyCode::Enter);
        }
        self.send(char_key('2'));
        self.wait_ms(6_000);
        self.show();
    }

    /// In delivery in the first step, with the curve of a ramp behind it; `hold_s` > 0: in hold.
    pub fn deliver(&mut self, ramp_s: u64, hold_s: u64) {
        self.outputs.state = State::Delivering;
        self.outputs.k1 = Contactor::Shut;
        self.outputs.permit.delivering = true;
        self.outputs.permit.granted = MilliWatts::saturating(2_100);
        for tenth in 0..=(ramp_s + hold_s) * 10 {
            let s = tenth as f64 / 10.0;
            self.heat(s, ramp_s, tenth);
            self.show();
            if tenth < (ramp_s + hold_s) * 10 {
                self.wait_ms(100);
            }
        }
    }

    fn heat(&mut self, s: f64, ramp_s: u64, tenth: u64) {
        let hold = s - 14.0;
        let tip = if hold < 0.0 { 37.0 + 21.0 * s / 14.0 } else { 60.0 - 2.0 * (-hold).exp() };
        self.tip(tip);
        self.report(|report| {
            report.output = OutputState::On(Mode::Thermal);
            report.power = MilliWatts::saturating(2_050);
            report.voltage = MilliVolts::saturating(24_300);
            report.current = MicroAmps::saturating(84_400);
            report.impedance = Milliohms::new(288_000 - (tenth as u32).min(600) * 50);
            report.energy = MilliJoules::saturating((s * 2050.0) as i64);
        });
        let held = if ramp_s >= 14 && hold > 0.0 { hold } else { 0.0 };
        let held = Span::from_millis((held * 1000.0) as u64);
        self.outputs.energy = MilliJoules::saturating((s * 2050.0) as i64);
        self.outputs.time_on = Span::from_millis((s * 1000.0) as u64);
        self.control.phase = if held > Span::ZERO { Phase::Hold } else { Phase::Ramp };
        self.control.target = MilliCelsius::from_f64((37.0 + 23.0 * s / 15.0).min(60.0)).ok();
        self.control.held = held;
        self.control.left = Span::from_secs(60).minus(held);
        self.control.reached = (held > Span::ZERO).then_some(Span::from_millis(14_000));
        self.control.request.power = MilliWatts::saturating(2_080);
        self.control.applied = MilliWatts::saturating(2_050);
        self.control.terms = Terms { p: 0.21, i: 1.42, d: -0.03, feed_forward: 0.48 };
        self.snapshot.recording.bytes = tenth * 4_100;
    }

    /// RF measured off.
    pub fn off(&mut self, state: State) {
        self.outputs.state = state;
        self.outputs.k1 = Contactor::Open;
        self.outputs.permit.delivering = false;
        self.outputs.permit.granted = MilliWatts::MIN;
        self.report(|report| {
            report.output = OutputState::Off;
            report.power = MilliWatts::MIN;
            report.voltage = MilliVolts::MIN;
            report.current = MicroAmps::MIN;
        });
        self.control.target = None;
    }

    /// Tripped by over-temperature.
    pub fn trip(&mut self) {
        self.tip(65.4);
        self.off(State::Tripped);
        self.outputs.active = AlarmSet::NONE.with(AlarmId::Al01);
        self.outputs.latched = AlarmSet::NONE.with(AlarmId::Al01);
        self.outputs.trip = Some(Trip {
            rule: RuleId::H01,
            alarm: AlarmId::Al01,
            value: 65_412,
            limit: 65_000,
            window_us: 20_000,
            samples: Bounded::new(),
        });
        self.show();
    }

    /// At the check before step 2.
    pub fn gate(&mut self) {
        self.off(State::Stopping);
        self.show();
        self.wait_ms(100);
        self.off(State::Idle);
        self.tip(44.2);
        self.outputs.permit.step = StepIndex::new(1).expect("in the plan");
        self.outputs.check_due = true;
        self.control.step = StepIndex::new(1).expect("in the plan");
        self.control.phase = Phase::Waiting;
        self.control.held = Span::ZERO;
        self.control.left = Span::from_secs(60);
        self.control.reached = None;
        self.show();
    }

    /// A console with everything that arming needs.
    pub fn ready() -> Self {
        let mut scene = Self::new((80, 24));
        scene.prepare();
        scene
    }

    /// So much later, with the ticks between.
    pub fn later(&mut self, ms: u64) {
        self.wait_ms(ms);
        self.show();
    }

    /// Fails where the screen does not say `words`.
    #[track_caller]
    pub fn says(&self, words: &str) {
        let text = self.drawn();
        assert!(text.contains(words), "{words:?} is missing:\n{text}");
    }

    /// The screen as text, one line a row.
    pub fn drawn(&self) -> String {
        draw(&self.app, self.size, self.now).backend().to_string()
    }
}

/// Draws one frame.
pub fn draw(app: &App, size: (u16, u16), now: HostInstant) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("memory");
    terminal.draw(|frame| app.draw(frame, now)).expect("memory");
    terminal
}

/// Whether `effects` hold an intent with this action.
pub fn intends(effects: &[Effect], action: Action) -> bool {
    effects.iter().any(|e| matches!(e, Effect::Intent(intent) if intent.action == action))
}

/// Whether `effects` hold a stop.
pub fn stops(effects: &[Effect]) -> bool {
    effects
        .iter()
        .any(|e| matches!(e, Effect::Intent(intent) if matches!(intent.action, Action::Stop(_))))
}
