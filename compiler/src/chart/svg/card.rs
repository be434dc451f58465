//! One card: its lines from top to bottom, each as high as its text needs.

use super::xml::{Xml, escaped, short};
use crate::chart::measure::{Face, Font, fit, from_right, width, wrap};
use crate::chart::{Card, CardKind, Chart, EdgeKind, Line, LineKind, Then, To};

/// The width of a card.
pub(super) const WIDTH: f64 = 300.0;
/// How far below its top arrows reach a card.
pub(super) const ENTRY: f64 = 19.0;
const HEAD: f64 = 38.0;
const PAD: f64 = 14.0;
/// What a line inside of a branch is set in by, and how often at most.
const INDENT: f64 = 13.0;
const DEEPEST: usize = 5;

const NAME: Font = Font { size: 15.0, face: Face::Bold };
const DOC: Font = Font { size: 12.0, face: Face::Plain };
const TEXT: Font = Font { size: 13.0, face: Face::Plain };
const LABEL: Font = Font { size: 13.0, face: Face::Bold };
const SMALL: Font = Font { size: 12.0, face: Face::Plain };
const BAND: Font = Font { size: 12.0, face: Face::Bold };
const NOTE: Font = Font { size: 10.5, face: Face::Plain };
const CODE: Font = Font { size: 11.5, face: Face::Mono };
const AT: Font = Font { size: 10.5, face: Face::Mono };
const TO: Font = Font { size: 11.0, face: Face::Bold };

/// A card drawn at the origin.
pub(super) struct Drawn {
    pub height: f64,
    /// For each line how far down an arrow leaves it.
    pub ports: Vec<f64>,
    /// The paper.
    pub frame: String,
    /// What stands on it.
    pub content: String,
}

/// How a kind of line looks.
struct Look {
    shape: Shape,
    icon: Icon,
}

enum Shape {
    /// A speech bubble.
    Bubble,
    /// A button.
    Pill,
    /// A coloured band.
    Band,
    /// Plain words.
    Plain,
    /// Source text.
    Code,
}

/// Paths in a box of 14 by 14.
#[derive(Clone, Copy)]
pub(super) enum Icon {
    None,
    Flash,
    File,
    Open,
    Clock,
    Speech,
    Cross,
    Tick,
    Fork,
    Pencil,
    Gear,
    Arrow,
    Stop,
    Warn,
    List,
    Turn,
    Call,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Icon::None => "",
            Icon::Flash => "M8 1 3 8h4l-1 5 5-7H7z",
            Icon::File => "M3 1h5l3 3v9H3zM8 1v3h3",
            Icon::Open => "M4 10 11 3M5.500 3H11v5.500",
            Icon::Clock => "M7 1a6 6 0 1 0 0 12A6 6 0 1 0 7 1M7 4v3l2 1.500",
            Icon::Speech => "M1 2h12v8H6l-3 3v-3H1z",
            Icon::Cross => "m3 3 8 8M11 3l-8 8",
            Icon::Tick => "m2 7.500 3.500 3.500L12 3",
            Icon::Fork => "M7 1 13 7 7 13 1 7z",
            Icon::Pencil => "M2 12v-2.500L9.500 2 12 4.500 4.500 12z",
            Icon::Gear => {
                "M7 4.500a2.500 2.500 0 1 0 0 5a2.500 2.500 0 1 0 0-5M7 1v1.500M7 11.500V13M1 7h1.500M11.500 7H13M2.800 2.800l1 1M10.200 10.200l1 1M11.200 2.800l-1 1M3.800 10.200l-1 1"
            }
            Icon::Arrow => "M1 7h11M8 3l4 4-4 4",
            Icon::Stop => "M3 3h8v8H3z",
            Icon::List => "M1 3h12M1 7h12M1 11h12",
            Icon::Turn => "M12 4.500A5.500 5.500 0 1 0 12.500 8M12.500 1v3.500H9",
            Icon::Call => "M1 4h8a3.500 3.500 0 0 1 0 7H4M6.500 8.500 4 11l2.500 2.500",
            Icon::Warn => "M7 1.500 13 12H1zM7 5.500V8M7 10v.2",
        }
    }
}

