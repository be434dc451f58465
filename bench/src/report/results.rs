//! What is measured, of whom, and what came out.

use super::Spread;
use serde::{Deserialize, Serialize};

/// Something that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Conversations a second, the state in memory.
    Memory,
    /// Conversations a second, the state encoded after each event and decoded before the next.
    Durable,
    /// Bytes of an encoded state.
    ParkedBytes,
    /// Bytes of memory for each conversation that waits, as the contender works with it.
    Live,
    /// The same, encoded.
    Stored,
    /// Bytes of memory of a process that keeps a million encoded conversations.
    Million,
    /// Lines a second, in a source of 1,000 steps.
    CompileSmall,
    /// Lines a second, in a source of 10,000 steps.
    CompileLarge,
    /// fib(27) by calls: how many a second.
    Fib,
    /// The sum of ten million numbers by a loop: how many a second.
    Sum,
    /// Seconds that `sbotc check examples/pizzeria` takes, from start to exit.
    CheckTime,
    /// Its peak of memory, in bytes.
    CheckPeak,
    /// Seconds of a process that does nothing.
    StartTime,
    /// Its peak of memory, in bytes.
    StartPeak,
    /// Seconds of the upgrade check and move of a million parked runs.
    Upgrade,
}

/// Somebody who is measured.
#[derive(Debug)]
pub struct Contender {
    /// In files and on the command line.
    pub id: &'static str,
    /// In tables.
    pub name: &'static str,
    /// How it holds the state of a conversation, and how it encodes it.
    pub state: &'static str,
    /// What it is measured by.
    pub measures: &'static [Measure],
}

const CONVERSATION: [Measure; 5] =
    [Measure::Memory, Measure::Durable, Measure::ParkedBytes, Measure::Live, Measure::Stored];
const LANGUAGE: [Measure; 9] = [
    Measure::Memory,
    Measure::Durable,
    Measure::ParkedBytes,
    Measure::Live,
    Measure::Stored,
    Measure::CompileSmall,
    Measure::CompileLarge,
    Measure::Fib,
    Measure::Sum,
];
const CSML: [Measure; 7] = [
    Measure::Memory,
    Measure::Durable,
    Measure::ParkedBytes,
    Measure::Live,
    Measure::Stored,
    Measure::CompileSmall,
    Measure::CompileLarge,
];
const OURS: [Measure; 15] = [
    Measure::Memory,
    Measure::Durable,
    Measure::ParkedBytes,
    Measure::Live,
    Measure::Stored,
    Measure::Million,
    Measure::CompileSmall,
    Measure::CompileLarge,
    Measure::Fib,
    Measure::Sum,
    Measure::CheckTime,
    Measure::CheckPeak,
    Measure::StartTime,
    Measure::StartPeak,
    Measure::Upgrade,
];

/// The yardstick's id.
pub const YARDSTICK: &str = "yardstick";
/// Our own id.
pub const SBOT: &str = "sbot";
/// The id of the reference for computing and compiling.
pub(super) const LUA: &str = "lua";

/// Everybody, in the order of the tables.
pub static CONTENDERS: [Contender; 9] = [
    Contender {
        id: YARDSTICK,
        name: "By hand in Rust",
        state: "enum and struct, postcard",
        measures: &CONVERSATION,
    },
    Contender { id: SBOT, name: "**Sbot**", state: "parked run", measures: &OURS },
    Contender { id: "node", name: "Node", state: "object, JSON", measures: &LANGUAGE },
    Contender { id: "luajit", name: "LuaJIT", state: "table, JSON", measures: &LANGUAGE },
    Contender { id: LUA, name: "Lua 5.4", state: "table, JSON", measures: &LANGUAGE },
    Contender { id: "cpython", name: "CPython", state: "dict, JSON", measures: &LANGUAGE },
    Contender { id: "rhai", name: "Rhai", state: "map, JSON", measures: &LANGUAGE },
    Contender { id: "xstate", name: "XState", state: "actor, its snapshot as JSON", measures: &CONVERSATION },
    Contender { id: "csml", name: "CSML", state: "memory and hold, JSON", measures: &CSML },
];

