//! What a screen is drawn from: one value per frame.

use crate::{LatencyView, LesionView, OperatorName, TickRecord};
use alloc::string::String;
use rfa_interlock::ArmRefusal;

/// What is at the other end of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKind {
    /// A generator that identified itself as simulated.
    Simulated {
        /// Its seed, where known.
        seed: Option<u64>,
    },
    /// Anything else.
    Live,
    /// No device: a recording is shown.
    Replay,
}

/// The generator's identity, as it reported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Model name, cleaned of control characters.
    pub model: String,
    /// Serial number, cleaned of control characters.
    pub serial: String,
    /// Firmware version, cleaned of control characters.
    pub firmware: String,
    /// Simulated or live.
    pub kind: DeviceKind,
    /// Number of output channels, 1 to 4.
    pub channels: u8,
    /// Whether a footswitch is fitted.
    pub footswitch: bool,
}

/// The recording's state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordingStatus {
    /// File name shown to the operator; empty where nothing is recorded.
    pub file: String,
    /// Bytes written.
    pub bytes: u64,
    /// Records lost because the queue was full.
    pub dropped: u64,
    /// Why writing failed, if it did.
    pub error: Option<String>,
}

/// Queue losses since the session began. Full is counted and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueCounts {
    /// Telemetry frames that found the interlock's queue full.
    pub telemetry_to_interlock: u32,
    /// Telemetry frames that found the controller's queue full.
    pub telemetry_to_control: u32,
    /// Control ticks that found the interlock's queue full.
    pub control_to_interlock: u32,
    /// Tick records that found the recorder's queue full.
    pub ticks_to_recorder: u32,
    /// Intents that found the interlock's queue full.
    pub intents: u32,
    /// Outgoing frames the port would not take.
    pub frames_out: u32,
    /// Ticks that found the lesion model's queue full.
    pub ticks_to_lesion: u32,
}

/// The newest command the interlock refused. A screen sees few of the ticks, so the reason is
/// kept past the one tick it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The tick of the refusal.
    pub tick: u64,
    /// Why.
    pub reason: ArmRefusal,
}

/// Everything a screen shows, taken at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The newest tick; `None` before the first.
    pub latest: Option<TickRecord>,
    /// The generator.
    pub identity: Identity,
    /// The newest refusal; `None` before the first.
    pub refusal: Option<Refused>,
    /// Who is signed in.
    pub operator: Option<OperatorName>,
    /// The recording.
    pub recording: RecordingStatus,
    /// The lesion as predicted; `None`: no model has said anything.
    pub lesion: Option<LesionView>,
    /// Queue losses.
    pub queues: QueueCounts,
    /// What the timing of the ticks came to, a second ago at most; nothing counted before the
    /// first second.
    pub latency: LatencyView,
    /// Real-time scheduling or memory locking that could not be had, in words; empty: all well.
    pub warnings: alloc::vec::Vec<String>,
}
