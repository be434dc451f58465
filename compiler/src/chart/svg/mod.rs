//! A chart as SVG: cards, and arrows that begin at their lines. Colours follow the reader's light or dark setting.
//!
//! The file stands alone: it names no font file, no script and no address.

mod card;
mod theme;
mod xml;

use super::layout::{self, Link, Placed, Point, Size, Style};
use super::{At, Card, CardKind, Chart, Edge, GroupKind, To};
use card::{Drawn, ENTRY, WIDTH};
use xml::short;
pub(super) use xml::{Xml, escaped};

/// Around the whole picture.
const MARGIN: f64 = 40.0;
/// Above a bot where there are several.
const TITLE: f64 = 50.0;
/// Corners of arrows.
const ROUND: f64 = 9.0;

/// A chart as a file.
#[must_use]
pub fn svg(chart: &Chart) -> String {
    let drawing = draw(chart, None);
    let mut xml = Xml::default();
    let (width, height) = (drawing.width.to_string(), drawing.height.to_string());
    let view = format!("0 0 {width} {height}");
    xml.open(
        "svg",
        &[
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("width", &width),
            ("height", &height),
            ("viewBox", &view),
            ("role", "img"),
            ("aria-label", &format!("Map of {}", chart.title())),
        ],
    );
    xml.open("style", &[]);
    xml.raw(&drawing.css);
    xml.close("style");
    xml.rect("ground", 0.0, 0.0, drawing.width, drawing.height, 0.0);
    xml.raw(&drawing.body);
    xml.close("svg");
    let mut file = xml.done();
    file.push('\n');
    file
}

/// A picture without what stands around it.
pub(super) struct Drawing {
    pub width: f64,
    pub height: f64,
    pub css: String,
    pub body: String,
}

/// What a page needs to know of cards and arrows beyond what is seen.
pub(super) struct Page<'p> {
    /// The address behind a place.
    pub link: Option<&'p dyn Fn(&At) -> String>,
}

/// Draws everything. A bot and the flows that follow it stand in one block; blocks stand below each other.
pub(super) fn draw(chart: &Chart, page: Option<&Page<'_>>) -> Drawing {
    let drawn: Vec<Drawn> = chart.cards.iter().map(|card| card::draw(chart, card)).collect();
    let blocks = blocks(chart);
    let mut painter = Painter { chart, drawn: &drawn, page, xml: Xml::default() };
    let (mut width, mut y) = (0.0f64, MARGIN);
    for block in &blocks {
        if blocks.len() > 1 {
            let group = chart.cards.get(block.first).and_then(|card| chart.groups.get(card.group));
            if let Some(group) = group {
                let title = format!("{} {}", group.kind.word(), group.name);
                painter.xml.text("title", MARGIN, y + 24.0, false, &title);
            }
            y += TITLE;
        }
        let placed = block.place(chart, &drawn);
        painter.block(block, &placed, Point { x: MARGIN, y });
        width = width.max(placed.width);
        y += placed.height + MARGIN;
    }
    let (width, height) = ((width + 2.0 * MARGIN).ceil(), y.ceil());
    Drawing { width, height, css: theme::css(), body: painter.xml.done() }
}

/// The cards of a bot and its flows, and the edges between them.
struct Block {
    first: usize,
    count: usize,
    edges: Vec<usize>,
}

fn blocks(chart: &Chart) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut of = Vec::with_capacity(chart.cards.len());
    let mut last = None;
    for (n, card) in chart.cards.iter().enumerate() {
        let flow = chart.groups.get(card.group).is_some_and(|group| group.kind == GroupKind::Flow);
        let same = last == Some(card.group) || (flow && last.is_some());
        last = Some(card.group);
        match blocks.last_mut() {
            Some(block) if same => block.count += 1,
            Some(_) | None => blocks.push(Block { first: n, count: 1, edges: Vec::new() }),
        }
        of.push(blocks.len() - 1);
    }
    for (n, edge) in chart.edges.iter().enumerate() {
        if let Some(block) = of.get(edge.from).and_then(|block| blocks.get_mut(*block)) {
            block.edges.push(n);
        }
    }
    blocks
}

