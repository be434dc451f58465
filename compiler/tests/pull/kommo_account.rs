//! An account of Kommo on this machine, for tests: it answers in the shapes that Kommo documents, refuses what Kommo
//! refuses, counts requests, and can be made to misbehave.
//!
//! Shapes: <https://developers.kommo.com/reference/account-parameters>, `users-list`, `custom-fields-by-id`,
//! `get-sources`; limits: <https://developers.kommo.com/docs/limitations>.

#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing)] // A test that cannot make its account has failed.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub(crate) const TOKEN: &str = "eyJ0eXAiOiJKV1QifQ.of-a-test.c2lnbmF0dXJl";
/// Requests a second.
const RATE: usize = 7;

/// How it misbehaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hostile {
    /// Each page stops in the middle, the length says so.
    Truncated,
    /// The connection ends before the length that was promised.
    CutOff,
    /// The same in the middle of the users.
    CutOffLater,
    /// The right bytes, said to be in a coding that nobody asked for.
    Coded(&'static str),
    /// Users have ids that are texts.
    WrongTypes,
    /// The first page for ever.
    SamePages,
    /// Always other pages, for ever.
    NewPages,
    /// More than anybody wants.
    Huge,
    /// Nothing for a long time.
    Slow,
    /// Somewhere else.
    Redirect,
    /// No text.
    Binary,
    /// Something that nests too deep.
    Deep,
    /// A page for people.
    Html,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) lists: Value,
    pub(crate) hostile: Option<Hostile>,
    /// Lists that are refused: `users`.
    pub(crate) forbidden: BTreeSet<String>,
    /// This many requests are answered by 429 first, whoever asks.
    pub(crate) busy: usize,
    /// This many by 502.
    pub(crate) failing: usize,
    /// What `Retry-After` says.
    pub(crate) retry_after: u64,
    /// Paths with query, in order, with when they came.
    pub(crate) asked: Vec<(Instant, String)>,
    pub(crate) refused: usize,
    /// Which codings of answers were asked for.
    pub(crate) codings: BTreeSet<String>,
    /// How many requests have come in, answered or not.
    pub(crate) begun: usize,
    recent: VecDeque<Instant>,
    quiet_until: Option<Instant>,
    blocked: bool,
    /// What happens when a page is asked for, before it is answered.
    pub(crate) meanwhile: Meanwhile,
}

/// What is done when a path is asked for.
type Hook = Box<dyn FnMut(&str) + Send>;

/// What happens while the account is read, if something does.
#[derive(Default)]
pub(crate) struct Meanwhile(pub(crate) Option<Hook>);

impl std::fmt::Debug for Meanwhile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "something" } else { "nothing" })
    }
}

/// The account.
pub(crate) struct Fake {
    pub(crate) address: SocketAddr,
    pub(crate) state: Arc<Mutex<State>>,
}

impl Fake {
    pub(crate) fn new() -> Fake {
        let text = include_str!("../../../tests/fixtures/kommo_pull/account.json");
        Fake::with(serde_json::from_str(text).unwrap())
    }

    pub(crate) fn with(lists: Value) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State { lists, retry_after: 1, ..State::default() }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || serve(&stream, &state));
            }
        });
        Fake { address, state }
    }

    pub(crate) fn domain(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.iter().map(|(_, path)| path.clone()).collect()
    }

    /// The most requests within one second.
    pub(crate) fn fastest(&self) -> usize {
        let state = self.state.lock().unwrap();
        let within = |from: Instant| {
            state.asked.iter().filter(|(at, _)| *at >= from && *at - from < Duration::from_secs(1)).count()
        };
        state.asked.iter().map(|(at, _)| within(*at)).max().unwrap_or(0)
    }
}

struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// What `Content-Length` says, where that is a lie.
    length: Option<usize>,
}

impl Response {
    fn json(status: u16, body: &Value) -> Response {
        let kind = if status < 300 { "application/hal+json" } else { "application/problem+json" };
        let headers = vec![("Content-Type", kind.to_owned())];
        Response { status, headers, body: body.to_string().into_bytes(), length: None }
    }

