//! What validations find and widgets answer: which steps need it, and how it gets there.
//!
//! Where every way to a step passes by what finds it, it is a parameter of the step. Where one does not, it is a variable
//! of the bot.

use super::merge::{Places, finds};
use super::text::joined;
use super::tree::{Found, Head, On, Stmt};
use crate::kommo::bot::Target;
use std::collections::{BTreeMap, BTreeSet};

/// What is needed: `found`, or `json.KEY`.
pub(super) type Need = String;

/// What validations find.
pub(super) const FOUND: &str = "found";

/// How every need is met.
#[derive(Default)]
pub(super) struct Needs {
    /// The parameters of each step.
    pub(super) params: BTreeMap<Target, BTreeSet<Need>>,
    /// The types of what was found, by step.
    kinds: BTreeMap<Target, BTreeSet<Found>>,
    /// What is a variable.
    pub(super) vars: BTreeSet<Need>,
}

impl Needs {
    pub(super) fn of(places: &Places, roots: &BTreeSet<Target>) -> Needs {
        let mut needs = Needs::default();
        loop {
            needs.params = params(places, &needs.vars);
            let unmet: Vec<Need> =
                roots.iter().filter_map(|root| needs.params.get(root)).flatten().cloned().collect();
            if unmet.is_empty() {
                break;
            }
            needs.vars.extend(unmet);
        }
        needs.kinds(places);
        needs
    }

    /// Whether something has to be handed to each place.
    pub(super) fn unmet(places: &Places) -> BTreeSet<Target> {
        params(places, &BTreeSet::new()).into_keys().collect()
    }

    /// The type of what was found, in a step.
    pub(super) fn kind(&self, at: Target) -> Found {
        let kinds: Vec<Found> = self.kinds.get(&at).into_iter().flatten().copied().collect();
        joined(&kinds)
    }

    /// The type that a variable needs.
    pub(super) fn var_kind(places: &Places) -> Found {
        let mut all = BTreeSet::new();
        for tree in places.trees.values() {
            each(tree, &mut |stmt| all.extend(finds(stmt)));
        }
        joined(&all.into_iter().collect::<Vec<_>>())
    }

    fn kinds(&mut self, places: &Places) {
        loop {
            let mut next = self.kinds.clone();
            for (at, tree) in &places.trees {
                let own = self.kinds.get(at).cloned().unwrap_or_default();
                reach(tree, &own, &mut |to, kinds| {
                    if self.params.get(&to).is_some_and(|needs| needs.contains(FOUND)) {
                        next.entry(to).or_default().extend(kinds.iter().copied());
                    }
                });
            }
            if next == self.kinds {
                return;
            }
            self.kinds = next;
        }
    }
}

/// Calls `f` with every statement.
fn each(list: &[Stmt], f: &mut dyn FnMut(&Stmt)) {
    for stmt in list {
        f(stmt);
        stmt.bodies().into_iter().for_each(|body| each(body, f));
    }
}

/// Where statements lead, with the types of what has been found on the way.
fn reach(list: &[Stmt], kinds: &BTreeSet<Found>, f: &mut dyn FnMut(Target, &BTreeSet<Found>)) {
    for stmt in list {
        if let Stmt::Go(to) = stmt {
            f(*to, kinds);
        }
        for (body, binds) in bound(stmt) {
            match binds {
                Binds::Found(kind) => reach(body, &BTreeSet::from([kind]), f),
                Binds::Json | Binds::Nothing => reach(body, kinds, f),
            }
        }
    }
}

/// What a body gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binds {
    /// What was found.
    Found(Found),
    /// What a widget has answered.
    Json,
    /// Nothing.
    Nothing,
}

