//! What of an account a bot names, by symbols that are made of ids.

use super::ground::Ground;
use std::collections::{BTreeMap, BTreeSet};

/// Symbols, made when they are first asked for.
pub(super) struct Symbols<'a> {
    pub(super) ground: &'a Ground,
    /// The bot's name: fields that keep its variables are those.
    pub(super) bot: String,
    /// By section, then by symbol.
    pub(super) made: BTreeMap<&'static str, BTreeMap<String, Row>>,
    /// Stages whose pipeline another place of the bot tells.
    pub(super) pipeline_of: BTreeMap<String, String>,
    /// Fields that are calculated with.
    pub(super) numbers: BTreeSet<String>,
    /// Fields that are checkboxes.
    pub(super) bools: BTreeSet<String>,
}

/// Something of the account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// The account's id of it; absent where the file does not have it.
    pub(super) id: Option<String>,
    /// What people call it.
    pub(super) title: String,
    /// What else is declared: the kind of a channel, the type of a field, the channel and text of a template.
    pub(super) what: String,
    /// An existing project has declared it.
    pub(super) declared: bool,
}

/// What every account calls a won deal, and a lost one.
const WON: &str = "142";
const LOST: &str = "143";

/// What stands for a pipeline that the file does not tell.
const SOME_PIPELINE: &str = "some_pipeline";

/// Codes of messengers as `{{origin}}` has them, with our kinds of channels.
const ORIGINS: &[(&str, &str)] = &[
    ("telegram", "telegram"),
    ("whatsapp", "whatsapp"),
    ("waba", "whatsapp"),
    ("instagram", "instagram"),
    ("instagram_business", "instagram"),
    ("facebook", "facebook"),
    ("viber", "viber"),
    ("tiktok", "tiktok"),
    ("sms", "sms"),
    ("mail", "email"),
    ("email", "email"),
    ("livechat", "live_chat"),
    ("onlinechat", "live_chat"),
];

/// What people call the kinds of channels.
const KINDS: &[(&str, &str)] = &[
    ("telegram", "Telegram"),
    ("whatsapp", "WhatsApp"),
    ("instagram", "Instagram"),
    ("facebook", "Facebook"),
    ("viber", "Viber"),
    ("tiktok", "TikTok"),
    ("sms", "SMS"),
    ("email", "E-mail"),
    ("live_chat", "Live chat"),
];

