//! What of an account a bot names, by ids: each gets a symbol, and stands in `account.sbot` and in the environment file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Ids with their symbols.
#[derive(Debug, Default)]
pub(super) struct Met {
    /// By section of the environment file.
    symbols: BTreeMap<&'static str, BTreeMap<String, String>>,
    /// Of fields, by entity and id.
    fields: BTreeMap<(String, String), Field>,
    /// By the pipeline's id.
    stages: BTreeMap<String, BTreeSet<String>>,
    /// By code name: ids, and actions with parameters and exits.
    pub(super) widgets: BTreeMap<String, Widget>,
    /// Kinds of channels that statements need.
    pub(super) needs: BTreeSet<&'static str>,
}

/// A custom field.
#[derive(Debug, Default)]
struct Field {
    is_number: bool,
}

/// A widget.
#[derive(Debug, Default)]
pub(super) struct Widget {
    pub(super) id: String,
    pub(super) instance: String,
    pub(super) params: BTreeSet<String>,
    pub(super) exits: BTreeSet<String>,
}

/// Won and lost have these ids in every pipeline.
const WON: &str = "142";
const LOST: &str = "143";
/// Of a stage without one.
const NO_PIPELINE: &str = "";

/// Whether this is what Kommo calls something by: a number, or letters and digits with dashes. A placeholder is none.
pub(super) fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// An id as a part of a symbol.
pub(super) fn symbol(word: &str, id: &str) -> String {
    let id: String = id.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    format!("{word}_{id}")
}

impl Met {
    fn of(&mut self, section: &'static str, word: &str, id: &str) -> String {
        let known = self.symbols.entry(section).or_default();
        known.entry(id.to_owned()).or_insert_with(|| symbol(word, id)).clone()
    }

    pub(super) fn user(&mut self, id: &str) -> String {
        self.of("users", "user", id)
    }

    pub(super) fn team(&mut self, id: &str) -> String {
        self.of("teams", "group", id)
    }

    pub(super) fn template(&mut self, id: &str) -> String {
        self.of("templates", "template", id)
    }

    pub(super) fn channel(&mut self, id: &str) -> String {
        self.of("channels", "channel", id)
    }

    /// `lead.field_901`
    pub(super) fn field(&mut self, entity: &str, id: &str, is_number: bool) -> (String, bool) {
        let name = format!("{entity}.{}", symbol("field", id));
        if !is_id(id) || !["lead", "contact", "company"].contains(&entity) {
            return (name, is_number);
        }
        let field = self.fields.entry((entity.to_owned(), id.to_owned())).or_default();
        field.is_number |= is_number;
        (name, field.is_number)
    }

    /// `pipeline_7001.stage_7103`. Of a stage alone, the pipeline that has it, if one is known.
    pub(super) fn stage(&mut self, pipeline: Option<&str>, id: &str) -> String {
        let known = || {
            self.stages.iter().find(|(_, stages)| stages.contains(id)).map(|(pipeline, _)| pipeline.clone())
        };
        let pipeline = pipeline.map(str::to_owned).or_else(known).unwrap_or_else(|| NO_PIPELINE.to_owned());
        self.stages.entry(pipeline.clone()).or_default().insert(id.to_owned());
        format!("{}.{}", pipeline_symbol(&pipeline), stage_symbol(id))
    }

