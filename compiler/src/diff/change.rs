//! Differences, and the one list of their kinds.

use super::line::Line;
use super::term::TermId;
use std::sync::Arc;

/// What changed between two projects, the most relevant first.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// All differences. None: both behave the same.
    pub changes: Vec<Change>,
}

impl Diff {
    /// Whether both behave the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// One difference.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its kind.
    pub kind: ChangeKind,
    /// The bots it is in; empty if it concerns the whole project.
    pub bots: Vec<Arc<str>>,
    /// Whether the bot has to be named: there are several.
    pub name_bots: bool,
    /// The step, flow or function it is in.
    pub unit: Option<Arc<str>>,
    /// Where the client is: `after *Prices*`. May be empty.
    pub place: Line,
    /// What is different: `the wait is 2 days instead of 1`.
    pub what: Line,
    /// The old text or value, where it helps to see it.
    pub was: Option<Line>,
    /// The new one.
    pub now: Option<Line>,
    /// What else is to be seen, a line each.
    pub more: Vec<Line>,
    /// Where it stands in the old source.
    pub old: Option<At>,
    /// Where it stands in the new source.
    pub new: Option<At>,
    /// What only the comparison itself needs.
    pub(crate) notes: Notes,
}

/// A place in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The path of the file.
    pub file: String,
    /// From 1.
    pub line: u32,
}

/// What the comparison notes about a difference.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    /// Of a statement that is gone or new: what it is.
    pub(crate) key: Option<TermId>,
    /// What it is called in a sentence.
    pub(crate) thing: Line,
    /// How many of the following differences stand inside of it.
    pub(crate) inner: usize,
    /// Only told if nothing else is told about the unit.
    pub(crate) weak: bool,
    /// It is not told after all.
    pub(crate) dropped: bool,
    /// It stands in a step that is new or gone as a whole.
    pub(crate) inside: bool,
    /// The conditions it stands under.
    pub(crate) conditions: Vec<String>,
    /// How many statements stand before it in its block.
    pub(crate) rank: usize,
}

/// The parts of a report, in the order of relevance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Messages and buttons.
    Client,
    /// Time-outs, other exits, validation.
    Waiting,
    /// Where the conversation leads.
    Course,
    /// Actions and fields.
    Crm,
    /// Triggers.
    Start,
    /// Variables, functions, the account.
    Inside,
    /// What runs that are parked have to do with.
    Parked,
}

impl Section {
    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Section::Client => "What the client sees",
            Section::Course => "How the conversation goes",
            Section::Waiting => "Waiting and answers",
            Section::Crm => "In the CRM",
            Section::Start => "When the bot starts",
            Section::Inside => "Behind the scenes",
            Section::Parked => "Matters for conversations that are waiting",
        }
    }

    /// Its name for tools.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Section::Client => "client",
            Section::Course => "course",
            Section::Waiting => "waiting",
            Section::Crm => "crm",
            Section::Start => "start",
            Section::Inside => "inside",
            Section::Parked => "parked",
        }
    }
}

macro_rules! kinds {
    ($( $variant:ident $name:literal $section:ident $one:literal, $many:literal; )*) => {
        /// The kinds of differences.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)] // The table says what they are.
        pub enum ChangeKind { $( $variant, )* }

        /// All kinds, in the order of relevance.
        pub const KINDS: &[ChangeKind] = &[$( ChangeKind::$variant, )*];

        impl ChangeKind {
            /// Its name for tools.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $( ChangeKind::$variant => $name, )* }
            }

            /// The part of the report it stands in.
            #[must_use]
            pub fn section(self) -> Section {
                match self { $( ChangeKind::$variant => Section::$section, )* }
            }

            /// What one, and several of them are called, after a number.
            #[must_use]
            pub fn counted(self) -> (&'static str, &'static str) {
                match self { $( ChangeKind::$variant => ($one, $many), )* }
            }
        }
    };
}

