//! docs/protocol-vectors.json: written from the samples with `RFA_UPDATE=1`, compared otherwise,
//! and read back through the decoders.

use super::malformed::{Case, Receiver, cases};
use super::samples::*;
use crate::*;
use serde_json::{Value, json};
use std::format;
use std::path::PathBuf;
use std::string::String;
use std::vec::Vec;

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol-vectors.json")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|place| u8::from_str_radix(&text[place..place + 2], 16).unwrap())
        .collect()
}

/// The payload of a frame, as a document's reader would unstuff it.
pub(super) fn payload_of(frame: &[u8]) -> Vec<u8> {
    let mut payload = Vec::new();
    let mut rest = &frame[1..frame.len() - 1];
    while let Some((code, after)) = rest.split_first() {
        let (run, next) = after.split_at(usize::from(*code) - 1);
        payload.extend_from_slice(run);
        rest = next;
        if !rest.is_empty() && *code != 0xff {
            payload.push(0);
        }
    }
    payload
}

fn limits_json(limits: &HardLimits) -> Value {
    json!({
        "channel": limits.channel.number(),
        "power_max_mw": limits.power_max.get(),
        "voltage_max_mv": limits.voltage_max.get(),
        "temperature_max_mc": limits.temperature_max.get(),
        "grant_life_us": limits.grant_life.as_micros(),
        "plan": hex(&limits.plan.0),
    })
}

fn host_json(message: &HostMessage) -> Value {
    match message {
        HostMessage::Hello(hello) => json!({
            "host_nonce": hex(&hello.host_nonce),
            "channels": hello.channels,
            "telemetry_hz": hello.telemetry_hz,
        }),
        HostMessage::SetLimits(limits) => limits_json(limits),
        HostMessage::SelfTest | HostMessage::Bye => json!({}),
        HostMessage::Standby(standby) => json!({
            "tick": standby.tick,
            "k2": body::contactor_number(standby.k2),
        }),
        HostMessage::Grant(grant) => json!({
            "tick": grant.tick(),
            "expires_us": grant.expires().as_micros(),
            "plan": hex(&grant.plan().0),
            "power_mw": grant.power().get(),
            "mode": body::mode_number(grant.mode()),
            "channel": grant.channel().number(),
            "amplitude_mv": grant.pulses().amplitude_mv,
            "pulse_width_us": grant.pulses().width_us,
            "pulse_period_us": grant.pulses().period_us,
        }),
    }
}

fn generator_json(message: &GeneratorMessage) -> Value {
    match message {
        GeneratorMessage::Identity(identity) => json!({
            "host_nonce": hex(&identity.host_nonce),
            "generator_nonce": hex(&identity.generator_nonce),
            "model": identity.model.as_str(),
            "serial": identity.serial.as_str(),
            "firmware": identity.firmware.as_str(),
            "flags": u8::from(identity.simulated)
                + 2 * u8::from(identity.footswitch)
                + 4 * u8::from(identity.seed.is_some()),
            "seed": identity.seed.unwrap_or(0),
            "channels": identity.channels,
            "modes": identity.modes.bits(),
            "power_max_mw": identity.power_max.get(),
        }),
        GeneratorMessage::LimitsSet(limits) => limits_json(limits),
        GeneratorMessage::SelfTestResult(result) => json!({
            "passed": u8::from(result.k1_opens)
                + 2 * u8::from(result.k2_opens)
                + 4 * u8::from(result.output_zero)
                + 8 * u8::from(result.sensor_ok)
                + 16 * u8::from(result.memory_ok),
        }),
        GeneratorMessage::Telemetry(telemetry) => telemetry_json(telemetry),
        GeneratorMessage::Refused(refusal) => json!({
            "code": refusal.code.number(),
            "sequence": refusal.sequence,
        }),
        GeneratorMessage::Bye => json!({}),
    }
}

fn telemetry_json(telemetry: &rfa_units::Telemetry) -> Value {
    let ohms = |z: Option<rfa_units::Milliohms>| z.map_or(u32::MAX, rfa_units::Milliohms::get);
    let channels: Vec<Value> = telemetry
        .channels
        .iter()
        .map(|report| {
            let (state, reading) = match report.tip {
                rfa_units::TipReading::Valid(t) => (0, t.get()),
                rfa_units::TipReading::Open => (1, 0),
                rfa_units::TipReading::Faulty => (2, 0),
            };
            json!({
                "channel": report.channel.number(),
                "output": body::output_number(report.output),
                "tip_state": state,
                "tip_temperature_mc": reading,
                "power_mw": report.power.get(),
                "voltage_mv": report.voltage.get(),
                "current_ua": report.current.get(),
                "impedance_mohm": ohms(report.impedance),
                "setpoint_mw": report.setpoint.get(),
                "energy_mj": report.energy.get(),
            })
        })
        .collect();
    json!({
        "k1": body::contactor_number(telemetry.k1),
        "k2": body::contactor_number(telemetry.k2),
        "emergency_stop": body::stop_number(telemetry.emergency_stop),
        "footswitch": body::foot_number(telemetry.footswitch),
        "supply": body::supply_number(telemetry.supply),
        "grants_refused": telemetry.grants_refused,
        "pad_impedance_mohm": ohms(telemetry.pad),
        "channel_count": telemetry.channels.len(),
        "channel_blocks": channels,
    })
}

