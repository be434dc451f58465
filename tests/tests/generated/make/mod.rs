//! Random projects that are well typed, end, and wait on every way round.

mod expr;

use crate::tree::*;

const WORDS: &[&str] = &["tea", "pie", "rice", "milk", "salt"];
const LABELS: &[&str] = &["yes", "no", "two words", "later"];
const SYNONYMS: &[&str] = &["please", "stop", "hello", "ok"];
/// Few, so that they hide each other.
const LOCALS: &[&str] = &["a", "b", "c", "d"];

/// A name in scope, its type, and whether it may be assigned.
#[derive(Clone)]
struct Name {
    name: String,
    ty: Ty,
    free: bool,
}

/// What can be called from where a body stands.
#[derive(Clone)]
struct Callable {
    name: String,
    params: Vec<Param>,
    result: Option<Ty>,
}

struct Maker {
    dice: Dice,
    /// Variables and parameters of the bot and its library.
    outer: Vec<Name>,
    scopes: Vec<Vec<Name>>,
    flows: Vec<Callable>,
    steps: Vec<Vec<Param>>,
    bots: Vec<Vec<Param>>,
    /// The number of the bot; none in the library.
    bot: Option<usize>,
    /// In a flow: what it gives.
    flow: Option<Option<Ty>>,
    loops: usize,
    rotates: usize,
    /// Statements that may still be made.
    left: usize,
}

pub(crate) fn project(seed: u64) -> Project {
    let mut maker = Maker {
        dice: Dice::new(seed),
        outer: Vec::new(),
        scopes: Vec::new(),
        flows: Vec::new(),
        steps: Vec::new(),
        bots: Vec::new(),
        bot: None,
        flow: None,
        loops: 0,
        rotates: 0,
        left: 0,
    };
    let vars = maker.vars("m");
    maker.left = 12;
    let flows: Vec<Flow> = (0..1 + maker.dice.below(2)).map(|n| maker.flow(format!("l{n}"))).collect();
    let (shared, known) = (maker.outer.clone(), maker.flows.clone());
    let count = 1 + maker.dice.below(3);
    maker.bots = (0..count).map(|n| maker.bot_params(n)).collect();
    let mut bots = Vec::new();
    for n in 0..count {
        maker.outer = shared.clone();
        maker.flows = known.clone();
        bots.push(maker.bot(n));
    }
    Project { vars, flows, bots }
}

pub(crate) fn events(dice: &mut Dice) -> Vec<Event> {
    const TEXTS: &[&str] =
        &["yes", "No", "YES please", "7", "n 12", "hello", "two  words", "stop 3", "tea", "what", "ok"];
    let one = |dice: &mut Dice| match dice.below(12) {
        0..=5 => Event::Says(dice.pick::<&str>(TEXTS)),
        6 => Event::Sends,
        7..=8 => Event::Presses(dice.below(4)),
        9..=10 => Event::Waits(*dice.pick(&[5, 10, 61, 130])),
        _ => Event::Answers(dice.below(50) as i64),
    };
    let mut events = vec![Event::Says("hi")];
    events.extend((0..16).map(|_| one(dice)));
    events
}

impl Maker {
    fn vars(&mut self, prefix: &str) -> Vec<Var> {
        let mut vars = Vec::new();
        for (n, ty) in [Ty::Int, Ty::Text, Ty::Maybe, Ty::List].into_iter().enumerate() {
            if self.dice.chance(70) {
                // The first values of variables may read those that stand before.
                let (name, init) = (format!("{prefix}{n}"), self.expr(ty, 2));
                self.outer.push(Name { name: name.clone(), ty, free: true });
                vars.push(Var { name, ty, init });
            }
        }
        vars
    }

    fn bot_params(&mut self, n: usize) -> Vec<Param> {
        if n == 0 {
            return Vec::new();
        }
        let default = Some(Expr::Text((*self.dice.pick(WORDS)).to_owned()));
        let default = default.filter(|_| self.dice.chance(60));
        vec![
            Param { name: "u0".to_owned(), ty: Ty::Int, default: None },
            Param { name: "u1".to_owned(), ty: Ty::Text, default },
        ]
    }

