//! A compiled project: plain tables that instructions point into. Immutable after loading and shared by all threads.
//!
//! Nothing here is trusted until [`crate::Program::load`] has verified it.

use crate::layout::{Given, Step, Type, Variable};
use crate::op::{Op, Reg, Target};
use crate::upgrade::rule::Rules;
use crate::value::{Kind, Slot, Value};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The tables of a program, as the compiler builds them and the container stores them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tables {
    /// What the account declares about itself.
    pub account: Account,
    /// Constants of all functions.
    pub consts: Vec<Value>,
    /// Everything that can be referred to by name: users, stages, entities …
    pub symbols: Vec<Symbol>,
    /// Record shapes.
    pub shapes: Vec<Shape>,
    /// Every field that some instruction reads or sets. A host brings facts in this order.
    pub fields: Vec<Field>,
    /// Every action that some instruction calls.
    pub actions: Vec<Action>,
    /// Sources of regular expressions, compiled at their first use.
    pub regexes: Vec<Arc<str>>,
    /// What is fixed about each message.
    pub messages: Vec<Message>,
    /// Every place where a run can be parked.
    pub waits: Vec<Wait>,
    /// Every place where a run can stand while something that it called waits.
    pub calls: Vec<Call>,
    /// Everything that `rotate` draws from.
    pub counters: Vec<Counter>,
    /// Working hours.
    pub hours: Vec<Hours>,
    /// The code ranges.
    pub functions: Vec<Function>,
    /// The bots.
    pub bots: Vec<Bot>,
    /// Types that values are kept in, each after those that it names.
    pub types: Vec<Type>,
    /// The types of what a host gives.
    pub given: Given,
    /// What the source decides about runs of older programs.
    pub upgrades: Vec<Rules>,
    /// The name by which the sources of newer programs may call this one.
    pub tag: Option<Arc<str>>,
    /// All instructions. Stored as bytes by the table of [`crate::op`], not by this derive.
    #[serde(skip)]
    pub code: Vec<Op>,
}

/// `account { … }`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// IANA name, `UTC` if the account declares none.
    pub zone: Arc<str>,
    /// ISO 3166 code in which phone numbers are read.
    pub region: Option<Arc<str>>,
    /// BCP 47 code.
    pub language: Option<Arc<str>>,
    /// ISO 4217 code.
    pub currency: Option<Arc<str>>,
}

impl Default for Account {
    fn default() -> Self {
        Self { zone: Arc::from("UTC"), region: None, language: None, currency: None }
    }
}

/// A declared name that values can refer to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symbol {
    /// What it is.
    pub kind: SymbolKind,
    /// Its name in the source, with dots: `anna`, `sales.won`, `contact.phone`.
    pub name: Arc<str>,
    /// What people see.
    pub title: Arc<str>,
    /// For a channel its kind (`whatsapp`), for a team its members, joined by commas; else empty.
    pub detail: Arc<str>,
}

/// The number of a symbol that is none: what an event says that is about a stage, a field or a form which the source does
/// not declare. Nothing in a program has it, so such an event starts no bot.
pub const UNDECLARED: u32 = u32::MAX;

/// The kinds of symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SymbolKind {
    /// `lead`, `contact` and the like.
    Entity,
    /// A field of one of them: `contact.phone`.
    Field,
    /// `user`
    User,
    /// `team`
    Team,
    /// `channel`
    Channel,
    /// `pipeline`
    Pipeline,
    /// A stage of a pipeline: `sales.won`.
    Stage,
    /// `template`
    Template,
    /// `email_template`
    EmailTemplate,
    /// `form`
    Form,
    /// `hours`
    Hours,
}

impl SymbolKind {
    /// As the source calls it: `user`, `email_template`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            SymbolKind::Entity => "entity",
            SymbolKind::Field => "field",
            SymbolKind::User => "user",
            SymbolKind::Team => "team",
            SymbolKind::Channel => "channel",
            SymbolKind::Pipeline => "pipeline",
            SymbolKind::Stage => "stage",
            SymbolKind::Template => "template",
            SymbolKind::EmailTemplate => "email_template",
            SymbolKind::Form => "form",
            SymbolKind::Hours => "hours",
        }
    }
}

