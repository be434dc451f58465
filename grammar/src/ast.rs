//! The tree of one `.sbot` file. Plain data: no types, no resolved names, no I/O.
//!
//! Every node carries the bytes it came from. A node that recovery had to invent is an `Error` variant,
//! and there is at least one syntax error beside the tree whenever one exists.

use smol_str::SmolStr;
use std::fmt;

/// Bytes `start..end` of the file a node came from, always on character boundaries.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span `start..end`.
    #[must_use]
    pub fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The same span as a range of `usize`, for slicing the source.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// A name as written, with its place.
#[derive(Clone, Debug)]
pub struct Name {
    /// The name itself.
    pub text: SmolStr,
    /// Where it stands.
    pub span: Span,
}

/// `a.b.c`: never empty.
#[derive(Clone, Debug)]
pub struct Path {
    /// The names between the dots.
    pub names: Vec<Name>,
    /// From the first name to the last.
    pub span: Span,
}

/// A whole file.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// In source order.
    pub items: Vec<Item>,
}

/// One item with what stands above it.
#[derive(Clone, Debug)]
pub struct Item {
    /// From the first attribute (not the doc comment) to the last token.
    pub span: Span,
    /// `///` lines above the item, without the slashes, joined by line breaks.
    pub doc: Option<SmolStr>,
    /// `@name(args)` before the item.
    pub attrs: Vec<Attr>,
    /// The item.
    pub kind: ItemKind,
}

/// `@allow(W0701)`, `@channels(instagram)`, `@builtin`.
#[derive(Clone, Debug)]
pub struct Attr {
    /// From `@` to the last token.
    pub span: Span,
    /// After the `@`.
    pub name: Name,
    /// Words or texts between the parentheses.
    pub args: Vec<Name>,
}

/// Every item of the language.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum ItemKind {
    Bot(Bot),
    Use(Text),
    Trigger(Trigger),
    Var(Var),
    Step(Step),
    Flow(Flow),
    Fn(Fn),
    Type {
        name: Name,
        ty: TypeExpr,
    },
    /// `account { zone "Europe/Madrid", … }`
    Account(Vec<(Name, Text)>),
    Entity {
        name: Name,
        fields: Vec<FieldDecl>,
    },
    Pipeline {
        name: Name,
        title: Text,
        stages: Vec<Stage>,
    },
    User {
        name: Name,
        title: Text,
    },
    Team {
        name: Name,
        title: Text,
        members: Vec<Name>,
    },
    Channel {
        name: Name,
        kind: Name,
        title: Text,
    },
    Template {
        name: Name,
        params: Vec<Param>,
        via: Vec<Name>,
        text: Text,
    },
    EmailTemplate {
        name: Name,
        params: Vec<Param>,
        subject: Text,
        body: Text,
    },
    Form {
        name: Name,
        title: Text,
        parts: Vec<FormPart>,
    },
    Hours {
        name: Name,
        rows: Vec<HoursRow>,
    },
    Action(Action),
    /// Only `ItemKind::Action` items stand inside.
    Widget {
        name: Name,
        actions: Vec<Item>,
    },
    Test {
        title: Text,
        stmts: Vec<TestStmt>,
    },
    Upgrade(Upgrade),
    /// Tokens that made no item; an error tells why.
    Error,
}

/// `upgrade from "v1" { … }`: what becomes of runs of older programs.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// Ids or tags of the older programs.
    pub from: Vec<Text>,
    /// In source order.
    pub rules: Vec<UpgradeRule>,
}

/// A decision of an `upgrade`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct UpgradeRule {
    pub span: Span,
    pub kind: UpgradeKind,
}

/// The forms of a decision.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum UpgradeKind {
    /// `greet.message -> hello.message`
    Place { old: PlaceName, to: Becomes },
    /// `var tries -> attempts`
    Renamed { old: Name, new: Name },
    /// `var tries: int = 0`
    Value(Var),
    /// `bot promo -> welcome`
    Bot { old: Name, to: Becomes },
    /// `user bob -> anna`; `none` for an absent value.
    Symbol { kind: Name, old: Path, new: Option<Path> },
}

