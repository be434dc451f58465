//! How `rustfmt` lays out what is written, as far as it is needed.

use super::super::write::{Out, comment};
use smol_str::SmolStr;

/// The longest line.
pub(super) const WIDTH: usize = 100;
/// The longest arguments of a call, or items of a list, on one line.
const ARGS: usize = 60;

/// A text as a literal.
pub(super) fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            // These could not be told from the text around them.
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => out.extend(c.escape_unicode()),
            c if c == '"' || c == '\\' || c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Doc comments; `otherwise` where there is nothing.
pub(super) fn doc(out: &mut Out, lines: &[String], otherwise: &str) {
    for line in lines {
        // Four spaces would be code that is run as a test.
        out.line(format!("/// {}", comment(line).trim_start()).trim_end());
    }
    if lines.is_empty() {
        out.line(&format!("/// {otherwise}"));
    }
}

/// `HEAD => BODY,`
pub(super) fn arm(out: &mut Out, head: &str, body: &str) {
    let line = format!("{head} => {body},");
    if out.column() + width(&line) <= WIDTH {
        out.line(&line);
    } else {
        out.open(&format!("{head} => {{"));
        out.line(body);
        out.close("}");
    }
}

/// `BEFORE(ARGS)AFTER`
pub(super) fn call(out: &mut Out, before: &str, args: &[&str], after: &str) {
    let joined = args.join(", ");
    let line = format!("{before}({joined}){after}");
    if width(&joined) <= ARGS && out.column() + width(&line) <= WIDTH {
        out.line(&line);
        return;
    }
    out.open(&format!("{before}("));
    args.iter().for_each(|arg| out.line(&format!("{arg},")));
    out.close(&format!("){after}"));
}

/// `HEAD => &[ITEMS],`
pub(super) fn list_arm(out: &mut Out, head: &str, items: &[String]) {
    let joined = items.join(", ");
    if width(&joined) <= ARGS {
        return arm(out, head, &format!("&[{joined}]"));
    }
    out.open(&format!("{head} => &["));
    items.iter().for_each(|item| out.line(&format!("{item},")));
    out.close("],");
}

/// The head of a function, up to its `{`.
pub(super) fn function(out: &mut Out, name: &str, params: &[String], result: &str) {
    let line = format!("{name}({}) -> {result} {{", params.join(", "));
    if out.column() + width(&line) <= WIDTH {
        out.open(&line);
        return;
    }
    out.open(&format!("{name}("));
    params.iter().for_each(|param| out.line(&format!("{param},")));
    out.close(&format!(") -> {result} {{"));
    out.deeper();
}

fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// An enum without fields, each variant with its name in the source.
pub(super) struct Enum {
    name: SmolStr,
    doc: Vec<String>,
    variants: Vec<(SmolStr, String, Vec<String>)>,
}

impl Enum {
    pub(super) fn new(name: &str, doc: &str) -> Enum {
        Enum { name: SmolStr::new(name), doc: vec![doc.to_owned()], variants: Vec::new() }
    }

    pub(super) fn push(&mut self, variant: SmolStr, name: &str, doc: Vec<String>) {
        self.variants.push((variant, name.to_owned(), doc));
    }

    pub(super) fn write(&self, out: &mut Out) {
        let Enum { name, doc: about, variants } = self;
        out.blank();
        doc(out, about, "");
        out.line("#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]");
        out.line("#[allow(clippy::enum_variant_names)]");
        if variants.is_empty() {
            out.line(&format!("pub enum {name} {{}}"));
        } else {
            out.open(&format!("pub enum {name} {{"));
            for (variant, source, about) in variants {
                doc(out, about, &format!("`{}`", comment(source)));
                out.line(&format!("{variant},"));
            }
            out.close("}");
        }
        out.blank();
        out.open(&format!("impl Name for {name} {{"));
        self.name_of(out);
        out.blank();
        self.find(out);
        out.blank();
        self.place(out);
        out.close("}");
    }

    fn name_of(&self, out: &mut Out) {
        out.open("fn name(self) -> &'static str {");
        if self.variants.is_empty() {
            out.line("match self {}");
        } else {
            out.open("match self {");
            for (variant, source, _) in &self.variants {
                arm(out, &format!("{}::{variant}", self.name), &literal(source));
            }
            out.close("}");
        }
        out.close("}");
    }

    fn find(&self, out: &mut Out) {
        let Enum { name, variants, .. } = self;
        if variants.is_empty() {
            out.open(&format!("fn find(_: &str) -> Option<{name}> {{"));
            out.line("None");
        } else {
            out.open(&format!("fn find(name: &str) -> Option<{name}> {{"));
            out.open("Some(match name {");
            for (variant, source, _) in variants {
                arm(out, &literal(source), &format!("{name}::{variant}"));
            }
            out.line("_ => return None,");
            out.close("})");
        }
        out.close("}");
    }

    fn place(&self, out: &mut Out) {
        out.open("fn place(self) -> usize {");
        out.line(if self.variants.is_empty() { "match self {}" } else { "self as usize" });
        out.close("}");
    }
}
