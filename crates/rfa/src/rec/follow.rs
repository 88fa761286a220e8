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
        let bytes = std::fs::metadata(&self.path).map_or(self.bytes, |file| file.len());
        if bytes != self.bytes {
            (self.bytes, self.grown) = (bytes, Instant::now());
        }
        let still = self.grown.elapsed();
        if still < self.timeout {
            return true;
        }
        let (path, seconds) = (self.path.display(), still.as_secs());
        eprintln!("{path}: no growth beyond byte {bytes} for {seconds} s; its program may be gone");
        false
    }
}
