//! The C interface of Sbot: programs, turns and the compiler behind pointers and JSON texts. `include/sbot.h` is its
//! documentation; the WebAssembly package is this crate too, built for `wasm32-unknown-unknown`.
//!
//! Invariants: every text that comes in is copied or read before the call returns; every object that goes out is freed by
//! exactly one call; nothing behind the boundary panics, and if it did, `extern "C"` would end the process rather than unwind
//! into another language.

use sbot_embed::json::{self, Json};
use sbot_embed::{Engine, Error, Problem, Upgrade, base64};
use sbotc::in_memory::{self, InMemory};
use std::collections::BTreeMap;

/// A loaded program.
pub struct Program(Engine);

/// What becomes of runs of one program under another.
pub struct Moves(Upgrade);

/// A text that a call gave.
pub struct Text {
    bytes: Vec<u8>,
    /// It tells what is wrong with the call.
    error: bool,
}

fn text(json: &Json) -> *mut Text {
    Box::into_raw(Box::new(Text { bytes: json.to_string().into_bytes(), error: false }))
}

fn error(why: &Error) -> *mut Text {
    Box::into_raw(Box::new(Text { bytes: why.to_json().to_string().into_bytes(), error: true }))
}

fn given(result: Result<Json, Error>) -> *mut Text {
    match result {
        Ok(json) => text(&json),
        Err(why) => error(&why),
    }
}

fn wrong(at: &str, what: &str) -> Error {
    Error::Input(vec![Problem { at: at.to_owned(), what: what.to_owned() }])
}

/// The bytes that a caller passes.
///
/// # Safety
/// `data` points to `length` bytes that stay as they are during the call, or `length` is 0.
unsafe fn bytes<'a>(data: *const u8, length: usize) -> &'a [u8] {
    if data.is_null() || length == 0 {
        return &[];
    }
    // SAFETY: the caller promises it.
    unsafe { std::slice::from_raw_parts(data, length) }
}

/// The text that a caller passes.
///
/// # Safety
/// As [`bytes`].
unsafe fn string<'a>(at: &str, data: *const u8, length: usize) -> Result<&'a str, Error> {
    // SAFETY: the caller promises it.
    std::str::from_utf8(unsafe { bytes(data, length) }).map_err(|_| wrong(at, "it is not UTF-8"))
}

/// The program behind a pointer.
///
/// # Safety
/// `program` is null or comes from `sbot_program_load` and has not been freed.
unsafe fn engine<'a>(program: *const Program) -> Result<&'a Engine, Error> {
    // SAFETY: the caller promises it.
    let program = unsafe { program.as_ref() };
    program.map(|program| &program.0).ok_or_else(|| wrong("program", "it is null: load one first"))
}

/// The upgrade behind a pointer.
///
/// # Safety
/// `moves` is null or comes from `sbot_upgrade_new` and has not been freed.
unsafe fn upgrade<'a>(moves: *const Moves) -> Result<&'a Upgrade, Error> {
    // SAFETY: the caller promises it.
    let moves = unsafe { moves.as_ref() };
    moves.map(|moves| &moves.0).ok_or_else(|| wrong("upgrade", "it is null: make one first"))
}

fn moment(now: &str) -> Result<i64, Error> {
    now.parse().map_err(|_| wrong("now", "a moment in milliseconds since 1970 was expected: 1795339800000"))
}

fn run(base64: &str) -> Result<Vec<u8>, Error> {
    base64::decode(base64)
        .ok_or_else(|| wrong("run", "it is no base64: give the text that a turn gave as `run`"))
}

/// The version of this library, as a JSON text.
#[unsafe(no_mangle)]
pub extern "C" fn sbot_version() -> *mut Text {
    text(&Json::text(env!("CARGO_PKG_VERSION")))
}

/// The bytes of a text. They live until it is freed.
///
/// # Safety
/// `text` comes from this library and has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sbot_text_data(text: *const Text) -> *const u8 {
    // SAFETY: the caller promises it.
    unsafe { text.as_ref() }.map_or(std::ptr::null(), |text| text.bytes.as_ptr())
}

/// How many bytes a text has.
///
/// # Safety
/// `text` comes from this library and has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sbot_text_length(text: *const Text) -> usize {
    // SAFETY: the caller promises it.
    unsafe { text.as_ref() }.map_or(0, |text| text.bytes.len())
}

/// Whether a text tells what is wrong with the call.
///
/// # Safety
/// `text` comes from this library and has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sbot_text_is_error(text: *const Text) -> bool {
    // SAFETY: the caller promises it.
    unsafe { text.as_ref() }.is_some_and(|text| text.error)
}

