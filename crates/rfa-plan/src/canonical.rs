//! A plan's canonical bytes and their hash.

use alloc::vec::Vec;
use rfa_units::{Mode, PlanHash};

use crate::{Gate, Plan, RuleThresholds, SensorKind};

/// First bytes of every plan's canonical form; the number changes with the form.
const PREFIX: &[u8] = b"rfa-plan-1";

/// The bytes a plan's hash is taken over: every field in the order of [`Plan`], integers
/// little-endian in milli-units (durations in µs as u64), texts with their length in front, so
/// two different plans never have the same bytes.
pub(crate) fn bytes(plan: &Plan) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(PREFIX);
    let texts = [&plan.id, &plan.title, &plan.source.citation, &plan.source.retrieved];
    texts.into_iter().for_each(|text| push_text(&mut out, text));
    out.push(u8::from(plan.site_must_approve));
    out.push(plan.target.code());
    out.push(plan.electrode.gauge.number());
    push_u32(&mut out, plan.electrode.tip_length_um);
    out.push(match plan.electrode.sensor {
        SensorKind::ThermocoupleT => b'T',
        SensorKind::ThermocoupleK => b'K',
    });
    let program = &plan.program;
    out.push(program.channel.number());
    out.push(match program.mode {
        Mode::Thermal => 1,
        Mode::Pulsed => 2,
        Mode::SensoryStimulation => 3,
        Mode::MotorStimulation => 4,
    });
    out.push(u8::try_from(program.steps.len()).unwrap_or(u8::MAX));
    for (step, ceiling) in program.steps.iter().zip(program.ceilings.iter()) {
        out.extend_from_slice(&step.set.get().to_le_bytes());
        out.extend_from_slice(&step.ramp.as_micros().to_le_bytes());
        out.extend_from_slice(&step.hold.as_micros().to_le_bytes());
        out.push(match step.gate {
            Gate::None => 0,
            Gate::SensoryCheck => 1,
        });
        push_u32(&mut out, ceiling.get());
    }
    push_u32(&mut out, plan.limits.power_max.get());
    out.extend_from_slice(&plan.limits.set_max.get().to_le_bytes());
    push_u32(&mut out, plan.limits.impedance_high.get());
    push_u32(&mut out, plan.limits.impedance_low.get());
    // At the end and only where there are any: plans without keep the hash they had.
    plan.tissue.iter().for_each(|tissue| push_text(&mut out, tissue));
    push_rules(&mut out, "rules", &plan.limits.rules);
    if plan.limits.sound_required {
        push_text(&mut out, "sound_required");
    }
    if let Some(passive) = &plan.limits.passive {
        push_text(&mut out, "passive");
        push_rules(&mut out, "passive", passive);
    }
    out
}

/// The first eight bytes of the BLAKE3 hash over the plan's canonical bytes.
pub(crate) fn hash(plan: &Plan) -> PlanHash {
    let digest = blake3::hash(&bytes(plan));
    let mut first = [0; 8];
    first.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
    PlanHash(first)
}

fn push_rules(out: &mut Vec<u8>, title: &str, rules: &RuleThresholds) {
    for ((name, _), value) in rules.iter() {
        push_text(out, title);
        push_text(out, name);
        push_u32(out, value);
    }
}

fn push_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn push_text(out: &mut Vec<u8>, text: &str) {
    push_u32(out, u32::try_from(text.len()).unwrap_or(u32::MAX));
    out.extend_from_slice(text.as_bytes());
}
