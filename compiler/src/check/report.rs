//! Wording that several statements share.

use super::Checker;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::library;
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::Name;

/// `@allow` of a code that does not exist.
pub(super) fn unknown_code(place: Place, name: &str) -> Diagnostic {
    let known: Vec<&str> = crate::diagnostic::codes::ALL.iter().map(|code| code.name()).collect();
    let diagnostic = Diagnostic::new(Code::E0202, place, format!("there is no diagnostic `{name}`"));
    suggest::similar(diagnostic, name, place.span, known)
}

impl Checker<'_> {
    /// E0301: `what` needs one type and has another.
    pub(super) fn wrong_type(&mut self, place: Place, what: &str, want: &Ty, have: &Ty) {
        let diagnostic =
            Diagnostic::new(Code::E0301, place, format!("{what} needs {}, but this is {}", a(want), a(have)))
                .note(format!("this is {}", a(have)));
        let help = match (want.present(), have.present()) {
            (Ty::Number, Ty::Text) => {
                Some("turn a text into a number with `number(…)`, which is absent if it is none")
            }
            (Ty::Int, Ty::Text) => {
                Some("turn a text into a whole number with `int(…)`, which is absent if it is none")
            }
            (Ty::Int, Ty::Number) => Some("`round(…)`, `floor(…)` or `ceil(…)` make a whole number of it"),
            (Ty::Text, Ty::Error) => None,
            (Ty::Text, _) => Some("write it into a text: \"{…}\""),
            (Ty::Bool, _) => Some("write a comparison, such as `… is set` or `… == …`"),
            (Ty::Duration, Ty::Int | Ty::Number) => Some("give it a unit: `30s`, `5m`, `2h` or `1d`"),
            (Ty::List(_), _) => Some("put it into a list: `[…]`"),
            (Ty::Phone | Ty::Email | Ty::Url, Ty::Text) => {
                Some("take one out of a text with `validate contains …` or `when … { contains … as name }`")
            }
            _ => None,
        };
        let diagnostic = match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        };
        self.report(diagnostic);
    }

    /// E0305: `what` needs a value, and this one may be absent.
    pub(super) fn absent(&mut self, place: Place, what: &str, have: &Ty) {
        let diagnostic = if *have == Ty::None {
            Diagnostic::new(Code::E0305, place, format!("{what} needs a value, and `none` is none"))
                .help("write the value that is meant")
        } else {
            Diagnostic::new(Code::E0305, place, format!("{what} needs a value, and this one may be absent"))
                .note(format!("this is {}", a(have)))
                .help("give a value for that case, `… ?? default`, or ask first: `if … is set { … }`")
        };
        self.report(diagnostic);
    }

    /// E0202 for a name that means nothing, with the nearest of the names in scope.
    pub(super) fn unknown_name(&mut self, what: &str, name: &Name) {
        let place = self.place(name.span);
        let mut known: Vec<String> = self.body.names().map(str::to_owned).collect();
        known.extend(self.bot.params.keys().map(ToString::to_string));
        if let Some(scope) = self.names.scopes.get(self.unit) {
            known.extend(scope.values.keys().map(ToString::to_string));
        }
        let is_step =
            self.names.scopes.get(self.unit).is_some_and(|scope| scope.steps.contains_key(&name.text));
        let diagnostic = Diagnostic::new(Code::E0202, place, format!("there is no {what} `{}`", name.text));
        let diagnostic = if is_step {
            diagnostic.help(format!("`{0}` is a step: write `-> {0}` to go there", name.text))
        } else if let Some(path) = library::home(&name.text) {
            diagnostic.help(format!("the standard library has it: write `use \"{path}\"` above"))
        } else if let Some(found) = suggest::nearest(&name.text, known.iter().map(String::as_str)) {
            diagnostic.help(format!("did you mean `{found}`?")).suggest(name.span, found)
        } else {
            diagnostic
        };
        self.report(diagnostic);
    }
}

/// The type with its article.
pub(super) fn a(ty: &Ty) -> String {
    let text = ty.to_string();
    if *ty == Ty::None {
        return format!("`{text}`");
    }
    let article = if text.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} `{text}`")
}
