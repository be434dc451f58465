//! The last pass over the body of a unit: values that nothing reads are dropped, locals are numbered as they occur, and
//! every part gets its key.

use super::super::model::{How, Kind, Local, Node, Role, Slot, Unit, Way, falls};
use super::super::term::{Head, Space, TermId, Terms};
use crate::ir;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Adds the steps that a body leads to, and the flows that it calls.
pub(super) fn targets(terms: &Terms, body: &[Node], steps: &mut Vec<u32>, flows: &mut Vec<u32>) {
    for node in body {
        if let Some(target) = node.value(&Role::Target) {
            steps.extend(terms.as_of(Space::Step, target));
            flows.extend(terms.as_of(Space::Flow, target));
        }
        for way in &node.ways {
            targets(terms, &way.body, steps, flows);
        }
    }
}

/// Finishes a unit. `locals` are those of the project, by their numbers there.
pub(super) fn seal(terms: &mut Terms, unit: &mut Unit, locals: &[ir::Local]) {
    drop_unread(terms, &mut unit.body);
    let mut numbers: FxHashMap<u32, u32> = FxHashMap::default();
    let params = u32::try_from(unit.params.len()).unwrap_or(u32::MAX);
    numbers.extend((0..params).map(|n| (n, n)));
    let mut order: Vec<u32> = (0..params).collect();
    let pass = Renamer {
        terms,
        memo: FxHashMap::default(),
        renaming: &mut |space, number| {
            (space == Space::Local).then(|| {
                *numbers.entry(number).or_insert_with(|| {
                    order.push(number);
                    u32::try_from(order.len() - 1).unwrap_or(u32::MAX)
                })
            })
        },
    };
    unit.key = pass.unit(&mut unit.body);
    let local = |number: &u32| match locals.get(*number as usize) {
        Some(ir::Local { name, ty }) => Local { name: Arc::clone(name), ty: ty.to_string() },
        None => Local { name: Arc::from("?"), ty: String::new() },
    };
    unit.locals = order.iter().map(local).collect();
}

/// Puts other numbers into the terms of statements, and gives them their keys.
pub(crate) struct Renamer<'r> {
    pub(crate) terms: &'r mut Terms,
    pub(crate) memo: FxHashMap<TermId, TermId>,
    pub(crate) renaming: &'r mut super::super::term::Renaming<'r>,
}

impl Renamer<'_> {
    /// The body of a unit; gives its key.
    pub(crate) fn unit(mut self, body: &mut [Node]) -> TermId {
        self.block(body);
        block_key(self.terms, body)
    }

    fn block(&mut self, block: &mut [Node]) {
        for node in block {
            self.slots(&mut node.slots);
            for way in &mut node.ways {
                self.slots(&mut way.slots);
                self.block(&mut way.body);
                way.key = way_key(self.terms, way);
            }
            node.key = node_key(self.terms, node);
        }
    }

    fn slots(&mut self, slots: &mut [Slot]) {
        for slot in slots {
            slot.value = self.terms.rename(slot.value, &mut self.memo, self.renaming);
        }
    }
}

/// The key of statements in order. A condition under which one leaves, and what follows it, are the two branches of one
/// choice, so `if x -> a` before the rest is the same as `if not x { the rest }` before `-> a`.
fn block_key(terms: &mut Terms, block: &[Node]) -> TermId {
    let mut key = terms.word("rest", Vec::new());
    for node in block.iter().rev() {
        key = match guard(terms, node) {
            Some(Guard { condition, negated, way }) => {
                let body = block_key(terms, &way.body);
                let (first, second) = if negated { (key, body) } else { (body, key) };
                terms.word("guard", vec![condition, first, second])
            }
            None => terms.word("then", vec![node.key, key]),
        };
    }
    key
}

/// A condition under which one leaves.
struct Guard<'n> {
    /// Without its `not`.
    condition: TermId,
    negated: bool,
    way: &'n Way,
}

fn guard<'n>(terms: &Terms, node: &'n Node) -> Option<Guard<'n>> {
    let [way] = node.ways.as_slice() else { return None };
    let condition = way.value(&Role::Condition).filter(|_| node.kind == Kind::Choose && !falls(&way.body))?;
    Some(match terms.as_word("not", condition) {
        Some([inner]) => Guard { condition: *inner, negated: true, way },
        _ => Guard { condition, negated: false, way },
    })
}

/// The statements of a block, and of all blocks inside, that have a wait or a call: in one order for all blocks of one
/// key.
pub(crate) fn waits<'n>(terms: &Terms, block: &'n [Node]) -> Vec<&'n Node> {
    let mut found = Vec::new();
    let mut open = vec![block];
    while let Some(block) = open.pop() {
        let Some((node, rest)) = block.split_first() else { continue };
        if let Some(Guard { condition: _, negated, way }) = guard(terms, node) {
            let both = if negated { [way.body.as_slice(), rest] } else { [rest, way.body.as_slice()] };
            open.extend(both);
            continue;
        }
        if node.wait.is_some() {
            found.push(node);
        }
        open.push(rest);
        open.extend(node.ways.iter().rev().map(|way| way.body.as_slice()));
    }
    found
}

fn node_key(terms: &mut Terms, node: &Node) -> TermId {
    let mut parts = slot_keys(terms, &node.slots);
    parts.extend(node.ways.iter().map(|way| way.key));
    terms.word(kind_word(node.kind), parts)
}