/// Frees a text. Null is fine.
///
/// # Safety
/// `text` is null or comes from this library and has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sbot_text_free(text: *mut Text) {
    if !text.is_null() {
        // SAFETY: the caller promises it.
        drop(unsafe { Box::from_raw(text) });
    }
}

/// Room for a text that goes in, for callers that share no memory with this library: WebAssembly.
#[unsafe(no_mangle)]
pub extern "C" fn sbot_alloc(length: usize) -> *mut u8 {
    Box::into_raw(vec![0u8; length].into_boxed_slice()).cast()
}

/// Frees what `sbot_alloc` gave.
///
/// # Safety
/// `data` comes from `sbot_alloc` with this length and has not been freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sbot_free(data: *mut u8, length: usize) {
    if !data.is_null() {
        // SAFETY: the caller promises it.
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(data, length)) });
    }
}

/// Loads and verifies the bytes of an `.sbc` file. Null if that fails: then `*why` is a text that tells why.
///
/// # Safety
/// `data` points to `length` bytes; `why` is null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sbot_program_load(
    data: *const u8,
    length: usize,
    why: *mut *mut Text,
) -> *mut Program {
    // SAFETY: the caller promises it.
    match Engine::load(unsafe { bytes(data, length) }) {
        Ok(engine) => Box::into_raw(Box::new(Program(engine))),
        Err(cause) => {
            // SAFETY: the caller promises it.
            if let Some(place) = unsafe { why.as_mut() } {
                *place = error(&cause);
            }
            std::ptr::null_mut()
        }
    }
}

/// Frees a program. Null is fine.
///
/// # Safety
/// `program` is null or comes from `sbot_program_load`, has not been freed, and is used by no other thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sbot_program_free(program: *mut Program) {
    if !program.is_null() {
        // SAFETY: the caller promises it.
        drop(unsafe { Box::from_raw(program) });
    }
}

/// Works out what becomes of runs of the program `old` under the program `new`, which are free to be freed then. Null if
/// that fails: then `*why` is a text that tells why.
///
/// # Safety
/// The programs come from `sbot_program_load` and have not been freed; `why` is null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sbot_upgrade_new(
    old: *const Program,
    new: *const Program,
    why: *mut *mut Text,
) -> *mut Moves {
    // SAFETY: the caller promises it.
    let both = unsafe { engine(old) }.and_then(|old| Ok((old, unsafe { engine(new) }?)));
    match both {
        Ok((old, new)) => Box::into_raw(Box::new(Moves(Upgrade::new(old, new)))),
        Err(cause) => {
            // SAFETY: the caller promises it.
            if let Some(place) = unsafe { why.as_mut() } {
                *place = error(&cause);
            }
            std::ptr::null_mut()
        }
    }
}

/// Frees an upgrade. Null is fine.
///
/// # Safety
/// `moves` is null or comes from `sbot_upgrade_new`, has not been freed, and is used by no other thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sbot_upgrade_free(moves: *mut Moves) {
    if !moves.is_null() {
        // SAFETY: the caller promises it.
        drop(unsafe { Box::from_raw(moves) });
    }
}

