//! Python, 3.10 and newer: a frozen dataclass for every object, so that `match` takes effects apart and type checkers know
//! whether all are handled. What a host reads has `from_json`, what it writes `to_json`.

use super::model::Model;
use super::name::{Clash, Scope, snake};
use super::shape::{Def, Key, Scalar, Shape, Way, definitions};
use super::write::{Out, comment};
use smol_str::SmolStr;

/// Words that are no names in Python, or mean something in a class that is written here.
const WORDS: &[&str] = &[
    "False",
    "None",
    "True",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "bool",
    "break",
    "class",
    "continue",
    "def",
    "del",
    "dict",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "from_json",
    "global",
    "if",
    "import",
    "in",
    "int",
    "is",
    "lambda",
    "list",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "self",
    "str",
    "to_json",
    "try",
    "while",
    "with",
    "yield",
];

const HEAD: &str = "\
# Made by `sbotc bindings python`: change the bots and make it anew, and leave this file alone.
#
# What `sbot-embed` gives and takes as JSON. `read_outcome` and `read_effect` read what `json.loads` gives; a `match` over
# an effect is complete if its last case is `assert_never`. Events, facts and arguments have `to_json`.
#";
const BEGIN: &str = r#"
from __future__ import annotations

import datetime as _dt
import typing as _t
from dataclasses import dataclass as _dataclass
from decimal import Decimal as _Decimal

_T = _t.TypeVar("_T")
_EPOCH = _dt.datetime(1970, 1, 1, tzinfo=_dt.timezone.utc)
_MILLISECOND = _dt.timedelta(milliseconds=1)
_SECOND = _dt.timedelta(seconds=1)


def _of(kind: type[_T], value: _t.Any) -> _T:
	if not isinstance(value, kind):
		raise ValueError(f"{kind.__name__} was expected and {value!r} is there")
	return value


def _one(value: _t.Any, allowed: tuple[_t.Any, ...]) -> _t.Any:
	if value not in allowed:
		raise ValueError(f"{value!r} is none of {allowed!r}: make the bindings anew")
	return value


def _maybe(value: _t.Any, read: _t.Callable[[_t.Any], _T]) -> _t.Optional[_T]:
	return None if value is None else read(value)


def _read(value: _t.Any, kinds: tuple[_t.Any, ...]) -> _t.Any:
	for kind in kinds:
		if all(value.get(key) == tag for key, tag in kind._TAGS.items()):
			return kind.from_json(value)
	raise ValueError(f"{value!r} is not known: make the bindings anew")


def _ref(value: _t.Any, allowed: tuple[_t.Any, ...]) -> _t.Any:
	return Undeclared.from_json(value) if isinstance(value, dict) else _one(value, allowed)


def _ref_json(value: _t.Any) -> _t.Any:
	return value.to_json() if isinstance(value, Undeclared) else value


def _moment(value: _t.Any) -> _dt.datetime:
	return _EPOCH + _of(int, value) * _MILLISECOND


def _int(value: int) -> _t.Union[int, str]:
	return value if abs(value) < 2**53 else str(value)
"#;

/// The text of the file.
pub(super) fn write(model: &Model) -> Result<String, Vec<Clash>> {
    let defs = definitions(model)?;
    let mut writer = Writer { defs: &defs, out: Out::new("    "), clashes: Vec::new() };
    writer.out.lines(HEAD);
    writer.out.line(&format!("# Bots: {}", comment(&model.title())));
    writer.out.lines(BEGIN);
    for def in &defs {
        writer.define(def);
    }
    if writer.clashes.is_empty() { Ok(writer.out.done()) } else { Err(writer.clashes) }
}

struct Writer<'d> {
    defs: &'d [Def],
    out: Out,
    clashes: Vec<Clash>,
}

/// A field of a class.
struct Member<'d> {
    name: SmolStr,
    key: &'d Key,
    /// Where it stands in the JSON: `["args"]["text"]`.
    path: String,
}

impl<'d> Writer<'d> {
    fn define(&mut self, def: &'d Def) {
        if let Shape::Object(keys) = &def.shape {
            return self.class(def, keys);
        }
        self.alias(def);
        let classes = self.classes(&def.shape);
        if def.way == Way::Out && !classes.is_empty() {
            self.reader(def, &classes);
        }
    }

