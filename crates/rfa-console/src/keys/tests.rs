use super::*;
use std::collections::BTreeMap;

fn event(code: KeyCode, held: KeyModifiers) -> KeyEvent {
    KeyEvent::new(code, held)
}

/// Every key a terminal can send that matters here, plain.
fn every_code() -> Vec<KeyCode> {
    let mut codes: Vec<KeyCode> = (' '..='~').map(KeyCode::Char).collect();
    codes.extend((1..=12).map(KeyCode::F));
    codes.extend([KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab]);
    codes.extend([KeyCode::Backspace, KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::Right]);
    codes.extend([KeyCode::PageUp, KeyCode::PageDown, KeyCode::Home, KeyCode::End]);
    codes.extend([KeyCode::Delete, KeyCode::Insert]);
    codes
}

/// What is bound while no dialog is open, on one screen.
fn on(screen: Screen) -> [Scope; 3] {
    [Scope::Everywhere, Scope::Screens, Scope::On(screen)]
}

fn contexts() -> Vec<Vec<Scope>> {
    let mut contexts: Vec<Vec<Scope>> = Screen::ALL.map(|s| on(s).to_vec()).to_vec();
    for dialog in [Scope::Arm, Scope::Gate, Scope::SignIn, Scope::Reading, Scope::Quitting] {
        contexts.push(vec![Scope::Everywhere, dialog]);
    }
    contexts.push(vec![Scope::Replay]);
    contexts
}

#[test]
fn no_key_has_two_meanings_in_one_place() {
    for scopes in contexts() {
        for code in every_code() {
            let event = event(code, KeyModifiers::NONE);
            let acts: Vec<Act> = rows(&scopes)
                .filter(|binding| binding.keys.iter().any(|key| key.matches(&event)))
                .map(|binding| binding.act)
                .collect();
            assert!(acts.len() <= 1, "{code:?} in {scopes:?} means {acts:?}");
        }
    }
}

#[test]
fn a_key_does_one_thing_on_all_screens() {
    let mut meaning: BTreeMap<String, Act> = BTreeMap::new();
    for screen in Screen::ALL {
        for code in every_code() {
            let Some(act) = bound(&event(code, KeyModifiers::NONE), &on(screen)) else { continue };
            let before = *meaning.entry(format!("{code:?}")).or_insert(act);
            assert_eq!(before, act, "{code:?} changes its meaning on {screen:?}");
        }
    }
}

/// The label is what the help shows; the keys are what is dispatched.
#[test]
fn every_label_names_the_keys_that_are_bound() {
    for binding in TABLE {
        for key in binding.keys {
            let named = match key {
                // Named by their range, or as the way a terminal sends Esc.
                Key::AltAny => continue,
                Key::Char('=') if binding.act == Act::ZoomIn => continue,
                Key::Digit => "0-9".to_string(),
                Key::Printable => "characters".to_string(),
                Key::CtrlC => "Ctrl-C".to_string(),
                Key::F(n) => format!("F{n}"),
                Key::BackTab => "Shift-Tab".to_string(),
                Key::ShiftLeft => "Shift-Left".to_string(),
                Key::ShiftRight => "Shift-Right".to_string(),
                Key::PageUp => "PgUp".to_string(),
                Key::PageDown => "PgDn".to_string(),
                Key::Char(c) if binding.act == Act::Finding => {
                    assert!(('1'..='4').contains(c));
                    "1-4".to_string()
                }
                Key::Char(c) => c.to_string(),
                other => format!("{other:?}"),
            };
            let words: Vec<&str> = binding.label.split(' ').collect();
            assert!(words.contains(&named.as_str()), "{:?} lacks {named}", binding.label);
        }
    }
}

#[test]
fn the_help_and_the_exported_keys_are_the_dispatched_table() {
    let exported = keys();
    assert_eq!(exported.len(), TABLE.len());
    for screen in Screen::ALL {
        for binding in rows(&on(screen)) {
            assert!(exported.iter().any(|r| r.keys == binding.label && r.does == binding.does));
        }
        let digit = event(KeyCode::Char(screen.digit()), KeyModifiers::NONE);
        assert_eq!(bound(&digit, &on(Screen::Live)), Some(Act::Show));
    }
    for digit in ['3', '4', '8', '9', '0'] {
        let digit = event(KeyCode::Char(digit), KeyModifiers::NONE);
        assert_eq!(bound(&digit, &on(Screen::Live)), None, "a screen that does not exist");
    }
}

#[test]
fn no_ctrl_chord_but_ctrl_c_and_no_neighbour_of_the_start_pair() {
    for scopes in contexts() {
        for c in ('a'..='z').filter(|c| *c != 'c') {
            let chord = event(KeyCode::Char(c), KeyModifiers::CONTROL);
            assert_eq!(bound(&chord, &scopes), None, "Ctrl-{c} in {scopes:?}");
        }
    }
    for code in [KeyCode::Char('a'), KeyCode::F(4), KeyCode::F(6)] {
        for screen in Screen::ALL {
            assert_eq!(bound(&event(code, KeyModifiers::NONE), &on(screen)), None, "{code:?}");
        }
    }
}

#[test]
fn the_stop_set_is_a_stop_whatever_is_held_with_it() {
    for held in [KeyModifiers::NONE, KeyModifiers::SHIFT, KeyModifiers::CONTROL, KeyModifiers::ALT]
    {
        assert!(stops(&event(KeyCode::Char(' '), held)));
        assert!(stops(&event(KeyCode::Esc, held)));
    }
    assert!(stops(&event(KeyCode::Char('c'), KeyModifiers::CONTROL)));
    // A fast Esc before any key arrives as Alt and that key.
    assert!(stops(&event(KeyCode::Char('j'), KeyModifiers::ALT)));
    for code in every_code() {
        let stop = matches!(code, KeyCode::Char(' ') | KeyCode::Esc);
        assert_eq!(stops(&event(code, KeyModifiers::NONE)), stop, "{code:?}");
    }
}