impl Block {
    /// The card that an edge leads to, if it stands in this block too.
    fn inside(&self, edge: &Edge) -> Option<usize> {
        match &edge.to {
            To::Card(to) => to.checked_sub(self.first).filter(|to| *to < self.count),
            To::Bot(_) => None,
        }
    }

    fn port(drawn: &[Drawn], edge: &Edge) -> f64 {
        drawn.get(edge.from).and_then(|card| card.ports.get(edge.line)).copied().unwrap_or(ENTRY)
    }

    fn place(&self, chart: &Chart, drawn: &[Drawn]) -> Placed {
        let cards = drawn.get(self.first..self.first + self.count).unwrap_or_default();
        let sizes: Vec<Size> = cards.iter().map(|card| Size { height: card.height }).collect();
        let edges = self.edges.iter().filter_map(|n| chart.edges.get(*n));
        let links = edges.filter_map(|edge| {
            let (from, to) = (edge.from.checked_sub(self.first)?, self.inside(edge)?);
            Some(Link { from, port: Self::port(drawn, edge), to })
        });
        layout::place(&sizes, &links.collect::<Vec<_>>(), Style { width: WIDTH, entry: ENTRY })
    }
}

/// Writes cards and arrows in their places.
struct Painter<'d> {
    chart: &'d Chart,
    drawn: &'d [Drawn],
    page: Option<&'d Page<'d>>,
    xml: Xml,
}