impl std::fmt::Display for SymbolKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Names of a record's fields. A template with arguments is a record whose shape carries the template's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The template's name; empty for an ordinary record.
    pub name: Arc<str>,
    /// In declared order.
    pub fields: Vec<Arc<str>>,
}

/// A field of an entity, or a fact about the client, the chat or the bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// `lead`, `contact`, `company`, `chat_contact`, `client`, `chat`, `bot`; `now` for the event's time.
    pub entity: Arc<str>,
    /// `budget`; empty for `now`.
    pub name: Arc<str>,
    /// What it holds.
    pub slot: Slot,
    /// How a text is converted into it.
    pub format: Format,
}

/// `lead.budget`; `now`.
impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.entity)?;
        if self.name.is_empty() { Ok(()) } else { write!(f, ".{}", self.name) }
    }
}

/// What a text has to look like to be written into a field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// As it is.
    #[default]
    Plain,
    /// A phone number, read in the account's region, stored as E.164.
    Phone,
    /// An e-mail address.
    Email,
    /// An http or https address.
    Url,
    /// One of these texts, compared folded.
    Choice(Vec<Arc<str>>),
}

/// An action that the host carries out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// `add_note`, `stripe.invoice`.
    pub name: Arc<str>,
    /// In declared order; an effect has a value for each.
    pub params: Vec<Param>,
    /// What a call gives.
    pub result: Option<Slot>,
    /// What a text as its result looks like.
    pub result_format: Format,
    /// The answers a call can wait for.
    pub exits: Vec<ActionExit>,
    /// How a host may repeat it.
    pub delivery: Delivery,
    /// What later reads of the same turn see of it.
    pub echo: Echo,
}

/// A parameter of an action or of an exit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Param {
    /// Its name.
    pub name: Arc<str>,
    /// What it holds.
    pub slot: Slot,
    /// What a text in it looks like.
    pub format: Format,
}

/// A declared answer of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionExit {
    /// Its name.
    pub name: Arc<str>,
    /// What comes with it.
    pub params: Vec<Param>,
}

/// How often an effect may reach the outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delivery {
    /// The effect's id is the key under which a repeat is recognised.
    #[default]
    Keyed,
    /// A repeat changes nothing.
    Idempotent,
    /// Never again after an unclear outcome.
    AtMostOnce,
}

/// What a turn's own reads see of an action before the host has carried it out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Echo {
    /// Nothing.
    #[default]
    None,
    /// `change_lead_status(stage)`: `lead.stage`, and `lead.pipeline` if the program has that field.
    Stage,
    /// `change_responsible(to, of)`: `responsible` of the entities in `of`.
    Responsible,
    /// `manage_tags(on, add, remove)`: `tags` of the entity `on`.
    Tags,
    /// `change_conversation_status(status)`: the text `closed` ends the run.
    Close,
    /// `request_input(field)`: nothing yet; when its answer comes, the host has written the value into the field.
    Input,
}

/// Where a text comes from: known when the program is built, or computed by the turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Source {
    /// An index into `consts`, a text.
    Const(u32),
    /// A register of the frame that sends or waits, holding a text.
    Reg(Reg),
}

/// What is fixed about a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Message {
    /// Who gets it.
    pub to: Recipients,
    /// On which channels.
    pub via: Via,
    /// A file sent with it, or alone.
    pub attach: Option<Source>,
    /// A voice message, sent alone.
    pub voice: Option<Source>,
    /// What the client can press, in order.
    pub buttons: Vec<Button>,
    /// A List message shows this; it has no `buttons` then.
    pub list: Option<List>,
    /// It is sent from a template; its text is the one that the template gives.
    pub template: Option<Template>,
    /// A register with a list of texts that become buttons; it has no `buttons` then.
    pub from: Option<Reg>,
}

/// What a List message shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct List {
    /// What the button says that opens the list.
    pub button: Source,
    /// Above the text.
    pub title: Option<Source>,
    /// Below the text.
    pub footer: Option<Source>,
    /// In order.
    pub sections: Vec<Section>,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Section {
    /// Its heading.
    pub title: Source,
    /// What the client can choose, in order.
    pub options: Vec<Row>,
}

/// An option of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Row {
    /// What it says.
    pub title: Source,
    /// What is said about it.
    pub about: Option<Source>,
}