    fn bot(&mut self, n: usize) -> Bot {
        self.bot = Some(n);
        let params = self.bots[n].clone();
        let read_only = |param: &Param| Name { name: param.name.clone(), ty: param.ty, free: false };
        self.outer.extend(params.iter().map(read_only));
        let vars = self.vars("v");
        let steps = 2 + self.dice.below(3);
        self.steps = (0..steps).map(|at| if at == 0 { Vec::new() } else { self.params("p", true) }).collect();
        let flows = (0..1 + self.dice.below(3)).map(|at| {
            self.left = 12;
            self.flow(format!("f{n}_{at}"))
        });
        let flows: Vec<Flow> = flows.collect();
        let steps = (0..steps).map(|at| self.step(at)).collect();
        self.bot = None;
        Bot { params, vars, steps, flows }
    }

    fn params(&mut self, prefix: &str, default_reads: bool) -> Vec<Param> {
        let count = self.dice.below(3);
        let mut params: Vec<Param> = Vec::new();
        for n in 0..count {
            let ty = *self.dice.pick(&[Ty::Int, Ty::Text, Ty::Maybe, Ty::List]);
            let default = (n + 1 == count && default_reads && self.dice.chance(50)).then(|| self.expr(ty, 1));
            params.push(Param { name: format!("{prefix}{n}"), ty, default });
        }
        params
    }

    /// A step begins with a wait, so that no way leads round without one.
    fn step(&mut self, at: usize) -> Step {
        self.left = 14;
        self.flow = None;
        let params = self.steps[at].clone();
        self.open(&params);
        let mut body = vec![self.ask()];
        self.stmts(&mut body, 4, 3);
        body.push(self.leave());
        self.scopes.clear();
        Step { params, body }
    }

    /// A flow calls those before it, and perhaps itself: less deep each time, and with a wait.
    fn flow(&mut self, name: String) -> Flow {
        let recursive = self.dice.chance(30);
        let mut params = self.params("p", true);
        if recursive {
            params.insert(0, Param { name: "deep".to_owned(), ty: Ty::Int, default: None });
        }
        let result = *self.dice.pick(&[None, Some(Ty::Int), Some(Ty::Text), Some(Ty::Maybe), Some(Ty::List)]);
        self.flow = Some(result);
        self.open(&params);
        let mut body = Vec::new();
        if recursive {
            let deep = Expr::Var("deep".to_owned());
            let stop = vec![Stmt::Return(result.map(|ty| self.expr(ty, 1)))];
            body.push(Stmt::If(Cond::Less(deep.clone(), Expr::Int(1)), stop, None));
            body.push(self.ask());
            self.stmts(&mut body, 2, 2);
            let mut args = vec![Expr::Sub(Box::new(deep), Box::new(Expr::Int(1)))];
            args.extend(params.iter().skip(1).map(|param| self.expr(param.ty, 1)));
            let into = match result {
                None => Into::Nothing,
                Some(ty) => self.into(ty),
            };
            body.push(Stmt::Call { into, flow: name.clone(), args });
        }
        self.stmts(&mut body, 3, 3);
        if let Some(ty) = result {
            body.push(Stmt::Return(Some(self.expr(ty, 2))));
        }
        self.scopes.clear();
        self.flow = None;
        let callable = Callable { name: name.clone(), params: params.clone(), result };
        // Not too deep: the parameter stands first.
        self.flows.push(callable);
        Flow { name, params, result, body }
    }

    fn open(&mut self, params: &[Param]) {
        let read_only = |param: &Param| Name { name: param.name.clone(), ty: param.ty, free: false };
        self.scopes = vec![params.iter().map(read_only).collect()];
        self.loops = 0;
    }

    /// A name that may hide another one.
    fn bind(&mut self, ty: Ty, free: bool) -> String {
        let name = (*self.dice.pick(LOCALS)).to_owned();
        self.scopes.last_mut().unwrap().push(Name { name: name.clone(), ty, free });
        name
    }

    fn visible(&self) -> Vec<Name> {
        let mut seen: Vec<Name> = Vec::new();
        let scopes = self.scopes.iter().rev().flat_map(|scope| scope.iter().rev());
        for name in scopes.chain(&self.outer) {
            if seen.iter().all(|known| known.name != name.name) {
                seen.push(name.clone());
            }
        }
        seen
    }

    fn named(&mut self, ty: Ty, free: bool) -> Option<String> {
        let fits = |name: &Name| name.ty == ty && (name.free || !free);
        let names: Vec<Name> = self.visible().into_iter().filter(fits).collect();
        if names.is_empty() { None } else { Some(self.dice.pick(&names).name.clone()) }
    }

