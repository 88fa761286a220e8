//! A treatment on the console: the terminal's events in, effects out.

use super::opening::Started;
use super::{END_LIMIT, Finished, headless};
use crate::cli::Look;
use crate::exit::{Exit, Stop};
use crate::look::{hung_up, symbols, terminal_failed, theme};
use crate::operators::Operators;
use crate::sound::{SOUND_THREAD, Speaker};
use crate::trips::TripCount;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, Event};
use ratatui::crossterm::terminal;
use rfa_console::terminal::{TerminalGuard, draw, install_panic_hook};
use rfa_console::{App, AppConfig, Effect, Input, Sound, WallClock, rf_measured};
use rfa_plan::Plan;
use rfa_runtime::{ConsoleHandle, LESION_THREAD, QuitReason, RunningSession, Stopper, now};
use rfa_session::{Action, Intent, OperatorName, Snapshot, StopSource};
use rfa_sound::Heard;
use rfa_units::{HostInstant, Span};
use std::io::stdout;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A frame at most this often: 16 a second.
const FRAME: Duration = Duration::from_millis(62);

/// How often the terminal is looked at for a hang-up: two ticks.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long a console that is lost may take to leave: several frames.
const LEAVE_LIMIT: Duration = Duration::from_millis(500);

/// How often the loudspeaker is told within a frame: the activation tone has to end soon after RF.
const HEAR_EVERY: Duration = Duration::from_millis(20);

/// Without a report for this long RF is not measured, and no tone claims it is (H-22 ends it).
const REPORT_LOST: Span = Span::from_millis(300);

/// The mouse is captured, so that a click on the STOP bar stops.
const MOUSE: bool = true;