/// The template that a message is sent from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Template {
    /// Its symbol.
    pub symbol: u32,
    /// The first register of its arguments.
    pub args: Reg,
    /// How many there are.
    pub count: u8,
}

/// The most buttons a message can have (Salesbot guide, "Message").
pub const MOST_BUTTONS: usize = 13;

/// Who gets a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Recipients {
    /// The chat the run is in; without one the main contact.
    #[default]
    Chat,
    /// All contacts of the lead.
    All,
    /// The main contact.
    Main,
}

/// On which channels a message goes out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Via {
    /// The channel of the chat; without one the primary channel.
    #[default]
    Chat,
    /// Every selected channel.
    Any,
    /// The contact's primary channel.
    Primary,
    /// These channels: symbols.
    Channels(Vec<u32>),
}

/// A button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Button {
    /// What it says.
    pub label: Source,
    /// Where a link button leads; a reply button has none.
    pub link: Option<Source>,
}

/// A place where a run can be parked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wait {
    /// The stable name: `greet.message`, `prices.validate`, `ask.pause#2`.
    pub name: Arc<str>,
    /// The step it stands in.
    pub step: Arc<str>,
    /// The registers that are kept while parked, and what each holds. Ascending, without repeats.
    pub live: Vec<Live>,
    /// What ends the wait, in source order.
    pub exits: Vec<Exit>,
    /// Registers that hold the same in every run that begins to wait here: index into `consts`.
    pub known: Vec<(Reg, u32)>,
}

/// A register kept while parked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// The register.
    pub reg: Reg,
    /// What it holds.
    pub slot: Slot,
    /// The name in the source; hidden registers have a name with `%`, such as `%retries`.
    pub name: Arc<str>,
    /// Its type: index into `types`, or [`crate::layout::NO_TYPE`].
    pub ty: u32,
}

/// One way out of a wait.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exit {
    /// What takes it.
    pub on: On,
    /// Registers that receive what comes with the event (the client's text, the answer's values), in order.
    pub bind: Vec<Reg>,
    /// Where it goes on.
    pub to: Target,
}

/// What takes an exit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum On {
    /// The client chose this option: pressed it, or wrote something that matches.
    Option {
        /// The label.
        label: Source,
        /// Its synonyms.
        synonyms: Vec<Source>,
    },
    /// Any client message that matched no option.
    Other,
    /// Any client message.
    Message,
    /// A timer. The register holds a duration when the wait begins.
    Timeout(Reg),
    /// The message this wait belongs to (the last message effect before it) could not be delivered.
    Failed,
    /// That message was delivered.
    Delivered,
    /// The client opened a video.
    VideoOpened,
    /// The client closed a video.
    VideoClosed,
    /// The host's answer to the action this wait belongs to (the last action effect before it): index into its exits.
    Answer(u32),
    /// The host's result of that action.
    Result,
    /// The client chose a text of this list: pressed it, or wrote an equal text. Binds the text as it stands in the
    /// list. The wait keeps the register.
    Chosen(Reg),
    /// The hours begin, or have begun already: index into `hours`.
    Hours(u32),
    /// The host's draw from the counter this wait belongs to (the instruction before it) gave this option.
    Drawn(u32),
}

/// A place where a run can stand while something that it called waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The stable name: `greet.ask_phone`, `greet.ask_phone#2`, or `greet.NAME` for `called NAME`.
    pub name: Arc<str>,
    /// The step it stands in.
    pub step: Arc<str>,
    /// The registers of the calling frame that are kept while parked. Ascending, without repeats.
    pub live: Vec<Live>,
    /// What is called.
    pub callee: Callee,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Callee {
    /// A flow, compiled for the bot that calls it: index into `functions`.
    Flow(u32),
    /// Another bot: index into `bots`.
    Bot(u32),
}

/// What `rotate` draws from. All leads share it; another `hash` is another counter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// The bot's name.
    pub bot: Arc<str>,
    /// The step it stands in.
    pub step: Arc<str>,
    /// `rotate`, `rotate#2`.
    pub name: Arc<str>,
    /// Of its options: any change of them changes it.
    pub hash: u64,
    /// How many options there are.
    pub options: u32,
}

