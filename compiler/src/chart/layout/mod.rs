//! Where cards stand and how arrows run. In: sizes and connections. Out: coordinates. Nothing here knows a chart.
//!
//! Cards stand in columns, and every arrow runs from one column to the next. [`rank`] asks the layout library which
//! card stands in which column, and in what order. [`grid`] gives an arrow that passes a column a lane there, and
//! joins the lanes of all arrows to one card. [`fold`] breaks a long row of columns into several. [`heights`] moves everything up or down until the arrows are as straight
//! as the order allows, [`straight`] takes small bends out of long lines, and [`route`] bends them in the gaps between columns. So no arrow runs over a card, and no two
//! cards overlap, whatever comes in.

mod fold;
mod grid;
mod heights;
mod rank;
mod route;
mod straight;
#[cfg(test)]
mod tests;

/// A card to be placed.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Its height.
    pub height: f64,
}

/// An arrow to be placed.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The card it leaves.
    pub from: usize,
    /// How far below the top of that card.
    pub port: f64,
    /// The card it leads to.
    pub to: usize,
}

/// What is the same for all cards.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// The width of a card.
    pub width: f64,
    /// How far below its top arrows reach a card.
    pub entry: f64,
}

/// A point of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

/// Everything in its place.
#[derive(Clone, Debug, Default)]
pub struct Placed {
    /// The top left corner of each card.
    pub cards: Vec<Point>,
    /// For each arrow its corners, from its beginning to its head. Every part is level or upright. An arrow whose ends
    /// are too far apart has none.
    pub links: Vec<Vec<Point>>,
    /// The width of the whole.
    pub width: f64,
    /// The height of the whole.
    pub height: f64,
}

/// Places cards and arrows. The first card is where everything begins.
///
/// The time is bounded: a picture too large for the library is laid out more simply.
#[must_use]
pub fn place(sizes: &[Size], links: &[Link], style: Style) -> Placed {
    if sizes.is_empty() {
        return Placed::default();
    }
    let grid = grid::Grid::new(sizes, links, style);
    let tops = heights::settle(&grid);
    route::route(&grid, &tops, links, style)
}
