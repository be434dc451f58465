//! The effect of a message: its text, files, buttons, list and template, as far as the program does not know them.

use crate::builtin::shown_texts;
use crate::effect::{self, Buttons, EffectKind, RunEvent};
use crate::fuel::{HEAD, charge_bytes};
use crate::loaded::Known;
use crate::op::Reg;
use crate::program::{Button, List, MOST_BUTTONS, Message, Source, Template};
use crate::stack::slice;
use crate::trap::TrapKind;
use crate::value::Value;
use crate::world::World;
use std::mem::take;
use std::sync::Arc;

impl World<'_> {
    /// A message effect. Takes the text out of its register if nothing reads it there again.
    pub(crate) fn message(
        &mut self,
        index: u32,
        row: &Message,
        text: Reg,
        last: bool,
        frame: &mut [Value],
    ) -> Result<(), TrapKind> {
        let program = self.program;
        let place = frame.get_mut(usize::from(text)).ok_or(TrapKind::WrongKind)?;
        let text = if let (Value::Text(_), true) = (&*place, last) {
            if let Value::Text(text) = take(place) { Some(text) } else { None }
        } else {
            optional_text(place)?
        };
        let text = text.unwrap_or_else(|| Arc::clone(&program.derived.empty));
        let known = program.derived.messages.get(index as usize);
        if let Some(Known { plain: true, buttons: Some(buttons), .. }) = known {
            return self.say(index, text, buttons);
        }
        self.rich_message(index, row, text, frame)
    }

    /// A message of which all but the text is known.
    #[inline(never)]
    pub(crate) fn say(&mut self, index: u32, text: Arc<str>, buttons: &Buttons) -> Result<(), TrapKind> {
        self.last.message = Some(self.emit(|| {
            EffectKind::Message(effect::Message {
                message: index,
                text,
                buttons: buttons.clone(),
                more: None,
            })
        })?);
        Ok(())
    }

    /// A message with more than a text and buttons that the program knows.
    #[inline(never)]
    fn rich_message(
        &mut self,
        index: u32,
        row: &Message,
        text: Arc<str>,
        frame: &[Value],
    ) -> Result<(), TrapKind> {
        let known = self.program.derived.messages.get(index as usize);
        let attach = self.optional(row.attach, frame)?;
        let voice = self.optional(row.voice, frame)?;
        let mut left_out = 0;
        let buttons = match (row.from, known.and_then(|known| known.buttons.as_ref())) {
            (Some(from), _) => self.buttons_from(frame.get(usize::from(from)), &mut left_out)?,
            (None, Some(buttons)) => buttons.clone(),
            (None, None) => self.buttons(&row.buttons, frame)?,
        };
        let list = match (&row.list, known.and_then(|known| known.list.as_ref())) {
            (None, _) => None,
            (Some(_), Some(list)) => Some(Arc::clone(list)),
            (Some(list), None) => Some(Arc::new(self.list(list, frame)?)),
        };
        let template = row.template.map(|template| self.template(template, frame)).transpose()?;
        let more = effect::More { attach, voice, list, template };
        let more = if more == effect::More::default() { None } else { Some(Box::new(more)) };
        let message = effect::Message { message: index, text, buttons, more };
        let n = self.emit(|| EffectKind::Message(message))?;
        self.last.message = Some(n);
        if left_out > 0 {
            let trimmed = RunEvent::Trimmed { message: n, left_out };
            self.emit(|| EffectKind::Event(trimmed))?;
        }
        Ok(())
    }

    fn optional(&self, source: Option<Source>, frame: &[Value]) -> Result<Option<Arc<str>>, TrapKind> {
        source.map_or(Ok(None), |source| self.text(source, frame))
    }

    /// The text of a source, if it is present.
    fn text(&self, source: Source, frame: &[Value]) -> Result<Option<Arc<str>>, TrapKind> {
        let value = match source {
            Source::Const(index) => self.program.tables().consts.get(index as usize),
            Source::Reg(reg) => frame.get(usize::from(reg)),
        };
        optional_text(value.ok_or(TrapKind::WrongKind)?)
    }

    /// The text of a source that is never absent.
    fn present(&self, source: Source, frame: &[Value]) -> Result<Arc<str>, TrapKind> {
        self.text(source, frame)?.ok_or(TrapKind::WrongKind)
    }

    /// Buttons with texts of the turn. One without a label is left out.
    fn buttons(&mut self, rows: &[Button], frame: &[Value]) -> Result<Buttons, TrapKind> {
        charge_bytes(rows.len().saturating_mul(2 * HEAD), &mut self.memory)?;
        let mut buttons = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(label) = self.text(row.label, frame)? else { continue };
            let link = self.optional(row.link, frame)?;
            buttons.push(effect::Button { label, link });
        }
        Ok(buttons.into())
    }

    /// One button for each text of a list, as many as a message shows.
    fn buttons_from(&mut self, list: Option<&Value>, left_out: &mut u32) -> Result<Buttons, TrapKind> {
        let Some(Value::List(texts)) = list else { return Err(TrapKind::WrongKind) };
        let texts = shown_texts(texts)?;
        let more = texts.len().saturating_sub(MOST_BUTTONS);
        *left_out = u32::try_from(more).map_err(|_| TrapKind::OutOfMemory)?;
        charge_bytes((texts.len() - more).saturating_mul(2 * HEAD), &mut self.memory)?;
        let shown = texts.into_iter().take(MOST_BUTTONS);
        let buttons = shown.map(|label| effect::Button { label: Arc::clone(label), link: None });
        Ok(buttons.collect::<Vec<_>>().into())
    }

    /// A list with texts of the turn. An option without a title is left out, and a section that has none left.
    fn list(&mut self, list: &List, frame: &[Value]) -> Result<effect::List, TrapKind> {
        let rows: usize = list.sections.iter().map(|section| 1 + section.options.len()).sum();
        charge_bytes(rows.saturating_add(1).saturating_mul(3 * HEAD), &mut self.memory)?;
        let mut sections = Vec::with_capacity(list.sections.len());
        for section in &list.sections {
            let mut options = Vec::with_capacity(section.options.len());
            for row in &section.options {
                let Some(title) = self.text(row.title, frame)? else { continue };
                options.push(effect::Row { title, about: self.optional(row.about, frame)? });
            }
            if !options.is_empty() {
                sections.push(effect::Section { title: self.present(section.title, frame)?, options });
            }
        }
        Ok(effect::List {
            button: self.present(list.button, frame)?,
            title: self.optional(list.title, frame)?,
            footer: self.optional(list.footer, frame)?,
            sections,
        })
    }

    fn template(&mut self, template: Template, frame: &[Value]) -> Result<effect::Template, TrapKind> {
        let args = slice(frame, template.args, template.count);
        charge_bytes(args.len().saturating_mul(HEAD), &mut self.memory)?;
        Ok(effect::Template { symbol: template.symbol, args: args.to_vec() })
    }
}

fn optional_text(value: &Value) -> Result<Option<Arc<str>>, TrapKind> {
    if let Value::Text(text) | Value::File(text) = value {
        Ok(Some(Arc::clone(text)))
    } else if matches!(value, Value::None) {
        Ok(None)
    } else {
        Err(TrapKind::WrongKind)
    }
}
