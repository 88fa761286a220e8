//! Colours and marks. Colour comes last: every meaning also has a word and a place.

use ratatui::style::{Color, Modifier, Style};
use rfa_interlock::Priority;

/// Which colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Light text on a dark ground.
    #[default]
    Dark,
    /// Dark text on a light ground.
    Light,
    /// No colour at all (`NO_COLOR`): bold, reverse and underline only.
    Mono,
}

impl Theme {
    /// Every theme.
    pub const ALL: [Self; 3] = [Self::Dark, Self::Light, Self::Mono];

    /// The theme after this one.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Mono,
            Self::Mono => Self::Dark,
        }
    }

    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Mono => "mono",
        }
    }
}

/// Which characters pictures are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Symbols {
    /// Braille dots, 2 by 4 in a cell.
    #[default]
    Braille,
    /// Half blocks, for fonts with broken braille.
    Block,
    /// Nothing but ASCII.
    Ascii,
}

impl Symbols {
    /// Every set.
    pub const ALL: [Self; 3] = [Self::Braille, Self::Block, Self::Ascii];
}

/// What a piece of the screen means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Ordinary text.
    Base,
    /// Less important text; stale data.
    Dim,
    /// A heading.
    Title,
    /// A measured value.
    Value,
    /// RF is measured on.
    StateOn,
    /// Armed: one act away from RF.
    StateArmed,
    /// RF is off and nothing is wrong.
    StateOff,
    /// Tripped, locked out, or no data.
    StateBad,
    /// The STOP bar.
    Stop,
    /// A row that is as it should be.
    Good,
    /// A row that is not.
    Bad,
    /// The row under the cursor.
    Selected,
    /// The message line.
    Message,
    /// The bar of a recording that is played.
    Replay,
    /// The measured curve.
    Trend,
    /// The curve of a second recording.
    Beside,
    /// The set-point line and its band.
    SetLine,
    /// An alarm bar; `bright`: the lit half of its rhythm.
    Alarm {
        /// The alarm's priority.
        priority: Priority,
        /// Lit or unlit; the text is the same in both.
        bright: bool,
    },
}

impl Role {
    /// Every role, for tests of contrast.
    #[cfg(test)]
    pub(crate) fn all() -> Vec<Self> {
        use Role::*;
        let mut roles = vec![
            Base, Dim, Title, Value, StateOn, StateArmed, StateOff, StateBad, Stop, Good, Bad,
            Selected, Message, Replay, Trend, Beside, SetLine,
        ];
        for priority in [Priority::Low, Priority::Medium, Priority::High] {
            roles.extend([true, false].map(|bright| Alarm { priority, bright }));
        }
        roles
    }
}

/// The stars before an alarm (Mindray and Comen manuals).
pub(crate) const fn marks(priority: Priority) -> &'static str {
    match priority {
        Priority::High => "***",
        Priority::Medium => "**",
        Priority::Low => "*",
    }
}

/// The word after the stars.
pub(crate) const fn word(priority: Priority) -> &'static str {
    match priority {
        Priority::High => "HIGH",
        Priority::Medium => "MEDIUM",
        Priority::Low => "LOW",
    }
}

/// Colours 16 to 255 of the 256-colour palette are the same on every terminal.
const fn pair(fg: u8, bg: u8) -> Style {
    Style::new().fg(Color::Indexed(fg)).bg(Color::Indexed(bg))
}

/// The style of `role` in `theme`.
pub(crate) fn style(theme: Theme, role: Role) -> Style {
    match theme {
        Theme::Dark => dark(role),
        Theme::Light => light(role),
        Theme::Mono => mono(role),
    }
}

fn alarm(priority: Priority, bright: bool) -> Style {
    match (priority, bright) {
        (Priority::High, true) => pair(231, 160),
        (Priority::High, false) => pair(231, 52),
        (Priority::Medium, true) => pair(16, 220),
        (Priority::Medium, false) => pair(16, 136),
        (Priority::Low, _) => pair(16, 51),
    }
    .add_modifier(Modifier::BOLD)
}

