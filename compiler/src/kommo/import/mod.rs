//! A Salesbot as the sources of a project. In: a [`Bot`], and the symbols of a project that exists, if one does. Out: the
//! texts of `NAME.sbot`, `account.sbot` and `account.env.toml`, and a report of what could not be carried over.
//!
//! `lower.rs` makes a tree of every part of a step, `merge.rs` puts together what only one place leads to, `naming.rs`
//! names what is left, and `print.rs` writes it. What has no counterpart is a comment at its place and a line of the
//! report; nothing is left out without both. Nothing here reads a file, and the same bot gives the same bytes.

mod account;
mod act;
mod ask;
mod chunk;
mod circles;
mod comments;
mod files;
mod ground;
mod kept;
mod lower;
mod merge;
mod message;
mod naming;
mod needs;
pub mod onto;
mod print;
mod symbols;
mod text;
mod tree;
mod widget;
mod words;

use super::bot::{Bot, Handler, Part, Step, Target, What};
use super::names;
use super::read::Note;
pub use act::actions;
pub use ground::Ground;
use kept::Kept;
use lower::Lower;
use merge::Places;
use needs::Needs;
use print::Printer;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use tree::{Head, On, Stmt};

/// The sources of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The bot's name in the sources.
    pub name: String,
    /// The text of its file.
    pub bot: String,
    /// `account.sbot`: what the bot names and no project has declared yet.
    pub account: String,
    /// `account.env.toml`: the ids of that.
    pub env: String,
    /// Steps of the project that stay as they are, and so do not stand in `bot`.
    pub kept: BTreeSet<String>,
    /// Steps of which the file says what the project says. They stay, too, if they take what they took.
    pub same: BTreeSet<String>,
    /// The step of the project with which the bot begins; none if that stays as it is.
    pub first: Option<String>,
    /// Bots that it hands over to and no project has: each becomes a file that says so.
    pub others: Vec<String>,
    /// What could not be carried over, or is not the same.
    pub told: Vec<Told>,
}

/// A line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The step, if it is one's.
    pub step: Option<i64>,
    /// Where it stands in the JSON.
    pub path: String,
    /// What it is, and what became of it.
    pub what: String,
}

/// The number of the step that is made of what runs when a message could not be delivered.
const ERROR: i64 = i64::MIN;

/// Makes a project of a Salesbot. `name` is what a bot is called that does not say it itself; `ground` is the project that
/// exists.
#[must_use]
pub fn import(bot: &Bot, notes: &[Note], name: &str, ground: &Ground) -> Imported {
    let mut kept = Kept::of(bot, ground);
    loop {
        match attempt(bot, notes, name, ground, &kept) {
            Ok(made) => return made,
            // Each round takes a step away, and none is left at last.
            Err(steps) if kept.drop(&steps) => {}
            Err(_) => kept.steps.clear(),
        }
    }
}

/// The import, if those steps of the project stay; or else the steps that cannot.
fn attempt(
    bot: &Bot,
    notes: &[Note],
    name: &str,
    ground: &Ground,
    kept: &Kept,
) -> Result<Imported, BTreeSet<String>> {
    let error = Step { number: ERROR, question: bot.error.clone(), ..Step::default() };
    let mut lower = Lower::new(bot, ground, kept.clone());
    for Note { step, path, what } in notes {
        if step.is_some_and(|step| kept.holds(step)) {
            continue;
        }
        lower.told.push(Told { step: *step, path: path.clone(), what: what.clone() });
        if let Some(step) = step {
            lower.noted.entry(*step).or_default().push(format!("Kommo: {what}."));
        }
    }
    if !bot.error.is_empty() {
        lower.steps.insert(ERROR, &error);
    }
    lower.failed = match &ground.exported {
        Some(exported) if bot.error.is_empty() => kept.failed(bot, exported),
        Some(_) | None => failed(bot),
    };
    lower::study(&mut lower, bot);
    let name = bot_name(bot, name);
    lower.symbols.bot.clone_from(&name);
    match places(&mut lower, bot) {
        Some(places) => written(lower, &places, bot, name),
        None => Ok(empty(bot, name)),
    }
}

