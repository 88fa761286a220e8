//! Where a session's files stand: `TABLE/date=YYYY-MM-DD/plan=ID/SESSION.parquet`.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::PathBuf;

/// What stands for null in the name of a folder: Hive's word, which DuckDB, polars and Spark read.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// Bytes of a folder's name at most: file systems end at 255.
const NAME_MAX: usize = 200;

/// The folder of a session below that of a table.
///
/// # Errors
/// A sentence: what of it makes no folder.
pub(crate) fn folder(started_unix_us: Option<u64>, plan: &str) -> Result<PathBuf, String> {
    let date = started_unix_us.map_or_else(|| Ok(NULL.to_owned()), date)?;
    let plan = encoded(plan);
    if plan.len() > NAME_MAX {
        let bytes = plan.len();
        return Err(format!(
            "its plan's name makes a folder of {bytes} bytes; at most {NAME_MAX} are possible"
        ));
    }
    Ok(PathBuf::from(format!("date={date}")).join(format!("plan={plan}")))
}

/// The date in UTC.
fn date(unix_us: u64) -> Result<String, String> {
    let told = || format!("its start, {unix_us} us since 1970, is no date");
    let at = i64::try_from(unix_us).ok().and_then(|us| Timestamp::from_microsecond(us).ok());
    Ok(at.ok_or_else(told)?.to_zoned(TimeZone::UTC).date().to_string())
}

/// The text as a folder's name: letters, digits, hyphen, underscore and dot stay, every other byte
/// is `%` with two hexadecimal digits, as Hive writes it.
fn encoded(text: &str) -> String {
    if text.is_empty() {
        return NULL.to_owned();
    }
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_hives() {
        let at = |started, plan| {
            folder(started, plan).map(|folder| folder.to_string_lossy().into_owned())
        };
        let first = Some(1_700_000_000_000_000);
        assert_eq!(at(first, "gasserian-70"), Ok("date=2023-11-14/plan=gasserian-70".to_owned()));
        // A second before and at midnight, UTC.
        assert!(at(Some(86_399_999_999), "a").is_ok_and(|at| at.starts_with("date=1970-01-01/")));
        assert!(at(Some(86_400_000_000), "a").is_ok_and(|at| at.starts_with("date=1970-01-02/")));
        let null = format!("date={NULL}/plan={NULL}");
        assert_eq!(at(None, ""), Ok(null));
    }

    /// A recording may say anything of its plan.
    #[test]
    fn no_plan_leaves_its_folder() {
        for plan in ["../../x", "/etc", "a/b", "..", "a=b", "ü 1\n", "%2F"] {
            let folder = folder(None, plan).expect("a folder");
            let parts: Vec<_> = folder.components().collect();
            assert_eq!(parts.len(), 2, "{plan:?}: {folder:?}");
        }
        assert_eq!(encoded("../a b"), "..%2Fa%20b");
        assert!(folder(None, &"ü".repeat(100)).is_err_and(|why| why.contains("600 bytes")));
        assert!(folder(Some(u64::MAX), "a").is_err_and(|why| why.contains("is no date")));
    }
}
