//! The host over HTTP, as a process that is killed and started again.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // What fails here fails the test.

mod support;

use serde_json::{Value, json};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Nothing here takes so long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads a request or a response: its first line and its body. An error is that of a connection
/// that ends before.
fn read_http(stream: &mut impl BufRead) -> io::Result<(String, String)> {
    let mut first = String::new();
    stream.read_line(&mut first)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(found) = line.strip_prefix("content-length:") {
            length = found.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((first, String::from_utf8(body).unwrap()))
}

/// Whoever carries effects out: takes each under its id, and knows a repeat by it.
struct Carrier {
    address: String,
    /// While it is away, it breaks off every connection.
    away: Arc<AtomicBool>,
    /// Everything that was tried, repeats too.
    tried: Arc<Mutex<Vec<String>>>,
    taken: Receiver<(String, Value)>,
}

impl Carrier {
    fn new() -> Carrier {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let (away, tried) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::<String>::new())));
        let (gone, list, (take, taken)) = (Arc::clone(&away), Arc::clone(&tried), channel());
        thread::spawn(move || {
            let mut known = Vec::new();
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.unwrap());
                // A host that is killed may break off in the middle.
                let Ok((_, body)) = read_http(&mut stream) else { continue };
                let body: Value = serde_json::from_str(&body).unwrap();
                let id = body["id"].as_str().unwrap().to_owned();
                // Whoever has seen a try in the list may count on what became of it.
                let refused = gone.load(Ordering::SeqCst);
                list.lock().unwrap().push(id.clone());
                if refused {
                    continue;
                }
                if !known.contains(&id) {
                    known.push(id.clone());
                    let _ = take.send((id, body["effect"].clone()));
                }
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                let _ = stream.get_mut().write_all(answer);
            }
        });
        Carrier { address, away, tried, taken }
    }

    /// The next effect that is new to it: its id and its text, or its action.
    fn next(&self) -> (String, String) {
        let (id, effect) = self.taken.recv_timeout(PATIENCE).unwrap();
        let text = effect.get("text").or_else(|| effect.get("action")).unwrap();
        (id, text.as_str().unwrap().to_owned())
    }

    /// Waits until the last effect has been tried once more.
    fn tried_again(&self) {
        let (before, begun) = (self.tried.lock().unwrap().len(), Instant::now());
        while self.tried.lock().unwrap().len() == before {
            assert!(begun.elapsed() < PATIENCE, "nothing is tried");
            thread::yield_now();
        }
    }
}

fn pair(id: &str, text: &str) -> (String, String) {
    (id.to_owned(), text.to_owned())
}

/// The host, killed when it is dropped.
struct Web {
    child: Child,
    address: String,
}

impl Drop for Web {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Web {
    fn start(program: &Path, store: &Path, carrier: &Carrier) -> Web {
        let mut child = Command::new(env!("CARGO_BIN_EXE_web"))
            .args([program.to_str().unwrap(), store.to_str().unwrap(), "127.0.0.1:0", &carrier.address])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Web { child, address }
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> (String, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: web\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )
        .unwrap();
        let (first, body) = read_http(&mut BufReader::new(stream)).unwrap();
        let status = first.split(' ').nth(1).unwrap().to_owned();
        (status, serde_json::from_str(&body).unwrap_or(Value::String(body)))
    }

    fn event(&self, lead: &str, id: &str, event: &Value) -> Value {
        let body = json!({"lead": lead, "id": id, "fields": {"contact.name": "Ann"}, "event": event});
        let (status, answer) = self.ask("POST", "/events", &body.to_string());
        assert_eq!(status, "200", "{answer}");
        answer
    }

    fn says(&self, lead: &str, id: &str, text: &str) -> Value {
        self.event(lead, id, &json!({"kind": "message", "text": text, "channel": "shop"}))
    }

    fn answer(&self, body: &Value) -> Value {
        self.ask("POST", "/answers", &body.to_string()).1
    }

