//! What a recording says about itself before its first tick.
//!
//! Two MCAP metadata records: [`SESSION`] holds everything a re-execution needs and is the same
//! for the same seed; [`CLOCK`] is the only place that says what time it was.

mod key;

use crate::row::{LimitsRow, ProgramRow, RowError};
use rfa_interlock::LimitsSpec;
use rfa_plan::Program;
use rfa_session::{DeviceKind, Identity};
use rfa_units::HostInstant;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the messages' fields and meaning. A reader refuses every other.
pub const RECORD_SCHEMA: u32 = 2;

/// The metadata record of the session.
pub(crate) const SESSION: &str = "rfa.session";
/// The metadata record of the clock.
pub(crate) const CLOCK: &str = "rfa.clock";
/// The metadata record at the end of a recovered file.
pub(crate) const RECOVERED: &str = "rfa.recovered";
/// In it: `true` where nothing was lost.
pub(crate) const WHOLE: &str = "whole";
/// The metadata record of a part of another recording.
pub(crate) const CUT: &str = "rfa.cut";
/// The metadata record of a recording put together from parts.
pub(crate) const MERGED: &str = "rfa.merged";
/// The metadata record of a recording that names nobody.
pub(crate) const DEIDENTIFIED: &str = "rfa.deidentified";
/// The metadata record of a what-if: what was never a treatment.
pub const WHAT_IF: &str = "rfa.what-if";
/// The attachment that holds the plan's file.
pub(crate) const PLAN_FILE: &str = "plan.toml";
/// The attachment that holds the site's file.
pub(crate) const SITE_FILE: &str = "site.toml";

/// Which time the messages' `log_time` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Virtual time: `log_time` is the tick's own instant, and the file holds no wall-clock time
    /// at all, so that the same seed gives the same bytes.
    Virtual,
    /// Wall-clock time, fixed to the monotonic clock once, at the start.
    Wall {
        /// Wall-clock time of the start, in microseconds since 1970 (UTC).
        started_unix_us: u64,
        /// The same moment on the controller's monotonic clock.
        started_at: HostInstant,
    },
}

impl Clock {
    /// The `log_time` of `at`, in nanoseconds.
    #[must_use]
    pub const fn log_time_ns(self, at: HostInstant) -> u64 {
        let us = match self {
            Self::Virtual => at.as_micros(),
            Self::Wall { started_unix_us, started_at } => started_unix_us
                .saturating_add(at.as_micros())
                .saturating_sub(started_at.as_micros()),
        };
        us.saturating_mul(1_000)
    }

    pub(crate) const fn started_ns(self) -> u64 {
        match self {
            Self::Virtual => 0,
            Self::Wall { started_unix_us, .. } => started_unix_us.saturating_mul(1_000),
        }
    }
}

/// A file kept inside the recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// File name, e.g. `script.toml`.
    pub name: String,
    /// Media type, e.g. `application/toml`.
    pub media_type: String,
    /// The file's bytes.
    pub data: Vec<u8>,
}

/// What a recording says about its session.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The plan's short name.
    pub plan_id: String,
    /// The plan's whole file.
    pub plan_toml: String,
    /// The site's whole file, where there is one.
    pub site_toml: Option<String>,
    /// The generator.
    pub identity: Identity,
    /// The simulation's seed.
    pub seed: Option<u64>,
    /// Version of rfa.
    pub rfa_version: String,
    /// Commit rfa was built from, where known.
    pub git_commit: Option<String>,
    /// Which time `log_time` tells.
    pub clock: Clock,
    /// Trips counted before this session's interlock began (I13).
    pub trips_before: u8,
    /// The interlock's limits; they hold the session's id and the plan's hash.
    pub limits: LimitsSpec,
    /// The loop's program.
    pub program: Program,
    /// Further files.
    pub attachments: Vec<Attached>,
}

/// Why a header cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// A part is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A part is not what it has to be.
    #[error("{field}: {why}")]
    Bad {
        /// The part.
        field: &'static str,
        /// What is wrong.
        why: String,
    },
    /// Another version of the messages.
    #[error(
        "record schema {found}, and this program reads {RECORD_SCHEMA}: use the rfa that wrote it"
    )]
    Schema {
        /// The version found.
        found: u32,
    },
}

