//! As much of JSON Schema (draft 2020-12) as the files use. A keyword that is not known here is a failure.

use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;

pub(crate) struct Schema {
    root: Value,
    /// What texts have fitted patterns, which are slow to compile.
    known: RefCell<HashMap<(String, String), bool>>,
}

impl Schema {
    pub(crate) fn read(text: &str) -> Schema {
        let root: Value = serde_json::from_str(text).unwrap();
        assert_eq!(root["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert!(root["$defs"].is_object() && root["$ref"] == "#/$defs/Outcome");
        Schema { root, known: RefCell::default() }
    }

    /// Panics where a value does not fit a definition.
    pub(crate) fn takes(&self, def: &str, value: &Value) {
        if let Err(why) = self.fits(self.def(def), value) {
            panic!("{def}: {why}\n{value:#}");
        }
    }

    pub(crate) fn refuses(&self, def: &str, value: &Value) -> bool {
        self.fits(self.def(def), value).is_err()
    }

    /// The name of the definition of which this is said.
    pub(crate) fn about(&self, description: &str) -> String {
        let defs = self.root["$defs"].as_object().unwrap();
        let mut found = defs.iter().filter(|(_, def)| def["description"] == description);
        let (name, _) = found.next().unwrap_or_else(|| panic!("nothing is about: {description}"));
        name.clone()
    }

    fn def(&self, name: &str) -> &Value {
        self.root["$defs"].get(name).unwrap_or_else(|| panic!("the schema has no {name}"))
    }

    fn matches(&self, pattern: &str, text: &str) -> bool {
        let mut known = self.known.borrow_mut();
        *known
            .entry((pattern.to_owned(), text.to_owned()))
            .or_insert_with(|| sbot_vm::compile_regex(pattern).unwrap().is_match(text))
    }

    fn fits(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let Some(keywords) = schema.as_object() else {
            let any = schema.as_bool().unwrap_or_else(|| panic!("{schema} is no schema"));
            return if any { Ok(()) } else { Err(format!("nothing fits, and {value} is there")) };
        };
        for (keyword, wanted) in keywords {
            let fits = match keyword.as_str() {
                "description" => true,
                "$ref" => {
                    let name = wanted.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                    self.fits(self.def(name), value).map_err(|why| format!("{name}: {why}"))?;
                    true
                }
                "const" => value == wanted,
                "enum" => wanted.as_array().unwrap().contains(value),
                "type" => match wanted.as_array() {
                    Some(all) => all.iter().any(|one| is(one, value)),
                    None => is(wanted, value),
                },
                "minimum" => value.as_i64().is_none_or(|number| number >= wanted.as_i64().unwrap()),
                "pattern" => value.as_str().is_none_or(|text| self.matches(wanted.as_str().unwrap(), text)),
                "anyOf" => wanted.as_array().unwrap().iter().any(|one| self.fits(one, value).is_ok()),
                "items" => {
                    value.as_array().into_iter().flatten().try_for_each(|item| self.fits(wanted, item))?;
                    true
                }
                "properties" => {
                    for (name, value) in value.as_object().into_iter().flatten() {
                        if let Some(wanted) = wanted.get(name) {
                            self.fits(wanted, value).map_err(|why| format!("{name}: {why}"))?;
                        }
                    }
                    true
                }
                "additionalProperties" => {
                    assert_eq!(*wanted, false);
                    let known = keywords["properties"].as_object().unwrap();
                    value.as_object().is_none_or(|keys| keys.keys().all(|key| known.contains_key(key)))
                }
                "required" => {
                    let has = |name: &Value| value.get(name.as_str().unwrap()).is_some();
                    !value.is_object() || wanted.as_array().unwrap().iter().all(has)
                }
                other => panic!("{other} is not known"),
            };
            if !fits {
                return Err(format!("{value} is not {keyword} {wanted}"));
            }
        }
        Ok(())
    }
}

fn is(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap() {
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("{other} is no type"),
    }
}
