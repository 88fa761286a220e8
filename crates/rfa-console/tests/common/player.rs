//! The console over a recording, driven as the program drives it.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of this")]

use crate::common::{Scene, config, lesion};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use rfa_console::{
    Alignment, AppConfig, Replay, ReplayBeside, ReplayConfig, ReplayEffect, Symbols, Theme,
};
use rfa_session::playback::{Command, MarkKind, Player, Timeline};
use rfa_session::{PowerVerdict, Snapshot};
use rfa_units::{HostInstant, MilliCelsius};
use std::sync::Arc;

/// A step with its ramp and hold, the check behind it, the start of the next, and a trip.
pub fn snapshots() -> Vec<Snapshot> {
    let mut scene = Scene::new((80, 24));
    scene.recorded = Some(Vec::new());
    scene.prepare();
    scene.snapshot.lesion = Some(lesion(PowerVerdict::Agrees));
    scene.deliver(15, 32);
    scene.gate();
    scene.wait_ms(5_000);
    scene.show();
    scene.outputs.check_due = false;
    scene.deliver(10, 0);
    scene.trip();
    for _ in 0..20 {
        scene.wait_ms(100);
        scene.show();
    }
    scene.recorded.expect("kept")
}

pub fn at(snapshot: &Snapshot) -> HostInstant {
    snapshot.latest.as_ref().expect("a tick").interlock.inputs.now
}

/// A player's console as the shell drives it: every tick up to the player's place, then a frame.
pub struct Shown {
    pub snapshots: Vec<Snapshot>,
    pub timeline: Arc<Timeline>,
    pub player: Player,
    pub replay: Replay,
    pub told: usize,
    pub size: (u16, u16),
    pub wall: HostInstant,
}

impl Shown {
    pub fn new(size: (u16, u16)) -> Self {
        Self::with(size, Theme::Dark, Symbols::Braille, None)
    }

    pub fn with(
        size: (u16, u16),
        theme: Theme,
        symbols: Symbols,
        beside: Option<ReplayBeside>,
    ) -> Self {
        let snapshots = snapshots();
        let first_at = at(&snapshots[0]);
        let mut timeline = Timeline::default();
        for (place, snapshot) in snapshots.iter().enumerate() {
            timeline.push(at(snapshot).since(first_at).as_micros());
            let was = place.checked_sub(1).map(|before| &snapshots[before]);
            let outputs = |of: &Snapshot| of.latest.as_ref().expect("a tick").interlock.outputs;
            let (new, old) = (outputs(snapshot), was.map(outputs));
            if old.is_some_and(|old| old.permit.delivering != new.permit.delivering) {
                let on = new.permit.delivering;
                let kind = if on { MarkKind::RfOn } else { MarkKind::RfOff };
                timeline.mark(kind, if on { "RF permitted" } else { "RF ended" }.to_owned());
            }
            if new.trip.is_some() && old.is_some_and(|old| old.trip.is_none()) {
                timeline.mark(MarkKind::Trip, "trip: AL-01".to_owned());
            }
        }
        let timeline = Arc::new(timeline);
        let app = AppConfig { wall_clock: None, mouse: false, ..config(theme, symbols) };
        let replay = Replay::new(ReplayConfig {
            app,
            file: "s.mcap".to_owned(),
            trouble: None,
            timeline: Arc::clone(&timeline),
            first_at,
            beside,
        });
        let player = Player::new(&timeline);
        let wall = HostInstant::from_micros(1_000_000);
        let mut shown = Self { snapshots, timeline, player, replay, told: 0, size, wall };
        shown.replay.resize(size.0, size.1);
        shown.follow();
        shown
    }

    pub fn follow(&mut self) {
        while self.told <= self.player.place() {
            self.replay.tick(&self.snapshots[self.told]);
            self.told += 1;
        }
        self.replay.stands(&self.player, None);
    }

    pub fn command(&mut self, command: Command) {
        let words = self.player.command(command, &self.timeline);
        assert_eq!(words, None, "{command:?}");
        self.follow();
    }

    pub fn press(&mut self, code: KeyCode) -> Option<ReplayEffect> {
        self.replay.key(&KeyEvent::new(code, KeyModifiers::NONE), self.wall)
    }

    pub fn terminal(&mut self) -> Terminal<TestBackend> {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).expect("one");
        terminal.draw(|frame| self.replay.draw(frame, self.wall)).expect("memory");
        terminal
    }

    pub fn drawn(&mut self) -> String {
        self.terminal().backend().to_string()
    }

    /// At this many seconds since the first tick.
    pub fn seek(size: (u16, u16), s: u64) -> Self {
        let mut shown = Self::new(size);
        shown.command(Command::Seek(s * 1_000_000));
        shown
    }
}

/// A second recording that was a little warmer and a second sooner.
pub fn warmer() -> ReplayBeside {
    let snapshots = snapshots();
    let first = at(&snapshots[0]);
    let moved = |of: &Snapshot| HostInstant::from_micros(at(of).as_micros() - 1_000_000);
    let tip = |of: &Snapshot| {
        let telemetry = of.latest.as_ref()?.interlock.inputs.telemetry;
        let tip = telemetry.last()?.channels.iter().next()?.tip.valid()?;
        MilliCelsius::new(tip.get() + 6_000)
    };
    let samples = snapshots.iter().step_by(2).filter_map(|of| Some((moved(of), tip(of)?)));
    ReplayBeside {
        name: "other.mcap".to_owned(),
        trouble: None,
        kind: Alignment::RfOn,
        samples: Arc::new(samples.collect()),
        ahead_us: 1_000_000,
        length_us: at(&snapshots[snapshots.len() - 1]).since(first).as_micros(),
    }
}
