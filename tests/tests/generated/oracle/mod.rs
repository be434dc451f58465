//! What a conversation has to be: a tree is walked directly, and where it waits the next event is taken. Nothing is
//! parked here, compiled or restored, so this says nothing about how the real machine does it.

mod value;

use crate::tree::*;
use std::collections::{BTreeMap, VecDeque};
pub(crate) use value::Val;
use value::{fold, mix, number_in, shown};

/// Why the walk does not go on.
enum Over {
    /// Nothing more happens: the run is parked.
    Parked,
    /// It would take too long, or a value grows too large.
    TooMuch,
}

/// How a statement is left.
enum Left {
    Below,
    Break,
    Continue,
    Return(Val),
    Goto(usize, Vec<Val>),
    HandOver(usize, Vec<Val>),
    End,
}

type Done = Result<Left, Over>;

/// Names and their values.
type Scope = Vec<(String, Val)>;

/// What a run has so far.
pub(crate) struct Oracle<'p> {
    project: &'p Project,
    events: VecDeque<Event>,
    now: u32,
    said: Val,
    pub(crate) count: Val,
    /// What the bot has said.
    pub(crate) messages: Vec<String>,
    counters: BTreeMap<(usize, usize), usize>,
    /// Variables and parameters of the bots that run, the innermost last.
    vars: Vec<BTreeMap<String, Val>>,
    bots: Vec<usize>,
    left: usize,
}

/// What a wait takes.
#[derive(Default)]
struct Wait {
    options: Vec<(String, Vec<String>)>,
    chosen: Vec<String>,
    /// Any message, if it is no option.
    any: bool,
    /// Minutes.
    timer: Option<u32>,
    answer: bool,
}

enum Taken {
    Option(usize),
    Chosen(String),
    Any(String),
    Timer,
    Answer(i64),
}

/// Whether the bot waits in the end; nothing for a conversation that goes on too long.
pub(crate) fn converse<'p>(project: &'p Project, events: &[Event]) -> Option<(Oracle<'p>, bool)> {
    let mut oracle = Oracle {
        project,
        events: events.to_vec().into(),
        now: 0,
        said: Val::None,
        count: Val::None,
        messages: Vec::new(),
        counters: BTreeMap::new(),
        vars: Vec::new(),
        bots: Vec::new(),
        left: 3000,
    };
    let parked = oracle.all().ok()?;
    Some((oracle, parked))
}

