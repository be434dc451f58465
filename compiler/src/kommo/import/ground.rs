//! What a project that exists knows already: symbols of ids, declarations, and what its own bot looks like in Kommo.

use super::files::Files;
use crate::kommo::bot::Bot;
use crate::kommo::env::{Env, SECTIONS};
use sbot_grammar::ast::{Action, Expr, ExprKind, ItemKind, Param, TextPart, TypeExpr, TypeKind};
use sbot_grammar::parse;
use std::collections::{BTreeMap, BTreeSet};

/// A project onto which a bot is imported. The default one knows nothing.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    /// By section, then by id.
    symbols: BTreeMap<&'static str, BTreeMap<String, String>>,
    /// The types of the fields that it declares, as far as they matter here.
    fields: BTreeMap<String, &'static str>,
    templates: BTreeMap<String, Template>,
    /// The actions of widgets, as `widget.action`.
    widgets: BTreeMap<String, WidgetAction>,
    pub(super) files: Files,
    /// What its `account` says.
    settings: BTreeSet<String>,
    /// The first channel of each kind.
    channels: BTreeMap<String, String>,
    pub(super) exported: Option<Exported>,
}

/// A template that is declared.
#[derive(Clone, Debug, Default)]
pub(super) struct Template {
    /// Names, and what each takes.
    pub(super) params: Vec<(String, Kind)>,
    /// Its text: what stands there, or the name of a parameter.
    pub(super) parts: Vec<Result<String, String>>,
}

/// What a parameter of a template takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Int,
    Number,
    /// What no text of a file says in the words of the language.
    Other,
}

/// An action of a widget that is declared.
#[derive(Clone, Debug, Default)]
pub(super) struct WidgetAction {
    /// By name: whether it is a number, and whether it may be left out.
    pub(super) params: BTreeMap<String, (bool, bool)>,
    /// By name: what each brings along, in order, and whether that is a number.
    pub(super) exits: BTreeMap<String, Vec<(String, bool)>>,
}

/// The bot of the project, as it is exported.
#[derive(Clone, Debug)]
pub(super) struct Exported {
    pub(super) bot: Bot,
    /// How the source goes to blocks of steps with parameters, by their numbers.
    pub(super) calls: BTreeMap<i64, String>,
    pub(super) steps: BTreeMap<String, Step>,
    /// The step for messages that fail, if the bot names one.
    pub(super) failed: Option<String>,
}

/// A step of the project's bot.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// Whether it has parameters.
    pub(super) params: bool,
    /// What stands behind its arrows: names of steps, for the most part.
    pub(super) leads: BTreeSet<String>,
}

impl Ground {
    /// What an environment file and the sources of a project say: each with its path, as seen from the project's folder.
    /// `file` is the path of the file that has the bot, or will have it. Sources with errors say less.
    #[must_use]
    pub fn new(env: &Env, file: &str, sources: &[(String, String)]) -> Ground {
        let mut ground = Ground { files: Files::new(file), ..Ground::default() };
        for section in SECTIONS {
            let rows = ground.symbols.entry(section.name).or_default();
            for (symbol, id) in env.section(section.name) {
                let id = id.get("id").unwrap_or(id);
                let id = id.as_text().map_or_else(|| id.to_string(), str::to_owned);
                rows.insert(id, symbol.to_owned());
            }
        }
        for (path, source) in sources {
            let items = parse(source).file.items;
            ground.files.add(path, &items);
            items.into_iter().for_each(|item| ground.declared(item.kind));
        }
        ground
    }

    /// Adds what the project's own bot looks like: steps of which the imported file says the same are left alone.
    /// `calls` is what the export says of steps with parameters, and `source` the text of the bot's file.
    #[must_use]
    pub fn with_bot(mut self, bot: Bot, calls: BTreeMap<i64, String>, source: &str) -> Ground {
        let (mut steps, mut failed) = (BTreeMap::new(), None);
        for item in parse(source).file.items {
            if let ItemKind::Step(step) = item.kind {
                let text = source.get(item.span.range()).unwrap_or_default();
                let leads = arrows(text);
                let made = Step { params: !step.params.is_empty(), leads };
                steps.insert(step.name.text.to_string(), made);
            } else if let ItemKind::Bot(bot) = item.kind {
                failed = bot.on_failed.map(|step| step.text.to_string());
            }
        }
        self.exported = Some(Exported { bot, calls, steps, failed });
        self
    }

