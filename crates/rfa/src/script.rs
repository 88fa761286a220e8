//! A headless run's script: reading its file.

mod operator;

use crate::exit::Stop;
pub(crate) use operator::ScriptedOperator;
pub(crate) use rfa_scenario::Script;
use std::path::Path;

/// Largest script read.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// A script file as it is.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Stop> {
    let at = path.display();
    let unread = |e: std::io::Error| Stop::usage(format!("{at}: cannot be read: {e}"));
    let bytes = std::fs::metadata(path).map_err(unread)?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(Stop::usage(format!("{at}: {bytes} bytes; at most {FILE_BYTES_MAX}")));
    }
    std::fs::read(path).map_err(unread)
}

/// Reads a script file.
pub(crate) fn read(path: &Path) -> Result<Script, Stop> {
    let at = path.display();
    let text = String::from_utf8(bytes(path)?)
        .map_err(|e| Stop::usage(format!("{at}: cannot be read: {e}")))?;
    let script: Script = toml::from_str(&text)
        .map_err(|e| Stop::usage(format!("{at}: {}", e.to_string().trim())))?;
    script.check().map_err(|e| Stop::usage(format!("{at}: {e}")))?;
    Ok(script)
}
