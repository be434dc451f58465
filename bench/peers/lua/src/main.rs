//! Lua 5.4 and LuaJIT, embedded by mlua.

use mlua::{Error, Function, Lua, LuaSerdeExt as _, LuaString, RegistryKey, Table, Value};
use sbot_bench::script::Event;
use sbot_bench_common::{Embedded, Language, Unsupported, host, serve, steps};
use std::hint::black_box;

struct Script {
    lua: Lua,
    flow: Function,
    fib: Function,
    sum: Function,
}

const FIB: &str =
    "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end return fib";
const SUM: &str = "return function(n) local s = 0 for i = 0, n - 1 do s = s + i end return s end";

fn new() -> Result<Script, Error> {
    let lua = Lua::new();
    let phone = host::phone().map_err(Error::external)?;
    let set = |name: &str, function: Function| lua.globals().set(name, function);
    set(
        "send",
        lua.create_function(|_, text: String| {
            host::send(text);
            Ok(())
        })?,
    )?;
    set(
        "ask",
        lua.create_function(|_, (text, buttons)| {
            host::ask(text, buttons);
            Ok(())
        })?,
    )?;
    set(
        "set",
        lua.create_function(|_, value: String| {
            host::set(value);
            Ok(())
        })?,
    )?;
    set(
        "tag",
        lua.create_function(|_, name: String| {
            host::tag(name);
            Ok(())
        })?,
    )?;
    set(
        "note",
        lua.create_function(|_, text: String| {
            host::note(text);
            Ok(())
        })?,
    )?;
    set(
        "stage",
        lua.create_function(|_, ()| {
            host::stage();
            Ok(())
        })?,
    )?;
    set(
        "done",
        lua.create_function(|_, ()| {
            host::done();
            Ok(())
        })?,
    )?;
    set("contact_name", lua.create_function(|_, ()| Ok(host::name()))?)?;
    set("budget", lua.create_function(|_, ()| Ok(host::budget()))?)?;
    set("is_phone", lua.create_function(move |_, text: LuaString| Ok(phone.is_match(&text.to_str()?)))?)?;
    let flow = lua.load(include_str!("flow.lua")).eval()?;
    let (fib, sum) = (lua.load(FIB).eval()?, lua.load(SUM).eval()?);
    Ok(Script { lua, flow, fib, sum })
}

fn said<T>(result: Result<T, Error>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

impl Language for Script {
    type State = Table;
    type Kept = RegistryKey;

    fn version(&mut self) -> Result<String, String> {
        let binding = "mlua 0.12.2";
        let name: String = said(self.lua.load("return jit and jit.version or _VERSION").eval())?;
        Ok(format!("{name}, {binding}"))
    }

    fn start(&mut self) -> Result<Table, String> {
        let state = said(self.lua.create_table_with_capacity(0, 5))?;
        said(state.raw_set("at", "new"))?;
        said(state.raw_set("tries", 0))?;
        Ok(state)
    }

    fn event(&mut self, state: &mut Table, event: Event) -> Result<(), String> {
        said(match event {
            Event::Start => self.flow.call((&*state, "start")),
            Event::Says(text) => self.flow.call((&*state, "message", text)),
            Event::Timer => self.flow.call((&*state, "timer")),
        })
    }

    /// Handles like `Table` stand on a stack of Lua, which has no room for very many.
    fn keep(&mut self, state: Table) -> Result<RegistryKey, String> {
        said(self.lua.create_registry_value(state))
    }

    fn save(&mut self, state: &Table) -> Result<Vec<u8>, String> {
        serde_json::to_vec(state).map_err(|error| error.to_string())
    }

    fn load(&mut self, bytes: &[u8]) -> Result<Table, String> {
        let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        match said(self.lua.to_value(&value))? {
            Value::Table(table) => Ok(table),
            other => Err(format!("a {} is no state", other.type_name())),
        }
    }

    fn source(&self, n: usize) -> String {
        steps::lua(n)
    }

    fn compile(&mut self, source: &str) -> Result<(), String> {
        let lua = Lua::new();
        black_box(said(lua.load(source).into_function())?);
        Ok(())
    }

    fn fib(&mut self, n: i64) -> Result<Result<i64, String>, Unsupported> {
        Ok(said(self.fib.call(n)))
    }

    fn sum(&mut self, n: i64) -> Result<Result<i64, String>, Unsupported> {
        Ok(said(self.sum.call(n)))
    }
}

fn main() {
    serve(said(new()).map(Embedded));
}
