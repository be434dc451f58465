//! What Sbot wants to reach.

use super::number::{percent, short};
use super::{Measure, Results, SBOT};

/// Whether a target is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Reached,
    /// It is not.
    Missed,
    /// Nothing was measured.
    Unknown,
}

/// A target.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// What of.
    pub what: &'static str,
    /// What is wanted, in words.
    pub wanted: &'static str,
    /// What was measured, in words.
    pub measured: String,
    /// Whether that is enough.
    pub verdict: Verdict,
}

const MB: f64 = 1e6;

/// A million runs, whose memory is counted.
pub(super) const MILLION: u64 = 1_000_000;

fn target(what: &'static str, wanted: &'static str, measured: Option<(String, bool)>) -> Target {
    let verdict = match &measured {
        None => Verdict::Unknown,
        Some((_, true)) => Verdict::Reached,
        Some((_, false)) => Verdict::Missed,
    };
    let measured = measured.map_or_else(|| "not measured".to_owned(), |(words, _)| words);
    Target { what, wanted, measured, verdict }
}

/// Every target, with what was measured.
#[must_use]
pub fn targets(results: &Results) -> Vec<Target> {
    let ours = |measure| results.figure(SBOT, measure);
    let share = |measure, least: f64| {
        let ratio = ours(measure)?.ratio?;
        Some((percent(ratio), ratio.middle >= least))
    };
    let parked = ours(Measure::ParkedBytes).map(|figure| {
        let bytes = figure.value;
        let words = format!("mean {}, most {}", short(bytes.middle), short(bytes.most));
        (words, bytes.middle <= 24.0 && bytes.most <= 64.0)
    });
    let million = ours(Measure::Million).filter(|figure| figure.of == Some(MILLION)).map(|figure| {
        let bytes = figure.value.middle;
        (format!("{} MB", short(bytes / MB)), bytes <= 100.0 * MB)
    });
    let speed = ours(Measure::CompileLarge).map(|figure| {
        let lines = figure.value.middle;
        (format!("{} lines/s", short(lines)), lines >= MB)
    });
    let linear = ours(Measure::CompileSmall).zip(ours(Measure::CompileLarge)).map(|(small, large)| {
        let longer = small.value.middle / large.value.middle;
        (format!("{} times as long per line", short(longer)), longer <= 1.25)
    });
    let check = ours(Measure::CheckTime).zip(ours(Measure::CheckPeak)).map(|(time, peak)| {
        let (time, peak) = (time.value.middle * 1e3, peak.value.middle / MB);
        (format!("{} ms, {} MB", short(time), short(peak)), time <= 5.0 && peak <= 10.0)
    });
    let upgrade = ours(Measure::Upgrade).filter(|figure| figure.of == Some(MILLION)).map(|figure| {
        let seconds = figure.value.middle;
        (format!("{} s", short(seconds)), seconds <= 10.0)
    });
    vec![
        target("durable turns", "at least 50 % of by hand", share(Measure::Durable, 0.5)),
        target("turns in memory", "at least 50 % of by hand", share(Measure::Memory, 0.5)),
        target("bytes of a parked run", "mean at most 24, none over 64", parked),
        target("a million parked runs", "at most 100 MB in one process", million),
        target("compile 10,000 steps", "at least 1,000,000 lines/s", speed),
        target("compile is linear", "10,000 steps at most 1.25 times as long per line as 1,000", linear),
        target("fib(27)", "as fast as Lua 5.4", share(Measure::Fib, 1.0)),
        target("sum of ten million", "as fast as Lua 5.4", share(Measure::Sum, 1.0)),
        target("`sbotc check`", "at most 5 ms, 10 MB", check),
        target("upgrade of a million parked runs", "at most 10 s", upgrade),
    ]
}
