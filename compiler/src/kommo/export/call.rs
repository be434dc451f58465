//! How the source goes to a step with arguments that are the same in every conversation. Kommo has a copy of the step's
//! blocks for each set of them, and an import has to know which is which.

use super::Exporter;
use super::state::State;
use crate::ir::Project;
use crate::kommo::quotes::{duration, quoted};
use sbot_vm::value::Value;

impl Exporter<'_> {
    /// Notes what leads to a block where a step begins.
    pub(super) fn called(&mut self, number: usize, state: &State<'_>) {
        let step = state.in_step().and_then(|step| self.bot.steps.get(step.0 as usize));
        let Some(step) = step.filter(|_| state.fresh && !state.given.is_empty()) else { return };
        let given = state.given.iter().map(|given| written(given.known()?, self.project));
        if let Some(given) = given.collect::<Option<Vec<String>>>() {
            self.calls.entry(number).or_insert_with(|| format!("{}({})", step.name, given.join(", ")));
        }
    }
}

/// A value as an expression of the source; none if that is longer than what it stands for, or would not be the same.
fn written(value: &Value, project: &Project) -> Option<String> {
    match value {
        Value::None => Some("none".to_owned()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Int(value) => (*value != i64::MIN).then(|| value.to_string()),
        Value::Number(value) => Some(value.to_string()),
        Value::Text(text) | Value::File(text) => (!text.contains('\r')).then(|| quoted(text)),
        Value::Duration(seconds) => (*seconds > 0).then(|| duration(*seconds)),
        Value::Symbol(number) => project.symbols.get(*number as usize).map(|symbol| symbol.name.to_string()),
        Value::List(items) => {
            let items = items.iter().map(|item| written(item, project)).collect::<Option<Vec<String>>>();
            items.map(|items| format!("[{}]", items.join(", ")))
        }
        Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::Record(_)
        | Value::Json(_)
        | Value::Undeclared(_) => None,
    }
}
