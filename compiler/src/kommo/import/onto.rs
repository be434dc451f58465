//! An import onto a project that exists: what Kommo's file cannot carry stays as it is in the sources.
//!
//! Steps come from the file; a step that says the same keeps its own text. Triggers, tests, flows, variables and
//! declarations stay, and what the file has beside them is added. Steps of which the file says what the project says stay
//! too, however they say it. No comment is lost (`comments.rs`), whatever becomes of what it is about.

use super::Imported;
use super::chunk::{Chunk, chunks};
use super::comments::{carried, says_more, top};
use crate::kommo::env::{Env, SECTIONS};
use crate::kommo::env_text::EnvText;
use crate::source::Style;
use sbot_grammar::ast::{Item, ItemKind};
use sbot_grammar::{parse, print::print};
use std::collections::BTreeSet;

/// Whether a source has a bot of this name.
#[must_use]
pub fn has_bot(source: &str, name: &str) -> bool {
    let is = |item: &Item| matches!(&item.kind, ItemKind::Bot(bot) if bot.name.text == name);
    parse(source).file.items.iter().any(is)
}

/// What became of the steps of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Those that say something else now.
    pub anew: Vec<String>,
    /// Those that were not there.
    pub added: Vec<String>,
    /// Those that are gone.
    pub gone: Vec<String>,
}

/// Compares the steps of two texts of one file. None if one has errors.
#[must_use]
pub fn changes(old: &str, new: &str) -> Option<Changes> {
    let steps = |source: &str| -> Option<Vec<(String, String)>> {
        let (chunks, _) = chunks(&Style::strip(source))?;
        let steps = chunks.into_iter().filter(|chunk| chunk.kind == "step");
        Some(steps.map(|chunk| (chunk.name, bare(&chunk.text))).collect())
    };
    let (old, new) = (steps(old)?, steps(new)?);
    let names = |all: &[(String, String)], keep: &dyn Fn(&str, &str) -> bool| -> Vec<String> {
        all.iter().filter(|(name, text)| keep(name, text)).map(|(name, _)| name.clone()).collect()
    };
    let find = |all: &[(String, String)], name: &str| all.iter().position(|(other, _)| other == name);
    let differs = |name: &str, text: &str| {
        find(&old, name).and_then(|at| old.get(at)).is_some_and(|(_, was)| was != text)
    };
    Some(Changes {
        anew: names(&new, &differs),
        added: names(&new, &|name, _| find(&old, name).is_none()),
        gone: names(&old, &|name, _| find(&new, name).is_none()),
    })
}

/// The bot's file, made of the one that exists and of what was imported. None if the one that exists cannot be read.
#[must_use]
pub fn bot(existing: &str, imported: &Imported) -> Option<String> {
    let plain = Style::strip(existing);
    let (mut old, end) = chunks(&plain)?;
    let (new, _) = chunks(&imported.bot)?;
    let stays = |step: &str| imported.kept.contains(step);
    begin(&mut old, &new, imported.first.as_deref());
    let mut out = String::new();
    let mut written: BTreeSet<&str> = BTreeSet::new();
    let last = |kinds: &[&str]| old.iter().rposition(|chunk| kinds.contains(&chunk.kind));
    let (last_use, last_head) = (last(&["use"]).or_else(|| last(&["bot"])), last(&["bot", "use"]));
    for (at, chunk) in old.iter().enumerate() {
        let same = new.iter().find(|other| other.kind == chunk.kind && other.name == chunk.name);
        match (chunk.kind, same) {
            ("step", None) if !stays(&chunk.name) => chunk.put_comments(&mut out),
            ("step", Some(other))
                if !taken_as_it_was(chunk, &old, &new, imported)
                    && (bare(&chunk.text) != bare(&other.text) || says_more(&chunk.text, &other.text)) =>
            {
                out.push_str(&chunk.before);
                out.push_str(&chunk.attrs);
                out.push_str(&carried(&format!("{}{}", chunk.text, chunk.after), &other.text));
                out.push('\n');
            }
            ("bot", Some(other)) => {
                out.push_str(&chunk.before);
                out.push_str(&headed(&chunk.text, &other.text));
                out.push_str(&chunk.after);
            }
            _ => chunk.put(&mut out),
        }
        if Some(at) == last_use {
            added(&new, &old, "use", &mut out);
        }
        if Some(at) == last_head {
            added(&new, &old, "var", &mut out);
        }
        if chunk.kind == "step" {
            written.insert(&chunk.name);
            following(&new, &old, &chunk.name, &mut written, &mut out);
        }
    }
    // Steps that follow none of those that were there.
    for chunk in new.iter().filter(|chunk| chunk.kind == "step" && !written.contains(chunk.name.as_str())) {
        let known = old.iter().any(|other| other.kind == "step" && other.name == chunk.name);
        if !known {
            chunk.put(&mut out);
        }
    }
    out.push_str(&end);
    // What nobody has changed keeps its form, too.
    Some(if out == plain { existing.to_owned() } else { in_style(existing, &out) })
}