/// A file for a bot that is handed over to and is not there yet.
#[must_use]
pub fn stand_in(name: &str) -> String {
    canonical(&format!(
        "// This bot of the account was not imported yet. It stands here so that what hands over to it can be checked:\n\
         // import it, and replace this file.\nbot {name}\n\ntrigger manual\n\nstep start: -> end\n"
    ))
}

/// Where every message leads that could not be delivered, if the bot has one such place.
fn failed(bot: &Bot) -> Option<Target> {
    if !bot.error.is_empty() {
        return Some(Target { step: ERROR, part: Part::Question });
    }
    let all = fails(bot);
    let first = all.first().copied().flatten()?;
    let exists = first.part == Part::Question && bot.steps.iter().any(|step| step.number == first.step);
    (exists && all.iter().all(|to| *to == Some(first))).then_some(first)
}

/// Where each message leads that could not be delivered.
fn fails(bot: &Bot) -> Vec<Option<Target>> {
    let mut all = Vec::new();
    for step in &bot.steps {
        for handler in [&step.question, &step.answer, &step.no_answer, &step.finish].into_iter().flatten() {
            lower::each(handler, &mut |handler| {
                if let What::Message(message) = &handler.what {
                    all.push(message.on_error);
                }
            });
        }
    }
    all
}

/// Where the bot starts: what the editor's start leads to, or else its first step.
fn entry(bot: &Bot) -> Option<Target> {
    let start = bot.blocks.iter().find(|block| block.kind == "start");
    let id = start.and_then(|start| {
        let goto =
            |json: &sbot_embed::Json| json.get("goto").and_then(|goto| goto.get("block")).map(words::plain);
        goto(&start.json).or_else(|| {
            let Some(sbot_embed::Json::List(actions)) = start.json.get("actions") else { return None };
            actions.iter().find_map(goto)
        })
    });
    let block = id.and_then(|id| bot.blocks.iter().find(|block| block.id.to_string() == id));
    let number =
        block.map(|block| block.step).filter(|number| bot.steps.iter().any(|step| step.number == *number));
    let step = number.or_else(|| bot.steps.first().map(|step| step.number))?;
    Some(Target { step, part: Part::Question })
}

/// Everything that is reached, and then what is not.
fn places(lower: &mut Lower<'_>, bot: &Bot) -> Option<Places> {
    let entry = entry(bot)?;
    let mut trees: BTreeMap<Target, Vec<Stmt>> = BTreeMap::new();
    let mut order = Vec::new();
    reach(lower, entry, &mut trees, &mut order);
    if let Some(failed) = lower.failed {
        reach(lower, failed, &mut trees, &mut order);
    }
    let question = |step: &Step| Target { step: step.number, part: Part::Question };
    for step in &bot.steps {
        if lower.kept.holds(step.number) {
            reach(lower, question(step), &mut trees, &mut order);
        }
    }
    for step in &bot.steps {
        let at = question(step);
        let used = trees.keys().any(|known| known.step == step.number) || lower.taken.contains(&at);
        let empty = step.question.is_empty() && step.answer.is_empty() && step.no_answer.is_empty();
        let ends = matches!(step.question.as_slice(), [Handler { what: What::Stop(_), .. }]);
        if !used && !empty && !ends {
            reach(lower, at, &mut trees, &mut order);
            if let Some(tree) = trees.get_mut(&at) {
                tree.insert(0, Stmt::Note("Kommo: nothing leads here.".to_owned()));
            }
        }
    }
    let spelled = lower.kept.blocks.iter().filter(|(_, (step, _))| step != names::START);
    let spelled = spelled.map(|(step, name)| (Target { step: *step, part: Part::Question }, name.clone()));
    let spelled = spelled.collect();
    for tree in trees.values_mut() {
        widget::complete(&lower.widgets, tree);
    }
    let dry = circles::dry(lower, bot);
    for (from, to) in circles::cuts(&order, &trees, &dry) {
        let step = if from.step == ERROR { "error".to_owned() } else { from.step.to_string() };
        lower.path = step;
        lower.tell(&format!(
            "this leads back to step {} round a circle on which nothing waits; the bot ends here",
            to.step
        ));
        let note = lower.take_notes().concat();
        if let Some(tree) = trees.get_mut(&from) {
            circles::cut(tree, to, &note);
        }
    }
    let mut places = Places::new(entry, trees, order, spelled);
    places.keep.extend(lower.failed);
    places.keep.extend(lower.kept.places());
    places.merge();
    Some(places)
}

