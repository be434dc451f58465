//! Statements, exits and the statements of tests.

use super::expr::{args, date, expr, pattern, text, time};
use super::{Node, atom, labelled, list, name, names, path};
use crate::ast::*;

pub(super) fn block(head: &str, block: &Block) -> Node {
    list(head, block.stmts.iter().map(stmt))
}

fn body(body: &Body) -> Node {
    match body {
        Body::Goto(inner) => goto(inner),
        Body::Block(inner) => block("do", inner),
    }
}

fn goto(goto: &Goto) -> Node {
    match &goto.target {
        Target::End(_) => list("->", [atom("end")]),
        Target::Step { name: step, args: given } => {
            list("->", std::iter::once(list("step", [name(step)])).chain(args(given)))
        }
        Target::Bot { name: bot, args: given } => {
            list("->", std::iter::once(list("bot", [name(bot)])).chain(args(given)))
        }
    }
}

fn run(run: &RunBot) -> Node {
    list("run", std::iter::once(name(&run.bot)).chain(args(&run.args)))
}

fn value(value: &Value) -> Node {
    match value {
        Value::Expr(inner) => expr(inner),
        Value::Run(inner) => run(inner),
    }
}

fn assign_op(op: AssignOp) -> Node {
    atom(match op {
        AssignOp::Set => "=",
        AssignOp::Add => "+=",
        AssignOp::Sub => "-=",
    })
}

/// What stands behind the head of a statement that may wait.
fn waits<'t>(called: Option<&Name>, exits: &'t [Exit]) -> impl Iterator<Item = Node> + use<'t> {
    labelled("called", called.map(name)).into_iter().chain(exits.iter().map(exit))
}

fn stmt(stmt: &Stmt) -> Node {
    match &stmt.kind {
        StmtKind::Message(inner) => message(inner),
        StmtKind::List(inner) => list_message(inner),
        StmtKind::Pause(inner) => {
            let duration = inner.duration.as_ref().map(expr);
            list("pause", duration.into_iter().chain(waits(inner.called.as_ref(), &inner.exits)))
        }
        StmtKind::Validate(inner) => validate(inner),
        StmtKind::If(inner) => if_("if", inner),
        StmtKind::When(inner) => {
            let subject = labelled("subject", inner.subject.as_ref().map(expr));
            list("when", subject.into_iter().chain(inner.arms.iter().map(arm)))
        }
        StmtKind::Rotate(bodies) => list("rotate", bodies.iter().map(body)),
        StmtKind::Run(inner) => run(inner),
        StmtKind::Let(inner) => list(
            "let",
            [name(&inner.name), value(&inner.value)]
                .into_iter()
                .chain(waits(inner.called.as_ref(), &inner.exits)),
        ),
        StmtKind::Set(inner) => list("set", [assign_op(inner.op), path(&inner.field), expr(&inner.value)]),
        StmtKind::Assign(inner) => list(
            "assign",
            [assign_op(inner.op), path(&inner.target), value(&inner.value)]
                .into_iter()
                .chain(waits(inner.called.as_ref(), &inner.exits)),
        ),
        StmtKind::Call(inner) => list(
            "do-call",
            std::iter::once(path(&inner.callee))
                .chain(args(&inner.args))
                .chain(waits(inner.called.as_ref(), &inner.exits)),
        ),
        StmtKind::Code(inner) => block("code", inner),
        StmtKind::For(inner) => list("for", [name(&inner.name), expr(&inner.list), block("do", &inner.body)]),
        StmtKind::While(inner) => list("while", [expr(&inner.condition), block("do", &inner.body)]),
        StmtKind::Break => list("break", []),
        StmtKind::Continue => list("continue", []),
        StmtKind::Return(inner) => list("return", inner.as_ref().map(expr)),
        StmtKind::Goto(inner) => goto(inner),
        StmtKind::Error => list("error", []),
    }
}

fn message(message: &Message) -> Node {
    let head = match &message.head {
        MessageHead::Text(inner) => expr(inner),
        MessageHead::Attach(inner) => list("attach", [expr(inner)]),
        MessageHead::Voice(inner) => list("voice", [expr(inner)]),
    };
    let clauses = message.clauses.iter().map(clause);
    list("message", std::iter::once(head).chain(clauses).chain(message.exits.iter().map(exit)))
}

fn clause(clause: &Clause) -> Node {
    match &clause.kind {
        ClauseKind::Attach(inner) => list("attach", [expr(inner)]),
        ClauseKind::Voice(inner) => list("voice", [expr(inner)]),
        ClauseKind::ToAll => list("to", [atom("all")]),
        ClauseKind::ToMain => list("to", [atom("main")]),
        ClauseKind::ViaAny => list("via-any", []),
        ClauseKind::ViaPrimary => list("via-primary", []),
        ClauseKind::Via(channels) => list("via", channels.iter().map(name)),
        ClauseKind::Called(inner) => list("called", [name(inner)]),
        ClauseKind::Buttons(buttons) => list("buttons", buttons.iter().map(button)),
        ClauseKind::ButtonsFrom { list: all, chosen } => match chosen.as_ref() {
            Chosen::Step(step) => list("buttons-from", [expr(all), name(step)]),
            Chosen::As { name: bind, body: inner } => {
                list("buttons-from", [expr(all), list("as", [name(bind)]), body(inner)])
            }
        },
    }
}

