use super::*;
use std::collections::BTreeSet;

/// Red, green, blue of a colour of the 256-colour palette (16 to 231 cube, 232 to 255 greys).
fn rgb(index: u8) -> [f64; 3] {
    assert!(index >= 16, "colours 0 to 15 differ between terminals");
    if index >= 232 {
        return [f64::from(8 + 10 * u32::from(index - 232)); 3];
    }
    let level = |n: u8| if n == 0 { 0.0 } else { 55.0 + 40.0 * f64::from(n) };
    let cube = index - 16;
    [level(cube / 36), level(cube / 6 % 6), level(cube % 6)]
}

/// Relative luminance (WCAG 2).
fn luminance(index: u8) -> f64 {
    let linear = rgb(index).map(|value| {
        let c = value / 255.0;
        if c <= 0.03928 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(style: Style) -> f64 {
    let (Some(Color::Indexed(fg)), Some(Color::Indexed(bg))) = (style.fg, style.bg) else {
        panic!("a coloured style without two palette colours: {style:?}");
    };
    let (a, b) = (luminance(fg), luminance(bg));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_pair_of_colours_has_a_contrast_of_4_5_at_least() {
    for theme in [Theme::Dark, Theme::Light] {
        for role in Role::all() {
            let ratio = contrast(style(theme, role));
            assert!(ratio >= 4.5, "{theme:?} {role:?}: contrast {ratio:.2}");
        }
    }
}

#[test]
fn mono_uses_no_colour_and_nothing_blinks() {
    for theme in Theme::ALL {
        for role in Role::all() {
            let style = style(theme, role);
            let blink = Modifier::SLOW_BLINK | Modifier::RAPID_BLINK;
            assert!(!style.add_modifier.intersects(blink), "{role:?} blinks");
            if theme == Theme::Mono {
                assert_eq!((style.fg, style.bg), (None, None), "{role:?} has a colour");
            }
        }
    }
}

#[test]
fn priorities_differ_without_colour() {
    let all = [Priority::Low, Priority::Medium, Priority::High];
    let marks: BTreeSet<_> = all.iter().map(|p| marks(*p)).collect();
    let words: BTreeSet<_> = all.iter().map(|p| word(*p)).collect();
    let looks: BTreeSet<_> = all
        .iter()
        .map(|p| style(Theme::Mono, Role::Alarm { priority: *p, bright: true }))
        .map(|style| style.add_modifier.bits())
        .collect();
    assert_eq!((marks.len(), words.len(), looks.len()), (3, 3, 3));
}
