//! A verified program: its tables, and what is worked out of them once so that no turn has to.

use crate::builtin::{BUILTINS, Builtin};
use crate::codec;
use crate::context::{BadAccount, Context};
use crate::effect::{Button, Buttons, List, Row, Section};
use crate::error::LoadError;
use crate::fuel::{self, Cost};
use crate::last::{self, LastReads};
use crate::layout;
use crate::op::{Op, Reg, Target};
use crate::phrases::{Choice, Options, Phrase};
use crate::plan::Plans;
use crate::program::{
    self, Action, Debug, Echo, MOST_BUTTONS, Message, On, Source, SymbolKind, Tables, Wait,
};
use crate::quick::Computations;
use crate::reads::Reads;
use crate::run::{self, Run};
use crate::text::fold;
use crate::value::{Kind, Value};
use crate::verify::{self, Places, WaitPlace};
use regex::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A compiled project, verified. Immutable; share it between threads.
///
/// It is large and nothing of it belongs to a single run: load it once and keep it in an [`Arc`].
pub struct Program {
    pub(crate) context: Context,
    pub(crate) derived: Derived,
    debug: Option<Debug>,
    id: u64,
    code_section: Box<[u8]>,
    debug_section: Option<Box<[u8]>>,
}

impl Program {
    /// Verifies what the compiler built.
    ///
    /// # Errors
    /// What is wrong with the tables.
    #[doc(hidden)]
    pub fn new(mut tables: Tables, debug: Option<Debug>) -> Result<Program, LoadError> {
        layout::take_hidden(&mut tables);
        let code_section = codec::encode_tables(&tables)?;
        let debug_section = debug.as_ref().map(codec::encode_debug).transpose()?;
        let id = codec::id(&code_section);
        Program::build(tables, debug, id, code_section, debug_section)
    }

    /// Reads and verifies a compiled project.
    ///
    /// # Errors
    /// What is wrong with the bytes, and what to do about it.
    pub fn load(bytes: &[u8]) -> Result<Program, LoadError> {
        let (sections, id) = codec::open(bytes)?;
        let tables = codec::decode_tables(&sections.code)?;
        let debug = sections.debug.as_deref().map(codec::decode_debug).transpose()?;
        Program::build(tables, debug, id, sections.code, sections.debug)
    }

    fn build(
        mut tables: Tables,
        debug: Option<Debug>,
        id: u64,
        code_section: Box<[u8]>,
        debug_section: Option<Box<[u8]>>,
    ) -> Result<Program, LoadError> {
        let mut places = verify::verify(&tables)?;
        if let Some(debug) = &debug {
            verify::verify_debug(&tables, debug)?;
        }
        layout::add_hidden(&mut tables, &mut places);
        let context = Context::new(Arc::new(tables)).map_err(|why| LoadError::Corrupt {
            what: match why {
                BadAccount::Zone(zone) => format!("the account's time zone `{zone}` is unknown"),
                BadAccount::Region(region) => format!("the account's region `{region}` is unknown"),
            },
        })?;
        let derived = Derived::new(&context.tables, places, id);
        Ok(Program { context, derived, debug, id, code_section, debug_section })
    }

    /// The bytes of an `.sbc` file. `strip` leaves the debug section out; the id is the same either way.
    #[must_use]
    pub fn encode(&self, strip: bool) -> Vec<u8> {
        let debug = if strip { None } else { self.debug_section.as_deref() };
        codec::seal(&self.code_section, debug)
    }

    /// The identity of the program: from the SHA-256 of everything but the debug section.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The tables.
    #[doc(hidden)]
    #[must_use]
    pub fn tables(&self) -> &Tables {
        &self.context.tables
    }

    /// What built-in functions know of the program.
    #[doc(hidden)]
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Where code came from, unless it was stripped.
    #[doc(hidden)]
    #[must_use]
    pub fn debug(&self) -> Option<&Debug> {
        self.debug.as_ref()
    }

    /// The number of the action whose answer a run waits for that is parked at this wait.
    #[must_use]
    pub fn awaited_action(&self, wait: u32) -> Option<u32> {
        let Subject::Action(action) = self.derived.waits.get(wait as usize)?.subject else { return None };
        Some(action)
    }

    /// The function in which a wait stands, if any code waits there.
    #[doc(hidden)]
    #[must_use]
    pub fn waits_in(&self, wait: u32) -> Option<u32> {
        self.derived.waits.get(wait as usize)?.function
    }

    /// The number of the counter whose draw a run waits for that is parked at this wait.
    #[must_use]
    pub fn awaited_counter(&self, wait: u32) -> Option<u32> {
        let Subject::Counter(counter) = self.derived.waits.get(wait as usize)?.subject else { return None };
        Some(counter)
    }

