//! The keys of the console over a recording: none acts on a generator.

mod common;
#[path = "common/player.rs"]
mod player;

use player::Shown;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use rfa_console::{Alignment, ReplayBeside, ReplayEffect, Screen, Symbols, Theme};
use rfa_session::playback::{Command, Direction};

/// The keys that act on a generator say so and do nothing, in rest, in the hold and where a check
/// is due; no key gives anything but a command for the player or the end.
#[test]
fn no_key_acts_on_a_generator() {
    let mut codes: Vec<KeyCode> = (' '..='~').map(KeyCode::Char).collect();
    codes.extend((1..=12).map(KeyCode::F));
    codes.extend([KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::Backspace]);
    let moments =
        [('1', 0), ('2', 0), ('1', 40), ('2', 40), ('2', 48), ('5', 48), ('6', 40), ('7', 40)];
    for (screen, s) in moments {
        for code in &codes {
            let mut shown = Shown::seek((80, 24), s);
            let told = if s == 48 { "CHECK" } else { "" };
            assert!(shown.drawn().contains(told), "{}", shown.drawn());
            shown.press(KeyCode::Char(screen));
            let effect = shown.press(*code);
            let text = shown.drawn();
            let dead = match code {
                KeyCode::Char('A' | 'c' | 'r' | 'z' | 's') | KeyCode::F(5) => true,
                KeyCode::Enter => screen == '1',
                _ => false,
            };
            assert!(
                !dead || (effect.is_none() && text.contains("> replay: ")),
                "{code:?}:\n{text}"
            );
            for word in ["] ARM", "SIGN IN", "QUIT ?", "CHECK before"] {
                assert!(!text.contains(word), "{code:?} opens a dialog:\n{text}");
            }
        }
    }
    let mut shown = Shown::seek((80, 24), 40);
    for code in [KeyCode::Char('q'), KeyCode::Char('Q')] {
        assert_eq!(shown.press(code), (code == KeyCode::Char('q')).then_some(ReplayEffect::Quit));
    }
    let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(shown.replay.key(&ctrl_c, shown.wall), Some(ReplayEffect::Quit));
}

#[test]
fn keys_move_the_player() {
    let (on, back) = (Direction::Forward, Direction::Back);
    let cases = [
        (KeyCode::Char(' '), KeyModifiers::NONE, Command::Toggle),
        (KeyCode::Esc, KeyModifiers::NONE, Command::Pause),
        (KeyCode::Char('.'), KeyModifiers::NONE, Command::Step(on)),
        (KeyCode::Char(','), KeyModifiers::NONE, Command::Step(back)),
        (KeyCode::Right, KeyModifiers::NONE, Command::Move { to: on, us: 1_000_000 }),
        (KeyCode::Left, KeyModifiers::NONE, Command::Move { to: back, us: 1_000_000 }),
        (KeyCode::Right, KeyModifiers::SHIFT, Command::Move { to: on, us: 100_000 }),
        (KeyCode::Left, KeyModifiers::SHIFT, Command::Move { to: back, us: 100_000 }),
        (KeyCode::PageDown, KeyModifiers::NONE, Command::Move { to: on, us: 10_000_000 }),
        (KeyCode::PageUp, KeyModifiers::NONE, Command::Move { to: back, us: 10_000_000 }),
        (KeyCode::Char(']'), KeyModifiers::NONE, Command::Event(on)),
        (KeyCode::Char('['), KeyModifiers::NONE, Command::Event(back)),
        (KeyCode::Char('>'), KeyModifiers::SHIFT, Command::Speed(on)),
        (KeyCode::Char('<'), KeyModifiers::SHIFT, Command::Speed(back)),
        (KeyCode::Char('='), KeyModifiers::NONE, Command::NormalSpeed),
        (KeyCode::Char('g'), KeyModifiers::NONE, Command::Start),
        (KeyCode::Home, KeyModifiers::NONE, Command::Start),
        (KeyCode::Char('G'), KeyModifiers::SHIFT, Command::End),
        (KeyCode::End, KeyModifiers::NONE, Command::End),
        (KeyCode::Char('L'), KeyModifiers::SHIFT, Command::Loop),
        (KeyCode::Char('i'), KeyModifiers::NONE, Command::RangeBegins),
        (KeyCode::Char('o'), KeyModifiers::NONE, Command::RangeEnds),
    ];
    for screen in ['1', '2', '5', '6', '7'] {
        let mut shown = Shown::new((80, 24));
        shown.press(KeyCode::Char(screen));
        for (code, held, command) in cases {
            let effect = shown.replay.key(&KeyEvent::new(code, held), shown.wall);
            assert_eq!(effect, Some(ReplayEffect::Play(command)), "{code:?} on {screen}");
        }
    }
}

