//! Which rfa recorded, and which re-executes.

use rfa_record::Header;

/// Says so where another rfa recorded than re-executes: of another version or, where both are told,
/// built from another commit. The loop's numbers and the code stand in no recording, so that both
/// are those of this program.
#[must_use]
pub(crate) fn other_rfa(header: &Header, commit: Option<&str>) -> Option<String> {
    let ours = env!("CARGO_PKG_VERSION");
    let recorded = header.rfa_version.as_str();
    if recorded != ours {
        return Some(format!("recorded by rfa {recorded}, re-executed by rfa {ours}"));
    }
    let known = |commit: &&str| *commit != "unknown";
    let (theirs, own) = header.git_commit.as_deref().filter(known).zip(commit.filter(known))?;
    (theirs != own)
        .then(|| format!("recorded by commit {theirs} of rfa {recorded}, re-executed by {own}"))
}
