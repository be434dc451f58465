//! What of a message can be sent as it is. Kommo's file may hold buttons and rows that no channel shows; they are left out
//! and told, since a program with them would not compile.

use super::Importer;
use crate::kommo::bot::{Button, List, Message, Row};
use std::collections::BTreeSet;

/// As many buttons a message has at most, and as many options a list.
const MOST: (usize, usize) = (13, 10);

/// As answers are compared.
pub(super) fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ").to_lowercase()
}

/// Whether this is the address of a page.
pub(super) fn is_address(url: &str) -> bool {
    url::Url::parse(url.trim()).is_ok_and(|url| ["http", "https"].contains(&url.scheme()))
}

impl Importer<'_> {
    /// The message with the buttons and rows that can be shown.
    pub(super) fn usable(&mut self, message: &Message) -> Message {
        let mut usable = message.clone();
        let mut seen = BTreeSet::new();
        usable.buttons.retain(|button| match button {
            Button::Reply(label) => self.shown(label, "button", &mut seen),
            Button::Link { text, url } => {
                self.shown(text, "button", &mut BTreeSet::new()) && self.leads(text, url)
            }
        });
        for button in usable.buttons.split_off(usable.buttons.len().min(MOST.0)) {
            let (Button::Reply(label) | Button::Link { text: label, .. }) = button;
            self.lost(&format!("the button {label:?} is left out: a message has at most {} buttons", MOST.0));
        }
        usable.list = usable.list.and_then(|list| self.usable_list(list));
        usable
    }

    fn usable_list(&mut self, mut list: List) -> Option<List> {
        let mut seen = BTreeSet::new();
        let mut left = MOST.1;
        for section in &mut list.sections {
            section.rows.retain(|Row { title, .. }| self.shown(title, "option", &mut seen));
            for row in section.rows.split_off(section.rows.len().min(left)) {
                let title = row.title;
                self.lost(&format!(
                    "the option {title:?} is left out: a list has at most {} options",
                    MOST.1
                ));
            }
            left -= section.rows.len();
        }
        list.sections.retain(|section| !section.rows.is_empty());
        if list.sections.is_empty() {
            self.lost("a list without an option: its text is sent alone");
            return None;
        }
        Some(list)
    }

    fn shown(&mut self, label: &str, what: &str, seen: &mut BTreeSet<String>) -> bool {
        let folded = folded(label);
        if folded.is_empty() {
            self.lost(&format!("a {what} without a text is left out"));
            return false;
        }
        let new = seen.insert(folded);
        if !new {
            self.lost(&format!("another {what} has the text {label:?} too, so this one is left out"));
        }
        new
    }

    fn leads(&mut self, text: &str, url: &str) -> bool {
        let leads = is_address(url) || url.contains("{{");
        if !leads {
            self.lost(&format!("the button {text:?} is left out: {url:?} is no web address"));
        }
        leads
    }
}