/// The name of a wait, a call, a step or a flow.
#[derive(Clone, Debug)]
pub enum PlaceName {
    /// `greet.message`
    Path(Path),
    /// `"greet.message#2"`
    Text(Text),
}

impl PlaceName {
    /// From its first to its last character.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            PlaceName::Path(path) => path.span,
            PlaceName::Text(text) => text.span,
        }
    }

    /// The name, with dots.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            PlaceName::Path(path) => {
                let names: Vec<&str> = path.names.iter().map(|name| name.text.as_str()).collect();
                names.join(".")
            }
            PlaceName::Text(text) => text.plain().unwrap_or_default().to_owned(),
        }
    }
}

/// What becomes of runs that wait at a place.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Becomes {
    /// `hello.message in greet.ask timeout 2h`
    Place { name: PlaceName, callers: Vec<PlaceName>, timeout: Option<Duration> },
    /// `restart prices(n: 1)`
    Restart { step: Name, args: Vec<Arg> },
    /// `end`
    End(Span),
}

/// `bot NAME(params) -> T on failed -> step`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Bot {
    pub name: Name,
    pub params: Vec<Param>,
    pub result: Option<TypeExpr>,
    pub on_failed: Option<Name>,
}

/// `NAME: T = default`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Param {
    pub span: Span,
    pub name: Name,
    pub ty: TypeExpr,
    pub default: Option<Expr>,
}

/// A field of an entity or of a record type.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct FieldDecl {
    pub span: Span,
    pub doc: Option<SmolStr>,
    pub name: Name,
    pub ty: TypeExpr,
    pub default: Option<Expr>,
}

/// `var NAME: T = EXPR`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Var {
    pub name: Name,
    pub ty: TypeExpr,
    pub value: Expr,
}

/// `step NAME(params): statements`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Step {
    pub name: Name,
    pub params: Vec<Param>,
    pub body: Block,
}

/// `flow NAME(params) -> T { … }`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Flow {
    pub name: Name,
    pub params: Vec<Param>,
    pub result: Option<TypeExpr>,
    pub body: Block,
}

/// `fn NAME(params) -> T { … }`; a built-in has no body.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Fn {
    pub name: Name,
    pub params: Vec<Param>,
    pub result: TypeExpr,
    pub body: Option<Block>,
}

/// One stage of a pipeline.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Stage {
    pub doc: Option<SmolStr>,
    pub name: Name,
    pub title: Text,
}

/// `fields […]`, `stage p.s` or `tags […]` of a form.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum FormPart {
    Fields(Vec<Path>),
    Stage(Path),
    Tags(Vec<Expr>),
}

/// One row of `hours`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum HoursRow {
    Open { days: Days, times: Vec<(Time, Time)> },
    Except { date: Date },
}

/// `mon`, `mon..fri` or (in triggers) `day`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Days {
    pub from: Name,
    pub to: Option<Name>,
}

/// A calendar date, already known to exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Date {
    pub span: Span,
    pub year: i16,
    pub month: i8,
    pub day: i8,
}

/// A time of day, already known to exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Time {
    pub span: Span,
    pub hour: i8,
    pub minute: i8,
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Duration {
    pub span: Span,
    /// Seconds; sums that overflow were E0103.
    pub seconds: i64,
}

/// `action NAME(params) -> T exits a(x: T), b`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Action {
    pub name: Name,
    pub params: Vec<Param>,
    pub result: Option<TypeExpr>,
    pub exits: Vec<ExitDecl>,
}

/// One declared exit of an action.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct ExitDecl {
    pub name: Name,
    pub params: Vec<Param>,
}

/// A type as written.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct TypeExpr {
    pub span: Span,
    pub kind: TypeKind,
}

/// The forms of a type.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum TypeKind {
    Named(Name),
    Optional(Box<TypeExpr>),
    List(Box<TypeExpr>),
    Choice(Vec<Text>),
    Record(Vec<FieldDecl>),
    Paren(Box<TypeExpr>),
}

