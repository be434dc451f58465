//! The native half of the Python package: programs and the compiler, with JSON texts in and out. `python/sbot` makes
//! objects of them.

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use sbot_embed::{Engine, Error, Json, Problem, Upgrade, base64};
use sbotc::in_memory::{self, InMemory};
use std::collections::BTreeMap;

create_exception!(
    _sbot,
    Failed,
    PyException,
    "A call that could not be done; its argument is JSON that tells why."
);

fn failed(why: &Error) -> PyErr {
    Failed::new_err(why.to_json().to_string())
}

fn run(base64: &str) -> PyResult<Vec<u8>> {
    let what = "it is no base64: give the text that a turn gave as `run`".to_owned();
    let why = Error::Input(vec![Problem { at: "run".to_owned(), what }]);
    base64::decode(base64).ok_or_else(|| failed(&why))
}

fn names(names: &[String]) -> String {
    Json::list(names.iter().map(|name| Json::text(name))).to_string()
}

/// A loaded program.
#[pyclass(frozen)]
struct Native(Engine);

#[pymethods]
impl Native {
    #[new]
    fn new(bytes: &[u8]) -> PyResult<Native> {
        Engine::load(bytes).map(Native).map_err(|why| failed(&why))
    }

    fn describe(&self) -> String {
        self.0.describe().to_string()
    }

    fn check(&self, host: &str) -> PyResult<String> {
        self.0.check(host).map(|()| "{}".to_owned()).map_err(|why| failed(&why))
    }

    fn start(&self, bot: &str, args: &str, event: &str, facts: &str) -> PyResult<String> {
        self.0
            .start(bot, args, event, facts)
            .map(|turn| turn.to_json().to_string())
            .map_err(|why| failed(&why))
    }

    fn turn(&self, parked: &str, event: &str, facts: &str) -> PyResult<String> {
        let outcome = self.0.turn(&run(parked)?, event, facts);
        outcome.map(|outcome| outcome.to_json().to_string()).map_err(|why| failed(&why))
    }

    fn start_logged(
        &self,
        name: &str,
        bot: &str,
        args: &str,
        event: &str,
        facts: &str,
    ) -> PyResult<(String, String)> {
        let made = self.0.start_logged(name, bot, args, event, facts);
        made.map(|(turn, line)| (turn.to_json().to_string(), line.to_string())).map_err(|why| failed(&why))
    }

    fn turn_logged(&self, name: &str, parked: &str, event: &str, facts: &str) -> PyResult<(String, String)> {
        let made = self.0.turn_logged(name, &run(parked)?, event, facts);
        made.map(|(outcome, line)| (outcome.to_json().to_string(), line.to_string()))
            .map_err(|why| failed(&why))
    }

    fn triggered(&self, event: &str, facts: &str, started: &str) -> PyResult<String> {
        let starts = self.0.triggered(event, facts, started);
        starts.map(|starts| starts.to_json().to_string()).map_err(|why| failed(&why))
    }

    fn wait(&self, parked: &str) -> PyResult<String> {
        self.0.wait(&run(parked)?).map(|wait| wait.to_json().to_string()).map_err(|why| failed(&why))
    }

    fn reads(&self, parked: &str) -> PyResult<String> {
        self.0.reads(&run(parked)?).map(|reads| names(&reads)).map_err(|why| failed(&why))
    }

    fn reads_at_start(&self, bot: &str) -> PyResult<String> {
        self.0.reads_at_start(bot).map(|reads| names(&reads)).map_err(|why| failed(&why))
    }

    fn reads_of_triggers(&self) -> String {
        names(&self.0.reads_of_triggers())
    }
}

fn moment(now: &str) -> PyResult<i64> {
    let what = "a moment in milliseconds since 1970 was expected: 1795339800000".to_owned();
    let why = Error::Input(vec![Problem { at: "now".to_owned(), what }]);
    now.parse().map_err(|_| failed(&why))
}

/// What becomes of runs of one program under another.
#[pyclass(frozen)]
struct Moves(Upgrade);

#[pymethods]
impl Moves {
    #[new]
    fn new(old: &Native, new: &Native) -> Moves {
        Moves(Upgrade::new(&old.0, &new.0))
    }

    fn describe(&self) -> String {
        self.0.describe().to_string()
    }

    fn run(&self, parked: &str, now: &str) -> PyResult<String> {
        let moved = self.0.run(&run(parked)?, moment(now)?);
        moved.map(|moved| moved.to_json().to_string()).map_err(|why| failed(&why))
    }

    fn run_logged(&self, name: &str, parked: &str, now: &str) -> PyResult<String> {
        let made = self.0.run_logged(name, &run(parked)?, moment(now)?);
        let (moved, line) = made.map_err(|why| failed(&why))?;
        let line = line.map(|line| Json::text(&line.to_string()));
        Ok(Json::object([("moved", moved.to_json()), ("log", line.unwrap_or_default())]).to_string())
    }
}

/// Compiles a project: the bytes of the program, or nothing, and JSON with `id`, `diagnostics` and `report`.
#[pyfunction]
fn compile(py: Python<'_>, files: BTreeMap<String, Vec<u8>>) -> PyResult<(Option<Vec<u8>>, String)> {
    // A deeply nested source needs more stack than a thread of Python has.
    const STACK: usize = 256 << 20;
    let work = move || in_memory::compile(&InMemory(files));
    let compiled =
        py.detach(|| std::thread::Builder::new().stack_size(STACK).spawn(work).map(|thread| thread.join()));
    match compiled {
        Ok(Ok(compiled)) => {
            let told = compiled.to_json().to_string();
            Ok((compiled.program, told))
        }
        Ok(Err(_)) | Err(_) => Err(PyException::new_err("there is no thread to compile the files in")),
    }
}

#[pymodule]
fn _sbot(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Native>()?;
    module.add_class::<Moves>()?;
    module.add("Failed", module.py().get_type::<Failed>())?;
    module.add("version", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(compile, module)?)
}
