//! Statements: what they are made of, and their ways.

use super::super::model::{How, Kind, Node, Role, Slot, UnitKind, Way};
use super::super::term::{Head, Lit, Space, TermId};
use super::Reader;
use super::block::Tail;
use crate::ir::{self, Entered, Expr, ExprKind, On, Stmt, StmtKind};
use crate::source::Place;
use sbot_vm::program::{Recipients, Via};
use sbot_vm::value::Value;
use std::sync::Arc;

impl Reader<'_, '_> {
    /// A statement that leaves where it stands.
    pub(super) fn jump(&mut self, unit: UnitKind, stmt: &Stmt) -> Option<Node> {
        let place = stmt.place;
        let (target, args) = match &stmt.kind {
            StmtKind::Goto { step, args } => (self.terms.of(Space::Step, step.0), self.args(args)),
            StmtKind::HandOver { bot, args } => (self.terms.of(Space::Bot, bot.0), self.args(args)),
            StmtKind::End => (self.terms.word("end", Vec::new()), Vec::new()),
            StmtKind::Break => (self.terms.word("break", Vec::new()), Vec::new()),
            StmtKind::Continue => (self.terms.word("continue", Vec::new()), Vec::new()),
            // A bot without a result simply ends.
            StmtKind::Return(None) if unit == UnitKind::Step => {
                (self.terms.word("end", Vec::new()), Vec::new())
            }
            StmtKind::Return(value) => {
                let slots = value.iter().map(|value| self.slot(Role::Value, value)).collect();
                (self.terms.word("return", Vec::new()), slots)
            }
            StmtKind::Message(_)
            | StmtKind::Pause(_)
            | StmtKind::Validate(_)
            | StmtKind::If { .. }
            | StmtKind::Local { .. }
            | StmtKind::Var { .. }
            | StmtKind::Set { .. }
            | StmtKind::Act(_)
            | StmtKind::Rotate(_)
            | StmtKind::Enter(_)
            | StmtKind::Block(_)
            | StmtKind::For { .. }
            | StmtKind::While { .. } => return None,
        };
        let mut slots = vec![Slot { role: Role::Target, value: target, place }];
        slots.extend(args);
        Some(self.node(Kind::Leave, place, slots))
    }

