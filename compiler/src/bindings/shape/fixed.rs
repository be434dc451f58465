//! The part of the JSON that is the same for every project but for its names.

use super::{Def, Key, Shape, Way};
use sbot_vm::program::Delivery;
use smol_str::SmolStr;

fn def(name: &str, doc: &str, shape: Shape, way: Way) -> Def {
    Def { name: SmolStr::new(name), doc: vec![doc.to_owned()], shape, way }
}

fn choice<const N: usize>(texts: [&str; N]) -> Shape {
    Shape::Choice(texts.iter().map(SmolStr::new).collect())
}

/// What every effect of a kind begins with.
pub(super) fn effect_keys(kind: &str, delivery: Option<Delivery>) -> Vec<Key> {
    let delivery = delivery.map(|delivery| match delivery {
        Delivery::Keyed => "keyed",
        Delivery::Idempotent => "idempotent",
        Delivery::AtMostOnce => "at_most_once",
    });
    let delivery = delivery.map_or_else(|| Shape::of("Delivery").optional(), Shape::tag);
    vec![Key::new("id", Shape::ID), Key::new("kind", Shape::tag(kind)), Key::new("delivery", delivery)]
}

/// What every event of a kind begins with.
pub(super) fn event_keys(kind: &str) -> Vec<Key> {
    vec![
        Key { doc: vec!["When it happened.".to_owned()], ..Key::new("at", Shape::MOMENT) },
        Key {
            doc: vec!["The number of the wait that it is meant for.".to_owned()],
            ..Key::may("wait", Shape::COUNT)
        },
        Key::new("kind", Shape::tag(kind)),
    ]
}

fn with(mut keys: Vec<Key>, more: impl IntoIterator<Item = Key>) -> Shape {
    keys.extend(more);
    Shape::Object(keys)
}

/// What a message is made of.
fn messages() -> Vec<Def> {
    let text = || Shape::TEXT;
    let button = Shape::object([("label", text()), ("link", text().optional())]);
    let row = Shape::object([("title", text()), ("about", text().optional())]);
    let section = Shape::object([("title", text()), ("options", Shape::of("ListRow").list())]);
    let list = Shape::object([
        ("button", text()),
        ("title", text().optional()),
        ("footer", text().optional()),
        ("sections", Shape::of("ListSection").list()),
    ]);
    let sent_from = Shape::object([("template", Shape::of("Template")), ("args", Shape::JSON.list())]);
    let via = Shape::Union(vec![choice(["chat", "any", "primary"]), Shape::of("Channel").list()]);
    let message = with(
        effect_keys("message", Some(Delivery::Keyed)),
        [
            Key::new("to", choice(["chat", "all", "main"])),
            Key::new("via", via),
            Key::new("text", text()),
            Key::new("attach", text().optional()),
            Key::new("voice", text().optional()),
            Key::new("buttons", Shape::of("Button").list()),
            Key::new("list", Shape::of("ListMessage").optional()),
            Key::new("template", Shape::of("SentFrom").optional()),
        ],
    );
    let out = Way::Out;
    vec![
        def("Button", "A button to show.", button, out),
        def("ListRow", "An option of a list.", row, out),
        def("ListSection", "A part of a list.", section, out),
        def("ListMessage", "A list to show.", list, out),
        def("SentFrom", "The template that a message is sent from.", sent_from, out),
        def("MessageEffect", "A message to send.", message, out),
    ]
}

/// What is only worth recording.
fn happened() -> Vec<Def> {
    let place = Shape::object([("file", Shape::TEXT), ("line", Shape::COUNT), ("column", Shape::COUNT)]);
    let source = Shape::of("SourcePlace").optional();
    let trap = Shape::object([("kind", Shape::TEXT), ("message", Shape::TEXT), ("place", source)]);
    let happened = |event: &str, more: Vec<Key>| {
        let mut keys = effect_keys("event", None);
        keys.push(Key::new("event", Shape::tag(event)));
        with(keys, more)
    };
    let not_set = happened("not_set", vec![Key::new("field", Shape::TEXT)]);
    let trimmed = vec![Key::new("message", Shape::ID), Key::new("left_out", Shape::COUNT)];
    let trimmed = happened("trimmed", trimmed);
    let failed = happened("failed", vec![Key::new("effect", Shape::ID)]);
    let trapped = happened("trapped", vec![Key::new("trap", Shape::of("Trap"))]);
    let out = Way::Out;
    vec![
        def("SourcePlace", "A place in the source.", place, out),
        def("Trap", "Why a turn could not be finished.", trap, out),
        def("NotSet", "A text could not be converted for this field, which stays as it was.", not_set, out),
        def("Trimmed", "A message had more buttons than it shows.", trimmed, out),
        def("EffectFailed", "An effect failed and nothing takes care of it: the run has ended.", failed, out),
        def("Trapped", "The turn could not be finished: the run has ended.", trapped, out),
    ]
}

