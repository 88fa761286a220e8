//! Recordings that are being written.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often an unfinished recording is looked at again. A chunk of it is half a second.
const AGAIN: Duration = Duration::from_millis(200);

/// Whether and how long a recording is followed.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct FollowArguments {
    /// Go on while the recording is written.
    #[arg(long)]
    pub(crate) follow: bool,
    /// Longest time without growth, s; then the recording counts as ended.
    #[arg(long, value_name = "TIME", default_value_t = 60, requires = "follow",
          value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) follow_timeout_s: u32,
}

/// A recording that is waited for.
#[derive(Debug)]
pub(super) struct Follow {
    path: PathBuf,
    follow: bool,
    timeout: Duration,
    bytes: u64,
    grown: Instant,
    looked: Instant,
}

impl Follow {
    pub(super) fn new(path: &Path, arguments: FollowArguments) -> Self {
        let FollowArguments { follow, follow_timeout_s } = arguments;
        Self {
            path: path.to_owned(),
            follow,
            timeout: Duration::from_secs(u64::from(follow_timeout_s)),
            bytes: 0,
            grown: Instant::now(),
            looked: Instant::now(),
        }
    }

    /// Bytes of the file when it was looked at last.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Waits a little, if asked to; then there may be more. False: nothing is to be expected.
    pub(super) fn wait(&mut self) -> bool {
        if !self.follow {
            return false;
        }
        std::thread::sleep(AGAIN);
        if self.look() != Growth::Over {
            return true;
        }
        eprintln!("{}", self.over());
        false
    }

    /// Looks whether the file has grown, if it is followed and the last look is a while ago.
    pub(super) fn due(&mut self) -> Growth {
        if !self.follow || self.looked.elapsed() < AGAIN {
            return Growth::Still;
        }
        self.look()
    }

    fn look(&mut self) -> Growth {
        self.looked = Instant::now();
        let bytes = std::fs::metadata(&self.path).map_or(self.bytes, |file| file.len());
        if bytes != self.bytes {
            (self.bytes, self.grown) = (bytes, self.looked);
            return Growth::Grown;
        }
        if self.grown.elapsed() < self.timeout { Growth::Still } else { Growth::Over }
    }

    /// That nothing came for too long, in words.
    pub(super) fn over(&self) -> String {
        let (path, bytes, seconds) =
            (self.path.display(), self.bytes, self.grown.elapsed().as_secs());
        format!("{path}: no growth beyond byte {bytes} for {seconds} s; its program may be gone")
    }
}

/// What became of a file that is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Growth {
    /// There is more.
    Grown,
    /// Not yet.
    Still,
    /// For too long.
    Over,
}
