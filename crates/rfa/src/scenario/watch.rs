//! What is kept of a treatment's ticks to judge it by: a fraction of them, so that thousands of
//! treatments can be judged.

use rfa_interlock::{Command, Event, State, Trip};
use rfa_record::TruthRow;
use rfa_session::TickRecord;
use rfa_units::{ChannelId, Contactor, TipReading};

/// One tick.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// The newest sample's time on the generator's clock, in microseconds.
    pub(crate) newest_us: Option<u64>,
    pub(crate) state: State,
    pub(crate) k2: Contactor,
    /// Power granted, mW.
    pub(crate) granted_mw: Option<i64>,
    /// The tick was told to stop.
    pub(crate) stop: bool,
    pub(crate) trip: Option<Trip>,
    /// Lesion timer, in microseconds; `None`: no control tick.
    pub(crate) held_us: Option<u64>,
    pub(crate) samples: Vec<Sample>,
}

/// One sample of the channel that delivers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) at_us: u64,
    pub(crate) tip_mc: Option<i64>,
    pub(crate) power_mw: i64,
    pub(crate) impedance_mohm: Option<i64>,
    pub(crate) pad_mohm: Option<i64>,
}

/// A whole treatment.
#[derive(Debug, Clone)]
pub(crate) struct Watched {
    channel: ChannelId,
    pub(crate) ticks: Vec<Seen>,
    /// How often delivery began.
    pub(crate) starts: usize,
    /// The simulator had RF on at a tick.
    pub(crate) rf_was_on: bool,
    /// It has RF on at the newest tick.
    pub(crate) rf_is_on: bool,
    /// The hottest any tissue really was, °C; `None`: nothing told.
    pub(crate) hottest_c: Option<f64>,
}

impl Watched {
    pub(crate) const fn new(channel: ChannelId) -> Self {
        Self {
            channel,
            ticks: Vec::new(),
            starts: 0,
            rf_was_on: false,
            rf_is_on: false,
            hottest_c: None,
        }
    }

    pub(crate) fn tick(&mut self, record: &TickRecord) {
        let (inputs, outputs) = (&record.interlock.inputs, &record.interlock.outputs);
        let began = |event: &&Event| matches!(event, Event::Changed { to: State::Delivering, .. });
        self.starts += outputs.events.iter().filter(began).count();
        let samples = inputs.telemetry.iter().filter_map(|telemetry| {
            let report = telemetry.channel(self.channel)?;
            let tip_mc = match report.tip {
                TipReading::Valid(tip) => Some(i64::from(tip.get())),
                _ => None,
            };
            let (at_us, power_mw) = (telemetry.at.as_micros(), i64::from(report.power.get()));
            let impedance_mohm = report.impedance.map(|impedance| i64::from(impedance.get()));
            let pad_mohm = telemetry.pad.map(|pad| i64::from(pad.get()));
            Some(Sample { at_us, tip_mc, power_mw, impedance_mohm, pad_mohm })
        });
        self.ticks.push(Seen {
            newest_us: inputs.telemetry.last().map(|telemetry| telemetry.at.as_micros()),
            state: outputs.state,
            k2: outputs.k2,
            granted_mw: outputs.grant.map(|grant| i64::from(grant.power().get())),
            stop: inputs.command == Command::Stop,
            trip: outputs.trip,
            held_us: record.control.last().map(|tick| tick.outputs.held.as_micros()),
            samples: samples.collect(),
        });
    }

    pub(crate) fn truth(&mut self, truth: &TruthRow) {
        self.rf_was_on |= truth.rf_on;
        self.rf_is_on = truth.rf_on;
        // A temperature that is no number counts as the hottest there is.
        let new = if truth.tissue_max_c.is_nan() { f64::INFINITY } else { truth.tissue_max_c };
        self.hottest_c = Some(self.hottest_c.map_or(new, |so_far| so_far.max(new)));
    }

    /// The newest tick whose samples are all older than this.
    pub(crate) fn before(&self, at_us: u64) -> Option<&Seen> {
        self.ticks.iter().rfind(|tick| tick.newest_us.is_some_and(|us| us < at_us))
    }
}
