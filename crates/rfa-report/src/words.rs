//! Values in words, and words that cannot do anything.

use serde_json::Value;

/// Characters of one text out of a file that are shown.
const SHOWN_MAX: usize = 4_000;

/// A text out of a file: what moves a cursor, ends a line, changes colours or the direction of
/// writing is written out, so that no recording can forge a line of ours.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for one in text.chars() {
        // Beside the control characters: separators of lines, and of directions (UAX #9).
        let marks = '\u{2028}'..='\u{202e}';
        let isolates = '\u{2066}'..='\u{2069}';
        if one.is_control() || marks.contains(&one) || isolates.contains(&one) {
            plain.extend(one.escape_default());
        } else {
            plain.push(one);
        }
    }
    plain
}

/// The same, for a page: its marks of markup are written out too, and of a text without end only
/// the beginning is shown.
#[must_use]
pub fn escaped(text: &str) -> String {
    let length = text.chars().count();
    let shown: String = text.chars().take(SHOWN_MAX).collect();
    let mut escaped = rfa_plot::escaped(&plain(&shown));
    if length > SHOWN_MAX {
        escaped.push_str(&format!(" [cut: {length} characters]"));
    }
    escaped
}

/// The word a value has in the recording.
pub(crate) fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// A wall-clock time in UTC.
#[must_use]
pub fn utc(unix_us: u64) -> String {
    let at = i64::try_from(unix_us).ok();
    let at = at.and_then(|us| jiff::Timestamp::from_microsecond(us).ok());
    at.map_or("at a time outside the calendar".to_owned(), |at| {
        at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
    })
}

/// A time of seconds, with minutes where there are some.
#[must_use]
pub fn clock(seconds: f64) -> String {
    if seconds.abs() < 60.0 {
        return format!("{seconds:.2} s");
    }
    let tenths = (seconds.abs() * 10.0).round() as u64;
    let sign = if seconds < 0.0 { "-" } else { "" };
    format!("{sign}{} min {:02}.{} s", tenths / 600, tenths % 600 / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_in_its_line() {
        assert_eq!(plain("Nadel 3, 37,5 °C"), "Nadel 3, 37,5 °C");
        assert_eq!(plain("a\nb\x1b[2K\u{9b}\u{202e}c"), "a\\nb\\u{1b}[2K\\u{9b}\\u{202e}c");
    }

    #[test]
    fn a_text_stays_text() {
        let hostile = "<script>alert('x')</script>&\"\u{202e}";
        let expected = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;\\u{202e}";
        assert_eq!(escaped(hostile), expected);
        let long = escaped(&"a".repeat(5_000));
        assert!(long.len() < 4_100 && long.ends_with(" [cut: 5000 characters]"), "{long}");
    }

    #[test]
    fn times_are_for_people() {
        assert_eq!((clock(5.234), clock(75.04)), ("5.23 s".into(), "1 min 15.0 s".into()));
        assert_eq!((clock(119.96), clock(-61.0)), ("2 min 00.0 s".into(), "-1 min 01.0 s".into()));
    }
}
