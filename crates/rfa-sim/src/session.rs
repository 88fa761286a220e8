//! One conversation as the generator keeps it.

use rfa_units::{
    ChannelId, Contactor, GeneratorInstant, MAX_CHANNELS, MilliWatts, Mode, SessionId, Span,
};
use rfa_wire::{GateConditions, GrantGate, Hello, Identity, ReceivedGrant, RefusalCode};

/// Output that a grant allows until it dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) channel: ChannelId,
    pub(crate) mode: Mode,
    pub(crate) power: MilliWatts,
    pub(crate) expires: GeneratorInstant,
}

/// What belongs to one session and dies with it.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) identity: Identity,
    pub(crate) channels: u8,
    pub(crate) telemetry_every: Span,
    pub(crate) next_telemetry: GeneratorInstant,
    /// The newest authentic host frame.
    pub(crate) heard_at: GeneratorInstant,
    pub(crate) self_tested: bool,
    /// One of the generator's own limits was passed.
    pub(crate) tripped: bool,
    /// A grant has expired under delivery since the last standby: output never comes back by
    /// itself after a silence.
    pub(crate) lapsed: bool,
    pub(crate) k2: Contactor,
    pub(crate) delivery: Option<Delivery>,
    pub(crate) honoured: u32,
    pub(crate) refused: u16,
    /// Delivered in this session, J.
    pub(crate) energy_j: f64,
    gates: [Option<GrantGate>; MAX_CHANNELS],
    last_ticks: [Option<u64>; MAX_CHANNELS],
}

impl Session {
    pub(crate) fn new(identity: Identity, hello: &Hello, now: GeneratorInstant) -> Self {
        // The rate was checked to be 50 to 200 Hz; it is never zero here.
        let every_us = 1_000_000_u64.checked_div(u64::from(hello.telemetry_hz)).unwrap_or(10_000);
        let telemetry_every = Span::from_micros(every_us);
        Self {
            id: hello.session,
            identity,
            channels: hello.channels,
            telemetry_every,
            next_telemetry: now.plus(telemetry_every),
            heard_at: now,
            self_tested: false,
            tripped: false,
            lapsed: false,
            k2: Contactor::Open,
            delivery: None,
            honoured: 0,
            refused: 0,
            energy_j: 0.0,
            gates: [None; MAX_CHANNELS],
            last_ticks: [None; MAX_CHANNELS],
        }
    }

    pub(crate) fn set_gate(&mut self, channel: ChannelId, gate: GrantGate) {
        if let Some(slot) = self.gates.get_mut(usize::from(channel.number()).saturating_sub(1)) {
            *slot = Some(gate);
        }
    }

    pub(crate) fn gate(&self, channel: ChannelId) -> Option<&GrantGate> {
        self.gates.get(usize::from(channel.number()).saturating_sub(1))?.as_ref()
    }

    /// Whether a grant may be honoured. New limits bring a new gate, but a tick honoured before
    /// stays used up for the whole session (H-25).
    pub(crate) fn check(
        &mut self,
        grant: &ReceivedGrant,
        conditions: &GateConditions,
    ) -> Result<(), RefusalCode> {
        let place = usize::from(grant.channel().number()).saturating_sub(1);
        let gate = self.gates.get_mut(place).and_then(Option::as_mut);
        let result = gate.ok_or(RefusalCode::WrongChannel)?.check(grant, conditions);
        let last = self.last_ticks.get_mut(place).ok_or(RefusalCode::WrongChannel)?;
        let stale = last.is_some_and(|last| grant.tick() <= last);
        match result {
            Ok(()) | Err(RefusalCode::Expired | RefusalCode::ExpiryTooFar) if stale => {
                Err(RefusalCode::StaleTick)
            }
            Ok(()) => {
                *last = Some(grant.tick());
                Ok(())
            }
            refused => refused,
        }
    }
}