impl Oracle<'_> {
    fn all(&mut self) -> Result<bool, Over> {
        while let Some(event) = self.events.pop_front() {
            match event {
                Event::Says(text) => self.said = Val::Text(text.to_owned()),
                Event::Sends => self.said = Val::None,
                Event::Waits(minutes) => {
                    self.now += minutes;
                    continue;
                }
                Event::Presses(_) | Event::Answers(_) => continue,
            }
            match self.run(0, Vec::new()) {
                Ok(_) => {}
                Err(Over::Parked) => return Ok(true),
                Err(Over::TooMuch) => return Err(Over::TooMuch),
            }
            self.vars.clear();
            self.bots.clear();
        }
        Ok(false)
    }

    /// Runs a bot to its end and gives its result.
    fn run(&mut self, bot: usize, args: Vec<Val>) -> Result<Val, Over> {
        let (mut bot, mut args) = (bot, args);
        loop {
            match self.bot(bot, args)? {
                Left::HandOver(to, given) => (bot, args) = (to, given),
                Left::Return(value) => return Ok(value),
                _ => return Ok(Val::None),
            }
        }
    }

    /// Runs a bot until it ends or hands over.
    fn bot(&mut self, bot: usize, args: Vec<Val>) -> Done {
        let project = self.project;
        let row = &project.bots[bot];
        self.vars.push(BTreeMap::new());
        self.bots.push(bot);
        let mut args = args.into_iter();
        for param in &row.params {
            let value = match args.next() {
                Some(value) => value,
                None => self.default(param)?,
            };
            self.vars.last_mut().unwrap().insert(param.name.clone(), value);
        }
        for var in project.vars.iter().chain(&row.vars) {
            let value = self.expr(&var.init, &[])?;
            self.vars.last_mut().unwrap().insert(var.name.clone(), value);
        }
        let (mut step, mut given) = (0, Vec::new());
        let left = loop {
            let row = &row.steps[step];
            let mut scopes = vec![self.params(&row.params, given)?];
            match self.block(&row.body, &mut scopes)? {
                Left::Goto(to, args) => (step, given) = (to, args),
                left => break left,
            }
        };
        self.vars.pop();
        self.bots.pop();
        Ok(left)
    }

    fn default(&mut self, param: &Param) -> Result<Val, Over> {
        self.expr(param.default.as_ref().unwrap(), &[])
    }

    /// Parameters with the arguments that are given, and defaults for the others.
    fn params(&mut self, params: &[Param], given: Vec<Val>) -> Result<Scope, Over> {
        let mut scope = Scope::new();
        let mut given = given.into_iter();
        for param in params {
            let value = match given.next() {
                Some(value) => value,
                None => self.default(param)?,
            };
            scope.push((param.name.clone(), value));
        }
        Ok(scope)
    }

    fn say(&mut self, text: &Expr, scopes: &[Scope]) -> Result<(), Over> {
        let text = shown(&self.expr(text, scopes)?);
        self.messages.push(text);
        Ok(())
    }

    fn block(&mut self, block: &Block, scopes: &mut Vec<Scope>) -> Done {
        for stmt in block {
            match self.stmt(stmt, scopes)? {
                Left::Below => {}
                left => return Ok(left),
            }
        }
        Ok(Left::Below)
    }

    /// A block in braces, in which this name is known.
    fn inside(&mut self, block: &Block, scopes: &mut Vec<Scope>, known: Option<(String, Val)>) -> Done {
        scopes.push(known.into_iter().collect());
        let left = self.block(block, scopes);
        scopes.pop();
        left
    }

    fn maybe(&mut self, block: Option<&Block>, scopes: &mut Vec<Scope>) -> Done {
        block.map_or(Ok(Left::Below), |block| self.inside(block, scopes, None))
    }

    /// How long a timer takes as of now.
    fn minutes(&mut self, timer: &Timer, scopes: &[Scope]) -> Result<Option<u32>, Over> {
        Ok(match timer {
            None => None,
            Some((Minutes::Fixed(minutes), _)) => Some(*minutes),
            Some((Minutes::Counted(list), _)) => match self.expr(list, scopes)? {
                Val::List(items) => Some(5 * (items.len() as u32 + 1)),
                other => panic!("{other:?} is no list"),
            },
        })
    }

    fn timed(&mut self, timer: &Timer, scopes: &mut Vec<Scope>) -> Done {
        self.maybe(timer.as_ref().and_then(|(_, block)| block.as_ref()), scopes)
    }

    #[allow(clippy::too_many_lines)]
    fn stmt(&mut self, stmt: &Stmt, scopes: &mut Vec<Scope>) -> Done {
        self.left = self.left.checked_sub(1).ok_or(Over::TooMuch)?;
        match stmt {
            Stmt::Say(text) | Stmt::SayDelivered(text) => self.say(text, scopes)?,
            Stmt::Ask { text, bind, body, timer, shows } => {
                self.say(text, scopes)?;
                let timed = self.minutes(timer, scopes)?;
                return match self.wait(&Wait { any: true, timer: timed, ..Wait::default() })? {
                    Taken::Any(said) => {
                        let bound = bind.clone().map(|bind| (bind, Val::Text(said)));
                        if *shows {
                            scopes.last_mut().unwrap().extend(bound);
                            return Ok(Left::Below);
                        }
                        body.as_ref().map_or(Ok(Left::Below), |body| self.inside(body, scopes, bound))
                    }
                    _ => self.timed(timer, scopes),
                };
            }
            Stmt::Buttons { text, buttons, other, timer } => {
                return self.buttons(text, buttons, other.as_ref(), timer, scopes);
            }
            Stmt::ButtonsFrom { text, list, bind, body, other, timer } => {
                let Val::List(items) = self.expr(list, scopes)? else { unreachable!() };
                self.say(text, scopes)?;
                let mut shown: Vec<String> = Vec::new();
                for item in items {
                    if !item.trim().is_empty() && !shown.iter().any(|known| known.trim() == item.trim()) {
                        shown.push(item);
                    }
                }
                let timed = self.minutes(timer, scopes)?;
                let wait = Wait { chosen: shown, any: other.is_some(), timer: timed, ..Wait::default() };
                let taken = match (wait.chosen.is_empty(), other) {
                    (true, None) => return Ok(Left::Below),
                    (true, Some(_)) => Taken::Any(String::new()),
                    (false, _) => self.wait(&wait)?,
                };
                return match (taken, other) {
                    (Taken::Chosen(text), _) => {
                        self.inside(body, scopes, Some((bind.clone(), Val::Text(text))))
                    }
                    (Taken::Any(text), Some((bind, body))) => {
                        self.inside(body, scopes, Some((bind.clone(), Val::Text(text))))
                    }
                    _ => self.timed(timer, scopes),
                };
            }
            Stmt::Validate { bind, retry, valid, invalid, timer, shows } => {
                let mut tries = retry.as_ref().map_or(0, |(count, _)| *count);
                loop {
                    let timed = self.minutes(timer, scopes)?;
                    let Taken::Any(_) = self.wait(&Wait { any: true, timer: timed, ..Wait::default() })?
                    else {
                        return self.timed(timer, scopes);
                    };
                    if let Some(number) = number_in(&self.said) {
                        let bound = (bind.clone(), Val::Int(number));
                        if *shows {
                            scopes.last_mut().unwrap().push(bound);
                            return Ok(Left::Below);
                        }
                        return valid
                            .as_ref()
                            .map_or(Ok(Left::Below), |body| self.inside(body, scopes, Some(bound)));
                    }
                    if tries == 0 {
                        return self.maybe(invalid.as_ref(), scopes);
                    }
                    tries -= 1;
                    if let Some((_, saying)) = retry {
                        self.say(saying, scopes)?;
                    }
                }
            }
            Stmt::Pause(minutes) => {
                self.wait(&Wait { timer: Some(*minutes), ..Wait::default() })?;
            }
            Stmt::Rotate(id, options) => {
                let next = self.counters.entry((*self.bots.last().unwrap(), *id)).or_default();
                let at = *next;
                *next = (at + 1) % options.len();
                return self.inside(&options[at], scopes, None);
            }
            Stmt::Let(name, value) => {
                let value = self.expr(value, scopes)?;
                scopes.last_mut().unwrap().push((name.clone(), value));
            }
            Stmt::Assign(name, value) => {
                let value = self.expr(value, scopes)?;
                self.assign(name, value, scopes);
            }
            Stmt::If(condition, then, otherwise) => {
                return match self.cond(condition, scopes)? {
                    true => self.inside(then, scopes, None),
                    false => self.maybe(otherwise.as_ref(), scopes),
                };
            }
            Stmt::When(subject, arms, otherwise) => {
                let subject = fold(&shown(&self.expr(subject, scopes)?));
                return match arms.iter().find(|(text, _)| fold(text) == subject) {
                    Some((_, body)) => self.inside(body, scopes, None),
                    None => self.maybe(otherwise.as_ref(), scopes),
                };
            }
            Stmt::For(name, list, body) => {
                let Val::List(items) = self.expr(list, scopes)? else { unreachable!() };
                for item in items {
                    match self.inside(body, scopes, Some((name.clone(), Val::Text(item))))? {
                        Left::Below | Left::Continue => {}
                        Left::Break => break,
                        left => return Ok(left),
                    }
                }
            }
            Stmt::While(name, from, body) => {
                let from = self.expr(from, scopes)?;
                scopes.last_mut().unwrap().push((name.clone(), from));
                while let Val::Int(left @ 1..) = self.var(name, scopes) {
                    self.assign(name, Val::Int(left - 1), scopes);
                    match self.inside(body, scopes, None)? {
                        Left::Below | Left::Continue => {}
                        Left::Break => break,
                        left => return Ok(left),
                    }
                }
            }
            Stmt::Break => return Ok(Left::Break),
            Stmt::Continue => return Ok(Left::Continue),
            Stmt::Code(body) => return self.inside(body, scopes, None),
            Stmt::SetCount(value) => self.count = self.expr(value, scopes)?,
            Stmt::Call { into, flow, args } => return self.call(into, flow, args, scopes),
            Stmt::Run { into, bot, args } => {
                let args = self.exprs(args, scopes)?;
                let result = self.run(*bot, args)?;
                self.put(into, result, scopes);
            }
            Stmt::Webhook { bind, body, timer, shows } => {
                let timed = self.minutes(timer, scopes)?;
                return match self.wait(&Wait { answer: true, timer: timed, ..Wait::default() })? {
                    Taken::Answer(number) => {
                        let bound = (bind.clone(), Val::Int(number));
                        if *shows {
                            scopes.last_mut().unwrap().push(bound);
                            return Ok(Left::Below);
                        }
                        let body = body.as_ref();
                        body.map_or(Ok(Left::Below), |body| self.inside(body, scopes, Some(bound)))
                    }
                    _ => self.timed(timer, scopes),
                };
            }
            Stmt::Create { name, timer } => {
                let minutes = timer.as_ref().map(|(minutes, _)| *minutes);
                let taken = self.wait(&Wait { answer: true, timer: minutes, ..Wait::default() })?;
                let (value, left) = match (taken, timer) {
                    (Taken::Answer(number), _) => (Val::Int(number), Left::Below),
                    (_, Some((_, body))) => (Val::None, self.inside(body, scopes, None)?),
                    (_, None) => unreachable!(),
                };
                let Left::Below = left else { return Ok(left) };
                scopes.last_mut().unwrap().push((name.clone(), value));
            }
            Stmt::Return(value) => {
                let value = value.as_ref().map_or(Ok(Val::None), |value| self.expr(value, scopes))?;
                return Ok(Left::Return(value));
            }
            Stmt::Goto(step, args) => return Ok(Left::Goto(*step, self.exprs(args, scopes)?)),
            Stmt::HandOver(bot, args) => return Ok(Left::HandOver(*bot, self.exprs(args, scopes)?)),
            Stmt::End => return Ok(Left::End),
        }
        Ok(Left::Below)
    }

    fn buttons(
        &mut self,
        text: &Expr,
        buttons: &[Button],
        other: Option<&(Option<String>, Block)>,
        timer: &Timer,
        scopes: &mut Vec<Scope>,
    ) -> Done {
        self.say(text, scopes)?;
        let mut options = Vec::new();
        for button in buttons {
            options.push((shown(&self.expr(&button.label, scopes)?), button.synonyms.clone()));
        }
        let timed = self.minutes(timer, scopes)?;
        let wait = Wait { options, any: other.is_some(), timer: timed, ..Wait::default() };
        match (self.wait(&wait)?, other) {
            (Taken::Option(at), _) => self.maybe(buttons[at].body.as_ref(), scopes),
            (Taken::Any(said), Some((bind, body))) => {
                let bound = bind.clone().map(|bind| (bind, Val::Text(said)));
                self.inside(body, scopes, bound)
            }
            _ => self.timed(timer, scopes),
        }
    }

    fn call(&mut self, into: &Into, flow: &str, args: &[Expr], scopes: &mut [Scope]) -> Done {
        let project = self.project;
        let own = &project.bots[*self.bots.last().unwrap()].flows;
        let row = own.iter().chain(&project.flows).find(|row| row.name == flow).unwrap();
        let args = self.exprs(args, scopes)?;
        let mut inner = vec![self.params(&row.params, args)?];
        let result = match self.block(&row.body, &mut inner)? {
            Left::Below => Val::None,
            Left::Return(value) => value,
            left => return Ok(left),
        };
        self.put(into, result, scopes);
        Ok(Left::Below)
    }

    fn put(&mut self, into: &Into, value: Val, scopes: &mut [Scope]) {
        match into {
            Into::Nothing => {}
            Into::Let(name) => scopes.last_mut().unwrap().push((name.clone(), value)),
            Into::Assigned(name) => self.assign(name, value, scopes),
        }
    }

    /// Takes events until one of them ends the wait.
    fn wait(&mut self, wait: &Wait) -> Result<Taken, Over> {
        let due = wait.timer.map(|minutes| self.now + minutes);
        loop {
            match self.events.pop_front().ok_or(Over::Parked)? {
                Event::Says(text) => {
                    self.said = Val::Text(text.to_owned());
                    if let Some(taken) = option_of(wait, text) {
                        return Ok(taken);
                    }
                    if wait.any {
                        return Ok(Taken::Any(text.to_owned()));
                    }
                }
                Event::Sends => {
                    self.said = Val::None;
                    if wait.any {
                        return Ok(Taken::Any(String::new()));
                    }
                }
                Event::Presses(at) => {
                    let labels: Vec<&String> =
                        wait.options.iter().map(|(label, _)| label).chain(&wait.chosen).collect();
                    if labels.is_empty() {
                        continue;
                    }
                    let label = labels[at % labels.len()];
                    self.said = Val::Text(label.clone());
                    return Ok(match wait.options.iter().position(|(known, _)| known == label) {
                        Some(at) => Taken::Option(at),
                        None => Taken::Chosen(label.clone()),
                    });
                }
                Event::Waits(minutes) => {
                    let until = self.now + minutes;
                    if let Some(due) = due.filter(|due| *due <= until) {
                        self.now = due;
                        self.events.push_front(Event::Waits(until - due));
                        return Ok(Taken::Timer);
                    }
                    self.now = until;
                }
                Event::Answers(number) if wait.answer => return Ok(Taken::Answer(number)),
                Event::Answers(_) => {}
            }
        }
    }

    fn var(&self, name: &str, scopes: &[Scope]) -> Val {
        let local = scopes.iter().rev().flat_map(|scope| scope.iter().rev()).find(|(known, _)| known == name);
        local.map(|(_, value)| value.clone()).unwrap_or_else(|| self.vars.last().unwrap()[name].clone())
    }

    fn assign(&mut self, name: &str, value: Val, scopes: &mut [Scope]) {
        let local =
            scopes.iter_mut().rev().flat_map(|scope| scope.iter_mut().rev()).find(|(known, _)| known == name);
        match local {
            Some((_, place)) => *place = value,
            None => *self.vars.last_mut().unwrap().get_mut(name).unwrap() = value,
        }
    }

    fn cond(&mut self, of: &Cond, scopes: &[Scope]) -> Result<bool, Over> {
        Ok(match of {
            Cond::Less(a, b) => self.int(a, scopes)? < self.int(b, scopes)?,
            Cond::Equal(a, b) => self.expr(a, scopes)? == self.expr(b, scopes)?,
            Cond::Set(a) => self.expr(a, scopes)? != Val::None,
            Cond::Not(a) => !self.cond(a, scopes)?,
            Cond::And(a, b) => self.cond(a, scopes)? && self.cond(b, scopes)?,
            Cond::Or(a, b) => self.cond(a, scopes)? || self.cond(b, scopes)?,
        })
    }

    fn exprs(&mut self, all: &[Expr], scopes: &[Scope]) -> Result<Vec<Val>, Over> {
        all.iter().map(|one| self.expr(one, scopes)).collect()
    }

    fn int(&mut self, of: &Expr, scopes: &[Scope]) -> Result<i64, Over> {
        match self.expr(of, scopes)? {
            Val::Int(value) if value.abs() < 1 << 30 => Ok(value),
            Val::Int(_) => Err(Over::TooMuch),
            other => panic!("{other:?} is no int"),
        }
    }

    fn expr(&mut self, of: &Expr, scopes: &[Scope]) -> Result<Val, Over> {
        let value = match of {
            Expr::Int(value) => Val::Int(*value),
            Expr::Text(text) => Val::Text(text.clone()),
            Expr::None => Val::None,
            Expr::Var(name) => self.var(name, scopes),
            Expr::Joined(parts) => {
                let parts = self.exprs(parts, scopes)?;
                Val::Text(parts.iter().map(shown).collect())
            }
            Expr::Add(a, b) => Val::Int(self.int(a, scopes)? + self.int(b, scopes)?),
            Expr::Sub(a, b) => Val::Int(self.int(a, scopes)? - self.int(b, scopes)?),
            Expr::Times(a, b) => Val::Int(self.int(a, scopes)? * self.int(b, scopes)? % 97),
            Expr::Floor(a) => Val::Int(self.int(a, scopes)?),
            Expr::Or(a, otherwise) => match self.expr(a, scopes)? {
                Val::None => Val::Int(*otherwise),
                value => value,
            },
            Expr::Length(a) => match self.expr(a, scopes)? {
                Val::List(items) => Val::Int(items.len() as i64),
                other => panic!("{other:?} is no list"),
            },
            Expr::Mix(a, b) => {
                let a = self.int(a, scopes)?;
                let b = b.as_ref().map_or(Ok(2), |b| self.int(b, scopes))?;
                Val::Int(mix(a, b))
            }
            Expr::Count => self.count.clone(),
            Expr::Said => match &self.said {
                Val::None => Val::Text("-".to_owned()),
                said => said.clone(),
            },
            Expr::List(items) => Val::List(self.exprs(items, scopes)?.iter().map(shown).collect()),
            Expr::Append(a, b) => match (self.expr(a, scopes)?, self.expr(b, scopes)?) {
                (Val::List(mut a), Val::List(b)) => {
                    a.extend(b);
                    Val::List(a)
                }
                other => panic!("{other:?} are no lists"),
            },
        };
        match &value {
            Val::Text(text) if text.len() > 2000 => Err(Over::TooMuch),
            Val::List(items) if items.len() > 60 => Err(Over::TooMuch),
            _ => Ok(value),
        }
    }
}

fn option_of(wait: &Wait, text: &str) -> Option<Taken> {
    let text = fold(text);
    let equals = |(label, synonyms): &(String, Vec<String>)| {
        fold(label) == text || synonyms.iter().any(|synonym| fold(synonym) == text)
    };
    if let Some(at) = wait.options.iter().position(equals) {
        return Some(Taken::Option(at));
    }
    if let Some(chosen) = wait.chosen.iter().find(|chosen| fold(chosen) == text) {
        return Some(Taken::Chosen(chosen.clone()));
    }
    let holds = |(_, synonyms): &(String, Vec<String>)| {
        synonyms.iter().any(|synonym| text.split(' ').any(|word| word == fold(synonym)))
    };
    wait.options.iter().position(holds).map(Taken::Option)
}
