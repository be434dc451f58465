//! A Salesbot as Kommo has it: numbered steps of handlers, and the blocks of its editor. Plain data, neither of the two
//! dialects of JSON and no source. What a dialect does not have is absent here.
//!
//! The documented dialect: <https://developers.kommo.com/docs/salesbot-dp>. The one that the visual builder exports and
//! imports is not documented; its shapes are known from exports only.

use sbot_embed::Json;

/// A Salesbot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bot {
    /// Its name; the documented dialect has none.
    pub name: Option<String>,
    /// What it is for: 0 for a regular bot.
    pub functionality: i64,
    /// Ordered by their numbers.
    pub steps: Vec<Step>,
    /// What runs when a message could not be delivered and has no way for it.
    pub error: Vec<Handler>,
    /// The blocks of the editor; the documented dialect has none.
    pub blocks: Vec<Block>,
}

/// A step: a number that `goto` can name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// Its number.
    pub number: i64,
    /// What the editor knows it by.
    pub uuid: Option<String>,
    /// Runs when the step is entered.
    pub question: Vec<Handler>,
    /// Runs when the client has replied.
    pub answer: Vec<Handler>,
    /// Where a client leads who does not reply: a step that begins with a timer.
    pub no_answer: Vec<Handler>,
    /// Runs when a bot ends here.
    pub finish: Vec<Handler>,
}

/// One thing that a step does, and where it stands in the JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Handler {
    /// From the root, as a reader would look for it: `text.4.question[0]`.
    pub path: String,
    /// What it does.
    pub what: What,
}

/// What a handler does.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// `send_message`, `show`, `send_external_message`
    Message(Box<Message>),
    /// `buttons`, in `answer`: where replies lead.
    Buttons(Vec<Reply>),
    /// `goto`
    Goto(Target),
    /// `wait_answer`: waits for the client's next message, and goes on there.
    WaitAnswer(Target),
    /// `waits`: the first event wins.
    Waits(Vec<Wait>),
    /// `condition`, `conditions`: if they hold, the handlers run.
    Conditions {
        /// How they are joined.
        logic: Logic,
        /// What is tested.
        tests: Vec<Comparison>,
        /// What runs then; it ends in a `goto` as a rule.
        result: Vec<Handler>,
    },
    /// `validations`: the same about what the client wrote.
    Validations {
        /// How they are joined.
        logic: Logic,
        /// What is tested.
        tests: Vec<Validation>,
        /// What runs then.
        result: Vec<Handler>,
    },
    /// `distribution`: Round Robin.
    Distribution {
        /// The id of its counter.
        seed: Option<String>,
        /// The options.
        variants: Vec<Target>,
    },
    /// `send_comment`
    Comment {
        /// What is written under the post.
        text: String,
        /// The message's own settings.
        recipient: Option<Recipient>,
    },
    /// `send_internal`
    Internal {
        /// The message.
        text: String,
        /// Whom it is for; a group wins where both are given.
        user: Option<Json>,
        /// The group.
        group: Option<Json>,
    },
    /// `action`: its name and parameters, which differ from action to action.
    Action {
        /// Such as `set_tag`.
        name: String,
        /// As they are.
        params: Json,
    },
    /// `trigger`: an action of the digital pipeline, such as `create_task`.
    Trigger {
        /// Its name.
        action: String,
        /// As they are.
        settings: Json,
    },
    /// `find`, `filter`: looks for another entity. If there is one, the handlers run.
    Find {
        /// The parameters, without `actions`.
        params: Json,
        /// Which of the two it is.
        by: Finder,
        /// What runs then.
        actions: Vec<Handler>,
    },
    /// `meta`: takes the data of a start link apart.
    Meta {
        /// What stands between its parts.
        delimiter: String,
        /// Where they go.
        values: Vec<String>,
    },
    /// `preset`: a ready-made piece of conversation, by name.
    Preset {
        /// Such as `contacts.validate_base_info`.
        name: String,
        /// Its texts.
        params: Json,
    },
    /// `widget`
    Widget(Widget),
    /// `widget_request`: asks an address, and waits until it says how to go on.
    WidgetRequest {
        /// The address.
        url: String,
        /// What is sent, with placeholders.
        data: Json,
    },
    /// `opt_in`: Subscribe (Meta). Its parameters are published nowhere.
    OptIn(Json),
    /// `stop`
    Stop(Stop),
    /// `exits`: leaves code made by a widget by one of its exits.
    Exits(String),
    /// A handler that is known nowhere: its name, and all of it.
    Unknown {
        /// Its name.
        name: String,
        /// Its parameters.
        params: Json,
    },
}

