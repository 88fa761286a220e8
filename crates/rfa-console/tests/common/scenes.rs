//! The screens that are pictured: by name, at any size.

use super::{Scene, char_key, lesion};
use ratatui::crossterm::event::KeyCode;
use rfa_console::{Symbols, Theme};
use rfa_interlock::{AlarmId, AlarmSet, State};
use rfa_session::{LesionView, NoLesion, PowerVerdict, Reason};
use rfa_units::Span;

/// One pictured screen: its name and how to get there.
pub type Picture = (&'static str, fn(&mut Scene));

/// Every pictured screen.
pub const PICTURES: [Picture; 19] = [
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
    ("lesion", |scene| {
        scene.prepare();
        scene.snapshot.lesion = Some(lesion(PowerVerdict::Agrees));
        scene.deliver(15, 32);
    }),
    ("lesion-power", |scene| {
        scene.prepare();
        scene.snapshot.lesion = Some(lesion(PowerVerdict::Agrees));
        scene.deliver(15, 12);
        scene.snapshot.lesion = Some(lesion(PowerVerdict::Above));
        scene.show();
    }),
    ("lesion-none", |scene| {
        scene.prepare();
        let why = NoLesion::Impossible(Reason::new(
            "the tip read 25.1 °C before RF; this tissue has 36 to 38 °C",
        ));
        scene.snapshot.lesion =
            Some(LesionView { lesion: Err(why), ..lesion(PowerVerdict::Unjudged) });
        scene.deliver(15, 12);
    }),
    ("lesion-review", |scene| {
        scene.prepare();
        scene.snapshot.lesion = Some(lesion(PowerVerdict::Agrees));
        scene.deliver(15, 60);
        scene.off(State::Idle);
        scene.outputs.complete = true;
        scene.show();
        scene.send(char_key('6'));
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
