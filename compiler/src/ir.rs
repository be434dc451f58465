//! The checked program: every name resolved, every expression typed, sugar removed. Input of lowering.
//!
//! Nothing here is wrong any more: lowering runs only when checking found no error, and cannot fail.

mod upgrade;
mod walk;

use crate::source::Place;
use crate::types::Ty;
use sbot_vm::program;
use sbot_vm::value::Value;
use smol_str::SmolStr;
use std::sync::Arc;
pub use upgrade::{Kept, Rule, RuleKind, To, Upgrade};
pub use walk::each_stmt;

/// A local of a step, flow or `fn`: index into its `locals`. Parameters come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId(pub u32);
/// A variable of a bot: index into [`Bot::vars`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VarId(pub u32);
/// A step of a bot: index into [`Bot::steps`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StepId(pub u32);
/// A flow of a bot: index into [`Bot::flows`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FlowId(pub u32);
/// A bot: index into [`Project::bots`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BotId(pub u32);
/// A `fn`: index into [`Project::functions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FnId(pub u32);
/// A field: index into [`Project::fields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub u32);
/// An action: index into [`Project::actions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActionId(pub u32);

/// Everything that was checked.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Of the account.
    pub account: program::Account,
    /// Declared symbols; values refer to them by index.
    pub symbols: Vec<program::Symbol>,
    /// Fields that occur in code or tests.
    pub fields: Vec<program::Field>,
    /// For each of them its type, absent where a default stands in.
    pub field_types: Vec<Ty>,
    /// Actions that are called or expected in tests.
    pub actions: Vec<program::Action>,
    /// For each of them the types of its answers.
    pub answer_types: Vec<AnswerTypes>,
    /// For each of them what it needs.
    pub needs: Vec<Needs>,
    /// The fields of records that a host gives: in answers, in facts, to bots. They may stand nowhere else.
    pub given: Vec<Vec<Arc<str>>>,
    /// Parameters of actions that the client reads: the action, and which parameter.
    pub shown: Vec<(ActionId, usize)>,
    /// The language of the source, then those it is translated into, in lower case. Empty without translations.
    pub languages: Vec<Arc<str>>,
    /// Working hours of the account.
    pub hours: Vec<program::Hours>,
    /// Functions written in the language, all bots' together.
    pub functions: Vec<Function>,
    /// The bots.
    pub bots: Vec<Bot>,
    /// The tests.
    pub tests: Vec<Test>,
}

impl Project {
    /// Remembers the records of a type whose values a host gives.
    pub(crate) fn gives(&mut self, ty: &Ty) {
        ty.each_record(&mut |fields| {
            self.given.push(fields.iter().map(|(name, _)| Arc::from(name.as_str())).collect());
        });
    }
}

/// The types of an action's answers.
#[derive(Clone, Debug, Default)]
pub struct AnswerTypes {
    /// Of its result, if it has one.
    pub result: Option<Ty>,
    /// By exit, of each value.
    pub exits: Vec<Vec<Ty>>,
}

/// What a call of an action needs of its run.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// One of these kinds of channels; none means any, or no channel at all.
    pub channels: Vec<SmolStr>,
    /// A comment that started it.
    pub comment: bool,
}

/// A local.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its name; hidden ones begin with `%`.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Ty,
}

/// A `fn`.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: Arc<str>,
    /// How many of the locals are parameters.
    pub params: usize,
    /// Parameters first.
    pub locals: Vec<Local>,
    /// Ends in `Return` on every path.
    pub body: Block,
    /// Its name in the source.
    pub place: Place,
    /// Who calls it.
    pub used: Use,
}

/// What a function is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// Nothing calls it.
    No,
    /// Tests call it, and no bot.
    Tests,
    /// A bot calls it.
    Bots,
}