/// Whether a step may stay though others were written anew that lead to it: it says the same, and what it takes and what
/// it leads to take the same.
fn taken_as_it_was(step: &Chunk, old: &[Chunk], new: &[Chunk], imported: &Imported) -> bool {
    let stays = |name: &str| {
        let (own, other) = (head_of(old, name), head_of(new, name));
        imported.kept.contains(name) || (own.is_some() && own == other)
    };
    let leads = super::ground::arrows(&step.text);
    let is_step = |name: &&String| head_of(old, name).is_some();
    imported.same.contains(&step.name)
        && stays(&step.name)
        && leads.iter().filter(is_step).all(|name| stays(name))
}

/// The name and the parameters of a step.
fn head_of(all: &[Chunk], name: &str) -> Option<String> {
    let step = all.iter().find(|chunk| chunk.kind == "step" && chunk.name == name)?;
    let head = step.text.get(..top(&step.text)?)?;
    Some(without_comments(head).split_whitespace().collect())
}

/// The head of a bot with the way of another one for messages that fail, which is all of it that the file knows.
fn headed(own: &str, other: &str) -> String {
    let way = |text: &str| {
        let items = parse(text).file.items.into_iter();
        items
            .into_iter()
            .find_map(|item| if let ItemKind::Bot(bot) = item.kind { bot.on_failed } else { None })
    };
    match (way(own), way(other)) {
        (Some(old), Some(new)) => {
            let mut head = own.to_owned();
            head.replace_range(old.span.range(), &new.text);
            head
        }
        (None, Some(new)) => format!("{} on failed -> {}", own.trim_end(), new.text),
        (Some(_), None) => {
            let own = without_comments(own);
            own.get(..own.rfind("on failed").unwrap_or(own.len())).unwrap_or_default().trim_end().to_owned()
        }
        (None, None) => own.to_owned(),
    }
}

/// The bot begins with the first step of its file.
fn begin(old: &mut Vec<Chunk>, new: &[Chunk], first: Option<&str>) {
    let is_step = |chunk: &Chunk| chunk.kind == "step";
    let (Some(first), Some(to)) = (first, old.iter().position(is_step)) else { return };
    match old.iter().position(|chunk| is_step(chunk) && chunk.name == first) {
        Some(at) => {
            let chunk = old.remove(at);
            old.insert(to, chunk);
        }
        None => {
            let chunk = new.iter().find(|chunk| is_step(chunk) && chunk.name == first);
            chunk.into_iter().for_each(|chunk| old.insert(to, chunk.clone()));
        }
    }
}

/// New items of a kind.
fn added(new: &[Chunk], old: &[Chunk], kind: &str, out: &mut String) {
    let known = |chunk: &Chunk| old.iter().any(|other| other.kind == kind && other.name == chunk.name);
    for (at, chunk) in new.iter().filter(|chunk| chunk.kind == kind && !known(chunk)).enumerate() {
        // Lines of a kind stand together.
        out.push_str(match (at, kind) {
            (0, "use") => "\n",
            (0, _) => "\n\n",
            (_, _) => "",
        });
        out.push_str(&format!("{}\n", chunk.text));
    }
}

