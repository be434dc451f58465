//! The standard library as people read about it: every item with its signature, its documentation and its examples, and
//! the page made of them. In: the files of `sbot-stdlib`. Out: [`Item`]s and the text of `docs/library.md`.
//!
//! What is said about an item stands above it in its file and nowhere else.

use sbot_grammar::ast::{self, ItemKind, Span};
use sbot_stdlib::{ALWAYS, FILES, StdFile};

/// The account of the examples, as far as they depend on it.
pub const EXAMPLE_ACCOUNT: &str = r#"account { zone "Europe/London", region "GB", language "en", currency "GBP" }
hours duty { mon..fri 09:00..17:30 }"#;

/// An item of the standard library.
#[derive(Clone, Debug)]
pub struct Item {
    /// `fn`, `flow`, `action`, `entity` or `type`.
    pub word: &'static str,
    /// Its name.
    pub name: String,
    /// The declaration without its body; empty for an entity.
    pub signature: String,
    /// What the doc comment says, without its examples; Markdown.
    pub doc: String,
    /// The parts of the doc comment that are set in by four spaces. A line that is set in further belongs to the line before.
    pub examples: Vec<String>,
    /// The fields of an entity.
    pub fields: Vec<Field>,
    /// The VM's function behind a `fn` without a body.
    pub builtin: Option<String>,
    /// The types of the parameters of a `fn`, as written.
    pub params: Vec<String>,
    /// The type of the result of a `fn`, as written.
    pub result: Option<String>,
}

/// A field of an entity.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type, as written.
    pub ty: String,
    /// What its doc comment says.
    pub doc: String,
}

/// The items of a file, in its order. What it `use`s is left out.
#[must_use]
pub fn items(file: &StdFile) -> Vec<Item> {
    let parsed = sbot_grammar::parse(file.text);
    parsed.file.items.iter().filter_map(|item| read(file.text, item)).collect()
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or("")
}

fn read(text: &str, item: &ast::Item) -> Option<Item> {
    let (doc, examples) = split_doc(item.doc.as_deref().unwrap_or(""));
    let bare = item.attrs.last().map_or(item.span.start, |attr| attr.span.end);
    let signature = |start, end| slice(text, Span { start, end }).trim().to_owned();
    let mut out = Item {
        word: "",
        name: String::new(),
        signature: String::new(),
        doc,
        examples,
        fields: Vec::new(),
        builtin: None,
        params: Vec::new(),
        result: None,
    };
    if let ItemKind::Fn(function) = &item.kind {
        out.word = "fn";
        out.name = function.name.text.to_string();
        out.signature = signature(bare, function.result.span.end);
        let attr = item.attrs.iter().find(|attr| attr.name.text == "builtin");
        out.builtin = attr.and_then(|attr| attr.args.first()).map(|name| name.text.to_string());
        out.params = function.params.iter().map(|param| slice(text, param.ty.span).to_owned()).collect();
        out.result = Some(slice(text, function.result.span).to_owned());
    } else if let ItemKind::Flow(flow) = &item.kind {
        out.word = "flow";
        out.name = flow.name.text.to_string();
        out.signature = signature(bare, flow.body.span.start);
    } else if let ItemKind::Action(action) = &item.kind {
        out.word = "action";
        out.name = action.name.text.to_string();
        out.signature = signature(item.span.start, item.span.end);
    } else if let ItemKind::Type { name, .. } = &item.kind {
        out.word = "type";
        out.name = name.text.to_string();
        out.signature = signature(bare, item.span.end);
    } else if let ItemKind::Entity { name, fields } = &item.kind {
        out.word = "entity";
        out.name = name.text.to_string();
        out.fields = fields
            .iter()
            .map(|field| Field {
                name: field.name.text.to_string(),
                ty: slice(text, field.ty.span).to_owned(),
                doc: field.doc.as_deref().unwrap_or("").replace('\n', " "),
            })
            .collect();
    } else {
        return None;
    }
    Some(out)
}