impl Handler {
    /// Calls `f` with every place that a handler leads to, from top to bottom.
    pub fn each_target(&self, f: &mut dyn FnMut(Target)) {
        // One walk for both: nothing is changed here.
        self.clone().each_target_mut(&mut |to| f(*to));
    }

    /// The same, to change them.
    pub fn each_target_mut(&mut self, f: &mut dyn FnMut(&mut Target)) {
        match &mut self.what {
            What::Goto(to) | What::WaitAnswer(to) => f(to),
            What::Message(message) => message.on_error.iter_mut().for_each(f),
            What::Buttons(replies) => {
                let then = replies.iter_mut().flat_map(|reply| &mut reply.then);
                then.for_each(|what| what.each_target_mut(f));
            }
            What::Waits(waits) => waits.iter_mut().for_each(|wait| f(&mut wait.to)),
            What::Conditions { result: then, .. }
            | What::Validations { result: then, .. }
            | What::Find { actions: then, .. } => then.iter_mut().for_each(|what| what.each_target_mut(f)),
            What::Distribution { variants, .. } => variants.iter_mut().for_each(f),
            What::Widget(widget) => widget.exits.iter_mut().for_each(|(_, to)| f(to)),
            What::Comment { .. }
            | What::Internal { .. }
            | What::Action { .. }
            | What::Trigger { .. }
            | What::Meta { .. }
            | What::Preset { .. }
            | What::WidgetRequest { .. }
            | What::OptIn(_)
            | What::Stop(_)
            | What::Exits(_)
            | What::Unknown { .. } => {}
        }
    }
}

impl Step {
    /// Calls `f` with everything that a step does, in the order in which it comes, to change it.
    pub fn each_handler_mut(&mut self, f: &mut dyn FnMut(&mut Handler)) {
        let parts = [&mut self.question, &mut self.answer, &mut self.no_answer, &mut self.finish];
        parts.into_iter().flatten().for_each(f);
    }
}

/// A place to go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The number of the step.
    pub step: i64,
    /// Which part of it.
    pub part: Part,
}

/// A part of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// On entry.
    Question,
    /// As if the client had replied.
    Answer,
    /// The end: a step that is often nowhere.
    Finish,
}

/// A message to the client.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// With placeholders.
    pub text: String,
    /// In the order in which they are shown.
    pub buttons: Vec<Button>,
    /// `quick_replies` of the documented dialect: `user_phone_number`, `user_email`.
    pub quick_replies: Vec<String>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// A list of WhatsApp.
    pub list: Option<List>,
    /// Who gets it; absent where nothing is said.
    pub recipient: Option<Recipient>,
    /// Which channels; absent means all.
    pub channels: Option<Vec<Json>>,
    /// The id of a template of the account.
    pub template: Option<Json>,
    /// Where it leads when it could not be delivered.
    pub on_error: Option<Target>,
    /// A chat is made where there is none.
    pub creates_chat: bool,
    /// The editor's mark of the first block.
    pub starting: Option<bool>,
    /// `facebook_tag` of its metadata.
    pub facebook_tag: Option<String>,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// A reply.
    Reply(String),
    /// A link.
    Link {
        /// What is on it; in `buttons_url` the address itself.
        text: String,
        /// Where it leads.
        url: String,
    },
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Such as `picture`.
    pub kind: String,
    /// The account's id of it, or an address.
    pub value: String,
    /// It is an address.
    pub external: bool,
}