/// A bot.
#[derive(Clone, Debug)]
pub struct Bot {
    /// Its name.
    pub name: Arc<str>,
    /// Its doc comment.
    pub doc: Option<Arc<str>>,
    /// Parameters and variables share one numbering: the first `params` of `vars` are parameters.
    pub params: usize,
    /// Kept for the whole run.
    pub vars: Vec<Var>,
    /// In source order, those of the used libraries after the bot's own.
    pub steps: Vec<Step>,
    /// Those of its own file, then those of the used libraries.
    pub flows: Vec<Flow>,
    /// What it gives back where another bot runs it.
    pub result: Option<Ty>,
    /// Where it starts.
    pub first: StepId,
    /// Where failed effects lead.
    pub on_failed: Option<StepId>,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// What becomes of runs of older programs, by its own file and by its libraries.
    pub upgrades: Vec<Upgrade>,
    /// Its name in the source.
    pub place: Place,
}

/// A variable.
#[derive(Clone, Debug)]
pub struct Var {
    /// Its name.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Ty,
    /// Its initial value; for a parameter its default, if it has one.
    pub init: Option<Expr>,
    /// Its name in the source.
    pub place: Place,
}

/// What starts a bot.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// The kind of event.
    pub kind: program::TriggerKind,
    /// Symbols of channels; none means all.
    pub via: Vec<u32>,
    /// Only inside these hours: index into [`Project::hours`].
    pub during: Option<u32>,
    /// How often one lead may start the bot.
    pub often: program::Often,
    /// The pattern and the `if`, as one condition without locals.
    pub test: Option<Expr>,
    /// The item.
    pub place: Place,
}

/// A step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its name.
    pub name: Arc<str>,
    /// Its doc comment.
    pub doc: Option<Arc<str>>,
    /// How many of the locals are parameters.
    pub params: usize,
    /// Parameters first.
    pub locals: Vec<Local>,
    /// Where the last statement can be left behind, the bot ends.
    pub body: Block,
    /// Its name in the source.
    pub place: Place,
    /// From a library: never reported as unreached.
    pub library: bool,
}

/// A flow, as one bot calls it.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Its name.
    pub name: Arc<str>,
    /// Its doc comment.
    pub doc: Option<Arc<str>>,
    /// How many of the locals are parameters.
    pub params: usize,
    /// Parameters first.
    pub locals: Vec<Local>,
    /// What it gives back.
    pub result: Option<Ty>,
    /// Where the last statement can be left behind, the flow gives nothing back.
    pub body: Block,
    /// Its name in the source.
    pub place: Place,
    /// From a library.
    pub library: bool,
}

/// Statements in order.
pub type Block = Vec<Stmt>;

/// A statement with its place.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// The statement in the source.
    pub place: Place,
    /// What it does.
    pub kind: StmtKind,
}

/// The statements that are left after checking. `when` has become `If`s, `code` a `Block`.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// Sends; waits if `wait` is there.
    Message(Box<Message>),
    /// Waits.
    Pause(Box<Pause>),
    /// Waits for a message and checks it.
    Validate(Box<Validate>),
    /// `then` if the condition is true, else `otherwise`.
    If {
        /// A bool.
        condition: Expr,
        /// The branch.
        then: Block,
        /// The other branch; may be empty.
        otherwise: Block,
    },
    /// Gives a local its value.
    Local {
        /// The local.
        local: LocalId,
        /// Its value.
        value: Expr,
    },
    /// Gives a variable a value.
    Var {
        /// The variable.
        var: VarId,
        /// Its value.
        value: Expr,
    },
    /// Sets a field. `None` clears it.
    Set {
        /// The field.
        field: FieldId,
        /// The value, or none to clear the field.
        value: Option<Expr>,
        /// Whether the value is a text (perhaps absent) that the VM converts.
        convert: bool,
    },
    /// Calls an action, and waits for its answer if `wait` is there.
    Act(Box<Act>),
    /// Goes on with one of several options, in turn.
    Rotate(Box<Rotate>),
    /// Calls a flow or runs another bot, which may wait.
    Enter(Box<Enter>),
    /// Hands over to another bot for good.
    HandOver {
        /// The bot.
        bot: BotId,
        /// One per parameter; absent where its default stands in.
        args: Vec<Expr>,
    },
    /// Statements with their own scope.
    Block(Block),
    /// `for item in list`
    For {
        /// The item.
        item: LocalId,
        /// Hidden: the list.
        list_local: LocalId,
        /// Hidden: the index.
        index_local: LocalId,
        /// A list.
        list: Expr,
        /// Repeated.
        body: Block,
    },
    /// `while condition`
    While {
        /// A bool.
        condition: Expr,
        /// Repeated.
        body: Block,
    },
    /// Leaves the innermost loop.
    Break,
    /// Goes to the next round of the innermost loop.
    Continue,
    /// Leaves a `fn` or flow with a value, or ends a bot with its result.
    Return(Option<Expr>),
    /// Goes to a step.
    Goto {
        /// The step.
        step: StepId,
        /// One value per parameter.
        args: Vec<Expr>,
    },
    /// Ends the bot.
    End,
}

