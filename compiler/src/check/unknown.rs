//! Names that mean nothing: what was most likely meant by one.

use super::Checker;
use super::compare::KINDS;
use crate::diagnostic::{Code, Diagnostic, Edit, suggest};
use sbot_grammar::ast::Name;

/// Values of other languages, and how they are written here.
const VALUES: &[(&str, &str)] = &[
    ("null", "none"),
    ("nil", "none"),
    ("undefined", "none"),
    ("none", "none"),
    ("true", "true"),
    ("false", "false"),
    ("yes", "true"),
    ("no", "false"),
];

/// Where a field is looked for that stands without its entity, the likeliest first.
const OWNERS: &[&str] = &["contact", "lead", "company", "client", "chat"];

/// The value that a word of another language stands for.
pub(super) fn value_meant(name: &str) -> Option<&'static str> {
    VALUES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, meant)| *meant)
}

impl Checker<'_> {
    /// E0202 for a name that means nothing, with what was most likely meant.
    pub(super) fn unknown_name(&mut self, what: &str, name: &Name) {
        let place = self.place(name.span);
        let diagnostic = Diagnostic::new(Code::E0202, place, format!("there is no {what} `{}`", name.text));
        let diagnostic = if let Some(kind) = self.kind_of(&name.text) {
            diagnostic.help(format!("`{}` is {kind}", name.text))
        } else if name.text == "end" {
            diagnostic.help("`-> end` ends the bot; a test asks for it with `expect ended`")
        } else if let Some(meant) = value_meant(&name.text) {
            diagnostic.help(format!("write `{meant}`")).fix(name.span, meant)
        } else {
            self.meant_name(diagnostic, name)
        };
        self.report(diagnostic);
    }

    fn meant_name(&self, diagnostic: Diagnostic, name: &Name) -> Diagnostic {
        let scope = self.names.scopes.get(self.unit);
        let own = self.body.names().chain(self.bot.params.keys().map(|param| param.as_str()));
        let known =
            own.chain(scope.into_iter().flat_map(|scope| scope.values.keys().map(|name| name.as_str())));
        let known = self.names.guesses.spend(known);
        let diagnostic = suggest::meant(diagnostic, &name.text, name.span, known);
        if diagnostic.help.is_some() {
            return diagnostic;
        }
        if let Some((kind, _, _)) = KINDS.iter().find(|(kind, _, _)| *kind == name.text) {
            let help = format!("name what was found where it is looked for: `contains {kind} as {kind}`");
            return diagnostic.help(help);
        }
        self.meant_field(diagnostic, name)
    }

    /// `{name}` for `{contact.name}`.
    fn meant_field(&self, diagnostic: Diagnostic, name: &Name) -> Diagnostic {
        let has = |owner: &&&str| self.names.field(owner, &name.text).is_some();
        let owners: Vec<&str> = OWNERS.iter().filter(has).copied().collect();
        match owners.as_slice() {
            [] => {
                let fields: Vec<String> = OWNERS
                    .iter()
                    .flat_map(|owner| {
                        self.names.field_names(owner).into_iter().map(move |field| (owner, field))
                    })
                    .filter(|(_, field)| suggest::nearest(&name.text, [*field]).is_some())
                    .map(|(owner, field)| format!("{owner}.{field}"))
                    .collect();
                match fields.first() {
                    Some(field) => {
                        diagnostic.help(format!("did you mean `{field}`?")).suggest(name.span, field.as_str())
                    }
                    None => diagnostic,
                }
            }
            [only] => diagnostic
                .help(format!("a field stands behind its entity: `{only}.{}`", name.text))
                .change(vec![Edit::insert(name.span.start, format!("{only}."))], true),
            [first, rest @ ..] => {
                let others: Vec<String> =
                    rest.iter().take(2).map(|owner| format!("`{owner}.{}`", name.text)).collect();
                let first = format!("{first}.{}", name.text);
                diagnostic
                    .help(format!("did you mean `{first}`? Other names are {}", others.join(" and ")))
                    .suggest(name.span, first)
            }
        }
    }
}