/// What came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Where and how it was measured.
    pub circumstances: Circumstances,
    /// Versions of contenders that were there, by id.
    pub versions: Vec<(String, String)>,
    /// The figures.
    pub figures: Vec<Figure>,
    /// What could not be measured.
    pub missing: Vec<Missing>,
}

/// Where and how it was measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Circumstances {
    /// The day.
    pub date: String,
    /// Whether it was a short run.
    pub quick: bool,
    /// The name of the processor.
    pub processor: String,
    /// How many processors the machine has.
    pub processors: usize,
    /// Its memory in GiB.
    pub memory: f64,
    /// The operating system.
    pub system: String,
    /// The Rust compiler.
    pub rustc: String,
    /// How the processes were scheduled.
    pub priority: String,
    /// The pace of the yardstick in memory over the whole time: conversations a second.
    pub pace: Option<Spread>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Of whom: the id.
    pub contender: String,
    /// What of it.
    pub measure: Measure,
    /// In the measure's unit.
    pub value: Spread,
    /// Beside the measure's reference.
    pub ratio: Option<Spread>,
    /// How many conversations, steps or runs it was measured with, where that says something.
    pub of: Option<u64>,
}

/// What could not be measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Missing {
    /// Of whom: the id.
    pub contender: String,
    /// What of it; nothing if that is everything.
    pub measure: Option<Measure>,
    /// Why.
    pub reason: String,
}

impl Measure {
    /// In sentences.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Memory => "turns in memory",
            Self::Durable => "durable turns",
            Self::ParkedBytes => "bytes of a parked run",
            Self::Live => "memory of live conversations",
            Self::Stored => "memory of encoded conversations",
            Self::Million => "a million parked runs",
            Self::CompileSmall => "compile 1,000 steps",
            Self::CompileLarge => "compile 10,000 steps",
            Self::Fib => "fib(27)",
            Self::Sum => "sum of ten million",
            Self::CheckTime => "time of `sbotc check`",
            Self::CheckPeak => "memory of `sbotc check`",
            Self::StartTime => "time of an empty process",
            Self::StartPeak => "memory of an empty process",
            Self::Upgrade => "upgrade of a million parked runs",
        }
    }

    /// Whom it is compared with.
    #[must_use]
    pub fn reference(self) -> Option<&'static str> {
        match self {
            Self::Memory | Self::Durable => Some(YARDSTICK),
            Self::CompileSmall | Self::CompileLarge | Self::Fib | Self::Sum => Some(LUA),
            Self::ParkedBytes
            | Self::Live
            | Self::Stored
            | Self::Million
            | Self::CheckTime
            | Self::CheckPeak
            | Self::StartTime
            | Self::StartPeak
            | Self::Upgrade => None,
        }
    }
}

impl Results {
    /// A figure.
    #[must_use]
    pub fn figure(&self, contender: &str, measure: Measure) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.contender == contender && figure.measure == measure)
    }

    /// Why there is no such figure.
    #[must_use]
    pub fn reason(&self, contender: &str, measure: Measure) -> Option<&str> {
        let about = |missing: &&Missing| {
            missing.contender == contender && missing.measure.is_none_or(|m| m == measure)
        };
        self.missing.iter().find(about).map(|missing| missing.reason.as_str())
    }

    /// What should be there and is neither measured nor accounted for.
    #[must_use]
    pub fn unexplained(&self) -> Vec<(&'static str, Measure)> {
        CONTENDERS
            .iter()
            .flat_map(|contender| contender.measures.iter().map(|measure| (contender.id, *measure)))
            .filter(|(id, measure)| {
                self.figure(id, *measure).is_none() && self.reason(id, *measure).is_none()
            })
            .collect()
    }

    /// As it stands in `bench/results.json`.
    ///
    /// # Errors
    /// A number that JSON does not have.
    pub fn write(&self) -> Result<String, String> {
        serde_json::to_string_pretty(self).map(|json| json + "\n").map_err(|error| error.to_string())
    }

    /// Reads it back.
    ///
    /// # Errors
    /// What is wrong with the text, and where.
    pub fn read(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }
}
