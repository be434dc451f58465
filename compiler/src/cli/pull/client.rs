//! Requests to Kommo: few at a time, patient, and with the token in one header alone.

use super::super::Stop;
use super::super::output::{count, visible};
use super::target::Target;
use sbot_embed::json::MAX_BYTES;
use std::thread::sleep;
use std::time::{Duration, Instant};
use ureq::Agent;
use ureq::http::{HeaderMap, HeaderValue, Response};

/// Kommo takes 7 requests a second (<https://developers.kommo.com/docs/limitations>): this is a little less.
const BETWEEN: Duration = Duration::from_millis(150);
/// How often one request is made before its refusal is believed.
const TRIES: u32 = 6;
/// Longer than this nobody sits and waits.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Where the token is.
const TOKEN: &str = "KOMMO_TOKEN";
/// How to come by one.
const TOKEN_HELP: &str = "in Kommo, open Settings, Integrations, your private integration, Keys and scopes, make a \
                          long-lived token, and put it into the environment variable KOMMO_TOKEN";

/// Makes requests.
pub(super) struct Client {
    agent: Agent,
    base: String,
    token: String,
    last: Option<Instant>,
    timeout: Duration,
}

/// What came back.
pub(super) enum Answer {
    /// Some JSON.
    Page(String),
    /// 204: there is nothing.
    Nothing,
    /// The token is good, and not for this.
    Refused(u16),
}

