//! What the files of a project declare of the account, with the places of each.

use super::kinds::Shape;
use super::symbols::item_name;
use crate::types;
use sbot_grammar::ast::{self, FieldDecl, ItemKind, Name, Span, Text, TypeExpr, TypeKind};
use std::collections::{BTreeMap, BTreeSet};

/// Something that is declared.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) file: usize,
    pub(super) name: String,
    /// Where the name stands.
    pub(super) place: Span,
    /// All of it.
    pub(super) span: Span,
    /// What people call it, where the declaration says so.
    pub(super) title: String,
    pub(super) title_span: Span,
}

/// Something with a list between braces.
#[derive(Clone, Debug)]
pub(super) struct Owner<T> {
    pub(super) entry: Entry,
    pub(super) items: Vec<T>,
}

impl<T> Owner<T> {
    /// Before the closing brace.
    pub(super) fn close(&self) -> usize {
        (self.entry.span.end as usize).saturating_sub(1)
    }
}

/// A field.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) entry: Entry,
    pub(super) shape: Shape,
    /// What it may be, where its type or a type of these files says so; and the file in which they stand.
    pub(super) options: Vec<(String, Span)>,
    pub(super) options_file: usize,
    /// From the type to the default.
    pub(super) ty: Span,
}

/// All that is declared.
#[derive(Debug, Default)]
pub(super) struct Declared {
    pub(super) settings: bool,
    pub(super) pipelines: Vec<Owner<Entry>>,
    pub(super) users: Vec<Entry>,
    pub(super) teams: Vec<Owner<Entry>>,
    pub(super) channels: Vec<Entry>,
    pub(super) templates: Vec<Entry>,
    pub(super) entities: Vec<Owner<Field>>,
    pub(super) bots: Vec<Entry>,
    /// Files in which something of all this stands.
    pub(super) files: BTreeSet<usize>,
    /// Every name that an item gives to its file.
    pub(super) names: BTreeSet<String>,
    /// The end of the last item of each kind in the first file.
    pub(super) last: BTreeMap<&'static str, usize>,
}

impl Declared {
    /// Of the trees of these files.
    pub(super) fn new(trees: &[ast::File]) -> Declared {
        let mut types = BTreeMap::new();
        for (file, tree) in trees.iter().enumerate() {
            for item in &tree.items {
                if let ItemKind::Type { name, ty } = &item.kind {
                    types.entry(name.text.as_str()).or_insert((file, ty));
                }
            }
        }
        let mut declared = Declared::default();
        for (file, tree) in trees.iter().enumerate() {
            for item in &tree.items {
                declared.names.extend(item_name(&item.kind).map(str::to_owned));
                declared.item(&Of { file, types: &types }, item);
            }
        }
        declared
    }

    /// Where the thing that a difference is about is declared.
    pub(super) fn find(&self, noun: &str, symbol: &str) -> Option<&Entry> {
        let (owner, name) = symbol.split_once('.').unwrap_or((symbol, ""));
        match noun {
            "pipeline" => self.pipelines.iter().map(|owner| &owner.entry).find(|entry| entry.name == symbol),
            "stage" => {
                let pipeline = self.pipelines.iter().find(|pipeline| pipeline.entry.name == owner)?;
                pipeline.items.iter().find(|stage| stage.name == name)
            }
            "team" => self.teams.iter().map(|owner| &owner.entry).find(|entry| entry.name == symbol),
            "field" | "choice" => {
                // A choice goes by its field: `lead.size "L"`.
                let name = name.split(' ').next().unwrap_or_default();
                let of = self.entities.iter().filter(|entity| entity.entry.name == owner);
                of.flat_map(|entity| &entity.items).map(|field| &field.entry).find(|entry| entry.name == name)
            }
            "user" => self.users.iter().find(|entry| entry.name == symbol),
            "channel" => self.channels.iter().find(|entry| entry.name == symbol),
            "template" => self.templates.iter().find(|entry| entry.name == symbol),
            "bot" => self.bots.iter().find(|entry| entry.name == symbol),
            _ => None,
        }
    }

