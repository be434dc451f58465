//! Tests of Kommo as conditions.

use super::Importer;
use super::words::{Filled, Kind, escaped};
use crate::kommo::bot::{Comparison, Logic, Validation};
use sbot_embed::Json;

/// A text or a number as a text.
fn plain(json: &Json) -> String {
    match json {
        Json::Text(text) | Json::Number(text) => text.to_string(),
        Json::Bool(true) => "1".to_owned(),
        Json::Bool(false) | Json::Null | Json::List(_) | Json::Object(_) => String::new(),
    }
}

fn range(json: &Json) -> Option<(String, String)> {
    let end = |key: &str| {
        let text = json.get(key).map(plain)?;
        text.trim().parse::<f64>().ok().map(|_| text.trim().to_owned())
    };
    match json {
        Json::Object(_) => Some((end("from")?, end("to")?)),
        Json::Text(text) => {
            let (from, to) = text.split_once(['-', ',', ';'])?;
            let number = |text: &str| text.trim().parse::<f64>().ok().map(|_| text.trim().to_owned());
            Some((number(from)?, number(to)?))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) => None,
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

impl Importer<'_> {
    /// `logic` over `tests`; none if one of them cannot be said.
    pub(super) fn comparisons(&mut self, logic: Logic, tests: &[Comparison]) -> Option<String> {
        let all = tests.iter().map(|test| self.comparison(test)).collect::<Option<Vec<String>>>()?;
        joined(logic, all)
    }

    fn comparison(&mut self, test: &Comparison) -> Option<String> {
        let right = plain(&test.right);
        let left = test.left.trim();
        if left.trim_matches(['{', '}']) == "lead.tags" {
            return match test.operation.as_str() {
                "=" | "contains" | "in" => any(&right, |tag| format!("{} in lead.tags", quoted(tag))),
                "!=" | "not_in" => any(&right, |tag| format!("{} in lead.tags", quoted(tag))).map(negated),
                _ => None,
            };
        }
        if test.operation == "in_range"
            && let Some((entity, id)) = left.trim_matches(['{', '}']).split_once(".cf.")
        {
            self.met.field(entity, id, true);
        }
        let Some(filled) = self.only(left) else {
            self.lost(&format!("nothing stands for `{left}` here, so the test is left out"));
            return None;
        };
        let many: Vec<String> = right.split(',').map(|one| one.trim().to_owned()).collect();
        let equal = |this: &mut Self, one: &str| this.equal(&filled, one);
        let value = match test.operation.as_str() {
            "=" | "" => equal(self, &right),
            "!=" => equal(self, &right).map(negated),
            "in" => many
                .iter()
                .map(|one| equal(self, one))
                .collect::<Option<Vec<_>>>()
                .and_then(|all| joined(Logic::Or, all)),
            "not_in" => {
                let all = many.iter().map(|one| equal(self, one)).collect::<Option<Vec<_>>>();
                all.and_then(|all| joined(Logic::Or, all)).map(negated)
            }
            "in_range" if filled.kind == Kind::Number => {
                range(&test.right).map(|(from, to)| format!("{} in {from}..{to}", filled.expr))
            }
            "contains" if filled.kind == Kind::Text => {
                Some(format!("{} contains {}", filled.expr, quoted(&right)))
            }
            _ => None,
        };
        if value.is_none() {
            let operation = &test.operation;
            self.lost(&format!("the test `{left} {operation} {right}` has no words here, so it is left out"));
        }
        value
    }

    fn equal(&mut self, filled: &Filled, right: &str) -> Option<String> {
        let Filled { expr, kind, .. } = filled;
        match kind {
            Kind::Text if right.is_empty() => Some(format!("({expr} is not set or {expr} == \"\")")),
            Kind::Text => Some(format!("{expr} == {}", quoted(right))),
            Kind::Number => right.trim().parse::<f64>().ok().map(|_| format!("{expr} == {}", right.trim())),
            Kind::Stage => right
                .trim()
                .parse::<i64>()
                .ok()
                .map(|_| format!("{expr} == {}", self.met.stage(None, right.trim()))),
            Kind::User => {
                right.trim().parse::<i64>().ok().map(|_| format!("{expr} == {}", self.met.user(right.trim())))
            }
        }
    }

    /// Validations of the client's message; none if one of them cannot be said.
    pub(super) fn validations(&mut self, logic: Logic, tests: &[Validation]) -> Option<String> {
        let all = tests.iter().map(|test| self.validation(test)).collect::<Option<Vec<String>>>()?;
        joined(logic, all)
    }

    /// The kind of value that the only one of these tests finds.
    pub(super) fn finds(&self, tests: &[Validation]) -> Option<String> {
        let [test] = tests else { return None };
        let pattern = match (test.kind.as_str(), test.operation.as_str()) {
            ("phone", "contains" | "equal") => "contains phone".to_owned(),
            ("email", "contains" | "equal") => "contains email".to_owned(),
            ("range_numbers", "contains" | "equal") => {
                let (from, to) = range(&test.right)?;
                format!("contains number in {from}..{to}")
            }
            _ => return None,
        };
        (test.left.trim_matches(['{', '}', ' ']) == "message_text").then_some(pattern)
    }

    fn validation(&mut self, test: &Validation) -> Option<String> {
        let Some(Filled { expr, kind: Kind::Text, .. }) = self.only(&test.left) else {
            self.lost(&format!("`{}` is no text, so its validation is left out", test.left));
            return None;
        };
        let right = plain(&test.right);
        let (is, not) = match test.operation.as_str() {
            "not_equal" => ("equal", true),
            "not_contains" => ("contains", true),
            other => (other, false),
        };
        let holds = match (test.kind.as_str(), is) {
            (_, "length") => match right.trim().parse::<u32>() {
                Ok(length) => Some(format!("len({expr} ?? \"\") == {length}")),
                Err(_) => None,
            },
            ("phone", _) => Some(format!("{expr} contains phone")),
            ("email", _) => Some(format!("{expr} contains email")),
            ("range_numbers", _) => {
                range(&test.right).map(|(from, to)| format!("{expr} contains number in {from}..{to}"))
            }
            ("regex", _) => self.regex(&expr, &right),
            ("simple", "equal") => Some(format!("{expr} == {}", quoted(&right))),
            ("simple", "contains") => Some(format!("{expr} contains {}", quoted(&right))),
            _ => None,
        };
        match holds {
            Some(holds) => Some(if not { negated(holds) } else { holds }),
            None => {
                let (kind, operation) = (&test.kind, &test.operation);
                self.lost(&format!(
                    "the validation `{kind} {operation} {right}` has no words here, so it is left out"
                ));
                None
            }
        }
    }

    /// `/…/iu` as `matches r"…"`.
    pub(super) fn regex(&mut self, expr: &str, pattern: &str) -> Option<String> {
        let (inner, flags) = match pattern.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) {
            Some((inner, flags)) => (inner.replace("\\/", "/"), flags),
            None => (pattern.to_owned(), ""),
        };
        // Whole words are written by lookaround there.
        let word = r"[\p{L}\p{N}_]";
        let words = inner
            .strip_prefix(&format!("(?<!{word})"))
            .and_then(|rest| rest.strip_suffix(&format!("(?!{word})")));
        if let Some(words) = words {
            let words = words.replace(r"\s+", " ");
            if words.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '-') {
                return Some(format!("{expr} contains {}", quoted(&words)));
            }
        }
        let folds = if flags.contains('i') { "(?i)" } else { "" };
        let whole = format!("{folds}{inner}");
        if regex_syntax::Parser::new().parse(&whole).is_err() || whole.contains("\"#") {
            return None;
        }
        Some(format!("{expr} matches r#\"{whole}\"#"))
    }
}

pub(super) fn negated(condition: String) -> String {
    format!("not ({condition})")
}

fn any(list: &str, one: impl Fn(&str) -> String) -> Option<String> {
    joined(Logic::Or, list.split(',').map(|item| one(item.trim())).collect())
}

fn joined(logic: Logic, all: Vec<String>) -> Option<String> {
    let word = match logic {
        Logic::And => " and ",
        Logic::Or => " or ",
    };
    match all.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        _ => Some(all.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(word)),
    }
}