/// Makes the trees of a place and of everything that it leads to.
fn reach(
    lower: &mut Lower<'_>,
    from: Target,
    trees: &mut BTreeMap<Target, Vec<Stmt>>,
    order: &mut Vec<Target>,
) {
    let mut open = VecDeque::from([from]);
    while let Some(at) = open.pop_front() {
        if trees.contains_key(&at) {
            continue;
        }
        lower.notes.clear();
        let Some(tree) = lower.place(at) else { continue };
        tree::each_go(&tree, &mut |to| open.push_back(to));
        trees.insert(at, tree);
        order.push(at);
    }
}

/// What a bot is called here: its name, or else that of its file.
#[must_use]
pub fn bot_name(bot: &Bot, file: &str) -> String {
    let name = bot.name.as_deref().and_then(|name| words::slug(name, 9, 40));
    let name = name.or_else(|| words::slug(file, 9, 40)).unwrap_or_else(|| "salesbot".to_owned());
    words::name(name, "bot", &["account", "end", "bot"])
}

/// The first lines of a bot's file.
fn head(bot: &Bot, name: &str, failed: Option<&str>) -> String {
    let mut out = match &bot.name {
        Some(title) => words::comment(&format!("Imported from Kommo's bot \"{title}\".")),
        None => words::comment("Imported from a bot of Kommo."),
    };
    out.push_str(&format!(
        "bot {name}{}\n",
        failed.map(|step| format!(" on failed -> {step}")).unwrap_or_default()
    ));
    out
}

/// A bot without a step: it ends at once.
fn empty(bot: &Bot, name: String) -> Imported {
    let source = format!(
        "{}trigger message\n\n// Kommo: the bot has no step.\nstep start: -> end\n",
        head(bot, &name, None)
    );
    Imported { bot: canonical(&source), name, ..Imported::default() }
}