    /// A result that goes to a variable of its type, or to a new local.
    fn into(&mut self, ty: Ty) -> Into {
        match self.named(ty, true).filter(|_| self.dice.chance(40)) {
            Some(name) => Into::Assigned(name),
            None => Into::Let(self.bind(ty, ty != Ty::Maybe)),
        }
    }

    /// Statements inside braces.
    fn block(&mut self, most: usize, depth: usize) -> Block {
        self.scopes.push(Vec::new());
        let mut block = Vec::new();
        self.stmts(&mut block, most, depth);
        self.scopes.pop();
        block
    }

    fn block_with(&mut self, name: &str, ty: Ty, depth: usize) -> Block {
        self.scopes.push(vec![Name { name: name.to_owned(), ty, free: false }]);
        let mut block = Vec::new();
        self.stmts(&mut block, 2, depth);
        self.scopes.pop();
        block
    }

    fn stmts(&mut self, out: &mut Block, most: usize, depth: usize) {
        for _ in 0..1 + self.dice.below(most) {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            self.stmt(out, depth);
        }
    }

    fn stmt(&mut self, out: &mut Block, depth: usize) {
        let inner = depth.saturating_sub(1);
        let stmt = match self.dice.below(if depth == 0 { 12 } else { 27 }) {
            0..=1 => Stmt::Say(self.text()),
            2..=3 => {
                let ty = *self.dice.pick(&[Ty::Int, Ty::Text, Ty::List]);
                let value = self.expr(ty, 2);
                Stmt::Let(self.bind(ty, true), value)
            }
            4..=6 => match self.assignment() {
                Some(stmt) => stmt,
                None => Stmt::Say(self.text()),
            },
            7 => Stmt::SetCount(self.expr(Ty::Int, 2)),
            8 => Stmt::Pause(*self.dice.pick(&[1, 10, 60])),
            9 => Stmt::SayDelivered(self.text()),
            10..=11 => self.ask(),
            12..=13 => self.buttons(inner),
            14 => self.buttons_from(inner),
            15 => self.validate(inner),
            16 => {
                self.rotates += 1;
                Stmt::Rotate(
                    self.rotates,
                    (0..2 + self.dice.below(2)).map(|_| self.block(2, inner)).collect(),
                )
            }
            17..=18 => self.branch(inner),
            19 => {
                let subject = self.expr(Ty::Text, 1);
                let arms = WORDS.iter().take(2).map(|word| ((*word).to_owned(), self.block(2, inner)));
                let arms = arms.collect();
                Stmt::When(subject, arms, self.dice.chance(60).then(|| self.block(2, inner)))
            }
            20..=21 if self.flow.is_some() => self.looped(inner),
            20 => Stmt::Code(self.code(2)),
            22 => self.create(inner),
            23 => self.webhook(inner),
            _ => match self.call() {
                Some(stmt) => stmt,
                None => self.branch(inner),
            },
        };
        out.push(stmt);
    }

    fn assignment(&mut self) -> Option<Stmt> {
        let ty = *self.dice.pick(&[Ty::Int, Ty::Text, Ty::List, Ty::Maybe]);
        let name = self.named(ty, true)?;
        Some(Stmt::Assign(name, self.expr(ty, 2)))
    }

    fn timer(&mut self, depth: usize) -> Timer {
        let minutes = self.minutes();
        self.dice.chance(80).then(|| (minutes, self.dice.chance(60).then(|| self.block(2, depth))))
    }

    fn minutes(&mut self) -> Minutes {
        match self.dice.chance(30) {
            true => Minutes::Counted(self.expr(Ty::List, 1)),
            false => Minutes::Fixed(*self.dice.pick(&[5, 60, 120])),
        }
    }

    /// A timer after which a name that another exit binds is seen: it leads elsewhere.
    fn leaving_timer(&mut self) -> Timer {
        let leaves = vec![self.leave()];
        Some((self.minutes(), Some(leaves)))
    }

    fn ask(&mut self) -> Stmt {
        let text = self.text();
        match self.dice.below(3) {
            0 if self.bot.is_some() || self.flow.is_some() => {
                let timer = self.leaving_timer();
                let bind = Some(self.bind(Ty::Text, false));
                Stmt::Ask { text, bind, body: None, timer, shows: true }
            }
            1 => {
                let bind = (*self.dice.pick(LOCALS)).to_owned();
                let body = Some(self.block_with(&bind, Ty::Text, 1));
                Stmt::Ask { text, bind: Some(bind), body, timer: self.timer(1), shows: false }
            }
            _ => Stmt::Ask { text, bind: None, body: None, timer: self.timer(1), shows: false },
        }
    }

