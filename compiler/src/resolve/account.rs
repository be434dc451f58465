//! The account's declarations: what they define, and whether they make sense together.

use super::{Def, Names, ParamDecl, TemplateDecl};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::project::{Parsed, Unit};
use crate::source::Place;
use crate::types::Ty;
use rustc_hash::FxHashMap;
use sbot_grammar::ast::{self, FormPart, ItemKind, Name, Text};
use sbot_vm::program::{Account, SymbolKind, Tables};
use std::sync::Arc;

/// The kinds of channels.
pub(crate) const CHANNEL_KINDS: &[&str] =
    &["whatsapp", "instagram", "facebook", "telegram", "live_chat", "sms", "email", "tiktok", "viber"];

/// Words that are no names of channels: they mean something else after `via`.
const NO_CHANNEL: &[&str] = &["any", "primary"];

impl<'a> Names<'a> {
    pub(super) fn declare_account_item(&mut self, n: usize, unit: &'a Unit, item: &'a ast::Item) {
        match &item.kind {
            ItemKind::Account(settings) => self.declare_account(unit, item, settings),
            ItemKind::Pipeline { name, title: text, stages } => {
                let title = self.title(unit, text);
                self.define_symbol(n, unit, SymbolKind::Pipeline, name, &title, "");
                let mut seen: FxHashMap<&str, &Name> = FxHashMap::default();
                for stage in stages {
                    if let Some(first) = seen.insert(&stage.name.text, &stage.name) {
                        let place = |name: &Name| Place { file: unit.file, span: name.span };
                        self.twice("stage", &stage.name, place(&stage.name), place(first));
                    }
                    let full = format!("{}.{}", name.text, stage.name.text);
                    let title = self.title(unit, &stage.title);
                    let id = self.symbol(SymbolKind::Stage, &full, &title, "");
                    self.stages.entry(full.into()).or_insert(id);
                }
            }
            ItemKind::User { name, title: text } => {
                let title = self.title(unit, text);
                self.define_symbol(n, unit, SymbolKind::User, name, &title, "");
            }
            ItemKind::Team { name, title: text, members } => {
                let list: Vec<&str> = members.iter().map(|name| name.text.as_str()).collect();
                let title = self.title(unit, text);
                self.define_symbol(n, unit, SymbolKind::Team, name, &title, &list.join(","));
            }
            ItemKind::Channel { name, kind, title: text } => {
                let title = self.title(unit, text);
                self.declare_channel(n, unit, name, kind, &title);
            }
            ItemKind::Template { name, params, via, text } => {
                let shown = text.plain().unwrap_or(&name.text).to_owned();
                let list: Vec<&str> = via.iter().map(|name| name.text.as_str()).collect();
                let id = self.define_symbol(n, unit, SymbolKind::Template, name, &shown, &list.join(","));
                self.declare_template(n, id, name, params, vec![text]);
            }
            ItemKind::EmailTemplate { name, params, subject, body } => {
                let shown = subject.plain().unwrap_or(&name.text).to_owned();
                let id = self.define_symbol(n, unit, SymbolKind::EmailTemplate, name, &shown, "");
                self.declare_template(n, id, name, params, vec![subject, body]);
            }
            ItemKind::Form { name, title: text, .. } => {
                let title = self.title(unit, text);
                self.define_symbol(n, unit, SymbolKind::Form, name, &title, "");
            }
            ItemKind::Hours { name, rows } => {
                let symbol = self.define_symbol(n, unit, SymbolKind::Hours, name, &name.text, "");
                let hours = self.hours_of(unit, symbol, rows);
                self.hours.push(hours);
            }
            ItemKind::Bot(_)
            | ItemKind::Use(_)
            | ItemKind::Trigger(_)
            | ItemKind::Var(_)
            | ItemKind::Step(_)
            | ItemKind::Flow(_)
            | ItemKind::Fn(_)
            | ItemKind::Type { .. }
            | ItemKind::Entity { .. }
            | ItemKind::Action(_)
            | ItemKind::Widget { .. }
            | ItemKind::Test { .. }
            | ItemKind::Upgrade(_)
            | ItemKind::Error => {}
        }
    }

    /// What people call a thing.
    fn title(&mut self, unit: &Unit, text: &Text) -> String {
        self.fixed(unit, text, "a title").unwrap_or_default()
    }

