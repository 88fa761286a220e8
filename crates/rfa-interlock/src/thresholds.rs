//! Every number the rules compare with, and where it comes from (hazards.md a.1, a.3, part b).

pub(crate) use rfa_units::GRANT_LIFE;
use rfa_units::{Span, TIP_TEMPERATURE_MAX};

/// One interlock tick (a.1).
pub(crate) const TICK: Span = Span::from_millis(10);

/// H-01: above the set temperature.
pub(crate) const OVER_SET_MK: i64 = 5_000;
/// H-02.
pub(crate) const BOILING_MC: i64 = TIP_TEMPERATURE_MAX.get() as i64;
/// H-03: a rise that no plan asks for, in mK/s. A slope over [`SLOPE_WINDOW`] has 1.08 K/s rms at
/// 0.3 K rms of noise, and up to a planned 3.3 K/s this is 6.2 times that above the ramp: one
/// window in 4e9, 3e-8 a second of ramp (decision 2: naively 0.6 times in a ramp of 15 s).
pub(crate) const RUNAWAY_MK_S: i64 = 10_000;
/// H-03: a faster plan has this many times its own rate: 16 times the noise at 8.6 K/s.
pub(crate) const RUNAWAY_RAMPS: i64 = 3;
/// H-03: where a planned ramp is taken to begin, in m°C. A tip that starts colder is planned
/// faster, by 1.4 times from 21 to 80 °C: still less than half of the limit.
pub(crate) const BODY_MC: i64 = 37_000;
/// H-04: margin above what was asked, as a part of it and at least this.
pub(crate) const OUTPUT_MARGIN_PERCENT: u32 = 20;
/// H-04.
pub(crate) const OUTPUT_MARGIN_MIN_MW: u32 = 500;
/// H-05: more than this is RF.
pub(crate) const RF_MW: u32 = 200;
/// H-05: from the newest sample at the tick that opens K1 to a sample that must show no RF, where
/// K1 reads back open over the whole of that sample's meter window. By then the contact is open:
/// the newest sample's age (up to 20 ms: period, line, tick) + frame 2 ms + the generator acts
/// 10 ms + contactor 10 ms = 42 ms (a.1), rounded up. A generator that is later reads K1 back shut
/// for longer, and nothing is due. The clock is the samples' own, so a sample that was on its way
/// cannot lock out. Each period more is one that a stuck output goes on for.
pub(crate) const TURN_OFF: Span = Span::from_millis(50);
/// H-54: the same for a contactor to read back as shut, and a period to spare: until it is shut
/// nothing is on.
pub(crate) const TURN_ON: Span = Span::from_millis(60);
/// H-05, H-54: the same where the stop is late or lost and the generator's dead-man ends output
/// (H-21). The last grant was made from the newest sample or an older one, so it expires at most
/// [`GRANT_LIFE`] after that sample's stamp, on the same clock: 60 ms, then the generator acts
/// 10 ms, contactor 10 ms, the meter's own window (a telemetry period) 10 ms, in all 90 ms. How
/// long the line takes does not matter: neither stamp is taken on this side of it.
pub(crate) const TURN_OFF_BY_EXPIRY: Span = Span::from_millis(90);
/// H-06: a step in [`JUMP_WINDOW`] beyond any physical one.
pub(crate) const JUMP_MK: i64 = 8_000;
/// H-06.
pub(crate) const JUMP_WINDOW: Span = Span::from_millis(20);
/// H-06: readings outside are not a tip in a patient.
pub(crate) const TIP_MIN_MC: i32 = -10_000;
/// H-06.
pub(crate) const TIP_MAX_MC: i32 = 130_000;
/// H-07: colder than this in tissue is the cable's temperature, not the tip's.
pub(crate) const SHORT_MC: i64 = 30_000;
/// H-07: a fall with power on, in mK/s.
pub(crate) const FALL_MK_S: i64 = 3_000;
/// H-07: below this a fall of [`FALL_MK_S`] is no cold wash (decision 2).
pub(crate) const FALL_BELOW_MC: i64 = 40_000;
/// H-07: a fall no wash makes, at any temperature (decision 2), in mK/s.
pub(crate) const FAST_FALL_MK_S: i64 = 15_000;
/// H-07: least-squares window (decision 2).
pub(crate) const SLOPE_WINDOW: Span = Span::from_millis(200);
/// H-08: the same raw code for this long with power on.
pub(crate) const FROZEN: Span = Span::from_millis(500);
/// H-08: a sample older than this is no measurement.
pub(crate) const SAMPLE_AGE: Span = Span::from_millis(60);
/// H-08: host and generator clocks drift apart by at most 500 ppm (100 times a quartz's usual
/// 5 ppm): 1 µs in this many.
pub(crate) const DRIFT_DIVISOR: u64 = 2_000;
/// H-14: times the baseline.
pub(crate) const IMPEDANCE_RISE: i64 = 2;
/// H-15: the baseline divided by this.
pub(crate) const IMPEDANCE_FALL: i64 = 2;