fn message_json(name: &str, from: &str, key: &str, frame: &Frame, fields: &Value) -> Value {
    let payload = payload_of(frame.as_bytes());
    let number = |at: usize, len: usize| {
        payload[at..at + len].iter().rev().fold(0_u64, |all, byte| all << 8 | u64::from(*byte))
    };
    json!({
        "name": name,
        "from": from,
        "key": key,
        "frame": hex(frame.as_bytes()),
        "payload": hex(&payload),
        "header": {
            "version": payload[0],
            "type": payload[1],
            "session": number(2, 4),
            "sequence": number(6, 4),
            "time_us": number(10, 8),
        },
        "fields": fields,
    })
}

fn case_json(case: &Case) -> Value {
    json!({
        "name": case.name,
        "to": if case.to == Receiver::Host { "host" } else { "generator" },
        "session_open": case.open,
        "bytes": hex(&case.bytes),
        "results": case.results,
        "missing": case.missing,
    })
}

fn document() -> String {
    let mut messages = Vec::new();
    for sample in host_samples() {
        let fields = host_json(&sample.message);
        messages.push(message_json(sample.name, "host", sample.key, &sample.frame, &fields));
    }
    for sample in generator_samples() {
        let fields = generator_json(&sample.message);
        messages.push(message_json(sample.name, "generator", sample.key, &sample.frame, &fields));
    }
    let cases: Vec<Value> = cases().iter().map(case_json).collect();
    let all = json!({
        "about": "Test vectors of the protocol in protocol.md, which says how to read this file.",
        "protocol_version": PROTOCOL_VERSION,
        "keys": {
            "link_key": hex(&LINK.0),
            "host_nonce": hex(&HOST_NONCE),
            "generator_nonce": hex(&GENERATOR_NONCE),
            "session": SESSION.0,
            "session_key": hex(session_key().as_bytes()),
        },
        "messages": messages,
        "streams": cases,
    });
    format!("{}\n", serde_json::to_string_pretty(&all).unwrap())
}

/// The file holds exactly what this code encodes.
#[test]
fn the_vector_file_is_what_the_encoders_give() {
    let document = document();
    if updating() {
        std::fs::write(file(), &document).unwrap();
    }
    let stored = std::fs::read_to_string(file()).unwrap();
    assert!(
        stored == document,
        "docs/protocol-vectors.json differs from the encoders; if the change is meant, run the \
         tests with RFA_UPDATE=1 and read the difference"
    );
}

fn updating() -> bool {
    std::env::var_os("RFA_UPDATE").is_some()
}

fn stored() -> Value {
    // While another test writes the file, read what it is about to hold.
    let text = if updating() { document() } else { std::fs::read_to_string(file()).unwrap() };
    serde_json::from_str(&text).unwrap()
}

/// Each stored frame decodes to the stored fields, and every message type is there.
#[test]
fn stored_frames_decode_to_their_fields() {
    let stored = stored();
    let mut generator = GeneratorDecoder::new(LINK);
    let mut host = HostDecoder::new(LINK, SESSION, HOST_NONCE);
    let mut types = std::collections::BTreeSet::new();
    for vector in stored["messages"].as_array().unwrap() {
        let bytes = unhex(vector["frame"].as_str().unwrap());
        let fields = if vector["from"] == "host" {
            let heard = hear_host(&mut generator, &bytes);
            if matches!(heard[..], [Ok(HostMessage::Hello(_))]) {
                generator.establish(SESSION, session_key());
            }
            host_json(heard[0].as_ref().unwrap())
        } else {
            generator_json(hear_generator(&mut host, &bytes)[0].as_ref().unwrap())
        };
        assert_eq!(fields, vector["fields"], "{}", vector["name"]);
        types.insert(vector["header"]["type"].as_u64().unwrap());
    }
    let all: std::collections::BTreeSet<u64> =
        MessageKind::ALL.iter().map(|kind| u64::from(kind.number())).collect();
    assert_eq!(types, all, "every type at least once");
}

/// Each stored stream gives the stored messages and errors, whichever way it is cut into pieces.
#[test]
fn stored_streams_give_their_results() {
    let stored = stored();
    let streams = stored["streams"].as_array().unwrap();
    let bad = streams.iter().filter(|stream| {
        stream["results"].as_array().unwrap().iter().any(|r| r.as_str().unwrap().contains("error"))
    });
    assert!(bad.count() >= 20);
    for stream in streams {
        let bytes = unhex(stream["bytes"].as_str().unwrap());
        let open = stream["session_open"].as_bool().unwrap();
        let to = if stream["to"] == "host" { Receiver::Host } else { Receiver::Generator };
        let (results, missing) = to.hear(open, &bytes);
        assert_eq!(json!(results), stream["results"], "{}", stream["name"]);
        assert_eq!(json!(missing), stream["missing"], "{}", stream["name"]);
    }
}
