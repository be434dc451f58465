//! The blocks of the editor and what leads from one to the next: `model.positions`.
//!
//! Every step is a block, and so is every end that a `goto` names and no step has. A block's own `goto` is what follows
//! it, or where any other answer leads where it has buttons; its actions have the other links.

use super::logic::{message_params, one, test_name, test_params, widget_params};
use super::{handler, some};
use crate::chart::layout::{self, Link, Size, Style};
use crate::kommo::bot::{Bot, Button, Handler, Part, ReplyIs, Step, Target, What};
use crate::kommo::names;
use sbot_embed::Json;
use std::collections::BTreeMap;

/// The width of a block, as in exports.
const WIDTH: f64 = 400.0;
/// The width of an end.
const END_WIDTH: i64 = 374;
/// How high a block is without its actions.
const HEAD: f64 = 60.0;
/// How high an end is.
const END: f64 = 63.0;
/// An action, a line of text, a link.
const ACTION: f64 = 64.0;
const LINE: f64 = 18.0;
const BUTTON: f64 = 44.0;
/// So many characters fill a line of a block.
const LETTERS: usize = 44;
/// The first block stands so far to the right of the start.
const BEGIN: f64 = 420.0;

/// A block to be written.
struct Node<'a> {
    id: i64,
    number: i64,
    step: Option<&'a Step>,
}

/// `model.positions` before it becomes a string.
pub(super) fn positions(bot: &Bot) -> Json {
    let nodes = nodes(bot);
    let ids: BTreeMap<i64, usize> = nodes.iter().enumerate().map(|(at, node)| (node.number, at)).collect();
    let mut sizes = Vec::new();
    let mut links = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let height = node.step.map_or(END, height);
        sizes.push(Size { height });
        let targets = node.step.map(targets).unwrap_or_default();
        let count = targets.len();
        for (n, to) in targets.into_iter().enumerate() {
            // Arrows leave a block one below the other.
            let port = height * (n + 1) as f64 / (count + 1) as f64;
            links.extend(ids.get(&to.step).map(|to| Link { from: at, port, to: *to }));
        }
    }
    let placed = layout::place(&sizes, &links, Style { width: WIDTH, entry: HEAD / 2.0 });
    let mut writer = Writer { ids: &ids, nodes: &nodes, action: 0 };
    let first = bot.steps.first().map(|step| Target { step: step.number, part: Part::Question });
    let mut all = vec![writer.start(first)];
    for ((at, node), size) in nodes.iter().enumerate().zip(&sizes) {
        let point = placed.cards.get(at);
        let (x, y) = point.map_or((0.0, 0.0), |point| (point.x, point.y));
        all.push(writer.block(node, at, (BEGIN + x, y, size.height)));
    }
    all.push(trigger());
    Json::List(all)
}

/// A block for each step, then one for each end.
fn nodes(bot: &Bot) -> Vec<Node<'_>> {
    let mut ends: Vec<i64> = bot.steps.iter().flat_map(targets).map(|to| to.step).collect();
    ends.sort_unstable();
    ends.dedup();
    ends.retain(|number| bot.steps.iter().all(|step| step.number != *number));
    let steps = bot.steps.iter().map(|step| (step.number, Some(step)));
    let all = steps.chain(ends.into_iter().map(|number| (number, None)));
    (1..).zip(all).map(|(id, (number, step))| Node { id, number, step }).collect()
}

/// Everything that a step leads to, from top to bottom.
fn targets(step: &Step) -> Vec<Target> {
    let mut all = Vec::new();
    for what in step.question.iter().chain(&step.answer).chain(&step.no_answer) {
        what.each_target(&mut |to| all.push(to));
    }
    all
}

/// About how high the editor draws a block.
fn height(step: &Step) -> f64 {
    let lines = |text: &str| text.lines().map(|line| 1 + line.chars().count() / LETTERS).sum::<usize>();
    step.question.iter().fold(HEAD, |height, what| {
        height
            + match &what.what {
                What::Message(message) => {
                    let rows = message
                        .list
                        .as_ref()
                        .map_or(0, |list| list.sections.iter().map(|section| section.rows.len()).sum());
                    ACTION
                        + LINE * lines(&message.text) as f64
                        + BUTTON * (message.buttons.len() + rows) as f64
                }
                What::Goto(_) => 0.0,
                What::Waits(waits) => ACTION * waits.len() as f64,
                What::Distribution { variants, .. } => ACTION + BUTTON * variants.len() as f64,
                What::Comment { text, .. } | What::Internal { text, .. } => {
                    ACTION + LINE * lines(text) as f64
                }
                What::Widget(widget) => ACTION + BUTTON * widget.exits.len() as f64,
                What::Buttons(_)
                | What::WaitAnswer(_)
                | What::Conditions { .. }
                | What::Validations { .. }
                | What::Action { .. }
                | What::Trigger { .. }
                | What::Find { .. }
                | What::Meta { .. }
                | What::Preset { .. }
                | What::WidgetRequest { .. }
                | What::OptIn(_)
                | What::Stop(_)
                | What::Exits(_)
                | What::Unknown { .. } => ACTION,
            }
    })
}