    /// A text of a wait's exits: one that the program knows, or one that is parked with the run.
    #[doc(hidden)]
    #[must_use]
    pub fn kept_text(&self, run: &Run, source: Source) -> Option<Arc<str>> {
        let Source::Reg(reg) = source else { return known_text(self.tables(), source).cloned() };
        if let Value::Text(text) = self.kept(run, reg)? { Some(Arc::clone(text)) } else { None }
    }

    /// The texts of a list that is parked with the run, as many as a message shows.
    #[doc(hidden)]
    #[must_use]
    pub fn kept_texts(&self, run: &Run, reg: Reg) -> Vec<Arc<str>> {
        let Some(Value::List(texts)) = self.kept(run, reg) else { return Vec::new() };
        let text = |text: &Value| if let Value::Text(text) = text { Some(Arc::clone(text)) } else { None };
        texts.iter().take(MOST_BUTTONS).filter_map(text).collect()
    }

    /// A value that is parked with the run.
    fn kept<'r>(&self, run: &'r Run, reg: Reg) -> Option<&'r Value> {
        let wait = self.tables().waits.get(run.wait as usize)?;
        run.values.get(kept(wait, reg) as usize)
    }

    /// The action whose answer a wait waits for.
    pub(crate) fn action_of(&self, wait: usize) -> Option<&Action> {
        let Subject::Action(action) = self.derived.waits.get(wait)?.subject else { return None };
        self.tables().actions.get(action as usize)
    }

    /// The regular expression, compiled at its first use; `None` if it does not compile.
    pub(crate) fn regex(&self, index: u32) -> Option<&Regex> {
        let source = self.tables().regexes.get(index as usize)?;
        self.derived.regexes.get(index as usize)?.get_or_init(|| compile_regex(source).ok()).as_ref()
    }
}

/// One program is shared by all threads.
const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Program>();
    shared::<Run>();
    shared::<crate::Machine>();
};

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Program({:016x})", self.id)
    }
}

/// Compiles a regular expression within the limits that a turn has: what fails here traps there.
///
/// # Errors
/// Why it does not compile.
pub fn compile_regex(source: &str) -> Result<Regex, regex::Error> {
    let mut builder = RegexBuilder::new(source);
    builder.size_limit(256 << 10).dfa_size_limit(1 << 20).nest_limit(50).build()
}

/// Where a field is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    Fact,
    ClientText,
    ClientButton,
    ClientComment,
    ClientChannel,
    ClientLanguage,
    ClientFile,
    Now,
    BotName,
    BotVersion,
}

/// What is worked out of the tables once.
pub(crate) struct Derived {
    pub(crate) fields: Vec<FieldKind>,
    /// Whether some instruction reads the field.
    read: Vec<bool>,
    pub(crate) messages: Vec<Known>,
    pub(crate) waits: Vec<WaitInfo>,
    pub(crate) calls: Vec<CallInfo>,
    regexes: Vec<OnceLock<Option<Regex>>>,
    pub(crate) echo: EchoFields,
    /// The value of `bot.version`.
    pub(crate) version: Arc<str>,
    pub(crate) empty: Arc<str>,
    /// The built-in functions by number, each with its cost.
    pub(crate) builtins: Vec<Option<(&'static Builtin, Cost)>>,
    /// The computations with ints alone.
    pub(crate) quick: Computations,
    pub(crate) last_reads: LastReads,
    pub(crate) plans: Plans,
    /// What the checksum of every parked run begins with.
    pub(crate) run_sum: crc32fast::Hasher,
    pub(crate) reads: Reads,
}

/// What the program knows of a message.
#[derive(Default)]
pub(crate) struct Known {
    /// If it knows all of them.
    pub(crate) buttons: Option<Buttons>,
    /// If it knows all of it.
    pub(crate) list: Option<Arc<List>>,
    /// The text is all that a turn adds.
    pub(crate) plain: bool,
}

/// Where a call stands.
pub(crate) struct CallInfo {
    /// The function that calls.
    pub(crate) function: u32,
    /// The instruction.
    pub(crate) op: Target,
    /// The register that receives the result.
    pub(crate) dst: Reg,
}

/// What a deadline of a wait comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// A register with a duration.
    After(Reg),
    /// The beginning of hours: index into the program's hours.
    Hours(u32),
}

/// A wait, ready for matching.
pub(crate) struct WaitInfo {
    /// The function that waits here; none if nothing does.
    pub(crate) function: Option<u32>,
    pub(crate) options: Options,
    /// Exit and list of each exit that takes any text of a list: index into the wait's live registers.
    pub(crate) chosen: Vec<(u32, u32)>,
    /// The exit for a message that matched no option.
    pub(crate) other: Option<u32>,
    /// Exit and origin of each deadline.
    pub(crate) timers: Vec<(u32, Due)>,
    /// How many of them come from hours.
    pub(crate) hours: u64,
    pub(crate) subject: Subject,
}

