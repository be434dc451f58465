//! Walks over the typed program: the waits, blocks and expressions of statements, and the parts of expressions.

use super::{Block, Expr, ExprKind, LocalId, Message, On, Stmt, StmtKind, Wait};

/// Calls `f` with every statement of a block, and of the blocks inside, in source order. However deep they stand in
/// each other, as long chains of `else if` do, the stack does not grow.
pub fn each_stmt<'s>(block: &'s Block, f: &mut dyn FnMut(&'s Stmt)) {
    let mut open = Vec::with_capacity(8);
    open.push(block.iter());
    while let Some(stmts) = open.last_mut() {
        let Some(stmt) = stmts.next() else {
            open.pop();
            continue;
        };
        f(stmt);
        let outer = open.len();
        stmt.each_block(&mut |block| open.push(block.iter()));
        if let Some(inner) = open.get_mut(outer..) {
            inner.reverse();
        }
    }
}

impl Stmt {
    /// The wait of a statement that has one.
    #[must_use]
    pub fn wait(&self) -> Option<&Wait> {
        match &self.kind {
            StmtKind::Message(message) => message.wait.as_ref(),
            StmtKind::Pause(pause) => Some(&pause.wait),
            StmtKind::Validate(validate) => Some(&validate.wait),
            StmtKind::Act(act) => act.wait.as_ref(),
            StmtKind::Rotate(rotate) => Some(&rotate.wait),
            StmtKind::If { .. }
            | StmtKind::Local { .. }
            | StmtKind::Var { .. }
            | StmtKind::Set { .. }
            | StmtKind::Enter(_)
            | StmtKind::HandOver { .. }
            | StmtKind::Block(_)
            | StmtKind::For { .. }
            | StmtKind::While { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::Goto { .. }
            | StmtKind::End => None,
        }
    }

    /// Calls `f` with every block inside a statement, in source order.
    pub fn each_block<'s>(&'s self, f: &mut dyn FnMut(&'s Block)) {
        match &self.kind {
            StmtKind::Validate(validate) => {
                f(&validate.valid);
                f(&validate.invalid);
            }
            StmtKind::If { then, otherwise, .. } => {
                f(then);
                f(otherwise);
            }
            StmtKind::Block(block)
            | StmtKind::For { body: block, .. }
            | StmtKind::While { body: block, .. } => {
                f(block);
            }
            StmtKind::Message(_)
            | StmtKind::Pause(_)
            | StmtKind::Act(_)
            | StmtKind::Rotate(_)
            | StmtKind::Local { .. }
            | StmtKind::Var { .. }
            | StmtKind::Set { .. }
            | StmtKind::Enter(_)
            | StmtKind::HandOver { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::Goto { .. }
            | StmtKind::End => {}
        }
        for exit in self.wait().iter().flat_map(|wait| &wait.exits) {
            f(&exit.body);
        }
    }

    /// Calls `f` with every expression of the statement itself: not with those of the blocks inside, and not with the
    /// timers and synonyms of its exits.
    pub fn each_expr<'s>(&'s self, f: &mut dyn FnMut(&'s Expr)) {
        match &self.kind {
            StmtKind::Message(message) => message.each_expr(f),
            StmtKind::Validate(validate) => {
                if let Some(retry) = &validate.retry {
                    f(&retry.count);
                    f(&retry.saying);
                }
                f(&validate.test);
                validate.found.iter().for_each(|(_, found)| f(found));
            }
            StmtKind::If { condition: value, .. }
            | StmtKind::Local { value, .. }
            | StmtKind::Var { value, .. }
            | StmtKind::For { list: value, .. }
            | StmtKind::While { condition: value, .. } => f(value),
            StmtKind::Set { value, .. } | StmtKind::Return(value) => value.iter().for_each(f),
            StmtKind::Act(act) => act.args.iter().for_each(f),
            StmtKind::Enter(enter) => enter.args.iter().for_each(f),
            StmtKind::HandOver { args, .. } | StmtKind::Goto { args, .. } => args.iter().for_each(f),
            StmtKind::Pause(_)
            | StmtKind::Rotate(_)
            | StmtKind::Block(_)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::End => {}
        }
    }
}

impl On {
    /// Calls `f` with the timer or the synonyms of an exit.
    pub fn each_expr<'s>(&'s self, f: &mut dyn FnMut(&'s Expr)) {
        match self {
            On::Option { synonyms, .. } => synonyms.iter().for_each(f),
            On::Timeout(after) => f(after),
            On::Other
            | On::Message
            | On::Failed
            | On::Delivered
            | On::Chosen
            | On::Hours(_)
            | On::VideoOpened
            | On::VideoClosed
            | On::Answer(_)
            | On::Result
            | On::Drawn(_) => {}
        }
    }
}

impl Message {
    /// Calls `f` with everything that is sent.
    fn each_expr<'s>(&'s self, f: &mut dyn FnMut(&'s Expr)) {
        self.text.iter().chain(&self.attach).chain(&self.voice).for_each(&mut *f);
        self.template.iter().flat_map(|template| &template.args).for_each(&mut *f);
        self.from.iter().for_each(|from| f(&from.list));
        for button in &self.buttons {
            f(&button.label);
            button.link.iter().for_each(&mut *f);
        }
        let Some(list) = &self.list else { return };
        f(&list.button);
        list.title.iter().chain(&list.footer).for_each(&mut *f);
        for section in &list.sections {
            f(&section.title);
            section.abouts.iter().flatten().for_each(&mut *f);
        }
    }
}

impl Expr {
    /// Puts other expressions in the places of locals. `f` gives one, or nothing where the local stays.
    pub fn replace_locals(&mut self, f: &mut dyn FnMut(LocalId) -> Option<Expr>) {
        if let ExprKind::Local(local) = self.kind {
            if let Some(other) = f(local) {
                *self = other;
            }
            return;
        }
        self.each_child_mut(&mut |child| child.replace_locals(f));
    }

    /// Calls `f` with each part of an expression, to change it.
    pub fn each_child_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        match &mut self.kind {
            ExprKind::Const(_) | ExprKind::Local(_) | ExprKind::Var(_) | ExprKind::Field(_) => {}
            ExprKind::Not(inner)
            | ExprKind::Neg(inner)
            | ExprKind::IsSet(inner)
            | ExprKind::Get { record: inner, .. } => f(inner),
            ExprKind::Matches { value, .. } => f(value),
            ExprKind::Binary { left, right, .. }
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Coalesce(left, right)
            | ExprKind::In { value: left, list: right }
            | ExprKind::Index { list: left, index: right } => {
                f(left);
                f(right);
            }
            ExprKind::Concat(list)
            | ExprKind::List(list)
            | ExprKind::Record { fields: list, .. }
            | ExprKind::Builtin { args: list, .. }
            | ExprKind::Call { args: list, .. } => list.iter_mut().for_each(f),
            ExprKind::Localized { base, variants } => {
                f(base);
                variants.iter_mut().for_each(|(_, text)| f(text));
            }
        }
    }

    /// Calls `f` with each part of an expression.
    pub fn each_child(&self, f: &mut dyn FnMut(&Expr)) {
        match &self.kind {
            ExprKind::Const(_) | ExprKind::Local(_) | ExprKind::Var(_) | ExprKind::Field(_) => {}
            ExprKind::Not(inner)
            | ExprKind::Neg(inner)
            | ExprKind::IsSet(inner)
            | ExprKind::Get { record: inner, .. } => f(inner),
            ExprKind::Matches { value, .. } => f(value),
            ExprKind::Binary { left, right, .. }
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Coalesce(left, right)
            | ExprKind::In { value: left, list: right }
            | ExprKind::Index { list: left, index: right } => {
                f(left);
                f(right);
            }
            ExprKind::Concat(list)
            | ExprKind::List(list)
            | ExprKind::Record { fields: list, .. }
            | ExprKind::Builtin { args: list, .. }
            | ExprKind::Call { args: list, .. } => list.iter().for_each(f),
            ExprKind::Localized { base, variants } => {
                f(base);
                variants.iter().for_each(|(_, text)| f(text));
            }
        }
    }
}