/// `trigger KIND [via …] [during …] [once | cooldown D] [if EXPR]`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Trigger {
    pub span: Span,
    pub kind: TriggerKind,
    pub via: Vec<Name>,
    pub during: Option<Name>,
    pub often: Option<Often>,
    pub condition: Option<Expr>,
}

/// How often one lead may start the bot.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Often {
    Once(Span),
    Cooldown(Duration),
}

/// What starts the bot.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum TriggerKind {
    Message(Option<Pattern>),
    Comment(Option<Pattern>),
    Stage(Path),
    LeadCreated,
    TagAdded(Text),
    TagRemoved(Text),
    ResponsibleChanged,
    FieldChanged(Path),
    FormSent(Name),
    Every { days: Days, at: Time },
    Before { by: Duration, field: Path },
    After { by: Duration, field: Path },
    Silence(Duration),
    ConversationClosed,
    Manual,
}

/// Statements between braces, or those of a step.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Block {
    pub span: Span,
    pub stmts: Vec<Stmt>,
}

/// `-> target` or `{ … }`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Body {
    Goto(Goto),
    Block(Block),
}

/// `-> target`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Goto {
    /// From the arrow to the last token.
    pub span: Span,
    pub target: Target,
}

/// Where an arrow leads.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Target {
    End(Span),
    Step { name: Name, args: Vec<Arg> },
    Bot { name: Box<Name>, args: Vec<Arg> },
}

/// One statement.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Stmt {
    pub span: Span,
    pub kind: StmtKind,
}

/// Every statement of the language.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum StmtKind {
    Message(Box<Message>),
    List(Box<List>),
    Pause(Box<Pause>),
    Validate(Box<Validate>),
    If(Box<If>),
    When(Box<When>),
    Rotate(Vec<Body>),
    Run(Box<RunBot>),
    Let(Box<Let>),
    Set(Box<Set>),
    Assign(Box<Assign>),
    Call(Box<Call>),
    Code(Block),
    For(Box<For>),
    While(Box<While>),
    Break,
    Continue,
    Return(Option<Expr>),
    Goto(Goto),
    /// Tokens that made no statement; an error tells why.
    Error,
}

/// `for NAME in LIST { … }`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct For {
    pub name: Name,
    pub list: Expr,
    pub body: Block,
}

/// `while CONDITION { … }`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct While {
    pub condition: Expr,
    pub body: Block,
}

/// `on EVENT [as NAME] [BODY]`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Exit {
    pub span: Span,
    /// `on EVENT [as NAME]` without the body.
    pub head: Span,
    pub event: Event,
    pub bind: Option<Name>,
    pub body: Option<Body>,
}

/// What an exit listens to. `other`, `failed`, `valid`, `invalid` and the exits of actions are `Named`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Event {
    Message(Span),
    Timeout(Expr),
    Hours(Name),
    VideoOpened(Span),
    VideoClosed(Span),
    Named {
        name: Name,
        binds: Vec<Name>,
    },
    /// Recovered; an error tells why.
    Error(Span),
}

/// The Message step.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Message {
    pub head: MessageHead,
    /// In source order; the checker refuses one that stands twice (E0410).
    pub clauses: Vec<Clause>,
    pub exits: Vec<Exit>,
}

/// What a message begins with.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum MessageHead {
    /// A text, or a call of a template.
    Text(Expr),
    Attach(Expr),
    Voice(Expr),
}

/// A clause of a message.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Clause {
    pub span: Span,
    pub kind: ClauseKind,
}

/// The clauses of a message.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum ClauseKind {
    Attach(Expr),
    Voice(Expr),
    ToAll,
    ToMain,
    ViaAny,
    ViaPrimary,
    Via(Vec<Name>),
    Called(Name),
    Buttons(Vec<Button>),
    ButtonsFrom { list: Expr, chosen: Box<Chosen> },
}