/// The effect a wait belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    None,
    Message,
    Action(u32),
    Counter(u32),
}

/// The fields that actions change within the turn.
#[derive(Debug, Default)]
pub(crate) struct EchoFields {
    pub(crate) stage: Option<u32>,
    pub(crate) pipeline: Option<u32>,
    /// From a stage's symbol to its pipeline's.
    pub(crate) pipelines: FxHashMap<u32, u32>,
    /// From an entity's symbol to its `responsible` fields.
    pub(crate) responsible: FxHashMap<u32, Vec<u32>>,
    /// From an entity's symbol to its `tags` fields.
    pub(crate) tags: FxHashMap<u32, Vec<u32>>,
}

impl Derived {
    /// Whether some instruction reads a field, so that a turn has to remember what it has set there.
    pub(crate) fn is_read(&self, field: u32) -> bool {
        self.read.get(field as usize).copied().unwrap_or(true)
    }

    fn new(tables: &Tables, places: Places, id: u64) -> Derived {
        Derived {
            fields: tables.fields.iter().map(|field| field_kind(&field.entity, &field.name)).collect(),
            read: read_fields(tables),
            messages: tables.messages.iter().map(|message| known(tables, message)).collect(),
            waits: tables
                .waits
                .iter()
                .zip(&places.waits)
                .map(|(wait, place)| wait_info(tables, wait, *place))
                .collect(),
            calls: places.calls,
            regexes: tables.regexes.iter().map(|_| OnceLock::new()).collect(),
            echo: echo_fields(tables),
            version: Arc::from(format!("{id:016x}")),
            empty: Arc::from(""),
            builtins: callees(),
            quick: Computations::new(tables),
            last_reads: LastReads::new(tables),
            plans: Plans::new(tables),
            run_sum: run::begin_sum(run::FORMAT, id),
            reads: Reads::new(tables.waits.len()),
        }
    }
}

fn read_fields(tables: &Tables) -> Vec<bool> {
    let mut read = vec![false; tables.fields.len()];
    for op in &tables.code {
        if let Op::GetField { field, .. } = *op
            && let Some(place) = read.get_mut(field as usize)
        {
            *place = true;
        }
    }
    read
}

/// Not every number has a function.
fn callees() -> Vec<Option<(&'static Builtin, Cost)>> {
    let mut callees = Vec::new();
    for row in BUILTINS {
        callees.resize(usize::from(row.number), None);
        callees.push(Some((row, fuel::cost(row.name))));
    }
    callees
}

fn field_kind(entity: &str, name: &str) -> FieldKind {
    match (entity, name) {
        ("client", "text") => FieldKind::ClientText,
        ("client", "button") => FieldKind::ClientButton,
        ("client", "comment") => FieldKind::ClientComment,
        ("client", "channel") => FieldKind::ClientChannel,
        ("client", "language") => FieldKind::ClientLanguage,
        ("client", "file") => FieldKind::ClientFile,
        ("now", "") => FieldKind::Now,
        ("bot", "name") => FieldKind::BotName,
        ("bot", "version") => FieldKind::BotVersion,
        _ => FieldKind::Fact,
    }
}

/// The text of a source that the program knows.
pub(crate) fn known_text(tables: &Tables, source: Source) -> Option<&Arc<str>> {
    let Source::Const(index) = source else { return None };
    let value = tables.consts.get(index as usize)?;
    if let Value::Text(text) | Value::File(text) = value { Some(text) } else { None }
}

fn known(tables: &Tables, message: &Message) -> Known {
    let list = message.list.as_ref().and_then(|list| static_list(tables, list));
    Known {
        buttons: static_buttons(tables, message),
        list: list.map(Arc::new),
        plain: last::is_plain(message),
    }
}

fn static_list(tables: &Tables, list: &program::List) -> Option<List> {
    let text = |source| known_text(tables, source).cloned();
    let optional = |source: Option<Source>| match source {
        None => Some(None),
        Some(source) => text(source).map(Some),
    };
    let row = |row: &program::Row| Some(Row { title: text(row.title)?, about: optional(row.about)? });
    let section = |section: &program::Section| {
        let options = section.options.iter().map(row).collect::<Option<Vec<_>>>()?;
        Some(Section { title: text(section.title)?, options })
    };
    Some(List {
        button: text(list.button)?,
        title: optional(list.title)?,
        footer: optional(list.footer)?,
        sections: list.sections.iter().map(section).collect::<Option<_>>()?,
    })
}