fn look(kind: LineKind) -> Look {
    let (shape, icon) = match kind {
        LineKind::Trigger => (Shape::Code, Icon::Flash),
        LineKind::Message => (Shape::Bubble, Icon::None),
        LineKind::File => (Shape::Code, Icon::File),
        LineKind::Button => (Shape::Pill, Icon::None),
        LineKind::Link => (Shape::Pill, Icon::Open),
        LineKind::Menu => (Shape::Plain, Icon::List),
        LineKind::Section => (Shape::Plain, Icon::None),
        LineKind::Wait => (Shape::Band, Icon::Clock),
        LineKind::Answer => (Shape::Plain, Icon::Speech),
        LineKind::Timeout => (Shape::Plain, Icon::Clock),
        LineKind::Failed => (Shape::Plain, Icon::Warn),
        LineKind::Valid => (Shape::Plain, Icon::Tick),
        LineKind::Invalid => (Shape::Plain, Icon::Cross),
        LineKind::Condition => (Shape::Code, Icon::Fork),
        LineKind::Turn => (Shape::Plain, Icon::Turn),
        LineKind::Set => (Shape::Code, Icon::Pencil),
        LineKind::Action => (Shape::Code, Icon::Gear),
        LineKind::Call => (Shape::Code, Icon::Call),
        LineKind::Goto => (Shape::Plain, Icon::Arrow),
        LineKind::End => (Shape::Plain, Icon::Stop),
    };
    Look { shape, icon }
}

/// Draws a card.
pub(super) fn draw(chart: &Chart, card: &Card) -> Drawn {
    let mut sheet = Sheet { xml: Xml::default(), y: HEAD + 8.0 };
    if !card.doc.is_empty() {
        for line in wrap(&card.doc, DOC, WIDTH - 2.0 * PAD, 4) {
            sheet.y += 16.0;
            sheet.text("doc", PAD, sheet.y - 4.0, WIDTH - 2.0 * PAD, &line);
        }
        sheet.y += 4.0;
    }
    let mut ports = Vec::with_capacity(card.lines.len());
    for line in &card.lines {
        if card.skips(line) {
            sheet.xml.open("g", &[("class", "grey")]);
        }
        ports.push(sheet.line(chart, line));
        if card.skips(line) {
            sheet.xml.close("g");
        }
    }
    let height = sheet.y + 20.0;
    let at = fit_left(&format!("{}:{}", card.at.file, card.at.line), AT, WIDTH - 2.0 * PAD);
    sheet.text("at", PAD, height - 8.0, WIDTH, &at);
    let mut paper = Xml::default();
    paper.rect("paper", 0.0, 0.0, WIDTH, height, 10.0);
    let round = format!("M1 {HEAD}V10a9 9 0 0 1 9-9H{}a9 9 0 0 1 9 9V{HEAD}z", WIDTH - 10.0);
    paper.empty("path", &[("class", "head"), ("d", &round)]);
    let mut xml = Xml::default();
    head(&mut xml, card);
    Drawn { height, ports, frame: paper.done(), content: xml.done() + &sheet.xml.done() }
}

/// The head with the name, and the marks on it.
fn head(xml: &mut Xml, card: &Card) {
    let mut right = WIDTH - PAD;
    let mut mark = |xml: &mut Xml, icon: Icon, kind: &str| {
        right -= 14.0;
        draw_icon(xml, icon, kind, right, 12.0);
        right -= 6.0;
    };
    if card.ends() {
        mark(xml, Icon::Stop, "end");
    }
    if card.waits() {
        mark(xml, Icon::Clock, "timeout");
    }
    let badge = match card.kind {
        CardKind::Bot => "BOT",
        CardKind::Flow => "FLOW",
        CardKind::Step if card.start => "START",
        CardKind::Step if !card.reached => "NEVER REACHED",
        CardKind::Step => "",
    };
    if !badge.is_empty() {
        let wide = width(badge, NOTE) + 14.0;
        right -= wide;
        xml.rect("badge", right, 11.0, wide, 16.0, 8.0);
        let middle = [("class", "badge-text"), ("x", &short(right + wide / 2.0).to_string()), ("y", "23")];
        xml.open("text", &middle.map(|(key, value)| (key, value)));
        xml.raw(badge);
        xml.close("text");
        right -= 6.0;
    }
    let name = fit(&card.name, NAME, right - PAD);
    let room = right - PAD - width(&name, NAME) - 5.0;
    xml.open("text", &[("class", "name head-text"), ("x", &PAD.to_string()), ("y", "24.5")]);
    xml.raw(&escaped(&name));
    if !card.params.is_empty() && room > 24.0 {
        xml.open("tspan", &[("class", "params"), ("dx", "5")]);
        xml.raw(&escaped(&fit(&format!("({})", card.params), SMALL, room)));
        xml.close("tspan");
    }
    xml.close("text");
}

