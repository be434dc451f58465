//! The texts of a project that a client can see.

use super::graph::{Fate, Graph};
use super::names::Names;
use super::pieces::{alternatives, holes, is_piece, plain_text, shown};
use super::walk::{Found, Spot, walk};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Expr, ExprKind, Project};
use crate::source::{Place, Sources};
use rustc_hash::{FxHashMap, FxHashSet};

/// What a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Role {
    Message,
    Template,
    Button,
    /// The further words for a button, in one text.
    Synonyms,
    ListButton,
    ListTitle,
    ListFooter,
    Section,
    /// A row of a list.
    Option,
    /// What stands below a row.
    About,
    /// Said before another try.
    Saying,
    EmailSubject,
    EmailBody,
    /// A part of another text, or a text that is kept or passed on.
    Value,
}

impl Role {
    /// What translators are told.
    #[must_use]
    pub fn note(self) -> &'static str {
        match self {
            Role::Message => "a message",
            Role::Template => "a template of a message",
            Role::Button => "a button",
            Role::Synonyms => "other words for the button, separated by |; as many as you like",
            Role::ListButton => "the button that opens a list",
            Role::ListTitle => "the title of a list",
            Role::ListFooter => "the footer of a list",
            Role::Section => "the title of a section of a list",
            Role::Option => "an option of a list",
            Role::About => "the description of an option",
            Role::Saying => "said when an answer does not fit",
            Role::EmailSubject => "the subject of an e-mail",
            Role::EmailBody => "an e-mail",
            Role::Value => "a message, or a part of one",
        }
    }
}

/// A text.
#[derive(Clone, Debug)]
pub struct Text {
    /// The name of its place: `msgctxt`. Unique.
    pub context: String,
    /// As translators see it: `msgid`.
    pub text: String,
    /// What it is for.
    pub role: Role,
    /// In the source.
    pub place: Place,
    /// The text, or each of the synonyms, as translators see it.
    pub(super) written: Vec<String>,
    /// The text itself, or each of the synonyms, where they have no holes.
    pub(super) plain: Vec<String>,
    /// As they are written.
    pub(super) holes: Vec<String>,
    /// Of a button or row: its message, and which of its options.
    pub(super) option: Option<(usize, usize)>,
}

/// All texts of a project.
#[derive(Debug, Default)]
pub struct Texts {
    /// In the order of the source: by file, those of the standard library last.
    pub texts: Vec<Text>,
    /// Texts that clients read and that cannot be translated.
    pub notes: Vec<Diagnostic>,
    pub(super) by_place: FxHashMap<Place, usize>,
    pub(super) graph: Graph,
    pub(super) names: Names,
}

/// Finds the texts. The project stays as it is. `root` is its folder.
#[must_use]
pub fn texts(project: &mut Project, sources: &Sources, root: &str) -> Texts {
    let names = Names::new(project, sources, root);
    let mut graph = Graph::default();
    walk(project, &names, sources, &mut |found| match found {
        Found::Read { slot, sink, place } => graph.read(slot, sink, place),
        Found::Passed { argument, parameter, result, call } => graph.pass(argument, parameter, result, call),
        Found::Text { .. } | Found::Synonyms { .. } => {}
    });
    graph.settle();
    let mut found = Finder {
        sources,
        texts: Texts::default(),
        seen: FxHashSet::default(),
        contexts: FxHashSet::default(),
        mixed: Vec::new(),
    };
    walk(project, &names, sources, &mut |seen| match seen {
        Found::Text { text, sink, spot } => match graph.fate(sink) {
            Fate::Shown => found.add(std::slice::from_ref(text), spot),
            Fate::Mixed(_) if blank(std::slice::from_ref(text)) => {}
            Fate::Mixed(use_place) => found.mixed.push((text.place, use_place)),
            Fate::Hidden => {}
        },
        Found::Synonyms { synonyms, spot } => found.add(synonyms, spot),
        Found::Read { .. } | Found::Passed { .. } => {}
    });
    let mut texts = found.finish();
    texts.graph = graph;
    texts.names = names;
    texts
}

struct Finder<'s> {
    sources: &'s Sources,
    texts: Texts,
    seen: FxHashSet<Place>,
    contexts: FxHashSet<String>,
    /// Texts that cannot be translated, and what is in the way.
    mixed: Vec<(Place, Place)>,
}

impl Finder<'_> {
    /// Adds a text, or the synonyms of an option, unless they were seen: a text of a library is there once for each
    /// bot that uses it.
    fn add(&mut self, exprs: &[Expr], spot: &Spot) {
        let Some(first) = exprs.first() else { return };
        if self.seen.contains(&first.place) || blank(exprs) {
            return;
        }
        self.seen.insert(first.place);
        let written: Vec<String> = exprs.iter().map(|expr| shown(expr, self.sources)).collect();
        let text = match spot.role == Role::Synonyms {
            true => alternatives(&written),
            false => written.concat(),
        };
        let source = |part: &Expr| self.sources.get(part.place.file).slice(part.place.span).trim().to_owned();
        self.texts.texts.push(Text {
            context: unique(&mut self.contexts, &spot.name),
            text,
            written,
            role: spot.role,
            place: first.place,
            plain: exprs.iter().filter_map(plain_text).map(str::to_owned).collect(),
            holes: exprs.iter().flat_map(holes).map(source).collect(),
            option: spot.option,
        });
    }

    fn finish(mut self) -> Texts {
        let sources = self.sources;
        self.texts.texts.sort_by_cached_key(|text| {
            let path = &sources.get(text.place.file).path;
            (path.starts_with("std/"), path.clone(), text.place.span.start)
        });
        self.texts.by_place =
            (0..).zip(&self.texts.texts).map(|(number, text)| (text.place, number)).collect();
        let mut reported = FxHashSet::default();
        for (place, in_the_way) in self.mixed {
            if !self.texts.by_place.contains_key(&place) && reported.insert(place) {
                self.texts.notes.push(
                    Diagnostic::new(
                        Code::W0801,
                        place,
                        "clients read this text, but it cannot be translated: the bot needs it as it stands here",
                    )
                    .label(in_the_way, "this is more than showing it")
                    .help("give clients a text of its own; where the bot needs a value, let it keep a choice or a bool, and write the texts with `when` where they are sent"),
                );
            }
        }
        self.texts
    }
}

/// Whether there is nothing to translate: nothing but holes and white space.
fn blank(exprs: &[Expr]) -> bool {
    exprs.iter().all(|expr| {
        let parts = if let ExprKind::Concat(parts) = &expr.kind {
            parts.as_slice()
        } else {
            std::slice::from_ref(expr)
        };
        let mut pieces = parts.iter().filter(|part| is_piece(part, expr.place)).filter_map(plain_text);
        pieces.all(|text| text.trim().is_empty())
    })
}

/// The name, or with `#2` and so on where it is taken.
fn unique(taken: &mut FxHashSet<String>, name: &str) -> String {
    let mut wanted = name.to_owned();
    let mut n = 1;
    while !taken.insert(wanted.clone()) {
        n += 1;
        wanted = format!("{name}#{n}");
    }
    wanted
}