pub(crate) fn static_buttons(tables: &Tables, message: &Message) -> Option<Buttons> {
    let buttons: Option<Vec<Button>> = message
        .buttons
        .iter()
        .map(|button| {
            let label = Arc::clone(known_text(tables, button.label)?);
            let link = match button.link {
                None => None,
                Some(link) => Some(Arc::clone(known_text(tables, link)?)),
            };
            Some(Button { label, link })
        })
        .collect();
    buttons.map(Into::into)
}

fn wait_info(tables: &Tables, wait: &Wait, place: WaitPlace) -> WaitInfo {
    let mut info = WaitInfo {
        function: place.function,
        options: Options::default(),
        chosen: Vec::new(),
        other: None,
        timers: Vec::new(),
        hours: 0,
        subject: Subject::None,
    };
    let mut options = Vec::new();
    for (exit, row) in (0u32..).zip(&wait.exits) {
        match &row.on {
            On::Option { label, synonyms } => options.push(Choice {
                exit,
                label: phrase(tables, wait, *label),
                synonyms: synonyms.iter().map(|synonym| phrase(tables, wait, *synonym)).collect(),
            }),
            On::Other | On::Message => info.other = info.other.or(Some(exit)),
            On::Chosen(reg) => info.chosen.push((exit, kept(wait, *reg))),
            On::Timeout(reg) => info.timers.push((exit, Due::After(*reg))),
            On::Hours(hours) => {
                info.timers.push((exit, Due::Hours(*hours)));
                info.hours += 1;
            }
            On::Drawn(_) => info.subject = place.counter.map_or(Subject::None, Subject::Counter),
            On::Failed | On::Delivered if info.subject == Subject::None => info.subject = Subject::Message,
            On::Answer(_) | On::Result => info.subject = place.action.map_or(Subject::None, Subject::Action),
            On::Failed | On::Delivered | On::VideoOpened | On::VideoClosed => {}
        }
    }
    info.options = Options::new(options);
    info
}

fn phrase(tables: &Tables, wait: &Wait, source: Source) -> Phrase {
    match source {
        Source::Const(_) => {
            let text = known_text(tables, source).map_or_else(|| Arc::from(""), Arc::clone);
            Phrase::Known { folded: fold(&text), text }
        }
        Source::Reg(reg) => Phrase::Kept(kept(wait, reg)),
    }
}

/// A register among those that the wait keeps.
fn kept(wait: &Wait, reg: Reg) -> u32 {
    let kept = wait.live.binary_search_by_key(&reg, |live| live.reg);
    kept.ok().and_then(|kept| u32::try_from(kept).ok()).unwrap_or(u32::MAX)
}

fn echo_fields(tables: &Tables) -> EchoFields {
    let mut echo = EchoFields::default();
    let does = |what: Echo| tables.actions.iter().any(|action| action.echo == what);
    let fields: FxHashMap<(&str, &str, Kind), u32> = (0u32..)
        .zip(&tables.fields)
        .map(|(index, field)| ((&*field.entity, &*field.name, field.slot.kind), index))
        .collect();
    let field = |entity, name, kind| fields.get(&(entity, name, kind)).copied();
    if does(Echo::Stage) {
        echo.stage = field("lead", "stage", Kind::Symbol);
        echo.pipeline = field("lead", "pipeline", Kind::Symbol);
        if echo.pipeline.is_some() {
            echo.pipelines = pipelines(tables);
        }
    }
    if !does(Echo::Responsible) && !does(Echo::Tags) {
        return echo;
    }
    for (index, symbol) in (0u32..).zip(&tables.symbols) {
        if symbol.kind != SymbolKind::Entity {
            continue;
        }
        // All contacts of the lead: the main one and the one of the chat are among them.
        let entities: &[&str] = match &*symbol.name {
            "contacts" => &["contact", "chat_contact", "contacts"],
            name => &[name],
        };
        let fields = |name: &'static str, kind: Kind| -> Vec<u32> {
            entities.iter().filter_map(|entity| field(entity, name, kind)).collect()
        };
        echo.responsible.insert(index, fields("responsible", Kind::Symbol));
        echo.tags.insert(index, fields("tags", Kind::List));
    }
    echo
}

fn pipelines(tables: &Tables) -> FxHashMap<u32, u32> {
    let symbols = || (0u32..).zip(&tables.symbols);
    let by_name: FxHashMap<&str, u32> = symbols()
        .filter(|(_, symbol)| symbol.kind == SymbolKind::Pipeline)
        .map(|(index, symbol)| (&*symbol.name, index))
        .collect();
    symbols()
        .filter(|(_, symbol)| symbol.kind == SymbolKind::Stage)
        .filter_map(|(index, symbol)| {
            let (pipeline, _) = symbol.name.rsplit_once('.')?;
            Some((index, *by_name.get(pipeline)?))
        })
        .collect()
}