/// Defines calls: of what, behind which pointer; the texts that go in, and what is made of them.
macro_rules! calls {
    ($handle:ident $get:ident; $( $(#[$doc:meta])* $name:ident($this:ident $(, $text:ident $length:ident)*) $body:expr )*) => {
        $(
            $(#[$doc])*
            ///
            /// # Safety
            /// The first pointer comes from this library and has not been freed; each other one points to as many bytes
            /// as the length after it says.
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $name(of: *const $handle $(, $text: *const u8, $length: usize)*) -> *mut Text {
                // SAFETY: the caller promises it.
                let result = unsafe { $get(of) }.and_then(|$this| {
                    // SAFETY: the caller promises it.
                    $( let $text = unsafe { string(stringify!($text), $text, $length) }?; )*
                    $body
                });
                given(result)
            }
        )*
    };
}

calls! {
    Program engine;
    /// What the program is and needs.
    sbot_describe(engine) Ok(engine.describe())
    /// Whether a host has everything that the program needs: `{}`, or an error that lists what is missing.
    sbot_check(engine, host host_length) engine.check(host).map(|()| Json::Object(Vec::new()))
    /// Starts a bot.
    sbot_start(engine, bot bot_length, args args_length, event event_length, facts facts_length)
        engine.start(bot, args, event, facts).map(|turn| turn.to_json())
    /// Gives an event to a parked run.
    sbot_turn(engine, parked parked_length, event event_length, facts facts_length)
        engine.turn(&run(parked)?, event, facts).map(|outcome| outcome.to_json())
    /// Which bots an event starts.
    sbot_triggered(engine, event event_length, facts facts_length, started started_length)
        engine.triggered(event, facts, started).map(|starts| starts.to_json())
    /// What a parked run waits for.
    sbot_wait(engine, parked parked_length) engine.wait(&run(parked)?).map(|wait| wait.to_json())
    /// The fields that the next turn of a parked run may read.
    sbot_reads(engine, parked parked_length) engine.reads(&run(parked)?).map(|reads| names(&reads))
    /// The fields that the first turn of a bot may read.
    sbot_reads_at_start(engine, bot bot_length) engine.reads_at_start(bot).map(|reads| names(&reads))
    /// The fields that the triggers may read.
    sbot_reads_of_triggers(engine) Ok(names(&engine.reads_of_triggers()))
    /// Like `sbot_start`: `{"turn":…,"log":LINE}`. `name` is the host's name of the conversation.
    sbot_start_logged(engine, name name_length, bot bot_length, args args_length, event event_length, facts facts_length)
        engine.start_logged(name, bot, args, event, facts).map(|(turn, line)| logged(turn.to_json(), &line))
    /// Like `sbot_turn`: `{"turn":…,"log":LINE}`. `name` is the host's name of the conversation.
    sbot_turn_logged(engine, name name_length, parked parked_length, event event_length, facts facts_length)
        engine.turn_logged(name, &run(parked)?, event, facts).map(|(outcome, line)| logged(outcome.to_json(), &line))
}

calls! {
    Moves upgrade;
    /// What becomes of the runs at each place of the old program.
    sbot_upgrade_describe(upgrade) Ok(upgrade.describe())
    /// Moves a parked run. `now` is the time in milliseconds since 1970.
    sbot_upgrade_run(upgrade, parked parked_length, now now_length)
        upgrade.run(&run(parked)?, moment(now)?).map(|moved| moved.to_json())
    /// Like `sbot_upgrade_run`: `{"moved":…,"log":LINE}`; the line is `null` if the run was not moved. `name` is the host's
    /// name of the conversation.
    sbot_upgrade_run_logged(upgrade, name name_length, parked parked_length, now now_length)
        upgrade.run_logged(name, &run(parked)?, moment(now)?).map(|(moved, line)| {
            let line = line.map(|line| Json::text(&line.to_string()));
            Json::object([("moved", moved.to_json()), ("log", line.unwrap_or_default())])
        })
}

fn names(names: &[String]) -> Json {
    Json::list(names.iter().map(|name| Json::text(name)))
}

fn logged(turn: Json, line: &sbot_embed::log::Line) -> Json {
    Json::object([("turn", turn), ("log", Json::text(&line.to_string()))])
}

/// Compiles a project: `{"welcome.sbot":TEXT,"menu.pdf":""}` becomes
/// `{"program":BASE64,"id":HEX,"diagnostics":[…],"report":TEXT}`; program and id are `null` if there was an error.
///
/// # Safety
/// `files` points to as many bytes as `length` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sbot_compile(files: *const u8, length: usize) -> *mut Text {
    // SAFETY: the caller promises it.
    given(unsafe { string("files", files, length) }.and_then(compile))
}

fn compile(files: &str) -> Result<Json, Error> {
    let Json::Object(files) =
        json::read(files).map_err(|why| wrong("files", &format!("this is no JSON: {why}")))?
    else {
        return Err(wrong("files", "an object with a text for each path was expected"));
    };
    let mut all = BTreeMap::new();
    for (path, content) in files {
        let content =
            content.as_text().ok_or_else(|| wrong(&format!("files/{path}"), "a text was expected"))?;
        all.insert(path.into_string(), content.as_bytes().to_vec());
    }
    let compiled = with_stack(move || in_memory::compile(&InMemory(all)))?;
    let program = compiled.program.as_ref().map(|bytes| Json::text(&base64::encode(bytes)));
    let mut keys = vec![("program".into(), program.unwrap_or_default())];
    if let Ok(Json::Object(told)) = json::read(&compiled.to_json().to_string()) {
        keys.extend(told);
    }
    Ok(Json::Object(keys))
}

/// A deeply nested source needs more stack than a thread of the caller may have.
#[cfg(not(target_arch = "wasm32"))]
fn with_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Error> {
    const STACK: usize = 256 << 20;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread =
            thread.map_err(|why| wrong("files", &format!("there is no thread to compile them: {why}")))?;
        thread
            .join()
            .map_err(|_| wrong("files", "the compiler stopped at them; please report it with the source"))
    })
}

/// WebAssembly has no threads; the stack is set when the package is linked.
#[cfg(target_arch = "wasm32")]
fn with_stack<T>(work: impl FnOnce() -> T) -> Result<T, Error> {
    Ok(work())
}
