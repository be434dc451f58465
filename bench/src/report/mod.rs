//! From figures to `docs/performance.md` and its picture. The harness writes what it measured to `bench/results.json`;
//! the tables and the picture are made of that file alone, so a test can tell whether they belong together.

mod number;
mod picture;
mod results;
mod spread;
mod tables;
mod targets;

pub use picture::picture;
pub use results::{CONTENDERS, Circumstances, Contender, Figure, Measure, Missing, Results, SBOT, YARDSTICK};
pub use spread::{Spread, beside};
pub use tables::tables;
pub use targets::{Target, Verdict, targets};

/// Where the tables of the page begin.
pub const BEGIN: &str = "<!-- figures: made by bench/peers, do not edit -->";
/// Where they end.
pub const END: &str = "<!-- end of figures -->";

/// The page with new tables between its marks; everything else stays as it is.
///
/// # Errors
/// The page has no such marks, or not in that order.
pub fn page(old: &str, tables: &str) -> Result<String, String> {
    let missing = |mark: &str| format!("the page has no line `{mark}`");
    let (before, rest) = old.split_once(BEGIN).ok_or_else(|| missing(BEGIN))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| missing(END))?;
    Ok(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", tables.trim()))
}
