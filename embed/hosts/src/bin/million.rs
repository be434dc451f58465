//! A million conversations in one process: `million PROGRAM.sbc BOT [LEADS]`.
//!
//! Every lead writes, then every other lead writes again, then an hour passes and the timers come due. Between two turns
//! of a lead there is nothing of it in memory but its parked run and the time of its next timer.

use sbot_hosts::arena::Arena;
use sbot_vm::{
    ClientMessage, Event, EventKind, Facts, Host, Limits, Machine, NEVER, Program, Run, Status, Value,
};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::error::Error;

/// When the first lead writes: 2026-01-05T10:00Z.
const START: i64 = 1_767_607_200_000;
const HOUR: i64 = 3_600_000;

/// Everything there is of all leads.
struct Leads {
    runs: Arena,
    /// For each lead, the time of its first entry among the timers.
    armed: Vec<i64>,
    timers: BinaryHeap<Reverse<(i64, u32)>>,
}

impl Leads {
    fn new(count: u32) -> Leads {
        let leads = count as usize;
        Leads { runs: Arena::new(leads), armed: vec![NEVER; leads], timers: BinaryHeap::new() }
    }

    /// Parks a run, or forgets it when it is over. An entry among the timers that comes too early costs a look; so a new
    /// one is only made for a timer that is due before it.
    fn keep(&mut self, lead: u32, bytes: &[u8], due: Option<i64>) {
        self.runs.put(lead, bytes);
        if let (Some(due), Some(armed)) = (due, self.armed.get_mut(lead as usize))
            && due < *armed
        {
            *armed = due;
            self.timers.push(Reverse((due, lead)));
        }
    }

    /// The next lead with an entry among the timers that has come due.
    fn due(&mut self, now: i64) -> Option<u32> {
        let Reverse((at, _)) = self.timers.peek()?;
        if *at > now {
            return None;
        }
        let Reverse((at, lead)) = self.timers.pop()?;
        if let Some(armed) = self.armed.get_mut(lead as usize).filter(|armed| **armed == at) {
            *armed = NEVER;
        }
        Some(lead)
    }
}

/// What takes turns: one program and one machine for all leads.
struct Turns {
    program: Program,
    bot: u32,
    facts: Facts,
    machine: Machine,
    limits: Limits,
    /// The run of the turn, and its bytes: kept so that no turn has to allocate them.
    run: Run,
    bytes: Vec<u8>,
    taken: u64,
    effects: u64,
}

impl Turns {
    fn start(&mut self, leads: &mut Leads, lead: u32, event: &Event) -> Result<(), Box<dyn Error>> {
        let status = self.machine.start(&self.program, self.bot, &[], event, &self.facts, &self.limits)?;
        if let Status::Parked(run) = status {
            self.run = run;
            self.park(leads, lead);
        }
        self.count();
        Ok(())
    }

    /// Gives an event to the run of a lead, if there is one that takes it.
    fn offer(&mut self, leads: &mut Leads, lead: u32, event: &Event) -> Result<(), Box<dyn Error>> {
        let Some(bytes) = leads.runs.get(lead) else { return Ok(()) };
        self.run.decode_from(&self.program, bytes)?;
        match self.machine.turn(&self.program, &mut self.run, event, &self.facts, &self.limits) {
            Ok(None) => self.park(leads, lead),
            Ok(Some(_ending)) => leads.runs.remove(lead),
            // It goes on waiting; if this was a timer that came too early, for the right time.
            Err(_refused) => {
                self.park(leads, lead);
                return Ok(());
            }
        }
        self.count();
        Ok(())
    }

    fn park(&mut self, leads: &mut Leads, lead: u32) {
        self.bytes.clear();
        self.run.encode_into(&self.program, &mut self.bytes);
        leads.keep(lead, &self.bytes, self.run.due());
    }

    /// A host would carry the effects out here.
    fn count(&mut self) {
        self.taken += 1;
        self.effects += self.machine.effects().len() as u64;
    }
}

fn says(at: i64, text: &str) -> Event {
    Event::new(at, EventKind::Message(ClientMessage { text: Some(text.into()), ..ClientMessage::default() }))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(path), Some(bot)) = (args.next(), args.next()) else {
        return Err("say which program and which bot: million shop.sbc shop 1000000".into());
    };
    let count: u32 = args.next().map_or(Ok(1_000_000), |count| count.parse())?;
    let program = Program::load(&std::fs::read(path)?)?;
    program.check(&Host::with_everything())?;
    let bot = program.bot(&bot).ok_or("the program has no such bot")?;
    let names = program.field("contact.name").map(|field| (field, Value::text("Ann")));
    let facts = program.facts(names);
    let mut leads = Leads::new(count);
    let mut turns = Turns {
        program,
        bot,
        facts,
        machine: Machine::new(),
        limits: Limits::default(),
        run: Run::default(),
        bytes: Vec::new(),
        taken: 0,
        effects: 0,
    };
    let (hello, prices) = (says(START, "Hello"), says(START + 500, "Prices"));
    for lead in 0..count {
        turns.start(&mut leads, lead, &hello)?;
    }
    report("everyone has written", &leads, &turns);
    for lead in (0..count).step_by(2) {
        turns.offer(&mut leads, lead, &prices)?;
    }
    report("every other one has written again", &leads, &turns);
    let timer = Event::new(START + HOUR, EventKind::Timer);
    while let Some(lead) = leads.due(timer.at) {
        turns.offer(&mut leads, lead, &timer)?;
    }
    report("an hour has passed", &leads, &turns);
    let timer = Event::new(START + 24 * HOUR, EventKind::Timer);
    while let Some(lead) = leads.due(timer.at) {
        turns.offer(&mut leads, lead, &timer)?;
    }
    report("a day has passed", &leads, &turns);
    Ok(())
}

fn report(when: &str, leads: &Leads, turns: &Turns) {
    let (count, (runs, memory)) = (leads.runs.count(), leads.runs.bytes());
    let timers = leads.armed.len() * size_of::<i64>() + leads.timers.len() * size_of::<(i64, u32)>();
    let each = runs as f64 / count.max(1) as f64;
    println!("{when}: {} turns, {} effects", turns.taken, turns.effects);
    println!(
        "  {count} runs are parked, {each:.1} bytes each; they take {memory} bytes, their timers {timers}"
    );
    if let Some(resident) = resident() {
        println!("  the process takes {} MB", resident / 1_000_000);
    }
}

/// The memory of this process in bytes, where the system says it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
}
