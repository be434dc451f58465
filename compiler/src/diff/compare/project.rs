//! What bots share: the account, its declarations, functions. And which bots there are.

use super::super::change::ChangeKind as K;
use super::super::line::Line;
use super::super::model::{Kind, Role};
use super::super::model::{Model, Unit};
use super::super::read::days_of;
use super::super::show;
use super::super::term::Space;
use super::{Compare, Pairing, renamed, short};
use sbot_vm::calendar::civil_date;
use sbot_vm::program::{Account, Action, Field, Hours};
use std::sync::Arc;

impl Compare<'_> {
    pub(super) fn project(&mut self, old: &Model, new: &Model, pairs: &Pairing) {
        for (n, bot) in (0u32..).zip(&old.bots) {
            self.old.names.add(Space::Bot, n, &bot.name);
        }
        for (n, bot) in (0u32..).zip(&new.bots) {
            self.new.names.add(Space::Bot, pairs.bots.shared(n), &bot.name);
        }
        for (n, function) in (0u32..).zip(&old.functions) {
            self.old.names.add(Space::Function, n, &function.name);
        }
        for (n, function) in (0u32..).zip(&new.functions) {
            self.new.names.add(Space::Function, pairs.functions.shared(n), &function.name);
        }
        self.account(&old.account, &new.account);
        self.symbols(old, new);
        self.fields(old, new);
        self.actions(old, new);
        self.hours(old, new);
        for (n, bot) in new.bots.iter().enumerate() {
            let before = pairs.bots.old.get(n).copied().flatten();
            match before.and_then(|o| old.bots.get(o as usize)) {
                Some(before) => self.bots(before, bot, pairs),
                None => {
                    let what = Line::say("the bot ").code(&*bot.name).and(" is new");
                    self.tell_plainly(K::BotNew, (None, Some(bot.place)), what);
                }
            }
        }
        for (bot, after) in old.bots.iter().zip(&pairs.bots.new) {
            if after.is_none() {
                let what = Line::say("the bot ").code(&*bot.name).and(" is gone");
                self.tell_plainly(K::BotGone, (Some(bot.place), None), what);
            }
        }
        self.functions(old, new, pairs);
    }

    fn account(&mut self, old: &Account, new: &Account) {
        let Account { zone, region, language, currency } = old;
        let settings = [
            ("zone", Some(zone), Some(&new.zone)),
            ("region", region.as_ref(), new.region.as_ref()),
            ("language", language.as_ref(), new.language.as_ref()),
            ("currency", currency.as_ref(), new.currency.as_ref()),
        ];
        for (name, was, now) in settings.into_iter().filter(|(_, was, now)| was != now) {
            let shown = |value: Option<&Arc<str>>| value.map_or("nothing", |value| value).to_owned();
            let what = Line::say(format!("the {name} of the account is ")).code(shown(now));
            self.tell_plainly(K::AccountChanged, (None, None), what.and(" instead of ").code(shown(was)));
        }
    }

    fn symbols(&mut self, old: &Model, new: &Model) {
        for ((kind, name), was) in &old.symbols {
            let Some(now) = new.symbols.get(&(*kind, Arc::clone(name))) else { continue };
            let what = || Line::say(format!("the {kind} ")).code(&**name);
            if was.title != now.title {
                let what =
                    what().and(" is called ").label(&*now.title).and(" instead of ").label(&*was.title);
                self.tell_plainly(K::TitleChanged, (None, None), what);
            }
            if was.detail != now.detail {
                let word = match *kind {
                    "team" => " has the members ",
                    "channel" => " is of the kind ",
                    _ => " goes out on ",
                };
                let shown = |detail: &str| {
                    if detail.is_empty() { "nothing".to_owned() } else { detail.replace(',', ", ") }
                };
                let what =
                    what().and(word).code(shown(&now.detail)).and(" instead of ").code(shown(&was.detail));
                self.tell_plainly(K::AccountChanged, (None, None), what);
            }
        }
    }

    fn fields(&mut self, old: &Model, new: &Model) {
        for (name, was) in &old.fields {
            let Some(now) = new.fields.get(name) else { continue };
            let Field { entity: _, name: _, slot, format } = was;
            if *slot != now.slot || *format != now.format {
                let what = Line::say("the field ").code(&**name).and(" holds ").code(field_type(now));
                let what = what.and(" instead of ").code(field_type(was));
                self.tell_plainly(K::FieldDeclared, (None, None), what);
            }
        }
    }

    fn actions(&mut self, old: &Model, new: &Model) {
        for (name, was) in &old.actions {
            let Some(now) = new.actions.get(name) else { continue };
            let Action { name: _, params, result, result_format, exits, delivery, echo } = was;
            let parts = [
                ("parameters", *params != now.params),
                ("result", *result != now.result || *result_format != now.result_format),
                ("answers", *exits != now.exits),
                ("way to repeat it", *delivery != now.delivery),
                ("effect on what is read later", *echo != now.echo),
            ];
            for (part, _) in parts.into_iter().filter(|(_, differs)| *differs) {
                let what =
                    Line::say("the action ").code(&**name).and(format!(" is declared with another {part}"));
                self.tell_plainly(K::ActionDeclared, (None, None), what);
            }
        }
    }

    fn hours(&mut self, old: &Model, new: &Model) {
        for (name, was) in &old.hours {
            let Some(now) = new.hours.get(name) else { continue };
            let Hours { symbol: _, rows, except } = was;
            if *rows != now.rows || *except != now.except {
                let what = Line::say("the hours ").code(&**name).and(" are other ones");
                let change = self.tell_plainly(K::HoursChanged, (None, None), what);
                (change.was, change.now) = (Some(Line::say(hours(was))), Some(Line::say(hours(now))));
            }
        }
    }

    fn functions(&mut self, old: &Model, new: &Model, pairs: &Pairing) {
        for (n, after) in new.functions.iter().enumerate().filter(|(_, function)| function.reached) {
            let Some(o) = pairs.functions.old.get(n).copied().flatten() else { continue };
            let Some(before) = old.functions.get(o as usize) else { continue };
            let (body, key) = renamed(self.terms, &after.body, &mut |space, number| {
                (space == Space::Function).then(|| pairs.functions.shared(number))
            });
            if key == before.key && before.params == after.params {
                continue;
            }
            let what = Line::say("the function ").code(&*after.name).and(" gives something else");
            let shown = (self.returned(before, &before.body, false), self.returned(after, &body, true));
            let change = self.tell_plainly(K::FunctionChanged, (Some(before.place), Some(after.place)), what);
            if shown.0 != shown.1 {
                (change.was, change.now) = shown;
            }
        }
    }

    /// What a function returns that does nothing else.
    fn returned(&mut self, function: &Unit, body: &[super::Node], new: bool) -> Option<Line> {
        let side = if new { &mut self.new } else { &mut self.old };
        side.names.clear_locals();
        for (n, local) in (0u32..).zip(&function.locals) {
            side.names.add(Space::Local, n, &local.name);
        }
        let [only] = body else { return None };
        let value = only.value(&Role::Value).filter(|_| only.kind == Kind::Leave)?;
        let names = if new { &self.new.names } else { &self.old.names };
        Some(Line::default().code(short(&show::expr(self.terms, names, value))))
    }
}

/// `text`, `number?`, `"S" | "M"`.
fn field_type(field: &Field) -> String {
    use sbot_vm::program::Format;
    let kind = match &field.format {
        Format::Plain => format!("{:?}", field.slot.kind).to_lowercase(),
        Format::Phone => "phone".to_owned(),
        Format::Email => "email".to_owned(),
        Format::Url => "url".to_owned(),
        Format::Choice(texts) => {
            texts.iter().map(|text| crate::sim::show::quoted(text)).collect::<Vec<_>>().join(" | ")
        }
    };
    if field.slot.optional { format!("{kind}, or nothing") } else { kind }
}

/// Working hours in one line.
fn hours(hours: &Hours) -> String {
    let time = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let rows = hours
        .rows
        .iter()
        .map(|open| format!("{} {}..{}", days_of(open.days), time(open.from), time(open.to)));
    let except = hours.except.iter().map(|days| {
        format!("except {}", civil_date(*days).map_or_else(|| days.to_string(), |date| date.to_string()))
    });
    rows.chain(except).collect::<Vec<_>>().join(", ")
}