    fn buttons(&mut self, depth: usize) -> Stmt {
        let text = self.text();
        let count = 1 + self.dice.below(3);
        let mut buttons = Vec::new();
        for n in 0..count {
            let label = match self.dice.chance(25) {
                true => Expr::Joined(vec![Expr::Text("n ".to_owned()), self.expr(Ty::Int, 1)]),
                false => Expr::Text(LABELS[n].to_owned()),
            };
            let synonyms = self.dice.chance(50).then(|| SYNONYMS[n].to_owned()).into_iter().collect();
            let body = self.dice.chance(60).then(|| self.block(2, depth));
            buttons.push(Button { label, synonyms, body });
        }
        let other = self.dice.chance(60).then(|| {
            let bind = self.dice.chance(50).then(|| (*self.dice.pick(LOCALS)).to_owned());
            let body = match &bind {
                Some(bind) => self.block_with(bind, Ty::Text, depth),
                None => self.block(2, depth),
            };
            (bind, body)
        });
        Stmt::Buttons { text, buttons, other, timer: self.timer(depth) }
    }

    fn buttons_from(&mut self, depth: usize) -> Stmt {
        let (text, list) = (self.text(), self.expr(Ty::List, 2));
        let bind = (*self.dice.pick(LOCALS)).to_owned();
        let body = self.block_with(&bind, Ty::Text, depth);
        let other = self.dice.chance(60).then(|| {
            let bind = (*self.dice.pick(LOCALS)).to_owned();
            let body = self.block_with(&bind, Ty::Text, depth);
            (bind, body)
        });
        Stmt::ButtonsFrom { text, list, bind, body, other, timer: self.timer(depth) }
    }

    fn validate(&mut self, depth: usize) -> Stmt {
        let retry = self.dice.chance(60).then(|| (1 + self.dice.below(2) as i64, self.text()));
        if self.dice.chance(40) {
            let (invalid, timer) = (Some(vec![self.leave()]), self.leaving_timer());
            let bind = self.bind(Ty::Number, false);
            return Stmt::Validate { bind, retry, valid: None, invalid, timer, shows: true };
        }
        let bind = (*self.dice.pick(LOCALS)).to_owned();
        let valid = Some(self.block_with(&bind, Ty::Number, depth));
        let invalid = self.dice.chance(60).then(|| self.block(2, depth));
        Stmt::Validate { bind, retry, valid, invalid, timer: self.timer(depth), shows: false }
    }

    fn branch(&mut self, depth: usize) -> Stmt {
        let condition = self.cond(2);
        self.scopes.push(Vec::new());
        let mut then = Vec::new();
        self.stmts(&mut then, 2, depth);
        if self.dice.chance(25) {
            then.push(self.leave());
        }
        self.scopes.pop();
        // What the condition proves is used at once.
        if let Cond::Set(Expr::Var(name)) = &condition {
            let sum = Expr::Add(Box::new(Expr::Var(name.clone())), Box::new(Expr::Int(1)));
            then.insert(0, Stmt::Say(Expr::Joined(vec![Expr::Text("set ".to_owned()), sum])));
        }
        Stmt::If(condition, then, self.dice.chance(50).then(|| self.block(2, depth)))
    }

    fn looped(&mut self, depth: usize) -> Stmt {
        self.loops += 1;
        let stmt = if self.dice.chance(50) {
            let list = self.expr(Ty::List, 2);
            let name = (*self.dice.pick(LOCALS)).to_owned();
            let body = self.loop_body(Some(&name), depth);
            Stmt::For(name, list, body)
        } else {
            let from = Expr::Int(1 + self.dice.below(3) as i64);
            let name = self.bind(Ty::Int, false);
            let body = self.loop_body(None, depth);
            Stmt::While(name, from, body)
        };
        self.loops -= 1;
        stmt
    }

    fn loop_body(&mut self, item: Option<&str>, depth: usize) -> Block {
        let mut body = match item {
            Some(item) => self.block_with(item, Ty::Text, depth),
            None => self.block(3, depth),
        };
        if self.dice.chance(50) {
            let out = if self.dice.chance(50) { Stmt::Break } else { Stmt::Continue };
            let at = self.dice.below(body.len() + 1);
            body.insert(at, Stmt::If(self.outer_cond(), vec![out], None));
        }
        body
    }

