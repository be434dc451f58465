//! The least that a host does: `chat PROGRAM.sbc BOT` talks to a bot in the terminal.

use sbot_embed::{Engine, Json, Outcome, Then, What};
use std::io::BufRead;
use std::time::{SystemTime, UNIX_EPOCH};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("say which program and which bot: chat shop.sbc shop")?;
    let bot = args.next().ok_or("say which bot, too: chat shop.sbc shop")?;
    let engine = Engine::load(&std::fs::read(path)?)?;
    engine.check(r#"{"actions":"all","fields":"all","users":"all","teams":"all","channels":"all"}"#)?;
    let mut run: Option<Vec<u8>> = None;
    for line in std::io::stdin().lock().lines() {
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
        let event = format!(r#"{{"at":{now},"kind":"message","text":{}}}"#, Json::text(&line?));
        let reads = run.as_ref().map_or_else(|| engine.reads_at_start(&bot), |run| engine.reads(run))?;
        let fact = |name: &String| if name == "contact.name" { Json::text("Ann") } else { Json::Null };
        let facts = Json::Object(reads.iter().map(|name| (name.as_str().into(), fact(name))).collect());
        let turn = match &run {
            None => engine.start(&bot, "{}", &event, &facts.to_string())?,
            Some(run) => match engine.turn(run, &event, &facts.to_string())? {
                Outcome::Turn(turn) => turn,
                Outcome::Refused(why) => {
                    println!("- {why}");
                    continue;
                }
            },
        };
        for effect in &turn.effects {
            if let What::Message(message) = &effect.what {
                println!("{} {}", effect.id, message.made.text);
            } else {
                println!("{} {}", effect.id, effect.to_json());
            }
        }
        run = if let Then::Waits { run, .. } = turn.then { Some(run) } else { None };
    }
    Ok(())
}
