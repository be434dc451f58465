//! Round Robin.

use super::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{self, Block, On, Rotate, StmtKind, Wait};
use crate::source::Place;
use sbot_grammar::ast::{self, Body, Span};

/// How many options there can be (Salesbot guide, "Round Robin").
const OPTIONS: std::ops::RangeInclusive<usize> = 2..=100;

impl Checker<'_> {
    pub(super) fn rotate(&mut self, place: Place, options: &[Body], out: &mut Block) {
        if !OPTIONS.contains(&options.len()) {
            let text = match options.len() {
                0 | 1 => "`rotate` needs at least two options to choose from".to_owned(),
                n => format!("`rotate` has at most {} options, and this one has {n}", OPTIONS.end()),
            };
            self.report(Diagnostic::new(Code::E0403, place, text).help("separate the options by commas"));
        }
        let name = self.wait_name("rotate", None);
        let live = self.body.live();
        let before = self.body.known.clone();
        self.body.forget_fields();
        let mut ways = self.ways(before);
        let mut exits = Vec::new();
        for (number, option) in (0u32..).zip(options) {
            let place = match option {
                Body::Goto(goto) => self.place(goto.span),
                Body::Block(block) => self.place(block.span),
            };
            let body = self.way(&mut ways, |this| this.branch(option));
            exits.push(ir::Exit { on: On::Drawn(number), binds: Vec::new(), body, place });
        }
        self.meet(ways);
        let wait = Wait { name, live, exits };
        let hash = hash(options);
        Self::push(out, place, StmtKind::Rotate(Box::new(Rotate { wait, hash })));
    }
}

/// The same for options that differ in white space and comments only.
fn hash(options: &[Body]) -> u64 {
    let span = Span::default();
    let stmts = vec![ast::Stmt { span, kind: ast::StmtKind::Rotate(options.to_vec()) }];
    let step = ast::Step {
        name: ast::Name { text: smol_str::SmolStr::new_static("options"), span },
        params: Vec::new(),
        body: ast::Block { span, stmts },
    };
    let item = ast::Item { span, doc: None, attrs: Vec::new(), kind: ast::ItemKind::Step(step) };
    let text = sbot_grammar::dump(&ast::File { items: vec![item] });
    // FNV-1a: short, and the same for ever.
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