struct Writer<'a> {
    ids: &'a BTreeMap<i64, usize>,
    nodes: &'a [Node<'a>],
    /// The number of the last action.
    action: i64,
}

impl Writer<'_> {
    /// `{"block": …}`: the block of a step or end.
    fn block_of(&self, to: Option<Target>) -> Json {
        let node = to.and_then(|to| self.nodes.get(*self.ids.get(&to.step)?));
        node.map_or(Json::Null, |node| Json::object([("block", Json::int(node.id))]))
    }

    /// The same with something that the link says beside it.
    fn link(&self, key: &str, value: Json, to: Target) -> Json {
        let mut keys = vec![(Box::from(key), value)];
        if let Json::Object(block) = self.block_of(Some(to)) {
            keys.extend(block);
        }
        Json::Object(keys)
    }

    fn action(&mut self, sort: i64, what: Json, links: Vec<Json>, synonyms: Option<Json>) -> Json {
        self.action += 1;
        some(vec![
            ("id", Some(Json::int(self.action))),
            ("sort", Some(Json::int(sort))),
            ("params", Some(what)),
            ("links", Some(Json::List(links))),
            ("synonyms", synonyms),
        ])
    }

    fn start(&self, first: Option<Target>) -> Json {
        let action = Json::object([
            ("id", Json::int(-3)),
            ("sort", Json::int(0)),
            ("params", handler("_start", Json::List(Vec::new()))),
            ("links", Json::List(Vec::new())),
        ]);
        Json::object([
            ("id", Json::int(0)),
            ("x", Json::int(0)),
            ("y", Json::int(0)),
            ("z", Json::int(1)),
            ("width", Json::int(170)),
            ("height", Json::int(38)),
            ("type", Json::text("start")),
            ("step", Json::int(-1)),
            ("deletable", Json::Bool(true)),
            ("actions", Json::list([action])),
            ("goto", self.block_of(first)),
        ])
    }

    fn block(&mut self, node: &Node, at: usize, (x, y, height): (f64, f64, f64)) -> Json {
        let place = |width: i64, kind: &str| {
            vec![
                ("id", Some(Json::int(node.id))),
                ("x", Some(Json::int(x.round() as i64))),
                ("y", Some(Json::int(y.round() as i64))),
                ("z", Some(Json::int(i64::try_from(at).unwrap_or_default() + 2))),
                ("width", Some(Json::int(width))),
                ("height", Some(Json::int(height.round() as i64))),
                ("type", Some(Json::text(kind))),
                ("step", Some(Json::int(node.number))),
                ("deletable", Some(Json::Bool(true))),
            ]
        };
        let Some(step) = node.step else {
            let stop = self.action(0, handler("_stop", Json::List(Vec::new())), Vec::new(), None);
            let mut keys = place(END_WIDTH, "finish");
            keys.push(("actions", Some(Json::list([stop]))));
            return some(keys);
        };
        let mut keys = place(WIDTH as i64, "question");
        let actions = self.actions(step);
        let next = step.question.iter().find_map(goto).or_else(|| other(step));
        let fails = step
            .question
            .iter()
            .find_map(|what| if let What::Message(message) = &what.what { message.on_error } else { None });
        let silent = step.no_answer.iter().find_map(goto);
        keys.extend([
            ("name", title(step).as_deref().map(Json::text)),
            ("block_uuid", step.uuid.as_deref().map(Json::text)),
            ("actions", Some(Json::List(actions))),
            ("goto", Some(self.block_of(next))),
            ("no_answer", Some(self.block_of(silent))),
            ("on_error", Some(self.block_of(fails))),
        ]);
        some(keys)
    }

    /// What a block does, with the links that begin there.
    fn actions(&mut self, step: &Step) -> Vec<Json> {
        let mut all = Vec::new();
        for what in &step.question {
            let sort = i64::try_from(all.len()).unwrap_or_default();
            match &what.what {
                What::Goto(_) => {}
                // One action for each event.
                What::Waits(waits) => {
                    for (sort, wait) in (sort..).zip(waits) {
                        let event = Json::object([("event", super::logic::event(wait))]);
                        let link = self.block_of(Some(wait.to));
                        all.push(self.action(sort, handler("wait", event), vec![link], None));
                    }
                }
                What::Message(message) => {
                    let (links, synonyms) = self.replies(step);
                    let reply = |button: &Button| matches!(button, Button::Reply(_));
                    let waits = message.list.is_some() || message.buttons.iter().any(reply);
                    let links = if waits { links } else { Vec::new() };
                    let synonyms = waits.then_some(Json::List(synonyms));
                    let mut params = message_params(message);
                    if let Json::Object(keys) = &mut params {
                        keys.retain(|(key, _)| &**key != "on_error");
                    }
                    all.push(self.action(sort, handler("send_message", params), links, synonyms));
                }
                What::Conditions { result, .. } | What::Validations { result, .. } => {
                    let link = self.block_of(result.iter().find_map(goto));
                    let test = handler(test_name(&what.what), test_params(&what.what));
                    all.push(self.action(sort, test, vec![link], None));
                }
                What::Distribution { seed, variants } => {
                    let links = variants.iter().map(|to| self.block_of(Some(*to))).collect();
                    let params = some(vec![
                        ("type", Some(Json::text("round_robin"))),
                        ("seed_id", seed.as_deref().map(Json::text)),
                    ]);
                    all.push(self.action(sort, handler("distribution", params), links, None));
                }
                What::Widget(widget) => {
                    let exits = &widget.exits;
                    let links =
                        exits.iter().map(|(code, to)| self.link("code", Json::text(code), *to)).collect();
                    all.push(self.action(sort, handler("widget", widget_params(widget)), links, None));
                }
                What::WaitAnswer(to) => {
                    let link = self.block_of(Some(*to));
                    all.push(self.action(sort, one(what), vec![link], None));
                }
                What::Buttons(_)
                | What::Comment { .. }
                | What::Internal { .. }
                | What::Action { .. }
                | What::Trigger { .. }
                | What::Find { .. }
                | What::Meta { .. }
                | What::Preset { .. }
                | What::WidgetRequest { .. }
                | What::OptIn(_)
                | What::Stop(_)
                | What::Exits(_)
                | What::Unknown { .. } => all.push(self.action(sort, one(what), Vec::new(), None)),
            }
        }
        all
    }

    /// The links of the buttons, and the synonyms of each.
    fn replies(&self, step: &Step) -> (Vec<Json>, Vec<Json>) {
        let (mut links, mut synonyms) = (Vec::new(), Vec::new());
        for what in &step.answer {
            let What::Buttons(replies) = &what.what else { continue };
            for reply in replies {
                let ReplyIs::Option { value, synonyms: others } = &reply.when else { continue };
                synonyms.push(Json::list(others.iter().map(|other| Json::text(other))));
                if let Some(to) = reply.then.iter().find_map(goto) {
                    let regex = Json::object([("regex", Json::text(&pattern(value)))]);
                    links.push(self.link("data", regex, to));
                }
            }
        }
        (links, synonyms)
    }
}