/// New steps that stand directly behind one in the imported file.
fn following<'n>(
    new: &'n [Chunk],
    old: &[Chunk],
    step: &str,
    written: &mut BTreeSet<&'n str>,
    out: &mut String,
) {
    let behind = new.iter().skip_while(|chunk| chunk.kind != "step" || chunk.name != step).skip(1);
    for chunk in behind.filter(|chunk| chunk.kind == "step") {
        if old.iter().any(|other| other.kind == "step" && other.name == chunk.name) {
            return;
        }
        if written.insert(&chunk.name) {
            chunk.put(out);
        }
    }
}

/// The account's file with what the imported one declares beside it. None if the one that exists cannot be read.
#[must_use]
pub fn account(existing: &str, imported: &str) -> Option<String> {
    let plain = Style::strip(existing);
    let (old, _) = chunks(&plain)?;
    let (new, _) = chunks(imported)?;
    let mut out = plain.trim_end().to_owned();
    out.push('\n');
    for chunk in &new {
        let same = old.iter().find(|other| other.kind == chunk.kind && other.name == chunk.name);
        match (chunk.kind, same) {
            ("entity" | "pipeline", Some(other)) => {
                // What is new stands behind what is there.
                let more = chunk.text.split_once('{').and_then(|(_, more)| more.strip_suffix('}'));
                let more = more.map(str::trim).filter(|more| !more.is_empty());
                if let (Some(more), Some(had)) = (more, other.text.strip_suffix('}')) {
                    let code = without_comments(&other.text);
                    let code = code.trim_end_matches('}').trim_end();
                    let comma = if code.ends_with(['{', ',']) { "" } else { "," };
                    // A comment may stand last.
                    let line = if had.contains("//") { "\n" } else { "" };
                    out = out.replacen(&other.text, &format!("{}{line}{comma} {more} }}", had.trim_end()), 1);
                }
            }
            (_, Some(_)) => {}
            (_, None) => out.push_str(&format!("\n{}", chunk.text)),
        }
    }
    let same = out.trim_end() == plain.trim_end();
    Some(if same { existing.to_owned() } else { in_style(existing, &out) })
}

/// The environment file with the ids that the imported one has beside them. None if the one that exists cannot be read.
#[must_use]
pub fn env(existing: &str, imported: &str) -> Option<String> {
    let (mut file, known) = EnvText::read(existing).ok()?;
    let new = Env::read(imported).ok()?;
    for section in SECTIONS.iter().map(|section| section.name) {
        for (symbol, id) in new.section(section).filter(|(symbol, _)| known.get(section, symbol).is_none()) {
            file.set(section, symbol, id);
        }
    }
    Some(file.text())
}

/// A source in the standard form, with the mark and the line ends of the file that it is to replace.
fn in_style(existing: &str, source: &str) -> String {
    Style::of(existing.as_bytes()).put(&formatted(source))
}

/// An item in the standard form, without its comments.
fn bare(text: &str) -> String {
    formatted(&without_comments(text))
}

