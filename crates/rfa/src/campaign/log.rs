//! Results as they come, a line each: what is there is not run again.

use super::Setting;
use super::judge::Found;
use crate::exit::Stop;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Lines read from a log at most.
const LINES_MAX: usize = 1_000_000;

/// What one case came to, as it is logged and told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) case: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) found: Option<Found>,
    /// Why it is not as its row says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
}

/// The open log.
pub(crate) struct Log {
    path: PathBuf,
    file: Mutex<File>,
}

impl Log {
    /// Opens or creates it, and gives what is in it already.
    pub(crate) fn open(
        path: &Path,
        setting: &Setting,
    ) -> Result<(Self, BTreeMap<String, Row>), Stop> {
        let failed = |e: std::io::Error| Stop::failure(format!("{}: {e}", path.display()));
        let mut known = BTreeMap::new();
        let open = |options: &mut OpenOptions| options.open(path).map_err(failed);
        let mut file = match path.exists() {
            true => {
                let mut lines = BufReader::new(open(OpenOptions::new().read(true))?).lines();
                let head = lines.next().transpose().map_err(failed)?.unwrap_or_default();
                let there: Option<Setting> = serde_json::from_str(&head).ok();
                if there.as_ref() != Some(setting) {
                    return Err(other_campaign(path, &head, setting));
                }
                for line in lines.take(LINES_MAX) {
                    // A line that was being written when the campaign was interrupted is no result.
                    let Ok(row) = serde_json::from_str::<Row>(&line.map_err(failed)?) else {
                        continue;
                    };
                    known.insert(row.case.clone(), row);
                }
                open(OpenOptions::new().append(true))?
            }
            false => open(OpenOptions::new().write(true).create_new(true))?,
        };
        // A line that was cut short ends here.
        let head =
            if known.is_empty() { serde_json::to_string(setting) } else { Ok(String::new()) };
        let head = head.map_err(|e| Stop::failure(e.to_string()))?;
        writeln!(file, "{head}").map_err(failed)?;
        Ok((Self { path: path.to_owned(), file: Mutex::new(file) }, known))
    }

    /// Adds a result.
    pub(crate) fn add(&self, row: &Row) -> Result<(), Stop> {
        let line = serde_json::to_string(row).map_err(|e| Stop::failure(e.to_string()))?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(file, "{line}").map_err(|e| Stop::failure(format!("{}: {e}", self.path.display())))
    }
}

fn other_campaign(path: &Path, head: &str, setting: &Setting) -> Stop {
    let ours = serde_json::to_string(setting).unwrap_or_default();
    let head: String = head.chars().filter(|c| !c.is_control()).take(200).collect();
    Stop::usage(format!(
        "{}: is the log of another campaign: {head}, not {ours}; name another file, or remove it",
        path.display()
    ))
}
