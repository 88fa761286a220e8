//! Footswitch and emergency stop as the generator's firmware reads them.

use crate::fault::{ActiveFaults, Fault};
use rfa_units::{EmergencyStop, Footswitch};

/// The emergency stop's contacts count once they have stood this long, ms: shorter than the
/// 10 ms of a contactor, longer than a knock.
const SETTLE_MS: u32 = 5;
/// The bounce of the emergency-stop twins, s.
const BOUNCE_S: f64 = 0.002;
/// The broken footswitch's twin, s; H-28 allows 50 ms.
const DISAGREE_TWIN_S: f64 = 0.020;
/// The stuck footswitch's twin: a release shows this much later, ms.
const LATE_RELEASE_MS: u32 = 30;

/// What people do, and what the firmware sees of it.
#[derive(Debug, Clone)]
pub(crate) struct PanelInputs {
    footswitch_fitted: bool,
    foot_down: bool,
    released_ms: u32,
    stop_pressed: bool,
    stop_raw: EmergencyStop,
    stop_settled: EmergencyStop,
    stop_ms: u32,
    footswitch: Footswitch,
}

impl PanelInputs {
    pub(crate) const fn new(footswitch_fitted: bool) -> Self {
        Self {
            footswitch_fitted,
            foot_down: false,
            released_ms: LATE_RELEASE_MS,
            stop_pressed: false,
            stop_raw: EmergencyStop::Released,
            stop_settled: EmergencyStop::Released,
            stop_ms: 0,
            footswitch: if footswitch_fitted {
                Footswitch::Released
            } else {
                Footswitch::NotFitted
            },
        }
    }

    pub(crate) const fn press_footswitch(&mut self, down: bool) {
        self.foot_down = down;
    }

    pub(crate) const fn press_emergency_stop(&mut self, pressed: bool) {
        self.stop_pressed = pressed;
    }

    /// One millisecond.
    pub(crate) fn advance(&mut self, faults: &ActiveFaults, now_us: u64) {
        let raw = self.stop_contacts(faults, now_us);
        self.stop_ms = if raw == self.stop_raw { self.stop_ms.saturating_add(1) } else { 0 };
        self.stop_raw = raw;
        if self.stop_ms >= SETTLE_MS {
            self.stop_settled = raw;
        }
        self.released_ms = if self.foot_down { 0 } else { self.released_ms.saturating_add(1) };
        self.footswitch = self.footswitch_contacts(faults, now_us);
    }

    fn stop_contacts(&self, faults: &ActiveFaults, now_us: u64) -> EmergencyStop {
        let holds = |fault| match faults.get_since(fault, now_us) {
            None => false,
            Some((severity, on_s)) => !severity.is_twin() || on_s < BOUNCE_S,
        };
        if self.stop_pressed || holds(Fault::EmergencyStop) {
            EmergencyStop::Pressed
        } else if holds(Fault::EmergencyStopWire) {
            EmergencyStop::Disagree
        } else {
            EmergencyStop::Released
        }
    }

    fn footswitch_contacts(&self, faults: &ActiveFaults, now_us: u64) -> Footswitch {
        if !self.footswitch_fitted {
            return Footswitch::NotFitted;
        }
        match faults.get_since(Fault::FootswitchBroken, now_us) {
            Some((severity, on_s)) if !severity.is_twin() || on_s < DISAGREE_TWIN_S => {
                return Footswitch::Disagree;
            }
            _ => {}
        }
        let down = match faults.get(Fault::FootswitchStuck) {
            None => self.foot_down,
            Some(severity) => !severity.is_twin() || self.released_ms < LATE_RELEASE_MS,
        };
        if down { Footswitch::Pressed } else { Footswitch::Released }
    }

    /// Whether the emergency stop lets K2's coil have current: hardware, without a filter.
    pub(crate) fn k2_coil_allowed(&self) -> bool {
        self.stop_raw == EmergencyStop::Released
    }

    /// The emergency stop as the firmware reports it.
    pub(crate) const fn emergency_stop(&self) -> EmergencyStop {
        self.stop_settled
    }

    /// The footswitch as the firmware reports it; a release is never debounced (H-27).
    pub(crate) const fn footswitch(&self) -> Footswitch {
        self.footswitch
    }
}
