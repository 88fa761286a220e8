//! `rfa rec check, sign, key`: whether a recording is what was recorded.

use super::edit;
use crate::cli::Format;
use crate::exit::{Exit, Stop};
use crate::output;
use crate::treatment::random;
use rfa_record::{CheckReport, PublicKey, SigningKey};
use std::path::Path;

pub(super) fn check(file: &Path, key: Option<&Path>, format: Format) -> Result<Exit, Stop> {
    let key = key.map(PublicKey::read).transpose().map_err(|e| Stop::usage(e.to_string()))?;
    let report = rfa_record::check(file, key.as_ref()).map_err(|e| Stop::failure(e.to_string()))?;
    match format {
        Format::Json => output::json(&report)?,
        Format::Text => output::line(&text(&report, key.is_some()))?,
    }
    Ok(if report.intact { Exit::Ok } else { Exit::Difference })
}

fn text(report: &CheckReport, key_given: bool) -> String {
    let CheckReport { checkpoints, records, .. } = report;
    let fits = format!("{records} records fit {checkpoints} checkpoints");
    if let Some(misfit) = &report.misfit {
        let misfit = output::plain(&misfit.to_string());
        return format!("not intact: {misfit}\n{fits} before it");
    }
    let keys: Vec<_> = report.keys.iter().map(ToString::to_string).collect();
    let signed = match (report.signed, key_given) {
        (false, _) => "not signed: this shows accidents, not what somebody wrote on purpose",
        (true, true) => "signed by the key given",
        (true, false) => "compare the key, or give it with --key",
    };
    let by = keys.iter().map(|key| format!("\nsigned by {key}")).collect::<String>();
    format!("intact: {fits}{by}\n{signed}")
}

pub(super) fn sign(from: &Path, to: &Path, key: &Path) -> Result<Exit, Stop> {
    let key = SigningKey::read(key).map_err(|e| Stop::usage(e.to_string()))?;
    let public = key.public();
    rfa_record::sign(from, to, key).map_err(edit::stop)?;
    output::line(&format!("wrote {}, signed by {public}", to.display()))?;
    Ok(Exit::Ok)
}

pub(super) fn key(to: &Path) -> Result<Exit, Stop> {
    let key = SigningKey::from_seed(&random()?);
    let public = key.write(to).map_err(|e| Stop::usage(e.to_string()))?;
    let (secret, shown) = (to.display(), public.display());
    output::line(&format!("wrote {secret} and {shown}, public key {}", key.public()))?;
    Ok(Exit::Ok)
}