/// Where a handler goes.
fn goto(what: &Handler) -> Option<Target> {
    if let What::Goto(to) = &what.what { Some(*to) } else { None }
}

/// Where any other answer leads.
fn other(step: &Step) -> Option<Target> {
    step.answer.iter().find_map(|what| {
        let What::Buttons(replies) = &what.what else { return None };
        let other = replies.iter().find(|reply| reply.when == ReplyIs::Else)?;
        other.then.iter().find_map(goto)
    })
}

/// A label as the editor keeps it: a regular expression.
fn pattern(label: &str) -> String {
    let mut pattern = String::from("/");
    for c in label.chars() {
        if r"\/.*+?^${}()|[]".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push_str("/iu");
    pattern
}

/// What stands above a block: the name of its step.
fn title(step: &Step) -> Option<String> {
    let name = names::name(step.uuid.as_deref()?)?;
    let (step, number) = names::split(&name)?;
    Some(if number < 2 { step.to_owned() } else { format!("{step} ({number})") })
}

fn trigger() -> Json {
    Json::object([
        ("id", Json::int(-1)),
        ("x", Json::int(-350)),
        ("y", Json::int(0)),
        ("z", Json::int(0)),
        ("width", Json::int(260)),
        ("height", Json::int(0)),
        ("type", Json::text("static")),
        ("step", Json::int(-1)),
        ("deletable", Json::Bool(true)),
        ("actions", Json::List(Vec::new())),
        ("code", Json::text("trigger")),
    ])
}