/// Something that parks the run.
#[derive(Clone, Debug)]
pub struct Wait {
    /// The stable name: `greet.message`.
    pub name: Arc<str>,
    /// Locals in scope, which the parked run keeps (hidden ones included).
    pub live: Vec<LocalId>,
    /// In source order. An exit with an empty body goes on after the statement.
    pub exits: Vec<Exit>,
}

/// One way out of a wait.
#[derive(Clone, Debug)]
pub struct Exit {
    /// What takes it.
    pub on: On,
    /// Receive what comes with it, in order: the client's text, or the values of an answer.
    pub binds: Vec<LocalId>,
    /// Empty: goes on after the statement.
    pub body: Block,
    /// `on EVENT` or the button.
    pub place: Place,
}

/// What takes an exit.
#[derive(Clone, Debug)]
pub enum On {
    /// Index into the message's buttons.
    Option {
        /// The shown button.
        button: usize,
        /// Its synonyms.
        synonyms: Vec<Expr>,
    },
    /// Any client message that matched no option.
    Other,
    /// Any client message.
    Message,
    /// A timer: a duration.
    Timeout(Box<Expr>),
    /// The message could not be delivered.
    Failed,
    /// The message was delivered (added where `on failed` stands alone).
    Delivered,
    /// One of the texts of `buttons from`.
    Chosen,
    /// The hours begin, or have begun: index into [`Project::hours`].
    Hours(u32),
    /// The client opened a video.
    VideoOpened,
    /// The client closed a video.
    VideoClosed,
    /// The action's answer: index into its exits.
    Answer(u32),
    /// The action's result.
    Result,
    /// `rotate` drew this option.
    Drawn(u32),
}

/// An action call.
#[derive(Clone, Debug)]
pub struct Act {
    /// The action.
    pub action: ActionId,
    /// In declared order, defaults filled in.
    pub args: Vec<Expr>,
    /// There if the call waits.
    pub wait: Option<Wait>,
    /// The call has to wait: a person or the outside world deals with the client meanwhile.
    pub must_wait: bool,
    /// The name that is called.
    pub callee: Place,
}

/// Round Robin. Its wait has one exit `Drawn` per option, in order.
#[derive(Clone, Debug)]
pub struct Rotate {
    /// Not one of the client's: the host answers at once.
    pub wait: Wait,
    /// Of the options as they are written; another one is another counter.
    pub hash: u64,
}

/// A call of a flow, or of a bot by `run`.
#[derive(Clone, Debug)]
pub struct Enter {
    /// The stable name of the call: `greet.ask_phone`.
    pub name: Arc<str>,
    /// What is called.
    pub target: Entered,
    /// One per parameter; absent where a bot's default stands in.
    pub args: Vec<Expr>,
    /// Locals in scope, which a run that waits inside keeps (hidden ones included).
    pub live: Vec<LocalId>,
    /// Receives the result.
    pub into: Option<LocalId>,
    /// The name that is called.
    pub callee: Place,
}

/// What a call leads into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// A flow of the same bot.
    Flow(FlowId),
    /// Another bot.
    Bot(BotId),
}