/// What happens with the text that was chosen of `buttons from`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Chosen {
    /// `-> step`: the step gets it.
    Step(Name),
    /// `as name BODY`.
    As { name: Name, body: Body },
}

/// One button.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Button {
    pub span: Span,
    pub kind: ButtonKind,
}

/// A reply button or a link.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum ButtonKind {
    /// The first label is shown, the others are synonyms.
    Reply {
        labels: Vec<Expr>,
        body: Option<Body>,
    },
    Link {
        label: Expr,
        url: Expr,
    },
    /// Recovered; an error tells why.
    Error,
}

/// The List message step.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct List {
    pub text: Expr,
    pub button: Expr,
    pub title: Option<Expr>,
    pub footer: Option<Expr>,
    pub called: Option<Name>,
    pub sections: Vec<Section>,
    pub exits: Vec<Exit>,
}

/// A section of a list.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Section {
    pub span: Span,
    pub title: Text,
    pub options: Vec<ListOption>,
}

/// An option of a list. `title` is `None` where recovery skipped it.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct ListOption {
    pub span: Span,
    pub title: Option<Expr>,
    pub about: Option<Expr>,
    pub body: Option<Body>,
}

/// The Pause step: a duration or exits.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Pause {
    pub duration: Option<Expr>,
    pub called: Option<Name>,
    pub exits: Vec<Exit>,
}

/// The Validation step.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Validate {
    pub pattern: Pattern,
    pub bind: Option<Name>,
    pub retry: Option<Retry>,
    pub called: Option<Name>,
    pub exits: Vec<Exit>,
}

/// `retry N saying TEXT`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Retry {
    pub span: Span,
    pub count: Expr,
    pub saying: Expr,
}

/// `if EXPR BODY [else …]`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct If {
    pub condition: Expr,
    pub then: Body,
    pub otherwise: Option<Else>,
}

/// What follows `else`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Else {
    Body(Body),
    If { span: Span, branch: Box<If> },
}

/// `when { … }` or `when EXPR { … }`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct When {
    pub subject: Option<Expr>,
    pub arms: Vec<Arm>,
}

/// One arm of a `when`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Arm {
    pub span: Span,
    pub test: ArmTest,
    pub body: Body,
}

/// What an arm tests: an expression without a subject, a pattern with one.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum ArmTest {
    Expr(Expr),
    Pattern {
        pattern: Pattern,
        bind: Option<Name>,
    },
    Else(Span),
    /// Recovered; an error tells why.
    Error(Span),
}

/// `run other(args)`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct RunBot {
    pub span: Span,
    pub bot: Name,
    pub args: Vec<Arg>,
}

/// The right side of `let` and `=`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Value {
    Expr(Expr),
    Run(RunBot),
}

/// `let NAME = VALUE [called N] EXIT*`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Let {
    pub name: Name,
    pub value: Value,
    pub called: Option<Name>,
    pub exits: Vec<Exit>,
}

/// `=`, `+=` or `-=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum AssignOp {
    Set,
    Add,
    Sub,
}

/// `path = VALUE`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Assign {
    pub target: Path,
    pub op: AssignOp,
    pub value: Value,
    pub called: Option<Name>,
    pub exits: Vec<Exit>,
}

/// `set path = EXPR`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Set {
    pub field: Path,
    pub op: AssignOp,
    pub value: Expr,
}

/// `name(args) [called N] EXIT*`.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Call {
    pub callee: Path,
    pub args: Vec<Arg>,
    pub called: Option<Name>,
    pub exits: Vec<Exit>,
}

/// An argument, named or not.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Arg {
    pub span: Span,
    pub name: Option<Name>,
    pub value: Expr,
}

/// Alternatives joined by `|`: never empty.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Pattern {
    pub span: Span,
    pub alternatives: Vec<PatternAlt>,
}

/// One alternative.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct PatternAlt {
    pub span: Span,
    pub negated: bool,
    pub kind: PatternKind,
}

