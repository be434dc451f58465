//! One event for one lead: from the store, through a turn, into the store.
//!
//! Turns of one lead come one after the other; those of different leads at once. What a turn gives is told to nobody
//! before it is stored, and what is stored is one thing: the run, the ids of the events that were seen, and the effects.

use crate::store::{Job, Lead, Parked, Store};
use sbot_embed::{Engine, Json, Outcome, Then, Turn, What, base64, json};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::{Mutex, Notify};

/// Channels repeat what they were not thanked for within a day: so many events of one lead are remembered.
const SEEN: usize = 200;
/// At most so many leads have a turn at once.
const LOCKS: usize = 256;

/// A program and its store.
pub(crate) struct Host<S> {
    pub(crate) engine: Engine,
    pub(crate) store: S,
    locks: Vec<Mutex<()>>,
    hasher: RandomState,
    pub(crate) timers: Mutex<BTreeSet<(i64, String, u32)>>,
    /// There is something to carry out.
    pub(crate) jobs: Notify,
    /// The first timer may be another one.
    pub(crate) armed: Notify,
}

/// An event for a lead.
#[derive(Debug, Default)]
pub(crate) struct Offer {
    pub(crate) lead: String,
    /// By which a repeat is known, if it can come twice.
    pub(crate) id: Option<String>,
    /// The run it is about, if it is about one.
    pub(crate) run: Option<u32>,
    /// What else has come with it: fields, as JSON.
    pub(crate) fields: BTreeMap<String, String>,
    /// All but its time.
    pub(crate) event: Vec<(Box<str>, Json)>,
}

/// What became of it.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It was here before.
    Seen,
    /// A turn was taken, and it asks for these effects.
    Taken(Vec<String>),
    /// The run does not take it, for this reason.
    Refused(String),
    /// There is no run, and no bot starts.
    Nothing,
}

/// Why nothing became of it. Nothing has changed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// What came does not fit the program.
    Input(sbot_embed::Error),
    /// The store does not work.
    Store(io::Error),
}

impl From<sbot_embed::Error> for Fault {
    fn from(why: sbot_embed::Error) -> Fault {
        Fault::Input(why)
    }
}

impl From<io::Error> for Fault {
    fn from(why: io::Error) -> Fault {
        Fault::Store(why)
    }
}

/// The present time, as events have it.
pub(crate) fn now() -> i64 {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(passed.as_millis()).unwrap_or(i64::MAX)
}

impl<S: Store> Host<S> {
    pub(crate) async fn new(engine: Engine, store: S) -> Host<S> {
        let timers = store.timers().await.into_iter().collect();
        Host {
            engine,
            store,
            locks: (0..LOCKS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            timers: Mutex::new(timers),
            jobs: Notify::new(),
            armed: Notify::new(),
        }
    }

    /// Gives a lead an event.
    pub(crate) async fn offer(&self, offer: Offer) -> Result<Answer, Fault> {
        let lock = self.hasher.hash_one(&offer.lead) as usize % LOCKS;
        let _turn = match self.locks.get(lock) {
            Some(lock) => lock.lock().await,
            None => return Err(io::Error::other("there is no such lock").into()),
        };
        let mut lead = self.store.lead(&offer.lead).await;
        if offer.id.as_ref().is_some_and(|id| lead.seen.contains(id)) {
            return Ok(Answer::Seen);
        }
        if offer.run.is_some_and(|run| run != lead.runs || lead.run.is_none()) {
            return Ok(Answer::Refused("it is about a conversation that is over".to_owned()));
        }
        let before = lead.run.clone();
        lead.seen.extend(offer.id);
        lead.seen.drain(..lead.seen.len().saturating_sub(SEEN));
        lead.fields.extend(offer.fields);
        note_client(&mut lead.fields, &offer.event);
        // A turn takes some microseconds, so it may well be taken on a thread that serves requests.
        let (answer, jobs) = self.take(&offer.lead, &mut lead, offer.event)?;
        let after = lead.run.clone();
        let any = !jobs.is_empty();
        self.store.commit(&offer.lead, lead, jobs).await?;
        self.arm(&offer.lead, before, after).await;
        if any {
            self.jobs.notify_one();
        }
        Ok(answer)
    }

    fn take(
        &self,
        name: &str,
        lead: &mut Lead,
        mut event: Vec<(Box<str>, Json)>,
    ) -> Result<(Answer, Vec<Job>), Fault> {
        let at = now();
        event.push(("at".into(), Json::int(at)));
        let event = Json::Object(event).to_string();
        let outcome = match &lead.run {
            Some(run) => Some(self.resume(run, &event, &lead.fields)?),
            None => self.start(lead, at, &event)?.map(Outcome::Turn),
        };
        Ok(match outcome {
            None => (Answer::Nothing, Vec::new()),
            Some(Outcome::Refused(why)) => (Answer::Refused(why.to_string()), Vec::new()),
            Some(Outcome::Turn(turn)) => {
                let jobs = settle(name, lead, turn);
                (Answer::Taken(jobs.iter().map(|job| job.id.clone()).collect()), jobs)
            }
        })
    }

    fn resume(&self, run: &Parked, event: &str, fields: &BTreeMap<String, String>) -> Result<Outcome, Fault> {
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "a parked run is no base64");
        let bytes = base64::decode(&run.bytes).ok_or_else(damaged)?;
        let facts = facts(&self.engine.reads(&bytes)?, fields);
        Ok(self.engine.turn(&bytes, event, &facts)?)
    }