/// The Message step, and the List message step.
#[derive(Clone, Debug)]
pub struct Message {
    /// A text; none where only a file is sent. For a template its text, filled in.
    pub text: Option<Expr>,
    /// The template that the message is sent from.
    pub template: Option<Template>,
    /// A file.
    pub attach: Option<Expr>,
    /// A voice file.
    pub voice: Option<Expr>,
    /// Who gets it.
    pub to: program::Recipients,
    /// `to all` or `to main`, where it is written.
    pub to_place: Option<Place>,
    /// On which channels.
    pub via: program::Via,
    /// In order. The options of a list message, too.
    pub buttons: Vec<Button>,
    /// `buttons from`: then `buttons` is empty.
    pub from: Option<Box<ButtonsFrom>>,
    /// A list message.
    pub list: Option<Box<List>>,
    /// There if the message waits.
    pub wait: Option<Wait>,
}

/// A template with its arguments.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its symbol.
    pub symbol: u32,
    /// One per parameter.
    pub args: Vec<Expr>,
}

/// `buttons from LIST`.
#[derive(Clone, Debug)]
pub struct ButtonsFrom {
    /// A list of texts.
    pub list: Expr,
    /// Hidden: the texts that are shown.
    pub shown: LocalId,
}

impl Message {
    /// Whether it can come without any of the buttons it computes, which does not wait: `on other` is taken at once,
    /// and without that what follows the statement comes next.
    #[must_use]
    pub fn may_have_no_buttons(&self) -> bool {
        let some = |list: &Expr| {
            let written = matches!(&list.kind, ExprKind::List(items) if !items.is_empty());
            written || matches!(&list.kind, ExprKind::Const(Value::List(items)) if !items.is_empty())
        };
        let Some(from) = &self.from else { return false };
        // The list stands in a call that drops its repeats.
        let mut known = some(&from.list);
        from.list.each_child(&mut |list| known |= some(list));
        !known
    }

    /// Whether what follows the statement comes next where it has no buttons.
    #[must_use]
    pub fn may_pass_without_buttons(&self) -> bool {
        let other = self.wait.iter().flat_map(|wait| &wait.exits).any(|exit| matches!(exit.on, On::Other));
        !other && self.may_have_no_buttons()
    }
}

/// What a list message has beside its text and its options.
#[derive(Clone, Debug)]
pub struct List {
    /// What opens it: a text.
    pub button: Expr,
    /// Above the text.
    pub title: Option<Expr>,
    /// Below the text.
    pub footer: Option<Expr>,
    /// In order; together they have one row for each of the message's buttons.
    pub sections: Vec<Section>,
}

/// A section of a list message.
#[derive(Clone, Debug)]
pub struct Section {
    /// A fixed text.
    pub title: Expr,
    /// The description of each of its options.
    pub abouts: Vec<Option<Expr>>,
}

/// A button as shown.
#[derive(Clone, Debug)]
pub struct Button {
    /// A text.
    pub label: Expr,
    /// Where a link leads.
    pub link: Option<Expr>,
}

/// The Pause step.
#[derive(Clone, Debug)]
pub struct Pause {
    /// `pause 2h` has one exit `Timeout` with an empty body.
    pub wait: Wait,
}

/// The Validation step: waits for a message, then tests `client.text`.
#[derive(Clone, Debug)]
pub struct Validate {
    /// Its exits are the time-outs only; the message itself is taken by the test.
    pub wait: Wait,
    /// True if the message matches. Not evaluated where `found` is there.
    pub test: Expr,
    /// The value that was found (an optional), and the local that receives it. Matches if it is present.
    pub found: Option<(LocalId, Expr)>,
    /// Receives the client's text where the pattern matches and binds no found value.
    pub bind: Option<LocalId>,
    /// Further tries.
    pub retry: Option<Retry>,
    /// Taken when it matches.
    pub valid: Block,
    /// `on valid`.
    pub valid_place: Place,
    /// Taken when it does not and no try is left.
    pub invalid: Block,
    /// `on invalid`.
    pub invalid_place: Place,
}

/// `retry N saying TEXT`.
#[derive(Clone, Debug)]
pub struct Retry {
    /// How many further tries: an int.
    pub count: Expr,
    /// What is said before each.
    pub saying: Expr,
    /// Hidden: tries left.
    pub left: LocalId,
}

