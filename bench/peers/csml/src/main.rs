//! CSML by its own interpreter, with the bot parsed beforehand. CSML's own calls to a host go over HTTP; here they are
//! components of a message, which is in its favour.

use csml_interpreter::data::context::{ContextStepInfo, get_hashmap_from_json, get_hashmap_from_mem};
use csml_interpreter::data::csml_bot::CsmlBot;
use csml_interpreter::data::csml_flow::CsmlFlow;
use csml_interpreter::data::event::Event as CsmlEvent;
use csml_interpreter::data::{Context, Hold, IndexInfo, MSG, Message};
use csml_interpreter::{interpret, load_components, validate_bot};
use sbot_bench::script::Event;
use sbot_bench_common::{Embedded, Language, Unsupported, host, serve, steps};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::hint::black_box;
use std::sync::mpsc::channel;

const FLOW: &str = "flow";

/// What the engine keeps of a conversation: what it remembers, and where it holds.
#[derive(Default, Serialize, Deserialize)]
struct State {
    memory: Map<String, Value>,
    hold: Option<(IndexInfo, Value, String, String)>,
}

struct Csml {
    bot: CsmlBot,
}

fn bot(source: &str) -> Result<CsmlBot, String> {
    let mut components = load_components().map_err(|error| format!("{error:?}"))?;
    let text = |required: bool| json!({ "required": required, "type": "String", "default_value": [], "add_value": [] });
    components
        .insert("Act".to_owned(), json!({ "params": [{ "what": text(true) }, { "value": text(true) }] }));
    let flow = CsmlFlow::new("id", FLOW, source, Vec::new());
    Ok(CsmlBot::new(
        "id",
        "bot",
        None,
        vec![flow],
        Some(components),
        None,
        FLOW,
        None,
        None,
        None,
        None,
        None,
    ))
}

/// Parses a bot and lints it. The engine's form of a parsed bot is bincode as base64.
fn parsed(mut bot: CsmlBot) -> Result<CsmlBot, String> {
    let checked = validate_bot(&bot);
    if let Some(errors) = &checked.errors {
        return Err(format!("{errors:?}"));
    }
    let flows = checked.flows.ok_or("no flows")?;
    let others = checked.extern_flows.unwrap_or_default();
    let bytes = bincode::serialize(&(flows, others)).map_err(|error| error.to_string())?;
    bot.bot_ast = Some(base64::encode(bytes));
    Ok(bot)
}

fn text(content: &Value, key: &str) -> String {
    content.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn labels(content: &Value) -> Vec<String> {
    let buttons = content.get("buttons").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let label = |button: &Value| text(button.get("content").unwrap_or(button), "title");
    buttons.iter().map(label).collect()
}

fn perform(message: &Message) -> Result<(), String> {
    let content = &message.content;
    match message.content_type.as_str() {
        "text" => host::send(text(content, "text")),
        "question" => host::ask(text(content, "title"), labels(content)),
        "act" => match text(content, "what").as_str() {
            "set" => host::set(text(content, "value")),
            "tag" => host::tag(text(content, "value")),
            "note" => host::note(text(content, "value")),
            "stage" => host::stage(),
            other => return Err(format!("no act `{other}`")),
        },
        other => return Err(format!("a message of the unknown type `{other}`: {content}")),
    }
    Ok(())
}

impl Language for Csml {
    type State = State;
    type Kept = State;

    fn version(&mut self) -> Result<String, String> {
        Ok("1.11.2".to_owned())
    }

    fn start(&mut self) -> Result<State, String> {
        Ok(State::default())
    }

    fn event(&mut self, state: &mut State, event: Event) -> Result<(), String> {
        let said = match event {
            Event::Start => "start",
            Event::Says(text) => text,
            Event::Timer => "timer",
        };
        let memory = get_hashmap_from_mem(&Value::Object(state.memory.clone()), FLOW);
        let facts = json!({ "name": host::name(), "budget": host::budget() });
        let facts = get_hashmap_from_json(&facts, FLOW);
        let mut context = Context::new(memory, facts, None, None, "start", FLOW, None);
        if let Some((index, variables, step, flow)) = state.hold.take() {
            context.step = ContextStepInfo::Normal(step.clone());
            context.flow.clone_from(&flow);
            context.hold = Some(Hold::new(index, variables, step, flow, None, false));
        }
        let event = CsmlEvent::new("text", said, json!({ "text": said }));
        // The hold comes through the channel only; what the function returns has lost it.
        let (sender, messages) = channel();
        interpret(self.bot.clone(), context, event, Some(sender));
        for message in messages {
            match message {
                MSG::Message(message) => perform(&message)?,
                MSG::Remember(memory) => {
                    state.memory.insert(memory.key, memory.value);
                }
                MSG::Hold(hold) => {
                    state.hold = Some((hold.index, hold.step_vars, hold.step_name, hold.flow_name));
                }
                MSG::Error(error) => return Err(error.content.to_string()),
                MSG::Forget(_) | MSG::Log { .. } | MSG::Next { .. } => {}
            }
        }
        if state.hold.is_none() {
            host::done();
        }
        Ok(())
    }

    fn keep(&mut self, state: State) -> Result<State, String> {
        Ok(state)
    }

    fn save(&mut self, state: &State) -> Result<Vec<u8>, String> {
        serde_json::to_vec(state).map_err(|error| error.to_string())
    }

    fn load(&mut self, bytes: &[u8]) -> Result<State, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }

    fn source(&self, n: usize) -> String {
        steps::csml(n)
    }

    fn compile(&mut self, source: &str) -> Result<(), String> {
        let checked = validate_bot(&bot(source)?);
        match &checked.errors {
            Some(errors) => Err(format!("{errors:?}")),
            None => {
                black_box(&checked.flows);
                Ok(())
            }
        }
    }

    fn fib(&mut self, _: i64) -> Result<Result<i64, String>, Unsupported> {
        Err(TOO_SLOW)
    }

    fn sum(&mut self, _: i64) -> Result<Result<i64, String>, Unsupported> {
        Err(TOO_SLOW)
    }
}

const TOO_SLOW: Unsupported = "it would take minutes";

fn main() {
    let csml = bot(include_str!("flow.csml")).and_then(parsed).map(|bot| Csml { bot });
    serve(csml.map(Embedded));
}