fn names(names: &[&str]) -> Shape {
    Shape::Union(names.iter().map(|name| Shape::of(name)).collect())
}

/// The kinds of effects.
pub(super) fn effects(actions: Vec<Shape>, sets: Vec<Shape>) -> Vec<Def> {
    let counter = Shape::object([
        ("bot", Shape::TEXT),
        ("step", Shape::TEXT),
        ("name", Shape::TEXT),
        ("hash", Shape::TEXT),
        ("options", Shape::COUNT),
    ]);
    let draw = with(effect_keys("draw", Some(Delivery::Keyed)), [Key::new("counter", Shape::of("Counter"))]);
    let classes = choice(["keyed", "idempotent", "at_most_once"]);
    let happens = names(&["NotSet", "Trimmed", "EffectFailed", "Trapped"]);
    let all = names(&["MessageEffect", "SetEffect", "ActionEffect", "DrawEffect", "EventEffect"]);
    let out = Way::Out;
    let mut defs = vec![
        def("Delivery", "How often an effect may reach the outside.", classes, out),
        def("ActionEffect", "An action to carry out.", Shape::Union(actions), out),
        def("SetEffect", "A field to set; `null` clears it.", Shape::Union(sets), out),
    ];
    defs.extend(messages());
    defs.push(def("Counter", "What Round Robin draws from.", counter, out));
    defs.push(def("DrawEffect", "Draw the next option of a counter, and answer with `drawn`.", draw, out));
    defs.extend(happened());
    defs.push(def("EventEffect", "Nothing to do; something worth recording happened.", happens, out));
    defs.push(def("Effect", "What a turn asks for.", all, out));
    defs
}