    /// What may stand in `code`.
    fn code(&mut self, depth: usize) -> Block {
        self.scopes.push(Vec::new());
        let mut block = Vec::new();
        for _ in 0..2 {
            let stmt = match self.dice.below(if depth == 0 { 3 } else { 6 }) {
                0 => {
                    let value = self.expr(Ty::Int, 2);
                    Stmt::Let(self.bind(Ty::Int, true), value)
                }
                1 => Stmt::SetCount(self.expr(Ty::Int, 2)),
                2..=3 => match self.assignment() {
                    Some(stmt) => stmt,
                    None => continue,
                },
                4 => {
                    let list = self.expr(Ty::List, 1);
                    let name = (*self.dice.pick(LOCALS)).to_owned();
                    self.scopes.push(vec![Name { name: name.clone(), ty: Ty::Text, free: false }]);
                    let body = self.code(depth - 1);
                    self.scopes.pop();
                    Stmt::For(name, list, body)
                }
                _ => Stmt::If(self.cond(1), self.code(depth - 1), None),
            };
            block.push(stmt);
        }
        self.scopes.pop();
        if block.is_empty() {
            block.push(Stmt::SetCount(Expr::Int(1)));
        }
        block
    }

    fn create(&mut self, depth: usize) -> Stmt {
        let timer = self.dice.chance(70).then(|| (10, self.block(1, depth)));
        let ty = if timer.is_some() { Ty::Maybe } else { Ty::Int };
        Stmt::Create { name: self.bind(ty, false), timer }
    }

    fn webhook(&mut self, depth: usize) -> Stmt {
        if self.dice.chance(40) {
            let timer = self.leaving_timer();
            let bind = self.bind(Ty::Int, false);
            return Stmt::Webhook { bind, body: None, timer, shows: true };
        }
        let bind = (*self.dice.pick(LOCALS)).to_owned();
        let body = Some(self.block_with(&bind, Ty::Int, depth));
        Stmt::Webhook { bind, body, timer: self.timer(depth), shows: false }
    }

    fn call(&mut self) -> Option<Stmt> {
        let others = self.bot.map_or(0..0, |bot| bot + 1..self.bots.len());
        if !others.is_empty() && self.dice.chance(35) {
            let bot = others.start + self.dice.below(others.len());
            let args = self.args(&self.bots[bot].clone());
            let into = if self.dice.chance(70) { self.into(Ty::Text) } else { Into::Nothing };
            return Some(Stmt::Run { into, bot, args });
        }
        if self.flows.is_empty() {
            return None;
        }
        let flow = self.dice.pick(&self.flows).clone();
        let mut args = self.args(&flow.params);
        if flow.params.first().is_some_and(|param| param.name == "deep") {
            args[0] = Expr::Int(1 + self.dice.below(2) as i64);
        }
        let into = match flow.result {
            Some(ty) if self.dice.chance(80) => self.into(ty),
            Some(_) | None => Into::Nothing,
        };
        Some(Stmt::Call { into, flow: flow.name, args })
    }

    fn args(&mut self, params: &[Param]) -> Vec<Expr> {
        let given = params.iter().filter(|param| param.default.is_none() || self.dice.chance(50)).count();
        params.iter().take(given).map(|param| self.expr(param.ty, 2)).collect()
    }

    /// A statement that leads elsewhere.
    fn leave(&mut self) -> Stmt {
        let Some(bot) = self.bot else {
            return Stmt::Return(self.flow.flatten().map(|ty| self.expr(ty, 2)));
        };
        match self.dice.below(10) {
            0..=3 if self.flow.is_some() => Stmt::Return(self.flow.flatten().map(|ty| self.expr(ty, 2))),
            0..=5 => {
                let step = self.dice.below(self.steps.len());
                let args = self.args(&self.steps[step].clone());
                Stmt::Goto(step, args)
            }
            6 if bot + 1 < self.bots.len() => {
                let to = bot + 1 + self.dice.below(self.bots.len() - bot - 1);
                Stmt::HandOver(to, self.args(&self.bots[to].clone()))
            }
            _ if bot == 0 => Stmt::End,
            _ if self.flow.is_none() => Stmt::Return(Some(self.expr(Ty::Text, 2))),
            _ => Stmt::Goto(0, Vec::new()),
        }
    }
}