/// Shows the console until the operator leaves; RF is off or was stopped before that.
pub(super) fn show(
    started: Started,
    plan: &Plan,
    operators: &Operators,
    sign_in_hint: Option<String>,
    signed_in: Option<OperatorName>,
    look: Look,
) -> Result<Finished, Stop> {
    let Started { mut running, mut trips, .. } = started;
    let mut handle =
        running.console().ok_or_else(|| Stop::failure("the session has no console"))?;
    let lost = headless::on_signals()?;
    let stopper = handle.stopper();
    let at_panic = stopper.clone();
    install_panic_hook(&[LESION_THREAD, SOUND_THREAD], move || at_panic.stop(QuitReason::Panic));
    let app = App::new(config(plan, operators, sign_in_hint, look)?);
    let (operators, seen) = (operators.clone(), Arc::clone(&lost));
    let speaker = Speaker::start(now);
    let mut shown = Shown {
        app,
        operators,
        lost: seen,
        signed_in,
        trips: trips.clone(),
        speaker,
        rf: (false, now()),
    };
    let console = std::thread::Builder::new()
        .name("rfa-console".to_owned())
        .spawn(move || {
            let guard = TerminalGuard::enter(MOUSE).map_err(terminal_failed);
            let ended = match &guard {
                Ok(_) => shown.until_the_end(&mut handle),
                Err(stop) => Err(Stop { exit: stop.exit, message: stop.message.clone() }),
            };
            // However the console ended, nobody watches any more: RF off first, and only then the
            // terminal, which may block.
            handle.send(stop(StopSource::ConsoleLost));
            drop(guard);
            drop(shown);
            ended
        })
        .map_err(|e| Stop::failure(format!("cannot start the console's thread: {e}")))?;
    let ended = watch(console, &mut running, &lost, &stopper);
    let result = running.stop_and_join(END_LIMIT);
    trips.keep(result.last.as_ref().map_or(0, |tick| tick.interlock.outputs.trips))?;
    match ended {
        Some(ended) => ended.map(|()| Finished { result, gave_up: false, refusal: None }),
        // RF is off and the recording is whole. The stuck thread may hold the terminal for ever,
        // so nothing is printed there.
        None if result.off_confirmed => {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        None => std::process::exit(i32::from(Exit::Failure.code())),
    }
}

/// Waits for the console's end; `None`: it was lost and did not end.
///
/// The library that reads keys does not come back from a terminal that has hung up (it reads
/// nothing, without end), and drawing does not come back from one that takes nothing. So this
/// thread looks for the hang-up itself, ends RF, and waits no longer than it must.
fn watch(
    console: JoinHandle<Result<(), Stop>>,
    running: &mut RunningSession,
    lost: &AtomicBool,
    stopper: &Stopper,
) -> Option<Result<(), Stop>> {
    let mut since = None;
    while !console.is_finished() {
        let status = running.status();
        // A panic in any thread has left raw mode, and nothing goes on without the interlock.
        let broken = status.quit == Some(QuitReason::Panic) || !status.interlock_alive;
        if lost.load(Ordering::Relaxed) || broken || hung_up() {
            lost.store(true, Ordering::Relaxed);
            stopper.stop(QuitReason::ConsoleLost);
            if since.get_or_insert_with(Instant::now).elapsed() >= LEAVE_LIMIT {
                return None;
            }
        }
        std::thread::sleep(LOOK_EVERY);
    }
    let panicked = || Stop::failure("the console panicked; RF was stopped first");
    let ended = console.join().unwrap_or_else(|_| Err(panicked()));
    // A terminal that is gone fails whatever was being done with it: that is no failure of ours.
    Some(if lost.load(Ordering::Relaxed) || hung_up() { Ok(()) } else { ended })
}

struct Shown {
    app: App,
    operators: Operators,
    lost: Arc<AtomicBool>,
    signed_in: Option<OperatorName>,
    trips: TripCount,
    speaker: Speaker,
    /// RF is measured, as last reported, and when.
    rf: (bool, HostInstant),
}

impl Shown {
    fn until_the_end(&mut self, handle: &mut ConsoleHandle) -> Result<(), Stop> {
        let failed = terminal_failed;
        let mut screen = Terminal::new(CrosstermBackend::new(stdout())).map_err(failed)?;
        let (columns, rows) = terminal::size().map_err(failed)?;
        self.take(Input::Resize(columns, rows), handle);
        if let Some(name) = self.signed_in {
            handle.set_operator(Some(name));
            self.take(Input::SignInResult(Some(name)), handle);
        }
        loop {
            let frame_began = Instant::now();
            if self.lost.load(Ordering::Relaxed) {
                self.take(Input::TerminalLost, handle);
                return Ok(());
            }
            let snapshot = handle.snapshot();
            let trips = snapshot.latest.as_ref().map_or(0, |t| t.interlock.outputs.trips);
            self.trips.keep(trips)?;
            self.speak(&snapshot, handle);
            self.take(Input::Snapshot(Box::new(snapshot)), handle);
            draw(&mut screen, &self.app, now()).map_err(failed)?;
            // Only a console that has drawn is alive: one that cannot draw cannot show an alarm.
            handle.heartbeat();
            while let Some(left) = FRAME.checked_sub(frame_began.elapsed()) {
                if !event::poll(left.min(HEAR_EVERY)).map_err(failed)? {
                    let snapshot = handle.snapshot();
                    self.speak(&snapshot, handle);
                    continue;
                }
                let input = match event::read().map_err(failed)? {
                    Event::Key(key) => Input::Key(key),
                    Event::Paste(text) => Input::Paste(text),
                    Event::Mouse(mouse) => Input::Mouse(mouse),
                    Event::Resize(columns, rows) => Input::Resize(columns, rows),
                    Event::FocusGained | Event::FocusLost => continue,
                };
                if self.take(input, handle) {
                    return Ok(());
                }
            }
            if self.take(Input::Tick, handle) {
                return Ok(());
            }
        }
    }

    /// Tells the loudspeaker what is so, and the screen how the loudspeaker does.
    fn speak(&mut self, snapshot: &Snapshot, handle: &ConsoleHandle) {
        let Some(tick) = &snapshot.latest else { return };
        let (outputs, inputs) = (&tick.interlock.outputs, &tick.interlock.inputs);
        let now = now();
        // Between two reports RF is what it was.
        if let Some(telemetry) = inputs.telemetry.last() {
            self.rf = (rf_measured(telemetry), inputs.now);
        }
        let (rf_on, reported) = self.rf;
        let heard = Heard {
            alarms: outputs.active.union(outputs.latched),
            state: outputs.state,
            acknowledged: outputs.acknowledged,
            rf_on: rf_on && now.since(reported) < REPORT_LOST,
        };
        self.speaker.hear(heard, now);
        let (player, pause_left) = (self.speaker.player(now), self.speaker.pause_left(now));
        self.app.update(Input::Sound(Sound { player, pause_left }), now);
        handle.set_sound(self.speaker.works(now));
    }

    /// One input; whether the console is to end.
    fn take(&mut self, input: Input, handle: &mut ConsoleHandle) -> bool {
        let mut ends = false;
        for effect in self.app.update(input, now()) {
            match effect {
                Effect::Intent(intent) => handle.send(intent),
                Effect::SignIn { operator, pin } => {
                    let name = self.operators.verify(&operator, &pin);
                    // A refused sign-in leaves whoever was signed in before.
                    if name.is_some() {
                        handle.set_operator(name);
                    }
                    ends |= self.take(Input::SignInResult(name), handle);
                }
                Effect::PauseSound => {
                    let words = self.speaker.pause(now());
                    ends |= self.take(Input::SoundPaused(words), handle);
                }
                Effect::Quit => ends = true,
            }
        }
        ends
    }
}

const fn stop(source: StopSource) -> Intent {
    Intent { action: Action::Stop(source), operator: None }
}

fn config(
    plan: &Plan,
    operators: &Operators,
    sign_in_hint: Option<String>,
    look: Look,
) -> Result<AppConfig, Stop> {
    let mut seed = [0; 8];
    getrandom::fill(&mut seed).map_err(|e| Stop::failure(format!("no random numbers: {e}")))?;
    let wall = jiff::Zoned::now();
    let second = i64::from(wall.hour()) * 3_600 + i64::from(wall.minute()) * 60;
    let second_of_day = u32::try_from(second + i64::from(wall.second())).unwrap_or(0);
    Ok(AppConfig {
        plan: plan.clone(),
        theme: theme(look),
        symbols: symbols(look),
        operators: operators.names(),
        sign_in_hint,
        wall_clock: Some(WallClock { at: now(), second_of_day }),
        mouse: MOUSE,
        code_seed: u64::from_le_bytes(seed),
    })
}