kinds! {
    MessageReworded "message-reworded" Client "message reworded", "messages reworded";
    MessageNew "message-new" Client "new message", "new messages";
    MessageGone "message-gone" Client "message removed", "messages removed";
    MessageMoved "message-moved" Client "message sent at another point", "messages sent at another point";
    MessageChanged "message-changed" Client "message sent in another way", "messages sent in another way";
    ButtonReworded "button-reworded" Client "button reworded", "buttons reworded";
    ButtonNew "button-new" Client "new button", "new buttons";
    ButtonGone "button-gone" Client "button removed", "buttons removed";
    ButtonOrder "button-order" Client "change in the order of buttons", "changes in the order of buttons";
    ButtonChanged "button-changed" Client "button changed", "buttons changed";
    WaitLonger "wait-longer" Waiting "wait longer", "waits longer";
    WaitShorter "wait-shorter" Waiting "wait shorter", "waits shorter";
    WaitChanged "wait-changed" Waiting "wait changed", "waits changed";
    WaitNew "wait-new" Waiting "new wait", "new waits";
    WaitGone "wait-gone" Waiting "wait removed", "waits removed";
    ExitNew "exit-new" Waiting "new way out of a wait", "new ways out of a wait";
    ExitGone "exit-gone" Waiting "way out of a wait removed", "ways out of a wait removed";
    CheckTighter "check-tighter" Waiting "check stricter", "checks stricter";
    CheckLooser "check-looser" Waiting "check less strict", "checks less strict";
    CheckChanged "check-changed" Waiting "check changed", "checks changed";
    TriesChanged "tries-changed" Waiting "number of tries changed", "numbers of tries changed";
    LeadsElsewhere "leads-elsewhere" Course "way that leads elsewhere", "ways that lead elsewhere";
    StepNew "step-new" Course "new step", "new steps";
    StepGone "step-gone" Course "step removed", "steps removed";
    StepUnreached "step-unreached" Course "step no longer reached", "steps no longer reached";
    StartChanged "start-changed" Course "other first step", "other first steps";
    FailedChanged "failed-changed" Course "other step after a failure", "other steps after a failure";
    ConditionChanged "condition-changed" Course "condition changed", "conditions changed";
    ConditionNew "condition-new" Course "new condition", "new conditions";
    ConditionGone "condition-gone" Course "condition removed", "conditions removed";
    CallNew "call-new" Course "new call of a flow or bot", "new calls of flows or bots";
    CallGone "call-gone" Course "call of a flow or bot removed", "calls of flows or bots removed";
    CallChanged "call-changed" Course "call of a flow or bot changed", "calls of flows or bots changed";
    RotationChanged "rotation-changed" Course "rotation changed", "rotations changed";
    LoopChanged "loop-changed" Course "loop changed", "loops changed";
    BotNew "bot-new" Course "new bot", "new bots";
    BotGone "bot-gone" Course "bot removed", "bots removed";
    ActionNew "action-new" Crm "new action", "new actions";
    ActionGone "action-gone" Crm "action removed", "actions removed";
    ActionChanged "action-changed" Crm "action changed", "actions changed";
    ActionMoved "action-moved" Crm "action done at another point", "actions done at another point";
    ActionDeclared "action-declared" Crm "action declared in another way", "actions declared in another way";
    FieldNew "field-new" Crm "field newly set", "fields newly set";
    FieldGone "field-gone" Crm "field no longer set", "fields no longer set";
    FieldChanged "field-changed" Crm "field set to something else", "fields set to something else";
    FieldMoved "field-moved" Crm "field set at another point", "fields set at another point";
    FieldDeclared "field-declared" Crm "field declared in another way", "fields declared in another way";
    TriggerNew "trigger-new" Start "new trigger", "new triggers";
    TriggerGone "trigger-gone" Start "trigger removed", "triggers removed";
    TriggerChanged "trigger-changed" Start "trigger changed", "triggers changed";
    ParameterChanged "parameter-changed" Inside "parameter changed", "parameters changed";
    ResultChanged "result-changed" Inside "other kind of result", "other kinds of results";
    VariableChanged "variable-changed" Inside "variable changed", "variables changed";
    ValueChanged "value-changed" Inside "value computed in another way", "values computed in another way";
    FunctionChanged "function-changed" Inside "function changed", "functions changed";
    AccountChanged "account-changed" Inside "setting of the account changed", "settings of the account changed";
    HoursChanged "hours-changed" Inside "change of working hours", "changes of working hours";
    TitleChanged "title-changed" Inside "title changed", "titles changed";
    BotRenamed "bot-renamed" Parked "bot renamed", "bots renamed";
    StepRenamed "step-renamed" Parked "step renamed", "steps renamed";
    FlowRenamed "flow-renamed" Parked "flow renamed", "flows renamed";
    WaitRenamed "wait-renamed" Parked "wait renamed", "waits renamed";
    WaitLost "wait-lost" Parked "wait that is gone", "waits that are gone";
    VariableRenamed "variable-renamed" Parked "variable renamed", "variables renamed";
    VariableRetyped "variable-retyped" Parked "variable of another type", "variables of another type";
    CounterAnew "counter-anew" Parked "rotation that begins anew", "rotations that begin anew";
}