/// The kinds of events.
pub(super) fn events(answers: Vec<Shape>) -> Vec<Def> {
    let channel = || Key::may("channel", Shape::of("ChannelRef"));
    let effect = || Key::new("effect", Shape::ID);
    let field = || Key::new("field", Shape::of("FieldRef"));
    let by = || Key::new("by", Shape::SECONDS);
    let mut defs = Vec::new();
    let mut all = Vec::new();
    let mut event = |name: &str, doc: &str, kind: &str, keys: Vec<Key>| {
        defs.push(def(name, doc, with(event_keys(kind), keys), Way::In));
        all.push(Shape::of(name));
    };
    let said = vec![
        Key::may("text", Shape::TEXT),
        channel(),
        Key::may("language", Shape::TEXT),
        Key::may("file", Shape::TEXT),
    ];
    event("ClientMessage", "The client wrote.", "message", said);
    event(
        "ClientPress",
        "The client pressed a button.",
        "press",
        vec![Key::new("label", Shape::TEXT), channel()],
    );
    event(
        "ClientComment",
        "The client commented.",
        "comment",
        vec![Key::new("text", Shape::TEXT), channel()],
    );
    event("TimerDue", "A timer is due, or hours begin.", "timer", Vec::new());
    event("VideoOpened", "The client opened a video.", "video_opened", Vec::new());
    event("VideoClosed", "The client closed a video.", "video_closed", Vec::new());
    event("Delivered", "An effect reached the outside.", "delivered", vec![effect()]);
    event("Failed", "An effect could not be carried out.", "failed", vec![effect()]);
    event("Drawn", "The draw from a counter.", "drawn", vec![effect(), Key::new("option", Shape::COUNT)]);
    let mut trigger = |name: &str, on: &str, keys: Vec<Key>| {
        let keys = [Key::new("on", Shape::tag(on))].into_iter().chain(keys).collect();
        event(name, "It may start a bot.", "trigger", keys);
    };
    trigger("OnManual", "manual", Vec::new());
    trigger("OnLeadCreated", "lead_created", Vec::new());
    trigger("OnResponsibleChanged", "responsible_changed", Vec::new());
    trigger("OnConversationClosed", "conversation_closed", Vec::new());
    trigger("OnStage", "stage", vec![Key::new("stage", Shape::of("StageRef"))]);
    trigger("OnTagAdded", "tag_added", vec![Key::new("tag", Shape::TEXT)]);
    trigger("OnTagRemoved", "tag_removed", vec![Key::new("tag", Shape::TEXT)]);
    trigger("OnFieldChanged", "field_changed", vec![field()]);
    trigger("OnFormSent", "form_sent", vec![Key::new("form", Shape::of("FormRef"))]);
    let days = choice(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
    trigger("OnEvery", "every", vec![Key::new("days", days.list()), Key::new("time", Shape::TIME)]);
    trigger("OnBefore", "before", vec![by(), field()]);
    trigger("OnAfter", "after", vec![by(), field()]);
    trigger("OnSilence", "silence", vec![by()]);
    defs.push(def("Answer", "The answer of an action.", Shape::Union(answers), Way::In));
    all.push(Shape::of("Answer"));
    defs.push(def("Event", "Something that happened.", Shape::Union(all), Way::In));
    defs
}

/// What a run waits for.
fn waits() -> Vec<Def> {
    let text = || Shape::TEXT;
    let out = Way::Out;
    let deadline = Shape::object([("exit", text()), ("at", Shape::MOMENT.optional())]);
    let option = Shape::object([("label", text()), ("synonyms", text().list())]);
    let awaited = Shape::object([("action", text()), ("exits", text().list()), ("result", Shape::BOOL)]);
    let takes = Shape::object([
        ("options", Shape::of("WaitOption").list()),
        ("texts", text().list()),
        ("message", Shape::BOOL),
        ("delivered", Shape::BOOL),
        ("failed", Shape::BOOL),
        ("video_opened", Shape::BOOL),
        ("video_closed", Shape::BOOL),
        ("answer", Shape::of("Awaited").optional()),
        ("draw", Shape::of("Counter").optional()),
    ]);
    let wait = Shape::object([
        ("name", text()),
        ("number", Shape::COUNT),
        ("bot", Shape::of("BotName")),
        ("step", text()),
        ("calls", text().list()),
        ("effect", Shape::ID.optional()),
        ("due", Shape::MOMENT.optional()),
        ("deadlines", Shape::of("Deadline").list()),
        ("takes", Shape::of("Takes")),
    ]);
    vec![
        def("Deadline", "When a timer is due, and which.", deadline, out),
        def("WaitOption", "What the client can choose.", option, out),
        def("Awaited", "The action whose answer is waited for.", awaited, out),
        def("Takes", "What a wait takes.", takes, out),
        def("Wait", "What a run waits for.", wait, out),
    ]
}

/// What becomes of an event.
pub(super) fn outcomes() -> Vec<Def> {
    let text = || Shape::TEXT;
    let out = Way::Out;
    let end = |how: &str, more: Vec<Key>| with(vec![Key::new("how", Shape::tag(how))], more);
    let turn = |kind: &str, more: Vec<Key>| {
        let keys = vec![
            Key::new("kind", Shape::tag(kind)),
            Key::new("turn", Shape::COUNT),
            Key::new("effects", Shape::of("Effect").list()),
        ];
        with(keys, more)
    };
    let refused = Shape::object([
        ("kind", Shape::tag("refused")),
        ("why", text()),
        ("message", text()),
        ("next", Shape::MOMENT.optional()),
    ]);
    let ends = ["EndDone", "EndClosed", "EndFailed", "EndTrapped"];
    let mut defs = waits();
    defs.extend([
        def(
            "EndDone",
            "The bot ended, with its result.",
            end("done", vec![Key::new("value", Shape::JSON)]),
            out,
        ),
        def("EndClosed", "The conversation was closed.", end("closed", Vec::new()), out),
        def(
            "EndFailed",
            "An effect failed and nothing took care of it.",
            end("failed", vec![Key::new("effect", Shape::ID)]),
            out,
        ),
        def(
            "EndTrapped",
            "The turn could not be finished.",
            end("trapped", vec![Key::new("trap", Shape::of("Trap"))]),
            out,
        ),
        def("End", "How a run ended.", names(&ends), out),
        def(
            "WaitingTurn",
            "The run waits. `run` is the parked run, in base64.",
            turn("waits", vec![Key::new("wait", Shape::of("Wait")), Key::new("run", text())]),
            out,
        ),
        def("EndedTurn", "The run is over.", turn("ended", vec![Key::new("end", Shape::of("End"))]), out),
        def("Refused", "The run does not take the event, and is as it was.", refused, out),
        def("Outcome", "What became of an event.", names(&["WaitingTurn", "EndedTurn", "Refused"]), out),
    ]);
    defs
}
