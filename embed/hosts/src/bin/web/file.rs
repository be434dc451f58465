//! A store that is one file. Everything that happens is a line at its end, written and synced before anything else goes on,
//! so a turn is there as a whole or not at all. It is read once, when the host starts, and it only grows: a database is
//! the better store for more than a few thousand leads.

use crate::store::{Job, Lead, Store};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::Path;
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;
use tokio::sync::Mutex;

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Turn { lead: String, state: Lead, jobs: Vec<Job> },
    Begun { job: String },
    Done { job: String },
    Drawn { job: String, counter: String, option: u32 },
}

/// What the lines say.
#[derive(Default)]
struct Known {
    leads: HashMap<String, Lead>,
    /// What is to be done, in order, and whether it is begun.
    jobs: VecDeque<(Job, bool)>,
    /// The last draw of each counter.
    counters: HashMap<String, u32>,
    /// What was drawn for jobs that are not done.
    drawn: HashMap<String, u32>,
}

impl Known {
    fn note(&mut self, line: Line) {
        match line {
            Line::Turn { lead, state, jobs } => {
                self.leads.insert(lead, state);
                self.jobs.extend(jobs.into_iter().map(|job| (job, false)));
            }
            Line::Begun { job } => {
                self.jobs
                    .iter_mut()
                    .filter(|(known, _)| known.id == job)
                    .for_each(|(_, begun)| *begun = true);
            }
            Line::Done { job } => {
                self.jobs.retain(|(known, _)| known.id != job);
                self.drawn.remove(&job);
            }
            Line::Drawn { job, counter, option } => {
                self.counters.insert(counter, option);
                self.drawn.insert(job, option);
            }
        }
    }
}

/// The file, open at its end, and what stands in it.
struct Open {
    known: Known,
    file: File,
    /// A line could not be written. Half of it may stand there, so nothing may follow it.
    broken: bool,
}

/// A store that is one file.
pub(crate) struct FileStore(Mutex<Open>);

impl FileStore {
    /// Opens a file, or begins it.
    ///
    /// # Errors
    /// It cannot be read or written, or a line is damaged that is not the last one.
    pub(crate) async fn open(path: &Path) -> io::Result<FileStore> {
        let mut known = Known::default();
        let text = match tokio::fs::read_to_string(path).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        // A line without an end was being written when the host was killed: nobody has been told of it.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        for (number, line) in text.get(..whole).unwrap_or_default().lines().enumerate() {
            let line = serde_json::from_str(line).map_err(|why| {
                let what =
                    format!("{}, line {}: {why}; restore the file from a copy", path.display(), number + 1);
                io::Error::new(io::ErrorKind::InvalidData, what)
            })?;
            known.note(line);
        }
        let file = OpenOptions::new().create(true).append(true).open(path).await?;
        file.set_len(whole as u64).await?;
        Ok(FileStore(Mutex::new(Open { known, file, broken: false })))
    }

    async fn write(&self, line: Line) -> io::Result<()> {
        self.0.lock().await.write(line).await
    }
}

impl Open {
    async fn write(&mut self, line: Line) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("the store could not be written to: restart the host"));
        }
        let mut text = serde_json::to_string(&line)?;
        text.push('\n');
        self.broken = true;
        self.file.write_all(text.as_bytes()).await?;
        self.file.flush().await?;
        self.file.sync_data().await?;
        self.broken = false;
        self.known.note(line);
        Ok(())
    }
}

impl Store for FileStore {
    async fn lead(&self, lead: &str) -> Lead {
        self.0.lock().await.known.leads.get(lead).cloned().unwrap_or_default()
    }

    async fn commit(&self, lead: &str, state: Lead, jobs: Vec<Job>) -> io::Result<()> {
        self.write(Line::Turn { lead: lead.to_owned(), state, jobs }).await
    }

    async fn next(&self) -> Option<(Job, bool)> {
        self.0.lock().await.known.jobs.front().cloned()
    }

    async fn begin(&self, job: &str) -> io::Result<()> {
        self.write(Line::Begun { job: job.to_owned() }).await
    }

    async fn done(&self, job: &str) -> io::Result<()> {
        self.write(Line::Done { job: job.to_owned() }).await
    }

    async fn draw(&self, job: &str, counter: &str, options: u32) -> io::Result<u32> {
        let mut open = self.0.lock().await;
        if let Some(option) = open.known.drawn.get(job) {
            return Ok(*option);
        }
        let option = open.known.counters.get(counter).map_or(0, |last| (last + 1) % options.max(1));
        open.write(Line::Drawn { job: job.to_owned(), counter: counter.to_owned(), option }).await?;
        Ok(option)
    }

    async fn timers(&self) -> Vec<(i64, String, u32)> {
        let open = self.0.lock().await;
        let timer = |(lead, state): (&String, &Lead)| {
            let run = state.run.as_ref()?;
            Some((run.due?, lead.clone(), run.wait))
        };
        open.known.leads.iter().filter_map(timer).collect()
    }
}
