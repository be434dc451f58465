//! Rhai.

use rhai::{AST, Array, CallFnOptions, Dynamic, Engine, INT, ImmutableString, Map, Scope};
use sbot_bench::script::Event;
use sbot_bench_common::{Embedded, Language, Unsupported, host, serve, steps};
use std::hint::black_box;

struct Script {
    engine: Engine,
    flow: AST,
    compute: AST,
}

const COMPUTE: &str = "
fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } }
fn total(n) { let s = 0; for i in 0..n { s += i; } s }";

fn engine() -> Result<Engine, String> {
    let mut engine = Engine::new();
    let phone = host::phone()?;
    engine.register_fn("send", |text: ImmutableString| host::send(text.to_string()));
    engine.register_fn("ask", |text: ImmutableString, buttons: Array| {
        host::ask(text.to_string(), buttons.iter().map(ToString::to_string).collect());
    });
    engine.register_fn("set_phone", |value: ImmutableString| host::set(value.to_string()));
    engine.register_fn("tag", |name: ImmutableString| host::tag(name.to_string()));
    engine.register_fn("note", |text: ImmutableString| host::note(text.to_string()));
    engine.register_fn("stage", host::stage);
    engine.register_fn("done", host::done);
    engine.register_fn("contact_name", host::name);
    engine.register_fn("budget", || -> INT { host::budget() });
    engine.register_fn("is_phone", move |text: ImmutableString| phone.is_match(&text));
    Ok(engine)
}

fn new() -> Result<Script, String> {
    let engine = engine()?;
    let flow = engine.compile(include_str!("flow.rhai")).map_err(|error| error.to_string())?;
    let compute = engine.compile(COMPUTE).map_err(|error| error.to_string())?;
    Ok(Script { engine, flow, compute })
}

impl Script {
    fn compute(&self, what: &str, n: i64) -> Result<i64, String> {
        let result: Result<INT, _> = self.engine.call_fn(&mut Scope::new(), &self.compute, what, (n,));
        result.map_err(|error| error.to_string())
    }
}

impl Language for Script {
    type State = Dynamic;
    type Kept = Dynamic;

    fn version(&mut self) -> Result<String, String> {
        Ok("1.27.0".to_owned())
    }

    fn start(&mut self) -> Result<Dynamic, String> {
        let mut state = Map::new();
        state.insert("at".into(), "new".into());
        state.insert("tries".into(), Dynamic::from_int(0));
        Ok(state.into())
    }

    fn event(&mut self, state: &mut Dynamic, event: Event) -> Result<(), String> {
        let (kind, text) = match event {
            Event::Start => ("start", ""),
            Event::Says(text) => ("message", text),
            Event::Timer => ("timer", ""),
        };
        let options = CallFnOptions::new().eval_ast(false).bind_this_ptr(state);
        let args = (ImmutableString::from(kind), ImmutableString::from(text));
        let done: Result<Dynamic, _> =
            self.engine.call_fn_with_options(options, &mut Scope::new(), &self.flow, "on_event", args);
        done.map(|_| ()).map_err(|error| error.to_string())
    }

    fn keep(&mut self, state: Dynamic) -> Result<Dynamic, String> {
        Ok(state)
    }

    fn save(&mut self, state: &Dynamic) -> Result<Vec<u8>, String> {
        serde_json::to_vec(state).map_err(|error| error.to_string())
    }

    fn load(&mut self, bytes: &[u8]) -> Result<Dynamic, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }

    fn source(&self, n: usize) -> String {
        steps::rhai(n)
    }

    fn compile(&mut self, source: &str) -> Result<(), String> {
        black_box(self.engine.compile(source).map_err(|error| error.to_string())?);
        Ok(())
    }

    fn fib(&mut self, n: i64) -> Result<Result<i64, String>, Unsupported> {
        Ok(self.compute("fib", n))
    }

    fn sum(&mut self, n: i64) -> Result<Result<i64, String>, Unsupported> {
        Ok(self.compute("total", n))
    }
}

fn main() {
    serve(new().map(Embedded));
}