fn button(button: &Button) -> Node {
    match &button.kind {
        ButtonKind::Reply { labels, body: inner } => {
            list("button", labels.iter().map(expr).chain(inner.as_ref().map(body)))
        }
        ButtonKind::Link { label, url } => list("link", [expr(label), expr(url)]),
        ButtonKind::Error => list("error", []),
    }
}

fn list_message(message: &List) -> Node {
    let labels = labelled("title", message.title.as_ref().map(expr))
        .into_iter()
        .chain(labelled("footer", message.footer.as_ref().map(expr)))
        .chain(labelled("called", message.called.as_ref().map(name)));
    list(
        "list-message",
        [expr(&message.text), list("button", [expr(&message.button)])]
            .into_iter()
            .chain(labels)
            .chain(message.sections.iter().map(section))
            .chain(message.exits.iter().map(exit)),
    )
}

fn section(section: &Section) -> Node {
    list("section", std::iter::once(text(&section.title)).chain(section.options.iter().map(option)))
}

fn option(option: &ListOption) -> Node {
    let title = option.title.as_ref().map_or_else(|| list("error", []), expr);
    let about = labelled("about", option.about.as_ref().map(expr));
    list("option", std::iter::once(title).chain(about).chain(option.body.as_ref().map(body)))
}

fn validate(validate: &Validate) -> Node {
    let retry = validate.retry.as_ref().map(|retry| list("retry", [expr(&retry.count), expr(&retry.saying)]));
    list(
        "validate",
        std::iter::once(pattern(&validate.pattern))
            .chain(labelled("as", validate.bind.as_ref().map(name)))
            .chain(retry)
            .chain(waits(validate.called.as_ref(), &validate.exits)),
    )
}

fn if_(head: &str, inner: &If) -> Node {
    let otherwise = inner.otherwise.as_ref().map(|otherwise| match otherwise {
        Else::Body(inner) => list("else", [body(inner)]),
        Else::If { branch, .. } => if_("else-if", branch),
    });
    list(head, [expr(&inner.condition), body(&inner.then)].into_iter().chain(otherwise))
}

fn arm(arm: &Arm) -> Node {
    let (test, bind) = match &arm.test {
        ArmTest::Expr(inner) => (expr(inner), None),
        ArmTest::Pattern { pattern: inner, bind } => (pattern(inner), bind.as_ref()),
        ArmTest::Else(_) => (atom("else"), None),
        ArmTest::Error(_) => (list("error", []), None),
    };
    let bind = labelled("as", bind.map(name));
    list("arm", std::iter::once(test).chain(bind).chain([body(&arm.body)]))
}

fn exit(exit: &Exit) -> Node {
    let event = match &exit.event {
        Event::Message(_) => atom("message"),
        Event::Timeout(inner) => list("timeout", [expr(inner)]),
        Event::Hours(inner) => list("hours", [name(inner)]),
        Event::VideoOpened(_) => atom("video-opened"),
        Event::VideoClosed(_) => atom("video-closed"),
        Event::Named { name: inner, binds } => {
            list("exit", std::iter::once(name(inner)).chain(names("binds", binds)))
        }
        Event::Error(_) => list("error", []),
    };
    let bind = labelled("as", exit.bind.as_ref().map(name));
    list("on", std::iter::once(event).chain(bind).chain(exit.body.as_ref().map(body)))
}

pub(super) fn test(stmt: &TestStmt) -> Node {
    match &stmt.kind {
        TestKind::At { date: day, time: at } => list("at", [date(day), time(at)]),
        TestKind::Given { field, value } => list("given", [path(field), expr(value)]),
        TestKind::ClientSays { text: said, via } => {
            list("client", std::iter::once(text(said)).chain(labelled("via", via.as_ref().map(name))))
        }
        TestKind::ClientPresses(label) => list("presses", [text(label)]),
        TestKind::ClientSends(file) => list("sends", [text(file)]),
        TestKind::ClientComments(said) => list("comments", [text(said)]),
        TestKind::ClientOpensVideo => list("opens-video", []),
        TestKind::ClientClosesVideo => list("closes-video", []),
        TestKind::Wait(inner) => list("wait", [expr(inner)]),
        TestKind::Answer { path: action, args: given } => {
            list("answer", std::iter::once(path(action)).chain(args(given)))
        }
        TestKind::FailMessage => list("fail-message", []),
        TestKind::BotSays(said) => list("bot", [text(said)]),
        TestKind::BotSaysNext(said) => list("bot-next", [text(said)]),
        TestKind::BotSilent => list("bot-nothing", []),
        TestKind::Expect(inner) => list("expect", [expr(inner)]),
        TestKind::ExpectStep(step) => list("expect-step", [name(step)]),
        TestKind::ExpectWaiting => list("expect-waiting", []),
        TestKind::ExpectEnded => list("expect-ended", []),
        TestKind::Trigger(inner) => super::item::trigger(inner),
        TestKind::Error => list("error", []),
    }
}