/// The name in letters that can be read from far away, on up to three lines.
pub(super) fn far(xml: &mut Xml, card: &Card, height: f64) {
    let one = Font { size: 1.0, face: Face::Bold };
    let room = WIDTH - 2.0 * PAD;
    let sized = |lines: &[String]| {
        let wide = lines.iter().map(|line| width(line, one)).fold(0.1, f64::max);
        (room / wide).min((height - 20.0) / (count(lines) * 1.15)).min(54.0)
    };
    let words: Vec<&str> = card.name.split_inclusive('_').collect();
    let mut best = (0.0, Vec::new());
    for parts in 1..=3.min(words.len()) {
        let lines: Vec<String> = words.chunks(words.len().div_ceil(parts)).map(<[&str]>::concat).collect();
        let size = sized(&lines).floor();
        if size > best.0 {
            best = (size, lines);
        }
    }
    let (size, lines) = best;
    let top = height / 2.0 - (count(&lines) - 1.0) * size * 0.575 + size * 0.35;
    for (n, line) in (0u32..).zip(&lines) {
        let y = top + f64::from(n) * size * 1.15;
        // The style sheet gives the size, so it is changed by scaling.
        let place = format!("translate({} {}) scale({})", WIDTH / 2.0, short(y), size / 10.0);
        xml.open("text", &[("class", "far"), ("transform", &place)]);
        xml.raw(&escaped(line));
        xml.close("text");
    }
}

/// A card being drawn from top to bottom.
struct Sheet {
    xml: Xml,
    y: f64,
}

impl Sheet {
    /// A text that begins on the left, or on the right if it is read from there.
    fn text(&mut self, class: &str, x: f64, y: f64, room: f64, text: &str) {
        let right = from_right(text);
        self.xml.text(class, if right { x + room } else { x }, y, right, text);
    }

    /// Draws a line; gives the height at which an arrow leaves it.
    fn line(&mut self, chart: &Chart, line: &Line) -> f64 {
        let depth = u32::try_from(line.depth.min(DEEPEST)).map_or(0.0, f64::from);
        let left = PAD + depth * INDENT;
        let look = look(line.kind);
        let after = After::new(chart, line);
        match look.shape {
            Shape::Bubble => self.bubble(line, left),
            Shape::Pill => self.pill(line, left, look.icon, &after),
            Shape::Band => self.band(line, left, look.icon),
            Shape::Plain => self.words(line, (left, look.icon), (SMALL, "small", 2), &after),
            Shape::Code => self.words(line, (left, look.icon), (CODE, "mono", 3), &after),
        }
    }

    fn bubble(&mut self, line: &Line, left: f64) -> f64 {
        let room = WIDTH - PAD - left - 20.0;
        let lines = wrap(&line.text, TEXT, room, 7);
        let note = wrap(&line.note, NOTE, room, 1);
        let top = self.y;
        let high = count(&lines) * 18.0 + count(&note) * 14.0 + 12.0;
        self.xml.rect("bubble", left, top, WIDTH - PAD - left, high, 9.0);
        for (n, text) in (0u32..).zip(&lines) {
            self.text("said", left + 10.0, top + 19.0 + f64::from(n) * 18.0, room, text);
        }
        for text in &note {
            self.text("note", left + 10.0, top + high - 7.0, room, text);
        }
        self.y += high + 6.0;
        top + high / 2.0
    }

    fn pill(&mut self, line: &Line, left: f64, icon: Icon, after: &After) -> f64 {
        let wide = WIDTH - PAD - left;
        let to = after.width();
        let mark = if matches!(icon, Icon::None) { 0.0 } else { 18.0 };
        let room = wide - 24.0 - mark - if to > 0.0 { to + 8.0 } else { 0.0 };
        let label = wrap(&line.text, LABEL, room, 2);
        let used = label.last().map_or(0.0, |last| width(last, LABEL)) + 8.0;
        // The note stands beside a short label, else below it.
        let beside = label.len() == 1 && used + width(&line.note, NOTE) <= room;
        let below =
            if beside || line.note.is_empty() { Vec::new() } else { wrap(&line.note, NOTE, wide - 24.0, 2) };
        let top = self.y;
        let high = count(&label) * 17.0 + count(&below) * 13.0 + 11.0;
        self.xml.rect("pill", left, top, wide, high, 13.0);
        for (n, text) in (0u32..).zip(&label) {
            self.text("pill-text", left + 12.0, top + 18.5 + f64::from(n) * 17.0, room, text);
        }
        if beside && !line.note.is_empty() {
            self.text("note", left + 12.0 + used, top + 18.5, room - used, &line.note);
        }
        for (n, text) in (0u32..).zip(&below) {
            self.text(
                "note",
                left + 12.0,
                top + 14.0 + count(&label) * 17.0 + f64::from(n) * 13.0,
                wide - 24.0,
                text,
            );
        }
        if mark > 0.0 {
            draw_icon(&mut self.xml, icon, line.kind.word(), WIDTH - PAD - 26.0, top + 7.0);
        }
        after.draw(&mut self.xml, WIDTH - PAD - 12.0, top + 18.0);
        self.y += high + 5.0;
        top + 14.0
    }

