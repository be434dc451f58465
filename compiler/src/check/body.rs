//! What is known inside a step or function: locals, scopes, and what is known to be present.

use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{FieldId, Local, LocalId, VarId};
use crate::source::Place;
use crate::types::Ty;
use rustc_hash::FxHashMap;
use sbot_grammar::ast::Name;
use smol_str::SmolStr;

/// What kind of body is being checked: decides what may stand in it.
#[derive(Clone, Debug, Default, PartialEq)]
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

/// Something that can be known to be present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Local(LocalId),
    Var(VarId),
    Field(FieldId),
}

/// The state of checking one step or function.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    pub kind: Kind,
    /// The name of the step or function.
    pub name: SmolStr,
    /// What a function or flow returns.
    pub result: Option<Ty>,
    pub locals: Vec<Local>,
    scopes: Vec<Vec<Binding>>,
    /// Known to be present here.
    pub known: Vec<Known>,
    /// How many loops are open.
    pub loops: usize,
    /// Inside `code`.
    pub code: bool,
    waits: FxHashMap<SmolStr, u32>,
    called: FxHashMap<SmolStr, Place>,
}

impl Body {
    pub(super) fn new(kind: Kind, name: SmolStr) -> Self {
        Self { kind, name, scopes: vec![Vec::new()], ..Self::default() }
    }

    /// The place of an expression that stands alone, with room for parameters.
    pub(super) fn in_expression() -> Self {
        Self { scopes: vec![Vec::new()], ..Self::default() }
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
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(Binding { name: name.clone(), local, read_only });
        }
    }

    pub(super) fn find(&self, name: &str) -> Option<&Binding> {
        self.scopes.iter().rev().flat_map(|scope| scope.iter().rev()).find(|binding| binding.name == name)
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
        self.scopes.iter().flatten().map(|binding| binding.name.as_str())
    }

    pub(super) fn open(&mut self) {
        self.scopes.push(Vec::new());
    }

    pub(super) fn close(&mut self) {
        self.scopes.pop();
    }

    /// Locals in scope, ascending: what a parked run keeps.
    pub(super) fn live(&self) -> Vec<LocalId> {
        let mut live: Vec<LocalId> = self.scopes.iter().flatten().map(|binding| binding.local).collect();
        live.sort_unstable();
        live.dedup();
        live
    }

    /// After a wait, CRM fields may have changed.
    pub(super) fn forget_fields(&mut self) {
        self.known.retain(|known| !matches!(known, Known::Field(_)));
    }

    pub(super) fn forget(&mut self, what: Known) {
        self.known.retain(|known| *known != what);
    }
}

impl super::Checker<'_> {
    /// The stable name of a wait: its `called` name, or its kind with `#n` for the second and later.
    pub(super) fn wait_name(&mut self, kind: &str, called: Option<&Name>) -> std::sync::Arc<str> {
        let step = self.body.name.clone();
        if let Some(name) = called {
            let place = self.place(name.span);
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
            return format!("{step}.{}", name.text).into();
        }
        let count = self.body.waits.entry(SmolStr::new(kind)).or_default();
        *count += 1;
        match *count {
            1 => format!("{step}.{kind}").into(),
            n => format!("{step}.{kind}#{n}").into(),
        }
    }

    /// Binds an `as` name in the innermost scope.
    pub(super) fn bind_as(&mut self, name: &Name, ty: Ty) -> LocalId {
        self.body.bind(&name.text, ty, Some("an `as` name"))
    }
}
