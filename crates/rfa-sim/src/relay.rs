//! A contactor with a travel time and a mirror contact.

use rfa_units::{Contactor, Span};

/// Time from command to contact (hazards.md a.1).
pub(crate) const TRAVEL: Span = Span::from_millis(10);

/// Contact and coil of one relay.
#[derive(Debug, Clone)]
pub(crate) struct Relay {
    commanded: Contactor,
    contact: Contactor,
    /// How long command and contact have differed.
    moving: Span,
}

impl Relay {
    pub(crate) const fn new() -> Self {
        Self { commanded: Contactor::Open, contact: Contactor::Open, moving: Span::ZERO }
    }

    pub(crate) const fn command(&mut self, to: Contactor) {
        self.commanded = to;
    }

    /// Lets `dt` pass. A welded contact does not open; `open_after` is its travel to open.
    pub(crate) fn advance(&mut self, dt: Span, open_after: Span, welded: bool) {
        if self.commanded == self.contact {
            self.moving = Span::ZERO;
            return;
        }
        self.moving = self.moving.plus(dt);
        let travel = match self.commanded {
            Contactor::Open => open_after,
            Contactor::Shut => TRAVEL,
        };
        let stuck = welded && self.commanded == Contactor::Open;
        if self.moving >= travel && !stuck {
            self.contact = self.commanded;
            self.moving = Span::ZERO;
        }
    }

    /// Where the contact is; the mirror contact reads the same (force-guided contacts).
    pub(crate) const fn contact(&self) -> Contactor {
        self.contact
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Span = Span::from_millis(1);

    #[test]
    fn moves_after_its_travel_and_not_before() {
        let mut relay = Relay::new();
        relay.command(Contactor::Shut);
        for _ in 0..9 {
            relay.advance(MS, TRAVEL, false);
            assert_eq!(relay.contact(), Contactor::Open);
        }
        relay.advance(MS, TRAVEL, false);
        assert_eq!(relay.contact(), Contactor::Shut);
    }

    #[test]
    fn a_coil_that_drops_out_shorter_than_the_travel_moves_nothing() {
        let mut relay = Relay::new();
        relay.command(Contactor::Shut);
        (0..10).for_each(|_| relay.advance(MS, TRAVEL, false));
        relay.command(Contactor::Open);
        (0..9).for_each(|_| relay.advance(MS, TRAVEL, false));
        relay.command(Contactor::Shut);
        relay.advance(MS, TRAVEL, false);
        assert_eq!(relay.contact(), Contactor::Shut);
    }

    #[test]
    fn a_welded_contact_stays_shut() {
        let mut relay = Relay::new();
        relay.command(Contactor::Shut);
        (0..10).for_each(|_| relay.advance(MS, TRAVEL, true));
        relay.command(Contactor::Open);
        (0..100).for_each(|_| relay.advance(MS, TRAVEL, true));
        assert_eq!(relay.contact(), Contactor::Shut);
    }
}
