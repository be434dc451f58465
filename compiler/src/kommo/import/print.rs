//! Statements as the text of a source, before the formatter gives it its form.

use super::Answers;
use super::ground::Ground;
use super::kept::Kept;
use super::merge::Places;
use super::needs::{self, FOUND, Need, Needs};
use super::tree::{Exit, Found, Head, If, On, Part, Say, Stmt, Test, Wait, closed};
use super::words;
use crate::kommo::bot::Target;
use crate::kommo::quotes::{self, quoted};
use std::collections::BTreeMap;

/// What is known while steps are written.
pub(super) struct Printer<'a> {
    pub(super) places: &'a Places,
    pub(super) names: &'a BTreeMap<Target, String>,
    pub(super) needs: &'a Needs,
    /// What each exit of a widget brings along, by its call.
    pub(super) answers: Answers,
    pub(super) ground: &'a Ground,
    pub(super) kept: &'a Kept,
}

/// What the names of needs are at a place, with their types.
type Scope = BTreeMap<Need, (String, Found)>;

impl Printer<'_> {
    /// A step.
    pub(super) fn step(&mut self, at: Target, out: &mut String) {
        let Some(tree) = self.places.trees.get(&at) else { return };
        let mut scope = Scope::new();
        let mut params = Vec::new();
        for need in self.needs.params.get(&at).into_iter().flatten() {
            let (name, kind) = if need == FOUND {
                let kind = self.needs.kind(at);
                (kind.name().to_owned(), kind)
            } else {
                (key(need).to_owned(), answered(self.ground, need))
            };
            params.push(format!("{name}: {}", kind.ty()));
            scope.insert(need.clone(), (name, kind));
        }
        let params = if params.is_empty() { String::new() } else { format!("({})", params.join(", ")) };
        let name = self.names.get(&at).map_or("part", String::as_str);
        out.push_str(&format!("\nstep {name}{params}:\n"));
        self.list(tree, &scope, true, out);
    }

    /// Statements. Behind the last one the bot ends, or else something else comes.
    fn list(&mut self, list: &[Stmt], scope: &Scope, tail: bool, out: &mut String) {
        let mut at = 0;
        while let Some(stmt) = list.get(at) {
            let last = at + 1 == list.len();
            // What is said about an end that nobody wrote stands before the last thing that is done.
            if let (true, [_, notes @ .., Stmt::Stuck]) = (tail, list.get(at..).unwrap_or_default())
                && matches!(stmt, Stmt::Line(_) | Stmt::Wait(_) | Stmt::Rotate(_))
                && notes.iter().all(|stmt| matches!(stmt, Stmt::Note(_)))
                && !notes.is_empty()
            {
                self.list(notes, scope, tail, out);
                return self.list(std::slice::from_ref(stmt), scope, tail, out);
            }
            match stmt {
                Stmt::Note(note) => out.push_str(&words::comment(note)),
                Stmt::Line(line) => {
                    out.push_str(&self.put(line, scope));
                    out.push('\n');
                }
                Stmt::Go(_) | Stmt::End | Stmt::Leave(_) => {
                    out.push_str(&self.jump(stmt, scope));
                    out.push('\n');
                }
                Stmt::Stuck if tail => {}
                Stmt::Stuck => out.push_str("-> end\n"),
                Stmt::If(_) => {
                    let count = self.branches(list.get(at..).unwrap_or_default(), scope, tail, out);
                    at += count;
                    continue;
                }
                Stmt::Choose(arms, rest) => {
                    let arms: Vec<&If> = arms.iter().collect();
                    self.choose(&arms, Some(rest), scope, tail && last, out);
                }
                Stmt::Wait(wait) => self.wait(wait, scope, tail && last, out),
                Stmt::Rotate(options) => {
                    let options: Vec<String> =
                        options.iter().map(|body| self.body(body, scope, false)).collect();
                    out.push_str(&format!("rotate [ {} ]\n", options.join(", ")));
                }
            }
            at += 1;
        }
    }

    /// `if`s that stand one after the other. Gives how many statements that took.
    fn branches(&mut self, list: &[Stmt], scope: &Scope, tail: bool, out: &mut String) -> usize {
        let mut arms: Vec<If> = Vec::new();
        let mut notes: Vec<String> = Vec::new();
        let mut count = 0;
        for (at, stmt) in list.iter().enumerate() {
            if let Stmt::Note(note) = stmt {
                notes.push(note.clone());
                continue;
            }
            let Stmt::If(arm) = stmt else { break };
            let by_message = arm.test.pattern.is_some();
            let fits = arms
                .first()
                .is_none_or(|first| (first.test.pattern.is_some() == by_message) && closed(&arm.then));
            if !fits {
                break;
            }
            let mut arm = (**arm).clone();
            arm.notes.splice(0..0, std::mem::take(&mut notes));
            let go_on = closed(&arm.then);
            arms.push(arm);
            count = at + 1;
            if !go_on {
                break;
            }
        }
        let arms: Vec<&If> = arms.iter().collect();
        // The rest belongs to the branch if it is one jump.
        let rest = list.get(count..).unwrap_or_default();
        let jump = match rest {
            [Stmt::Stuck] => !tail,
            [notes @ .., Stmt::Go(_) | Stmt::End | Stmt::Leave(_) | Stmt::Stuck] => {
                notes.iter().all(|stmt| matches!(stmt, Stmt::Note(_)))
            }
            _ => false,
        };
        let several = arms.len() > 1 || arms.iter().any(|arm| self.needs_when(arm));
        if several && jump {
            self.choose(&arms, Some(rest), scope, tail, out);
            return list.len();
        }
        self.choose(&arms, None, scope, false, out);
        count
    }

    /// Whether an arm can only be an arm of `when client.text`.
    fn needs_when(&self, arm: &If) -> bool {
        let bound = arm.test.pattern.is_some()
            && needs::free(&arm.then, &self.needs.params, &self.needs.vars).contains(FOUND);
        bound || plain(&arm.test).is_none() || (arm.test.pattern.is_some() && self.needs.vars.contains(FOUND))
    }

    /// A branch.
    fn choose(&mut self, arms: &[&If], rest: Option<&[Stmt]>, scope: &Scope, tail: bool, out: &mut String) {
        let by_message = arms.iter().all(|arm| arm.test.pattern.is_some());
        let when = arms.len() > 1 || (by_message && arms.iter().any(|arm| self.needs_when(arm)));
        if !when && let [arm] = arms {
            arm.notes.iter().for_each(|note| out.push_str(&words::comment(note)));
            let test = self.put(plain(&arm.test).unwrap_or("false"), scope);
            let then = self.body(&arm.then, scope, false);
            out.push_str(&format!("if {test} {then}"));
            if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
                out.push_str(&format!(" else {}", self.body(rest, scope, tail)));
            }
            out.push('\n');
            return;
        }
        out.push_str(if by_message { "when client.text {\n" } else { "when {\n" });
        for arm in arms {
            arm.notes.iter().for_each(|note| out.push_str(&words::comment(note)));
            if by_message {
                let pattern = self.put(arm.test.pattern.as_deref().unwrap_or_default(), scope);
                let (name, inner) = self.found(&arm.then, arm.test.finds, scope);
                let then = self.assigned(&arm.then, &name, &inner);
                let name = name.map(|name| format!(" as {name}")).unwrap_or_default();
                out.push_str(&format!("{pattern}{name} {then},\n"));
            } else {
                let test = self.put(plain(&arm.test).unwrap_or("false"), scope);
                out.push_str(&format!("{test} {},\n", self.body(&arm.then, scope, false)));
            }
        }
        let rest = rest.map_or_else(|| "{}".to_owned(), |rest| self.body(rest, scope, tail));
        let rest = if rest.is_empty() { "{}".to_owned() } else { rest };
        out.push_str(&format!("else {rest}\n}}\n"));
    }

    /// The name of what was found, if the body needs it, and what is known in the body.
    fn found(&self, body: &[Stmt], kind: Found, scope: &Scope) -> (Option<String>, Scope) {
        let mut inner = scope.clone();
        let var = self.needs.vars.contains(FOUND);
        if !var && !needs::free(body, &self.needs.params, &self.needs.vars).contains(FOUND) {
            return (None, inner);
        }
        let name = kind.name().to_owned();
        if !var {
            inner.insert(FOUND.to_owned(), (name.clone(), kind));
        }
        (Some(name), inner)
    }

    /// A body that begins by keeping what was found, where it is a variable.
    fn assigned(&mut self, body: &[Stmt], name: &Option<String>, scope: &Scope) -> String {
        match name {
            Some(name) if self.needs.vars.contains(FOUND) => {
                let mut inner = String::new();
                self.list(body, scope, false, &mut inner);
                let value = if Needs::var_kind(self.places) == Found::Text {
                    format!("\"{{{name}}}\"")
                } else {
                    name.clone()
                };
                format!("{{\nfound = {value}\n{inner}}}")
            }
            Some(_) | None => self.body(body, scope, false),
        }
    }

    /// `-> step(…)`
    fn jump(&self, stmt: &Stmt, scope: &Scope) -> String {
        match stmt {
            Stmt::Go(to) => {
                if let Some(call) = self.kept.call(*to) {
                    return format!("-> {call}");
                }
                let name = self.names.get(to).map_or("end", String::as_str);
                let args: Vec<String> = self
                    .needs
                    .params
                    .get(to)
                    .into_iter()
                    .flatten()
                    .map(|need| self.arg(need, *to, scope))
                    .collect();
                if args.is_empty() { format!("-> {name}") } else { format!("-> {name}({})", args.join(", ")) }
            }
            Stmt::Leave(bot) => format!("-> bot {bot}"),
            Stmt::End | Stmt::Stuck => "-> end".to_owned(),
            Stmt::Note(_)
            | Stmt::Line(_)
            | Stmt::If(_)
            | Stmt::Choose(..)
            | Stmt::Wait(_)
            | Stmt::Rotate(_) => String::new(),
        }
    }

    fn arg(&self, need: &Need, to: Target, scope: &Scope) -> String {
        let wanted = if need == FOUND { self.needs.kind(to) } else { answered(self.ground, need) };
        let Some((name, kind)) = scope.get(need) else { return nothing(wanted).to_owned() };
        if *kind == Found::Number && wanted != Found::Number {
            format!("\"{{{name}}}\"")
        } else {
            name.clone()
        }
    }

    /// A body: a jump, or braces. Empty where the flow goes on behind and nothing has to be said.
    fn body(&mut self, body: &[Stmt], scope: &Scope, tail: bool) -> String {
        match body {
            [stmt @ (Stmt::Go(_) | Stmt::End | Stmt::Leave(_))] => self.jump(stmt, scope),
            [Stmt::Stuck] if !tail => "-> end".to_owned(),
            _ => {
                let mut inner = String::new();
                self.list(body, scope, tail, &mut inner);
                format!("{{\n{inner}}}")
            }
        }
    }

    /// The body of an exit or a button: comments stand before it, and where the bot ends unsaid there is none.
    fn exit(&mut self, body: &[Stmt], notes: &mut Vec<String>, scope: &Scope, tail: bool) -> String {
        let count = body.iter().take_while(|stmt| matches!(stmt, Stmt::Note(_))).count();
        let (first, rest) = body.split_at_checked(count).unwrap_or((&[], body));
        notes.extend(
            first
                .iter()
                .filter_map(|stmt| if let Stmt::Note(note) = stmt { Some(note.clone()) } else { None }),
        );
        if rest.is_empty() || (tail && matches!(rest, [Stmt::Stuck])) {
            String::new()
        } else {
            self.body(rest, scope, tail)
        }
    }

    fn wait(&mut self, wait: &Wait, scope: &Scope, tail: bool, out: &mut String) {
        let mut valid = None;
        match &wait.head {
            Head::Message(say) => self.say(say, scope, tail, out),
            Head::Pause => out.push_str("pause"),
            Head::Call(line) => out.push_str(&self.put(line, scope)),
            Head::Validate { pattern, finds, retry } => {
                let body =
                    wait.exits.iter().find(|exit| exit.on == On::Valid).map(|exit| exit.body.as_slice());
                let found = self.found(body.unwrap_or_default(), *finds, scope);
                out.push_str(&format!("validate {}", self.put(pattern, scope)));
                if let Some(name) = &found.0 {
                    out.push_str(&format!(" as {name}"));
                }
                if let Some((count, text)) = retry {
                    out.push_str(&format!(" retry {count} saying {}", self.put(text, scope)));
                }
                valid = Some(found);
            }
        }
        let several = wait.exits.len() > 1;
        for exit in &wait.exits {
            let (on, inner) = self.on(wait, exit, scope, valid.as_ref());
            let mut notes = exit.notes.clone();
            let keeps = matches!(exit.on, On::Valid) && self.needs.vars.contains(FOUND);
            let first = self.answer(wait, exit, scope);
            let body = if keeps {
                let name = valid.as_ref().and_then(|(name, _)| name.clone());
                self.assigned(&exit.body, &name, &inner)
            } else if !first.is_empty() {
                let mut body = String::new();
                self.list(&exit.body, &inner, tail, &mut body);
                format!("{{\n{first}{body}}}")
            } else {
                self.exit(&exit.body, &mut notes, &inner, tail)
            };
            if several || !notes.is_empty() {
                out.push('\n');
            }
            notes.iter().for_each(|note| out.push_str(&words::comment(note)));
            out.push_str(&format!(" on {on} {body}"));
        }
        out.push('\n');
    }

    /// What an exit of a widget brings along.
    fn brought(&self, wait: &Wait, code: &str) -> Vec<String> {
        let Head::Call(line) = &wait.head else { return Vec::new() };
        let call = line.split('(').next().unwrap_or_default();
        self.answers.get(&(call.to_owned(), code.to_owned())).cloned().unwrap_or_default()
    }

    /// What the body of a widget's exit begins with: it keeps what is a variable, and makes what the exit does not bring
    /// along.
    fn answer(&self, wait: &Wait, exit: &Exit, scope: &Scope) -> String {
        let On::Answer(code) = &exit.on else { return String::new() };
        let brought = self.brought(wait, code);
        let mut out = String::new();
        for name in brought.iter().filter(|name| self.needs.vars.contains(&format!("json.{name}"))) {
            out.push_str(&format!("{name} = new_{name}\n"));
        }
        let used = needs::free(&exit.body, &self.needs.params, &self.needs.vars);
        for need in used.iter().filter(|need| need.starts_with("json.")) {
            let name = key(need);
            let known = scope.get(need).is_some_and(|(name, _)| *name == without(need));
            if !known && !brought.iter().any(|known| known == name) {
                out.push_str(&words::comment(&format!("Kommo: {}", unbrought(name))));
                out.push_str(&format!("let {} = {}\n", without(need), nothing(answered(self.ground, need))));
            }
        }
        out
    }

    /// What takes an exit, and what is known behind it.
    fn on(
        &self,
        wait: &Wait,
        exit: &Exit,
        scope: &Scope,
        valid: Option<&(Option<String>, Scope)>,
    ) -> (String, Scope) {
        let plain = |text: &str| (text.to_owned(), scope.clone());
        match &exit.on {
            On::Message => plain("message"),
            On::Other => plain("other"),
            On::Valid => {
                ("valid".to_owned(), valid.map_or_else(|| scope.clone(), |(_, inner)| inner.clone()))
            }
            On::Invalid => plain("invalid"),
            On::Timeout(seconds) => (format!("timeout {}", quotes::duration(*seconds)), scope.clone()),
            On::Failed => plain("failed"),
            On::Answer(code) => {
                let keys = self.brought(wait, code);
                let used = needs::free(&exit.body, &self.needs.params, &self.needs.vars);
                let mut inner = scope.clone();
                let binds: Vec<String> = keys
                    .iter()
                    .map(|name| {
                        let need = format!("json.{name}");
                        if self.needs.vars.contains(&need) {
                            return format!("new_{name}");
                        }
                        if !used.contains(&need) {
                            return format!("_{name}");
                        }
                        let kind = answered(self.ground, &need);
                        inner.insert(need, (name.clone(), kind));
                        name.clone()
                    })
                    .collect();
                // The others are made at the beginning of the body.
                let others = used.iter().filter(|need| need.starts_with("json."));
                for need in others.filter(|need| !keys.iter().any(|name| name == key(need))) {
                    inner.insert(need.clone(), (without(need), answered(self.ground, need)));
                }
                let binds = if binds.is_empty() { String::new() } else { format!("({})", binds.join(", ")) };
                (format!("{code}{binds}"), inner)
            }
        }
    }

    fn say(&mut self, say: &Say, scope: &Scope, tail: bool, out: &mut String) {
        out.push_str(if say.list.is_some() { "list " } else { "message " });
        out.push_str(&self.put(&say.text, scope));
        if let Some(clauses) = &say.list {
            out.push_str(&self.put(clauses, scope));
        }
        if let Some(file) = &say.attach {
            out.push_str(&format!("{}attach {file}", if say.text.is_empty() { "" } else { " " }));
        }
        if say.list.is_none() {
            out.push_str(&say.clauses);
        }
        for part in &say.sections {
            out.push_str(&if say.list.is_some() {
                format!("\nsection {} [\n", part.title)
            } else {
                " buttons [\n".to_owned()
            });
            self.choices(part, scope, tail, out);
            out.push_str("  ]");
        }
    }

    fn choices(&mut self, part: &Part, scope: &Scope, tail: bool, out: &mut String) {
        for choice in &part.choices {
            let mut notes = choice.notes.clone();
            let body = self.exit(&choice.body, &mut notes, scope, tail);
            notes.iter().for_each(|note| out.push_str(&words::comment(note)));
            out.push_str(&quoted(&choice.label));
            for word in &choice.synonyms {
                out.push_str(&format!(" | {}", quoted(word)));
            }
            if let Some(about) = &choice.about {
                out.push_str(&format!(" about {}", self.put(about, scope)));
            }
            match &choice.link {
                Some(link) => out.push_str(&format!(" link {}", self.put(link, scope))),
                None => out.push_str(&format!(" {body}")),
            }
            out.push_str(",\n");
        }
    }

    /// A text in which what was found has its name.
    fn put(&self, text: &str, scope: &Scope) -> String {
        if !text.contains('\u{E000}') {
            return text.to_owned();
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('\u{E000}') {
            let Some((need, behind)) = after.split_once('\u{E001}') else { break };
            out.push_str(before);
            out.push_str(scope.get(need).map_or_else(|| key(need), |(name, _)| name));
            rest = behind;
        }
        out.push_str(rest);
        out
    }
}

/// The name that a need has as a variable.
pub(super) fn key(need: &str) -> &str {
    need.strip_prefix("json.").unwrap_or(need)
}

/// The name that a need has where nothing brings it along.
fn without(need: &str) -> String {
    format!("no_{}", key(need))
}

/// The type of what a widget answers.
pub(super) fn answered(ground: &Ground, need: &str) -> Found {
    if ground.answers_number(key(need)) { Found::Number } else { Found::Text }
}

/// What is told where an answer does not bring along what is read behind it.
pub(super) fn unbrought(name: &str) -> String {
    format!("this answer does not bring `{name}` along, which is read behind it; here it is empty.")
}

/// What stands for a value that nothing brings along.
pub(super) fn nothing(kind: Found) -> &'static str {
    match kind {
        Found::Number => "0",
        Found::Text | Found::Phone | Found::Email => "\"\"",
    }
}

/// A condition that can stand behind `if`.
fn plain(test: &Test) -> Option<&str> {
    match &test.pattern {
        None => Some(&test.expr),
        Some(pattern) => {
            let operator = pattern.starts_with("contains ") || pattern.starts_with("matches ");
            (operator && !pattern.contains(" | ") && !test.expr.is_empty()).then_some(test.expr.as_str())
        }
    }
}
