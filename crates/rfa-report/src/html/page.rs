//! A page put together. What is a `&'static str` is markup of ours; every other text is escaped.

use crate::words::escaped;

/// What the page may fetch: nothing. Its own style is all it has.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// A page.
pub(super) struct Page(String);

impl Page {
    pub(super) fn new(title: &str) -> Self {
        Self(format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n",
            escaped(title),
            include_str!("style.css"),
        ))
    }

    pub(super) fn finish(mut self) -> String {
        self.raw("</body>\n</html>\n");
        self.0
    }

    /// Markup of ours.
    pub(super) fn raw(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Words.
    pub(super) fn text(&mut self, words: &str) {
        self.0.push_str(&escaped(words));
    }

    pub(super) fn heading(&mut self, words: &str) {
        self.raw("<h2>");
        self.text(words);
        self.raw("</h2>\n");
    }

    pub(super) fn paragraph(&mut self, open: &'static str, words: &str) {
        self.raw(open);
        self.text(words);
        self.raw("</p>\n");
    }

    /// What is not there.
    pub(super) fn none(&mut self, words: &str) {
        self.paragraph("<p class=\"none\">", words);
    }

    /// A picture that `rfa-plot` wrote: it escapes its words itself.
    pub(super) fn figure(&mut self, class: &'static str, svg: &str) {
        self.raw("<figure class=\"");
        self.raw(class);
        self.raw("\">\n");
        self.0.push_str(svg);
        self.raw("</figure>\n");
    }

    /// A label and a value a row.
    pub(super) fn facts(&mut self, rows: &[(&str, String)]) {
        self.raw("<table class=\"facts\"><tbody>\n");
        for (label, value) in rows {
            self.raw("<tr><th scope=\"row\">");
            self.text(label);
            self.raw("</th><td>");
            self.text(value);
            self.raw("</td></tr>\n");
        }
        self.raw("</tbody></table>\n");
    }

    /// The heading of a table; rows follow, then [`end_table`](Self::end_table).
    pub(super) fn table(&mut self, heads: &[&str]) {
        self.raw("<table><thead><tr>");
        for head in heads {
            self.raw("<th scope=\"col\">");
            self.text(head);
            self.raw("</th>");
        }
        self.raw("</tr></thead><tbody>\n");
    }

    /// A row; `open` is its first tag.
    pub(super) fn row(&mut self, open: &'static str, cells: &[(&'static str, &str)]) {
        self.raw(open);
        for (cell, words) in cells {
            self.raw(cell);
            self.text(words);
            self.raw("</td>");
        }
        self.raw("</tr>\n");
    }

    pub(super) fn end_table(&mut self) {
        self.raw("</tbody></table>\n");
    }
}

/// A cell of words, and one that does not break.
pub(super) const CELL: &str = "<td>";
pub(super) const TIME: &str = "<td class=\"time\">";
pub(super) const WORD: &str = "<td class=\"word\">";
pub(super) const WHO: &str = "<td class=\"who\">";