    fn item(&mut self, of: &Of<'_>, item: &ast::Item) {
        let entry = |name: &Name, title: &Text| of.entry(name, item.span, Some(title));
        let kind = match &item.kind {
            ItemKind::Account(_) => {
                self.settings = true;
                "account"
            }
            ItemKind::Pipeline { name, title, stages } => {
                let stage = |stage: &ast::Stage| {
                    let span = stage.name.span.to(stage.title.span);
                    of.entry(&stage.name, span, Some(&stage.title))
                };
                let items = stages.iter().map(stage).collect();
                self.pipelines.push(Owner { entry: entry(name, title), items });
                "pipelines"
            }
            ItemKind::User { name, title } => {
                self.users.push(entry(name, title));
                "users"
            }
            ItemKind::Team { name, title, members } => {
                let items = members.iter().map(|member| of.entry(member, member.span, None)).collect();
                self.teams.push(Owner { entry: entry(name, title), items });
                "teams"
            }
            ItemKind::Channel { name, title, .. } => {
                self.channels.push(entry(name, title));
                "channels"
            }
            ItemKind::Template { name, text, .. } => {
                self.templates.push(entry(name, text));
                "templates"
            }
            ItemKind::Entity { name, fields } => {
                let items = fields.iter().map(|field| of.field(field)).collect();
                self.entities.push(Owner { entry: of.entry(name, item.span, None), items });
                "fields"
            }
            ItemKind::Bot(bot) => {
                let mut entry = of.entry(&bot.name, item.span, None);
                entry.title = item.doc.as_ref().map(|doc| doc.trim().to_owned()).unwrap_or_default();
                self.bots.push(entry);
                return;
            }
            ItemKind::Use(_)
            | ItemKind::Trigger(_)
            | ItemKind::Var(_)
            | ItemKind::Step(_)
            | ItemKind::Flow(_)
            | ItemKind::Fn(_)
            | ItemKind::Type { .. }
            | ItemKind::EmailTemplate { .. }
            | ItemKind::Form { .. }
            | ItemKind::Hours { .. }
            | ItemKind::Action(_)
            | ItemKind::Widget { .. }
            | ItemKind::Test { .. }
            | ItemKind::Upgrade(_)
            | ItemKind::Error => return,
        };
        self.files.insert(of.file);
        if of.file == 0 {
            self.last.insert(kind, item.span.end as usize);
        }
    }
}

/// Where something is read.
struct Of<'a> {
    file: usize,
    types: &'a BTreeMap<&'a str, (usize, &'a TypeExpr)>,
}

impl Of<'_> {
    fn entry(&self, name: &Name, span: Span, title: Option<&Text>) -> Entry {
        Entry {
            file: self.file,
            name: name.text.to_string(),
            place: name.span,
            span,
            title: title.and_then(Text::plain).unwrap_or_default().to_owned(),
            title_span: title.map_or(name.span, |title| title.span),
        }
    }

    fn field(&self, field: &FieldDecl) -> Field {
        let mut entry = self.entry(&field.name, field.span, None);
        // Up to the default: the span of a field may begin with its comment, and end with white space.
        entry.span = field.name.span.to(field.default.as_ref().map_or(field.ty.span, |value| value.span));
        let doc = field.doc.as_deref().unwrap_or_default();
        entry.title = doc.lines().next().unwrap_or_default().trim().trim_end_matches('.').to_owned();
        let ty = Span::new(field.ty.span.start, entry.span.end);
        let mut options = Vec::new();
        let (shape, options_file) = self.shape(&field.ty, self.file, &mut options, 8);
        Field { entry, shape, options, options_file, ty }
    }

    /// The shape of a type; `deep` bounds types that name each other.
    fn shape(
        &self,
        ty: &TypeExpr,
        file: usize,
        options: &mut Vec<(String, Span)>,
        deep: usize,
    ) -> (Shape, usize) {
        match &ty.kind {
            TypeKind::Named(name) => match self.types.get(name.text.as_str()) {
                Some((file, ty)) if deep > 0 => self.shape(ty, *file, options, deep - 1),
                Some(_) => (Shape::Unknown, file),
                None if types::NAMED.iter().any(|(built_in, _)| *built_in == name.text) => {
                    (Shape::Named(name.text.to_string()), file)
                }
                None => (Shape::Unknown, file),
            },
            TypeKind::Optional(inner) | TypeKind::Paren(inner) => self.shape(inner, file, options, deep),
            TypeKind::List(inner) => {
                let (shape, file) = self.shape(inner, file, options, deep);
                (Shape::List(Box::new(shape)), file)
            }
            TypeKind::Choice(texts) => {
                let known = texts.iter().filter_map(|text| Some((text.plain()?.to_owned(), text.span)));
                options.extend(known);
                (Shape::Choice, file)
            }
            TypeKind::Record(_) => (Shape::Unknown, file),
        }
    }
}

/// What of a list goes with an element that is taken out: the comma behind it, or the one before it.
pub(super) fn with_comma(text: &str, span: Span, separator: char) -> (usize, usize) {
    let (start, end) = (span.start as usize, span.end as usize);
    let after = text.get(end..).unwrap_or_default();
    let trimmed = after.trim_start();
    if trimmed.starts_with(separator) {
        return (start, end + (after.len() - trimmed.len()) + separator.len_utf8());
    }
    let before = text.get(..start).unwrap_or_default().trim_end();
    if before.ends_with(separator) { (before.len() - separator.len_utf8(), end) } else { (start, end) }
}
