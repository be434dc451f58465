//! Items and what they declare.

use super::expr::{args, date, duration, expr, field, pattern, text, time, type_expr};
use super::statement::{block, test};
use super::{Node, atom, labelled, list, name, names, path, quoted};
use crate::ast::*;

pub(super) fn item(item: &Item) -> Node {
    let node = kind(&item.kind);
    let attrs =
        item.attrs.iter().map(|attr| list(&format!("@{}", attr.name.text), attr.args.iter().map(name)));
    let doc = item.doc.as_ref().map(|doc| list("doc", [quoted(doc)]));
    let above: Vec<Node> = doc.into_iter().chain(attrs).collect();
    if above.is_empty() { node } else { list("item", above.into_iter().chain([node])) }
}

fn kind(kind: &ItemKind) -> Node {
    match kind {
        ItemKind::Bot(bot) => {
            let on_failed = labelled("on-failed", bot.on_failed.as_ref().map(name));
            list(
                "bot",
                [name(&bot.name)]
                    .into_iter()
                    .chain(signature(&bot.params, bot.result.as_ref()))
                    .chain(on_failed),
            )
        }
        ItemKind::Use(file) => list("use", [text(file)]),
        ItemKind::Trigger(inner) => trigger(inner),
        ItemKind::Var(var) => list("var", [name(&var.name), type_expr(&var.ty), expr(&var.value)]),
        ItemKind::Step(step) => {
            declared("step", &step.name, params(&step.params).chain([block("do", &step.body)]))
        }
        ItemKind::Flow(flow) => {
            let rest = signature(&flow.params, flow.result.as_ref()).chain([block("do", &flow.body)]);
            declared("flow", &flow.name, rest)
        }
        ItemKind::Fn(inner) => {
            let body = inner.body.as_ref().map(|body| block("do", body));
            declared("fn", &inner.name, signature(&inner.params, Some(&inner.result)).chain(body))
        }
        ItemKind::Type { name: declared, ty } => list("type", [name(declared), type_expr(ty)]),
        ItemKind::Account(settings) => {
            list("account", settings.iter().map(|(key, value)| list(&key.text, [text(value)])))
        }
        ItemKind::Entity { name, fields } => declared("entity", name, fields.iter().map(field)),
        ItemKind::Pipeline { name, title, stages } => {
            titled("pipeline", name, title, stages.iter().map(stage))
        }
        ItemKind::User { name, title } => titled("user", name, title, []),
        ItemKind::Team { name: team, title, members } => {
            titled("team", team, title, members.iter().map(name))
        }
        ItemKind::Channel { name: channel, kind, title } => {
            list("channel", [name(channel), name(kind), text(title)])
        }
        ItemKind::Template { name, params: given, via, text: said } => {
            declared("template", name, params(given).chain(names("via", via)).chain([text(said)]))
        }
        ItemKind::EmailTemplate { name, params: given, subject, body } => {
            let parts = [list("subject", [text(subject)]), list("body", [text(body)])];
            declared("email_template", name, params(given).chain(parts))
        }
        ItemKind::Form { name, title, parts } => titled("form", name, title, parts.iter().map(form_part)),
        ItemKind::Hours { name, rows } => declared("hours", name, rows.iter().map(hours_row)),
        ItemKind::Action(inner) => action(inner),
        ItemKind::Widget { name, actions } => declared("widget", name, actions.iter().map(item)),
        ItemKind::Test { title, stmts } => {
            list("test", [text(title)].into_iter().chain(stmts.iter().map(test)))
        }
        ItemKind::Upgrade(upgrade) => {
            list("upgrade", upgrade.from.iter().map(text).chain(upgrade.rules.iter().map(upgrade_rule)))
        }
        ItemKind::Error => list("error", []),
    }
}

fn declared(head: &str, item: &Name, rest: impl IntoIterator<Item = Node>) -> Node {
    list(head, std::iter::once(name(item)).chain(rest))
}

fn titled(head: &str, item: &Name, title: &Text, rest: impl IntoIterator<Item = Node>) -> Node {
    declared(head, item, std::iter::once(text(title)).chain(rest))
}

fn params(params: &[Param]) -> impl Iterator<Item = Node> {
    params.iter().map(|param| {
        let default = labelled("default", param.default.as_ref().map(expr));
        list("param", [name(&param.name), type_expr(&param.ty)].into_iter().chain(default))
    })
}

fn signature<'t>(given: &'t [Param], result: Option<&'t TypeExpr>) -> impl Iterator<Item = Node> + 't {
    params(given).chain(labelled("result", result.map(type_expr)))
}

