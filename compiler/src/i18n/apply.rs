//! Translations into the program: each text becomes a choice on the client's language.

use super::check;
use super::graph::Fate;
use super::pieces::{Piece, holes, plain_text};
use super::po;
use super::tag::Tag;
use super::texts::{Text, Texts, texts};
use super::walk::{Found, walk};
use crate::check::Checked;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Expr, ExprKind, Project};
use crate::source::{Place, Sources};
use crate::types::Ty;
use sbot_grammar::ast::Span;
use sbot_vm::program::{Field, Format};
use sbot_vm::value::Value;

/// A `.po` file as it was found.
#[derive(Clone, Debug)]
pub struct LocaleFile {
    /// The language, which its name tells.
    pub tag: Tag,
    /// Its path, for reports.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Whether a text may be without a translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Each is an E0803.
    Complete,
    /// The client then reads it as it stands in the source.
    Incomplete,
}

/// How far a translation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// The language.
    pub tag: Tag,
    /// The path of the file.
    pub path: String,
    /// How many texts the project has.
    pub texts: usize,
    /// Translated, and nothing is wrong with that.
    pub translated: usize,
    /// Translated from a text that has changed since.
    pub fuzzy: usize,
    /// Not translated.
    pub missing: usize,
    /// Translated, and wrong.
    pub wrong: usize,
    /// Translations of texts that are gone.
    pub obsolete: usize,
}

impl Counts {
    /// Whether each text is translated well.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.translated == self.texts
    }
}

/// A translation that was read and compared with the texts.
#[derive(Clone, Debug)]
pub struct Locale {
    pub(super) tag: Tag,
    /// For each text its translation.
    pub(super) translations: Vec<Option<Translation>>,
}

/// The translation of a text.
#[derive(Clone, Debug)]
pub(super) struct Translation {
    /// In the `.po` file.
    pub(super) place: Place,
    /// One, or each of the synonyms.
    pub(super) texts: Vec<Vec<Piece>>,
}

/// Builds translations into a checked project. Findings are added to its own; an error leaves it without a program.
/// `root` is the folder of the project. A project with errors, without translations or without bots stays as it is.
pub fn localize(
    checked: &mut Checked,
    root: &str,
    files: Vec<LocaleFile>,
    strictness: Strictness,
) -> Vec<Counts> {
    let Some(mut project) = checked.project.take() else { return Vec::new() };
    if files.is_empty() {
        checked.project = Some(project);
        return Vec::new();
    }
    let texts = texts(&mut project, &checked.sources, root);
    let first = texts.texts.first().map(|text| text.place).or(project.bots.first().map(|bot| bot.place));
    let Some(first) = first else {
        checked.project = Some(project);
        return Vec::new();
    };
    let mut found = Vec::new();
    let source = source_language(&project, first, &mut found);
    let mut counts = Vec::new();
    let mut locales: Vec<Locale> = Vec::new();
    for file in files {
        let (id, catalog) = po::load(&mut checked.sources, &file.path, &file.bytes);
        let place = Place { file: id, span: Span::default() };
        let catalog = match catalog {
            Ok(catalog) => catalog,
            Err(problems) => {
                found.extend(problems);
                continue;
            }
        };
        if Some(&file.tag) == source.as_ref() {
            found.push(
                Diagnostic::new(
                    Code::E0204,
                    place,
                    format!("the texts of the source are in {} already", file.tag),
                )
                .help("remove this file, or correct `language` in the account"),
            );
            continue;
        }
        if locales.iter().any(|known| known.tag == file.tag) {
            found.push(
                Diagnostic::new(Code::E0204, place, format!("there are two files for {}", file.tag))
                    .help("keep one of them"),
            );
            continue;
        }
        let (locale, counted) =
            check::locale(&texts, &file, id, &catalog, &checked.sources, strictness, &mut found);
        counts.push(counted);
        locales.push(locale);
    }
    check::options(&texts, &locales, &mut found);
    check::lengths(&project, &texts, &locales, &mut found);
    found.extend(texts.notes.iter().cloned());
    checked.add(found);
    if !checked.diagnostics.iter().any(Diagnostic::is_error)
        && let Some(source) = source
    {
        apply(&mut project, &checked.sources, &texts, &source, &locales);
        checked.project = Some(project);
    }
    counts
}

/// The language of the source, which is what clients read whose own is not there. E0208 without one.
fn source_language(project: &Project, place: Place, found: &mut Vec<Diagnostic>) -> Option<Tag> {
    let help = match project.account.language.as_deref().map(Tag::read) {
        Some(Ok(tag)) => return Some(tag),
        Some(Err(why)) => format!("in the account, {why}"),
        None => "add it to the account: `account { language \"en\" }`".to_owned(),
    };
    let what = "nothing says which language the texts of the source are in";
    found.push(Diagnostic::new(Code::E0208, place, what).help(help));
    None
}

