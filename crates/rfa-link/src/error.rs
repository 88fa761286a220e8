//! What can go wrong at the port, with the mend.

use rfa_wire::handshake::Failure;
use std::path::{Path, PathBuf};

/// Why there is no link. Each names the place and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// There is nothing at that path.
    #[error(
        "port {path}: not found; check the name and that the cable is plugged in \
         (`ls /dev/ttyUSB* /dev/ttyACM*`), or start the simulator with `rfa sim --link {path}`",
        path = path.display()
    )]
    NotFound {
        /// The path asked for.
        path: PathBuf,
    },
    /// The user may not open it.
    #[error(
        "port {path}: permission denied; add yourself to the group that owns the port \
         (`ls -l {path}`, usually `dialout`) and sign in again",
        path = path.display()
    )]
    Permission {
        /// The path asked for.
        path: PathBuf,
    },
    /// Somebody else has it open for themselves.
    #[error(
        "port {path}: busy; another program has it open (`fuser {path}` names it), \
         end that program first",
        path = path.display()
    )]
    Busy {
        /// The path asked for.
        path: PathBuf,
    },
    /// It is a file, a directory or another kind of device.
    #[error(
        "port {path}: not a serial port; name a terminal device such as /dev/ttyUSB0, \
         or the link that `rfa sim --link` made",
        path = path.display()
    )]
    NotATerminal {
        /// The path asked for.
        path: PathBuf,
    },
    /// The baud rate cannot be set.
    #[error("port {path}: {baud} baud cannot be set; use a rate the port has, such as 921600",
        path = path.display())]
    Baud {
        /// The path asked for.
        path: PathBuf,
        /// The rate asked for.
        baud: u32,
    },
    /// The operating system refused something else.
    #[error("port {path}: {doing}: {source}", path = path.display())]
    Io {
        /// The path in use.
        path: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The port hung up during the handshake.
    #[error(
        "port {path}: hung up while connecting; check the cable and that the generator is on, \
         then try again",
        path = path.display()
    )]
    HungUp {
        /// The path in use.
        path: PathBuf,
    },
    /// No conversation could be set up.
    #[error(
        "port {path}: {failure} ({received} bytes received, {corrupt} frames corrupt, \
         {refused} refused)",
        path = path.display()
    )]
    Handshake {
        /// The path in use.
        path: PathBuf,
        /// What failed; its text says what to check.
        failure: Failure,
        /// Bytes that came in meanwhile: none tells a dead line from a wrong device.
        received: u64,
        /// Frames that did not decode.
        corrupt: u32,
        /// Whole frames refused: foreign, forged, repeated or late.
        refused: u32,
    },
}

impl LinkError {
    /// The path the error is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::NotFound { path }
            | Self::Permission { path }
            | Self::Busy { path }
            | Self::NotATerminal { path }
            | Self::Baud { path, .. }
            | Self::Io { path, .. }
            | Self::HungUp { path }
            | Self::Handshake { path, .. } => path,
        }
    }
}