impl HeaderError {
    fn bad(field: &'static str, why: impl ToString) -> Self {
        Self::Bad { field, why: why.to_string() }
    }

    fn row(field: &'static str) -> impl Fn(RowError) -> Self {
        move |error| Self::bad(field, error)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityRow {
    model: String,
    serial: String,
    firmware: String,
    simulated: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    replay: bool,
    channels: u8,
    footswitch: bool,
}

impl From<&Identity> for IdentityRow {
    fn from(identity: &Identity) -> Self {
        let Identity { model, serial, firmware, kind, channels, footswitch } = identity;
        let (simulated, seed) = match kind {
            DeviceKind::Simulated { seed } => (true, *seed),
            DeviceKind::Live | DeviceKind::Replay => (false, None),
        };
        Self {
            model: model.clone(),
            serial: serial.clone(),
            firmware: firmware.clone(),
            simulated,
            seed,
            replay: matches!(kind, DeviceKind::Replay),
            channels: *channels,
            footswitch: *footswitch,
        }
    }
}

impl From<IdentityRow> for Identity {
    fn from(row: IdentityRow) -> Self {
        let kind = match (row.simulated, row.replay) {
            (true, _) => DeviceKind::Simulated { seed: row.seed },
            (false, true) => DeviceKind::Replay,
            (false, false) => DeviceKind::Live,
        };
        let IdentityRow { model, serial, firmware, channels, footswitch, .. } = row;
        Self { model, serial, firmware, kind, channels, footswitch }
    }
}

type Map = BTreeMap<String, String>;

impl Header {
    /// The session record's fields: plain text, and JSON where a field has parts.
    pub(crate) fn session_map(&self) -> serde_json::Result<Map> {
        let mut map = Map::new();
        let mut put = |key: &str, value: String| map.insert(key.to_owned(), value);
        put("record_schema", RECORD_SCHEMA.to_string());
        put("session", format!("{:08x}", self.limits.session.0));
        put("plan_id", self.plan_id.clone());
        put("plan_hash", self.limits.plan.to_string());
        put("rfa_version", self.rfa_version.clone());
        put("trips_before", self.trips_before.to_string());
        put("identity", serde_json::to_string(&IdentityRow::from(&self.identity))?);
        put("limits", serde_json::to_string(&LimitsRow::from(&self.limits))?);
        put("program", serde_json::to_string(&ProgramRow::from(&self.program))?);
        if let Some(seed) = self.seed {
            put("seed", seed.to_string());
        }
        if let Some(commit) = &self.git_commit {
            put("git_commit", commit.clone());
        }
        Ok(map)
    }

    /// The clock record's fields.
    pub(crate) fn clock_map(&self) -> Map {
        let entries = match self.clock {
            Clock::Virtual => vec![("time", "virtual".to_owned())],
            Clock::Wall { started_unix_us, started_at } => vec![
                ("time", "wall".to_owned()),
                ("started_unix_us", started_unix_us.to_string()),
                ("started_at_us", started_at.as_micros().to_string()),
            ],
        };
        entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    /// The files kept inside the recording.
    pub(crate) fn files(&self) -> Vec<Attached> {
        let toml = |name: &str, text: &str| Attached {
            name: name.to_owned(),
            media_type: "application/toml".to_owned(),
            data: text.as_bytes().to_vec(),
        };
        let site = self.site_toml.as_deref().map(|text| toml(SITE_FILE, text));
        std::iter::once(toml(PLAN_FILE, &self.plan_toml))
            .chain(site)
            .chain(self.attachments.iter().cloned())
            .collect()
    }

    /// The header that `session`, `clock` and `files` tell.
    ///
    /// # Errors
    /// [`HeaderError`] names the first part that is missing or not what it has to be.
    pub(crate) fn read(
        session: &Map,
        clock: &Map,
        files: Vec<Attached>,
    ) -> Result<Self, HeaderError> {
        let found: u32 = number(session, "record_schema")?;
        if found != RECORD_SCHEMA {
            return Err(HeaderError::Schema { found });
        }
        let limits: LimitsRow = json(session, "limits")?;
        let program: ProgramRow = json(session, "program")?;
        let identity: IdentityRow = json(session, "identity")?;
        let (plan_toml, site_toml, attachments) = split_files(files)?;
        let header = Self {
            plan_id: text(session, "plan_id")?.to_owned(),
            plan_toml,
            site_toml,
            identity: identity.into(),
            seed: session.get("seed").map(|_| number(session, "seed")).transpose()?,
            rfa_version: text(session, "rfa_version")?.to_owned(),
            git_commit: session.get("git_commit").cloned(),
            clock: read_clock(clock)?,
            trips_before: number(session, "trips_before")?,
            limits: LimitsSpec::try_from(&limits).map_err(HeaderError::row("limits"))?,
            program: Program::try_from(&program).map_err(HeaderError::row("program"))?,
            attachments,
        };
        let same = [
            ("session", format!("{:08x}", header.limits.session.0)),
            ("plan_hash", header.limits.plan.to_string()),
        ];
        for (field, in_limits) in same {
            let told = text(session, field)?;
            if told != in_limits {
                let why = format!("{told:?}, and the limits say {in_limits:?}");
                return Err(HeaderError::bad(field, why));
            }
        }
        Ok(header)
    }
}

/// Replaces the generator's serial number in a session record; false where it is that already.
pub(crate) fn replace_serial(map: &mut Map, serial: &str) -> Result<bool, HeaderError> {
    let mut identity: IdentityRow = json(map, "identity")?;
    let changed = identity.serial != serial;
    identity.serial = serial.to_owned();
    let text = serde_json::to_string(&identity).map_err(|e| HeaderError::bad("identity", e))?;
    map.insert("identity".to_owned(), text);
    Ok(changed)
}

/// Replaces the wall-clock start in a clock record.
pub(crate) fn replace_start(map: &mut Map, started_unix_us: u64) {
    map.insert("started_unix_us".to_owned(), started_unix_us.to_string());
}

type Files = (String, Option<String>, Vec<Attached>);

fn split_files(files: Vec<Attached>) -> Result<Files, HeaderError> {
    let (mut plan, mut site, mut rest) = (None, None, Vec::new());
    let utf8 = |field, data| String::from_utf8(data).map_err(|e| HeaderError::bad(field, e));
    for file in files {
        match file.name.as_str() {
            PLAN_FILE => plan = Some(utf8(PLAN_FILE, file.data)?),
            SITE_FILE => site = Some(utf8(SITE_FILE, file.data)?),
            _ => rest.push(file),
        }
    }
    Ok((plan.ok_or(HeaderError::Missing(PLAN_FILE))?, site, rest))
}

fn read_clock(map: &Map) -> Result<Clock, HeaderError> {
    match text(map, "time")? {
        "virtual" => Ok(Clock::Virtual),
        "wall" => Ok(Clock::Wall {
            started_unix_us: number(map, "started_unix_us")?,
            started_at: HostInstant::from_micros(number(map, "started_at_us")?),
        }),
        other => Err(HeaderError::bad("time", format!("{other:?} is not virtual or wall"))),
    }
}

fn text<'a>(map: &'a Map, field: &'static str) -> Result<&'a str, HeaderError> {
    map.get(field).map(String::as_str).ok_or(HeaderError::Missing(field))
}

fn number<T>(map: &Map, field: &'static str) -> Result<T, HeaderError>
where
    T: std::str::FromStr<Err = std::num::ParseIntError>,
{
    let text = text(map, field)?;
    text.parse().map_err(|error| HeaderError::bad(field, format!("{text:?}: {error}")))
}

fn json<T: DeserializeOwned>(map: &Map, field: &'static str) -> Result<T, HeaderError> {
    serde_json::from_str(text(map, field)?).map_err(|error| HeaderError::bad(field, error))
}