    fn alias(&mut self, def: &Def) {
        self.out.blank();
        for line in &def.doc {
            self.out.line(format!("# {}", comment(line)).trim_end());
        }
        let head = format!("{}: _t.TypeAlias =", def.name);
        if let Shape::Union(parts) = &def.shape
            && parts.len() > 1
        {
            self.out.open(&format!("{head} _t.Union["));
            parts.iter().for_each(|part| self.out.line(&format!("{},", annotation(part))));
            self.out.close("]");
        } else {
            self.out.line(&format!("{head} {}", annotation(&def.shape)));
        }
    }

    fn reader(&mut self, def: &Def, classes: &[SmolStr]) {
        self.out.lines("\n\n");
        self.out.open(&format!("def read_{}(data: _t.Any) -> {}:", snake(&def.name), def.name));
        self.docstring(&def.doc);
        self.out.open("kinds = (");
        classes.iter().for_each(|class| self.out.line(&format!("{class},")));
        self.out.close(")");
        self.out.line(&format!("return _t.cast({}, _read(data, kinds))", def.name));
        self.out.back();
    }

    fn class(&mut self, def: &'d Def, keys: &'d [Key]) {
        self.out.lines("\n\n");
        self.out.line("@_dataclass(frozen=True, kw_only=True)");
        self.out.open(&format!("class {}:", def.name));
        self.docstring(&def.doc);
        self.out.blank();
        let members = self.members(&def.name, keys);
        let (tags, fields): (Vec<Member<'_>>, Vec<Member<'_>>) =
            members.into_iter().partition(|member| member.key.shape.only().is_some());
        for Member { name, key, .. } in &tags {
            let text = key.shape.only().map(|text| literal(text)).unwrap_or_default();
            let name = name.to_uppercase();
            self.out.line(&format!("{name}: _t.ClassVar[_t.Literal[{text}]] = {text}"));
        }
        for Member { name, key, .. } in &fields {
            for line in &key.doc {
                self.out.line(format!("# {}", comment(line)).trim_end());
            }
            let otherwise = if key.needed { "" } else { " = None" };
            self.out.line(&format!("{name}: {}{otherwise}", annotation(&key.shape)));
        }
        match def.way {
            Way::Out => self.reads_json(def, &tags, &fields),
            Way::In => self.writes_json(keys, &tags, &fields),
            Way::Both => {
                self.reads_json(def, &tags, &fields);
                self.writes_json(keys, &tags, &fields);
            }
        }
        self.out.back();
    }

