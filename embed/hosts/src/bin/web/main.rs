//! A service that runs a bot over HTTP: `web PROGRAM.sbc STORE ADDRESS CARRIER`.
//!
//! It may be killed at any moment. What it has answered is stored; a webhook that comes again changes nothing; timers
//! that came due meanwhile are sent when it is back; and every effect goes to the carrier, an HTTP address, under an id
//! that stays the same however often it is tried.
//!
//! | request | what |
//! |---|---|
//! | `POST /events` | `{"lead":"17","id":"wamid.1","fields":{"contact.name":"Ann"},"event":{"kind":"message","text":"Hi"}}`; `id` is the channel's own |
//! | `POST /answers` | `{"effect":"17/1/3.0","exit":"paid","values":{"amount":"10"}}`: what has become of an action |
//! | `GET /leads/17` | its fields and what it waits for |

mod file;
mod host;
mod store;
mod work;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json as JsonBody, Router};
use file::FileStore;
use host::{Answer, Fault, Host, Offer};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use sbot_embed::{Engine, Json, base64, json};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use store::{Job, Store};
use work::Carrier;

type App = Arc<Host<FileStore>>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [program, store, address, carrier] = args.as_slice() else {
        return Err("say which program, which store, where to listen and who carries effects out: web shop.sbc shop.store 127.0.0.1:8080 http://127.0.0.1:8081/".into());
    };
    let engine = Engine::load(&std::fs::read(program)?)?;
    // The carrier takes every action; the account of this host has one channel.
    engine.check(r#"{"actions":"all","fields":"all","channels":["shop"]}"#)?;
    let host = Arc::new(Host::new(engine, FileStore::open(store.as_ref()).await?).await);
    let client = Client::builder(TokioExecutor::new()).build_http();
    let carrier = Carrier { client, address: carrier.clone() };
    let carries = Arc::clone(&host);
    tokio::spawn(async move { work::carry_out(&carries, &carrier).await });
    let timers = Arc::clone(&host);
    tokio::spawn(async move { work::send_timers(&timers).await });
    let app = Router::new()
        .route("/events", post(events))
        .route("/answers", post(answers))
        .route("/leads/{lead}", get(lead))
        .with_state(host);
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// A webhook.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Webhook {
    lead: String,
    id: String,
    #[serde(default)]
    fields: BTreeMap<String, Value>,
    event: Value,
}

async fn events(State(host): State<App>, JsonBody(webhook): JsonBody<Webhook>) -> Response {
    let Some(event) = object(&webhook.event) else {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "`event` is no object");
    };
    if webhook.lead.is_empty() || webhook.id.is_empty() {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "`lead` and `id` must not be empty");
    }
    let fields = webhook.fields.iter().map(|(name, value)| (name.clone(), value.to_string()));
    let offer =
        Offer { lead: webhook.lead, id: Some(webhook.id), fields: fields.collect(), event, run: None };
    answer(host.offer(offer).await)
}

/// What has become of an action.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outcome {
    effect: String,
    exit: Option<Value>,
    values: Option<Value>,
    result: Option<Value>,
}

async fn answers(State(host): State<App>, JsonBody(outcome): JsonBody<Outcome>) -> Response {
    let Some((lead, run, effect)) = Job::parts(&outcome.effect) else {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "`effect` is no id of an effect such as 17/1/3.0");
    };
    let mut event = vec![("kind".into(), Json::text("answer")), ("effect".into(), Json::text(effect))];
    for (key, value) in [("exit", &outcome.exit), ("values", &outcome.values), ("result", &outcome.result)] {
        event.extend(value.as_ref().and_then(from_serde).map(|value| (key.into(), value)));
    }
    // The wait has a number of its own, so an answer that comes twice is refused; it needs no id.
    let offer = Offer { lead: lead.to_owned(), run: Some(run), event, ..Offer::default() };
    answer(host.offer(offer).await)
}

async fn lead(State(host): State<App>, Path(name): Path<String>) -> Response {
    let lead = host.store.lead(&name).await;
    let wait = lead.run.as_ref().and_then(|run| base64::decode(&run.bytes));
    let wait = match wait.map(|run| host.engine.wait(&run)).transpose() {
        Ok(wait) => wait.map_or(Json::Null, |wait| wait.to_json()),
        Err(why) => return fault(&Fault::Input(why)),
    };
    let field = |(name, value): (&String, &String)| Some((name.as_str().into(), json::read(value).ok()?));
    let fields = Json::Object(lead.fields.iter().filter_map(field).collect());
    written(StatusCode::OK, Json::object([("fields", fields), ("wait", wait)]).to_string())
}

fn from_serde(value: &Value) -> Option<Json> {
    json::read(&value.to_string()).ok()
}

fn object(value: &Value) -> Option<Vec<(Box<str>, Json)>> {
    if let Json::Object(keys) = from_serde(value)? { Some(keys) } else { None }
}

fn answer(answer: Result<Answer, Fault>) -> Response {
    let answer = match answer {
        Ok(Answer::Seen) => json!({"kind": "seen"}),
        Ok(Answer::Taken(effects)) => json!({"kind": "taken", "effects": effects}),
        Ok(Answer::Refused(why)) => json!({"kind": "refused", "why": why}),
        Ok(Answer::Nothing) => json!({"kind": "nothing"}),
        Err(why) => return fault(&why),
    };
    JsonBody(answer).into_response()
}

/// Nothing has happened. What cannot be read will not be readable tomorrow; what could not be stored may come again.
fn fault(why: &Fault) -> Response {
    match why {
        Fault::Input(why) => written(StatusCode::UNPROCESSABLE_ENTITY, why.to_json().to_string()),
        Fault::Store(why) => problem(StatusCode::SERVICE_UNAVAILABLE, &why.to_string()),
    }
}

fn problem(status: StatusCode, message: &str) -> Response {
    written(status, Json::object([("message", Json::text(message))]).to_string())
}

fn written(status: StatusCode, json: String) -> Response {
    (status, [("content-type", "application/json")], Body::from(json)).into_response()
}
