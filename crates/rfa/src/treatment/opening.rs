//! Opening a session: who is there, with which limits, recorded where.

use super::{Asked, refuse_headless_on_live, start};
use crate::cli::Treatment;
use crate::exit::{Exit, Stop};
use crate::trips::TripCount;
use crossbeam_channel::Receiver;
use rfa_interlock::Activation;
use rfa_link::{LinkError, Port, monotonic_now};
use rfa_plan::Plan;
use rfa_record::{Clock, Header, RecordError, Recorder, TruthRow};
use rfa_runtime::{
    RunningSession, SessionConfig, activation_of, hard_limits_for, identity_of, limits_for,
};
use rfa_session::Identity;
use rfa_units::SessionId;
use rfa_wire::LinkKey;
use rfa_wire::handshake::{Config, Failure};
use std::path::{Path, PathBuf};

/// A session that has begun; nothing is armed.
pub(super) struct Started {
    pub(super) running: RunningSession,
    pub(super) recording: PathBuf,
    pub(super) trips: TripCount,
}

/// Everything a session is opened with.
pub(super) struct Setup<'a> {
    asked: &'a Asked,
    headless: bool,
    record: Option<PathBuf>,
    seed: Option<u64>,
    predicts: bool,
}

impl<'a> Setup<'a> {
    pub(super) fn new(asked: &'a Asked, arguments: &Treatment, seed: Option<u64>) -> Self {
        let record = arguments.record.clone();
        Self { asked, headless: arguments.headless, record, seed, predicts: true }
    }

    /// A headless session of a program, not of a command line.
    pub(super) const fn headless(
        asked: &'a Asked,
        record: PathBuf,
        seed: u64,
        predicts: bool,
    ) -> Self {
        Self { asked, headless: true, record: Some(record), seed: Some(seed), predicts }
    }

    /// Opens the port and starts the session. Nothing is armed.
    pub(super) fn start(
        &self,
        port: &Path,
        truth: Option<Receiver<TruthRow>>,
    ) -> Result<Started, Stop> {
        let config = config(self.asked, random_session()?, random()?);
        let connection = Port::open(port, self.asked.site.link.baud)
            .and_then(|port| port.connect(config))
            .map_err(|e| not_opened(&e))?;
        let identity = identity_of(&connection.identity);
        if self.headless {
            refuse_headless_on_live(identity.kind)?;
        }
        let trips = TripCount::of(&identity)?;
        let activation = activation_of(&connection.identity);
        let clock = Clock::Wall { started_unix_us: unix_us()?, started_at: monotonic_now() };
        let header = Header {
            trips_before: trips.count(),
            ..header(self.asked, identity, activation, config.session, clock, self.seed)?
        };
        let path = self.recording_path()?;
        let recorder = create(&path, &header, self.asked)?;
        let running = start(SessionConfig {
            plan: self.asked.plan.clone(),
            connection,
            trips: trips.count(),
            recorder: Some(recorder),
            tracker: if self.predicts {
                super::prediction::tracker(&self.asked.plan)?
            } else {
                None
            },
            truth,
            realtime: super::REALTIME,
        })?;
        Ok(Started { running, recording: path, trips })
    }

    /// The file asked for, or one of the site's folder named by the time.
    fn recording_path(&self) -> Result<PathBuf, Stop> {
        if let Some(path) = &self.record {
            return Ok(path.clone());
        }
        let folder = PathBuf::from(&self.asked.site.recording_directory);
        std::fs::create_dir_all(&folder)
            .map_err(|e| Stop::failure(format!("{}: {e}; give --record FILE", folder.display())))?;
        let now = jiff::Zoned::now().strftime("%Y%m%d-%H%M%S-%3f");
        Ok(folder.join(format!("{}-{now}.mcap", self.asked.plan.id)))
    }
}

/// The handshake's numbers.
pub(super) fn config(asked: &Asked, session: SessionId, host_nonce: [u8; 16]) -> Config {
    let (plan, link) = (&asked.plan, &asked.site.link);
    Config {
        link: LinkKey(link.key),
        session,
        host_nonce,
        channels: link.channels,
        telemetry_hz: link.telemetry_hz,
        mode: plan.program.mode,
        limits: hard_limits_for(plan),
    }
}

/// What the recording says about its session.
pub(super) fn header(
    asked: &Asked,
    identity: Identity,
    activation: Activation,
    session: SessionId,
    clock: Clock,
    seed: Option<u64>,
) -> Result<Header, Stop> {
    let limits = limits_for(&asked.plan, activation, session)
        .map_err(|e| Stop::usage(format!("plan {}: {e}", asked.plan.id)))?;
    let Plan { id, program, .. } = &asked.plan;
    Ok(Header {
        plan_id: id.clone(),
        plan_toml: asked.plan_toml.clone(),
        site_toml: asked.site_toml.clone(),
        identity,
        seed,
        rfa_version: env!("CARGO_PKG_VERSION").to_owned(),
        git_commit: Some(crate::COMMIT.to_owned()),
        clock,
        trips_before: 0,
        limits: *limits.spec(),
        program: *program,
        attachments: asked.attachments.clone(),
    })
}

/// The recording's file; one that is there already is never overwritten.
pub(super) fn create(path: &Path, header: &Header, asked: &Asked) -> Result<Recorder, Stop> {
    Recorder::create_signed(path, header, asked.sign_key.clone()).map_err(|e: RecordError| {
        if e.exists() {
            Stop::usage(format!("{}: is there already; choose another --record", path.display()))
        } else {
            Stop::failure(e.to_string())
        }
    })
}

fn random_session() -> Result<SessionId, Stop> {
    // 0 is no session.
    Ok(SessionId(u32::from_le_bytes(random()?).max(1)))
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N], Stop> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| Stop::failure(format!("no random numbers: {e}")))?;
    Ok(bytes)
}

fn unix_us() -> Result<u64, Stop> {
    u64::try_from(jiff::Timestamp::now().as_microsecond())
        .map_err(|_| Stop::failure("the clock is before 1970; set it"))
}

/// A generator that is there but fails its own checks is a refusal to arm; the rest is no device.
pub(super) fn exit_of(failure: &Failure) -> Exit {
    match failure {
        Failure::SelfTestFailed { .. } | Failure::LimitsDiffer { .. } => Exit::Tripped,
        _ => Exit::NoDevice,
    }
}

fn not_opened(error: &LinkError) -> Stop {
    let exit = match error {
        LinkError::Handshake { failure, .. } => exit_of(failure),
        _ => Exit::NoDevice,
    };
    Stop { exit, message: error.to_string() }
}
