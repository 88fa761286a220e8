//! Texts in XML and HTML.

/// A text that stays one between marks and in an attribute's quotes, in XML as in HTML.
///
/// XML 1.0 (production 2, `Char`) has no place for most control characters, however they are
/// written: all are spaces. U+FFFE and U+FFFF, for which it has none either, are U+FFFD.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            one if one.is_control() => escaped.push(' '),
            one => escaped.push(one),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_breaks_out_of_its_place() {
        assert_eq!(escaped("a < \"b\" & 'c' > d"), "a &lt; &quot;b&quot; &amp; &#39;c&#39; &gt; d");
        assert_eq!(escaped("one\ntwo\u{1b}[31m\u{ffff}"), "one two [31m\u{fffd}");
    }
}
