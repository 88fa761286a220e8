//! What is shown is whole and can be read: warnings with their mends, paths that can be typed.

mod common;

use common::{Scene, char_key};

/// The drawn words in one line: a wrapped text reads on.
fn words(scene: &Scene) -> String {
    let drawn = scene.drawn();
    let lines = drawn.lines().map(|line| line.trim_matches('"'));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

const WARNINGS: [&str; 2] = [
    "memory is not locked (Cannot allocate memory (os error 12)); a tick may wait for a page: allow \
     it with `ulimit -l unlimited` or CAP_IPC_LOCK",
    "interlock thread: no real-time priority 80 (Operation not permitted (os error 1)); ticks may \
     be late: allow it with `ulimit -r 80` or CAP_SYS_NICE",
];

#[test]
fn missing_real_time_is_on_the_setup_screen_and_whole_on_the_engineers() {
    for size in [(120, 40), (80, 24), (60, 20)] {
        let mut scene = Scene::new(size);
        scene.snapshot.warnings = WARNINGS.map(str::to_owned).to_vec();
        scene.show();
        let setup = words(&scene);
        let mend = if size.0 > 60 { "ulimit -l unlimited; 7" } else { "ulimit -r 80" };
        assert!(setup.contains("WARN Real-time") && setup.contains(mend), "{size:?}\n{setup}");
        scene.send(char_key('7'));
        let engineer = words(&scene);
        for warning in WARNINGS {
            assert!(engineer.contains(warning), "{size:?}: {warning}\n{}", scene.drawn());
        }
    }
    let mut scene = Scene::new((80, 24));
    scene.show();
    assert!(words(&scene).contains("ok Real-time"), "{}", scene.drawn());
}

/// The command of the end card is whole, however long the path, and a shell takes it.
#[test]
fn the_recording_can_be_verified_as_the_end_card_says() {
    let path = "/var/lib/rfa/recordings of the second room/gasserian-stepped-20261122-192046.mcap";
    let mut scene = Scene::new((80, 24));
    scene.snapshot.recording.file = path.to_owned();
    scene.show();
    scene.send(char_key('6'));
    let drawn: String = scene.drawn().lines().map(|line| line.trim_matches(['"', ' '])).collect();
    let command = format!("rfa rec verify '{path}'");
    let compact = |text: &str| text.replace(' ', "");
    assert!(compact(&drawn).contains(&compact(&command)), "{}", scene.drawn());
}