fn way_key(terms: &mut Terms, way: &Way) -> TermId {
    let mut parts = vec![how_key(terms, &way.how)];
    parts.extend(slot_keys(terms, &way.slots));
    parts.push(block_key(terms, &way.body));
    terms.word("way", parts)
}

fn slot_keys(terms: &mut Terms, slots: &[Slot]) -> Vec<TermId> {
    slots
        .iter()
        .map(|slot| {
            let role = role_key(terms, &slot.role);
            terms.word("slot", vec![role, slot.value])
        })
        .collect()
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Message => "message",
        Kind::List => "list message",
        Kind::Pause => "pause",
        Kind::Validate => "validate",
        Kind::Choose => "choose",
        Kind::Let => "let",
        Kind::Assign => "assign",
        Kind::Set => "set",
        Kind::Act => "act",
        Kind::Rotate => "rotate",
        Kind::Enter => "enter",
        Kind::For => "for",
        Kind::While => "while",
        Kind::Leave => "leave",
    }
}

fn how_key(terms: &mut Terms, how: &How) -> TermId {
    let word = match how {
        How::Option => "option",
        How::Link => "link",
        How::Chosen => "chosen",
        How::Case => "case",
        How::Else => "else",
        How::Round => "round",
        How::Drawn => "drawn",
        How::Valid => "valid",
        How::Invalid => "invalid",
        How::Result => "result",
        How::Message => "message",
        How::Other => "other",
        How::VideoOpened => "opened",
        How::VideoClosed => "closed",
        How::Failed => "failed",
        How::Delivered => "delivered",
        How::Timeout => "timeout",
        How::Answer(name) | How::Hours(name) => {
            let word = if matches!(how, How::Hours(_)) { "hours" } else { "answer" };
            let name = terms.leaf(Head::Name(Arc::clone(name)));
            return terms.word(word, vec![name]);
        }
    };
    terms.word(word, Vec::new())
}

fn role_key(terms: &mut Terms, role: &Role) -> TermId {
    let word = match role {
        Role::Text => "text",
        Role::Template => "template",
        Role::Attach => "attach",
        Role::Voice => "voice",
        Role::To => "to",
        Role::Via => "via",
        Role::From => "from",
        Role::ListButton => "list button",
        Role::ListTitle => "list title",
        Role::ListFooter => "list footer",
        Role::Label => "label",
        Role::Link => "link",
        Role::About => "about",
        Role::Section => "section",
        Role::Synonyms => "synonyms",
        Role::After => "after",
        Role::Pattern => "pattern",
        Role::Found => "found",
        Role::Tries => "tries",
        Role::Saying => "saying",
        Role::Condition => "condition",
        Role::Value => "value",
        Role::Items => "items",
        Role::Field => "field",
        Role::Variable => "variable",
        Role::Convert => "convert",
        Role::Action => "action",
        Role::Target => "target",
        Role::Local => "local",
        Role::Arg(name) => {
            let name = terms.leaf(Head::Name(Arc::clone(name)));
            return terms.word("arg", vec![name]);
        }
        Role::Bind(n) => {
            let name = terms.leaf(Head::Name(n.to_string().into()));
            return terms.word("bind", vec![name]);
        }
    };
    terms.word(word, Vec::new())
}

/// Whether a part gives a local its value.
fn defines(role: &Role) -> bool {
    matches!(role, Role::Local | Role::Bind(_))
}

/// Drops the names of values that nothing reads, and `let` where its value does nothing by itself either.
fn drop_unread(terms: &Terms, body: &mut Vec<Node>) {
    let mut read = FxHashSet::default();
    let mut seen = FxHashSet::default();
    collect(terms, body, &mut seen, &mut read);
    let unread = |slot: &Slot| {
        defines(&slot.role)
            && terms.as_of(Space::Local, slot.value).is_none_or(|local| !read.contains(&local))
    };
    sweep(terms, body, &unread);
}

fn collect(terms: &Terms, body: &[Node], seen: &mut FxHashSet<TermId>, read: &mut FxHashSet<u32>) {
    for node in body {
        let own = node.slots.iter().chain(node.ways.iter().flat_map(|way| &way.slots));
        for slot in own.filter(|slot| !defines(&slot.role)) {
            terms.visit(slot.value, seen, &mut |head| {
                if let Head::Of(Space::Local, local) = head {
                    read.insert(*local);
                }
            });
        }
        for way in &node.ways {
            collect(terms, &way.body, seen, read);
        }
    }
}

fn sweep(terms: &Terms, body: &mut Vec<Node>, unread: &dyn Fn(&Slot) -> bool) {
    body.retain_mut(|node| {
        let traps = |slot: &Slot| terms.may_trap(slot.value);
        if node.kind == Kind::Let && node.slots.iter().any(unread) && !node.slots.iter().any(traps) {
            return false;
        }
        // What a loop goes through is bound whether it is read or not.
        if !matches!(node.kind, Kind::Let | Kind::For) {
            let whole = node.slots.len();
            node.slots.retain(|slot| !unread(slot));
            if node.kind == Kind::Validate && node.slots.len() < whole {
                // Nothing is looked for but whether it is there.
                node.slots.retain(|slot| slot.role != Role::Found);
            }
        }
        for way in &mut node.ways {
            way.slots.retain(|slot| !unread(slot));
            sweep(terms, &mut way.body, unread);
        }
        true
    });
}