/// Working hours in the account's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// Their symbol.
    pub symbol: u32,
    /// When they are open, in any order.
    pub rows: Vec<Open>,
    /// Days since 1970-01-01 that have no rows of their own. What began the day before still ends.
    pub except: Vec<i32>,
}

/// No hours have more rows than this.
pub const MOST_HOURS: usize = 100;

/// A time of day at which working hours are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// On which days: bit 0 is Monday, bit 6 Sunday.
    pub days: u8,
    /// Minutes since midnight.
    pub from: u16,
    /// Minutes since midnight, up to 1440, itself no longer open. One that is not later than `from` is on the next day.
    pub to: u16,
}

/// A range of instructions with a frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// The bot's or the `fn`'s name.
    pub name: Arc<str>,
    /// How many of its first registers are parameters.
    pub params: u8,
    /// How many registers its frame has.
    pub registers: u16,
    /// First instruction.
    pub start: Target,
    /// One past the last instruction.
    pub end: Target,
    /// What it may do.
    pub kind: FunctionKind,
}

/// The kinds of functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FunctionKind {
    /// It computes, and neither waits nor has effects.
    Fn,
    /// A bot's own function.
    Bot,
    /// A flow, compiled for one bot.
    Flow {
        /// Index of the bot's own function.
        bot: u32,
    },
}

/// A bot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bot {
    /// Its name.
    pub name: Arc<str>,
    /// Its function. The parameters of the bot come first in the frame, then its variables.
    pub function: u32,
    /// What its parameters hold.
    pub params: Vec<Param>,
    /// Where a failed effect leads that no exit takes.
    pub on_failed: Option<Target>,
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// Its parameters and variables, in the first registers of its frame.
    pub variables: Vec<Variable>,
    /// Its steps, those of its libraries too.
    pub steps: Vec<Step>,
    /// The type of what it gives back: index into `types`.
    pub result: Option<u32>,
}

/// What starts a bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// The kind of event.
    pub kind: TriggerKind,
    /// Channels (symbols) it listens on; none means every channel. Events that have no channel pass.
    pub via: Vec<u32>,
    /// Hours in which it listens: index into `hours`.
    pub during: Option<u32>,
    /// How often it may start the bot on one lead.
    pub often: Often,
    /// A function without parameters that tells whether this event starts the bot: the pattern and the `if`.
    pub test: Option<u32>,
}

/// How often a trigger may start its bot on one lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Often {
    /// As often as it happens.
    #[default]
    Always,
    /// Once.
    Once,
    /// Not again before so many seconds have passed.
    Cooldown(i64),
}

/// The kinds of triggers. Stages, fields and forms are symbols.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TriggerKind {
    /// The client wrote.
    Message,
    /// The client commented on a post.
    Comment,
    /// A person starts it.
    Manual,
    /// The lead came to this stage.
    Stage(u32),
    /// The lead is new.
    LeadCreated,
    /// The lead got this tag.
    TagAdded(Arc<str>),
    /// The lead lost this tag.
    TagRemoved(Arc<str>),
    /// Another user is responsible.
    ResponsibleChanged,
    /// This field has another value.
    FieldChanged(u32),
    /// This form was sent.
    FormSent(u32),
    /// On these days (bit 0 is Monday, bit 6 Sunday), at this time.
    Every {
        /// The days.
        days: u8,
        /// Minutes since midnight.
        at: u16,
    },
    /// So long before the time in a field.
    Before {
        /// Seconds.
        by: i64,
        /// The field.
        field: u32,
    },
    /// So long after the time in a field.
    After {
        /// Seconds.
        by: i64,
        /// The field.
        field: u32,
    },
    /// The client has not written for so many seconds.
    Silence(i64),
    /// The conversation was closed.
    ConversationClosed,
}

/// Where code came from. Can be stripped; nothing but reports depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debug {
    /// Paths of the source files.
    pub files: Vec<Arc<str>>,
    /// For each instruction with a known place, ascending by instruction.
    pub places: Vec<Place>,
    /// Where each step begins, ascending by instruction: names for listings.
    pub labels: Vec<(Target, Arc<str>)>,
}

/// The place of the instructions from `op` up to the next place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The first instruction.
    pub op: Target,
    /// Index into `files`.
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Shorthand for the slots of tables.
#[must_use]
pub fn slot(kind: Kind, optional: bool) -> Slot {
    Slot { kind, optional }
}
