//! What the body of a loop may change. A later round may find other values than the first, so this is what is not
//! known any more where a round begins.

use super::Checker;
use super::known::Root;
use crate::resolve::Def;
use rustc_hash::FxHashSet;
use sbot_grammar::ast::{
    Block, ButtonKind, ClauseKind, Expr, ExprKind, Message, Name, Path, Stmt, StmtKind, Value,
};

/// What the statements of a block may change.
#[derive(Default)]
struct Changes {
    /// What is assigned or set.
    given: FxHashSet<Root>,
    /// Something waits or acts, so any field may change.
    fields: bool,
    /// Something calls a flow, which may assign any variable.
    vars: bool,
}

impl Changes {
    fn reach(&self, root: Root) -> bool {
        let at_once = match root {
            Root::Local(_) => false,
            Root::Var(_) => self.vars,
            Root::Field(_) => self.fields,
        };
        at_once || self.given.contains(&root)
    }
}

impl Checker<'_> {
    /// Forgets what a block may change.
    pub(super) fn forget_changes(&mut self, block: &Block) {
        let mut changes = Changes::default();
        for stmt in block.all() {
            self.changed_by(stmt, &mut changes);
        }
        self.body.known.retain(|known| !changes.reach(known.root));
    }

    /// What a statement changes, aside from those in it.
    fn changed_by(&self, stmt: &Stmt, changes: &mut Changes) {
        match &stmt.kind {
            StmtKind::Message(message) => changes.fields |= has_reply_buttons(message),
            StmtKind::List(_)
            | StmtKind::Pause(_)
            | StmtKind::Validate(_)
            | StmtKind::Rotate(_)
            | StmtKind::Run(_) => changes.fields = true,
            StmtKind::Let(statement) => self.changed_by_value(&statement.value, changes),
            StmtKind::Assign(assign) => {
                changes.given.extend(assign.target.names.first().and_then(|name| self.assigned_root(name)));
                self.changed_by_value(&assign.value, changes);
            }
            StmtKind::Set(set) => changes.given.extend(self.set_root(&set.field)),
            StmtKind::Call(call) => self.changed_by_call(call.callee.names.first(), changes),
            StmtKind::If(_)
            | StmtKind::When(_)
            | StmtKind::Code(_)
            | StmtKind::For(_)
            | StmtKind::While(_)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::Goto(_)
            | StmtKind::Error => {}
        }
        changes.fields |= !stmt.exits().is_empty();
    }

    /// What an assignment to this name changes, of that which is there before the block.
    fn assigned_root(&self, name: &Name) -> Option<Root> {
        if let Some(binding) = self.body.find(&name.text) {
            return Some(Root::Local(binding.local));
        }
        let Def::Var(decl) = self.meaning(&name.text)?.def else { return None };
        self.bot.vars.get(&decl).copied().map(Root::Var)
    }

    fn set_root(&self, path: &Path) -> Option<Root> {
        let [entity, name] = path.names.as_slice() else { return None };
        self.field_ids.get(&(entity.text.clone(), name.text.clone())).copied().map(Root::Field)
    }

    fn changed_by_value(&self, value: &Value, changes: &mut Changes) {
        match value {
            Value::Run(_) => changes.fields = true,
            Value::Expr(Expr { kind: ExprKind::Call { callee, .. }, .. }) => {
                let name = if let ExprKind::Name(name) = &callee.kind { Some(name) } else { None };
                self.changed_by_call(name, changes);
            }
            Value::Expr(_) => {}
        }
    }

    /// A call by this name; one without is of a widget. A `fn` changes nothing.
    fn changed_by_call(&self, name: Option<&Name>, changes: &mut Changes) {
        match name.and_then(|name| self.meaning(&name.text)).map(|named| named.def) {
            Some(Def::Fn(_)) => {}
            Some(Def::Flow(_)) => {
                changes.fields = true;
                changes.vars = true;
            }
            Some(Def::Var(_) | Def::Symbol(_) | Def::Object(_) | Def::Action(_) | Def::Widget(_)) | None => {
                changes.fields = true;
            }
        }
    }
}

/// Buttons that the client answers with, so the message waits.
fn has_reply_buttons(message: &Message) -> bool {
    message.clauses.iter().any(|clause| match &clause.kind {
        ClauseKind::Buttons(buttons) => {
            buttons.iter().any(|button| matches!(button.kind, ButtonKind::Reply { .. }))
        }
        ClauseKind::ButtonsFrom { .. } => true,
        ClauseKind::Attach(_)
        | ClauseKind::Voice(_)
        | ClauseKind::ToAll
        | ClauseKind::ToMain
        | ClauseKind::ViaAny
        | ClauseKind::ViaPrimary
        | ClauseKind::Via(_)
        | ClauseKind::Called(_) => false,
    })
}