/// The bodies of a statement with what each gets.
pub(super) fn bound(stmt: &Stmt) -> Vec<(&Vec<Stmt>, Binds)> {
    match stmt {
        Stmt::If(test) => {
            let binds = finds(stmt).map_or(Binds::Nothing, Binds::Found);
            vec![(&test.then, binds)]
        }
        Stmt::Choose(arms, rest) => {
            let arm = |arm: &super::tree::If| {
                arm.test.pattern.as_ref().map_or(Binds::Nothing, |_| Binds::Found(arm.test.finds))
            };
            let all = arms.iter().map(|one| (&one.then, arm(one)));
            all.chain([(rest, Binds::Nothing)]).collect()
        }
        Stmt::Wait(wait) => {
            let choices = match &wait.head {
                Head::Message(say) => say.choices().map(|choice| &choice.body).collect(),
                Head::Pause | Head::Validate { .. } | Head::Call(_) => Vec::new(),
            };
            let kind = finds(stmt).unwrap_or(Found::Text);
            let exits = wait.exits.iter().map(|exit| {
                let binds = match &exit.on {
                    On::Valid => Binds::Found(kind),
                    On::Answer(_) => Binds::Json,
                    On::Message | On::Other | On::Invalid | On::Timeout(_) | On::Failed => Binds::Nothing,
                };
                (&exit.body, binds)
            });
            choices.into_iter().map(|body| (body, Binds::Nothing)).chain(exits).collect()
        }
        Stmt::Rotate(options) => options.iter().map(|body| (body, Binds::Nothing)).collect(),
        Stmt::Note(_) | Stmt::Line(_) | Stmt::Go(_) | Stmt::End | Stmt::Stuck | Stmt::Leave(_) => Vec::new(),
    }
}

/// What every step needs and does not find itself.
fn params(places: &Places, vars: &BTreeSet<Need>) -> BTreeMap<Target, BTreeSet<Need>> {
    let mut params: BTreeMap<Target, BTreeSet<Need>> = BTreeMap::new();
    // Most bots need nothing of the kind.
    let mut own: BTreeMap<Target, BTreeSet<Need>> = BTreeMap::new();
    for (at, tree) in &places.trees {
        let needed = free(tree, &params, vars);
        if !needed.is_empty() {
            own.insert(*at, needed);
        }
    }
    while own != params {
        params = own.clone();
        for (at, tree) in &places.trees {
            let needed = free(tree, &params, vars);
            if !needed.is_empty() {
                own.entry(*at).or_default().extend(needed);
            }
        }
    }
    params
}

/// What statements need that nothing among them finds.
pub(super) fn free(
    list: &[Stmt],
    params: &BTreeMap<Target, BTreeSet<Need>>,
    vars: &BTreeSet<Need>,
) -> BTreeSet<Need> {
    let mut all = BTreeSet::new();
    for stmt in list {
        for text in texts(stmt) {
            all.extend(named(text).filter(|need| !vars.contains(need)));
        }
        if let Stmt::Go(to) = stmt {
            all.extend(params.get(to).into_iter().flatten().cloned());
        }
        for (body, binds) in bound(stmt) {
            let mut inner = free(body, params, vars);
            match binds {
                Binds::Found(_) => inner.retain(|need| need != FOUND),
                Binds::Json => inner.retain(|need| need == FOUND),
                Binds::Nothing => {}
            }
            all.extend(inner);
        }
    }
    all
}

/// Everything that is written of a statement itself.
pub(super) fn texts(stmt: &Stmt) -> Vec<&str> {
    match stmt {
        Stmt::Line(line) => vec![line],
        Stmt::If(test) => vec![&test.test.expr, test.test.pattern.as_deref().unwrap_or_default()],
        Stmt::Choose(arms, _) => arms
            .iter()
            .flat_map(|arm| [arm.test.expr.as_str(), arm.test.pattern.as_deref().unwrap_or_default()])
            .collect(),
        Stmt::Wait(wait) => match &wait.head {
            Head::Message(say) => {
                let choices = say
                    .choices()
                    .flat_map(|choice| [choice.link.as_deref(), choice.about.as_deref()])
                    .flatten();
                [say.text.as_str()]
                    .into_iter()
                    .chain(say.list.as_deref())
                    .chain(say.attach.as_deref())
                    .chain(choices)
                    .collect()
            }
            Head::Validate { pattern, retry, .. } => {
                [pattern.as_str()].into_iter().chain(retry.as_ref().map(|(_, text)| text.as_str())).collect()
            }
            Head::Call(line) => vec![line],
            Head::Pause => Vec::new(),
        },
        Stmt::Note(_) | Stmt::Rotate(_) | Stmt::Go(_) | Stmt::End | Stmt::Stuck | Stmt::Leave(_) => {
            Vec::new()
        }
    }
}

/// The needs that a text names.
pub(super) fn named(text: &str) -> impl Iterator<Item = Need> {
    text.split('\u{E000}')
        .skip(1)
        .filter_map(|rest| rest.split_once('\u{E001}'))
        .map(|(need, _)| need.to_owned())
}
