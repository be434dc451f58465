//! The layout engine: a stream of printing operations goes in, laid-out text comes out.
//!
//! A Wadler-style document kept flat, so that building and rendering need no recursion and linear time: the width of
//! every group and the distance to the next place where a line may end are measured in one pass beforehand.
//! Nothing here knows the language.

/// Columns a line should stay within.
const WIDTH: usize = 100;

/// How much deeper a line goes on when it breaks where no list or block breaks it.
const CONTINUATION: usize = 4;

/// One printing operation.
#[derive(Clone, Copy, Debug)]
pub(super) enum Op<'a> {
    /// Printed as it is. Text with a line break inside keeps every group around it from being one line.
    Text(&'a str),
    /// A space, unless the line ends or begins here.
    Space,
    /// A space where the group is one line, else a line break.
    Line,
    /// Nothing where the group is one line, else a line break.
    Soft,
    /// A space, or a line break with a deeper indentation where what follows would be too long for the line.
    Fill,
    /// The same, but also where what follows would be broken further on this line and not on one of its own.
    FillWhole,
    /// Always a line break.
    Hard,
    /// Always a line break with an empty line.
    Blank,
    /// A comma where the group is not one line.
    Comma,
    /// A comment: at the end of the line begun, and nothing after it on that line.
    Comment(&'a str),
    /// Begins a group: one line if it fits, else each of its `Line`s and `Soft`s is a line break.
    Open,
    /// Ends a group.
    Close,
    /// Indents the lines that follow by so much more.
    In(usize),
    /// Ends the innermost `In`.
    Out,
    /// A space if what follows up to the next possible break fits on the line,
    /// else a line break with what follows up to `Unhug` indented by so much.
    Hug(usize),
    /// Ends a `Hug`.
    Unhug,
    /// Stands before and after the part of an item whose line breaks are counted.
    Mark,
}

/// Lays the operations out into `out`, which must be empty or end in a line break.
/// Returns whether there is a line break between the first two `Mark`s.
pub(super) fn render(ops: &[Op<'_>], out: &mut String) -> bool {
    let measure = Measure::of(ops);
    let mut writer = Writer::new(out);
    for (index, op) in ops.iter().enumerate() {
        match *op {
            Op::Text(text) => writer.text(text),
            Op::Space => writer.space = true,
            Op::Line if writer.is_flat() => writer.space = true,
            Op::Soft if writer.is_flat() => {}
            Op::Line | Op::Soft | Op::Hard => writer.newline(writer.indent(), false),
            Op::Blank => writer.newline(writer.indent(), true),
            Op::Fill => writer.fill(measure.rest(index + 1), None),
            Op::FillWhole => writer.fill(measure.rest(index + 1), Some(measure.whole(index + 1))),
            Op::Comma if writer.is_flat() => {}
            Op::Comma => writer.text(","),
            Op::Comment(text) => writer.comment(text),
            Op::Open => {
                let flat = writer.is_flat() || measure.group(index).is_some_and(|width| writer.fits(width));
                writer.modes.push(flat);
            }
            Op::Close => drop(writer.modes.pop()),
            Op::In(depth) => writer.indents.push(writer.indent() + depth),
            Op::Out | Op::Unhug => drop(writer.indents.pop()),
            Op::Hug(depth) => {
                if writer.fits(1 + measure.rest(index + 1)) {
                    writer.space = true;
                    writer.indents.push(writer.indent());
                } else {
                    writer.indents.push(writer.indent() + depth);
                    writer.newline(writer.indent(), false);
                }
            }
            Op::Mark => writer.mark(),
        }
    }
    writer.many_lines
}

/// Columns a text takes.
fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// What the fitting test needs to know, one entry for each operation.
struct Measure {
    /// For `Open`: columns of the group on one line and of what is glued to its end, `None` where it cannot be one line.
    groups: Vec<Option<usize>>,
    /// Columns up to the next operation that may end the line.
    rests: Vec<usize>,
    /// The same, but a group that can be one line counts in full.
    wholes: Vec<usize>,
}

impl Measure {
    fn of(ops: &[Op<'_>]) -> Self {
        let flats = flats(ops);
        let rests = rests_of(ops, &[]);
        let wholes = rests_of(ops, &flats);
        let groups =
            flats.iter().map(|flat| flat.map(|(width, close)| width + at(&rests, close + 1))).collect();
        Self { groups, rests, wholes }
    }

    fn group(&self, index: usize) -> Option<usize> {
        self.groups.get(index).copied().flatten()
    }

    fn rest(&self, index: usize) -> usize {
        at(&self.rests, index)
    }

    fn whole(&self, index: usize) -> usize {
        at(&self.wholes, index)
    }
}

fn at(widths: &[usize], index: usize) -> usize {
    widths.get(index).copied().unwrap_or(0)
}

/// For each `Open` whose group can be one line: its columns and the index of its `Close`.
fn flats(ops: &[Op<'_>]) -> Vec<Option<(usize, usize)>> {
    let mut flats = vec![None; ops.len()];
    // Open groups: index, columns before it, and whether it can still be one line.
    let mut open: Vec<(usize, usize, bool)> = Vec::new();
    let mut column = 0;
    for (index, op) in ops.iter().enumerate() {
        match *op {
            Op::Text(text) => {
                column += columns(text);
                if text.contains('\n') {
                    forbid(&mut open);
                }
            }
            Op::Space | Op::Line | Op::Fill | Op::FillWhole | Op::Hug(_) => column += 1,
            Op::Hard | Op::Blank | Op::Comment(_) => forbid(&mut open),
            Op::Open => open.push((index, column, true)),
            Op::Close => {
                let Some((begin, before, flat)) = open.pop() else { continue };
                if !flat {
                    forbid(&mut open);
                } else if let Some(group) = flats.get_mut(begin) {
                    *group = Some((column - before, index));
                }
            }
            Op::Soft | Op::Comma | Op::In(_) | Op::Out | Op::Unhug | Op::Mark => {}
        }
    }
    flats
}

/// Keeps the innermost open group from being one line; closing it passes that on to the group around it.
fn forbid(open: &mut [(usize, usize, bool)]) {
    if let Some(group) = open.last_mut() {
        group.2 = false;
    }
}

/// For each operation the columns from it to the next one that may end the line; the groups in `flats` count in full.
fn rests_of(ops: &[Op<'_>], flats: &[Option<(usize, usize)>]) -> Vec<usize> {
    // One more than there are operations: after the last nothing follows.
    let mut rests = vec![0; ops.len() + 1];
    for (index, op) in ops.iter().enumerate().rev() {
        let after = at(&rests, index + 1);
        let rest = match *op {
            Op::Text(text) => match text.split_once('\n') {
                Some((first, _)) => columns(first),
                None => after + columns(text),
            },
            Op::Space | Op::Comma => after + 1,
            Op::Line
            | Op::Soft
            | Op::Fill
            | Op::FillWhole
            | Op::Hard
            | Op::Blank
            | Op::Comment(_)
            | Op::Hug(_) => 0,
            Op::Open => match flats.get(index).copied().flatten() {
                Some((width, close)) => width + at(&rests, close + 1),
                None => after,
            },
            Op::Close | Op::In(_) | Op::Out | Op::Unhug | Op::Mark => after,
        };
        if let Some(slot) = rests.get_mut(index) {
            *slot = rest;
        }
    }
    rests
}

/// The text so far and where its last line stands.
struct Writer<'o> {
    out: &'o mut String,
    /// Columns written on this line.
    column: usize,
    /// Nothing is written on this line yet; this much indentation is due.
    fresh: Option<usize>,
    /// A space is due before the next text.
    space: bool,
    /// The line ends in a comment.
    commented: bool,
    indents: Vec<usize>,
    modes: Vec<bool>,
    marks: usize,
    many_lines: bool,
}

impl<'o> Writer<'o> {
    fn new(out: &'o mut String) -> Self {
        Self {
            out,
            column: 0,
            fresh: Some(0),
            space: false,
            commented: false,
            indents: Vec::new(),
            modes: Vec::new(),
            marks: 0,
            many_lines: false,
        }
    }

    fn indent(&self) -> usize {
        self.indents.last().copied().unwrap_or(0)
    }

    fn is_flat(&self) -> bool {
        self.modes.last().copied().unwrap_or(false)
    }

    /// Whether so many more columns fit on the line that the next text will stand on.
    fn fits(&self, width: usize) -> bool {
        let column = match self.fresh {
            Some(indent) => indent,
            None if self.commented => self.indent() + CONTINUATION,
            None => self.column + usize::from(self.space),
        };
        column + width <= WIDTH
    }

    /// Goes on here or on a new line with what has `rest` columns up to where it may be broken and `whole` in all.
    fn fill(&mut self, rest: usize, whole: Option<usize>) {
        let wins = |whole| !self.fits(1 + whole) && self.indent() + CONTINUATION + whole <= WIDTH;
        if !self.is_flat() && (self.commented || !self.fits(1 + rest) || whole.is_some_and(wins)) {
            self.newline(self.indent() + CONTINUATION, false);
        } else {
            self.space = true;
        }
    }

    /// Ends the line unless it is empty. Several in a row are one, with at most one empty line.
    fn newline(&mut self, indent: usize, blank: bool) {
        if self.fresh.is_none() {
            self.out.push('\n');
            self.count();
        }
        if blank && !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
        self.column = 0;
        self.fresh = Some(indent);
        self.space = false;
        self.commented = false;
    }

    fn text(&mut self, text: &str) {
        if self.commented {
            self.newline(self.indent() + CONTINUATION, false);
        }
        self.begin();
        self.out.push_str(text);
        match text.rsplit_once('\n') {
            Some((_, last)) => {
                self.column = columns(last);
                self.count();
            }
            None => self.column += columns(text),
        }
    }

    fn comment(&mut self, text: &str) {
        if self.commented {
            self.newline(self.indent(), false);
        }
        self.space = true;
        self.begin();
        self.out.push_str(text);
        self.commented = true;
    }

    /// Writes the indentation or the space that is due.
    fn begin(&mut self) {
        if let Some(indent) = self.fresh.take() {
            self.out.extend(std::iter::repeat_n(' ', indent));
            self.column = indent;
        } else if self.space {
            self.out.push(' ');
            self.column += 1;
        }
        self.space = false;
    }

    fn mark(&mut self) {
        self.marks += 1;
    }

    fn count(&mut self) {
        if self.marks == 1 {
            self.many_lines = true;
        }
    }
}
