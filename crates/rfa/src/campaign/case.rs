//! What a campaign tries: every case has a name that gives its times and its noise.

use super::subject::Subject;
use rfa_scenario::TreatmentPhase;
use rfa_sim::{Fault, FaultSetting, Random, ScheduledFault, Severity};
use rfa_units::{GeneratorInstant, Span};
use std::collections::BTreeMap;

/// Moments of a phase at which a fault of one size is tried: as many as others have sizes.
const MOMENTS: u8 = 3;
/// The part of a phase in which faults begin: what has to be seen needs time to be seen.
const BEGINS: (f64, f64) = (0.02, 0.8);
/// The second fault of a pair begins at most this much later, s.
const SECOND_S: f64 = 1.5;
/// Phases in which pairs are tried.
const PAIR_PHASES: [TreatmentPhase; 4] =
    [TreatmentPhase::Armed, TreatmentPhase::Ramp, TreatmentPhase::Hold, TreatmentPhase::CoolDown];
/// Cases of each fault and phase in the quick part, and how far they stand from each other: another
/// plan and another size.
const QUICK_SINGLES: usize = 2;
const QUICK_STEP: usize = 7;
/// One pair of so many is in the quick part.
const QUICK_PAIRS: u64 = 32;
/// Electrodes in which each pair is tried in each phase.
const PAIR_SUBJECTS: usize = 3;

/// A fault of a scenario.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source {
    /// Its place among the campaign's scenarios.
    pub(crate) scenario: usize,
    pub(crate) fault: Fault,
}

/// What is tried.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// One fault, or its twin.
    Single { source: Source, severity: Severity },
    /// Two faults.
    Pair { first: Source, second: Source },
    /// None: only what happens in every treatment.
    Free,
}

/// One treatment to be run.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// Its name, e.g. `runaway:small/ramp/20g-5mm-gasserian/1`.
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) phase: TreatmentPhase,
    /// Its place among the campaign's plans.
    pub(crate) subject: usize,
    /// Times and noise follow from it.
    pub(crate) seed: u64,
}

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    Quick,
    Full,
}

/// Every case, singles first. `wanted` says whether a scenario's twin is harmless in a phase.
pub(crate) fn all(
    sources: &[Source],
    subjects: &[Subject],
    seed: u32,
    has_twin: impl Fn(usize, TreatmentPhase) -> bool,
) -> Vec<Case> {
    let mut cases = Vec::new();
    for source in sources {
        for phase in TreatmentPhase::ALL {
            for (subject, of) in subjects.iter().enumerate() {
                for moment in 1..=MOMENTS {
                    let severity = size(source.fault, moment);
                    let kinds = has_twin(source.scenario, phase).then_some(Severity::Twin);
                    for severity in [Some(severity), kinds].into_iter().flatten() {
                        let setting = FaultSetting { fault: source.fault, severity };
                        let id = format!("{setting}/{}/{}/{moment}", phase.name(), of.name);
                        let kind = Kind::Single { source: *source, severity };
                        cases.push(Case::new(id, kind, phase, subject, seed));
                    }
                }
            }
        }
    }
    pairs(sources, subjects, seed, &mut cases);
    cases
}

/// Faults with sizes are tried in each, others at as many moments.
const fn size(fault: Fault, moment: u8) -> Severity {
    match (fault.info().sizes, moment) {
        (Some(_), 1) => Severity::Small,
        (Some(_), 3) => Severity::Large,
        _ => Severity::Full,
    }
}

fn pairs(sources: &[Source], subjects: &[Subject], seed: u32, cases: &mut Vec<Case>) {
    let mut turn: usize = 0;
    for (place, first) in sources.iter().enumerate() {
        for second in sources.iter().skip(place.saturating_add(1)) {
            for phase in PAIR_PHASES {
                for _ in 0..PAIR_SUBJECTS.min(subjects.len()) {
                    let subject = turn.checked_rem(subjects.len()).unwrap_or(0);
                    turn = turn.wrapping_add(1);
                    let Some(of) = subjects.get(subject) else { continue };
                    let (a, b) = (first.fault, second.fault);
                    let id = format!("{a}+{b}/{}/{}", phase.name(), of.name);
                    let kind = Kind::Pair { first: *first, second: *second };
                    cases.push(Case::new(id, kind, phase, subject, seed));
                }
            }
        }
    }
}

