//! Recordings that are being written.

use std::time::Duration;

/// How often an unfinished recording is looked at again. A chunk of it is half a second.
const AGAIN: Duration = Duration::from_millis(200);

/// Waits a little, if asked to; then there may be more.
pub(super) fn wait(follow: bool) -> bool {
    if follow {
        std::thread::sleep(AGAIN);
    }
    follow
}