impl Painter<'_> {
    fn block(&mut self, block: &Block, placed: &Placed, origin: Point) {
        let at = |card: usize| {
            let place = placed.cards.get(card).copied().unwrap_or(Point { x: 0.0, y: 0.0 });
            Point { x: place.x + origin.x, y: place.y + origin.y }
        };
        let cards = self.chart.cards.iter().zip(self.drawn).enumerate().skip(block.first).take(block.count);
        for (n, (card, drawn)) in cards {
            self.card(n, card, drawn, at(n - block.first));
        }
        // On top, for the dots where they begin; no arrow runs over a card.
        let mut routes = placed.links.iter();
        for edge in block.edges.iter().filter_map(|n| self.chart.edges.get(*n)) {
            let from = at(edge.from.saturating_sub(block.first));
            let points: Vec<Point> = match block.inside(edge).and_then(|_| routes.next()) {
                Some(points) if !points.is_empty() => points
                    .iter()
                    .map(|point| Point { x: point.x + origin.x, y: point.y + origin.y })
                    .collect(),
                // Too far, in another block, or a bot that is not here: a beginning, and the line says where to.
                Some(_) | None => {
                    let start = Point { x: from.x + WIDTH, y: from.y + Block::port(self.drawn, edge) };
                    vec![start, Point { x: start.x + 20.0, y: start.y }]
                }
            };
            self.arrow(edge, &points);
        }
    }

    fn card(&mut self, n: usize, card: &Card, drawn: &Drawn, at: Point) {
        let mut class = format!("card {}", card.kind.word());
        for (holds, word) in [(card.start, " first"), (!card.reached, " unreached")] {
            if holds {
                class.push_str(word);
            }
        }
        let (id, place) = (format!("c{n}"), format!("translate({} {})", short(at.x), short(at.y)));
        let spoken = card::spoken(card);
        let mut attributes: Vec<(&str, &str)> =
            vec![("id", &id), ("class", &class), ("transform", &place), ("aria-label", &spoken)];
        let group = self.chart.groups.get(card.group).map_or("", |group| &group.name);
        let key = match card.kind {
            CardKind::Bot => card.name.clone(),
            CardKind::Step => format!("{group}.{}", card.name),
            CardKind::Flow => format!("flow.{}", card.name),
        };
        let title = card.title();
        let source = format!("{}:{}", card.at.file, card.at.line);
        let link = self.page.and_then(|page| page.link).map(|link| link(&card.at)).unwrap_or_default();
        if self.page.is_some() {
            let more: [(&str, &str); 6] = [
                ("data-name", &card.name),
                ("data-title", &title),
                ("data-key", &key),
                ("data-at", &source),
                ("data-doc", &card.doc),
                ("data-link", &link),
            ];
            attributes.extend(more.iter().filter(|(_, value)| !value.is_empty()));
        }
        self.xml.open("g", &attributes);
        self.xml.raw(&drawn.frame);
        if self.page.is_some() {
            self.xml.open("g", &[("class", "near")]);
            self.xml.raw(&drawn.content);
            self.xml.close("g");
            card::far(&mut self.xml, card, drawn.height);
        } else {
            self.xml.raw(&drawn.content);
        }
        self.xml.close("g");
    }

    /// An arrow with the dot where it begins and the tip where it ends.
    fn arrow(&mut self, edge: &Edge, points: &[Point]) {
        let (Some(first), [.., before, tip]) = (points.first(), points) else { return };
        let back = points.get(1).is_some_and(|next| next.x < first.x) || tip.x < before.x;
        let mut class = format!("edge {}", edge.kind.word());
        for (holds, word) in [(back, " back"), (!edge.reached, " grey")] {
            if holds {
                class.push_str(word);
            }
        }
        let (from, line) = (edge.from.to_string(), edge.line.to_string());
        let (to, bot) = match &edge.to {
            To::Card(to) => (to.to_string(), ""),
            To::Bot(bot) => (String::new(), bot.as_str()),
        };
        let all = [
            ("class", class.as_str()),
            ("data-from", &from),
            ("data-line", &line),
            ("data-to", &to),
            ("data-bot", bot),
        ];
        let mut attributes: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        if self.page.is_some() {
            attributes.push(("data-label", &edge.label));
        }
        self.xml.open("g", &attributes);
        let name = self.chart.cards.get(edge.from).map_or("", |card| &card.name);
        let said = if edge.label.is_empty() { String::new() } else { format!(" · {}", edge.label) };
        self.xml.open("title", &[]);
        self.xml.raw(&escaped(&format!("{name}{said} → {}", self.chart.target(edge))));
        self.xml.close("title");
        self.xml.empty("path", &[("class", "wire"), ("d", &rounded(points))]);
        let (x, y) = (short(tip.x), short(tip.y));
        let behind = if tip.x < before.x { x + 9.0 } else { x - 9.0 };
        let head = format!("M{x} {y}L{behind} {}V{}z", y - 5.0, y + 5.0);
        self.xml.empty("path", &[("class", "tip"), ("d", &head)]);
        let (x, y) = (short(first.x).to_string(), short(first.y).to_string());
        self.xml.empty("circle", &[("class", "port"), ("cx", &x), ("cy", &y), ("r", "4.5")]);
        self.xml.close("g");
    }
}

/// A line through points with round corners, which ends where the tip begins.
fn rounded(points: &[Point]) -> String {
    let mut path = String::new();
    let Some(first) = points.first() else { return path };
    path.push_str(&format!("M{} {}", short(first.x), short(first.y)));
    for three in points.windows(3) {
        let [before, corner, after] = three else { continue };
        let near = |a: &Point, b: &Point| ((a.x - b.x).abs() + (a.y - b.y).abs()) / 2.0;
        let round = ROUND.min(near(before, corner)).min(near(corner, after));
        let toward = |to: &Point| {
            let step = |d: f64| if d.abs() < 0.01 { 0.0 } else { d.signum() * round };
            (short(corner.x + step(to.x - corner.x)), short(corner.y + step(to.y - corner.y)))
        };
        let ((ax, ay), (bx, by)) = (toward(before), toward(after));
        path.push_str(&format!("L{ax} {ay}Q{} {} {bx} {by}", short(corner.x), short(corner.y)));
    }
    if let [.., before, last] = points {
        let end = if last.x < before.x { last.x + 8.0 } else { last.x - 8.0 };
        path.push_str(&format!("H{}", short(end)));
    }
    path
}
