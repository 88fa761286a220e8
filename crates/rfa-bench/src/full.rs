//! The full tissue model under the power that a run delivered, beside the reduced one of the run.

use crate::{Case, Trace};
use rfa_tissue::{Drive, FitError, Lesion};

/// Samples to a step of the full model, 0.1 s: power is their mean, so both have had the same
/// energy at the end of each.
const SAMPLES: usize = 10;

impl Case {
    /// The largest distance between the run's true tip, which the reduced model made, and the full
    /// model's under the same power, from the beginning of output to the disturbance, K.
    ///
    /// # Errors
    /// [`FitError`] when the full model gives no answer or cannot be made.
    pub fn off_the_full_model_k(&self, trace: &Trace) -> Result<f64, FitError> {
        let mut lesion = Lesion::new(self.setting())?;
        let begin = trace.samples.partition_point(|sample| sample.t_s < 0.0);
        let end = trace.samples.partition_point(|sample| sample.t_s < self.disturbed_at_s());
        let on = trace.samples.get(begin..end).unwrap_or_default();
        let mut most_k = 0.0_f64;
        for part in on.chunks_exact(SAMPLES) {
            let power_w = part.iter().map(|sample| sample.power_w).sum::<f64>() / SAMPLES as f64;
            lesion.follow(SAMPLES as f64 / 100.0, Drive::Power(power_w))?;
            let tip_c = part.last().map_or(f64::NAN, |sample| sample.tip_c);
            let off_k = (lesion.reading().tip_c - tip_c).abs();
            // Not a number is the largest of all.
            most_k = if most_k.is_nan() || off_k <= most_k { most_k } else { off_k };
        }
        Ok(most_k)
    }
}