#[test]
fn a_time_is_typed() {
    let mut shown = Shown::new((80, 24));
    let typed = |shown: &mut Shown, text: &str| {
        assert_eq!(shown.press(KeyCode::Char('\'')), None);
        text.chars().for_each(|c| assert_eq!(shown.press(KeyCode::Char(c)), None));
        shown.drawn()
    };
    let text = typed(&mut shown, "0:41");
    assert!(text.contains("Enter goes, Esc leaves): 0:41_"), "{text}");
    shown.press(KeyCode::Backspace);
    let effect = shown.press(KeyCode::Enter);
    assert_eq!(effect, Some(ReplayEffect::Play(Command::Seek(4_000_000))));
    typed(&mut shown, "1:99");
    assert_eq!(shown.press(KeyCode::Enter), None);
    assert!(shown.drawn().contains("no time (83.5 or 1:23.5), and no event"), "{}", shown.drawn());
    typed(&mut shown, "12");
    shown.press(KeyCode::Esc);
    assert_eq!(shown.press(KeyCode::Char(' ')), Some(ReplayEffect::Play(Command::Toggle)));
    // Much more than a time is long is not taken.
    let text = typed(&mut shown, &"1".repeat(500));
    assert!(text.contains("leaves): 111111111111111111111111_"), "{text}");
}

/// Words of an event lead to the next one that has them, and from the last to the first again.
#[test]
fn an_event_is_typed() {
    let mut shown = Shown::new((80, 24));
    let places: Vec<usize> = shown.timeline.marks().iter().map(|mark| mark.place).collect();
    assert_eq!(places.len(), 5, "RF on and off twice, and a trip");
    let mut go = |words: &str| {
        for key in ["'", words].concat().chars() {
            assert_eq!(shown.press(KeyCode::Char(key)), None);
        }
        let effect = shown.press(KeyCode::Enter);
        if let Some(ReplayEffect::Play(command)) = effect {
            shown.command(command);
        }
        effect
    };
    let tick = |place: usize| Some(ReplayEffect::Play(Command::Tick(place)));
    assert_eq!(go("rf PERM"), tick(places[0]));
    assert_eq!(go("rf perm"), tick(places[2]));
    assert_eq!(go("rf perm"), tick(places[0]), "from the start again");
    assert_eq!(go("rip: "), tick(places[4]));
    assert_eq!(go("nothing"), None);
    assert_eq!(go(" "), None);
}

#[test]
fn a_cut_and_a_note_are_said_as_a_shell_takes_them() {
    let mut shown = Shown::new((120, 40));
    shown.command(Command::Seek(10_000_000));
    shown.command(Command::RangeBegins);
    shown.command(Command::Seek(20_000_000));
    shown.command(Command::RangeEnds);
    assert_eq!(shown.press(KeyCode::Char('X')), None);
    let text = shown.drawn();
    assert!(text.contains("> rfa rec cut s.mcap --from 10 --to 20.1 part.mcap"), "{text}");
    assert_eq!(shown.press(KeyCode::Char('m')), None);
    let text = shown.drawn();
    assert!(text.contains("> rfa rec note s.mcap \"...\" noted.mcap --at 20 "), "{text}");
    // What is too long for the line is a page, of which nothing is missing.
    let long = format!("rfa rec cut {}.mcap --from 10 --to 20.1 part.mcap", "long-".repeat(20));
    for size in [(60, 20), (80, 24)] {
        shown.size = size;
        shown.replay.resize(size.0, size.1);
        shown.replay.tell("COMMAND", vec![long.clone()]);
        let text = shown.drawn();
        assert!(text.contains("COMMAND   Enter closes"), "{text}");
        let letters = |text: &str| text.replace([' ', '"', '\n', '│'], "");
        assert!(letters(&text).contains(&letters(&long)), "{text}");
        shown.press(KeyCode::Enter);
        assert!(!shown.drawn().contains("COMMAND"), "{}", shown.drawn());
    }
}