/// A typed expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Its type.
    pub ty: Ty,
    /// Where it stands.
    pub place: Place,
    /// What it computes.
    pub kind: ExprKind,
}

/// The expressions that are left after checking.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum ExprKind {
    /// Also `none` and symbols.
    Const(Value),
    Local(LocalId),
    Var(VarId),
    Field(FieldId),
    Not(Box<Expr>),
    Neg(Box<Expr>),
    /// Both sides are evaluated.
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// The right side only if the left is true.
    And(Box<Expr>, Box<Expr>),
    /// The right side only if the left is false.
    Or(Box<Expr>, Box<Expr>),
    /// The right side only if the left is absent.
    Coalesce(Box<Expr>, Box<Expr>),
    IsSet(Box<Expr>),
    /// `value in list`
    In {
        value: Box<Expr>,
        list: Box<Expr>,
    },
    /// Texts of the parts, one after the other.
    Concat(Vec<Expr>),
    List(Vec<Expr>),
    /// A record, or an e-mail template with its arguments: then it has the template's name.
    Record {
        template: Arc<str>,
        names: Arc<[Arc<str>]>,
        fields: Vec<Expr>,
    },
    /// A field of a record, by its place.
    Get {
        record: Box<Expr>,
        index: u16,
    },
    Index {
        list: Box<Expr>,
        index: Box<Expr>,
    },
    /// Number in `sbot_vm::builtin::BUILTINS`.
    Builtin {
        number: u16,
        args: Vec<Expr>,
    },
    Call {
        function: FnId,
        args: Vec<Expr>,
    },
    /// False if the text is absent.
    Matches {
        value: Box<Expr>,
        regex: Arc<str>,
    },
    /// A text in the client's language. Only the one that is chosen is evaluated.
    Localized {
        /// As it stands in the source.
        base: Box<Expr>,
        /// Its translations, each with its place in [`Project::languages`], ascending.
        variants: Vec<(u16, Expr)>,
    },
}

/// Operators whose sides are both evaluated. Greater-than is less-than with the sides exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// `test "…" { … }`.
#[derive(Clone, Debug)]
pub struct Test<E = Expr> {
    /// Its title.
    pub title: Arc<str>,
    /// The bot under test: index into [`Project::bots`]; none in a library.
    pub bot: Option<usize>,
    /// Statements in order.
    pub stmts: Vec<TestStmt<E>>,
    /// The item.
    pub place: Place,
}

/// A statement of a test.
#[derive(Clone, Debug)]
pub struct TestStmt<E = Expr> {
    /// The statement in the source.
    pub place: Place,
    /// What it does.
    pub kind: TestKind<E>,
}

/// The statements of a test. Expressions have no locals. After lowering, `E` is the index of a function
/// that takes the bot's variables and returns the value.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum TestKind<E = Expr> {
    /// Only as the first: local date and time of the account's zone.
    At {
        year: i16,
        month: i8,
        day: i8,
        hour: i8,
        minute: i8,
    },
    Given {
        field: FieldId,
        value: E,
    },
    ClientSays {
        text: E,
        via: Option<u32>,
    },
    ClientPresses(E),
    ClientSends(E),
    ClientComments(E),
    ClientOpensVideo,
    ClientClosesVideo,
    /// A duration.
    Wait(E),
    /// The host answers an action: with an exit (its index), or with its result.
    Answer {
        action: ActionId,
        exit: Option<u32>,
        args: Vec<E>,
    },
    FailMessage,
    /// The action that the run waits for could not be carried out.
    FailAction(ActionId),
    BotSays {
        text: E,
        next: bool,
    },
    BotSilent,
    /// A bool.
    Expect(E),
    /// Arguments that were not written are `None` and match anything.
    ExpectAction {
        action: ActionId,
        negated: bool,
        args: Vec<Option<E>>,
    },
    /// The name of a step.
    ExpectStep(Arc<str>),
    ExpectWaiting,
    ExpectEnded,
    /// Start it by this kind of trigger.
    Trigger(program::TriggerKind),
}