    /// The declarations.
    pub(super) fn account(&self) -> String {
        let mut out = String::from(
            "// What a bot from Kommo names. Kommo's file has ids and no titles: put in the titles of your account, and better\n\
             // names; the ids stand in account.env.toml.\n\n\
             // Kommo's file does not say these: they decide how phone numbers and times are read.\n\
             account { zone \"UTC\", region \"US\", currency \"USD\" }\n\n",
        );
        // Writing into a text cannot fail.
        for (pipeline, stages) in &self.stages {
            let name = pipeline_symbol(pipeline);
            let title =
                if pipeline.is_empty() { "Pipeline".to_owned() } else { format!("Pipeline {pipeline}") };
            let stages: Vec<String> =
                stages.iter().map(|id| format!("{} \"{}\"", stage_symbol(id), stage_title(id))).collect();
            let _ = write!(out, "pipeline {name} \"{title}\" {{ {} }}\n\n", stages.join(", "));
        }
        for (id, name) in self.symbols.get("users").into_iter().flatten() {
            let _ = writeln!(out, "user {name} \"User {id}\"");
        }
        // A language without users has nobody who is responsible.
        if self.symbols.get("users").is_none_or(BTreeMap::is_empty) {
            out.push_str("user somebody \"Somebody\"\n");
        }
        let members: Vec<&str> =
            self.symbols.get("users").into_iter().flatten().map(|(_, name)| name.as_str()).take(1).collect();
        let member = members.first().copied().unwrap_or("somebody");
        for (id, name) in self.symbols.get("teams").into_iter().flatten() {
            let _ = writeln!(
                out,
                "\n// Kommo's file does not say who is in it.\nteam {name} \"Group {id}\" {{ {member} }}"
            );
        }
        out.push('\n');
        let channels = self.symbols.get("channels");
        let mut needs = self.needs.iter().copied();
        for (id, name) in channels.into_iter().flatten() {
            let kind = needs.next().unwrap_or("whatsapp");
            let _ = writeln!(
                out,
                "// Kommo's file does not say what kind of channel it is.\nchannel {name}: {kind} \"Channel {id}\""
            );
        }
        for kind in needs {
            let _ = writeln!(out, "channel {kind}: {kind} \"{kind}\"");
        }
        if channels.is_none_or(BTreeMap::is_empty) && self.needs.is_empty() {
            out.push_str("channel whatsapp: whatsapp \"WhatsApp\"\n");
        }
        let channel = channels.into_iter().flatten().map(|(_, name)| name.as_str()).next();
        let channel = channel.or_else(|| self.needs.iter().copied().next()).unwrap_or("whatsapp");
        for (id, name) in self.symbols.get("templates").into_iter().flatten() {
            let _ = writeln!(
                out,
                "\n// What template {id} says stands in Kommo, and its channels too: put them here.\n\
                 template {name}(text: text) via {channel} \"{{text}}\""
            );
        }
        for entity in ["lead", "contact", "company"] {
            let fields: Vec<String> = self
                .fields
                .iter()
                .filter(|((of, _), _)| of == entity)
                .map(|((_, id), field)| {
                    format!("{}: {}", symbol("field", id), if field.is_number { "number" } else { "text" })
                })
                .collect();
            if !fields.is_empty() {
                let _ = write!(out, "\nentity {entity} {{ {} }}\n", fields.join(", "));
            }
        }
        for (code, widget) in &self.widgets {
            let params: Vec<String> =
                widget.params.iter().map(|name| format!("{name}: text = \"\"")).collect();
            let exits: Vec<&str> = widget.exits.iter().map(String::as_str).collect();
            let _ = write!(
                out,
                "\n// A widget answers with values of its own, which Kommo's file does not name.\n\
                 widget {code} {{ action call({}) exits {} }}\n",
                params.join(", "),
                exits.join(", ")
            );
        }
        out
    }

    /// The environment file.
    pub(super) fn env(&self) -> String {
        let mut out = String::from(
            "# The ids of the account that the bot comes from. Nothing of it stands in a source.\n",
        );
        let mut section = |name: &str, entries: Vec<String>| {
            if !entries.is_empty() {
                let _ = write!(out, "\n[{name}]\n{}\n", entries.join("\n"));
            }
        };
        let pipelines = self.stages.keys().filter(|id| !id.is_empty());
        section(
            "pipelines",
            pipelines.map(|id| format!("{} = {}", pipeline_symbol(id), value(id))).collect(),
        );
        let stages = self.stages.iter().flat_map(|(pipeline, stages)| {
            let pipeline = pipeline_symbol(pipeline);
            stages.iter().map(move |id| format!("\"{pipeline}.{}\" = {}", stage_symbol(id), value(id)))
        });
        section("stages", stages.collect());
        for name in ["users", "teams", "channels", "templates"] {
            let known = self.symbols.get(name).into_iter().flatten();
            section(name, known.map(|(id, symbol)| format!("{symbol} = {}", value(id))).collect());
        }
        let fields = self.fields.keys();
        let fields =
            fields.map(|(entity, id)| format!("\"{entity}.{}\" = {}", symbol("field", id), value(id)));
        section("fields", fields.collect());
        let widgets = self.widgets.iter().map(|(code, widget)| {
            let instance = if widget.instance.is_empty() {
                String::new()
            } else {
                format!(", instance = {}", value(&widget.instance))
            };
            format!("{code} = {{ id = {}, code = \"{code}\"{instance} }}", value(&widget.id))
        });
        section("widgets", widgets.collect());
        out
    }
}

fn pipeline_symbol(id: &str) -> String {
    if id.is_empty() { "pipeline_unknown".to_owned() } else { symbol("pipeline", id) }
}

fn stage_symbol(id: &str) -> String {
    match id {
        WON => "won".to_owned(),
        LOST => "lost".to_owned(),
        _ => symbol("stage", id),
    }
}

fn stage_title(id: &str) -> String {
    match id {
        WON => "Won".to_owned(),
        LOST => "Lost".to_owned(),
        _ => format!("Stage {id}"),
    }
}

/// An id as TOML: a number, or a text.
fn value(id: &str) -> String {
    id.parse::<i64>().map_or_else(|_| format!("{id:?}"), |number| number.to_string())
}
