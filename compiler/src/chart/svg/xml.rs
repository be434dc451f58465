//! Writing XML: every text and every attribute goes through [`escaped`].

use std::fmt::Write;

/// XML being written.
#[derive(Default)]
pub(in crate::chart) struct Xml {
    out: String,
}

impl Xml {
    pub(in crate::chart) fn done(self) -> String {
        self.out
    }

    /// Something that has been written already.
    pub(in crate::chart) fn raw(&mut self, written: &str) {
        self.out.push_str(written);
    }

    pub(in crate::chart) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.out.push('>');
    }

    pub(in crate::chart) fn close(&mut self, name: &str) {
        let _ = write!(self.out, "</{name}>");
    }

    pub(in crate::chart) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.out.push_str("/>");
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)]) {
        let _ = write!(self.out, "<{name}");
        for (key, value) in attributes {
            let _ = write!(self.out, " {key}=\"{}\"", escaped(value));
        }
    }

    pub(super) fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64, round: f64) {
        let _ = write!(
            self.out,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"{round}\"/>",
            short(width),
            short(height)
        );
    }

    /// A text that begins at `x`; with `right` it is read from there to the left.
    pub(super) fn text(&mut self, class: &str, x: f64, y: f64, right: bool, text: &str) {
        let direction = if right { " direction=\"rtl\"" } else { "" };
        let (x, y) = (short(x), short(y));
        let _ = write!(
            self.out,
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\"{direction}>{}</text>",
            escaped(text)
        );
    }

    /// A text that ends at `x`, with the number of the card that it names.
    pub(super) fn text_end(&mut self, (class, to): (&str, &str), x: f64, y: f64, text: &str) {
        let (x, y) = (short(x).to_string(), short(y).to_string());
        let all = [("class", class), ("x", &x), ("y", &y), ("text-anchor", "end"), ("data-to", to)];
        let attributes: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        self.open("text", &attributes);
        self.raw(&escaped(text));
        self.close("text");
    }
}

/// A coordinate with two digits after the point at most.
pub(in crate::chart) fn short(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// A text as it stands between tags or in quotes.
pub(in crate::chart) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_its_text() {
        assert_eq!(
            escaped("</text>]]><b a='1' b=\"2\">&"),
            "&lt;/text&gt;]]&gt;&lt;b a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;"
        );
    }
}
