//! Timing by pairs: the yardstick runs right before and right after each sample of a contender, and the ratio is taken
//! against both, so that a machine whose speed changes does not change the result.

use std::time::{Duration, Instant};

/// Samples of a pair. The median counts.
const SAMPLES: usize = 9;

/// How many calls of `f` fill about `long`.
fn calls(long: Duration, f: &mut dyn FnMut(usize)) -> usize {
    let mut n = 1;
    loop {
        let took = time(n, f);
        if took >= long / 10 {
            let scale = long.as_secs_f64() / took.as_secs_f64().max(1e-9);
            return ((n as f64 * scale) as usize).max(1);
        }
        n *= 4;
    }
}

fn time(n: usize, f: &mut dyn FnMut(usize)) -> Duration {
    let start = Instant::now();
    for i in 0..n {
        f(i);
    }
    start.elapsed()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// A contender against the yardstick.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// Calls a second of the yardstick.
    pub yardstick: f64,
    /// Calls a second of the contender.
    pub contender: f64,
    /// The contender's share of the yardstick's speed: 1 is equal.
    pub ratio: f64,
}

/// Times both, by turns.
pub fn pair(long: Duration, mut yardstick: impl FnMut(usize), mut contender: impl FnMut(usize)) -> Pair {
    let ny = calls(long, &mut yardstick);
    let nc = calls(long, &mut contender);
    let taken = rounds(
        SAMPLES,
        1,
        Duration::MAX,
        || Ok(ny as f64 / time(ny, &mut yardstick).as_secs_f64()),
        |_| Ok(nc as f64 / time(nc, &mut contender).as_secs_f64()),
    );
    let samples: Vec<Sample> = taken.into_iter().flatten().flat_map(|taken| taken.samples).collect();
    let of = |f: fn(&Sample) -> f64| median(&mut samples.iter().map(f).collect::<Vec<f64>>());
    Pair { yardstick: of(|s| s.pace), contender: of(|s| s.speed), ratio: of(Sample::ratio) }
}

/// A sample of a contender, and how fast the machine was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Of the contender.
    pub speed: f64,
    /// Of the yardstick: the mean of the samples right before and right after.
    pub pace: f64,
}

impl Sample {
    /// The contender's share of the yardstick's speed.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.speed / self.pace
    }
}

/// The samples of a contender, one of each round it took part in, from the first one on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    /// In the order of the rounds.
    pub samples: Vec<Sample>,
    /// Why it took part in no more of them, if it failed.
    pub failed: Option<String>,
}

/// Takes samples in rounds. Each round visits every contender, and the yardstick before each and after the last one.
/// A contender whose samples have taken `budget` leaves, and so does one that fails.
///
/// # Errors
/// The yardstick fails.
pub fn rounds(
    count: usize,
    contenders: usize,
    budget: Duration,
    mut yardstick: impl FnMut() -> Result<f64, String>,
    mut sample: impl FnMut(usize) -> Result<f64, String>,
) -> Result<Vec<Taken>, String> {
    let mut all = vec![(Taken::default(), Duration::ZERO); contenders];
    let mut before = yardstick()?;
    for _ in 0..count {
        for (contender, (taken, spent)) in all.iter_mut().enumerate() {
            if taken.failed.is_some() || *spent >= budget {
                continue;
            }
            let start = Instant::now();
            let speed = sample(contender);
            *spent += start.elapsed();
            let after = yardstick()?;
            match speed {
                Ok(speed) => taken.samples.push(Sample { speed, pace: f64::midpoint(before, after) }),
                Err(why) => taken.failed = Some(why),
            }
            before = after;
        }
    }
    Ok(all.into_iter().map(|(taken, _)| taken).collect())
}

/// The median time of a few calls.
pub fn once(mut f: impl FnMut()) -> Duration {
    let mut took: Vec<f64> = (0..5)
        .map(|_| {
            let start = Instant::now();
            f();
            start.elapsed().as_secs_f64()
        })
        .collect();
    Duration::from_secs_f64(median(&mut took))
}
