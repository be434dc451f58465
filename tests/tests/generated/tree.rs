//! A small part of the language as a tree: enough for flows, loops, waits and locals in every combination.

/// A source of choices that is the same for the same seed: SplitMix64.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.below(of.len())]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    Int,
    /// `number`, always whole here.
    Number,
    Text,
    /// `[text]`
    List,
    /// `int?`
    Maybe,
}

#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Int(i64),
    Text(String),
    None,
    Var(String),
    /// `"{a}{b}"`
    Joined(Vec<Expr>),
    Add(Box<Expr>, Box<Expr>),
    Sub(Box<Expr>, Box<Expr>),
    /// `(a * b) % 97`
    Times(Box<Expr>, Box<Expr>),
    Floor(Box<Expr>),
    /// `a ?? 7`
    Or(Box<Expr>, i64),
    /// `len(list)`
    Length(Box<Expr>),
    /// The pure function that every file has; its second argument has a default.
    Mix(Box<Expr>, Option<Box<Expr>>),
    /// `lead.count`
    Count,
    /// `client.text ?? "-"`
    Said,
    List(Vec<Expr>),
    Append(Box<Expr>, Box<Expr>),
}

#[derive(Clone, Debug)]
pub(crate) enum Cond {
    Less(Expr, Expr),
    Equal(Expr, Expr),
    Set(Expr),
    Not(Box<Cond>),
    And(Box<Cond>, Box<Cond>),
    Or(Box<Cond>, Box<Cond>),
}

pub(crate) type Block = Vec<Stmt>;

/// How long a timer takes.
#[derive(Clone, Debug)]
pub(crate) enum Minutes {
    Fixed(u32),
    /// Five for each element of a list, and five more.
    Counted(Expr),
}

/// When it is over, and what is done then; nothing but go on if there is no block.
pub(crate) type Timer = Option<(Minutes, Option<Block>)>;

/// Where a result goes.
#[derive(Clone, Debug)]
pub(crate) enum Into {
    Nothing,
    Let(String),
    Assigned(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Button {
    pub(crate) label: Expr,
    pub(crate) synonyms: Vec<String>,
    pub(crate) body: Option<Block>,
}

#[derive(Clone, Debug)]
pub(crate) enum Stmt {
    Say(Expr),
    /// Waits for its delivery only.
    SayDelivered(Expr),
    /// `on message as bind`; `shows` if the name is seen after the statement.
    Ask {
        text: Expr,
        bind: Option<String>,
        body: Option<Block>,
        timer: Timer,
        shows: bool,
    },
    Buttons {
        text: Expr,
        buttons: Vec<Button>,
        other: Option<(Option<String>, Block)>,
        timer: Timer,
    },
    ButtonsFrom {
        text: Expr,
        list: Expr,
        bind: String,
        body: Block,
        other: Option<(String, Block)>,
        timer: Timer,
    },
    Validate {
        bind: String,
        retry: Option<(i64, Expr)>,
        valid: Option<Block>,
        invalid: Option<Block>,
        timer: Timer,
        shows: bool,
    },
    Pause(u32),
    /// The number tells it from the others of its file.
    Rotate(usize, Vec<Block>),
    Let(String, Expr),
    Assign(String, Expr),
    If(Cond, Block, Option<Block>),
    When(Expr, Vec<(String, Block)>, Option<Block>),
    For(String, Expr, Block),
    /// `let name = from  while name > 0 { name -= 1 … }`
    While(String, Expr, Block),
    Break,
    Continue,
    Code(Block),
    SetCount(Expr),
    Call {
        into: Into,
        flow: String,
        args: Vec<Expr>,
    },
    Run {
        into: Into,
        bot: usize,
        args: Vec<Expr>,
    },
    /// `send_webhook(…) on ok(bind)`; `shows` if the name is seen after the statement.
    Webhook {
        bind: String,
        body: Option<Block>,
        timer: Timer,
        shows: bool,
    },
    /// `let name = create_lead()`
    Create {
        name: String,
        timer: Option<(u32, Block)>,
    },
    Return(Option<Expr>),
    Goto(usize, Vec<Expr>),
    HandOver(usize, Vec<Expr>),
    End,
}

#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) ty: Ty,
    pub(crate) default: Option<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) name: String,
    pub(crate) params: Vec<Param>,
    pub(crate) result: Option<Ty>,
    pub(crate) body: Block,
}

#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) params: Vec<Param>,
    pub(crate) body: Block,
}

#[derive(Clone, Debug)]
pub(crate) struct Var {
    pub(crate) name: String,
    pub(crate) ty: Ty,
    pub(crate) init: Expr,
}

/// The first bot is the one that the client talks to; the others give a text.
#[derive(Clone, Debug)]
pub(crate) struct Bot {
    pub(crate) params: Vec<Param>,
    pub(crate) vars: Vec<Var>,
    pub(crate) steps: Vec<Step>,
    pub(crate) flows: Vec<Flow>,
}

/// Bots, and a library that all of them use.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    pub(crate) vars: Vec<Var>,
    pub(crate) flows: Vec<Flow>,
    pub(crate) bots: Vec<Bot>,
}

/// What happens.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Says(&'static str),
    Sends,
    /// One of the buttons that are offered, if any are.
    Presses(usize),
    /// Minutes.
    Waits(u32),
    /// The answer to an action, if one is awaited.
    Answers(i64),
}
