//! What Kommo shows to some alone: channels and chat templates to the integration that has made them. And bots, which stand
//! in the environment file only.

use super::Thing;
use super::declared::{Declared, Entry};
use super::follow::titled;
use super::sync::{How, Kind, Sync};
use crate::kommo::quotes::{escape, on_one_line, quoted};
use crate::resolve::account::CHANNEL_KINDS;
use std::collections::BTreeSet;
use std::fmt::Write;

impl Sync<'_> {
    /// The symbol of a channel that a template can name.
    pub(super) fn channels(&mut self, declared: &Declared) -> Option<String> {
        let kind = Kind {
            section: "channels",
            noun: "channel",
            prefix: "",
            declared: titled(&declared.channels),
            by_name: false,
            fixed: &[],
        };
        let account = self.account;
        let things: Vec<&Thing> = account.channels.iter().map(|channel| &channel.thing).collect();
        let mut taken = std::mem::take(&mut self.taken);
        let found = self.resolve(&kind, &things, &mut taken);
        self.taken = taken;
        let mut first = declared.channels.first().map(|entry| entry.name.clone());
        for channel in &account.channels {
            let Some(resolved) = found.get(&channel.thing.id) else { continue };
            let entry = declared.channels.iter().find(|entry| entry.name == resolved.name);
            let known =
                channel.kind.as_deref().and_then(|kind| CHANNEL_KINDS.iter().find(|known| **known == kind));
            match (entry, known) {
                (Some(entry), _) => self.title("channel", &resolved.name, entry, &channel.thing.title),
                (None, Some(word)) => {
                    self.new_one("channel", &resolved.name, &channel.thing.title);
                    let (name, title) = (&resolved.name, quoted(&channel.thing.title));
                    self.fresh.push(("channels", format!("channel {name}: {word} {title}")));
                }
                (None, None) => {
                    self.out.told.push(format!(
                        "Kommo does not say what kind of channel {:?} is: declare it as `channel {}: whatsapp {}`, with \
                         its kind, and pull again",
                        channel.thing.title,
                        resolved.name,
                        quoted(&channel.thing.title)
                    ));
                    continue;
                }
            }
            first.get_or_insert_with(|| resolved.name.clone());
            self.id(&kind, resolved, &channel.thing, entry);
        }
        first
    }

    pub(super) fn templates(&mut self, declared: &Declared, channel: Option<&str>) {
        let kind = Kind {
            section: "templates",
            noun: "template",
            prefix: "",
            declared: declared.templates.iter().map(|entry| (entry.name.as_str(), "")).collect(),
            by_name: true,
            fixed: &[],
        };
        let account = self.account;
        let things: Vec<&Thing> = account.templates.iter().map(|template| &template.thing).collect();
        let mut taken = std::mem::take(&mut self.taken);
        let found = self.resolve(&kind, &things, &mut taken);
        self.taken = taken;
        for template in &account.templates {
            let Some(resolved) = found.get(&template.thing.id) else { continue };
            let entry = declared.templates.iter().find(|entry| entry.name == resolved.name);
            if entry.is_none() {
                let Some(channel) = channel else {
                    let title = &template.thing.title;
                    self.out.told.push(format!(
                        "template {title:?} needs a channel: declare one, such as `channel shop: whatsapp \"Shop\"`, and \
                         pull again"
                    ));
                    continue;
                };
                self.new_one("template", &resolved.name, &template.thing.title);
                let (params, text) = template_text(&template.text);
                let title = on_one_line(&template.thing.title);
                self.fresh.push((
                    "templates",
                    format!("/// {title}\ntemplate {}({params}) via {channel} {text}", resolved.name),
                ));
            }
            self.id(&kind, resolved, &template.thing, entry);
        }
    }

    /// Bots are written nowhere but in the environment file: it says which bot of Kommo a bot of the project is.
    pub(super) fn bots(&mut self, declared: &Declared) {
        let account = self.account;
        let Some(bots) = &account.bots else { return };
        let titles: Vec<String> = declared
            .bots
            .iter()
            .map(|bot| bot.title.strip_suffix("(from Kommo)").unwrap_or(&bot.title).trim().to_owned())
            .collect();
        let names = declared.bots.iter().map(|bot| bot.name.as_str());
        let kind = Kind {
            section: "bots",
            noun: "bot",
            prefix: "",
            declared: names.zip(titles.iter().map(String::as_str)).collect(),
            by_name: true,
            fixed: &[],
        };
        let things: Vec<&Thing> = bots.iter().collect();
        let mut taken: BTreeSet<String> = declared.bots.iter().map(|bot| bot.name.clone()).collect();
        taken.extend(self.env.section("bots").map(|(symbol, _)| symbol.to_owned()));
        let found = self.resolve(&kind, &things, &mut taken);
        for bot in bots {
            let Some(resolved) = found.get(&bot.id) else { continue };
            let entry = declared.bots.iter().find(|entry| entry.name == resolved.name);
            if resolved.how == How::New {
                self.new_one("bot", &resolved.name, &bot.title);
            }
            self.id(&kind, resolved, bot, entry);
        }
        // A bot of the project need not be in the account.
        let known = declared.bots.iter().filter(|bot| self.env.get("bots", &bot.name).is_some());
        let known: Vec<&Entry> = known.collect();
        self.gone(&kind, &found, &known, &|_, _| Vec::new());
    }
}

/// Parameters and text of a template: each placeholder of Kommo becomes a parameter.
fn template_text(text: &str) -> (String, String) {
    let mut params: Vec<String> = Vec::new();
    let mut out = String::from("\"");
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        let Some((inner, after)) = behind.split_once("}}") else { break };
        let name = super::symbols::suggested(inner, "value", 0);
        let name = super::symbols::unique(name, "value", &BTreeSet::new());
        escape(before, &mut out);
        let _ = write!(out, "{{{name}}}");
        if !params.contains(&name) {
            params.push(name);
        }
        rest = after;
    }
    escape(rest, &mut out);
    out.push('"');
    let params: Vec<String> = params.iter().map(|name| format!("{name}: text")).collect();
    (params.join(", "), out)
}
