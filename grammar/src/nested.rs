//! What stands inside of what: the blocks of an item, and the statements of a statement.

use crate::ast::{
    Block, Body, ButtonKind, Chosen, ClauseKind, Else, Exit, If, Item, ItemKind, Stmt, StmtKind,
};

impl Item {
    /// The statements of a step, flow or function.
    #[must_use]
    pub fn block(&self) -> Option<&Block> {
        match &self.kind {
            ItemKind::Step(step) => Some(&step.body),
            ItemKind::Flow(flow) => Some(&flow.body),
            ItemKind::Fn(function) => function.body.as_ref(),
            ItemKind::Bot(_)
            | ItemKind::Use(_)
            | ItemKind::Trigger(_)
            | ItemKind::Var(_)
            | ItemKind::Type { .. }
            | ItemKind::Account(_)
            | ItemKind::Entity { .. }
            | ItemKind::Pipeline { .. }
            | ItemKind::User { .. }
            | ItemKind::Team { .. }
            | ItemKind::Channel { .. }
            | ItemKind::Template { .. }
            | ItemKind::EmailTemplate { .. }
            | ItemKind::Form { .. }
            | ItemKind::Hours { .. }
            | ItemKind::Action(_)
            | ItemKind::Widget { .. }
            | ItemKind::Test { .. }
            | ItemKind::Upgrade(_)
            | ItemKind::Error => None,
        }
    }
}

impl Block {
    /// Its statements and all that stand inside of them, in source order.
    #[must_use]
    pub fn all(&self) -> Vec<&Stmt> {
        let mut all = Vec::new();
        let mut open: Vec<&Stmt> = self.stmts.iter().rev().collect();
        while let Some(stmt) = open.pop() {
            all.push(stmt);
            open.extend(stmt.nested().into_iter().rev());
        }
        all
    }
}

impl Stmt {
    /// Its exits, in source order.
    #[must_use]
    pub fn exits(&self) -> &[Exit] {
        match &self.kind {
            StmtKind::Message(message) => &message.exits,
            StmtKind::List(list) => &list.exits,
            StmtKind::Pause(pause) => &pause.exits,
            StmtKind::Validate(validate) => &validate.exits,
            StmtKind::Let(stmt) => &stmt.exits,
            StmtKind::Assign(stmt) => &stmt.exits,
            StmtKind::Call(call) => &call.exits,
            StmtKind::If(_)
            | StmtKind::When(_)
            | StmtKind::Rotate(_)
            | StmtKind::Run(_)
            | StmtKind::Set(_)
            | StmtKind::Code(_)
            | StmtKind::For(_)
            | StmtKind::While(_)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::Goto(_)
            | StmtKind::Error => &[],
        }
    }

    /// The statements that stand directly inside of it, in source order.
    #[must_use]
    pub fn nested(&self) -> Vec<&Stmt> {
        let mut all = Vec::new();
        match &self.kind {
            StmtKind::Message(message) => {
                for clause in &message.clauses {
                    if let ClauseKind::ButtonsFrom { chosen, .. } = &clause.kind
                        && let Chosen::As { body, .. } = chosen.as_ref()
                    {
                        all.extend(of_body(body));
                    }
                    let ClauseKind::Buttons(buttons) = &clause.kind else { continue };
                    for button in buttons {
                        let ButtonKind::Reply { body: Some(body), .. } = &button.kind else { continue };
                        all.extend(of_body(body));
                    }
                }
            }
            StmtKind::List(list) => {
                let options = list.sections.iter().flat_map(|section| &section.options);
                all.extend(options.filter_map(|option| option.body.as_ref()).flat_map(of_body));
            }
            StmtKind::If(branch) => of_branch(branch, &mut all),
            StmtKind::When(when) => all.extend(when.arms.iter().flat_map(|arm| of_body(&arm.body))),
            StmtKind::Rotate(bodies) => all.extend(bodies.iter().flat_map(of_body)),
            StmtKind::Code(block) => all.extend(&block.stmts),
            StmtKind::For(stmt) => all.extend(&stmt.body.stmts),
            StmtKind::While(stmt) => all.extend(&stmt.body.stmts),
            StmtKind::Pause(_)
            | StmtKind::Validate(_)
            | StmtKind::Let(_)
            | StmtKind::Assign(_)
            | StmtKind::Call(_)
            | StmtKind::Run(_)
            | StmtKind::Set(_)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::Goto(_)
            | StmtKind::Error => {}
        }
        all.extend(self.exits().iter().filter_map(|exit| exit.body.as_ref()).flat_map(of_body));
        all
    }
}

/// An arrow is no statement of its own here.
fn of_body(body: &Body) -> &[Stmt] {
    match body {
        Body::Goto(_) => &[],
        Body::Block(block) => &block.stmts,
    }
}

fn of_branch<'t>(branch: &'t If, all: &mut Vec<&'t Stmt>) {
    all.extend(of_body(&branch.then));
    match &branch.otherwise {
        Some(Else::Body(body)) => all.extend(of_body(body)),
        Some(Else::If { branch, .. }) => of_branch(branch, all),
        None => {}
    }
}