impl Client {
    /// With the token of the environment.
    pub(super) fn new(target: &Target, timeout: Duration) -> Result<Client, Stop> {
        let token = std::env::var(TOKEN).unwrap_or_default().trim().to_owned();
        if token.is_empty() {
            return Err(Stop::new(format!("the environment variable {TOKEN} has no token")).help(TOKEN_HELP));
        }
        if !token.chars().all(|c| c.is_ascii_graphic()) {
            let what = format!("what {TOKEN} has is no token: it has spaces or letters that no token has");
            return Err(
                Stop::new(what).help("put the token alone into it, without `Bearer` and without quotes")
            );
        }
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(timeout))
            .timeout_connect(Some(timeout.min(Duration::from_secs(10))))
            .https_only(!target.loopback)
            .user_agent(concat!("sbotc/", env!("CARGO_PKG_VERSION")));
        if target.loopback {
            config = config.proxy(None);
        }
        let agent = Agent::new_with_config(config.build());
        Ok(Client { agent, base: target.base.clone(), token, last: None, timeout })
    }

    /// Where the account is.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Asks for an address, as often as Kommo wants to be asked. `optional`: a refusal is an answer.
    pub(super) fn get(&mut self, address: &str, optional: bool) -> Result<Answer, Stop> {
        let mut tries = 0;
        loop {
            tries += 1;
            if let Some(last) = self.last {
                sleep(BETWEEN.saturating_sub(last.elapsed()));
            }
            self.last = Some(Instant::now());
            let url = format!("{}{address}", self.base);
            let request = self.agent.get(&url).header("Accept", "application/json");
            // Whoever does not say so may get any coding (RFC 9110, 12.5.3).
            let request = request.header("Accept-Encoding", "identity");
            let sent = request.header("Authorization", format!("Bearer {}", self.token)).call();
            let mut response = sent.map_err(|why| self.failed(&why))?;
            let status = response.status().as_u16();
            match status {
                200 => return self.body(&url, &mut response),
                204 => return Ok(Answer::Nothing),
                402..=404 if optional => return Ok(Answer::Refused(status)),
                429 | 500..=599 => {
                    let busy = status == 429;
                    let wait = wait(response.headers(), tries);
                    if tries == TRIES || (!busy && tries == TRIES / 2) || wait > LONGEST_WAIT {
                        return Err(self.refused(status, response.headers(), wait));
                    }
                    sleep(wait);
                }
                _ => return Err(self.refused(status, response.headers(), Duration::ZERO)),
            }
        }
    }

    fn body(&self, url: &str, response: &mut Response<ureq::Body>) -> Result<Answer, Stop> {
        let coded = |coding: &&HeaderValue| !coding.as_bytes().eq_ignore_ascii_case(b"identity");
        if let Some(coding) = response.headers().get_all("content-encoding").iter().find(coded) {
            let coding = String::from_utf8_lossy(coding.as_bytes()).into_owned();
            return Err(Stop::new(format!(
                "{url} answers in the coding `{}`, and it was asked for none",
                visible(&coding)
            ))
            .help("something between this machine and Kommo compresses its answers, a proxy mostly: switch that off, or go round it"));
        }
        let read = response.body_mut().with_config().limit(MAX_BYTES as u64).read_to_vec();
        #[allow(clippy::wildcard_enum_match_arm)] // The list of errors is open.
        let bytes = read.map_err(|why| match why {
            ureq::Error::Timeout(_) | ureq::Error::BodyExceedsLimit(_) => self.failed(&why),
            _ => Stop::new(format!("the answer of {url} is cut off: {}", visible(&why.to_string()))).help(
                "nothing was written; try again, and if it stays so, look at the network and the proxy of this machine",
            ),
        })?;
        if bytes.is_empty() {
            // `204` says that there is nothing; this says nothing.
            return Err(Stop::new(format!("{} gives an empty answer (status 200)", self.base))
                .help("nothing was written; try again in a few minutes"));
        }
        String::from_utf8(bytes).map(Answer::Page).map_err(|_| {
            Stop::new(format!("what {} says is no text", self.base))
                .help("check that the domain is an account of Kommo")
        })
    }

    /// No answer, or half of one.
    fn failed(&self, why: &ureq::Error) -> Stop {
        let base = &self.base;
        #[allow(clippy::wildcard_enum_match_arm)] // The list of errors is open.
        match why {
            ureq::Error::Timeout(_) => {
                let seconds = usize::try_from(self.timeout.as_secs()).unwrap_or(usize::MAX);
                Stop::new(format!("{base} did not answer within {}", count(seconds, "second")))
                    .help("try again, or wait longer with `--timeout SECONDS`")
            }
            ureq::Error::BodyExceedsLimit(_) => {
                Stop::new(format!("{base} answers with more than {} MB at once", MAX_BYTES >> 20))
                    .help("check that the domain is an account of Kommo")
            }
            ureq::Error::HostNotFound => Stop::new(format!("there is no host {base}"))
                .help("check the name of the account, and that this machine has a network"),
            _ => Stop::new(format!("cannot reach {base}: {}", visible(&why.to_string())))
                .help("check the name of the account, and that this machine has a network"),
        }
    }

    /// An answer that is none.
    fn refused(&self, status: u16, headers: &HeaderMap, wait: Duration) -> Stop {
        let base = &self.base;
        let stop = |what: &str| Stop::new(format!("{base} {what} (status {status})"));
        match status {
            401 => stop("does not take the token")
                .help(format!("it is of another account, or has run out: {TOKEN_HELP}")),
            402 => stop("has not been paid for").help("Kommo's API is part of a paid plan"),
            403 => stop("refuses this machine or this token").help(
                "Kommo blocks addresses that have asked too much: wait some hours, or ask Kommo's support; where it is the \
                 token, take one of an administrator",
            ),
            404 => stop("has no API of Kommo").help("check the name of the account"),
            300..=399 => {
                // No more of it: the answer may repeat the token.
                let to = headers.get("location").and_then(|to| to.to_str().ok());
                let to = to.and_then(|to| url::Url::parse(to).ok()).map(|to| to.origin().ascii_serialization());
                stop(&format!("leads to {}", visible(to.as_deref().unwrap_or("another address"))))
                    .help("the token is not sent to another address: name the account's own with `--domain`")
            }
            429 if wait > LONGEST_WAIT => stop("asks for fewer requests")
                .help(format!("try again in {} seconds", wait.as_secs())),
            429 => stop("asks for fewer requests, again and again")
                .help("something else asks it too: wait a minute, and try again"),
            500..=599 => stop("has a problem of its own").help("try again in a few minutes"),
            _ => stop("answers in a way that is not documented").help("check the name of the account"),
        }
    }
}

/// How long to wait before the next try: what the answer says, or twice as long each time.
fn wait(headers: &HeaderMap, tries: u32) -> Duration {
    let said = headers.get("retry-after").and_then(|after| after.to_str().ok()?.trim().parse::<u64>().ok());
    let wait = said.unwrap_or_else(|| 1 << tries.saturating_sub(1).min(5));
    Duration::from_secs(wait.max(1))
}
