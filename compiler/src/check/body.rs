//! What is known inside a step or function: locals, scopes, and what is known to be present.

use super::known::Known;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Local, LocalId};
use crate::resolve::Def;
use crate::source::Place;
use crate::types::Ty;
use rustc_hash::{FxHashMap, FxHashSet};
use sbot_grammar::ast::Name;
use smol_str::SmolStr;

/// What kind of body is being checked: decides what may stand in it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Kind {
    /// The condition of a trigger, an expression of a test, an initial value.
    #[default]
    Expression,
    /// A step.
    Step,
    /// A flow.
    Flow,
    /// A `fn`.
    Fn,
}

/// A name in scope.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    name: SmolStr,
    pub local: LocalId,
    /// Parameters, `as` names and loop variables cannot be assigned.
    pub read_only: Option<&'static str>,
}

/// A name that should be read somewhere.
#[derive(Clone, Debug)]
pub(super) struct Declared {
    pub name: Name,
    /// Begins the sentence of a report.
    pub what: String,
    /// What to do about it, `%` for the name.
    pub help: &'static str,
}

/// The state of checking one step or function.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    pub kind: Kind,
    /// The name of the step or function.
    pub name: SmolStr,
    /// The declaration of the flow or function.
    pub own: Option<Def>,
    /// What a function or flow returns.
    pub result: Option<Ty>,
    pub locals: Vec<Local>,
    /// Names in scope, inner ones last, and how many there were where each scope began.
    bindings: Vec<Binding>,
    scopes: Vec<usize>,
    /// For each name its bindings, inner ones last.
    by_name: FxHashMap<SmolStr, Vec<usize>>,
    /// Known to be present here.
    pub known: Vec<Known>,
    /// How many loops are open.
    pub loops: usize,
    /// Inside `code`.
    pub code: bool,
    /// Parameters and `let`s, with what a report calls them.
    declared: Vec<(LocalId, Declared)>,
    read: FxHashSet<LocalId>,
    waits: FxHashMap<SmolStr, u32>,
    called: FxHashMap<SmolStr, Place>,
}

impl Body {
    pub(super) fn new(kind: Kind, name: SmolStr) -> Self {
        Self { kind, name, scopes: vec![0], ..Self::default() }
    }

    /// The place of an expression that stands alone, with room for parameters.
    pub(super) fn in_expression() -> Self {
        Self { scopes: vec![0], ..Self::default() }
    }

    /// A new local without a name in scope.
    pub(super) fn hidden(&mut self, name: &str, ty: Ty) -> LocalId {
        let id = LocalId(u32::try_from(self.locals.len()).unwrap_or(u32::MAX));
        self.locals.push(Local { name: name.into(), ty });
        id
    }

    /// A new local in the innermost scope; hides one of the same name.
    pub(super) fn bind(&mut self, name: &SmolStr, ty: Ty, read_only: Option<&'static str>) -> LocalId {
        let local = self.hidden(name, ty);
        self.show(name, local, read_only);
        local
    }

    /// Makes a local visible in the innermost scope.
    pub(super) fn show(&mut self, name: &SmolStr, local: LocalId, read_only: Option<&'static str>) {
        if !self.scopes.is_empty() {
            self.by_name.entry(name.clone()).or_default().push(self.bindings.len());
            self.bindings.push(Binding { name: name.clone(), local, read_only });
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<&Binding> {
        self.by_name.get(name)?.last().and_then(|at| self.bindings.get(*at))
    }

    /// Notes a name that should be read somewhere.
    pub(super) fn declare(&mut self, local: LocalId, name: &Name, what: String, help: &'static str) {
        self.declared.push((local, Declared { name: name.clone(), what, help }));
    }

    /// Notes that a local is read.
    pub(super) fn read(&mut self, local: LocalId) {
        self.read.insert(local);
    }

    /// The declared names that nothing reads.
    pub(super) fn unread(&mut self) -> Vec<Declared> {
        let read = std::mem::take(&mut self.read);
        let declared = std::mem::take(&mut self.declared).into_iter();
        declared.filter(|(local, _)| !read.contains(local)).map(|(_, declared)| declared).collect()
    }

    /// Gives a local the type that was not known when it was made.
    pub(super) fn retype(&mut self, local: LocalId, ty: Ty) {
        if let Some(local) = self.locals.get_mut(local.0 as usize) {
            local.ty = ty;
        }
    }

    pub(super) fn ty(&self, local: LocalId) -> Ty {
        self.locals.get(local.0 as usize).map_or(Ty::Error, |local| local.ty.clone())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.bindings.iter().map(|binding| binding.name.as_str())
    }

    pub(super) fn open(&mut self) {
        self.scopes.push(self.bindings.len());
    }

    pub(super) fn close(&mut self) {
        let start = self.scopes.pop().unwrap_or_default();
        for binding in self.bindings.drain(start.min(self.bindings.len())..) {
            if let Some(known) = self.by_name.get_mut(&binding.name) {
                known.pop();
            }
        }
    }

    /// Locals in scope, ascending: what a parked run keeps.
    pub(super) fn live(&self) -> Vec<LocalId> {
        let mut live: Vec<LocalId> = self.bindings.iter().map(|binding| binding.local).collect();
        live.sort_unstable();
        live.dedup();
        live
    }
}

impl super::Checker<'_> {
    /// The stable name of a wait: its `called` name, or its kind with `#n` for the second and later.
    pub(super) fn wait_name(&mut self, kind: &str, called: Option<&Name>) -> std::sync::Arc<str> {
        let step = self.body.name.clone();
        if let Some(name) = called {
            let place = self.place(name.span);
            if self.body.waits.contains_key(&name.text) {
                self.wait_named_so(place, &name.text);
            }
            if let Some(first) = self.body.called.insert(name.text.clone(), place) {
                self.report(
                    Diagnostic::new(
                        Code::E0204,
                        place,
                        format!("two waits of this step are called `{}`", name.text),
                    )
                    .label(first, "the first one")
                    .help("give each wait of a step its own name"),
                );
            }
            return [&step, ".", &name.text].concat().into();
        }
        let count = self.body.waits.entry(SmolStr::new(kind)).or_default();
        *count += 1;
        let count = *count;
        if let Some(place) = self.body.called.get(kind).copied().filter(|_| count == 1) {
            self.wait_named_so(place, kind);
        }
        match count {
            1 => [&step, ".", kind].concat().into(),
            n => format!("{step}.{kind}#{n}").into(),
        }
    }

    /// E0204: a call without a name of its own has that of what it calls.
    fn wait_named_so(&mut self, place: Place, name: &str) {
        let text = format!("a call of `{name}` in this step has that name already");
        self.report(Diagnostic::new(Code::E0204, place, text).help("choose another name after `called`"));
    }

    /// Binds an `as` name in the innermost scope.
    pub(super) fn bind_as(&mut self, name: &Name, ty: Ty) -> LocalId {
        self.body.bind(&name.text, ty, Some("an `as` name"))
    }
}