    fn declared(&mut self, item: ItemKind) {
        if let ItemKind::Entity { name: entity, fields } = item {
            for field in fields {
                let symbol = format!("{}.{}", entity.text, field.name.text);
                self.fields.insert(symbol, ty(&field.ty));
            }
        } else if let ItemKind::Widget { name: widget, actions } = item {
            for item in actions {
                if let ItemKind::Action(action) = item.kind {
                    let call = format!("{}.{}", widget.text, action.name.text);
                    self.widgets.insert(call, widget_action(&action));
                }
            }
        } else if let ItemKind::Account(settings) = item {
            self.settings.extend(settings.iter().map(|(name, _)| name.text.to_string()));
        } else if let ItemKind::Channel { name, kind, .. } = item {
            self.channels.entry(kind.text.to_string()).or_insert_with(|| name.text.to_string());
        } else if let ItemKind::Template { name, params, text, .. } = item {
            let names: BTreeSet<&str> = params.iter().map(|param| &*param.name.text).collect();
            let parts: Option<Vec<_>> = text.parts.iter().map(|part| template_part(part, &names)).collect();
            let template = Template { params: kinds(&params), parts: parts.unwrap_or_default() };
            self.templates.insert(name.text.to_string(), template);
        }
    }

    /// The symbol that an id has in a section of the environment file.
    pub(super) fn symbol(&self, section: &str, id: &str) -> Option<&str> {
        self.symbols.get(section)?.get(id).map(String::as_str)
    }

    /// Whether the `account` says this.
    pub(super) fn says(&self, setting: &str) -> bool {
        self.settings.contains(setting)
    }

    /// A channel of a kind.
    pub(super) fn channel(&self, kind: &str) -> Option<&str> {
        self.channels.get(kind).map(String::as_str)
    }

    pub(super) fn field(&self, symbol: &str) -> Option<&'static str> {
        self.fields.get(symbol).copied()
    }

    pub(super) fn widget(&self, call: &str) -> Option<&WidgetAction> {
        self.widgets.get(call)
    }

    /// Whether some widget answers a number of this name.
    pub(super) fn answers_number(&self, name: &str) -> bool {
        let mut values = self.widgets.values().flat_map(|action| action.exits.values().flatten());
        values.any(|(value, number)| value == name && *number)
    }

    pub(super) fn template(&self, symbol: &str) -> Option<&Template> {
        self.templates.get(symbol)
    }
}

/// Names, and what each takes.
fn kinds(params: &[Param]) -> Vec<(String, Kind)> {
    params.iter().map(|param| (param.name.text.to_string(), kind(&param.ty))).collect()
}

fn kind(ty: &TypeExpr) -> Kind {
    if let TypeKind::Optional(ty) | TypeKind::Paren(ty) = &ty.kind {
        return kind(ty);
    }
    let TypeKind::Named(name) = &ty.kind else { return Kind::Other };
    match name.text.as_str() {
        "text" => Kind::Text,
        "int" => Kind::Int,
        "number" => Kind::Number,
        _ => Kind::Other,
    }
}

/// Names, and whether they are numbers.
fn numbers(params: &[Param]) -> Vec<(String, bool)> {
    params.iter().map(|param| (param.name.text.to_string(), ty(&param.ty) == "number")).collect()
}

fn widget_action(action: &Action) -> WidgetAction {
    let params = action.params.iter().map(|param| {
        let number = ty(&param.ty) == "number";
        (param.name.text.to_string(), (number, param.default.is_some()))
    });
    let exits = action.exits.iter().map(|exit| (exit.name.text.to_string(), numbers(&exit.params)));
    WidgetAction { params: params.collect(), exits: exits.collect() }
}

/// What stands behind the arrows of a text: names of steps, for the most part.
pub(super) fn arrows(text: &str) -> BTreeSet<String> {
    let words = text.split("->").skip(1).map(str::trim_start);
    let words = words.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next());
    words.flatten().map(str::to_owned).collect()
}

fn template_part(part: &TextPart, params: &BTreeSet<&str>) -> Option<Result<String, String>> {
    match part {
        TextPart::Literal(text) => Some(Ok(text.to_string())),
        TextPart::Hole(Expr { kind: ExprKind::Name(name), .. }) if params.contains(&*name.text) => {
            Some(Err(name.text.to_string()))
        }
        TextPart::Hole(_) => None,
    }
}

/// The kind of a type, as far as an import tells kinds apart.
fn ty(ty: &TypeExpr) -> &'static str {
    let TypeKind::Named(name) = &ty.kind else { return "text" };
    match name.text.as_str() {
        "int" | "number" => "number",
        "bool" => "bool",
        _ => "text",
    }
}