#[test]
fn the_log_is_searched() {
    let mut shown = Shown::new((80, 24));
    shown.command(Command::End);
    let keys = |shown: &mut Shown, keys: &str| {
        keys.chars().for_each(|key| assert_eq!(shown.press(KeyCode::Char(key)), None));
        let asked = shown.drawn();
        assert_eq!(shown.press(KeyCode::Enter), None);
        (asked, shown.drawn())
    };
    let (asked, found) = keys(&mut shown, "/TRIP");
    assert!(asked.contains("log entries with (nothing: all): TRIP_"), "{asked}");
    assert_eq!(shown.replay.screen(), Screen::Alarms);
    let title = "LOG  newest first, 1 of ";
    let (_, log) = found.split_once(title).expect("the log's title");
    let (all, entries) = log.split_once(" entries have \"TRIP\", from 1").expect("the rest of it");
    assert!(all.parse().is_ok_and(|all: usize| all > 3), "{found}");
    let entries = entries.lines().take_while(|line| !line.contains("REPLAY"));
    let entries: Vec<&str> = entries.filter(|line| line.contains(':')).collect();
    assert_eq!(entries.len(), 1, "{found}");
    assert!(entries[0].to_ascii_lowercase().contains("trip"), "{found}");
    // Down goes no further than the last that is found.
    (0..5).for_each(|_| assert_eq!(shown.press(KeyCode::Char('j')), None));
    assert!(shown.drawn().contains("from 1 "), "{}", shown.drawn());
    let (_, none) = keys(&mut shown, "/nix");
    assert!(none.contains("entries has \"nix\""), "{none}");
    let (_, all) = keys(&mut shown, "/");
    assert!(!all.contains("have \"") && !all.contains("has \""), "{all}");
}

#[test]
fn a_second_recording_is_typed_or_chosen() {
    let mut shown = Shown::with((80, 24), Theme::Dark, Symbols::Braille, Some(player::warmer()));
    let file = |name: &str| Some(ReplayEffect::Beside(Some(name.to_owned())));
    let ask = |shown: &mut Shown| {
        assert_eq!(shown.press(KeyCode::Char('d')), Some(ReplayEffect::Neighbours));
        shown.replay.ask_beside(["a.mcap", "b.mcap"].map(str::to_owned).into());
    };
    ask(&mut shown);
    assert!(shown.drawn().contains("beside, a file (Up Down choose; nothing: none): _"));
    for (code, chosen) in [
        (KeyCode::Down, "a.mcap_"),
        (KeyCode::Down, "b.mcap_"),
        (KeyCode::Down, "a.mcap_"),
        (KeyCode::Up, "b.mcap_"),
    ] {
        assert_eq!(shown.press(code), None);
        assert!(shown.drawn().contains(chosen), "{code:?}: {}", shown.drawn());
    }
    assert_eq!(shown.press(KeyCode::Enter), file("b.mcap"));
    ask(&mut shown);
    "../x y".chars().for_each(|key| assert_eq!(shown.press(KeyCode::Char(key)), None));
    shown.replay.paste(".mcap\n", shown.wall);
    let ctrl_u = KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL);
    assert_eq!(shown.replay.key(&ctrl_u, shown.wall), None);
    assert_eq!(shown.press(KeyCode::Enter), file("../x y.mcap"));
    shown.replay.paste("text", shown.wall);
    assert!(shown.drawn().contains("> nothing is being typed"), "{}", shown.drawn());
    // Of a long name the end is seen, however wide its letters are.
    for long in ["x".repeat(200) + "end", "\u{65e5}".repeat(200) + "end"] {
        ask(&mut shown);
        shown.replay.paste(&long, shown.wall);
        assert!(shown.drawn().contains("end_"), "{}", shown.drawn());
        shown.press(KeyCode::Esc);
    }
    // Nothing typed: none any more.
    ask(&mut shown);
    assert_eq!(shown.press(KeyCode::Enter), Some(ReplayEffect::Beside(None)));
    assert!(shown.drawn().contains("beside 0:01"), "{}", shown.drawn());
    shown.replay.stand_beside(None);
    assert!(!shown.drawn().contains("beside 0:01"), "{}", shown.drawn());
}