/// The forms of a pattern.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum PatternKind {
    /// A literal, or a path such as `sales.won` (a bare kind word is E0202, found by the checker).
    Value(Expr),
    Range(Expr, Expr),
    /// `contains X`, `contains number in a..b`. Kind words arrive as `ExprKind::Name`.
    Contains {
        what: Expr,
        range: Option<(Expr, Expr)>,
    },
    Length(Expr),
    LengthRange(Expr, Expr),
    /// `matches r"…"`: the text of the expression, without the quotes.
    Matches(Text),
    Set,
}

/// How a text was quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TextStyle {
    Line,
    Block,
    Raw,
}

/// A text literal.
#[derive(Clone, Debug)]
pub struct Text {
    /// With the quotes.
    pub span: Span,
    /// How it was quoted.
    pub style: TextStyle,
    /// In order. Neighbouring literals are joined; an empty text has no part.
    pub parts: Vec<TextPart>,
}

/// A piece of a text, escapes and indentation already resolved.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum TextPart {
    Literal(SmolStr),
    Hole(Expr),
}

impl Text {
    /// The text, if nothing is interpolated in it.
    #[must_use]
    pub fn plain(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [TextPart::Literal(text)] => Some(text),
            _ => None,
        }
    }
}

/// An expression.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Expr {
    pub span: Span,
    pub kind: ExprKind,
}

/// Every expression of the language.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum ExprKind {
    Text(Text),
    /// Digits with an optional fraction, underscores removed: `1000`, `3.50`.
    Number(SmolStr),
    Duration(Duration),
    Date(Date),
    Time(Time),
    Bool(bool),
    None,
    /// A name; `bot` is one too.
    Name(Name),
    Field {
        base: Box<Expr>,
        name: Name,
    },
    Index {
        base: Box<Expr>,
        index: Box<Expr>,
    },
    Call {
        callee: Box<Expr>,
        args: Vec<Arg>,
    },
    List(Vec<Expr>),
    Record(Vec<(Name, Expr)>),
    Paren(Box<Expr>),
    Not(Box<Expr>),
    Neg(Box<Expr>),
    Binary {
        op: BinaryOp,
        op_span: Span,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `x in list`, `x not in list`.
    In {
        negated: bool,
        value: Box<Expr>,
        list: Box<Expr>,
    },
    /// `x in a..b`.
    InRange {
        negated: bool,
        value: Box<Expr>,
        from: Box<Expr>,
        to: Box<Expr>,
    },
    /// `x contains y`, `x contains number in a..b`.
    Contains {
        negated: bool,
        value: Box<Expr>,
        what: Box<Expr>,
        range: Option<Box<(Expr, Expr)>>,
    },
    /// `x matches r"…"`.
    Matches {
        negated: bool,
        value: Box<Expr>,
        regex: Box<Text>,
    },
    /// `x is set`, `x is not set`.
    IsSet {
        negated: bool,
        value: Box<Expr>,
    },
    /// Recovered; an error tells why.
    Error,
}

/// The operators with two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Coalesce,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

/// One statement of a test.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct TestStmt {
    pub span: Span,
    pub kind: TestKind,
}

/// Every statement of a test.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum TestKind {
    At {
        date: Date,
        time: Time,
    },
    Given {
        field: Path,
        value: Expr,
    },
    ClientSays {
        text: Text,
        via: Option<Name>,
    },
    ClientPresses(Text),
    ClientSends(Text),
    ClientComments(Text),
    ClientOpensVideo,
    ClientClosesVideo,
    Wait(Expr),
    /// `answer action.exit(args)`, `answer action(value)`.
    Answer {
        path: Path,
        args: Vec<Arg>,
    },
    FailMessage,
    BotSays(Text),
    BotSaysNext(Text),
    BotSilent,
    Expect(Expr),
    /// `expect not action(…)`; a positive one is `Expect` with a call, which the checker tells apart.
    ExpectStep(Name),
    ExpectWaiting,
    ExpectEnded,
    Trigger(Trigger),
    /// Tokens that made no statement; an error tells why.
    Error,
}