/// `list_message`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Above it.
    pub title: Option<String>,
    /// The message.
    pub body: String,
    /// Below it.
    pub footer: Option<String>,
    /// The label of the button that opens it.
    pub button: Option<String>,
    /// Its parts.
    pub sections: Vec<Section>,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// Its title.
    pub title: Option<String>,
    /// Its options.
    pub rows: Vec<Row>,
}

/// An option of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its title.
    pub title: String,
    /// Below it.
    pub description: Option<String>,
    /// What `buttons` knows it by.
    pub callback: Option<String>,
}

/// Who gets a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// `all_contacts`, `main_contact`; `filtered_contacts` exists in the documented dialect alone.
    pub who: String,
    /// `over_all`, `any_first`, `last_active`
    pub way: Option<String>,
}

/// Where replies lead.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// From the root.
    pub path: String,
    /// Which replies.
    pub when: ReplyIs,
    /// What runs then.
    pub then: Vec<Handler>,
}

/// Which replies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyIs {
    /// A label, or the callback of a list's row; and its synonyms.
    Option {
        /// The label; `/…/iu` is a regular expression.
        value: String,
        /// Other words for it.
        synonyms: Vec<String>,
    },
    /// Any other.
    Else,
}

/// One event of `waits`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// From the root.
    pub path: String,
    /// What is waited for.
    pub event: Event,
    /// Where it leads.
    pub to: Target,
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The client writes.
    Message,
    /// Time is over; in seconds.
    Timer(i64),
    /// Of another source or action: the names of both.
    Unknown(String),
}

/// How tests are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logic {
    /// All of them.
    And,
    /// Any of them.
    Or,
}

/// A test of `condition` or `conditions`.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// From the root.
    pub path: String,
    /// A placeholder, as a rule.
    pub left: String,
    /// `=`, `!=`, `in`, `not_in`, `in_range`, `contains`
    pub operation: String,
    /// A text, a number, or `{from, to}`.
    pub right: Json,
    /// `value`, `custom_value`
    pub value_type: Option<String>,
}

/// A test of `validations`.
#[derive(Clone, Debug, PartialEq)]
pub struct Validation {
    /// From the root.
    pub path: String,
    /// What is tested; the client's message as a rule.
    pub left: String,
    /// `simple`, `email`, `phone`, `regex`, `range_numbers`
    pub kind: String,
    /// `equal`, `not_equal`, `length`, `contains`, `not_contains`
    pub operation: String,
    /// A text, a number or a range.
    pub right: Json,
}

/// Which handler looks for another entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finder {
    /// `find`
    Find,
    /// `filter`
    Filter,
}

/// A widget's block.
#[derive(Clone, Debug, PartialEq)]
pub struct Widget {
    /// The number of the widget.
    pub id: Json,
    /// Its code name.
    pub code: Option<String>,
    /// Which of its installations.
    pub instance: Option<Json>,
    /// What it is given.
    pub params: Json,
    /// By the codes of its exits, in order.
    pub exits: Vec<(String, Target)>,
}

/// `stop`
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// The bot ends.
    Here,
    /// The conversation is closed, `talk-close`.
    CloseTalk,
    /// Another bot goes on, `salesbot-start`; its id.
    StartBot(Json),
}

/// A block of the editor: an entry of `positions`.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its own id, by which links name it.
    pub id: i64,
    /// The step that it shows; -1 for the start.
    pub step: i64,
    /// Such as `start`, `static`, `finish`, `question`.
    pub kind: String,
    /// Where it stands.
    pub x: f64,
    /// Where it stands.
    pub y: f64,
    /// As they are: what the block says of its actions and their links.
    pub json: Json,
}
