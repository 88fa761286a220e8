//! Samples of what sounds.

use crate::Sounding;
use crate::table::{
    ACTIVATION_HZ, ACTIVATION_LEVEL, ALARM_LEVEL, FUNDAMENTAL_HZ, HARMONICS, signal,
};
use rfa_units::HostInstant;

/// Samples in a second: what every sound card takes.
pub const RATE_HZ: u32 = 48_000;

/// The activation tone rises and falls by this much of its height in a sample: 5 ms in all.
const FADE: f64 = 1.0 / (0.005 * RATE_HZ as f64);

/// Fills `out` with what sounds from `at` on. `tone` is how high the activation tone stands; it
/// is kept by the caller from one call to the next, so that the tone neither clicks nor jumps.
pub fn render(sounding: &Sounding, at: HostInstant, tone: &mut f64, out: &mut [i16]) {
    let rate = f64::from(RATE_HZ);
    let start_s = at.as_micros() as f64 / 1e6;
    let mut place = 0.0;
    for sample in out {
        let t_s = start_s + place / rate;
        place += 1.0;
        let wanted: f64 = if sounding.activation { 1.0 } else { 0.0 };
        *tone += (wanted - *tone).clamp(-FADE, FADE);
        let mut value = *tone * ACTIVATION_LEVEL * sine(ACTIVATION_HZ, t_s);
        if let Some((priority, since)) = sounding.alarm {
            let at_ms = t_s * 1e3 - since.as_micros() as f64 / 1e3;
            let height = signal(priority).envelope(at_ms);
            if height > 0.0 {
                value += height * ALARM_LEVEL * pulse(t_s);
            }
        }
        *sample = libm::round(value.clamp(-1.0, 1.0) * f64::from(i16::MAX)) as i16;
    }
}

/// Fundamental and harmonics together, at most 1.
fn pulse(t_s: f64) -> f64 {
    let sum: f64 = HARMONICS.iter().map(|(n, level)| level * sine(n * FUNDAMENTAL_HZ, t_s)).sum();
    let most: f64 = HARMONICS.iter().map(|(_, level)| level).sum();
    sum / most
}

fn sine(hertz: f64, t_s: f64) -> f64 {
    // Whole turns first: the sine of a large angle is slow and less exact.
    let turns = hertz * t_s;
    libm::sin(core::f64::consts::TAU * (turns - libm::floor(turns)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rfa_interlock::Priority;

    const MS: usize = RATE_HZ as usize / 1000;

    fn seconds(sounding: &Sounding, seconds: u32) -> Vec<i16> {
        let mut out = vec![0; (seconds * RATE_HZ) as usize];
        render(sounding, HostInstant::from_micros(5_000_000), &mut 0.0, &mut out);
        out
    }

    /// (start, end) in ms of what is above a tenth of full scale, by 5 ms windows.
    fn pulses(samples: &[i16]) -> Vec<(usize, usize)> {
        let loud: Vec<bool> = samples
            .chunks(5 * MS)
            .map(|window| window.iter().any(|s| s.unsigned_abs() > 3_277))
            .collect();
        let mut found = Vec::new();
        let mut start = None;
        for (place, loud) in loud.iter().chain([&false]).enumerate() {
            match (loud, start) {
                (true, None) => start = Some(place * 5),
                (false, Some(from)) => {
                    found.push((from, place * 5));
                    start = None;
                }
                _ => {}
            }
        }
        found
    }

    fn alarm(priority: Priority) -> Sounding {
        Sounding { alarm: Some((priority, HostInstant::from_micros(5_000_000))), activation: false }
    }

    /// Pulses, gaps and repetition as heard in the samples.
    #[test]
    fn signals_have_the_times_of_the_standard() {
        let high = pulses(&seconds(&alarm(Priority::High), 10));
        assert_eq!(high.len(), 20, "two bursts of ten: {high:?}");
        for (place, (start, end)) in high.iter().enumerate() {
            assert!((75..=200).contains(&(end - start)), "{place}: {start} to {end}");
        }
        let gaps: Vec<usize> = high.windows(2).map(|w| w[1].0 - w[0].1).collect();
        for (place, gap) in gaps.iter().enumerate() {
            let range = match place {
                4 | 14 => 350..=1_300,
                9 => 2_500..=15_000,
                _ => 50..=125,
            };
            assert!(range.contains(gap), "gap {place}: {gap} ms");
        }
        let medium = pulses(&seconds(&alarm(Priority::Medium), 20));
        assert_eq!(medium.len(), 6, "{medium:?}");
        for (start, end) in &medium {
            assert!((125..=250).contains(&(end - start)));
        }
        assert!((125..=250).contains(&(medium[1].0 - medium[0].1)));
        assert!((2_500..=30_000).contains(&(medium[3].0 - medium[2].1)));
        assert_eq!(pulses(&seconds(&alarm(Priority::Low), 40)).len(), 2, "once");
    }

    /// At least four harmonics between 300 and 4000 Hz within 15 dB of the fundamental.
    #[test]
    fn pulses_have_their_harmonics() {
        let samples = &seconds(&alarm(Priority::High), 1)[20 * MS..130 * MS];
        let level = |hertz: f64| {
            let (mut re, mut im) = (0.0, 0.0);
            for (place, sample) in samples.iter().enumerate() {
                let angle = std::f64::consts::TAU * hertz * place as f64 / f64::from(RATE_HZ);
                re += f64::from(*sample) * angle.cos();
                im += f64::from(*sample) * angle.sin();
            }
            20.0 * re.hypot(im).log10()
        };
        let fundamental = level(440.0);
        let near = [880.0, 1320.0, 1760.0, 2200.0];
        let near = near.iter().filter(|hertz| fundamental - level(**hertz) <= 15.0).count();
        assert_eq!(near, 4);
        assert!(fundamental - level(600.0) > 15.0, "and nothing between them");
    }

    /// The tone is steady, ends within 100 ms, and is no alarm.
    #[test]
    fn the_activation_tone_is_steady_and_ends() {
        let mut tone = 0.0;
        let mut out = vec![0; 100 * MS];
        let on = Sounding { alarm: None, activation: true };
        render(&on, HostInstant::ZERO, &mut tone, &mut out);
        assert_eq!(pulses(&out[10 * MS..]), [(0, 90)], "steady");
        let off = Sounding::default();
        render(&off, HostInstant::from_micros(100_000), &mut tone, &mut out);
        assert!(out[6 * MS..].iter().all(|sample| *sample == 0), "silent after 6 ms");
    }

    #[test]
    fn nothing_is_ever_clipped() {
        let both = Sounding { activation: true, ..alarm(Priority::High) };
        let most = seconds(&both, 3).iter().map(|s| s.unsigned_abs()).max();
        assert!(most < Some(32_767), "{most:?}");
    }
}