    /// Any other statement; nothing for one that makes no difference. Branches and blocks are none of them.
    pub(super) fn statement(&mut self, unit: UnitKind, stmt: &Stmt, tail: Tail<'_>) -> Option<Node> {
        let place = stmt.place;
        Some(match &stmt.kind {
            StmtKind::Message(message) => self.message(unit, place, message, tail),
            StmtKind::Pause(pause) => {
                let ir::Pause { wait } = &**pause;
                let ways = self.ways(unit, wait, tail);
                let node = self.node(Kind::Pause, place, Vec::new());
                Node { ways, wait: Some(Arc::clone(&wait.name)), ..node }
            }
            StmtKind::Validate(validate) => self.validate(unit, place, validate, tail),
            StmtKind::Local { local, value } => return self.local(place, *local, value),
            StmtKind::Var { var, value } => {
                self.used.vars.insert(var.0);
                let var = self.terms.of(Space::Var, var.0);
                let slots = vec![Slot { role: Role::Variable, value: var, place }, self.given(place, value)];
                self.node(Kind::Assign, place, slots)
            }
            StmtKind::Set { field, value, convert } => self.set(place, field.0, value.as_ref(), *convert),
            StmtKind::Act(act) => self.act(unit, place, act, tail),
            StmtKind::Rotate(rotate) => {
                let ir::Rotate { wait, hash } = &**rotate;
                let ways = self.ways(unit, wait, tail);
                let node = self.node(Kind::Rotate, place, Vec::new());
                Node { ways, wait: Some(Arc::clone(&wait.name)), counter: Some(*hash), ..node }
            }
            StmtKind::Enter(enter) => self.enter(place, enter),
            StmtKind::For { item, list_local: _, index_local: _, list, body } => {
                let item = Slot { role: Role::Local, value: self.terms.of(Space::Local, item.0), place };
                let list = self.slot(Role::Items, list);
                self.repeated(unit, Kind::For, place, vec![list, item], body)
            }
            StmtKind::While { condition, body } => {
                let condition = self.slot(Role::Condition, condition);
                self.repeated(unit, Kind::While, place, vec![condition], body)
            }
            StmtKind::If { .. }
            | StmtKind::Block(_)
            | StmtKind::HandOver { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::Goto { .. }
            | StmtKind::End => return None,
        })
    }

    fn slot(&mut self, role: Role, value: &Expr) -> Slot {
        Slot { role, value: self.expr(value), place: value.place }
    }

    /// The value that a statement gives. What `+=` computes is written nowhere.
    fn given(&mut self, place: Place, value: &Expr) -> Slot {
        let slot = self.slot(Role::Value, value);
        if slot.place == place { Slot { place: nowhere(place), ..slot } } else { slot }
    }

    /// Arguments by their number: the names of parameters make no difference.
    fn args(&mut self, args: &[Expr]) -> Vec<Slot> {
        let numbers = (1u32..).map(|n| Arc::from(n.to_string()));
        numbers.zip(args).map(|(n, arg)| self.slot(Role::Arg(n), arg)).collect()
    }

    /// A local that only ever has one fixed value is that value.
    fn local(&mut self, place: Place, local: ir::LocalId, value: &Expr) -> Option<Node> {
        let value = self.given(place, value);
        if self.body.once.contains(&local) && self.terms.as_lit(value.value).is_some() {
            self.body.values.insert(local, value.value);
            return None;
        }
        let local = Slot { role: Role::Local, value: self.terms.of(Space::Local, local.0), place };
        Some(self.node(Kind::Let, place, vec![local, value]))
    }

    fn set(&mut self, place: Place, field: u32, value: Option<&Expr>, convert: bool) -> Node {
        let mut slots = vec![Slot { role: Role::Field, value: self.field(field), place }];
        slots.extend(value.map(|value| self.given(place, value)));
        if convert {
            slots.push(Slot { role: Role::Convert, value: self.terms.lit(Lit::Bool(true)), place });
        }
        self.node(Kind::Set, place, slots)
    }

    /// `set field += value` on a field that may be absent: two statements, of which nobody has written either.
    pub(super) fn changed_field(&mut self, stmt: &Stmt) -> Option<Node> {
        let StmtKind::If { condition, then, otherwise } = &stmt.kind else { return None };
        let ([then], [otherwise], ExprKind::IsSet(read)) =
            (then.as_slice(), otherwise.as_slice(), &condition.kind)
        else {
            return None;
        };
        let (
            ExprKind::Field(read),
            StmtKind::Set { field, value: Some(value), convert: false },
            StmtKind::Set { field: other, value: Some(absent), convert: true },
        ) = (&read.kind, &then.kind, &otherwise.kind)
        else {
            return None;
        };
        let none = matches!(absent.kind, ExprKind::Const(Value::None));
        if read != field || read != other || !none {
            return None;
        }
        let mut node = self.set(stmt.place, field.0, Some(value), false);
        for slot in node.slots.iter_mut().filter(|slot| slot.role == Role::Value) {
            slot.value = self.terms.word("where there is one", vec![slot.value]);
        }
        Some(node)
    }

    fn repeated(
        &mut self,
        unit: UnitKind,
        kind: Kind,
        place: Place,
        slots: Vec<Slot>,
        body: &ir::Block,
    ) -> Node {
        let again = self.terms.word("continue", Vec::new());
        let again = self.node(Kind::Leave, place, vec![Slot { role: Role::Target, value: again, place }]);
        let body = self.block(unit, body, Some(&again));
        let ways = vec![Way { how: How::Round, place, slots: Vec::new(), body, key: self.blank }];
        Node { ways, ..self.node(kind, place, slots) }
    }

    fn message(&mut self, unit: UnitKind, place: Place, message: &ir::Message, tail: Tail<'_>) -> Node {
        let ir::Message { text, template, attach, voice, to, to_place: _, via, buttons, from, list, wait } =
            message;
        let mut slots = Vec::new();
        for (role, value) in [(Role::Text, text), (Role::Attach, attach), (Role::Voice, voice)] {
            slots.extend(value.as_ref().map(|value| self.slot(role, value)));
        }
        if let Some(ir::Template { symbol, args }) = template {
            let symbol = self.symbol(*symbol);
            let args = self.exprs(args);
            let value = self.terms.word("template", std::iter::once(symbol).chain(args).collect());
            slots.push(Slot { role: Role::Template, value, place });
        }
        slots.push(Slot { role: Role::To, value: self.recipients(*to), place });
        slots.push(Slot { role: Role::Via, value: self.via(via), place });
        if let Some(ir::ButtonsFrom { list, shown: _ }) = from.as_deref() {
            slots.push(self.slot(Role::From, list));
        }
        let mut rows = Vec::new();
        if let Some(list) = list {
            self.list(list, &mut slots, &mut rows);
        }
        let mut ways = self.options(unit, buttons, wait.as_ref(), tail);
        for (way, row) in ways.iter_mut().zip(rows) {
            way.slots.extend(row);
        }
        ways.extend(wait.iter().flat_map(|wait| self.ways(unit, wait, tail)));
        let kind = if list.is_some() { Kind::List } else { Kind::Message };
        let wait = wait.as_ref().map(|wait| Arc::clone(&wait.name));
        Node { ways, wait, ..self.node(kind, place, slots) }
    }

    /// What a list shows beside its options; for each option, what is shown with it.
    fn list(&mut self, list: &ir::List, slots: &mut Vec<Slot>, rows: &mut Vec<Vec<Slot>>) {
        let ir::List { button, title, footer, sections } = list;
        slots.push(self.slot(Role::ListButton, button));
        slots.extend(title.as_ref().map(|title| self.slot(Role::ListTitle, title)));
        slots.extend(footer.as_ref().map(|footer| self.slot(Role::ListFooter, footer)));
        let mut before: Option<TermId> = None;
        let mut same: i64 = 0;
        for ir::Section { title, abouts } in sections {
            let mut section = self.slot(Role::Section, title);
            // Two sections in a row with one title are still two.
            same = if before == Some(section.value) { same + 1 } else { 0 };
            before = Some(section.value);
            if same > 0 {
                let number = self.terms.lit(Lit::Int(same));
                section.value = self.terms.word("section", vec![section.value, number]);
            }
            for about in abouts {
                let about = about.as_ref().map(|about| self.slot(Role::About, about));
                rows.push(std::iter::once(section.clone()).chain(about).collect());
            }
        }
    }

    /// The buttons, in order.
    fn options(
        &mut self,
        unit: UnitKind,
        buttons: &[ir::Button],
        wait: Option<&ir::Wait>,
        tail: Tail<'_>,
    ) -> Vec<Way> {
        let mut ways = Vec::new();
        for (n, ir::Button { label, link }) in buttons.iter().enumerate() {
            let mut slots = vec![self.slot(Role::Label, label)];
            if let Some(link) = link {
                slots.push(self.slot(Role::Link, link));
                let place = label.place;
                ways.push(Way { how: How::Link, place, slots, body: Vec::new(), key: self.blank });
                continue;
            }
            let taken = wait.iter().flat_map(|wait| &wait.exits).find_map(|exit| {
                if let On::Option { button, synonyms } = &exit.on
                    && *button == n
                {
                    return Some((synonyms, &exit.body, exit.place));
                }
                None
            });
            let Some((synonyms, body, place)) = taken else { continue };
            if let Some(first) = synonyms.first() {
                let mut values = self.exprs(synonyms);
                // Which of them a client writes makes no difference.
                if values.iter().all(|value| !self.terms.is_numbered(*value)) {
                    values.sort_unstable();
                    values.dedup();
                }
                let value = self.terms.word("list", values);
                slots.push(Slot { role: Role::Synonyms, value, place: first.place });
            }
            let body = self.block(unit, body, tail);
            ways.push(Way { how: How::Option, place, slots, body, key: self.blank });
        }
        ways
    }

    fn validate(&mut self, unit: UnitKind, place: Place, validate: &ir::Validate, tail: Tail<'_>) -> Node {
        let ir::Validate { wait, test, found, bind, retry, valid, valid_place, invalid, invalid_place } =
            validate;
        let mut slots = vec![self.slot(Role::Pattern, test)];
        if let Some((_, value)) = found {
            slots.push(self.slot(Role::Found, value));
        }
        if let Some(ir::Retry { count, saying, left: _ }) = retry {
            slots.push(self.slot(Role::Tries, count));
            slots.push(self.slot(Role::Saying, saying));
        }
        let bind = found.as_ref().map(|(local, _)| *local).or(*bind);
        slots.extend(bind.map(|local| self.bind(0, local, place)));
        let mut ways = Vec::new();
        let outcomes = [(How::Valid, valid, *valid_place), (How::Invalid, invalid, *invalid_place)];
        for (how, body, place) in outcomes {
            let body = self.block(unit, body, tail);
            ways.push(Way { how, place, slots: Vec::new(), body, key: self.blank });
        }
        ways.extend(self.ways(unit, wait, tail));
        Node { ways, wait: Some(Arc::clone(&wait.name)), ..self.node(Kind::Validate, place, slots) }
    }

    fn act(&mut self, unit: UnitKind, place: Place, act: &ir::Act, tail: Tail<'_>) -> Node {
        let ir::Act { action, args, wait, must_wait: _, callee: _ } = act;
        self.used.actions.insert(action.0);
        let project = self.project;
        let declared = project.actions.get(action.0 as usize);
        let name = declared.map_or_else(|| Arc::from("?"), |action| Arc::clone(&action.name));
        let mut slots = vec![Slot { role: Role::Action, value: self.terms.leaf(Head::Name(name)), place }];
        let params = declared.map(|action| action.params.as_slice()).unwrap_or_default();
        for (param, arg) in params.iter().zip(args) {
            slots.push(self.slot(Role::Arg(Arc::clone(&param.name)), arg));
        }
        let mut ways = wait.as_ref().map(|wait| self.ways(unit, wait, tail)).unwrap_or_default();
        for way in &mut ways {
            if let How::Answer(exit) = &mut way.how
                && let Some(named) = exit.parse().ok().and_then(|at: usize| declared?.exits.get(at))
            {
                *exit = Arc::clone(&named.name);
            }
        }
        let wait = wait.as_ref().map(|wait| Arc::clone(&wait.name));
        Node { ways, wait, ..self.node(Kind::Act, place, slots) }
    }

    fn enter(&mut self, place: Place, enter: &ir::Enter) -> Node {
        // What is kept while it waits follows from what is read later.
        let ir::Enter { name, target, args, live: _, into, callee: _ } = enter;
        let value = match target {
            Entered::Flow(flow) => self.terms.of(Space::Flow, flow.0),
            Entered::Bot(bot) => self.terms.of(Space::Bot, bot.0),
        };
        let mut slots = vec![Slot { role: Role::Target, value, place }];
        slots.extend(self.args(args));
        slots.extend(into.map(|local| self.bind(0, local, place)));
        Node { wait: Some(Arc::clone(name)), ..self.node(Kind::Enter, place, slots) }
    }

    fn bind(&mut self, n: u32, local: ir::LocalId, place: Place) -> Slot {
        Slot { role: Role::Bind(n), value: self.terms.of(Space::Local, local.0), place }
    }

    /// The exits of a wait that are no options. Those that nothing can take are left out.
    fn ways(&mut self, unit: UnitKind, wait: &ir::Wait, tail: Tail<'_>) -> Vec<Way> {
        // The name is kept by the statement; what is kept while it waits follows from what is read later.
        let ir::Wait { name: _, live: _, exits } = wait;
        let mut ways: Vec<Way> = Vec::new();
        for ir::Exit { on, binds, body, place } in exits {
            let Some(how) = self.how(on) else { continue };
            let again = how != How::Timeout && how != How::Drawn && ways.iter().any(|way| way.how == how);
            if again {
                continue;
            }
            let mut slots = Vec::new();
            if let On::Timeout(after) = on {
                slots.push(self.slot(Role::After, after));
            }
            for (n, local) in (0u32..).zip(binds) {
                slots.push(self.bind(n, *local, *place));
            }
            let body = self.block(unit, body, tail);
            ways.push(Way { how, place: *place, slots, body, key: self.blank });
        }
        self.timers(&mut ways);
        // The order of exits that different events take makes no difference. That of timers decides which is taken
        // where two are due at the same instant, and options of a rotation are in order.
        ways.sort_by_key(|way| if way.is_timer() { How::Timeout } else { way.how.clone() });
        ways
    }

    fn how(&mut self, on: &On) -> Option<How> {
        Some(match on {
            On::Option { button: _, synonyms: _ } => return None,
            On::Other => How::Other,
            On::Message => How::Message,
            On::Timeout(_) => How::Timeout,
            On::Failed => How::Failed,
            On::Delivered => How::Delivered,
            On::Chosen => How::Chosen,
            On::Hours(hours) => How::Hours(self.hours(*hours)),
            On::VideoOpened => How::VideoOpened,
            On::VideoClosed => How::VideoClosed,
            On::Answer(exit) => How::Answer(exit.to_string().into()),
            On::Result => How::Result,
            On::Drawn(_) => How::Drawn,
        })
    }

    /// Of timers with a fixed time only the first to end is ever taken.
    fn timers(&self, ways: &mut Vec<Way>) {
        let fixed = |way: &Way| {
            let after = way.value(&Role::After).and_then(|after| self.terms.as_lit(after));
            if let Some(Lit::Duration(seconds)) = after { Some(*seconds) } else { None }
        };
        let shortest = ways.iter().filter_map(fixed).min();
        let mut taken = false;
        ways.retain(|way| match fixed(way) {
            Some(time) => Some(time) == shortest && !std::mem::replace(&mut taken, true),
            None => true,
        });
    }

    fn recipients(&mut self, to: Recipients) -> TermId {
        let word = match to {
            Recipients::Chat => "chat",
            Recipients::All => "all",
            Recipients::Main => "main",
        };
        self.terms.word(word, Vec::new())
    }

    fn via(&mut self, via: &Via) -> TermId {
        match via {
            Via::Chat => self.terms.word("chat", Vec::new()),
            Via::Any => self.terms.word("any", Vec::new()),
            Via::Primary => self.terms.word("primary", Vec::new()),
            Via::Channels(channels) => {
                let mut channels: Vec<TermId> =
                    channels.iter().map(|channel| self.symbol(*channel)).collect();
                channels.sort_unstable();
                channels.dedup();
                self.terms.word("channels", channels)
            }
        }
    }
}

/// The beginning of a place: there is nothing to be shown of it.
pub(super) fn nowhere(place: Place) -> Place {
    Place { span: sbot_grammar::ast::Span::new(place.span.start, place.span.start), ..place }
}
