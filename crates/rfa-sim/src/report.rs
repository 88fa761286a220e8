//! Telemetry: what the firmware tells of its hardware, at the rate the host asked for.

use crate::Generator;
use crate::fault::Fault;
use crate::output::{Metered, rounded};
use rfa_units::{
    Bounded, ChannelId, ChannelReport, MicroAmps, MilliJoules, MilliVolts, MilliWatts, Milliohms,
    OutputState, Supply, Telemetry, TipReading,
};
use rfa_wire::GeneratorMessage;

impl Generator {
    /// Sends a telemetry frame when one is due.
    pub(crate) fn report(&mut self) {
        let Some(session) = self.firmware.session_mut() else { return };
        if self.now < session.next_telemetry {
            return;
        }
        session.next_telemetry = session.next_telemetry.plus(session.telemetry_every);
        let (channels, refused) = (session.channels, session.refused);
        let energy = MilliJoules::saturating(rounded(session.energy_j * 1e3));
        let tip = self.sensor.convert(&self.faults, self.now.as_micros());
        let metered = self.meters.read(&self.faults);
        let pad = Milliohms::saturating(rounded(self.metered_pad_ohm() * 1e3));
        let mut reports = Bounded::new();
        for channel in (1..=channels).filter_map(ChannelId::new) {
            let report = self.channel_report(channel, tip, &metered, energy);
            // A generator has no more channels than the list has room for.
            let _ = reports.push(report);
        }
        let brown_out = self.faults.is_real(Fault::BrownOut);
        let telemetry = Telemetry {
            // The encoder puts the frame's own number here.
            sequence: 0,
            at: self.now,
            k1: self.k1.contact(),
            k2: self.k2.contact(),
            emergency_stop: self.inputs.emergency_stop(),
            footswitch: self.inputs.footswitch(),
            supply: if brown_out { Supply::BrownOut } else { Supply::Good },
            pad: Some(pad),
            grants_refused: refused,
            channels: reports,
        };
        self.firmware.say(&GeneratorMessage::Telemetry(telemetry), self.now);
        self.intrude(&telemetry);
    }

    fn channel_report(
        &self,
        channel: ChannelId,
        tip: TipReading,
        metered: &Metered,
        energy: MilliJoules,
    ) -> ChannelReport {
        let delivering = self.firmware.orders().deliver.filter(|(to, ..)| *to == channel);
        let (output, setpoint) = match delivering {
            Some((_, mode, power)) => (OutputState::On(mode), power),
            None => (OutputState::Off, MilliWatts::MIN),
        };
        if channel == self.config.electrode_channel {
            return ChannelReport {
                channel,
                output,
                tip,
                power: metered.power,
                voltage: metered.voltage,
                current: metered.current,
                impedance: metered.impedance,
                setpoint,
                energy,
            };
        }
        // Nothing is plugged in: an open circuit and an open sensor.
        ChannelReport {
            channel,
            output,
            tip: TipReading::Open,
            power: MilliWatts::MIN,
            voltage: MilliVolts::MIN,
            current: MicroAmps::MIN,
            impedance: Some(Milliohms::MAX),
            setpoint,
            energy: MilliJoules::MIN,
        }
    }
}