impl<'a> Symbols<'a> {
    pub(super) fn new(ground: &'a Ground) -> Symbols<'a> {
        let (made, pipeline_of) = (BTreeMap::new(), BTreeMap::new());
        Symbols {
            ground,
            bot: String::new(),
            made,
            pipeline_of,
            numbers: BTreeSet::new(),
            bools: BTreeSet::new(),
        }
    }

    /// The symbol of an id.
    fn symbol(&mut self, section: &'static str, id: &str, make: impl FnOnce() -> (String, Row)) -> String {
        if let Some(symbol) = self.ground.symbol(section, id).map(str::to_owned) {
            let row = Row { id: Some(id.to_owned()), declared: true, ..Row::default() };
            self.made.entry(section).or_default().insert(symbol.clone(), row);
            return symbol;
        }
        let (symbol, mut row) = make();
        row.id = Some(id.to_owned());
        let rows = self.made.entry(section).or_default();
        // `a-b` and `a_b` would have one symbol.
        let taken = |symbol: &String| rows.get(symbol).is_some_and(|other| other.id != row.id);
        let numbered = (2..).map(|number| format!("{symbol}_{number}"));
        let Some(symbol) = std::iter::once(symbol.clone()).chain(numbered).find(|symbol| !taken(symbol))
        else {
            return symbol;
        };
        rows.entry(symbol.clone()).or_insert(row);
        symbol
    }

    pub(super) fn user(&mut self, id: &str) -> String {
        self.symbol("users", id, || (with("user", id), titled(format!("User {id}"))))
    }

    pub(super) fn team(&mut self, id: &str) -> String {
        self.symbol("teams", id, || (with("team", id), titled(format!("Team {id}"))))
    }

    pub(super) fn bot(&mut self, id: &str) -> String {
        self.symbol("bots", id, || (with("bot", id), titled(format!("Bot {id}"))))
    }

    /// A channel of the account; what it has to carry tells its kind, if anything does.
    pub(super) fn channel(&mut self, id: &str, kind: Option<&str>) -> String {
        let symbol = self.symbol("channels", id, || (with("channel", id), titled(format!("Channel {id}"))));
        if let (Some(kind), Some(row)) =
            (kind, self.made.get_mut("channels").and_then(|rows| rows.get_mut(&symbol)))
            && row.what.is_empty()
        {
            row.what = kind.to_owned();
        }
        symbol
    }

    /// A channel that has no id in the file, of a kind: any will do.
    pub(super) fn channel_of(&mut self, kind: &str) -> String {
        if let Some(symbol) = self.ground.channel(kind).map(str::to_owned) {
            let row = Row { declared: true, ..Row::default() };
            self.made.entry("channels").or_default().entry(symbol.clone()).or_insert(row);
            return symbol;
        }
        let rows = self.made.entry("channels").or_default();
        if let Some((symbol, _)) = rows.iter().find(|(_, row)| row.what == kind) {
            return symbol.clone();
        }
        let title =
            KINDS.iter().find(|(known, _)| *known == kind).map_or(kind, |(_, title)| title).to_owned();
        rows.insert(kind.to_owned(), Row { what: kind.to_owned(), ..titled(title) });
        kind.to_owned()
    }

    /// The channel that the code of a messenger means.
    pub(super) fn origin(&mut self, code: &str) -> Option<String> {
        let folded = code.to_lowercase();
        let (_, kind) = ORIGINS.iter().find(|(known, _)| *known == folded)?;
        Some(self.channel_of(kind))
    }

    /// A template. Its text stands in Kommo; each message says what it was when the bot was exported.
    pub(super) fn template(&mut self, id: &str, channel: &str) -> String {
        let what = format!("via {channel} \"{{text}}\"");
        self.symbol("templates", id, || {
            (with("template", id), Row { what, ..titled(format!("Template {id}")) })
        })
    }

    /// Whether an existing project has declared it.
    pub(super) fn declared(&self, section: &str, symbol: &str) -> bool {
        self.made.get(section).and_then(|rows| rows.get(symbol)).is_some_and(|row| row.declared)
    }

    /// `pipeline.stage`
    pub(super) fn stage(&mut self, pipeline: Option<&str>, id: &str) -> String {
        let known = self.ground.symbol("stages", id).map(str::to_owned);
        if let Some(symbol) = known.filter(|_| pipeline.is_none() || (id != WON && id != LOST)) {
            let row = Row { id: Some(id.to_owned()), declared: true, ..Row::default() };
            self.made.entry("stages").or_default().insert(symbol.clone(), row);
            return symbol;
        }
        let mut all: Vec<&String> = self.pipeline_of.values().collect();
        all.sort_unstable();
        all.dedup();
        let only = if let [one] = all.as_slice() { Some((*one).clone()) } else { None };
        let pipeline = pipeline.map(str::to_owned).or_else(|| self.pipeline_of.get(id).cloned()).or(only);
        let owner = match &pipeline {
            Some(pipeline) => self.symbol("pipelines", pipeline, || {
                (with("pipeline", pipeline), titled(format!("Pipeline {pipeline}")))
            }),
            None => {
                let rows = self.made.entry("pipelines").or_default();
                rows.entry(SOME_PIPELINE.to_owned()).or_insert_with(|| titled("Pipeline".to_owned()));
                SOME_PIPELINE.to_owned()
            }
        };
        let (name, title) = match id {
            WON => ("won".to_owned(), "Won".to_owned()),
            LOST => ("lost".to_owned(), "Lost".to_owned()),
            _ => (with("stage", id), format!("Stage {id}")),
        };
        let symbol = format!("{owner}.{name}");
        let row = Row { id: Some(id.to_owned()), ..titled(title) };
        self.made.entry("stages").or_default().entry(symbol.clone()).or_insert(row);
        symbol
    }

    /// `lead.field_901`, its type, and whether it may be absent. A field that keeps a variable is that variable.
    pub(super) fn field(&mut self, entity: &str, id: &str) -> (String, &'static str, bool) {
        let ty = if self.numbers.contains(id) {
            "number"
        } else if self.bools.contains(id) {
            "bool"
        } else {
            "text"
        };
        let what = ty.to_owned();
        let symbol = self.symbol("fields", id, || {
            (format!("{entity}.{}", with("field", id)), Row { what, ..Row::default() })
        });
        let ty = self.ground.field(&symbol).unwrap_or(ty);
        match self
            .ground
            .symbol("variables", &symbol)
            .and_then(|var| var.strip_prefix(self.bot.as_str())?.strip_prefix('.'))
        {
            Some(var) => (var.to_owned(), ty, false),
            None => (symbol, ty, ty != "bool"),
        }
    }

    /// What the bot names of what a project has declared: users, pipelines and the like.
    pub(super) fn known(&self) -> impl Iterator<Item = &str> {
        let sections = ["pipelines", "stages", "users", "teams", "channels", "templates"];
        let rows = sections.into_iter().filter_map(|section| self.made.get(section)).flatten();
        rows.filter(|(_, row)| row.declared).filter_map(|(symbol, _)| symbol.split('.').next())
    }

    /// The rows of a section that no project has declared yet.
    pub(super) fn new_rows(&self, section: &str) -> impl Iterator<Item = (&String, &Row)> {
        self.made.get(section).into_iter().flatten().filter(|(_, row)| !row.declared)
    }
}

/// `user_11`
fn with(what: &str, id: &str) -> String {
    let plain: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("{what}_{plain}")
}

fn titled(title: String) -> Row {
    Row { title, ..Row::default() }
}