    /// A text of a declaration; E0301 if something is filled in.
    fn fixed(&mut self, unit: &Unit, text: &Text, what: &str) -> Option<String> {
        let plain = text.plain().map(str::to_owned);
        if plain.is_none() {
            let place = Place { file: unit.file, span: text.span };
            self.report(
                Diagnostic::new(Code::E0301, place, format!("{what} is a fixed text"))
                    .help("write the text without `{…}`"),
            );
        }
        plain
    }

    /// The types of the parameters and the channels follow once every name is known.
    fn declare_template(
        &mut self,
        n: usize,
        id: u32,
        name: &Name,
        params: &'a [ast::Param],
        texts: Vec<&'a Text>,
    ) {
        let untyped = |param: &'a ast::Param| ParamDecl {
            name: param.name.text.clone(),
            ty: Ty::Error,
            default: param.default.as_ref(),
        };
        let params = params.iter().map(untyped).collect();
        let decl = TemplateDecl { unit: n, name: name.text.clone(), params, texts, via: Vec::new() };
        self.templates.insert(id, decl);
    }

    /// Somebody is responsible for every lead, and it stands in some stage, whether the project declares them or not. No
    /// source can name these.
    pub(super) fn complete_account(&mut self) {
        let declares = |names: &Self, kind| names.symbols.iter().any(|symbol| symbol.kind == kind);
        if !declares(self, SymbolKind::User) {
            self.symbol(SymbolKind::User, "owner", "Owner", "");
        }
        if !declares(self, SymbolKind::Stage) {
            self.symbol(SymbolKind::Pipeline, "pipeline", "Pipeline", "");
            self.symbol(SymbolKind::Stage, "pipeline.first", "First stage", "");
        }
    }

    /// E0202: a kind of channels that does not exist.
    pub(super) fn unknown_channel_kind(&mut self, unit: &Unit, kind: &Name) {
        let place = Place { file: unit.file, span: kind.span };
        let diagnostic =
            Diagnostic::new(Code::E0202, place, format!("there is no channel kind `{}`", kind.text));
        self.report(suggest::similar(diagnostic, &kind.text, kind.span, CHANNEL_KINDS.iter().copied()));
    }

    fn declare_channel(&mut self, n: usize, unit: &Unit, name: &Name, kind: &Name, title: &str) {
        if NO_CHANNEL.contains(&name.text.as_str()) {
            let place = Place { file: unit.file, span: name.span };
            let text = format!("a channel cannot be called `{}`", name.text);
            self.report(
                Diagnostic::new(Code::E0204, place, text)
                    .help("`via any` and `via primary` mean something else"),
            );
        }
        if !CHANNEL_KINDS.contains(&kind.text.as_str()) {
            self.unknown_channel_kind(unit, kind);
        }
        self.define_symbol(n, unit, SymbolKind::Channel, name, title, &kind.text);
    }

    fn declare_account(&mut self, unit: &Unit, item: &ast::Item, settings: &[(Name, Text)]) {
        let place = Place { file: unit.file, span: item.span };
        if let Some(first) = self.account_place {
            self.report(
                Diagnostic::new(Code::E0204, place, "the account is defined twice")
                    .label(first, "first defined here")
                    .help("a project has one `account { … }`"),
            );
            return;
        }
        self.account_place = Some(place);
        for (at, (name, text)) in settings.iter().enumerate() {
            if let Some((first, _)) = settings.iter().take(at).find(|(other, _)| other.text == name.text) {
                let place = |name: &Name| Place { file: unit.file, span: name.span };
                self.twice("setting", name, place(name), place(first));
                continue;
            }
            let value: Option<Arc<str>> = self.fixed(unit, text, "a setting").map(Arc::from);
            match (name.text.as_str(), value) {
                ("zone", Some(value)) => {
                    self.account.zone = value;
                    self.has_zone = true;
                }
                ("region", value @ Some(_)) => self.account.region = value,
                ("language", value @ Some(_)) => self.account.language = value,
                ("currency", value @ Some(_)) => self.account.currency = value,
                (_, None) => {}
                (other, Some(_)) => {
                    let place = Place { file: unit.file, span: name.span };
                    let known = ["zone", "region", "language", "currency"];
                    let diagnostic =
                        Diagnostic::new(Code::E0202, place, format!("the account has no setting `{other}`"));
                    self.report(suggest::similar(diagnostic, other, name.span, known));
                }
            }
        }
        self.check_settings(unit, settings);
    }

    fn check_settings(&mut self, unit: &Unit, settings: &[(Name, Text)]) {
        let setting =
            |wanted: &str| settings.iter().find(|(name, _)| name.text == wanted).map(|(_, text)| text.span);
        let context = |account: Account| {
            let tables = Tables { account, ..Tables::default() };
            sbot_vm::context::Context::new(Arc::new(tables))
        };
        if let Some(span) = setting("zone")
            && context(Account { zone: Arc::clone(&self.account.zone), ..Account::default() }).is_err()
        {
            let text = format!("there is no time zone `{}`", self.account.zone);
            let help = "write the IANA name of the zone, such as \"Europe/Madrid\"";
            self.report(Diagnostic::new(Code::E0408, Place { file: unit.file, span }, text).help(help));
            self.account.zone = Account::default().zone;
        }
        if let Some(span) = setting("region")
            && context(Account { region: self.account.region.clone(), ..Account::default() }).is_err()
        {
            let text = format!("there is no region `{}`", self.account.region.as_deref().unwrap_or(""));
            let help = "write the two letters of the country, such as \"ES\"";
            self.report(Diagnostic::new(Code::E0408, Place { file: unit.file, span }, text).help(help));
            self.account.region = None;
        }
    }

    /// Checks what declarations say of each other: members of teams, fields and stages of forms.
    pub(super) fn check_account(&mut self, parsed: &'a Parsed) {
        for (n, unit) in parsed.units.iter().enumerate() {
            for item in &unit.tree.items {
                match &item.kind {
                    ItemKind::Team { members, .. } => {
                        for member in members {
                            self.expect_symbol(n, unit, member, SymbolKind::User, "user");
                        }
                    }
                    ItemKind::Template { name, via, params, .. } => {
                        let via = via
                            .iter()
                            .filter_map(|channel| {
                                self.expect_symbol(n, unit, channel, SymbolKind::Channel, "channel")
                            })
                            .collect();
                        self.finish_template(n, unit, name, params, via);
                    }
                    ItemKind::EmailTemplate { name, params, .. } => {
                        self.finish_template(n, unit, name, params, Vec::new());
                    }
                    ItemKind::Form { parts, .. } => self.check_form(n, unit, parts),
                    ItemKind::Bot(_)
                    | ItemKind::Use(_)
                    | ItemKind::Trigger(_)
                    | ItemKind::Var(_)
                    | ItemKind::Step(_)
                    | ItemKind::Flow(_)
                    | ItemKind::Fn(_)
                    | ItemKind::Type { .. }
                    | ItemKind::Account(_)
                    | ItemKind::Entity { .. }
                    | ItemKind::Pipeline { .. }
                    | ItemKind::User { .. }
                    | ItemKind::Channel { .. }
                    | ItemKind::Hours { .. }
                    | ItemKind::Action(_)
                    | ItemKind::Widget { .. }
                    | ItemKind::Test { .. }
                    | ItemKind::Upgrade(_)
                    | ItemKind::Error => {}
                }
            }
        }
    }

    fn finish_template(
        &mut self,
        n: usize,
        unit: &Unit,
        name: &Name,
        params: &'a [ast::Param],
        via: Vec<u32>,
    ) {
        let params = self.params(n, unit, params);
        let def = self.scopes.get(n).and_then(|scope| scope.values.get(&name.text)).map(|named| named.def);
        if let Some(Def::Symbol(id)) = def
            && let Some(template) = self.templates.get_mut(&id)
        {
            template.params = params;
            template.via = via;
        }
    }

    fn check_form(&mut self, n: usize, unit: &Unit, parts: &[FormPart]) {
        for part in parts {
            match part {
                FormPart::Fields(paths) => {
                    for path in paths {
                        self.form_field(unit, path);
                    }
                }
                FormPart::Stage(path) => {
                    self.stage(n, unit, path);
                }
                FormPart::Tags(tags) => {
                    for tag in tags {
                        self.form_tag(unit, tag);
                    }
                }
            }
        }
    }

    fn form_field(&mut self, unit: &Unit, path: &ast::Path) {
        let [entity, field] = path.names.as_slice() else {
            let place = Place { file: unit.file, span: path.span };
            self.report(
                Diagnostic::new(Code::E0203, place, "a field is written `entity.field`")
                    .help("such as `contact.name`"),
            );
            return;
        };
        if Self::entity(&entity.text).is_none() {
            let place = Place { file: unit.file, span: entity.span };
            let known = super::ENTITIES.iter().map(|(name, _)| *name);
            let diagnostic =
                Diagnostic::new(Code::E0202, place, format!("there is no entity `{}`", entity.text));
            self.report(suggest::similar(diagnostic, &entity.text, entity.span, known));
        } else if self.field(&entity.text, &field.text).is_none() {
            self.unknown_field(unit, &entity.text, field);
        }
    }

    fn form_tag(&mut self, unit: &Unit, tag: &ast::Expr) {
        let place = Place { file: unit.file, span: tag.span };
        let plain = if let ast::ExprKind::Text(text) = &tag.kind { text.plain() } else { None };
        match plain {
            None => self.report(
                Diagnostic::new(Code::E0301, place, "a tag of a form is a fixed text")
                    .help("write it as `\"tag\"`, without `{…}`"),
            ),
            Some(text) if text.trim().is_empty() => self.report(
                Diagnostic::new(Code::E0406, place, "this tag is empty").help("write the tag that is meant"),
            ),
            Some(_) => {}
        }
    }

    /// E0203 with did-you-mean.
    pub(crate) fn unknown_field(&mut self, unit: &Unit, entity: &str, field: &Name) {
        let place = Place { file: unit.file, span: field.span };
        let text = format!("`{entity}` has no field `{}`", field.text);
        let known: Vec<String> = self.field_names(entity).into_iter().map(str::to_owned).collect();
        let mut diagnostic = Diagnostic::new(Code::E0203, place, text);
        if entity == "client" && self.field("contact", &field.text).is_some() {
            diagnostic =
                diagnostic.help(format!("what is known about the person stands in `contact.{}`", field.text));
        } else {
            diagnostic =
                suggest::similar(diagnostic, &field.text, field.span, known.iter().map(String::as_str));
        }
        self.report(diagnostic);
    }

    /// The stage that a path names.
    pub(crate) fn stage(&mut self, n: usize, unit: &Unit, path: &ast::Path) -> Option<u32> {
        let [pipeline, stage] = path.names.as_slice() else {
            let place = Place { file: unit.file, span: path.span };
            self.report(
                Diagnostic::new(Code::E0304, place, "a stage is written `pipeline.stage`")
                    .help("such as `sales.incoming`"),
            );
            return None;
        };
        self.expect_symbol(n, unit, pipeline, SymbolKind::Pipeline, "pipeline")?;
        self.stage_of(unit, pipeline, stage)
    }

    /// The stage `stage` of a known pipeline; E0304 if there is none.
    pub(crate) fn stage_of(&mut self, unit: &Unit, pipeline: &Name, stage: &Name) -> Option<u32> {
        let full = format!("{}.{}", pipeline.text, stage.text);
        if let Some(id) = self.stages.get(full.as_str()) {
            return Some(*id);
        }
        let prefix = format!("{}.", pipeline.text);
        let known: Vec<String> = self
            .stages
            .keys()
            .filter_map(|name| name.strip_prefix(prefix.as_str()).map(str::to_owned))
            .collect();
        let place = Place { file: unit.file, span: stage.span };
        let text = format!("the pipeline `{}` has no stage `{}`", pipeline.text, stage.text);
        let diagnostic = Diagnostic::new(Code::E0304, place, text);
        self.report(suggest::similar(diagnostic, &stage.text, stage.span, known.iter().map(String::as_str)));
        None
    }

    /// The symbol of this kind that a name means in a file; E0202 otherwise.
    pub(crate) fn expect_symbol(
        &mut self,
        n: usize,
        unit: &Unit,
        name: &Name,
        kind: SymbolKind,
        what: &str,
    ) -> Option<u32> {
        let named = self.scopes.get(n).and_then(|scope| scope.values.get(&name.text)).copied();
        if let Some(named) = named
            && let Def::Symbol(id) = named.def
            && self.symbols.get(id as usize).is_some_and(|symbol| symbol.kind == kind)
        {
            self.uses.value(n, named);
            return Some(id);
        }
        let place = Place { file: unit.file, span: name.span };
        let known: Vec<String> = self
            .symbols
            .iter()
            .filter(|symbol| symbol.kind == kind)
            .map(|symbol| symbol.name.to_string())
            .filter(|known| self.scopes.get(n).is_some_and(|scope| scope.values.contains_key(known.as_str())))
            .collect();
        let diagnostic = Diagnostic::new(Code::E0202, place, format!("there is no {what} `{}`", name.text));
        self.report(suggest::similar(diagnostic, &name.text, name.span, known.iter().map(String::as_str)));
        None
    }
}
