//! TypeScript: a type for every definition. Tags tell what an object is, so a `switch` over them is checked.

use super::model::Model;
use super::name::Clash;
use super::shape::{Def, Key, Scalar, Shape, definitions};
use super::write::{Out, comment};

const HEAD: &str = "\
// Made by `sbotc bindings typescript`: change the bots and make it anew, and leave this file alone.
//
// What `sbot-embed` gives and takes as JSON. A `switch` over `effect.kind` and then `effect.action` is complete if its
// `default` calls `unhandled`: an action that is new does not compile until it has a case.
//";
const PLAIN: &str = "
/** An `int`; a text where it has more than 53 bits. */
export type Int = number | string;
/** A `number`: an exact decimal, such as \"12.5\". */
export type Decimal = string;
/** A `date`, such as \"2026-11-22\". */
export type DateText = string;
/** A `time`, such as \"09:30\". */
export type TimeText = string;
/** A `datetime`: milliseconds since 1970-01-01T00:00Z. */
export type Moment = number;
/** A `duration` in seconds. */
export type Seconds = number;
/** The id of an effect within its run, such as \"3.0\". */
export type EffectId = string;
/** Any JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** For the `default` of a `switch` that has a case for everything. */
export function unhandled(value: never): never {
  throw new Error(`not handled: ${JSON.stringify(value)}`);
}
";

/// The text of the file.
pub(super) fn write(model: &Model) -> Result<String, Vec<Clash>> {
    let defs = definitions(model)?;
    let mut out = Out::new("  ");
    out.lines(HEAD);
    out.line(&format!("// Bots: {}", comment(&model.title())));
    out.lines(PLAIN);
    for def in &defs {
        out.blank();
        define(&mut out, def);
    }
    Ok(out.done())
}

fn define(out: &mut Out, def: &Def) {
    doc(out, &def.doc);
    if let Shape::Object(keys) = &def.shape {
        out.open(&format!("export interface {} {{", def.name));
        keys.iter().for_each(|key| member(out, key));
        out.close("}");
    } else if let Shape::Union(parts) = &def.shape
        && parts.len() > 1
    {
        out.open(&format!("export type {} =", def.name));
        parts.iter().for_each(|part| out.line(&format!("| {}", text(part))));
        out.close(";");
    } else {
        out.line(&format!("export type {} = {};", def.name, text(&def.shape)));
    }
}

fn member(out: &mut Out, key: &Key) {
    doc(out, &key.doc);
    let optional = if key.needed { "" } else { "?" };
    let name = property(&key.name);
    if let Shape::Object(keys) = &key.shape
        && !keys.is_empty()
    {
        out.open(&format!("readonly {name}{optional}: {{"));
        keys.iter().for_each(|key| member(out, key));
        out.close("};");
    } else {
        out.line(&format!("readonly {name}{optional}: {};", text(&key.shape)));
    }
}

fn doc(out: &mut Out, lines: &[String]) {
    // Nothing that is said ends the comment.
    let line = |line: &String| comment(line).replace("*/", "*\u{200B}/");
    match lines {
        [] => {}
        [one] => out.line(&format!("/** {} */", line(one))),
        lines => {
            out.line("/**");
            lines.iter().for_each(|one| out.line(format!(" * {}", line(one)).trim_end()));
            out.line(" */");
        }
    }
}

/// A key as a property: a name where it is one, else a text.
fn property(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.chars().next().is_some_and(|c| !c.is_ascii_digit());
    if plain { name.to_owned() } else { literal(name) }
}

fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// Shapes without parts.
const SCALARS: &[(Scalar, &str)] = &[
    (Scalar::Bool, "boolean"),
    (Scalar::Int, "Int"),
    (Scalar::Count, "number"),
    (Scalar::Decimal, "Decimal"),
    (Scalar::Text, "string"),
    (Scalar::Date, "DateText"),
    (Scalar::Time, "TimeText"),
    (Scalar::Moment, "Moment"),
    (Scalar::Seconds, "Seconds"),
    (Scalar::Id, "EffectId"),
    (Scalar::Json, "Json"),
];

fn text(shape: &Shape) -> String {
    match shape {
        Shape::Plain(scalar) => {
            SCALARS.iter().find(|(known, _)| known == scalar).map_or("unknown", |(_, name)| name).to_owned()
        }
        Shape::Choice(texts) if texts.is_empty() => "never".to_owned(),
        Shape::Choice(texts) => texts.iter().map(|text| literal(text)).collect::<Vec<_>>().join(" | "),
        Shape::Optional(inner) => format!("{} | null", text(inner)),
        Shape::List(inner) => {
            let several = matches!(
                **inner,
                Shape::Choice(_) | Shape::Optional(_) | Shape::Union(_) | Shape::Reference(_)
            );
            if several {
                format!("readonly ({})[]", text(inner))
            } else {
                format!("readonly {}[]", text(inner))
            }
        }
        Shape::Object(keys) if keys.is_empty() => "{ readonly [key: string]: never }".to_owned(),
        Shape::Object(keys) => {
            let members: Vec<String> = keys
                .iter()
                .map(|key| format!("readonly {}: {}", property(&key.name), text(&key.shape)))
                .collect();
            format!("{{ {} }}", members.join("; "))
        }
        Shape::Union(parts) if parts.is_empty() => "never".to_owned(),
        Shape::Union(parts) => parts.iter().map(text).collect::<Vec<_>>().join(" | "),
        Shape::Of(name) => name.to_string(),
        Shape::Reference(names) => format!("{} | Undeclared", names.join(" | ")),
    }
}
