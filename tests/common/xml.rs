//! Whether a text is well-formed XML, as far as JUnit files use it.

/// The names of its elements, in the order they begin.
pub(crate) fn well_formed(xml: &str) -> Result<Vec<String>, String> {
    let rest = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let mut rest = rest.ok_or("no declaration")?;
    let (mut open, mut names) = (Vec::<String>::new(), Vec::<String>::new());
    while let Some((before, tag)) = rest.split_once('<') {
        plain(before)?;
        if open.is_empty() && !before.trim().is_empty() {
            return Err(format!("text outside the root: {before:?}"));
        }
        let (tag, after) = tag.split_once('>').ok_or("a tag is not closed")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop().as_deref() != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
            continue;
        }
        let (tag, alone) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        if open.is_empty() && !names.is_empty() {
            return Err("two roots".to_owned());
        }
        attributes_of(attributes)?;
        names.push(name.to_owned());
        if !alone {
            open.push(name.to_owned());
        }
    }
    if open.is_empty() && rest.trim().is_empty() {
        Ok(names)
    } else {
        Err(format!("open: {open:?}"))
    }
}

fn attributes_of(text: &str) -> Result<(), String> {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").ok_or(format!("no attribute: {rest}"))?;
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase()) {
            return Err(format!("no name of an attribute: {name:?}"));
        }
        let (value, after) = after.split_once('"').ok_or("a value is not closed")?;
        plain(value)?;
        rest = after.trim_start();
    }
    Ok(())
}

/// Text without anything that has to be escaped.
fn plain(text: &str) -> Result<(), String> {
    let escapes = ["amp;", "lt;", "gt;", "quot;"];
    let bare = text.split('&').skip(1).any(|after| !escapes.iter().any(|e| after.starts_with(e)));
    let control = text.chars().any(|c| c.is_control() && c != '\n');
    if bare || control || text.contains('>') {
        Err(format!("not escaped: {text:?}"))
    } else {
        Ok(())
    }
}
