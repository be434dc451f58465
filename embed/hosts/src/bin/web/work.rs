//! What the host does on its own: carry out effects, and send timers.

use crate::host::{Answer, Fault, Host, Offer, now};
use crate::store::{Job, Store};
use axum::body::Body;
use axum::http::{Request, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use sbot_embed::{Json, json};
use std::io;
use std::time::Duration;
use tokio::time::sleep;

/// How long to wait before something is tried again.
const PAUSE: Duration = Duration::from_millis(200);
/// How long whoever carries effects out has for one.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whoever carries effects out: a channel, a CRM, or what stands before them.
pub(crate) struct Carrier {
    pub(crate) client: Client<HttpConnector, Body>,
    pub(crate) address: String,
}

/// What has become of an effect.
enum Carried {
    Done,
    /// It will never be: the carrier has said so.
    Failed,
    /// Nobody knows.
    Unclear(String),
}

impl Carrier {
    async fn carry(&self, job: &Job) -> Carried {
        // The id is the key under which the carrier knows a repeat.
        let body = format!(r#"{{"id":{},"effect":{}}}"#, Json::text(&job.id), job.effect);
        let request = Request::post(&self.address)
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", &job.id)
            .body(Body::from(body));
        let request = match request {
            Ok(request) => request,
            Err(why) => return Carried::Unclear(why.to_string()),
        };
        match tokio::time::timeout(PATIENCE, self.client.request(request)).await {
            Ok(Ok(response)) if response.status().is_success() => Carried::Done,
            Ok(Ok(response)) if response.status().is_client_error() => Carried::Failed,
            Ok(Ok(response)) => Carried::Unclear(response.status().to_string()),
            Ok(Err(why)) => Carried::Unclear(why.to_string()),
            Err(_) => Carried::Unclear("no answer".to_owned()),
        }
    }
}

/// Carries out one effect after the other, for ever. One that is begun when the host is killed is begun again under the
/// same id, unless it may be done at most once.
pub(crate) async fn carry_out<S: Store>(host: &Host<S>, carrier: &Carrier) {
    loop {
        match host.store.next().await {
            None => host.jobs.notified().await,
            Some((job, begun)) => {
                if let Err(why) = one(host, carrier, &job, begun).await {
                    eprintln!("{}: {why:?}", job.id);
                    sleep(PAUSE).await;
                }
            }
        }
    }
}

async fn one<S: Store>(host: &Host<S>, carrier: &Carrier, job: &Job, begun: bool) -> Result<(), Fault> {
    let effect = json::read(&job.effect).map_err(|why| io::Error::other(why.to_string()))?;
    let text = |key: &str| effect.get(key).and_then(Json::as_text);
    if text("kind") == Some("draw") {
        let option = draw(host, job, &effect).await?;
        report(host, job, "drawn", Some(("option", Json::from(option)))).await?;
        return Ok(host.store.done(&job.id).await?);
    }
    let once = text("delivery") == Some("at_most_once");
    let carried = if once && begun {
        Carried::Unclear("the host was stopped while it was carried out".to_owned())
    } else {
        if once {
            host.store.begin(&job.id).await?;
        }
        carrier.carry(job).await
    };
    match carried {
        Carried::Done => report(host, job, "delivered", None).await?,
        Carried::Failed => report(host, job, "failed", None).await?,
        Carried::Unclear(why) if once => {
            eprintln!("{}: {why}; it must not be done twice, so it counts as failed", job.id);
            report(host, job, "failed", None).await?;
        }
        Carried::Unclear(why) => {
            eprintln!("{}: {why}; it will be tried again", job.id);
            sleep(PAUSE).await;
            return Ok(());
        }
    }
    Ok(host.store.done(&job.id).await?)
}

/// The next option of a counter, which all leads share.
async fn draw<S: Store>(host: &Host<S>, job: &Job, effect: &Json) -> Result<u32, Fault> {
    let counter = effect.get("counter").cloned().unwrap_or_default();
    let options = match counter.get("options") {
        Some(Json::Number(options)) => options.parse().unwrap_or(1),
        _ => 1,
    };
    Ok(host.store.draw(&job.id, &counter.to_string(), options).await?)
}

/// Tells the run what has become of its effect. A report has an id as a webhook has one: the host can be killed after
/// the run has heard it and before the job is done, and a failure that is told twice would be two.
async fn report<S: Store>(
    host: &Host<S>,
    job: &Job,
    kind: &str,
    more: Option<(&str, Json)>,
) -> Result<(), Fault> {
    let Some((lead, run, effect)) = Job::parts(&job.id) else { return Ok(()) };
    let mut event = vec![("kind".into(), Json::text(kind)), ("effect".into(), Json::text(effect))];
    event.extend(more.map(|(key, value)| (key.into(), value)));
    let id = Some(format!("report {}", job.id));
    host.offer(Offer { lead: lead.to_owned(), id, run: Some(run), event, ..Offer::default() }).await?;
    Ok(())
}

/// Sends timers when they are due, for ever.
pub(crate) async fn send_timers<S: Store>(host: &Host<S>) {
    loop {
        let first = host.timers.lock().await.first().cloned();
        let Some(timer @ (at, ..)) = first else {
            host.armed.notified().await;
            continue;
        };
        let left = u64::try_from(at - now()).unwrap_or(0);
        if left > 0 {
            tokio::select! {
                () = sleep(Duration::from_millis(left)) => {}
                () = host.armed.notified() => {}
            }
            continue;
        }
        host.timers.lock().await.remove(&timer);
        let (_, lead, wait) = timer.clone();
        // A run that waits elsewhere by now knows by the number that this is not for it.
        let event = vec![("kind".into(), Json::text("timer")), ("wait".into(), Json::from(wait))];
        match host.offer(Offer { lead, event, ..Offer::default() }).await {
            Ok(Answer::Taken(_) | Answer::Refused(_) | Answer::Nothing | Answer::Seen) => {}
            Err(why) => {
                eprintln!("{timer:?}: {why:?}; it will be tried again");
                sleep(PAUSE).await;
                host.timers.lock().await.insert(timer);
            }
        }
    }
}