pub(super) fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    for comment in &parse(text).comments {
        let span = comment.span.range();
        out.push_str(text.get(from..span.start).unwrap_or_default());
        from = span.end;
        // A line of its own goes with it.
        let line = out.rfind('\n').map_or(0, |at| at + 1);
        if out.get(line..).is_some_and(|line| line.trim().is_empty()) && text.get(from..=from) == Some("\n") {
            out.truncate(line);
            from += 1;
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

pub(super) fn formatted(source: &str) -> String {
    print(source, &parse(source))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // What cannot be read fails the test.
mod tests {
    use super::*;

    #[test]
    fn what_the_file_cannot_carry_stays() {
        let old = "/// Greets.\nbot hello\n\nuse \"account.sbot\"\n\ntrigger message via shop\n\nvar n: int = 0\n\n\
                   /// First.\nstep a:\n  // Politely.\n  message \"Hi\"\n  -> b\n\n@allow(W0701)\nstep b: message \"Old\" -> end // Away.\n  // Below.\n\n\
                   // Apart.\n\n/// Why.\nstep gone: // So.\n  -> end\n\ntest \"it greets\" { client \"x\" bot \"Hi\" }\n";
        let new = "// Imported.\nbot hello\n\nuse \"account.sbot\"\nuse \"std/ask.sbot\"\n\ntrigger message\n\n\
                   step a:\n  message \"Hi\"\n  -> b\n\nstep b:\n  message \"New\"\n  -> c\n\nstep c: -> end\n";
        let new = Imported { bot: new.to_owned(), ..Imported::default() };
        let made = bot(old, &new).unwrap();
        for part in [
            "/// Greets.",
            "via shop",
            "var n",
            "/// First.",
            "// Politely.",
            "@allow(W0701)\nstep b:",
            "-> c // Away.\n  // Below.\n",
            "// Apart.\n\n// Why.\n// So.\n\ntest",
            "\"New\"",
            "step c",
            "it greets",
            "std/ask",
        ] {
            assert!(made.contains(part), "{part}\n{made}");
        }
        for part in ["Old", "gone", "Imported", "trigger message\n", "/// Why"] {
            assert!(!made.contains(part), "{part}\n{made}");
        }
        assert_eq!(bot(&made, &new).unwrap(), made);
        // However its lines end.
        let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(bot(&windows(old), &new).unwrap(), windows(&made));
        assert_eq!(bot(&windows(&made), &new).unwrap(), windows(&made));
        assert_eq!(bot(&old.replace('\n', "\r"), &new).unwrap(), made);
        assert!(bot("step", &new).is_none());
        let head = |own: &str| headed(own, "bot x on failed -> b");
        assert_eq!(head("bot x(n: int) on failed -> a"), "bot x(n: int) on failed -> b");
        assert_eq!(head("bot x(n: int)"), "bot x(n: int) on failed -> b");
        assert_eq!(headed("bot x(n: int) on failed -> a", "bot x"), "bot x(n: int)");
        assert_eq!(head("bot x on failed // on failed\n -> a"), "bot x on failed // on failed\n -> b");
        // Another beginning, and a step that stays.
        let kept = BTreeSet::from(["gone".to_owned()]);
        let made = bot(old, &Imported { first: Some("c".to_owned()), kept, ..new }).unwrap();
        let at = |step: &str| made.find(step).unwrap();
        assert!(at("step c") < at("step a") && at("step a") < at("step gone"), "{made}");
        assert_eq!(made.matches("step c").count(), 1, "{made}");
    }

    #[test]
    fn declarations_and_ids_are_added() {
        let old = "// Mine.\nentity lead { size: text }\npipeline sales \"Sales\" { new \"New\" }\nuser anna \"Anna\"\n";
        let new = "entity lead { field_9: text }\npipeline sales \"\" { stage_7 \"Stage 7\" }\nuser user_2 \"User 2\"\n";
        let made = account(old, new).unwrap();
        for part in ["// Mine.", "size: text, field_9: text", "stage_7", "anna", "user_2"] {
            assert!(made.contains(part), "{part}\n{made}");
        }
        assert_eq!(made.matches("entity lead").count() + made.matches("pipeline").count(), 2, "{made}");
        for had in ["x: text // mine", "x: text, // mine", "// mine"] {
            let made = account(&format!("entity lead {{ {had}\n}}\n"), new).unwrap();
            assert!(parse(&made).errors.is_empty(), "{made}");
            assert!(made.contains("// mine") && made.contains("field_9: text"), "{made}");
        }
        let made = env(
            "# mine\n[users]\nanna = 1 # Anna\n",
            "[users]\nanna = 9\nbob = 2\n[fields]\n\"lead.x\" = 3\n",
        )
        .unwrap();
        assert!(
            made.contains("# mine") && made.contains("anna = 1 # Anna") && made.contains("bob = 2"),
            "{made}"
        );
        assert!(made.contains("\"lead.x\" = 3"), "{made}");
    }
}
