//! Opening the port.

use crate::LinkError;
use rustix::fs::OFlags;
use rustix::termios::{ioctl_tiocnxcl, isatty};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use tokio::runtime::Runtime;
use tokio_serial::SerialStream;

/// An open serial port that nobody else has, in raw mode, 8N1 without flow control.
///
/// It carries the runtime that drives it; both move to the link's thread together.
#[derive(Debug)]
pub struct Port {
    pub(crate) path: PathBuf,
    pub(crate) stream: SerialStream,
    pub(crate) runtime: Runtime,
    /// The writing half's own descriptor: never blocks, and needs no runtime.
    pub(crate) writer: File,
}

impl Port {
    /// Opens `path` (a serial device, or a link to one) at `baud` bits a second.
    ///
    /// # Errors
    /// [`LinkError`] that says what is wrong with the path and how to mend it.
    pub fn open(path: &Path, baud: u32) -> Result<Self, LinkError> {
        check_kind(path)?;
        let writer = open_writer(path)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(|source| io_error(path, "starting the reader", source))?;
        let stream = open_stream(path, baud, &runtime)?;
        if is_pseudo_terminal(path) {
            // `TIOCEXCL` on a pseudo-terminal outlives a killed process as long as the other side
            // stays open, and would lock the simulator out of its next session. The exclusive
            // `flock` that was taken with it stays, and ends with the process however that ends.
            ioctl_tiocnxcl(&writer)
                .map_err(|source| io_error(path, "sharing the terminal", source.into()))?;
        }
        Ok(Self { path: path.to_owned(), stream, runtime, writer })
    }
}

/// Opened first, and by the plain call, whose errors tell the cases apart.
fn open_writer(path: &Path) -> Result<File, LinkError> {
    let flags = OFlags::NOCTTY | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path);
    let file = file.map_err(|error| plain_error(path, "opening it", error))?;
    if isatty(&file) { Ok(file) } else { Err(LinkError::NotATerminal { path: path.to_owned() }) }
}

fn open_stream(path: &Path, baud: u32, runtime: &Runtime) -> Result<SerialStream, LinkError> {
    let _inside = runtime.enter();
    let builder = tokio_serial::new(path.to_string_lossy(), baud)
        .data_bits(serialport::DataBits::Eight)
        .parity(serialport::Parity::None)
        .stop_bits(serialport::StopBits::One)
        .flow_control(serialport::FlowControl::None)
        .exclusive(true);
    SerialStream::open(&builder).map_err(|error| match error.kind() {
        serialport::ErrorKind::NoDevice => LinkError::Busy { path: path.to_owned() },
        serialport::ErrorKind::InvalidInput => LinkError::Baud { path: path.to_owned(), baud },
        serialport::ErrorKind::Io(kind) => {
            io_error(path, "setting it up", io::Error::new(kind, error.description.clone()))
        }
        serialport::ErrorKind::Unknown => {
            io_error(path, "setting it up", io::Error::other(error.description.clone()))
        }
    })
}

fn plain_error(path: &Path, doing: &'static str, source: io::Error) -> LinkError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound => LinkError::NotFound { path },
        io::ErrorKind::PermissionDenied => LinkError::Permission { path },
        io::ErrorKind::ResourceBusy => LinkError::Busy { path },
        _ => LinkError::Io { path, doing, source },
    }
}

pub(crate) fn io_error(path: &Path, doing: &'static str, source: io::Error) -> LinkError {
    LinkError::Io { path: path.to_owned(), doing, source }
}

fn check_kind(path: &Path) -> Result<(), LinkError> {
    let metadata =
        std::fs::metadata(path).map_err(|error| plain_error(path, "looking at it", error))?;
    if metadata.file_type().is_char_device() {
        Ok(())
    } else {
        Err(LinkError::NotATerminal { path: path.to_owned() })
    }
}

fn is_pseudo_terminal(path: &Path) -> bool {
    std::fs::canonicalize(path).is_ok_and(|real| real.starts_with("/dev/pts"))
}