#[test]
fn a_what_if_is_asked_for_and_read() {
    let mut shown = Shown::seek((80, 24), 40);
    "wcontrol.kp=0.5".chars().for_each(|key| assert_eq!(shown.press(KeyCode::Char(key)), None));
    let effect = shown.press(KeyCode::Enter);
    assert_eq!(effect, Some(ReplayEffect::WhatIf("control.kp=0.5".to_owned())));
    shown.replay.set_work(Some("WHAT-IF RUNS"));
    assert!(shown.drawn().contains("WHAT-IF RUNS"), "{}", shown.drawn());
    shown.replay.set_work(None);
    let lines = || (1..=40).map(|n| format!("line {n} {}", "word ".repeat(20))).collect();
    shown.replay.answer(lines(), shown.wall);
    let text = shown.drawn();
    assert!(text.contains("WHAT-IF   Enter closes, j/k scrolls"), "{text}");
    assert!(text.contains("line 1 word") && text.contains("more below: j"), "{text}");
    assert!(!text.contains("line 40"), "{text}");
    (0..200).for_each(|_| drop(shown.press(KeyCode::Char('j'))));
    let last = shown.drawn();
    assert!(last.contains("line 40 word"), "{last}");
    // No key is dead behind the last line.
    shown.press(KeyCode::Char('k'));
    assert_ne!(shown.drawn(), last);
    shown.press(KeyCode::Home);
    assert_eq!(shown.drawn(), text);
    shown.press(KeyCode::End);
    assert_eq!(shown.drawn(), last);
    assert_eq!(shown.press(KeyCode::Enter), None);
    assert!(!shown.drawn().contains("line 40"), "{}", shown.drawn());
    // The same settings stand there to be changed; unchanged they show the answer again.
    shown.press(KeyCode::Char('w'));
    assert!(shown.drawn().contains("control.kp=0.5_"), "{}", shown.drawn());
    assert_eq!(shown.press(KeyCode::Enter), None);
    assert_eq!(shown.drawn(), text);
    shown.press(KeyCode::Enter);
    "w5".chars().for_each(|key| assert_eq!(shown.press(KeyCode::Char(key)), None));
    let effect = shown.press(KeyCode::Enter);
    assert_eq!(effect, Some(ReplayEffect::WhatIf("control.kp=0.55".to_owned())));
    // It comes while something else is read: it waits.
    shown.press(KeyCode::Char('?'));
    shown.replay.answer(lines(), shown.wall);
    assert!(shown.drawn().contains("KEYS on Live"), "{}", shown.drawn());
    shown.press(KeyCode::Enter);
    assert!(shown.drawn().contains("WHAT-IF READY: w Enter"), "{}", shown.drawn());
    assert_eq!((shown.press(KeyCode::Char('w')), shown.press(KeyCode::Enter)), (None, None));
    let shown = shown.drawn();
    assert!(shown.contains("line 1 word") && !shown.contains("READY"), "{shown}");
}

/// A computed curve is not taken for a recorded one, on any screen.
#[test]
fn a_what_if_is_called_one() {
    for size in [(80, 24), (140, 40)] {
        let what_if = ReplayBeside { kind: Alignment::WhatIf, ..player::warmer() };
        let mut shown = Shown::with(size, Theme::Dark, Symbols::Braille, Some(what_if));
        let text = shown.drawn();
        assert!(text.contains("what-if 0:01") && !text.contains("beside 0:01"), "{text}");
    }
}

/// What is not drawn is not opened: the player's keys live on.
#[test]
fn the_smallest_screens_open_nothing() {
    let mut shown = Shown::seek((48, 15), 40);
    for key in ['\'', '/', 'd', 'w', '?', 'x'] {
        assert_eq!(shown.press(KeyCode::Char(key)), None);
        assert!(shown.drawn().contains("> the window is too small"), "{key}: {}", shown.drawn());
        let effect = shown.press(KeyCode::Char(' '));
        assert_eq!(effect, Some(ReplayEffect::Play(Command::Toggle)), "behind {key}");
    }
    // One that is open closes with the window.
    for key in ['\'', '?'] {
        shown.replay.resize(80, 24);
        shown.press(KeyCode::Char(key));
        shown.replay.resize(48, 15);
        let effect = shown.press(KeyCode::Char('.'));
        assert_eq!(effect, Some(ReplayEffect::Play(Command::Step(Direction::Forward))), "{key}");
    }
}

#[test]
fn screens_are_chosen_by_whoever_looks() {
    let mut shown = Shown::new((80, 24));
    assert_eq!(shown.replay.screen(), Screen::Live);
    shown.press(KeyCode::Char('5'));
    shown.command(Command::End);
    assert_eq!(shown.replay.screen(), Screen::Alarms, "nothing but a key changes it");
}