fn written(
    mut lower: Lower<'_>,
    places: &Places,
    bot: &Bot,
    name: String,
) -> Result<Imported, BTreeSet<String>> {
    let step_names = naming::names(places, lower.failed);
    let torn = torn(&lower.kept, places, &step_names);
    if !torn.is_empty() {
        return Err(torn);
    }
    let mut roots: BTreeSet<Target> = BTreeSet::from([places.entry]);
    roots.extend(lower.failed);
    let mut led = BTreeSet::new();
    for tree in places.trees.values() {
        tree::each_go(tree, &mut |to| {
            led.insert(to);
        });
    }
    roots.extend(places.trees.keys().filter(|at| !led.contains(at)));
    let needs = Needs::of(places, &roots);
    let answers = answers(places, &needs, lower.ground);
    lower.told.extend(unbrought(places, &needs, &answers, &lower.kept));
    let failed = lower.failed.and_then(|at| step_names.get(&at)).map(String::as_str);
    let mut out = head(bot, &name, failed);
    // Of steps that became parts of others.
    for (step, notes) in &lower.noted {
        notes.iter().for_each(|note| out.push_str(&words::comment(&format!("Step {step}: {note}"))));
    }
    let account = account::declarations(&lower, &answers);
    let others = used(&lower, &name, !account.is_empty(), &mut out);
    out.push_str(
        "\n// What starts the bot is set in the pipeline, and not in Kommo's file: this line is a guess.\n",
    );
    // A public answer needs a comment; whatever Instagram cannot carry needs a message from elsewhere.
    let comments = has(places, &|stmt| matches!(stmt, Stmt::Line(line) if line.starts_with("comment(")));
    let elsewhere = has(
        places,
        &|stmt| matches!(stmt, Stmt::Wait(wait) if matches!(&wait.head, Head::Message(say) if say.list.is_some() || say.text.ends_with(')'))),
    );
    if comments {
        out.push_str("trigger comment set\n");
    }
    if elsewhere || !comments {
        out.push_str("trigger message\n");
    }
    let mut steps = String::new();
    let mut printer = Printer {
        places,
        names: &step_names,
        needs: &needs,
        answers,
        ground: lower.ground,
        kept: &lower.kept,
    };
    let fresh = places.order.iter().filter(|at| places.trees.contains_key(at) && !lower.kept.holds(at.step));
    fresh.for_each(|at| printer.step(*at, &mut steps));
    for need in &needs.vars {
        out.push_str(&words::comment("Kommo: not every way to where this is read passes by what finds it."));
        if need == needs::FOUND {
            out.push_str(&format!("var found: {}? = none\n", Needs::var_kind(places).ty()));
        } else {
            let kind = print::answered(lower.ground, need);
            let value = print::nothing(kind);
            out.push_str(&format!("var {}: {} = {value}\n", print::key(need), kind.ty()));
        }
    }
    out.push_str(&steps);
    let entry = places.entry;
    let first = if lower.kept.holds(entry.step) {
        lower.kept.begun(entry).map(str::to_owned)
    } else {
        step_names.get(&entry).cloned()
    };
    let env = account::environment(&account::ids(&lower));
    let Kept { steps: kept, same, .. } = lower.kept;
    Ok(Imported {
        name,
        bot: canonical(&out),
        account: canonical(&account),
        env,
        kept,
        same,
        first,
        others,
        told: lower.told,
    })
}

/// The `use` lines of what the bot names. Gives the bots that it hands over to and no project has.
fn used(lower: &Lower<'_>, name: &str, account: bool, out: &mut String) -> Vec<String> {
    let files = &lower.ground.files;
    out.push('\n');
    out.extend(files.line("account.sbot").filter(|_| account));
    lower.uses.iter().for_each(|path| out.push_str(&format!("use \"{path}\"\n")));
    let bots = lower.symbols.made.get("bots").into_iter().flatten().map(|(symbol, _)| symbol.clone());
    let (there, others): (Vec<String>, Vec<String>) =
        bots.filter(|bot| bot != name).partition(|bot| files.has_bot(bot));
    let there = there.iter().filter(|bot| files.bars(bot).is_none());
    let mut lines: BTreeSet<String> = there.filter_map(|bot| files.line_of_bot(bot)).collect();
    lines.extend(others.iter().filter_map(|bot| files.line(&format!("{bot}.sbot"))));
    lines.extend(lower.symbols.known().filter_map(|symbol| files.line_of(symbol)));
    let widgets = lower.widgets.keys().filter_map(|call| call.split('.').next());
    lines.extend(widgets.filter_map(|widget| files.line_of(widget)));
    out.extend(lines);
    others
}

/// Steps that cannot stay: they lead to one that has a parameter now, another one has their name, or what is written anew
/// leads inside of them.
fn torn(kept: &Kept, places: &Places, names: &BTreeMap<Target, String>) -> BTreeSet<String> {
    if kept.steps.is_empty() {
        return BTreeSet::new();
    }
    let unmet = Needs::unmet(places);
    let mut torn: BTreeSet<String> = BTreeSet::new();
    for (step, (of, _)) in kept.blocks.iter().filter(|(step, _)| kept.holds(**step)) {
        if kept.leads(*step).any(|to| unmet.contains(&to)) {
            torn.insert(of.clone());
        }
    }
    for (_, tree) in places.trees.iter().filter(|(at, _)| !kept.holds(at.step)) {
        tree::each_go(tree, &mut |to| torn.extend(kept.inside(to).map(str::to_owned)));
    }
    let fresh = names.iter().filter(|(at, _)| !kept.holds(at.step)).map(|(_, name)| name);
    torn.extend(fresh.filter(|name| kept.steps.contains(*name)).cloned());
    torn
}