    /// The first bot that the event starts, if there is one.
    fn start(&self, lead: &mut Lead, at: i64, event: &str) -> Result<Option<Turn>, Fault> {
        let about = facts(&self.engine.reads_of_triggers(), &lead.fields);
        let started = serde_json::to_string(&lead.started).map_err(io::Error::from)?;
        let starts = self.engine.triggered(event, &about, &started)?;
        for (bot, trapped) in &starts.trapped {
            eprintln!("{bot}: the test of a trigger stopped: {}", trapped.to_json());
        }
        let Some((bot, trigger)) = starts.bots.first() else { return Ok(None) };
        let reads = self.engine.reads_at_start(bot)?;
        let turn = self.engine.start(bot, "{}", event, &facts(&reads, &lead.fields))?;
        lead.runs += 1;
        let times = lead.started.entry(bot.to_string()).or_default();
        let trigger = *trigger as usize;
        times.resize(times.len().max(trigger + 1), None);
        if let Some(time) = times.get_mut(trigger) {
            *time = Some(at);
        }
        Ok(Some(turn))
    }

    /// Sets the timer of a lead anew.
    async fn arm(&self, lead: &str, before: Option<Parked>, after: Option<Parked>) {
        let timer = |run: Option<Parked>| run.and_then(|run| Some((run.due?, lead.to_owned(), run.wait)));
        let mut timers = self.timers.lock().await;
        if let Some(before) = timer(before) {
            timers.remove(&before);
        }
        timers.extend(timer(after));
        self.armed.notify_one();
    }
}

/// What a turn has made of a lead. Gives what has to be carried out.
fn settle(name: &str, lead: &mut Lead, turn: Turn) -> Vec<Job> {
    let mut jobs = Vec::new();
    for effect in &turn.effects {
        let id = format!("{name}/{}/{}", lead.runs, effect.id);
        match &effect.what {
            // Fields are part of the lead here, so they are set with the turn itself.
            What::Set { field, value } => {
                lead.fields.insert(field.clone(), value.to_string());
            }
            What::Event(_) => eprintln!("{id}: {}", effect.to_json()),
            What::Message(_) | What::Action { .. } | What::Draw(_) => {
                jobs.push(Job { id, effect: effect.to_json().to_string() });
            }
        }
    }
    lead.run = match turn.then {
        Then::Waits { wait, run } => {
            Some(Parked { bytes: base64::encode(&run), wait: wait.number, due: wait.due() })
        }
        Then::Ended(_) => None,
    };
    jobs
}

/// The facts of a turn: a value for every field that it may read.
fn facts(reads: &[String], fields: &BTreeMap<String, String>) -> String {
    let fact = |name: &String| {
        let value = fields.get(name).and_then(|value| json::read(value).ok());
        (name.as_str().into(), value.unwrap_or_default())
    };
    Json::Object(reads.iter().map(fact).collect()).to_string()
}

/// What an event says about the client holds for the turns after it, too, whether the run takes it or not.
fn note_client(fields: &mut BTreeMap<String, String>, event: &[(Box<str>, Json)]) {
    let get = |key: &str| event.iter().find(|(name, _)| **name == *key).map(|(_, value)| value.to_string());
    let none = || Some("null".to_owned());
    let kind = event.iter().find(|(name, _)| &**name == "kind").and_then(|(_, kind)| kind.as_text());
    let known = match kind {
        Some("message") => vec![
            ("client.text", get("text").or_else(none)),
            ("client.button", none()),
            ("client.file", get("file").or_else(none)),
            ("client.language", get("language")),
        ],
        Some("press") => {
            vec![("client.text", get("label")), ("client.button", get("label")), ("client.file", none())]
        }
        Some("comment") => vec![("client.comment", get("text"))],
        _ => return,
    };
    let channel = [("client.channel", get("channel")), ("chat.channel", get("channel"))];
    let known = known.into_iter().chain(channel);
    fields.extend(known.filter_map(|(name, value)| Some((name.to_owned(), value?))));
}