/// The prose of a doc comment, and its examples.
fn split_doc(doc: &str) -> (String, Vec<String>) {
    let mut prose: Vec<&str> = Vec::new();
    let mut examples: Vec<String> = Vec::new();
    for line in doc.lines() {
        let Some(example) = line.strip_prefix("    ") else {
            prose.push(line);
            continue;
        };
        match examples.last_mut() {
            Some(last) if example.starts_with(' ') => {
                last.push('\n');
                last.push_str(example);
            }
            _ => examples.push(example.to_owned()),
        }
    }
    (prose.join("\n").trim().to_owned(), examples)
}

/// The page about the whole library: the files that are always there, then the others.
#[must_use]
pub fn page() -> String {
    let always = ALWAYS.iter().filter_map(|path| sbot_stdlib::file(path));
    let files: Vec<&StdFile> = always.chain(FILES.iter().filter(|file| !is_always(file))).collect();
    let mut out = String::from(
        "# The standard library\n\n\
        Made from the files in [`stdlib`](../stdlib), which are written in the language itself. Each example is run as a \
        test: it is a condition that is true, or a call that compiles.\n\n\
        | file | | what it has |\n|---|---|---|\n",
    );
    for file in &files {
        let anchor: String = file.path.chars().filter(|c| c.is_alphanumeric()).collect();
        let how =
            if is_always(file) { "always there".to_owned() } else { format!("`use \"{}\"`", file.path) };
        let intro = head(file.text);
        let first = intro.split("\n\n").next().unwrap_or("");
        line(&mut out, &format!("| [`{}`](#{anchor}) | {how} | {} |", file.path, sentence(first)));
    }
    line(&mut out, "\nWhere the account matters, the examples have this one:\n");
    block(&mut out, EXAMPLE_ACCOUNT);
    for file in files {
        file_part(&mut out, file);
    }
    out
}

fn is_always(file: &StdFile) -> bool {
    ALWAYS.contains(&file.path)
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn block(out: &mut String, code: &str) {
    line(out, "```sbot");
    line(out, code);
    line(out, "```");
}

fn file_part(out: &mut String, file: &StdFile) {
    line(out, &format!("\n## {}\n\n{}", file.path, head(file.text)));
    if !is_always(file) {
        line(out, "");
        block(out, &format!("use \"{}\"", file.path));
    }
    let items = items(file);
    // Overloads stand together, where the first of them is.
    let mut groups: Vec<Vec<&Item>> = Vec::new();
    for item in &items {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| first.name == item.name)) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    line(out, "\n| name | what it is |\n|---|---|");
    for first in groups.iter().filter_map(|group| group.first()) {
        let anchor = first.name.to_lowercase();
        line(out, &format!("| [`{}`](#{anchor}) | {} |", first.name, sentence(&first.doc)));
    }
    for group in &groups {
        line(out, &format!("\n### {}", group.first().map_or("", |first| &first.name)));
        for item in group {
            item_part(out, item);
        }
    }
}

fn item_part(out: &mut String, item: &Item) {
    // Where a fact comes from is a paragraph of its own.
    line(out, &format!("\n{}\n", item.doc.replace("\nGuide: ", "\n\nGuide: ")));
    if !item.fields.is_empty() {
        line(out, "| field | type | what it is |\n|---|---|---|");
        for field in &item.fields {
            line(out, &format!("| `{}` | `{}` | {} |", field.name, field.ty, field.doc));
        }
        line(out, "");
    }
    let parts = [item.signature.as_str(), &item.examples.join("\n")];
    block(out, parts.join("\n\n").trim_start());
}

/// The first sentence of a text, fit for a cell of a table.
fn sentence(text: &str) -> String {
    let text = text.replace('\n', " ").replace('|', "\\|");
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    text.get(..end).unwrap_or(&text).to_owned()
}

/// What the comment at the top of a file says, as Markdown. Lines that are set in by two spaces stay as they are.
fn head(text: &str) -> String {
    let mut out = String::new();
    let mut code = false;
    for comment in text.lines().map_while(|line| line.strip_prefix("//")) {
        let comment = comment.strip_prefix(' ').unwrap_or(comment);
        let (set_in, shown) = match comment.strip_prefix("  ") {
            Some(shown) => (true, shown),
            None => (false, comment),
        };
        if set_in != code {
            line(&mut out, if set_in { "\n```text" } else { "```" });
            code = set_in;
        }
        line(&mut out, shown);
    }
    if code {
        line(&mut out, "```");
    }
    out.trim().to_owned()
}
