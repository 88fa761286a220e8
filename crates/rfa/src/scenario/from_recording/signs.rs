//! What telemetry itself shows of faults: times at which something was so.

use rfa_record::row::{
    ChannelRow, EmergencyStopWord, FootswitchWord, SupplyWord, TelemetryRow, TipFaultWord,
};
use rfa_sim::Fault;

/// When something was so: from, and to where it ended.
#[derive(Debug, Default, Clone)]
pub(super) struct Spans {
    pub(super) all: Vec<(u64, Option<u64>)>,
}

impl Spans {
    /// It is so, or not, at this time; times never go back.
    pub(super) fn see(&mut self, is_so: bool, at_us: u64) {
        match self.all.last_mut() {
            Some((_, end @ None)) if !is_so => *end = Some(at_us),
            Some((_, None)) => {}
            _ if is_so => self.all.push((at_us, None)),
            _ => {}
        }
    }

    /// From and to of each, what had no end ending at `until_us`.
    pub(super) fn closed(&self, until_us: u64) -> impl Iterator<Item = (u64, u64)> {
        self.all.iter().map(move |(from, to)| (*from, to.unwrap_or(until_us)))
    }
}

/// Faults that telemetry names, on the generator's clock; the foot, from the first tick on.
#[derive(Debug, Default, Clone)]
pub(super) struct Signs {
    emergency_stop: Spans,
    emergency_stop_wire: Spans,
    footswitch_broken: Spans,
    brown_out: Spans,
    sensor_open: Spans,
    pub(super) foot: Spans,
}

impl Signs {
    pub(super) fn see(&mut self, telemetry: &TelemetryRow, report: &ChannelRow, tick_us: u64) {
        let at_us = telemetry.at_us;
        let (stop, foot) = (telemetry.emergency_stop, telemetry.footswitch);
        self.emergency_stop.see(stop == EmergencyStopWord::Pressed, at_us);
        self.emergency_stop_wire.see(stop == EmergencyStopWord::Disagree, at_us);
        self.footswitch_broken.see(foot == FootswitchWord::Disagree, at_us);
        self.brown_out.see(telemetry.supply == SupplyWord::BrownOut, at_us);
        self.sensor_open.see(report.tip_fault == Some(TipFaultWord::Open), at_us);
        self.foot.see(foot == FootswitchWord::Pressed, tick_us);
    }

    /// Each fault seen, with from and to; in the order of their beginnings.
    pub(super) fn faults(&self) -> Vec<(Fault, u64, Option<u64>)> {
        let kinds = [
            (Fault::EmergencyStop, &self.emergency_stop),
            (Fault::EmergencyStopWire, &self.emergency_stop_wire),
            (Fault::FootswitchBroken, &self.footswitch_broken),
            (Fault::BrownOut, &self.brown_out),
            (Fault::SensorOpen, &self.sensor_open),
        ];
        let of = |(fault, spans): (Fault, &Spans)| {
            let spans = spans.all.clone().into_iter();
            spans.map(move |(from, to)| (fault, from, to))
        };
        let mut found: Vec<_> = kinds.into_iter().flat_map(of).collect();
        found.sort_by_key(|(_, from, _)| *from);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_what_was_so() {
        let mut spans = Spans::default();
        for (is_so, at_us) in [(false, 0), (true, 10), (true, 20), (false, 30), (false, 40)] {
            spans.see(is_so, at_us);
        }
        spans.see(true, 50);
        assert_eq!(spans.all, [(10, Some(30)), (50, None)]);
        assert_eq!(spans.closed(90).collect::<Vec<_>>(), [(10, 30), (50, 90)]);
    }
}
