//! What a turn gives as JSON. Every kind of object always has the same keys in the same order; what is absent is `null`.
//!
//! | | |
//! |---|---|
//! | an outcome | `{"kind":"waits","turn":3,"effects":[…],"wait":{…},"run":BASE64}`, `{"kind":"ended","turn":3,"effects":[…],"end":{…}}` or `{"kind":"refused","why":…,"message":…,…}` |
//! | an effect | `{"id":"3.0","kind":…,"delivery":…,…}`; kinds: `message`, `set`, `action`, `draw`, `event` |
//! | a delivery | `"keyed"`, `"idempotent"`, `"at_most_once"`; `null` for an event |

use crate::base64;
use crate::json::Json;
use crate::turn::{
    Awaited, Counter, Effect, End, Happened, Message, Outcome, Place, Route, Takes, Then, Trapped, Turn,
    Wait, What,
};
use sbot_vm::program::{Delivery, Recipients};
use sbot_vm::{EffectId, TrapKind, WhyRefused, effect};
use std::sync::Arc;

fn id(id: EffectId) -> Json {
    Json::text(&id.to_string())
}

fn texts<'a>(list: impl IntoIterator<Item = &'a Arc<str>>) -> Json {
    Json::list(list.into_iter().map(|text| Json::text(text)))
}

fn optional(text: Option<&Arc<str>>) -> Json {
    text.map_or(Json::Null, |text| Json::text(text))
}

impl Outcome {
    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Outcome::Turn(turn) => turn.to_json(),
            Outcome::Refused(why) => refused(why),
        }
    }
}

impl Turn {
    /// As JSON: `waits` or `ended`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let effects = Json::list(self.effects.iter().map(Effect::to_json));
        match &self.then {
            Then::Waits { wait, run } => Json::object([
                ("kind", Json::text("waits")),
                ("turn", self.number.into()),
                ("effects", effects),
                ("wait", wait.to_json()),
                ("run", Json::text(&base64::encode(run))),
            ]),
            Then::Ended(end) => Json::object([
                ("kind", Json::text("ended")),
                ("turn", self.number.into()),
                ("effects", effects),
                ("end", end.to_json()),
            ]),
        }
    }
}

/// Why a run has refused an event: `{"kind":"refused","why":"not_due","message":TEXT,"next":AT}`
fn refused(why: &WhyRefused) -> Json {
    let next = if let WhyRefused::NotDue { next } = why { *next } else { None };
    Json::object([
        ("kind", Json::text("refused")),
        ("why", Json::text(why_name(why))),
        ("message", Json::text(&why.to_string())),
        ("next", next.map_or(Json::Null, Json::int)),
    ])
}

/// `not_awaited`, `not_due` …
pub(crate) fn why_name(why: &WhyRefused) -> &'static str {
    match why {
        WhyRefused::NotAwaited => "not_awaited",
        WhyRefused::OtherProgram { .. } => "other_program",
        WhyRefused::OtherWait { .. } => "other_wait",
        WhyRefused::NotDue { .. } => "not_due",
        WhyRefused::BadAnswer => "bad_answer",
        WhyRefused::UnknownEffect => "unknown_effect",
        WhyRefused::Corrupt => "corrupt",
    }
}

/// `keyed`, `idempotent`, `at_most_once`
pub(crate) fn delivery_name(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Keyed => "keyed",
        Delivery::Idempotent => "idempotent",
        Delivery::AtMostOnce => "at_most_once",
    }
}

impl Effect {
    /// As JSON: `{"id":"3.0","kind":KIND,"delivery":CLASS,…}`
    #[must_use]
    pub fn to_json(&self) -> Json {
        let delivery = self.delivery.map_or(Json::Null, |delivery| Json::text(delivery_name(delivery)));
        let (kind, rest) = match &self.what {
            What::Message(message) => ("message", message_keys(message)),
            What::Set { field, value } => {
                ("set", vec![("field", Json::text(field)), ("value", value.clone())])
            }
            What::Action { action, args } => {
                let args = args.iter().map(|(name, value)| (Box::from(&**name), value.clone()));
                ("action", vec![("action", Json::text(action)), ("args", Json::Object(args.collect()))])
            }
            What::Draw(counter) => ("draw", vec![("counter", counter.to_json())]),
            What::Event(happened) => ("event", happened_keys(happened)),
        };
        let head = [("id", id(self.id)), ("kind", Json::text(kind)), ("delivery", delivery)];
        Json::Object(head.into_iter().chain(rest).map(|(key, value)| (key.into(), value)).collect())
    }
}

