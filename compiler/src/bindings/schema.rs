//! JSON Schema, draft 2020-12: a definition for every shape.

use super::model::Model;
use super::name::Clash;
use super::shape::{Def, Key, Scalar, Shape, definitions};
use serde_json::{Map, Value, json};

/// The text of the file.
pub(super) fn write(model: &Model) -> Result<String, Vec<Clash>> {
    let defs = definitions(model)?;
    let about = format!("What sbot-embed gives and takes for the bots {}", model.title());
    let mut all = Map::new();
    for Def { name, doc, shape, .. } in &defs {
        let mut schema = of(shape);
        // A turn is given what it may read, and that is not everything.
        if let (Value::Object(keys), "Facts") = (&mut schema, name.as_str()) {
            keys.remove("required");
        }
        describe(&mut schema, doc);
        all.insert(name.to_string(), schema);
    }
    let root = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": about,
        "$comment": "Made by `sbotc bindings json-schema`. Effects are at #/$defs/Effect, events at #/$defs/Event, facts \
                     at #/$defs/Facts, outcomes of turns at #/$defs/Outcome.",
        "$ref": "#/$defs/Outcome",
        "$defs": all,
    });
    // A value of the library can always be written.
    let text = serde_json::to_string_pretty(&root).unwrap_or_default();
    Ok(text + "\n")
}

fn describe(schema: &mut Value, doc: &[String]) {
    if let (Value::Object(keys), false) = (schema, doc.is_empty()) {
        keys.insert("description".to_owned(), doc.join("\n").into());
    }
}

fn of(shape: &Shape) -> Value {
    match shape {
        Shape::Plain(scalar) => plain(*scalar),
        Shape::Choice(texts) => {
            let texts: Vec<&str> = texts.iter().map(smol_str::SmolStr::as_str).collect();
            match texts.as_slice() {
                [only] => json!({"const": only}),
                [] => json!(false),
                all => json!({"enum": all}),
            }
        }
        Shape::Optional(inner) => json!({"anyOf": [of(inner), {"type": "null"}]}),
        Shape::List(inner) => json!({"type": "array", "items": of(inner)}),
        Shape::Object(keys) => object(keys),
        Shape::Union(parts) if parts.is_empty() => json!(false),
        Shape::Union(parts) => json!({"anyOf": parts.iter().map(of).collect::<Vec<_>>()}),
        Shape::Of(name) => named(name),
        Shape::Reference(names) => {
            let all: Vec<Value> =
                names.iter().map(smol_str::SmolStr::as_str).chain(["Undeclared"]).map(named).collect();
            json!({"anyOf": all})
        }
    }
}

fn named(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

fn object(keys: &[Key]) -> Value {
    let mut properties = Map::new();
    for key in keys {
        let mut schema = of(&key.shape);
        describe(&mut schema, &key.doc);
        properties.insert(key.name.to_string(), schema);
    }
    let needed: Vec<&str> = keys.iter().filter(|key| key.needed).map(|key| key.name.as_str()).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": false,
    })
}

fn plain(scalar: Scalar) -> Value {
    match scalar {
        Scalar::Bool => json!({"type": "boolean"}),
        Scalar::Int => json!({"type": ["integer", "string"], "pattern": "^-?[0-9]+$"}),
        Scalar::Count => json!({"type": "integer", "minimum": 0}),
        Scalar::Decimal => json!({"type": ["string", "number"], "pattern": "^-?[0-9]+(\\.[0-9]+)?$"}),
        Scalar::Text => json!({"type": "string"}),
        Scalar::Date => json!({"type": "string", "pattern": "^-?[0-9]{4,}-[0-9]{2}-[0-9]{2}$"}),
        Scalar::Time => json!({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"}),
        Scalar::Moment | Scalar::Seconds => json!({"type": "integer"}),
        Scalar::Id => json!({"type": "string", "pattern": "^[0-9]+\\.[0-9]+$"}),
        Scalar::Json => json!({}),
    }
}
