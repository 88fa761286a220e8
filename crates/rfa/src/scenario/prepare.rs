//! Files to scenarios that can be run: the plan and the tissue they name are found and good.

use super::Treatment;
use crate::exit::Stop;
use crate::treatment::{Asked, local_generator};
use rfa_plan::FileErrors;
use rfa_scenario::{Fault, Run, Scenario};
use rfa_sim::ScheduledFault;
use rfa_tissue::Setting;
use rfa_units::GeneratorInstant;
use std::path::{Path, PathBuf};

/// Files of one command at most.
const FILES_MAX: usize = 1_000;

/// A scenario with everything its runs share.
pub(crate) struct Prepared {
    /// The file as it was named.
    pub(crate) file: PathBuf,
    pub(crate) scenario: Scenario,
    pub(crate) asked: Asked,
    /// The needle in its tissue.
    pub(crate) setting: Setting,
}

impl Prepared {
    /// The seed of a run's noise, and that of its group; `asked`: in place of the file's own.
    pub(crate) fn seeds(&self, run: &Run, asked: Option<u64>) -> (u64, u64) {
        let base = asked.or(run.seed).unwrap_or(self.scenario.seed);
        (run.seed(base), base)
    }

    /// One run as a treatment.
    pub(crate) fn treatment(&self, run: &Run, seed: u64) -> Treatment<'_> {
        Treatment {
            asked: &self.asked,
            setting: &self.setting,
            script: self.scenario.script.clone(),
            footswitch: self.scenario.footswitch,
            faults: self.faults(run),
            sensor_noise_c: None,
            seed,
        }
    }

    /// The scenario's faults at the run's time; for a twin, the twin of each.
    fn faults(&self, run: &Run) -> Vec<ScheduledFault> {
        let scheduled = |fault: &Fault| ScheduledFault {
            setting: if run.twin { fault.setting.fault.twin() } else { fault.setting },
            at: GeneratorInstant::ZERO.plus(run.at).plus(fault.after),
            lasts: fault.lasts,
        };
        self.scenario.faults.iter().map(scheduled).collect()
    }
}

/// The files named, and those of the folders named, each folder's in the order of their names.
pub(crate) fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>, Stop> {
    let mut found = Vec::new();
    for path in named {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        let unread = |e: std::io::Error| Stop::usage(format!("{}: {e}", path.display()));
        let mut inside = Vec::new();
        for entry in std::fs::read_dir(path).map_err(unread)? {
            let file = entry.map_err(unread)?.path();
            if file.extension().is_some_and(|end| end == "toml") && !file.is_dir() {
                inside.push(file);
            }
        }
        if inside.is_empty() {
            let at = path.display();
            return Err(Stop::usage(format!("{at}: the folder holds no file that ends in .toml")));
        }
        inside.sort();
        found.append(&mut inside);
    }
    if found.len() > FILES_MAX {
        let count = found.len();
        return Err(Stop::usage(format!("{count} files; at most {FILES_MAX} are taken at once")));
    }
    Ok(found)
}

/// Why a scenario cannot be run.
pub(crate) struct Refused {
    pub(crate) file: PathBuf,
    /// In words, for people.
    pub(crate) message: String,
    /// The same for machines, where the file itself is wrong.
    pub(crate) errors: Option<FileErrors>,
}

/// Reads a scenario, its plan and its tissue.
pub(crate) fn prepare(file: &Path) -> Result<Prepared, Refused> {
    let refused = |message: &str, errors: Option<FileErrors>| Refused {
        file: file.to_owned(),
        message: message.trim_end().to_owned(),
        errors,
    };
    let scenario = rfa_scenario::read_scenario(file)
        .map_err(|errors| refused(&errors.to_string(), Some(errors)))?;
    with_scenario(file, scenario).map_err(|stop| refused(&stop.message, None))
}

fn with_scenario(file: &Path, scenario: Scenario) -> Result<Prepared, Stop> {
    let of_file = |part: &str, stop: &Stop| {
        Stop::usage(format!("{}: {part}: {}", file.display(), stop.message.trim_end()))
    };
    let asked = Asked::of_plan(&scenario.plan).map_err(|stop| of_file("plan", &stop))?;
    let named = |name: &str| match name.contains(['.', '/']) {
        true => rfa_plan::read_tissue(Path::new(name)),
        false => rfa_plan::shipped_tissue(name),
    };
    let tissue = scenario.tissue.as_deref().map(named).transpose();
    let tissue = tissue.map_err(|e| of_file("tissue", &Stop::usage(e.to_string())))?;
    let setting = local_generator::setting(&asked.plan, scenario.electrode, tissue)
        .map_err(|stop| of_file("tissue", &stop))?;
    Ok(Prepared { file: file.to_owned(), scenario, asked, setting })
}

/// All of them; an error tells everything that is wrong with any.
pub(crate) fn prepare_all(files: &[PathBuf]) -> Result<Vec<Prepared>, Stop> {
    let (mut good, mut wrong) = (Vec::new(), Vec::new());
    for file in files {
        match prepare(file) {
            Ok(prepared) => good.push(prepared),
            Err(refused) => wrong.push(refused.message),
        }
    }
    if wrong.is_empty() { Ok(good) } else { Err(Stop::usage(wrong.join("\n\n"))) }
}