    /// The fields of a class: those of objects that have no class of their own are among them. What has the name of
    /// another field there gets a `_`: those of the project after those of the file.
    fn members(&mut self, of: &str, keys: &'d [Key]) -> Vec<Member<'d>> {
        let flat = |key: &&'d Key| key.flat && matches!(key.shape, Shape::Object(_));
        let mut groups: Vec<Vec<(&'d Key, String)>> = Vec::new();
        groups.push(keys.iter().filter(|key| !flat(key)).map(|key| (key, at("", &key.name))).collect());
        for key in keys.iter().rev().filter(flat) {
            if let Shape::Object(inner) = &key.shape {
                let path = at("", &key.name);
                groups.push(inner.iter().map(|inner| (inner, at(&path, &inner.name))).collect());
            }
        }
        let mut out = Vec::new();
        let mut taken: Vec<SmolStr> = Vec::new();
        for group in groups {
            let words: Vec<&str> = WORDS.iter().copied().chain(taken.iter().map(SmolStr::as_str)).collect();
            let mut scope = Scope::new(&words);
            let mut names = Vec::new();
            for (key, path) in group {
                let what = format!("`{}` of `{of}`", key.name);
                let name = scope.name(snake(&key.name), "_", what, &mut self.clashes);
                // Tags are written in capitals.
                if key.shape.only().is_none() {
                    names.push(name.clone());
                }
                out.push(Member { name, key, path });
            }
            taken.extend(names);
        }
        out
    }

    fn reads_json(&mut self, def: &Def, tags: &[Member<'_>], fields: &[Member<'_>]) {
        let tagged: Vec<String> = tags
            .iter()
            .map(|tag| {
                format!(
                    "{}: {}",
                    literal(&tag.key.name),
                    tag.key.shape.only().map(|text| literal(text)).unwrap_or_default()
                )
            })
            .collect();
        self.out.line(&format!("_TAGS: _t.ClassVar[dict[str, str]] = {{{}}}", tagged.join(", ")));
        self.out.blank();
        self.out.line("@staticmethod");
        self.out.open(&format!("def from_json(data: _t.Any) -> {}:", def.name));
        if fields.is_empty() {
            self.out.line(&format!("return {}()", def.name));
        } else {
            self.out.open(&format!("return {}(", def.name));
            for Member { name, key, path } in fields {
                self.out.line(&format!("{name}={},", self.read(&key.shape, &format!("data{path}"))));
            }
            self.out.close(")");
        }
        self.out.back();
    }

    fn writes_json(&mut self, keys: &[Key], tags: &[Member<'_>], fields: &[Member<'_>]) {
        self.out.blank();
        self.out.open("def to_json(self) -> dict[str, _t.Any]:");
        self.out.open("return {");
        self.json_keys(keys, "", tags, fields);
        self.out.close("}");
        self.out.back();
    }

    fn json_keys(&mut self, keys: &[Key], path: &str, tags: &[Member<'_>], fields: &[Member<'_>]) {
        for key in keys {
            let path = at(path, &key.name);
            if let (true, Shape::Object(inner)) = (key.flat, &key.shape) {
                self.out.open(&format!("{}: {{", literal(&key.name)));
                self.json_keys(inner, &path, tags, fields);
                self.out.close("},");
                continue;
            }
            let member = tags.iter().chain(fields).find(|member| member.path == path);
            let Some(member) = member else { continue };
            let tag = key.shape.only().is_some();
            let name = if tag { member.name.to_uppercase() } else { member.name.to_string() };
            let value = self.write(&key.shape, &format!("self.{name}"));
            self.out.line(&format!("{}: {value},", literal(&key.name)));
        }
    }

    fn def(&self, name: &str) -> Option<&'d Def> {
        self.defs.iter().find(|def| def.name == name)
    }

    /// The classes of a shape that is made of classes.
    fn classes(&self, shape: &Shape) -> Vec<SmolStr> {
        match shape {
            Shape::Union(parts) => parts.iter().flat_map(|part| self.classes(part)).collect(),
            Shape::Of(name) if self.is_class(name) => vec![name.clone()],
            Shape::Of(name) => self.def(name).map_or_else(Vec::new, |def| self.classes(&def.shape)),
            Shape::Plain(_)
            | Shape::Choice(_)
            | Shape::Optional(_)
            | Shape::List(_)
            | Shape::Object(_)
            | Shape::Reference(_) => Vec::new(),
        }
    }

    /// Reads JSON.
    fn read(&self, shape: &Shape, value: &str) -> String {
        match shape {
            Shape::Plain(scalar) => filled(row(*scalar).read, value),
            Shape::Choice(_) => format!("_one({value}, _t.get_args({}))", annotation(shape)),
            Shape::Optional(inner) => format!("_maybe({value}, lambda it: {})", self.read(inner, "it")),
            Shape::List(inner) => format!("[{} for it in {value}]", self.read(inner, "it")),
            Shape::Of(name) if self.is_class(name) => format!("{name}.from_json({value})"),
            Shape::Of(name) if !self.classes(shape).is_empty() => format!("read_{}({value})", snake(name)),
            Shape::Of(name) if matches!(self.def(name).map(|def| &def.shape), Some(Shape::Choice(_))) => {
                format!("_one({value}, _t.get_args({name}))")
            }
            Shape::Reference(names) => {
                let names: Vec<String> = names.iter().map(|name| format!("_t.get_args({name})")).collect();
                format!("_ref({value}, {})", names.join(" + "))
            }
            // Texts, and lists of texts, are what they are in JSON.
            Shape::Of(_) | Shape::Object(_) | Shape::Union(_) => {
                self.names(shape).map_or_else(|| value.to_owned(), |names| self.read(names, value))
            }
        }
    }

    /// Writes JSON.
    fn write(&self, shape: &Shape, value: &str) -> String {
        match shape {
            Shape::Plain(scalar) => filled(row(*scalar).write, value),
            Shape::Optional(inner) => {
                let inner = self.write(inner, value);
                if inner == value { inner } else { format!("None if {value} is None else {inner}") }
            }
            Shape::List(inner) => {
                let inner = self.write(inner, "it");
                if inner == "it" { value.to_owned() } else { format!("[{inner} for it in {value}]") }
            }
            Shape::Of(_) if !self.classes(shape).is_empty() => format!("{value}.to_json()"),
            Shape::Of(_) if self.names(shape).is_some() => format!("_ref_json({value})"),
            Shape::Reference(_) => format!("_ref_json({value})"),
            Shape::Choice(_) | Shape::Object(_) | Shape::Union(_) | Shape::Of(_) => value.to_owned(),
        }
    }

    /// What a definition of references says.
    fn names(&self, shape: &Shape) -> Option<&'d Shape> {
        let Shape::Of(name) = shape else { return None };
        self.def(name).map(|def| &def.shape).filter(|shape| matches!(shape, Shape::Reference(_)))
    }