/// Replaces the texts.
fn apply(project: &mut Project, sources: &Sources, texts: &Texts, source: &Tag, locales: &[Locale]) {
    project.languages =
        std::iter::once(source).chain(locales.iter().map(|locale| &locale.tag)).map(Tag::shared).collect();
    let known = |field: &Field| *field.entity == *"client" && *field.name == *"language";
    if !project.fields.iter().any(known) {
        let ty = Ty::Text.optional();
        project.fields.push(Field {
            entity: "client".into(),
            name: "language".into(),
            slot: ty.slot(),
            format: Format::Plain,
        });
        project.field_types.push(ty);
    }
    walk(project, &texts.names, sources, &mut |found| match found {
        Found::Text { text, sink, .. } => {
            if texts.graph.fate(sink) == Fate::Shown
                && let Some(number) = texts.by_place.get(&text.place)
            {
                translate(text, *number, locales);
            }
        }
        Found::Synonyms { synonyms, .. } => {
            let number = synonyms.first().and_then(|first| texts.by_place.get(&first.place));
            if let Some(number) = number {
                add_synonyms(synonyms, *number, locales);
            }
        }
        Found::Read { .. } | Found::Passed { .. } => {}
    });
}

/// The translations of a text, with the places of their languages.
fn translations(number: usize, locales: &[Locale]) -> impl Iterator<Item = (u16, &Translation)> {
    (1u16..)
        .zip(locales)
        .filter_map(move |(at, locale)| Some((at, locale.translations.get(number)?.as_ref()?)))
}

/// Makes a text a choice. Its holes may hold such choices already.
fn translate(text: &mut Expr, number: usize, locales: &[Locale]) {
    let variants: Vec<(u16, Expr)> = translations(number, locales)
        .filter_map(|(at, translation)| {
            let mut variant = filled(text.place, translation.texts.first()?, &mut holes(text))?;
            choose(&mut variant, at);
            Some((at, variant))
        })
        .collect();
    if variants.is_empty() {
        return;
    }
    let place = text.place;
    let nothing = ExprKind::Const(Value::None);
    let mut base = std::mem::replace(text, Expr { ty: Ty::Text, place, kind: nothing });
    rest(&mut base, &variants);
    text.kind = ExprKind::Localized { base: Box::new(base), variants };
}

/// Every language's words are taken, whatever the client's language is.
fn add_synonyms(synonyms: &mut Vec<Expr>, number: usize, locales: &[Locale]) {
    let original = synonyms.clone();
    let all: Vec<&Expr> = original.iter().flat_map(holes).collect();
    for (_, translation) in translations(number, locales) {
        for (pieces, near) in
            translation.texts.iter().zip(original.iter().chain(original.last().into_iter().cycle()))
        {
            let Some(variant) = filled(near.place, pieces, &mut all.iter().copied()) else { continue };
            let folded =
                |expr: &Expr| plain_text(expr).map(|text| sbot_vm::text::fold(text).as_str().to_owned());
            let word = folded(&variant);
            if word.is_none() || !synonyms.iter().any(|known| folded(known) == word) {
                synonyms.push(variant);
            }
        }
    }
}

/// A text of these pieces, its holes those of the original.
fn filled(place: Place, pieces: &[Piece], holes: &mut dyn Iterator<Item = &Expr>) -> Option<Expr> {
    let constant = |text: &str| Expr { ty: Ty::Text, place, kind: ExprKind::Const(Value::text(text)) };
    let holes: Vec<&Expr> = holes.collect();
    if let [Piece::Text(text)] = pieces {
        return Some(constant(text));
    }
    let parts: Option<Vec<Expr>> = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => Some(constant(text)),
            Piece::Hole(at) => holes.get(*at).map(|hole| (*hole).clone()),
        })
        .collect();
    Some(Expr { ty: Ty::Text, place, kind: ExprKind::Concat(parts?) })
}

/// Decides the choices inside of a text of one language.
fn choose(expr: &mut Expr, language: u16) {
    if let ExprKind::Localized { base, variants } = &mut expr.kind {
        let variant = variants.iter().position(|(known, _)| *known == language);
        let chosen = match variant {
            Some(at) => variants.swap_remove(at).1,
            None => (**base).clone(),
        };
        *expr = chosen;
    }
    expr.each_child_mut(&mut |child| choose(child, language));
}

/// Leaves to the choices inside of a text those languages that the text itself is not translated into.
fn rest(expr: &mut Expr, taken: &[(u16, Expr)]) {
    if let ExprKind::Localized { base, variants } = &mut expr.kind {
        variants.retain(|(language, _)| !taken.iter().any(|(known, _)| known == language));
        if variants.is_empty() {
            let base = std::mem::replace(&mut base.kind, ExprKind::Const(Value::None));
            expr.kind = base;
        }
    }
    expr.each_child_mut(&mut |child| rest(child, taken));
}

/// The text in one language, if it has no holes.
pub(super) fn plain_texts(text: &Text, translation: Option<&Translation>) -> Vec<String> {
    let Some(translation) = translation else { return text.plain.clone() };
    let plain = |pieces: &Vec<Piece>| match pieces.as_slice() {
        [Piece::Text(text)] => Some(text.clone()),
        _ => None,
    };
    translation.texts.iter().filter_map(plain).collect()
}
