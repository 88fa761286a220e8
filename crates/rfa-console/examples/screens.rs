//! Prints every pictured screen as text: `cargo run -p rfa-console --example screens -- 80x24`.
//! Arguments in any order: sizes, names of screens, `ascii`, `block`, `mono`; none: all at 80x24.

#[path = "../tests/common/mod.rs"]
mod common;

use common::scenes::{PICTURES, picture};
use rfa_console::{Symbols, Theme};

fn main() {
    let mut sizes = Vec::new();
    let mut names = Vec::new();
    let (mut symbols, mut theme) = (Symbols::Braille, Theme::Dark);
    for argument in std::env::args().skip(1) {
        let size =
            argument.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
        match (argument.as_str(), size) {
            (_, Some(size)) => sizes.push(size),
            ("ascii", _) => symbols = Symbols::Ascii,
            ("block", _) => symbols = Symbols::Block,
            ("mono", _) => theme = Theme::Mono,
            (name, _) => names.push(name.to_string()),
        }
    }
    if sizes.is_empty() {
        sizes.push((80, 24));
    }
    for scene in PICTURES.into_iter().filter(|p| names.is_empty() || names.iter().any(|n| n == p.0))
    {
        for size in &sizes {
            println!("{} at {}x{}", scene.0, size.0, size.1);
            println!("{}", picture(scene, *size, theme, symbols).drawn());
        }
    }
}