    fn is_class(&self, name: &str) -> bool {
        self.def(name).is_some_and(|def| matches!(def.shape, Shape::Object(_)))
    }

    fn docstring(&mut self, lines: &[String]) {
        let line = |line: &String| comment(line).replace('\\', "\\\\").replace('"', "\\\"");
        match lines {
            [] => {}
            [one] => self.out.line(&format!("\"\"\"{}\"\"\"", line(one))),
            [first, rest @ ..] => {
                self.out.line(&format!("\"\"\"{}", line(first)));
                rest.iter().for_each(|one| self.out.line(&line(one)));
                self.out.line("\"\"\"");
            }
        }
    }
}

/// A shape without parts: its type, and how it is read from JSON and written, with `{}` for the value.
struct Row {
    scalar: Scalar,
    annotation: &'static str,
    read: &'static str,
    write: &'static str,
}

macro_rules! rows {
    ($( $scalar:ident $annotation:literal $read:literal $write:literal; )*) => {
        const ROWS: &[Row] = &[ $( Row {
            scalar: Scalar::$scalar,
            annotation: $annotation,
            read: $read,
            write: $write,
        } ),* ];
    };
}

rows! {
    Json "_t.Any" "{}" "{}";
    Bool "bool" "_of(bool, {})" "{}";
    Int "int" "int({})" "_int({})";
    Count "int" "_of(int, {})" "{}";
    Decimal "_Decimal" "_Decimal({})" "format({}, \"f\")";
    Text "str" "_of(str, {})" "{}";
    Id "str" "_of(str, {})" "{}";
    Date "_dt.date" "_dt.date.fromisoformat({})" "{}.isoformat()";
    Time "_dt.time" "_dt.time.fromisoformat({})" "{}.strftime(\"%H:%M\")";
    Moment "_dt.datetime" "_moment({})" "({} - _EPOCH) // _MILLISECOND";
    Seconds "_dt.timedelta" "{} * _SECOND" "{} // _SECOND";
}

/// The row of a shape; that of any JSON, if there were one without.
fn row(scalar: Scalar) -> &'static Row {
    const ANY: &Row = &Row { scalar: Scalar::Json, annotation: "_t.Any", read: "{}", write: "{}" };
    ROWS.iter().find(|row| row.scalar == scalar).unwrap_or(ANY)
}

fn filled(pattern: &str, value: &str) -> String {
    pattern.replace("{}", value)
}

/// Where a key stands in the JSON.
fn at(path: &str, key: &str) -> String {
    format!("{path}[{}]", literal(key))
}

fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A type.
fn annotation(shape: &Shape) -> String {
    match shape {
        Shape::Plain(scalar) => row(*scalar).annotation.to_owned(),
        Shape::Object(_) => "_t.Any".to_owned(),
        Shape::Choice(texts) if texts.is_empty() => "_t.NoReturn".to_owned(),
        Shape::Choice(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| literal(text)).collect();
            format!("_t.Literal[{}]", texts.join(", "))
        }
        Shape::Optional(inner) => format!("_t.Optional[{}]", annotation(inner)),
        Shape::List(inner) => format!("list[{}]", annotation(inner)),
        Shape::Union(parts) if parts.is_empty() => "_t.NoReturn".to_owned(),
        Shape::Union(parts) => {
            let parts: Vec<String> = parts.iter().map(annotation).collect();
            format!("_t.Union[{}]", parts.join(", "))
        }
        Shape::Of(name) => name.to_string(),
        Shape::Reference(names) => format!("_t.Union[{}, Undeclared]", names.join(", ")),
    }
}
