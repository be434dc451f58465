//! What is parked, for people: the wait, the variables, the deadlines, the size.

use super::show;
use super::world::World;
use sbot_vm::Run;
use sbot_vm::program::{On, Wait};
use sbot_vm::run::NEVER;
use sbot_vm::value::Value;

/// The state of the world in a few lines, each ended by a line break.
#[must_use]
pub fn describe(world: &World) -> String {
    let program = world.program();
    let bot = world.tables().bots.get(world.bot() as usize).map_or("?", |bot| &*bot.name);
    let mut rows = vec![
        ("bot", format!("{bot} of program {:016x}", program.id())),
        ("clock", show::plain(program, &Value::DateTime(world.now()))),
    ];
    match (world.run(), world.wait()) {
        (Some(run), Some(wait)) => parked(world, run, wait, &mut rows),
        _ if world.has_begun() => rows.push(("run", "ended".to_owned())),
        _ => rows.push(("run", "not begun".to_owned())),
    }
    rows.into_iter().map(|(name, text)| format!("  {name:<10} {text}\n")).collect()
}

fn parked(world: &World, run: &Run, wait: &Wait, rows: &mut Vec<(&'static str, String)>) {
    let program = world.program();
    rows.push(("waits at", format!("{} in step {}", wait.name, wait.step)));
    rows.push(("turn", run.turn.to_string()));
    for (live, value) in wait.live.iter().zip(&run.values) {
        if !live.name.starts_with('%') {
            rows.push(("variable", format!("{} = {}", live.name, show::value(program, value))));
        }
    }
    for due in run.deadlines.iter().filter(|due| **due != NEVER) {
        let at = show::plain(program, &Value::DateTime(*due));
        rows.push(("timer", format!("{at}, in {}", show::until(program, *due, world.now()))));
    }
    let exits: Vec<&str> = wait.exits.iter().map(|exit| exit_name(&exit.on)).collect();
    let mut exits = exits;
    exits.dedup();
    rows.push(("ends by", exits.join(", ")));
    rows.push(("parked", format!("{} bytes", run.encode(program).len())));
}

fn exit_name(on: &On) -> &'static str {
    match on {
        On::Option { .. } => "a button or its words",
        On::Other => "any other message",
        On::Message => "a message",
        On::Timeout(_) => "a timer",
        On::Failed => "a failed delivery",
        On::Delivered => "the delivery",
        On::VideoOpened => "an opened video",
        On::VideoClosed => "a closed video",
        On::Answer(_) => "an answer",
        On::Result => "a result",
        On::Chosen(_) => "one of the shown texts",
        On::Hours(_) => "the beginning of the hours",
        On::Drawn(_) => "a draw",
    }
}
