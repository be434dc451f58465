//! What the host keeps, and what it asks of whatever keeps it. A database is one more implementation of [`Store`]; each
//! of its functions is then one transaction.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::io;

/// A lead: its conversation, and what is known of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Lead {
    /// How many conversations it has had, the present one included. Ids of effects begin with it.
    pub(crate) runs: u32,
    /// The present one.
    pub(crate) run: Option<Parked>,
    /// Ids of the last events, each of them the channel's own: what comes again with one of them is a repeat.
    pub(crate) seen: VecDeque<String>,
    /// Values of fields, as JSON. Most hosts fetch them from a CRM instead.
    pub(crate) fields: BTreeMap<String, String>,
    /// When each trigger of a bot has started it last.
    pub(crate) started: BTreeMap<String, Vec<Option<i64>>>,
}

/// A run that waits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Parked {
    /// Its bytes, in base64 because this store is a text.
    pub(crate) bytes: String,
    /// The number of the wait it is parked at.
    pub(crate) wait: u32,
    /// When it wants a timer.
    pub(crate) due: Option<i64>,
}

/// An effect that has to be carried out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    /// `17/1/3.0`: lead, run and effect. The same effect always has the same id.
    pub(crate) id: String,
    /// The effect, as JSON.
    pub(crate) effect: String,
}

impl Job {
    /// Lead, run and effect of an id.
    pub(crate) fn parts(id: &str) -> Option<(&str, u32, &str)> {
        let (rest, effect) = id.rsplit_once('/')?;
        let (lead, run) = rest.rsplit_once('/')?;
        Some((lead, run.parse().ok()?, effect))
    }
}

/// Keeps leads and jobs.
pub(crate) trait Store: Send + Sync + 'static {
    /// A lead; one that is not known is new.
    fn lead(&self, lead: &str) -> impl Future<Output = Lead> + Send;

    /// A turn, all of it or nothing: what the lead is now, and what has to be carried out.
    fn commit(&self, lead: &str, state: Lead, jobs: Vec<Job>) -> impl Future<Output = io::Result<()>> + Send;

    /// The first job that is not done, and whether it was begun.
    fn next(&self) -> impl Future<Output = Option<(Job, bool)>> + Send;

    /// Notes that a job is begun which must not be begun again.
    fn begin(&self, job: &str) -> impl Future<Output = io::Result<()>> + Send;

    /// Notes that a job is done.
    fn done(&self, job: &str) -> impl Future<Output = io::Result<()>> + Send;

    /// Draws the next option of a counter for a job; the same job always draws the same.
    fn draw(&self, job: &str, counter: &str, options: u32) -> impl Future<Output = io::Result<u32>> + Send;

    /// Every timer: when it is due, the lead, and the number of the wait.
    fn timers(&self) -> impl Future<Output = Vec<(i64, String, u32)>> + Send;
}