    fn problem(status: u16, title: &str) -> Response {
        let kind = format!("https://httpstatus.es/{status}");
        Response::json(status, &json!({"title": title, "type": kind, "status": status, "detail": title}))
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let mut words = line.split_whitespace();
        let (method, path) = (words.next().unwrap_or("").to_owned(), words.next().unwrap_or("").to_owned());
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        state.lock().unwrap().begun += 1;
        let hostile = state.lock().unwrap().hostile;
        if hostile == Some(Hostile::Slow) {
            std::thread::sleep(Duration::from_secs(20));
        }
        let response = answer(&mut state.lock().unwrap(), &method, &path, &headers);
        let mut head = format!("HTTP/1.1 {} X\r\n", response.status);
        for (name, value) in &response.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", response.length.unwrap_or(response.body.len())));
        let mut out = stream;
        // Whoever asked may have gone.
        let _ = out.write_all(head.as_bytes());
        let _ = out.write_all(&response.body);
        if response.length.is_some() {
            let _ = stream.shutdown(std::net::Shutdown::Both);
            return;
        }
    }
}

fn answer(state: &mut State, method: &str, path: &str, headers: &BTreeMap<String, String>) -> Response {
    let now = Instant::now();
    state.asked.push((now, path.to_owned()));
    state.codings.insert(headers.get("accept-encoding").cloned().unwrap_or_default());
    if let Some(meanwhile) = &mut state.meanwhile.0 {
        meanwhile(path);
    }
    if state.blocked {
        return Response::problem(403, "Forbidden");
    }
    if state.busy > 0 {
        state.busy -= 1;
        return busy(state, now);
    }
    if state.failing > 0 {
        state.failing -= 1;
        return Response::problem(502, "Bad Gateway");
    }
    if state.quiet_until.is_some_and(|until| now < until) {
        // Whoever does not wait is blocked.
        state.blocked = true;
        return Response::problem(403, "Forbidden");
    }
    while state.recent.front().is_some_and(|at| now - *at >= Duration::from_secs(1)) {
        state.recent.pop_front();
    }
    state.recent.push_back(now);
    if state.recent.len() > RATE {
        return busy(state, now);
    }
    if method != "GET" {
        return Response::problem(405, "Method Not Allowed");
    }
    if headers.get("authorization") != Some(&format!("Bearer {TOKEN}")) {
        return Response::problem(401, "Unauthorized");
    }
    if let Some(response) = state.hostile.and_then(|hostile| misbehave(hostile, path)) {
        return response;
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let query: BTreeMap<&str, &str> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let Some(name) = path.strip_prefix("/api/v4/") else { return Response::problem(404, "Not Found") };
    if state.forbidden.contains(name) {
        return Response::problem(403, "Forbidden");
    }
    list(state, name, path, &query)
}

fn list(state: &State, name: &str, path: &str, query: &BTreeMap<&str, &str>) -> Response {
    let (key, items) = match name {
        "account" => return account(state, query),
        "leads/pipelines" => ("pipelines", "pipelines"),
        "users" => ("users", "users"),
        "leads/custom_fields" | "contacts/custom_fields" | "companies/custom_fields" => {
            (name, "custom_fields")
        }
        "bots" => ("bots", "items"),
        "sources" => ("sources", "sources"),
        "chats/templates" => ("chats/templates", "chat_templates"),
        _ => return Response::problem(404, "Not Found"),
    };
    let most = if name == "chats/templates" { 50 } else { 250 };
    let number = |key: &str, usual: usize| query.get(key).map_or(Some(usual), |text| text.parse().ok());
    let (Some(page), Some(limit)) = (number("page", 1), number("limit", 50)) else {
        return Response::problem(400, "Bad Request");
    };
    if limit == 0 || limit > most || page == 0 {
        return Response::problem(400, "Bad Request");
    }
    let all = state.lists[key].as_array().cloned().unwrap_or_default();
    if all.is_empty() {
        return Response { status: 204, headers: Vec::new(), body: Vec::new(), length: None };
    }
    let whole = name == "leads/pipelines" || name == "sources";
    let chunk: Vec<Value> =
        if whole { all.clone() } else { all.iter().skip((page - 1) * limit).take(limit).cloned().collect() };
    let href =
        |page: usize| json!({"href": format!("https://corner.kommo.com{path}?page={page}&limit={limit}")});
    let mut links = json!({"self": href(page)});
    if !whole && page * limit < all.len() {
        links["next"] = href(page + 1);
    }
    Response::json(
        200,
        &json!({"_total_items": all.len(), "_page": page, "_links": links, "_embedded": {items: chunk}}),
    )
}

fn account(state: &State, query: &BTreeMap<&str, &str>) -> Response {
    let mut account = state.lists["account"].clone();
    let with: BTreeSet<&str> = query.get("with").copied().unwrap_or("").split(',').collect();
    if let Some(embedded) = account["_embedded"].as_object_mut() {
        embedded.retain(|key, _| with.contains(key.as_str()));
    }
    Response::json(200, &account)
}

fn busy(state: &mut State, now: Instant) -> Response {
    state.refused += 1;
    state.quiet_until = Some(now + Duration::from_millis(state.retry_after * 1000 - 50));
    let mut response = Response::problem(429, "Too Many Requests");
    response.headers.push(("Retry-After", state.retry_after.to_string()));
    response
}

fn misbehave(hostile: Hostile, path: &str) -> Option<Response> {
    let users = path.starts_with("/api/v4/users");
    let text = |body: &str| {
        let headers = vec![("Content-Type", "application/hal+json".to_owned())];
        Some(Response { status: 200, headers, body: body.as_bytes().to_vec(), length: None })
    };
    let page = |id: u64| {
        let user = json!({"id": id, "name": "Somebody", "rights": {"is_active": true}});
        let next = json!({"next": {"href": "https://evil.example/api/v4/users?page=2"}});
        Some(Response::json(200, &json!({"_links": next, "_embedded": {"users": [user]}})))
    };
    match hostile {
        Hostile::Truncated => text("{\"id\": 1, \"_embedded\": {\"users_gr"),
        Hostile::CutOff => {
            let mut cut = text("{\"id\": 1")?;
            cut.length = Some(5000);
            Some(cut)
        }
        Hostile::CutOffLater if users => misbehave(Hostile::CutOff, path),
        Hostile::Coded(coding) => {
            let mut coded = text("{\"id\": 1}")?;
            coded.headers.push(("Content-Encoding", coding.to_owned()));
            Some(coded)
        }
        Hostile::WrongTypes if users => text(
            "{\"_embedded\": {\"users\": [{\"id\": 1, \"name\": \"A\", \"rights\": {}}, {\"id\": \"2\"}]}}",
        ),
        Hostile::SamePages if users => page(1),
        Hostile::NewPages if users => {
            let number = path.split_once("page=").and_then(|(_, rest)| rest.split('&').next()?.parse().ok());
            page(number.unwrap_or(1))
        }
        Hostile::Huge => text(&format!("{{\"id\": 1, \"x\": \"{}\"}}", "x".repeat(6 << 20))),
        Hostile::Redirect => {
            let headers = vec![("Location", "https://evil.example/".to_owned())];
            Some(Response { status: 301, headers, body: Vec::new(), length: None })
        }
        Hostile::Binary => {
            Some(Response { status: 200, headers: Vec::new(), body: vec![0xff, 0xfe, 0, 1], length: None })
        }
        Hostile::Deep => text(&"[".repeat(100_000)),
        Hostile::Html => text("<!doctype html><title>Kommo</title>"),
        Hostile::Slow
        | Hostile::CutOffLater
        | Hostile::WrongTypes
        | Hostile::SamePages
        | Hostile::NewPages => None,
    }
}