/// The fault-free treatment of this number.
pub(crate) fn free(number: usize, subjects: &[Subject], seed: u32) -> Option<Case> {
    let subject = number.checked_rem(subjects.len())?;
    let id = format!("fault-free/{}/{number}", subjects.get(subject)?.name);
    Some(Case::new(id, Kind::Free, TreatmentPhase::Idle, subject, seed))
}

/// What of all cases is tried. The quick part is the same each time, and has every fault in every
/// phase in it, and its twin where that is harmless.
pub(crate) fn chosen(extent: Extent, cases: Vec<Case>) -> Vec<Case> {
    if extent == Extent::Full {
        return cases;
    }
    // Cases of one group stand in the order of plans and moments: each group is begun elsewhere.
    let mut groups: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    let mut quick = Vec::new();
    for case in cases {
        match &case.kind {
            Kind::Single { source, severity } => {
                let twin = if severity.is_twin() { ":twin" } else { "" };
                let group = format!("{}{twin}/{}", source.fault, case.phase.name());
                groups.entry(group).or_default().push(case);
            }
            Kind::Pair { .. } if mixed(&case.id).is_multiple_of(QUICK_PAIRS) => quick.push(case),
            Kind::Pair { .. } | Kind::Free => {}
        }
    }
    let singles = groups.into_iter().flat_map(|(group, cases)| {
        let (begin, count) = (mixed(&group) as usize, cases.len().max(1));
        let place = begin.checked_rem(count).unwrap_or(0);
        let taken = if group.contains(":twin") { 1 } else { QUICK_SINGLES };
        cases.into_iter().cycle().skip(place).step_by(QUICK_STEP).take(taken).collect::<Vec<_>>()
    });
    singles.chain(quick).collect()
}

impl Case {
    fn new(id: String, kind: Kind, phase: TreatmentPhase, subject: usize, seed: u32) -> Self {
        // 32 bits, so that a seed can be typed.
        let seed = (mixed(&id) ^ u64::from(seed)) & 0xffff_ffff;
        Self { id, kind, phase, subject, seed }
    }

    /// Whether it is a twin: nothing may come of it.
    pub(crate) const fn is_harmless(&self) -> bool {
        match self.kind {
            Kind::Single { severity, .. } => severity.is_twin(),
            Kind::Pair { .. } => false,
            Kind::Free => true,
        }
    }

    /// What breaks, and when.
    pub(crate) fn faults(&self, subject: &Subject) -> Vec<ScheduledFault> {
        let mut random = Random::new(self.seed, 0x0ca5e);
        let (begins_s, ends_s) = subject.window(self.phase);
        let part = BEGINS.0 + (BEGINS.1 - BEGINS.0) * random.unit();
        let at_s = begins_s + (ends_s - begins_s) * part;
        let at = |setting, at_s: f64| ScheduledFault { setting, at: instant(at_s), lasts: None };
        match &self.kind {
            Kind::Single { source, severity } => {
                vec![at(FaultSetting { fault: source.fault, severity: *severity }, at_s)]
            }
            Kind::Pair { first, second } => {
                let later_s = at_s + SECOND_S * random.unit();
                vec![at(first.fault.full(), at_s), at(second.fault.full(), later_s)]
            }
            Kind::Free => Vec::new(),
        }
    }
}

/// Seconds of the generator's clock, to the microsecond.
pub(crate) fn instant(at_s: f64) -> GeneratorInstant {
    GeneratorInstant::ZERO.plus(Span::from_micros((at_s * 1e6).round() as u64))
}

/// A name as a number: FNV-1a, then mixed, so that neighbouring names have unlike numbers.
fn mixed(id: &str) -> u64 {
    let fnv = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    Random::new(id.bytes().fold(0xcbf2_9ce4_8422_2325, fnv), 0).bits()
}
