//! The screens that are pictured: by name, at any size.

use super::{Scene, char_key};
use ratatui::crossterm::event::KeyCode;
use rfa_console::{Symbols, Theme};
use rfa_interlock::{AlarmId, AlarmSet, State};
use rfa_units::Span;

/// One pictured screen: its name and how to get there.
pub type Picture = (&'static str, fn(&mut Scene));

/// Every pictured screen.
pub const PICTURES: [Picture; 15] = [
    ("setup", |_| {}),
    ("sign-in", |scene| {
        scene.send(char_key('s'));
        scene.send(char_key('1'));
        scene.send(char_key('2'));
    }),
    ("arm", |scene| {
        scene.prepare();
        scene.send(char_key('A'));
    }),
    ("armed", |scene| {
        scene.prepare();
        scene.send(char_key('A'));
        scene.wait_ms(600);
        scene.show();
        scene.press(KeyCode::F(5));
        scene.outputs.state = State::Armed;
        scene.show();
    }),
    ("ramp", |scene| {
        scene.prepare();
        scene.deliver(9, 0);
    }),
    ("hold", |scene| {
        scene.prepare();
        scene.deliver(15, 32);
    }),
    ("alarm-medium", |scene| {
        scene.prepare();
        scene.deliver(15, 12);
        scene.outputs.active = AlarmSet::NONE.with(AlarmId::Al21).with(AlarmId::Al25);
        scene.tip(54.3);
        scene.show();
    }),
    ("tripped", |scene| {
        scene.prepare();
        scene.deliver(15, 12);
        scene.trip();
    }),
    ("acknowledged", |scene| {
        scene.prepare();
        scene.deliver(15, 12);
        scene.trip();
        scene.wait_ms(3_000);
        scene.outputs.active = AlarmSet::NONE;
        scene.outputs.acknowledged = true;
        scene.tip(48.1);
        scene.show();
        scene.send(char_key('x'));
    }),
    ("stale", |scene| {
        scene.prepare();
        scene.deliver(15, 12);
        scene.wait_ms(420);
    }),
    ("gate", |scene| {
        scene.prepare();
        scene.deliver(15, 60);
        scene.gate();
        scene.send(char_key('1'));
    }),
    ("review", |scene| {
        scene.prepare();
        scene.deliver(15, 60);
        scene.control.held = Span::from_secs(60);
        scene.show();
        scene.gate();
        scene.send(char_key('e'));
        scene.send(char_key('e'));
    }),
    ("alarms", |scene| {
        scene.prepare();
        scene.deliver(15, 12);
        scene.trip();
        scene.send(char_key('5'));
    }),
    ("engineer", |scene| {
        scene.prepare();
        scene.deliver(15, 12);
        scene.snapshot.warnings = vec!["memory could not be locked".to_string()];
        scene.show();
        scene.send(char_key('7'));
    }),
    ("help", |scene| {
        scene.send(char_key('2'));
        scene.send(char_key('?'));
    }),
];

/// One pictured screen at one size.
pub fn picture(picture: Picture, size: (u16, u16), theme: Theme, symbols: Symbols) -> Scene {
    let mut scene = Scene::with(size, theme, symbols);
    (picture.1)(&mut scene);
    scene
}