/// H-09: what a tip in a body reads before anything has warmed it, in m°C.
pub(crate) const BODY_MIN_MC: i64 = 30_000;
/// H-09.
pub(crate) const BODY_MAX_MC: i64 = 42_000;
/// H-11: a tip that has gained this since RF began has answered. A mean of ten samples has 0.1 K
/// rms at 0.3 K rms of noise.
pub(crate) const ANSWER_MK: i64 = 1_000;
/// H-11: so has one that reads this, in m°C: no body is that warm.
pub(crate) const ANSWERED_MC: i64 = 42_000;
/// H-11: power for this long without an answer.
pub(crate) const UNANSWERED: Span = Span::from_secs(3);
/// H-11: power is what the start's ceiling divided by this makes: half of what holds 60 °C. In 3 s
/// of it the slowest electrode of the table gains 2.6 K where nothing cools it (a.2).
pub(crate) const UNANSWERED_SHARE: u32 = 2;
/// H-38: the tip's rise, less [`RESPONSE_OFFSET_MK`], against the rise that the plan's electrode
/// shows for the same power in the model, in percent. In a nerve in CSF the right one has 190 at
/// most, in fat 176, in other tissues 111 (ADR 0009, `rfa-tissue/tests/response.rs`).
pub(crate) const RESPONSE_PERCENT: i64 = 200;
/// H-38: what noise, a sensor that lags and a tip that settles make of a rise, in mK.
pub(crate) const RESPONSE_OFFSET_MK: i64 = 1_500;
/// H-38: from the beginning of output on; later a rise tells more of the tissue than of the needle.
pub(crate) const RESPONSE_WINDOW: Span = Span::from_secs(3);
/// H-12: a rise that tissue left alone does not make, within [`WARMING_WINDOW`]. Between means of
/// ten samples it is 15 times the noise of 0.3 K rms.
pub(crate) const WARMING_MK: i64 = 2_000;
/// H-12.
pub(crate) const WARMING_WINDOW: Span = Span::from_secs(1);
/// H-12: below this a needle may warm in the body it was just put into, in m°C.
pub(crate) const WARMING_ABOVE_MC: i64 = 40_000;
/// H-12: for this long after RF ended the sensor still follows it: its lag is up to 300 ms (a.1).
pub(crate) const AFTERGLOW: Span = Span::from_millis(500);
/// H-13: less of a fall than this in [`COOLING_WINDOW`], in mK. The slowest needle (16G x 15 mm,
/// 0.3 s of lag) falls by 1.3 K in it from 61 °C: between means of ten samples 5 times the noise of
/// 0.3 K rms (ADR 0004).
pub(crate) const COOLING_MK: i64 = 600;
/// H-13: from [`AFTERGLOW`] after output on.
pub(crate) const COOLING_WINDOW: Span = Span::from_secs(3);
/// H-13: a cooler tip falls more slowly than can be told, in m°C.
pub(crate) const COOLING_ABOVE_MC: i64 = 60_000;
/// H-16: impedance above what it was within [`ROLL_OFF_WINDOW`], in percent.
pub(crate) const ROLL_OFF_PERCENT: i64 = 25;
/// H-16.
pub(crate) const ROLL_OFF_WINDOW: Span = Span::from_millis(500);
/// H-16: tissue does not dry below this, in m°C.
pub(crate) const ROLL_OFF_ABOVE_MC: i64 = 70_000;
/// H-17: impedance below what it was within [`SUDDEN_WINDOW`], in percent. Heating takes 27 % in a
/// whole ramp (physics.md 4).
pub(crate) const SUDDEN_FALL_PERCENT: i64 = 30;
/// H-17.
pub(crate) const SUDDEN_WINDOW: Span = Span::from_millis(200);
/// H-18: measured power against voltage times current, in percent.
pub(crate) const POWER_APART_PERCENT: i64 = 15;
/// H-18: measured impedance against voltage by current, in percent.
pub(crate) const IMPEDANCE_APART_PERCENT: i64 = 20;
/// H-19: a return pad that sticks, in milliohms.
pub(crate) const PAD_MIN_MOHM: i64 = 20_000;
/// H-19.
pub(crate) const PAD_MAX_MOHM: i64 = 120_000;
/// H-19: above the lowest seen since arming by this, in percent of it.
pub(crate) const PAD_RISE_PERCENT: i64 = 140;
/// H-19: samples running, 400 ms: 500 ms less the way of a sample and the turn-off (62 ms, a.1).
pub(crate) const PAD_VOTES: u8 = 40;
/// H-56: spread of [`SPREAD_SAMPLES`] about their own straight line, in mK. At 0.3 K rms of noise
/// it is passed some 50 times an hour (decision 2).
pub(crate) const SPREAD_MK: i64 = 2_000;
/// H-56.
pub(crate) const SPREAD_SAMPLES: usize = 10;
/// H-56: samples running, 200 ms: two windows that share no sample, so some 1e-8 of the time at
/// 0.3 K rms, once in half a year.
pub(crate) const SPREAD_VOTES: u8 = 20;

