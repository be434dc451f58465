//! Wording that several statements share.

use super::Checker;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::resolve::Def;
use crate::source::Place;
use crate::types::Ty;
use sbot_vm::program::SymbolKind;

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
        let written = self.written(place);
        if have.present().is_text()
            && let Some(meant) = unquoted(want.present(), &written)
        {
            let help = format!("write it without quotes: `{meant}`");
            return self.report(diagnostic.help(help).fix(place.span, meant));
        }
        let help = match (want.present(), have.present()) {
            (Ty::Number, Ty::Text) => {
                "turn a text into a number with `number(…)`, which is absent if it is none"
            }
            (Ty::Int, Ty::Text) => {
                "turn a text into a whole number with `int(…)`, which is absent if it is none"
            }
            (_, Ty::Json) => {
                "`text(…)`, `int(…)`, `number(…)`, `bool(…)` and `items(…)` read a value out of json"
            }
            (Ty::Symbol(SymbolKind::EmailTemplate), _) => "name an `email_template`, with its arguments",
            (_, Ty::Symbol(SymbolKind::EmailTemplate)) => "an e-mail template is sent with `send_email(…)`",
            (_, Ty::Object(_)) => "take one of its fields",
            (_, Ty::Record(_)) => "read one of its fields: `….field`",
            (Ty::Int, Ty::Number) => "`round(…)`, `floor(…)` or `ceil(…)` make a whole number of it",
            (Ty::Text, Ty::Error) => "",
            (Ty::Text, _) => "write it into a text: \"{…}\"",
            (Ty::Bool, _) => "write a comparison, such as `… is set` or `… == …`",
            (Ty::Duration, Ty::Int | Ty::Number) if written.chars().all(|c| c.is_ascii_digit()) => {
                let help =
                    format!("give it a unit: `{written}s`, `{written}m`, `{written}h` or `{written}d`");
                return self.report(diagnostic.help(help));
            }
            (Ty::Duration, Ty::Int | Ty::Number) => "give it a unit: `30s`, `5m`, `2h` or `1d`",
            (Ty::Duration, Ty::Text) => "a duration stands without quotes: `30s`, `5m`, `2h` or `1d`",
            (Ty::List(_), _) => "put it into a list: `[…]`",
            (Ty::Phone | Ty::Email | Ty::Url, Ty::Text) => {
                "take one out of a text with `validate contains …` or `when … { contains … as name }`"
            }
            _ => "",
        };
        self.report(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }

    /// E0305: `what` needs a value, and this one may be absent.
    pub(super) fn absent(&mut self, place: Place, what: &str, have: &Ty) {
        if *have == Ty::None {
            let diagnostic =
                Diagnostic::new(Code::E0305, place, format!("{what} needs a value, and `none` is none"));
            return self.report(diagnostic.help("write the value that is meant"));
        }
        let written = self.written(place);
        let plain =
            written.len() <= 40 && written.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'));
        let (name, value) =
            if plain { (format!("`{written}`"), written.as_str()) } else { ("this".to_owned(), "…") };
        let defaults = [
            (Ty::Int, "0"),
            (Ty::Number, "0"),
            (Ty::Text, "\"…\""),
            (Ty::Bool, "false"),
            (Ty::Duration, "1h"),
        ];
        let known = defaults.iter().find(|(ty, _)| ty == have.present());
        let default = known.map_or("default", |(_, default)| default);
        let diagnostic =
            Diagnostic::new(Code::E0305, place, format!("{name} may be absent, and {what} needs a value"))
                .note(format!("this is {}", a(have)))
                .help(format!(
                    "say what to take then, `{value} ?? {default}`, or ask first: `if {value} is set {{ … }}`"
                ));
        self.report(diagnostic);
    }

    fn written(&self, place: Place) -> String {
        self.parsed.sources.get(place.file).slice(place.span).to_owned()
    }

    /// What a name is, where something else was wanted.
    pub(super) fn kind_of(&self, name: &str) -> Option<String> {
        if self.body.find(name).is_some() {
            return Some("a value of this step".to_owned());
        }
        if let Some(named) = self.meaning(name) {
            let kind = match named.def {
                Def::Var(_) => "a variable",
                Def::Fn(_) => "a function",
                Def::Action(_) => "an action",
                Def::Flow(_) => "a flow",
                Def::Widget(_) => "a widget",
                Def::Object(_) => "always in scope",
                Def::Symbol(id) => {
                    let kind = self.names.symbols.get(id as usize)?.kind;
                    return Some(a(&Ty::Symbol(kind)).replace('`', "").replace('_', " "));
                }
            };
            return Some(kind.to_owned());
        }
        let scope = self.names.scopes.get(self.unit)?;
        if scope.steps.contains_key(name) {
            return Some(format!("a step: write `-> {name}` to go there"));
        }
        scope.bots.contains_key(name).then(|| format!("a bot: write `run {name}(…)` or `-> bot {name}(…)`"))
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

/// What a text between quotes would be without them, where that is a value of the type.
pub(super) fn unquoted(want: &Ty, written: &str) -> Option<String> {
    let text = written.strip_prefix('"')?.strip_suffix('"')?.trim();
    if *want == Ty::Duration {
        return sbot_grammar::meant_duration(text).map(|meant| meant.to_string());
    }
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let number = digits(whole.strip_prefix('-').unwrap_or(whole)) && digits(part);
    let value = (*want == Ty::Number && number)
        || (*want == Ty::Int && number && !text.contains('.'))
        || (*want == Ty::Bool && matches!(text, "true" | "false"));
    value.then(|| text.to_owned())
}