fn action(action: &Action) -> Node {
    let exits = action.exits.iter().map(|exit| declared("exit", &exit.name, params(&exit.params)));
    declared("action", &action.name, signature(&action.params, action.result.as_ref()).chain(exits))
}

fn upgrade_rule(rule: &UpgradeRule) -> Node {
    match &rule.kind {
        UpgradeKind::Place { old, to } => list("place", [place_name(old), becomes(to)]),
        UpgradeKind::Renamed { old, new } => list("renamed", [name(old), name(new)]),
        UpgradeKind::Value(var) => list("value", [name(&var.name), type_expr(&var.ty), expr(&var.value)]),
        UpgradeKind::Bot { old, to } => list("bot", [name(old), becomes(to)]),
        UpgradeKind::Symbol { kind, old, new } => {
            list(&kind.text, [path(old), new.as_ref().map_or_else(|| atom("none"), path)])
        }
    }
}

fn place_name(name: &PlaceName) -> Node {
    match name {
        PlaceName::Path(name) => path(name),
        PlaceName::Text(name) => text(name),
    }
}

fn becomes(to: &Becomes) -> Node {
    match to {
        Becomes::End(_) => atom("end"),
        Becomes::Restart { step, args: given } => declared("restart", step, args(given)),
        Becomes::Place { name, callers, timeout } => {
            let callers = callers.iter().map(|caller| list("in", [place_name(caller)]));
            let timeout = timeout.as_ref().map(|timeout| list("timeout", [duration(timeout)]));
            list("to", std::iter::once(place_name(name)).chain(callers).chain(timeout))
        }
    }
}

fn stage(stage: &Stage) -> Node {
    let doc = stage.doc.as_ref().map(|doc| list("doc", [quoted(doc)]));
    list("stage", doc.into_iter().chain([name(&stage.name), text(&stage.title)]))
}

fn form_part(part: &FormPart) -> Node {
    match part {
        FormPart::Fields(paths) => list("fields", paths.iter().map(path)),
        FormPart::Stage(stage) => list("stage", [path(stage)]),
        FormPart::Tags(tags) => list("tags", tags.iter().map(expr)),
    }
}

fn days(days: &Days) -> Node {
    match &days.to {
        Some(to) => atom(format!("{}..{}", days.from.text, to.text)),
        None => name(&days.from),
    }
}

fn hours_row(row: &HoursRow) -> Node {
    match row {
        HoursRow::Open { days: open, times } => {
            let times = times.iter().flat_map(|(from, to)| [time(from), time(to)]);
            list("open", std::iter::once(days(open)).chain(times))
        }
        HoursRow::Except { date: day } => list("except", [date(day)]),
    }
}

pub(super) fn trigger(trigger: &Trigger) -> Node {
    let often = trigger.often.as_ref().map(|often| match often {
        Often::Once(_) => atom("once"),
        Often::Cooldown(inner) => list("cooldown", [duration(inner)]),
    });
    list(
        "trigger",
        std::iter::once(trigger_kind(&trigger.kind))
            .chain(names("via", &trigger.via))
            .chain(labelled("during", trigger.during.as_ref().map(name)))
            .chain(often)
            .chain(labelled("if", trigger.condition.as_ref().map(expr))),
    )
}

fn trigger_kind(kind: &TriggerKind) -> Node {
    match kind {
        TriggerKind::Message(inner) => list("message", inner.as_ref().map(pattern)),
        TriggerKind::Comment(inner) => list("comment", inner.as_ref().map(pattern)),
        TriggerKind::Stage(stage) => list("stage", [path(stage)]),
        TriggerKind::LeadCreated => atom("lead-created"),
        TriggerKind::TagAdded(tag) => list("tag-added", [text(tag)]),
        TriggerKind::TagRemoved(tag) => list("tag-removed", [text(tag)]),
        TriggerKind::ResponsibleChanged => atom("responsible-changed"),
        TriggerKind::FieldChanged(field) => list("field-changed", [path(field)]),
        TriggerKind::FormSent(form) => list("form-sent", [name(form)]),
        TriggerKind::Every { days: on, at } => list("every", [days(on), time(at)]),
        TriggerKind::Before { by, field } => list("before", [duration(by), path(field)]),
        TriggerKind::After { by, field } => list("after", [duration(by), path(field)]),
        TriggerKind::Silence(inner) => list("silence", [duration(inner)]),
        TriggerKind::ConversationClosed => atom("conversation-closed"),
        TriggerKind::Manual => atom("manual"),
    }
}
