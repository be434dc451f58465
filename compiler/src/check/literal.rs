//! Literals: texts with and without holes, numbers, dates, files.

use super::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Expr, ExprKind};
use crate::project::{normalize, parent};
use crate::source::Place;
use crate::types::Ty;
use rust_decimal::Decimal;
use sbot_grammar::ast::{self, Text, TextPart};
use sbot_vm::program::SymbolKind;
use sbot_vm::value::Value;

/// What a voice message may be, by the ending of its file (Salesbot guide, "Voice messages").
const VOICE: &[&str] = &["ogg", "mp3", "wav"];

impl Checker<'_> {
    pub(super) fn constant(place: Place, ty: Ty, value: Value) -> Expr {
        Expr { ty, place, kind: ExprKind::Const(value) }
    }

    pub(super) fn number(&mut self, place: Place, digits: &str) -> Expr {
        if !digits.contains('.')
            && let Ok(int) = digits.parse::<i64>()
        {
            return Self::constant(place, Ty::Int, Value::Int(int));
        }
        match Decimal::from_str_exact(digits) {
            Ok(number) => Self::constant(place, Ty::Number, Value::Number(number)),
            Err(_) => {
                self.report(
                    Diagnostic::new(Code::E0103, place, format!("`{digits}` is too large for a number"))
                        .help("a number has at most 28 digits"),
                );
                Self::constant(place, Ty::Error, Value::Int(0))
            }
        }
    }

    pub(super) fn date(date: ast::Date) -> Value {
        sbot_vm::calendar::days_of(date.year.into(), date.month.into(), date.day.into())
            .map_or(Value::None, Value::Date)
    }

    pub(super) fn time(time: ast::Time) -> Value {
        let minutes = i32::from(time.hour) * 60 + i32::from(time.minute);
        u16::try_from(minutes).map_or(Value::None, Value::Time)
    }

    /// A text. Where a phone, e-mail, address or file is wanted, a fixed text is checked to be one.
    pub(super) fn text(&mut self, text: &Text, want: Option<&Ty>) -> Expr {
        let place = self.place(text.span);
        if let Some(plain) = text.plain() {
            let ty = match want.map(Ty::present) {
                Some(Ty::Phone) => self.phone_literal(place, plain),
                Some(Ty::Email) => self.email_literal(place, plain),
                Some(Ty::Url) => self.url_literal(place, plain),
                Some(Ty::File) => self.file_literal(place, plain),
                _ => Ty::Text,
            };
            return Self::constant(place, ty, Value::text(plain));
        }
        let mut parts = Vec::with_capacity(text.parts.len());
        for part in &text.parts {
            match part {
                TextPart::Literal(literal) => {
                    parts.push(Self::constant(place, Ty::Text, Value::text(literal)))
                }
                TextPart::Hole(expr) => {
                    let expr = self.expr(expr, None);
                    self.displayable(&expr);
                    parts.push(expr);
                }
            }
        }
        Expr { ty: Ty::Text, place, kind: ExprKind::Concat(parts) }
    }

    /// E0301 for what has no form in a text; E0208 for a moment where the account has no zone.
    fn displayable(&mut self, expr: &Expr) {
        let mut ty = expr.ty.present();
        while let Ty::List(item) = ty {
            ty = item.present();
        }
        let (what, help) = match ty {
            Ty::Object(name) => {
                let field = self.names.field_names(name).first().copied().unwrap_or("name");
                (format!("`{name}`"), format!("write one of its fields, such as `{{{name}.{field}}}`"))
            }
            Ty::Record(fields) => {
                let field = fields.first().map_or("field", |(name, _)| name.as_str());
                ("a record".to_owned(), format!("write one of its fields, such as `{{….{field}}}`"))
            }
            Ty::Symbol(SymbolKind::EmailTemplate) => {
                ("an e-mail template".to_owned(), "send it: `send_email(…)`".to_owned())
            }
            Ty::DateTime => return self.need_zone(expr.place),
            Ty::None => {
                self.report(
                    Diagnostic::new(Code::E0301, expr.place, "`none` writes nothing")
                        .help("remove it from the text"),
                );
                return;
            }
            Ty::Error
            | Ty::Bool
            | Ty::Int
            | Ty::Number
            | Ty::Text
            | Ty::Date
            | Ty::Time
            | Ty::Duration
            | Ty::Phone
            | Ty::Email
            | Ty::Url
            | Ty::File
            | Ty::Json
            | Ty::Choice(_)
            | Ty::List(_)
            | Ty::Optional(_)
            | Ty::Symbol(_)
            | Ty::Recipient
            | Ty::Any => return,
        };
        let text = format!("{what} has no form in a text");
        self.report(Diagnostic::new(Code::E0301, expr.place, text).help(help));
    }

    fn phone_literal(&mut self, place: Place, text: &str) -> Ty {
        let digits = text.strip_prefix('+').unwrap_or("");
        let good = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !good {
            self.report(
                Diagnostic::new(Code::E0408, place, format!("\"{text}\" is no phone number"))
                    .help("write it in international form without spaces: \"+34912345678\""),
            );
        }
        if good { Ty::Phone } else { Ty::Error }
    }

    fn email_literal(&mut self, place: Place, text: &str) -> Ty {
        if sbot_vm::find::email(text).as_deref() == Some(text) {
            return Ty::Email;
        }
        self.report(
            Diagnostic::new(Code::E0408, place, format!("\"{text}\" is no e-mail address"))
                .help("an address looks like \"ann@example.com\""),
        );
        Ty::Error
    }

    pub(super) fn url_literal(&mut self, place: Place, text: &str) -> Ty {
        let good =
            url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !good {
            self.report(
                Diagnostic::new(Code::E0408, place, format!("\"{text}\" is no web address"))
                    .help("an address begins with `https://`"),
            );
        }
        if good { Ty::Url } else { Ty::Error }
    }

    fn file_literal(&mut self, place: Place, text: &str) -> Ty {
        if text.starts_with("http://") || text.starts_with("https://") {
            return if self.url_literal(place, text) == Ty::Error { Ty::Error } else { Ty::File };
        }
        let here = self.parsed.sources.get(place.file).path.clone();
        let path = normalize(parent(&here), text);
        if !self.files.exists(&path) {
            self.report(
                Diagnostic::new(Code::E0205, place, format!("there is no file \"{text}\""))
                    .help(format!("the path is relative to this file: it was looked for at `{path}`")),
            );
            return Ty::Error;
        }
        Ty::File
    }

    /// A file to be sent as a voice message.
    pub(super) fn check_voice(&mut self, expr: &Expr) {
        if let ExprKind::Const(Value::Text(path)) = &expr.kind
            && expr.ty != Ty::Error
            && !path
                .rsplit_once('.')
                .is_some_and(|(_, kind)| VOICE.contains(&kind.to_ascii_lowercase().as_str()))
        {
            self.report(
                Diagnostic::new(Code::E0408, expr.place, "this file cannot be a voice message")
                    .help("a voice message is an .ogg, .mp3 or .wav file"),
            );
        }
    }

    /// E0406 where a text is empty or white space only.
    pub(super) fn not_empty(&mut self, expr: &Expr, what: &str) {
        if let ExprKind::Const(Value::Text(text)) = &expr.kind
            && text.trim().is_empty()
            && expr.ty != Ty::Error
        {
            self.report(
                Diagnostic::new(Code::E0406, expr.place, format!("{what} is empty"))
                    .help("write what the client should read"),
            );
        }
    }
}