fn dark(role: Role) -> Style {
    const GROUND: u8 = 233;
    match role {
        Role::Base => pair(253, GROUND),
        Role::Dim => pair(246, GROUND),
        Role::Title => pair(117, GROUND),
        Role::Value => pair(231, GROUND).add_modifier(Modifier::BOLD),
        Role::StateOn => pair(231, 27).add_modifier(Modifier::BOLD),
        Role::StateArmed => pair(231, 129).add_modifier(Modifier::BOLD),
        Role::StateOff => pair(255, 238).add_modifier(Modifier::BOLD),
        Role::StateBad => pair(231, 88).add_modifier(Modifier::BOLD),
        Role::Stop => pair(16, 255).add_modifier(Modifier::BOLD),
        Role::Good => pair(114, GROUND),
        Role::Bad => pair(216, GROUND).add_modifier(Modifier::BOLD),
        Role::Selected => pair(255, 238).add_modifier(Modifier::BOLD),
        Role::Message => pair(16, 189).add_modifier(Modifier::BOLD),
        Role::Replay => pair(16, 183).add_modifier(Modifier::BOLD),
        Role::Trend => pair(229, GROUND),
        Role::Beside => pair(213, GROUND),
        Role::SetLine => pair(245, GROUND),
        Role::Alarm { priority, bright } => alarm(priority, bright),
    }
}

fn light(role: Role) -> Style {
    const GROUND: u8 = 231;
    match role {
        Role::Base => pair(235, GROUND),
        Role::Dim => pair(241, GROUND),
        Role::Title => pair(25, GROUND),
        Role::Value => pair(16, GROUND).add_modifier(Modifier::BOLD),
        Role::StateOn => pair(231, 27).add_modifier(Modifier::BOLD),
        Role::StateArmed => pair(231, 129).add_modifier(Modifier::BOLD),
        Role::StateOff => pair(16, 252).add_modifier(Modifier::BOLD),
        Role::StateBad => pair(231, 88).add_modifier(Modifier::BOLD),
        Role::Stop => pair(231, 16).add_modifier(Modifier::BOLD),
        Role::Good => pair(22, GROUND),
        Role::Bad => pair(124, GROUND).add_modifier(Modifier::BOLD),
        Role::Selected => pair(16, 252).add_modifier(Modifier::BOLD),
        Role::Message => pair(231, 60).add_modifier(Modifier::BOLD),
        Role::Replay => pair(231, 54).add_modifier(Modifier::BOLD),
        Role::Trend => pair(18, GROUND),
        Role::Beside => pair(90, GROUND),
        Role::SetLine => pair(242, GROUND),
        Role::Alarm { priority, bright } => alarm(priority, bright),
    }
}

fn mono(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Base | Role::Good | Role::Trend | Role::Beside | Role::SetLine => plain,
        Role::Dim => plain.add_modifier(Modifier::DIM),
        Role::Title => plain.add_modifier(Modifier::UNDERLINED),
        Role::Value | Role::Bad => plain.add_modifier(Modifier::BOLD),
        Role::StateOff => plain.add_modifier(Modifier::REVERSED),
        Role::StateOn | Role::StateArmed | Role::StateBad | Role::Stop => {
            plain.add_modifier(Modifier::REVERSED.union(Modifier::BOLD))
        }
        Role::Selected | Role::Replay => plain.add_modifier(Modifier::REVERSED),
        Role::Message => plain.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        Role::Alarm { priority: Priority::High, bright } => {
            let steady = Modifier::BOLD;
            plain.add_modifier(if bright { steady.union(Modifier::REVERSED) } else { steady })
        }
        Role::Alarm { priority: Priority::Medium, bright } => {
            let steady = Modifier::UNDERLINED;
            plain.add_modifier(if bright { steady.union(Modifier::REVERSED) } else { steady })
        }
        Role::Alarm { priority: Priority::Low, .. } => plain.add_modifier(Modifier::UNDERLINED),
    }
}

#[cfg(test)]
mod tests;