/// Whether the bot has such a statement.
fn has(places: &Places, is: &dyn Fn(&Stmt) -> bool) -> bool {
    fn any(list: &[Stmt], is: &dyn Fn(&Stmt) -> bool) -> bool {
        list.iter().any(|stmt| is(stmt) || stmt.bodies().into_iter().any(|body| any(body, is)))
    }
    places.trees.values().any(|tree| any(tree, is))
}

/// What each exit of a widget brings along, by its call and its name: as it is declared, or else what is needed behind
/// it at any call.
type Answers = BTreeMap<(String, String), Vec<String>>;

fn answers(places: &Places, needs: &Needs, ground: &Ground) -> Answers {
    fn gather(list: &[Stmt], needs: &Needs, all: &mut BTreeMap<(String, String), BTreeSet<String>>) {
        for stmt in list {
            if let Stmt::Wait(wait) = stmt
                && let Head::Call(line) = &wait.head
            {
                let call = line.split('(').next().unwrap_or_default().to_owned();
                for exit in &wait.exits {
                    let On::Answer(code) = &exit.on else { continue };
                    let free = needs::free(&exit.body, &needs.params, &needs.vars);
                    let keys = free.iter().filter_map(|need| need.strip_prefix("json.")).map(str::to_owned);
                    all.entry((call.clone(), code.clone())).or_default().extend(keys);
                }
            }
            stmt.bodies().into_iter().for_each(|body| gather(body, needs, all));
        }
    }
    let mut all = BTreeMap::new();
    places.trees.values().for_each(|tree| gather(tree, needs, &mut all));
    let in_order = |((call, exit), needed): ((String, String), BTreeSet<String>)| {
        let declared = ground.widget(&call).and_then(|action| action.exits.get(&exit));
        let declared = declared.map(|values| values.iter().map(|(name, _)| name.clone()).collect());
        ((call, exit), declared.unwrap_or_else(|| needed.into_iter().collect()))
    };
    all.into_iter().map(in_order).collect()
}

/// What the answers of widgets do not bring along though it is read behind them.
fn unbrought(places: &Places, needs: &Needs, answers: &Answers, kept: &Kept) -> Vec<Told> {
    fn gather(list: &[Stmt], needs: &Needs, answers: &Answers, all: &mut BTreeSet<String>) {
        for stmt in list {
            if let Stmt::Wait(wait) = stmt
                && let Head::Call(line) = &wait.head
            {
                let call = line.split('(').next().unwrap_or_default();
                for exit in &wait.exits {
                    let On::Answer(code) = &exit.on else { continue };
                    let brought = answers.get(&(call.to_owned(), code.clone()));
                    let free = needs::free(&exit.body, &needs.params, &needs.vars);
                    let keys = free.iter().filter_map(|need| need.strip_prefix("json."));
                    let lost = keys.filter(|key| brought.is_none_or(|all| !all.iter().any(|one| one == key)));
                    all.extend(lost.map(print::unbrought));
                }
            }
            stmt.bodies().into_iter().for_each(|body| gather(body, needs, answers, all));
        }
    }
    let mut told = Vec::new();
    for (at, tree) in places.trees.iter().filter(|(at, _)| !kept.holds(at.step)) {
        let mut all = BTreeSet::new();
        gather(tree, needs, answers, &mut all);
        let step = (at.step != ERROR).then_some(at.step);
        let path = step.map_or_else(|| "error".to_owned(), |step| step.to_string());
        let line = |what| Told { step, path: path.clone(), what };
        told.extend(all.into_iter().map(line));
    }
    told
}

/// The standard form of a source. What cannot be read is left as it is: the check will say why.
fn canonical(source: &str) -> String {
    let parsed = sbot_grammar::parse(source);
    if parsed.errors.is_empty() { sbot_grammar::print::print(source, &parsed) } else { source.to_owned() }
}
