//! Medians and ranges.

use crate::timing::{Sample, Taken};
use serde::{Deserialize, Serialize, Serializer};

/// The middle of some values, and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The median; for sizes the mean.
    #[serde(serialize_with = "rounded")]
    pub middle: f64,
    /// The least value.
    #[serde(serialize_with = "rounded")]
    pub least: f64,
    /// The largest one.
    #[serde(serialize_with = "rounded")]
    pub most: f64,
    /// How many values there are.
    pub samples: usize,
}

/// Nine digits: more than any clock knows, and few enough to be read back as they were written.
fn rounded<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    let short: f64 = format!("{value:.8e}").parse().unwrap_or(*value);
    to.serialize_f64(short)
}

impl Spread {
    /// Of values in any order; nothing of none.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let half = sorted.len() / 2;
        let upper = *sorted.get(half)?;
        let lower = if sorted.len().is_multiple_of(2) { *sorted.get(half - 1)? } else { upper };
        Some(Self { middle: f64::midpoint(lower, upper), least, most, samples: sorted.len() })
    }

    /// Of sizes: the mean stands in the middle.
    #[must_use]
    pub fn mean(sizes: &[usize]) -> Option<Self> {
        let sum: f64 = sizes.iter().map(|size| *size as f64).sum();
        Some(Self {
            middle: sum / sizes.len() as f64,
            least: *sizes.iter().min()? as f64,
            most: *sizes.iter().max()? as f64,
            samples: sizes.len(),
        })
    }

    /// Of a single value.
    #[must_use]
    pub fn one(value: f64) -> Self {
        Self { middle: value, least: value, most: value, samples: 1 }
    }

    /// What `f` makes of it. Where more becomes less, the ends change places.
    #[must_use]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let (a, b) = (f(self.least), f(self.most));
        Self { middle: f(self.middle), least: a.min(b), most: a.max(b), samples: self.samples }
    }
}

/// How fast a contender is beside a reference that took part in the same rounds, 1 is equal. Both are divided by the
/// pace of the yardstick around them first, so a machine whose speed changes within a round does not change the result.
#[must_use]
pub fn beside(contender: &Taken, reference: &Taken) -> Option<Spread> {
    let pairs = contender.samples.iter().zip(&reference.samples);
    let ratios: Vec<f64> = pairs.map(|(a, b)| a.ratio() / Sample::ratio(b)).collect();
    Spread::of(&ratios)
}
