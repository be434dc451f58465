//! The two graphs of an exported file.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Every place that the logic leads to from a step is a link of its block, and the other way round.
pub(crate) fn agree(name: &str, file: &str) {
    let file: Value = serde_json::from_str(file).unwrap();
    let part = |key: &str| -> Value { serde_json::from_str(file["model"][key].as_str().unwrap()).unwrap() };
    let (logic, blocks) = (part("text"), part("positions"));
    let blocks = blocks.as_array().unwrap();
    let ids: BTreeSet<i64> = blocks.iter().map(|block| block["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), blocks.len(), "{name}: ids of blocks");
    let step_of: BTreeMap<i64, i64> =
        blocks.iter().map(|block| (block["id"].as_i64().unwrap(), block["step"].as_i64().unwrap())).collect();
    assert_eq!(step_of[&0], -1, "{name}: the start");
    assert_eq!(step_of[&-1], -1, "{name}: the trigger");
    let mut places = BTreeSet::new();
    for block in blocks {
        let number = block["step"].as_i64().unwrap();
        let mut linked = BTreeSet::new();
        gather(block, "block", &mut |to| {
            linked.insert(step_of[&to]);
        });
        if number < 0 {
            continue;
        }
        assert!(
            places.insert((block["x"].as_i64(), block["y"].as_i64())),
            "{name}: two blocks lie upon one another"
        );
        let mut reached = BTreeSet::new();
        match block["type"].as_str() {
            Some("finish") => assert!(logic.get(number.to_string()).is_none(), "{name}: an end has no entry"),
            _ => gather(&logic[number.to_string()], "step", &mut |to| {
                reached.insert(to);
            }),
        }
        assert_eq!(linked, reached, "{name}: step {number}");
    }
    let steps: BTreeSet<i64> = logic.as_object().unwrap().keys().filter_map(|key| key.parse().ok()).collect();
    let shown: BTreeSet<i64> = step_of.values().copied().collect();
    assert!(steps.is_subset(&shown), "{name}: every step has a block");
}

fn gather(value: &Value, key: &str, found: &mut dyn FnMut(i64)) {
    match value {
        Value::Object(keys) => keys.iter().for_each(|(name, inner)| match inner.as_i64() {
            Some(number) if name == key => found(number),
            _ => gather(inner, key, found),
        }),
        Value::Array(items) => items.iter().for_each(|item| gather(item, key, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