type Keys = Vec<(&'static str, Json)>;

fn message_keys(message: &Message) -> Keys {
    let made = &message.made;
    let to = match message.to {
        Recipients::Chat => "chat",
        Recipients::All => "all",
        Recipients::Main => "main",
    };
    let via = match &message.via {
        Route::Chat => Json::text("chat"),
        Route::Any => Json::text("any"),
        Route::Primary => Json::text("primary"),
        Route::Channels(names) => texts(names),
    };
    let button = |button: &effect::Button| {
        Json::object([("label", Json::text(&button.label)), ("link", optional(button.link.as_ref()))])
    };
    let template = message.template.as_ref().map(|(name, args)| {
        Json::object([("template", Json::text(name)), ("args", Json::List(args.clone()))])
    });
    vec![
        ("to", Json::text(to)),
        ("via", via),
        ("text", Json::text(&made.text)),
        ("attach", optional(made.attach.as_ref())),
        ("voice", optional(made.voice.as_ref())),
        ("buttons", Json::list(made.buttons.iter().map(button))),
        ("list", made.list.as_deref().map_or(Json::Null, list)),
        ("template", template.unwrap_or_default()),
    ]
}

fn list(list: &effect::List) -> Json {
    let row = |row: &effect::Row| {
        Json::object([("title", Json::text(&row.title)), ("about", optional(row.about.as_ref()))])
    };
    let section = |section: &effect::Section| {
        Json::object([
            ("title", Json::text(&section.title)),
            ("options", Json::list(section.options.iter().map(row))),
        ])
    };
    Json::object([
        ("button", Json::text(&list.button)),
        ("title", optional(list.title.as_ref())),
        ("footer", optional(list.footer.as_ref())),
        ("sections", Json::list(list.sections.iter().map(section))),
    ])
}

fn happened_keys(happened: &Happened) -> Keys {
    match happened {
        Happened::NotSet(field) => vec![("event", Json::text("not_set")), ("field", Json::text(field))],
        Happened::Trimmed(message, left_out) => vec![
            ("event", Json::text("trimmed")),
            ("message", id(*message)),
            ("left_out", (*left_out).into()),
        ],
        Happened::Failed(effect) => vec![("event", Json::text("failed")), ("effect", id(*effect))],
        Happened::Trapped(trapped) => vec![("event", Json::text("trapped")), ("trap", trapped.to_json())],
    }
}

impl Counter {
    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> Json {
        Json::object([
            ("bot", Json::text(&self.bot)),
            ("step", Json::text(&self.step)),
            ("name", Json::text(&self.name)),
            ("hash", Json::text(&format!("{:016x}", self.hash))),
            ("options", self.options.into()),
        ])
    }
}

impl End {
    /// As JSON: `{"how":"done","value":…}`, `{"how":"closed"}`, `{"how":"failed","effect":ID}`,
    /// `{"how":"trapped","trap":{…}}`
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            End::Done(value) => Json::object([("how", Json::text("done")), ("value", value.clone())]),
            End::Closed => Json::object([("how", Json::text("closed"))]),
            End::Failed(effect) => Json::object([("how", Json::text("failed")), ("effect", id(*effect))]),
            End::Trapped(trapped) => {
                Json::object([("how", Json::text("trapped")), ("trap", trapped.to_json())])
            }
        }
    }
}

impl Trapped {
    /// As JSON: `{"kind":"division_by_zero","message":TEXT,"place":{"file":…,"line":…,"column":…}}`
    #[must_use]
    pub fn to_json(&self) -> Json {
        let kind = match self.kind {
            TrapKind::Overflow => "overflow",
            TrapKind::DivisionByZero => "division_by_zero",
            TrapKind::BadIndex => "bad_index",
            TrapKind::OutOfFuel => "out_of_fuel",
            TrapKind::OutOfMemory => "out_of_memory",
            TrapKind::TooDeep => "too_deep",
            TrapKind::BadTimer => "bad_timer",
            TrapKind::WrongKind => "wrong_kind",
            TrapKind::BadTime => "bad_time",
        };
        let place = |place: &Place| {
            Json::object([
                ("file", Json::text(&place.file)),
                ("line", place.line.into()),
                ("column", place.column.into()),
            ])
        };
        Json::object([
            ("kind", Json::text(kind)),
            ("message", Json::text(&self.kind.to_string())),
            ("place", self.place.as_ref().map_or(Json::Null, place)),
        ])
    }
}

impl Wait {
    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let at = |at: Option<i64>| at.map_or(Json::Null, Json::int);
        let deadline = |(exit, due): &(String, Option<i64>)| {
            Json::object([("exit", Json::text(exit)), ("at", at(*due))])
        };
        Json::object([
            ("name", Json::text(&self.name)),
            ("number", self.number.into()),
            ("bot", Json::text(&self.bot)),
            ("step", Json::text(&self.step)),
            ("calls", texts(&self.calls)),
            ("effect", self.effect.map_or(Json::Null, id)),
            ("due", at(self.due())),
            ("deadlines", Json::list(self.deadlines.iter().map(deadline))),
            ("takes", self.takes.to_json()),
        ])
    }
}

impl Takes {
    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let option = |(label, synonyms): &(Arc<str>, Vec<Arc<str>>)| {
            Json::object([("label", Json::text(label)), ("synonyms", texts(synonyms))])
        };
        let answer = |awaited: &Awaited| {
            Json::object([
                ("action", Json::text(&awaited.action)),
                ("exits", texts(&awaited.exits)),
                ("result", awaited.result.into()),
            ])
        };
        Json::object([
            ("options", Json::list(self.options.iter().map(option))),
            ("texts", texts(&self.texts)),
            ("message", self.message.into()),
            ("delivered", self.delivered.into()),
            ("failed", self.failed.into()),
            ("video_opened", self.video_opened.into()),
            ("video_closed", self.video_closed.into()),
            ("answer", self.answer.as_ref().map_or(Json::Null, answer)),
            ("draw", self.draw.as_ref().map_or(Json::Null, Counter::to_json)),
        ])
    }
}
