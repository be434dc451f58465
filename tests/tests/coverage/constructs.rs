//! What a file says, in the words of the table. In: the tree of a file, and what its project declares. Out: a name for
//! each construct in it.
//!
//! Every match is exhaustive: a new kind of statement, trigger, pattern or item does not compile until it has a name
//! here, and the name needs a row as soon as any file uses it.

use super::declared::Declared;
use super::names::{answer, callee, operator, path, pattern_name};
use sbot_grammar::ast::{
    ArmTest, Becomes, Block, Body, Bot, Button, ButtonKind, Call, Chosen, ClauseKind, Else, Event, Exit,
    Expr, ExprKind, File, FormPart, Goto, HoursRow, If, Item, ItemKind, List, Message, MessageHead, Often,
    Pattern, Pause, RunBot, Stmt, StmtKind, Target, TestKind, Trigger, TriggerKind, UpgradeKind, Validate,
    Value, When,
};
use std::collections::BTreeSet;

/// The names of what stands in a file.
#[derive(Default)]
pub(crate) struct Constructs {
    /// Each needs a row.
    pub(crate) names: BTreeSet<String>,
    /// The same looked at more closely, such as which entity a note is for. A row may ask for them.
    pub(crate) details: BTreeSet<String>,
}

impl Constructs {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains(name) || self.details.contains(name)
    }

    pub(crate) fn add(&mut self, other: Constructs) {
        self.names.extend(other.names);
        self.details.extend(other.details);
    }

    fn say(&mut self, name: impl Into<String>) {
        self.names.insert(name.into());
    }

    fn detail(&mut self, name: impl Into<String>) {
        self.details.insert(name.into());
    }

    fn say_if(&mut self, stands: bool, name: impl Into<String>) {
        if stands {
            self.say(name);
        }
    }
}

/// Everything that a file says.
pub(crate) fn of_file(file: &File, declared: &Declared) -> Constructs {
    let mut reader = Reader { declared, found: Constructs::default() };
    file.items.iter().for_each(|item| reader.item(item));
    reader.found
}

struct Reader<'d> {
    declared: &'d Declared,
    found: Constructs,
}