    fn waits(&self, lead: &str) -> Value {
        self.ask("GET", &format!("/leads/{lead}"), "").1["wait"]["name"].clone()
    }
}

fn files(name: &str) -> (PathBuf, PathBuf) {
    let folder = support::folder(name);
    (support::shop(&folder), folder.join("shop.store"))
}

#[test]
fn webhooks_timers_and_effects_survive_a_kill() {
    let ((program, store), carrier) = (files("web"), Carrier::new());
    let web = Web::start(&program, &store, &carrier);
    let taken = |ids: &[&str]| json!({"kind": "taken", "effects": ids});
    assert_eq!(web.says("17", "m1", "hello"), taken(&["17/1/0.0"]));
    assert_eq!(carrier.next(), pair("17/1/0.0", "Hi Ann! How can we help?"));
    assert_eq!(web.waits("17"), "greet.message");
    assert_eq!(web.says("17", "m2", "later"), taken(&["17/1/1.0"]));
    assert_eq!(carrier.next(), pair("17/1/1.0", "I will ask again."));

    // The channel sends the same message again, before and after the host is killed.
    assert_eq!(web.says("17", "m1", "hello"), json!({"kind": "seen"}));
    drop(web);
    let web = Web::start(&program, &store, &carrier);
    assert_eq!(web.says("17", "m1", "hello"), json!({"kind": "seen"}));

    // The timer comes due whether the host was there or not.
    assert_eq!(carrier.next(), pair("17/1/2.0", "Still there?"));

    // The carrier is away: the effect waits, also for a host that is killed meanwhile.
    carrier.away.store(true, Ordering::SeqCst);
    assert_eq!(web.says("17", "m3", "yes"), taken(&["17/1/3.0"]));
    carrier.tried_again();
    drop(web);
    let web = Web::start(&program, &store, &carrier);
    carrier.tried_again();
    carrier.away.store(false, Ordering::SeqCst);
    assert_eq!(carrier.next(), pair("17/1/3.0", "Hi Ann! How can we help?"));
    let tries = carrier.tried.lock().unwrap().iter().filter(|id| **id == "17/1/3.0").count();
    assert!(tries >= 3, "{tries}");

    // An action is answered once; the answer of another conversation is not taken for it.
    assert_eq!(web.says("17", "m4", "Pay"), taken(&["17/1/4.0"]));
    assert_eq!(carrier.next(), pair("17/1/4.0", "pay.invoice"));
    let paid = |effect: &str| json!({"effect": effect, "exit": "paid", "values": {"amount": "10.50"}});
    assert_eq!(web.answer(&paid("17/2/4.0"))["kind"], "refused");
    assert_eq!(web.answer(&paid("17/1/3.0"))["kind"], "refused");
    assert_eq!(web.answer(&paid("17/1/4.0")), taken(&["17/1/5.1"]));
    assert_eq!(web.answer(&paid("17/1/4.0"))["kind"], "refused");
    assert_eq!(carrier.next(), pair("17/1/5.1", "Thank you for 10.5!"));
    let (_, lead) = web.ask("GET", "/leads/17", "");
    assert_eq!((&lead["wait"], &lead["fields"]["lead.budget"]), (&Value::Null, &json!("10.5")));

    // The next message begins the next conversation.
    assert_eq!(web.says("17", "m5", "hello"), taken(&["17/2/0.0"]));
    assert_eq!(carrier.next().0, "17/2/0.0");
}

#[test]
fn what_may_be_done_once_is_tried_once() {
    let ((program, store), carrier) = (files("web-once"), Carrier::new());
    let web = Web::start(&program, &store, &carrier);
    web.says("17", "m1", "hello");
    carrier.next();
    carrier.away.store(true, Ordering::SeqCst);
    web.says("17", "m2", "refund");
    // Nobody knows whether it was done, so it is not done again; the bot goes where failures go.
    carrier.tried_again();
    carrier.tried_again();
    drop(web);
    let _web = Web::start(&program, &store, &carrier);
    carrier.away.store(false, Ordering::SeqCst);
    assert_eq!(carrier.next(), pair("17/1/1.1", "It is on its way."));
    assert_eq!(carrier.next(), pair("17/1/2.0", "Sorry, that did not work."));
    let tries = carrier.tried.lock().unwrap().iter().filter(|id| **id == "17/1/1.0").count();
    assert_eq!(tries, 1);
}

#[test]
fn draws_are_shared_by_all_leads_and_killed_hosts() {
    let ((program, store), carrier) = (files("web-draws"), Carrier::new());
    let mut sides = Vec::new();
    for lead in ["1", "2", "3"] {
        let web = Web::start(&program, &store, &carrier);
        web.says(lead, "m1", "hello");
        assert_eq!(carrier.next().1, "Hi Ann! How can we help?");
        web.event(lead, "m2", &json!({"kind": "press", "label": "Surprise me"}));
        sides.push(carrier.next().1);
    }
    assert_eq!(sides, ["Heads", "Tails", "Heads"]);
}

#[test]
fn a_line_that_was_not_finished_is_forgotten() {
    let ((program, store), carrier) = (files("web-torn"), Carrier::new());
    let web = Web::start(&program, &store, &carrier);
    web.says("17", "m1", "hello");
    carrier.next();
    drop(web);
    let mut file = std::fs::OpenOptions::new().append(true).open(&store).unwrap();
    file.write_all(br#"{"turn":{"lead":"18","sta"#).unwrap();
    let web = Web::start(&program, &store, &carrier);
    assert_eq!(web.says("17", "m1", "hello"), json!({"kind": "seen"}));
    web.says("18", "m1", "hello");
    assert_eq!(carrier.next().0.split('/').next(), Some("18"));
    drop(web);
    let web = Web::start(&program, &store, &carrier);
    assert_eq!(web.says("18", "m1", "hello"), json!({"kind": "seen"}));
}

#[test]
fn what_does_not_fit_is_told_and_changes_nothing() {
    let ((program, store), carrier) = (files("web-wrong"), Carrier::new());
    let web = Web::start(&program, &store, &carrier);
    let wrong =
        json!({"lead": "17", "id": "m1", "event": {"kind": "message", "text": "hi", "chanel": "shop"}});
    let (status, problem) = web.ask("POST", "/events", &wrong.to_string());
    assert_eq!(status, "422");
    assert!(problem["problems"][0]["at"].as_str().unwrap().contains("chanel"), "{problem}");
    // The name of the contact is missing.
    let wrong = json!({"lead": "17", "id": "m1", "event": {"kind": "message", "text": "hi"}});
    let (status, problem) = web.ask("POST", "/events", &wrong.to_string());
    assert_eq!((&*status, &problem["problems"][0]["at"]), ("422", &json!("facts/contact.name")), "{problem}");
    assert_eq!(web.ask("POST", "/events", r#"{"lead":"17"}"#).0, "422");
    assert_eq!(web.ask("POST", "/events", r#"{"lead":"#).0, "400");
    assert_eq!(web.ask("POST", "/answers", r#"{"effect":"x"}"#).0, "422");
    // The same webhook is no repeat, because nothing has become of it.
    assert_eq!(web.says("17", "m1", "hi")["kind"], "taken");
}
