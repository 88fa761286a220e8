//! The tissue model as a plant: reduced where that holds, in full where tissue boils.

use crate::{Drive, Plant};
use rfa_tissue::{FitError, Lesion, Reduced, ReducedModel, Setting, SolveError};
use rfa_units::Span;
use std::sync::Arc;

/// Step of the full model, s: it costs a millisecond or two, and a generator's step is one.
const FULL_STEP_S: f64 = 0.010;
/// The full model gives way to the reduced one this far below boiling, K.
const COOLED_K: f64 = 6.0;
/// And only when it has the sensor as near as this to the full one, K: its noise's size.
const ALIKE_K: f64 = 0.1;
/// Impedance of a tip that boiling has parted from the tissue, ohm.
const PARTED_OHM: f64 = 100_000.0;
/// Impedance between the halves of a good return pad, ohm (H-19: 20 to 120).
const PAD_OHM: f64 = 60.0;

/// A needle in tissue, after the finite-volume model.
///
/// A reduced model of it runs in every step. When the hottest tissue comes near boiling, the full
/// one takes over from the same temperatures, in steps of 10 ms, until it has cooled. Where the
/// reduced model cannot be had exactly enough, the full one runs all the time. Should
/// boiling outrun even that one ([`TissuePlant::failed`] tells), the tip has parted from the
/// tissue: no current flows, and what is there cools.
#[derive(Debug, Clone)]
pub struct TissuePlant {
    setting: Setting,
    reduced: Option<Reduced>,
    /// Running instead of the reduced model.
    full: Option<Full>,
    failed: Option<SolveError>,
}

#[derive(Debug, Clone)]
struct Full {
    lesion: Box<Lesion>,
    /// Seconds and V²s of the step that is being gathered.
    waiting_s: f64,
    waiting_v2s: f64,
}

/// The reduced model of one setting, where there is one exact enough, for as many plants as one
/// likes.
#[derive(Debug, Clone)]
pub struct FittedTissue {
    setting: Setting,
    model: Option<Arc<ReducedModel>>,
}

impl FittedTissue {
    /// Fits the reduced model: takes about half a second.
    ///
    /// # Errors
    /// [`FitError`] when the setting cannot be or the full model gives no answer.
    pub fn new(setting: Setting) -> Result<Self, FitError> {
        let model = match ReducedModel::fit(&setting) {
            Ok(model) => Some(Arc::new(model)),
            Err(FitError::Poor { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(Self { setting, model })
    }

    /// The same with [`ReducedModel::fit_quick`], which is held against nothing.
    ///
    /// # Errors
    /// As [`FittedTissue::new`].
    pub fn quick(setting: Setting) -> Result<Self, FitError> {
        let model = Some(Arc::new(ReducedModel::fit_quick(&setting)?));
        Ok(Self { setting, model })
    }

    /// A needle at rest in it.
    #[must_use]
    pub fn plant(&self) -> TissuePlant {
        let mut plant = TissuePlant {
            setting: self.setting.clone(),
            reduced: self.model.as_ref().map(|model| Reduced::new(Arc::clone(model))),
            full: None,
            failed: None,
        };
        if plant.reduced.is_none() {
            plant.take_over();
        }
        plant
    }
}

impl TissuePlant {
    /// Why the model gave up, if it has.
    #[must_use]
    pub const fn failed(&self) -> Option<SolveError> {
        self.failed
    }

    /// True while the full model runs.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.full.is_some()
    }

    /// Hands over to the full model.
    fn take_over(&mut self) {
        // The setting was good enough to fit.
        let Ok(mut lesion) = Lesion::new(&self.setting) else { return };
        if let Some(reduced) = &self.reduced {
            lesion.start_at(&reduced.temperatures(), &reduced.omegas());
        }
        // A microvolt shows the field as it is.
        self.failed = lesion.advance(1e-6, rfa_tissue::Drive::Voltage(1e-6)).err();
        self.full = Some(Full { lesion: Box::new(lesion), waiting_s: 0.0, waiting_v2s: 0.0 });
    }

    /// Lets the full model run, and hands back when the tissue has cooled.
    fn advance_full(&mut self, dt_s: f64, volts_squared: f64) {
        let Some(full) = &mut self.full else { return };
        full.waiting_s += dt_s;
        full.waiting_v2s += volts_squared * dt_s;
        if full.waiting_s < FULL_STEP_S * (1.0 - 1e-9) {
            return;
        }
        let parted = self.failed.is_some();
        // Heat drawn beyond what RF brings has no voltage: the full model cools by itself alone.
        let volts_squared = (full.waiting_v2s / full.waiting_s).max(0.0);
        let volts = if parted { 0.0 } else { libm::sqrt(volts_squared) };
        let result = full.lesion.advance(full.waiting_s, rfa_tissue::Drive::Voltage(volts));
        (full.waiting_s, full.waiting_v2s) = (0.0, 0.0);
        self.failed = self.failed.or(result.err());
        let Some(reduced) = &mut self.reduced else { return };
        let (tip_c, hottest_c) = (full.lesion.reading().tip_c, full.lesion.hottest().0);
        if self.failed.is_none() && hottest_c > reduced.boils_c() - COOLED_K {
            return;
        }
        let damage = &full.lesion.model().damage().omega;
        let omega = damage.first().map_or(&[][..], Vec::as_slice);
        reduced.start_at(full.lesion.model().temperatures(), omega);
        // What boiling left is not yet a sum of the modes: wait until it is.
        let apart = (reduced.tip_c() - tip_c).abs();
        if self.failed.is_some() || apart <= ALIKE_K {
            self.full = None;
        }
    }
}

impl Plant for TissuePlant {
    fn advance(&mut self, dt: Span, drive: Drive) {
        let dt_s = dt.as_secs_f64();
        if self.full.is_some() {
            let heated = drive.heat_w * self.impedance_ohm();
            self.advance_full(dt_s, drive.volts * drive.volts + heated);
            return;
        }
        let Some(reduced) = &mut self.reduced else { return };
        let volts = if self.failed.is_some() { 0.0 } else { drive.volts };
        reduced.advance(dt_s, volts, drive.heat_w);
        if !reduced.holds() && self.failed.is_none() {
            self.take_over();
        }
    }

    fn tip_c(&self) -> f64 {
        let full = self.full.as_ref().map(|full| full.lesion.reading().tip_c);
        full.or(self.reduced.as_ref().map(Reduced::tip_c)).unwrap_or(self.setting.baseline_c)
    }

    fn tissue_max_c(&self) -> f64 {
        let full = self.full.as_ref().map(|full| full.lesion.hottest().0);
        full.or(self.reduced.as_ref().map(Reduced::hottest_c)).unwrap_or(self.setting.baseline_c)
    }

    fn impedance_ohm(&self) -> f64 {
        if self.failed.is_some() {
            return PARTED_OHM;
        }
        let full = self.full.as_ref().map(|full| full.lesion.reading().resistance_ohm);
        full.or(self.reduced.as_ref().map(Reduced::resistance_ohm)).unwrap_or(PARTED_OHM)
    }

    fn pad_ohm(&self) -> f64 {
        PAD_OHM
    }

    fn trouble(&self) -> Option<String> {
        let words = "from then on the simulated tip is parted from the tissue";
        self.failed.map(|why| format!("the tissue model gave no answer ({why}): {words}"))
    }
}