impl Reader<'_> {
    fn item(&mut self, item: &Item) {
        let found = &mut self.found;
        match &item.kind {
            ItemKind::Bot(bot) => self.bot(bot),
            ItemKind::Use(_) => found.say("use FILE"),
            ItemKind::Trigger(trigger) => self.trigger(trigger),
            ItemKind::Var(_) => found.say("var NAME: T = EXPR"),
            ItemKind::Step(step) => {
                found.say("step NAME: …");
                found.say_if(!step.params.is_empty(), "step NAME(PARAMS): …");
            }
            ItemKind::Flow(flow) => {
                found.say("flow NAME(PARAMS) { … }");
                found.say_if(flow.result.is_some(), "flow NAME(PARAMS) -> T { … }");
            }
            ItemKind::Fn(_) => found.say("fn NAME(PARAMS) -> T { … }"),
            ItemKind::Type { .. } => found.say("type NAME = T"),
            ItemKind::Account(_) => found.say("account { … }"),
            ItemKind::Entity { .. } => found.say("entity NAME { … }"),
            ItemKind::Pipeline { .. } => found.say("pipeline NAME TITLE { … }"),
            ItemKind::User { .. } => found.say("user NAME TITLE"),
            ItemKind::Team { .. } => found.say("team NAME TITLE { … }"),
            ItemKind::Channel { .. } => found.say("channel NAME: KIND TITLE"),
            ItemKind::Template { .. } => found.say("template NAME(PARAMS) via CHANNEL TEXT"),
            ItemKind::EmailTemplate { .. } => found.say("email_template NAME(PARAMS) subject TEXT body TEXT"),
            ItemKind::Form { parts, .. } => parts.iter().for_each(|part| self.form(part)),
            ItemKind::Hours { rows, .. } => rows.iter().for_each(|row| self.hours(row)),
            ItemKind::Action(_) => {
                found.say("action NAME(PARAMS)");
                let once = item.attrs.iter().any(|attr| attr.name.text == "at_most_once");
                found.say_if(once, "@at_most_once action NAME(PARAMS)");
            }
            ItemKind::Widget { .. } => found.say("widget NAME { … }"),
            ItemKind::Test { stmts, .. } => {
                found.say("test TITLE { … }");
                stmts.iter().for_each(|stmt| self.test(&stmt.kind));
            }
            ItemKind::Upgrade(upgrade) => {
                found.say("upgrade from VERSION { OLD -> NEW }");
                upgrade.rules.iter().for_each(|rule| self.upgrade(&rule.kind));
            }
            ItemKind::Error => {}
        }
        if let Some(block) = item.block() {
            self.block(block);
        }
    }

    fn bot(&mut self, bot: &Bot) {
        self.found.say("bot NAME");
        self.found.say_if(!bot.params.is_empty(), "bot NAME(PARAMS)");
        self.found.say_if(bot.result.is_some(), "bot NAME -> T");
        self.found.say_if(bot.on_failed.is_some(), "bot NAME on failed -> STEP");
    }

    fn upgrade(&mut self, rule: &UpgradeKind) {
        let to = match rule {
            UpgradeKind::Renamed { .. } => return self.found.say("upgrade … { var OLD -> NEW }"),
            UpgradeKind::Value(_) => return self.found.say("upgrade … { var NAME: T = VALUE }"),
            UpgradeKind::Symbol { .. } => return self.found.say("upgrade … { user OLD -> NEW }"),
            UpgradeKind::Bot { .. } => return self.found.say("upgrade … { bot OLD -> NEW }"),
            UpgradeKind::Place { to, .. } => to,
        };
        match to {
            Becomes::End(_) => self.found.say("upgrade … { OLD -> end }"),
            Becomes::Restart { .. } => self.found.say("upgrade … { OLD -> restart STEP }"),
            Becomes::Place { callers, timeout, .. } => {
                self.found.say_if(!callers.is_empty(), "upgrade … { OLD -> NEW in CALL }");
                self.found.say_if(timeout.is_some(), "upgrade … { OLD -> NEW timeout D }");
            }
        }
    }

    fn form(&mut self, part: &FormPart) {
        self.found.say(match part {
            FormPart::Fields(_) => "form NAME TITLE { fields [ … ] }",
            FormPart::Stage(_) => "form … stage STAGE",
            FormPart::Tags(_) => "form … tags [ … ]",
        });
    }

    fn hours(&mut self, row: &HoursRow) {
        self.found.say(match row {
            HoursRow::Open { .. } => "hours NAME { DAYS TIME..TIME }",
            HoursRow::Except { .. } => "hours … except DATE",
        });
    }

    fn trigger(&mut self, trigger: &Trigger) {
        let name = match &trigger.kind {
            TriggerKind::Message(None) => "trigger message",
            TriggerKind::Message(Some(pattern)) => {
                self.pattern("trigger message", pattern);
                "trigger message PATTERN"
            }
            TriggerKind::Comment(None) => "trigger comment",
            TriggerKind::Comment(Some(pattern)) => {
                self.pattern("trigger comment", pattern);
                "trigger comment PATTERN"
            }
            TriggerKind::Stage(_) => "trigger stage STAGE",
            TriggerKind::LeadCreated => "trigger lead created",
            TriggerKind::TagAdded(_) => "trigger tag TAG added",
            TriggerKind::TagRemoved(_) => "trigger tag TAG removed",
            TriggerKind::ResponsibleChanged => "trigger responsible changed",
            TriggerKind::FieldChanged(_) => "trigger field FIELD changed",
            TriggerKind::FormSent(_) => "trigger form FORM sent",
            TriggerKind::Every { .. } => "trigger every DAYS at TIME",
            TriggerKind::Before { .. } => "trigger D before FIELD",
            TriggerKind::After { .. } => "trigger D after FIELD",
            TriggerKind::Silence(_) => "trigger silence D",
            TriggerKind::ConversationClosed => "trigger conversation closed",
            TriggerKind::Manual => "trigger manual",
        };
        self.found.say(name);
        self.found.say_if(!trigger.via.is_empty(), "trigger … via CHANNEL");
        self.found.say_if(trigger.during.is_some(), "trigger … during HOURS");
        self.found.say_if(trigger.condition.is_some(), "trigger … if EXPR");
        match trigger.often {
            Some(Often::Once(_)) => self.found.say("trigger … once"),
            Some(Often::Cooldown(_)) => self.found.say("trigger … cooldown D"),
            None => {}
        }
    }

    /// The statements of a block. Those inside of others come with the blocks that hold them.
    fn block(&mut self, block: &Block) {
        block.stmts.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn body(&mut self, body: &Body) {
        match body {
            Body::Goto(goto) => self.goto(goto),
            Body::Block(block) => self.block(block),
        }
    }

    fn goto(&mut self, goto: &Goto) {
        match &goto.target {
            Target::End(_) => self.found.say("-> end"),
            Target::Step { args, .. } => {
                self.found.say("-> STEP");
                self.found.say_if(!args.is_empty(), "-> STEP(…)");
            }
            Target::Bot { .. } => self.found.say("-> bot BOT"),
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Message(message) => self.message(message),
            StmtKind::List(list) => self.list(list),
            StmtKind::Pause(pause) => self.pause(pause),
            StmtKind::Validate(validate) => self.validate(validate),
            StmtKind::If(branch) => self.if_(branch),
            StmtKind::When(when) => self.when(when),
            StmtKind::Rotate(options) => {
                self.found.say("rotate [ … ]");
                options.iter().for_each(|option| self.body(option));
            }
            StmtKind::Run(run) => self.run(run, ""),
            StmtKind::Let(stmt) => self.given("let NAME = ", &stmt.value, &stmt.exits),
            StmtKind::Assign(stmt) => {
                let operator = operator(stmt.op);
                self.given(&format!("NAME {operator} "), &stmt.value, &stmt.exits);
            }
            StmtKind::Set(set) => {
                let operator = operator(set.op);
                self.found.say(format!("set FIELD {operator} EXPR"));
                if let Some(entity) = set.field.names.first() {
                    self.found.detail(format!("set {}.FIELD = EXPR", entity.text));
                    if path(&set.value) == "client.text" {
                        self.found.detail(format!("set {}.FIELD = client.text", entity.text));
                    }
                }
                if matches!(set.value.kind, ExprKind::None) {
                    self.found.detail("set FIELD = none");
                }
            }
            StmtKind::Call(call) => {
                let Call { callee, args, exits, .. } = call.as_ref();
                let names: Vec<&str> = callee.names.iter().map(|name| name.text.as_str()).collect();
                self.call(&names, args.iter().map(|arg| (arg.name.as_ref(), &arg.value)), exits, "");
            }
            StmtKind::Code(block) => {
                self.found.say("code { … }");
                self.block(block);
            }
            StmtKind::For(stmt) => {
                self.found.say("for NAME in LIST { … }");
                self.block(&stmt.body);
            }
            StmtKind::While(stmt) => {
                self.found.say("while EXPR { … }");
                self.block(&stmt.body);
            }
            StmtKind::Break => self.found.say("break"),
            StmtKind::Continue => self.found.say("continue"),
            StmtKind::Return(value) => self.found.say(if value.is_some() { "return EXPR" } else { "return" }),
            StmtKind::Goto(goto) => self.goto(goto),
            StmtKind::Error => {}
        }
    }

    fn message(&mut self, message: &Message) {
        let head = match &message.head {
            MessageHead::Text(text) if self.is_template(text) => "message TEMPLATE(…)",
            MessageHead::Text(_) => "message TEXT",
            MessageHead::Attach(_) => "message attach FILE",
            MessageHead::Voice(_) => "message voice FILE",
        };
        self.found.say(head);
        if let MessageHead::Attach(file) | MessageHead::Voice(file) = &message.head {
            self.file(file);
        }
        let (mut to, mut via) = ("", "");
        for clause in &message.clauses {
            match &clause.kind {
                ClauseKind::Attach(file) => {
                    self.found.say("message TEXT attach FILE");
                    self.file(file);
                }
                // A voice message has no text, so as a clause it is always E0410.
                ClauseKind::Voice(_) => {}
                ClauseKind::ToAll => to = "to all",
                ClauseKind::ToMain => to = "to main",
                ClauseKind::ViaAny => via = "via any",
                ClauseKind::ViaPrimary => via = "via primary",
                ClauseKind::Via(_) => via = "via CHANNEL",
                ClauseKind::Called(_) => self.found.say("message … called NAME"),
                ClauseKind::Buttons(buttons) => buttons.iter().for_each(|button| self.button(button)),
                ClauseKind::ButtonsFrom { chosen, .. } => self.chosen(chosen),
            }
        }
        for part in [to, via].into_iter().filter(|part| !part.is_empty()) {
            self.found.say(format!("message … {part}"));
        }
        if !to.is_empty() && !via.is_empty() {
            self.found.detail(format!("message … {to} {via}"));
        }
        self.exits("message …", &message.exits);
    }

    /// What kind of file is sent: `FILE.pdf`.
    fn file(&mut self, file: &Expr) {
        let ExprKind::Text(text) = &file.kind else { return };
        if let Some((_, ending)) = text.plain().and_then(|path| path.rsplit_once('.')) {
            self.found.detail(format!("FILE.{ending}"));
        }
    }

    fn is_template(&self, text: &Expr) -> bool {
        callee(text).is_some_and(|names| names.len() == 1 && self.declared.templates.contains(names[0]))
    }

    fn button(&mut self, button: &Button) {
        match &button.kind {
            ButtonKind::Reply { labels, body } => {
                self.found.say("buttons [ LABEL ]");
                self.found.say_if(labels.len() > 1, "buttons [ LABEL | SYNONYM ]");
                body.iter().for_each(|body| self.body(body));
            }
            ButtonKind::Link { .. } => self.found.say("buttons [ LABEL link URL ]"),
            ButtonKind::Error => {}
        }
    }

    fn chosen(&mut self, chosen: &Chosen) {
        match chosen {
            Chosen::Step(_) => self.found.say("buttons from LIST -> STEP"),
            Chosen::As { body, .. } => {
                self.found.say("buttons from LIST as NAME …");
                self.body(body);
            }
        }
    }

    fn list(&mut self, list: &List) {
        let List { title, footer, called, sections, exits, .. } = list;
        self.found.say("list TEXT button LABEL section TITLE [ OPTION ]");
        self.found.say_if(title.is_some(), "list … title TEXT");
        self.found.say_if(footer.is_some(), "list … footer TEXT");
        self.found.say_if(called.is_some(), "list … called NAME");
        self.found.say_if(sections.len() > 1, "list … section TITLE [ … ] section TITLE [ … ]");
        for option in sections.iter().flat_map(|section| &section.options) {
            self.found.say_if(option.about.is_some(), "list … [ OPTION about TEXT ]");
            option.body.iter().for_each(|body| self.body(body));
        }
        self.exits("list …", exits);
    }

    fn pause(&mut self, pause: &Pause) {
        self.found.say_if(pause.duration.is_some(), "pause D");
        self.found.say_if(pause.called.is_some(), "pause … called NAME");
        if pause.exits.len() > 1 {
            self.found.detail("pause on … on …");
        }
        self.exits("pause", &pause.exits);
    }

    fn validate(&mut self, validate: &Validate) {
        self.found.say("validate PATTERN");
        self.pattern("validate", &validate.pattern);
        self.found.say_if(validate.bind.is_some(), "validate … as NAME");
        self.found.say_if(validate.retry.is_some(), "validate … retry N saying TEXT");
        self.found.say_if(validate.called.is_some(), "validate … called NAME");
        self.exits("validate …", &validate.exits);
    }

    /// Exits have names of their own for each statement, since each offers others.
    fn exits(&mut self, statement: &str, exits: &[Exit]) {
        for exit in exits {
            let event = match &exit.event {
                Event::Message(_) => "message",
                Event::Timeout(_) => "timeout D",
                Event::Hours(_) => "hours HOURS",
                Event::VideoOpened(_) => "video opened",
                Event::VideoClosed(_) => "video closed",
                Event::Named { name, .. } => name.text.as_str(),
                Event::Error(_) => continue,
            };
            self.found.say(format!("{statement} on {event}"));
            if exit.bind.is_some() {
                self.found.detail(format!("{statement} on {event} as NAME"));
            }
            exit.body.iter().for_each(|body| self.body(body));
        }
    }

    fn if_(&mut self, branch: &If) {
        self.found.say("if EXPR …");
        self.fields("if", &branch.condition);
        self.body(&branch.then);
        match &branch.otherwise {
            Some(Else::Body(body)) => {
                self.found.say("if … else …");
                self.body(body);
            }
            Some(Else::If { branch, .. }) => {
                self.found.say("if … else if …");
                self.if_(branch);
            }
            None => {}
        }
    }

    /// Which fields of `chat`, `lead` and the like a condition looks at.
    fn fields(&mut self, statement: &str, expr: &Expr) {
        let of_client = path(expr);
        if of_client.contains('.') {
            self.found.detail(format!("{statement} {of_client}"));
        }
        match &expr.kind {
            ExprKind::Not(inner) | ExprKind::Paren(inner) => self.fields(statement, inner),
            ExprKind::Binary { left, right, .. } => {
                self.fields(statement, left);
                self.fields(statement, right);
            }
            ExprKind::In { value, .. }
            | ExprKind::InRange { value, .. }
            | ExprKind::Contains { value, .. }
            | ExprKind::Matches { value, .. }
            | ExprKind::IsSet { value, .. } => self.fields(statement, value),
            ExprKind::Text(_)
            | ExprKind::Number(_)
            | ExprKind::Duration(_)
            | ExprKind::Date(_)
            | ExprKind::Time(_)
            | ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::Name(_)
            | ExprKind::Field { .. }
            | ExprKind::Index { .. }
            | ExprKind::Call { .. }
            | ExprKind::List(_)
            | ExprKind::Record(_)
            | ExprKind::Neg(_)
            | ExprKind::Error => {}
        }
    }

    fn when(&mut self, when: &When) {
        match &when.subject {
            Some(subject) => {
                self.found.say("when EXPR { PATTERN … }");
                self.fields("when", subject);
            }
            None => self.found.say("when { EXPR … }"),
        }
        for arm in &when.arms {
            match &arm.test {
                ArmTest::Expr(condition) => self.fields("when", condition),
                ArmTest::Pattern { pattern, bind } => {
                    self.pattern("when", pattern);
                    self.found.say_if(bind.is_some(), "when … PATTERN as NAME …");
                }
                ArmTest::Else(_) => self.found.say("when … else …"),
                ArmTest::Error(_) => {}
            }
            self.body(&arm.body);
        }
    }

    fn pattern(&mut self, statement: &str, pattern: &Pattern) {
        self.found.say_if(pattern.alternatives.len() > 1, "PATTERN | PATTERN");
        for alternative in &pattern.alternatives {
            let name = pattern_name(alternative);
            let not = if alternative.negated { "not " } else { "" };
            self.found.say(name);
            self.found.say_if(alternative.negated, "not PATTERN");
            self.found.detail(format!("{statement} {not}{name}"));
        }
    }

    fn run(&mut self, run: &RunBot, into: &str) {
        self.found.say("run BOT");
        if !into.is_empty() {
            self.found.detail(format!("{into}run BOT"));
        }
        self.found.say_if(!run.args.is_empty(), "run BOT(…)");
    }

    /// `let NAME =`, `NAME =`: a value, or something that has to be waited for.
    fn given(&mut self, into: &str, value: &Value, exits: &[Exit]) {
        match value {
            Value::Run(run) => self.run(run, into),
            Value::Expr(expr) => {
                self.found.say(format!("{into}EXPR"));
                if let (Some(names), ExprKind::Call { args, .. }) = (callee(expr), &expr.kind) {
                    self.call(&names, args.iter().map(|arg| (arg.name.as_ref(), &arg.value)), exits, into);
                }
            }
        }
    }

    /// A call of an action or a flow. Functions are none of the host's business.
    fn call<'e>(
        &mut self,
        names: &[&str],
        args: impl Iterator<Item = (Option<&'e sbot_grammar::ast::Name>, &'e Expr)>,
        exits: &[Exit],
        into: &str,
    ) {
        let declared = self.declared;
        let what = match names {
            [widget, action] if declared.widgets.contains(*widget) && !action.is_empty() => "WIDGET.ACTION",
            [name] if declared.flows.contains(*name) => "FLOW",
            [name] if declared.own_actions.contains(*name) => "OWN_ACTION",
            [name] if declared.actions.contains_key(*name) => {
                self.action(name, args);
                name
            }
            _ => return,
        };
        if what.chars().all(|c| c.is_uppercase() || ".(_)".contains(c)) {
            self.found.say(format!("{what}(…)"));
        }
        if !into.is_empty() {
            self.found.detail(format!("{into}{what}(…)"));
        }
        for exit in exits {
            // Each exit that the project declares is one of them.
            let event = match &exit.event {
                Event::Named { name, .. } if what.contains("ACTION") && name.text != "failed" => "EXIT",
                Event::Named { name, .. } => name.text.as_str(),
                Event::Timeout(_) => "timeout D",
                Event::Message(_)
                | Event::Hours(_)
                | Event::VideoOpened(_)
                | Event::VideoClosed(_)
                | Event::Error(_) => continue,
            };
            // What every waiting call has is one name; what an action declares is its own.
            let own = !matches!(event, "timeout D" | "failed");
            let name = format!("{}(…) on {event}", if own { what } else { "ACTION" });
            self.found.say(name);
            self.found.detail(format!("{what}(…) on {event}"));
            exit.body.iter().for_each(|body| self.body(body));
        }
    }

    /// A call of an action of the standard library: the action, and each of its parameters that is given.
    fn action<'e>(
        &mut self,
        name: &str,
        args: impl Iterator<Item = (Option<&'e sbot_grammar::ast::Name>, &'e Expr)>,
    ) {
        let Some(params) = self.declared.actions.get(name) else { return };
        let params: Vec<&str> = params.params.iter().map(String::as_str).collect();
        let args: Vec<_> = args.collect();
        if args.is_empty() {
            self.found.detail(format!("{name}()"));
        }
        for (place, (named, value)) in args.into_iter().enumerate() {
            let param = named.map_or_else(|| params.get(place).copied(), |name| Some(name.text.as_str()));
            let Some(param) = param else { continue };
            self.found.say(format!("{name}({param}: …)"));
            let values = if let ExprKind::List(items) = &value.kind {
                items.as_slice()
            } else {
                std::slice::from_ref(value)
            };
            for value in values {
                let shown = self.declared.kind_of(value);
                if let Some(shown) = shown {
                    self.found.detail(format!("{name}({param}: {shown})"));
                }
            }
        }
    }

    fn test(&mut self, kind: &TestKind) {
        let found = &mut self.found;
        match kind {
            TestKind::At { .. } => found.say("at DATE TIME"),
            TestKind::Given { .. } => found.say("given FIELD = EXPR"),
            TestKind::ClientSays { via, .. } => {
                found.say("client TEXT");
                found.say_if(via.is_some(), "client TEXT via CHANNEL");
            }
            TestKind::ClientPresses(_) => found.say("client presses LABEL"),
            TestKind::ClientSends(_) => found.say("client sends FILE"),
            TestKind::ClientComments(_) => found.say("client comments TEXT"),
            TestKind::ClientOpensVideo => found.say("client opens video"),
            TestKind::ClientClosesVideo => found.say("client closes video"),
            TestKind::Wait(_) => found.say("wait D"),
            TestKind::Answer { path, .. } => found.say(answer(path)),
            TestKind::FailMessage => found.say("fail message"),
            TestKind::BotSays(_) => found.say("bot TEXT"),
            TestKind::BotSaysNext(_) => found.say("bot next TEXT"),
            TestKind::BotSilent => found.say("bot nothing"),
            TestKind::Expect(expr) => found.say(self.declared.expected(expr)),
            TestKind::ExpectStep(_) => found.say("expect step STEP"),
            TestKind::ExpectWaiting => found.say("expect waiting"),
            TestKind::ExpectEnded => found.say("expect ended"),
            // Every way to start a bot has its row under the triggers.
            TestKind::Trigger(_) => found.say("trigger … in a test"),
            TestKind::Error => {}
        }
    }
}