/// H-20.
pub(crate) const CONTROLLER_SILENCE: Span = Span::from_millis(30);
/// H-22.
pub(crate) const GENERATOR_SILENCE: Span = Span::from_millis(60);
/// H-22: a generator that has been silent for this long has not shown output off after a trip: its
/// silence at the trip, and the dead-man's 90 ms ([`TURN_OFF_BY_EXPIRY`]), rounded up.
pub(crate) const UNCONFIRMED: Span = Span::from_millis(160);
/// H-22, H-24: this many bad frames within [`BAD_FRAME_WINDOW`].
pub(crate) const BAD_FRAMES: usize = 3;
/// H-22: this many of the 100 frames of [`BAD_FRAME_WINDOW`] never came: more than a tenth. Rates
/// are then least squares over a window with holes, and every second vote may rest on an old
/// sample. At 1 % of random loss (a line in trouble: 3 corrupt frames a second trip before) this
/// many in a second are seen once in 100 days, at 20 % within a second. A gap below 60 ms, which
/// H-22 allows, loses 6 at most.
pub(crate) const LOST_FRAMES: usize = 11;
/// H-22, H-24.
pub(crate) const BAD_FRAME_WINDOW: Span = Span::from_secs(1);
/// H-23.
pub(crate) const CONSOLE_SILENCE: Span = Span::from_millis(500);
/// H-27: a press lasts this long before it counts; a release counts at once.
pub(crate) const PRESS_DEBOUNCE: Span = Span::from_millis(30);
/// H-28: the two contacts contradict each other for this long.
pub(crate) const CONTACTS_DISAGREE: Span = Span::from_millis(50);
/// H-44: a gap between two ticks (decision 3).
pub(crate) const TICK_GAP: Span = Span::from_millis(30);
/// H-44: a tick this long after the one before missed one between (two periods).
pub(crate) const TICK_MISSED: Span = Span::from_millis(20);
/// H-44: consecutive missed ticks that end output (decision 3).
pub(crate) const MISSED_TICKS: i64 = 2;

/// Part c: an arming nobody activates ends.
pub(crate) const ARMED_MAX: Span = Span::from_secs(60);
/// Part b: `valid reading 2 s`, `in window 2 s`, `link 2 s` before a reset.
pub(crate) const SETTLED: Span = Span::from_secs(2);

/// The lesion timer's start, below the set temperature (generators.md: set - 2 °C).
pub(crate) const REACHED_BELOW_SET_MK: i64 = 2_000;
/// H-30: plan + 1 s, by the interlock's own count of the time at temperature.
pub(crate) const HOLD_OVER: Span = Span::from_secs(1);
/// H-30: at each new start of a step that was at temperature before, the loop's timer goes on
/// when its filtered reading is back at set - 2 °C, up to this later than the first raw sample.
pub(crate) const RESUME_LAG: Span = Span::from_millis(500);
/// AL-20: this many times the step's planned ramp.
pub(crate) const RAMP_MULTIPLE: u64 = 2;
/// AL-21.
pub(crate) const BELOW_SET_MK: i64 = 5_000;
/// AL-21 and AL-25: for this long.
pub(crate) const ADVISORY: Span = Span::from_secs(5);

/// H-04: the most that may be measured where `asked_mw` was granted, with so much of a margin.
pub(crate) fn output_limit_mw(asked_mw: u32, margin_mw: i64) -> u32 {
    let share_mw = asked_mw.saturating_mul(OUTPUT_MARGIN_PERCENT) / 100;
    let margin_mw = u32::try_from(margin_mw).unwrap_or(u32::MAX);
    asked_mw.saturating_add(share_mw.max(margin_mw))
}