    fn band(&mut self, line: &Line, left: f64, icon: Icon) -> f64 {
        let room = WIDTH - PAD - left - 36.0;
        let lines = wrap(&line.text, BAND, room, 2);
        let high = count(&lines) * 16.0 + 9.0;
        self.xml.rect("band", left, self.y, WIDTH - PAD - left, high, 6.0);
        draw_icon(&mut self.xml, icon, "timeout", left + 9.0, self.y + 5.5);
        for (n, text) in (0u32..).zip(&lines) {
            self.text("band-text", left + 29.0, self.y + 17.0 + f64::from(n) * 16.0, room, text);
        }
        self.y += high + 5.0;
        self.y - high / 2.0 - 5.0
    }

    fn words(
        &mut self,
        line: &Line,
        (left, icon): (f64, Icon),
        (font, class, most): (Font, &str, usize),
        after: &After,
    ) -> f64 {
        let top = self.y;
        draw_icon(&mut self.xml, icon, line.kind.word(), left, top + 4.0);
        let left = left + 21.0;
        let to = after.width();
        let room = WIDTH - PAD - left - if to > 0.0 { to + 8.0 } else { 0.0 };
        let lines = wrap(&line.text, font, room, most);
        let used = lines.last().map_or(0.0, |last| width(last, font)) + 7.0;
        let beside = used + width(&line.note, NOTE) <= room;
        let below = if beside || line.note.is_empty() { Vec::new() } else { wrap(&line.note, NOTE, room, 2) };
        for (n, text) in (0u32..).zip(&lines) {
            self.text(class, left, top + 15.0 + f64::from(n) * 16.0, room, text);
        }
        let last = top + 15.0 + (count(&lines) - 1.0).max(0.0) * 16.0;
        if beside && !line.note.is_empty() {
            self.text("note", left + used, last, room - used, &line.note);
        }
        for (n, text) in (1u32..).zip(&below) {
            self.text("note", left, last + f64::from(n) * 13.0 + 1.0, room, text);
        }
        after.draw(&mut self.xml, WIDTH - PAD, top + 15.0);
        self.y = last + count(&below) * 13.0 + 9.0;
        top + 11.0
    }
}

/// What stands at the right end of a line: where it leads.
struct After {
    text: String,
    class: String,
    /// The number of the card it leads to.
    to: String,
}

impl After {
    fn new(chart: &Chart, line: &Line) -> Self {
        let mut to = String::new();
        let (text, class) = match line.then {
            Then::Below => (String::new(), String::new()),
            Then::GoesOn => ("goes on ↓".to_owned(), "to".to_owned()),
            Then::End if line.kind == LineKind::End => (String::new(), String::new()),
            Then::End => ("end ■".to_owned(), "to".to_owned()),
            Then::Edge(_) => chart.edge(line).map_or_else(Default::default, |edge| {
                if let To::Card(card) = &edge.to {
                    to = card.to_string();
                }
                // A line that only goes somewhere says so itself.
                let said = line.kind == LineKind::Goto && edge.kind != EdgeKind::Start;
                let text = if said { String::new() } else { format!("{} →", chart.target(edge)) };
                (text, format!("to {}", edge.kind.word()))
            }),
        };
        Self { text: fit(&text, TO, 120.0), class, to }
    }

    fn width(&self) -> f64 {
        if self.text.is_empty() { 0.0 } else { width(&self.text, TO) }
    }

    fn draw(&self, xml: &mut Xml, right: f64, y: f64) {
        if !self.text.is_empty() {
            xml.text_end((&self.class, &self.to), right, y, &self.text);
        }
    }
}

fn draw_icon(xml: &mut Xml, icon: Icon, kind: &str, x: f64, y: f64) {
    let class = format!("icon {kind}");
    let place = format!("translate({x} {y})");
    xml.empty("path", &[("class", &class), ("d", icon.path()), ("transform", &place)]);
}

/// The end of a path is what tells files apart.
fn fit_left(text: &str, font: Font, limit: f64) -> String {
    if width(text, font) <= limit {
        return text.to_owned();
    }
    let turned: String = fit(&text.chars().rev().collect::<String>(), font, limit);
    turned.chars().rev().collect()
}

fn count(lines: &[String]) -> f64 {
    f64::from(u32::try_from(lines.len()).unwrap_or(u32::MAX))
}

/// What a card is called where it cannot be seen.
pub(super) fn spoken(card: &Card) -> String {
    let mut spoken = format!("{} {}", card.kind.word(), card.title());
    for (holds, words) in [
        (card.start, "start"),
        (card.waits(), "waits"),
        (card.ends(), "can end"),
        (!card.reached, "never reached"),
    ] {
        if holds {
            spoken.push_str(", ");
            spoken.push_str(words);
        }
    }
    spoken
}
