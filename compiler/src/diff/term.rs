//! Terms: expressions, and what statements are made of. Equal ones are stored once, for both programs together, so two
//! statements are the same exactly if their numbers are.

use rust_decimal::Decimal;
use rustc_hash::{FxHashMap, FxHashSet};
use sbot_vm::program::SymbolKind;
use std::sync::Arc;

/// A term: index into [`Terms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TermId(u32);

/// What a term begins with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Head {
    /// A fixed value.
    Lit(Lit),
    /// An operator of the language, or what a part of a statement is for.
    Word(&'static str),
    /// A name that means the same in every program: of an action, of a parameter.
    Name(Arc<str>),
    /// `lead.budget`; `now`.
    Field(Arc<str>),
    /// A built-in function of the VM.
    Builtin(&'static str),
    /// A test by this regular expression.
    Matches(Arc<str>),
    /// A record with these fields, or an e-mail template.
    Record(Arc<str>, Arc<[Arc<str>]>),
    /// The field of a record.
    Get(Arc<str>),
    /// Something that a program numbers.
    Of(Space, u32),
}

/// What a program numbers. The numbers of two programs mean the same only after [`Terms::rename`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Space {
    /// A local of the step, flow or function.
    Local,
    /// A variable of the bot.
    Var,
    /// A step of the bot.
    Step,
    /// A flow of the bot.
    Flow,
    /// A bot of the project.
    Bot,
    /// A function of the project.
    Function,
}

/// A fixed value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Lit {
    None,
    Bool(bool),
    Int(i64),
    Number(Decimal),
    Text(Arc<str>),
    Date(i32),
    Time(u16),
    DateTime(i64),
    Duration(i64),
    File(Arc<str>),
    Json(Arc<str>),
    Symbol(SymbolKind, Arc<str>),
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Row {
    head: Head,
    args: Box<[TermId]>,
}

/// All terms of two programs.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    rows: Vec<Arc<Row>>,
    known: FxHashMap<Arc<Row>, TermId>,
    /// Whether something that a program numbers stands in the term.
    numbered: Vec<bool>,
}

/// What the numbers of one program are in the other: nothing where they stay.
pub(crate) type Renaming<'r> = dyn FnMut(Space, u32) -> Option<u32> + 'r;

impl Terms {
    /// The term of this head with these arguments.
    pub(crate) fn make(&mut self, head: Head, args: Vec<TermId>) -> TermId {
        let row = Row { head, args: args.into_boxed_slice() };
        if let Some(id) = self.known.get(&row) {
            return *id;
        }
        let numbered = matches!(row.head, Head::Of(..)) || row.args.iter().any(|arg| self.is_numbered(*arg));
        let row = Arc::new(row);
        let id = TermId(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        self.rows.push(Arc::clone(&row));
        self.numbered.push(numbered);
        self.known.insert(row, id);
        id
    }

    /// A term without arguments.
    pub(crate) fn leaf(&mut self, head: Head) -> TermId {
        self.make(head, Vec::new())
    }

    /// A word with arguments.
    pub(crate) fn word(&mut self, word: &'static str, args: Vec<TermId>) -> TermId {
        self.make(Head::Word(word), args)
    }

    /// A fixed value.
    pub(crate) fn lit(&mut self, lit: Lit) -> TermId {
        self.leaf(Head::Lit(lit))
    }

    /// Something that a program numbers.
    pub(crate) fn of(&mut self, space: Space, number: u32) -> TermId {
        self.leaf(Head::Of(space, number))
    }

    /// What a term begins with.
    ///
    /// # Panics
    /// Never for a term of this table.
    #[allow(clippy::indexing_slicing)] // Terms are made by `make` only.
    pub(crate) fn head(&self, id: TermId) -> &Head {
        &self.rows[id.0 as usize].head
    }

    /// The arguments of a term.
    ///
    /// # Panics
    /// Never for a term of this table.
    #[allow(clippy::indexing_slicing)]
    pub(crate) fn args(&self, id: TermId) -> &[TermId] {
        &self.rows[id.0 as usize].args
    }

    /// The fixed value that a term is.
    pub(crate) fn as_lit(&self, id: TermId) -> Option<&Lit> {
        if let Head::Lit(lit) = self.head(id) { Some(lit) } else { None }
    }

    /// The number of a term that is one of this space.
    pub(crate) fn as_of(&self, space: Space, id: TermId) -> Option<u32> {
        if let Head::Of(of, number) = self.head(id)
            && *of == space
        {
            return Some(*number);
        }
        None
    }

    /// Whether something that a program numbers stands in the term.
    pub(crate) fn is_numbered(&self, id: TermId) -> bool {
        self.numbered.get(id.0 as usize).copied().unwrap_or(false)
    }

    /// The arguments of a term that begins with this word.
    pub(crate) fn as_word(&self, word: &str, id: TermId) -> Option<&[TermId]> {
        if let Head::Word(found) = self.head(id)
            && *found == word
        {
            return Some(self.args(id));
        }
        None
    }

    /// The term with other numbers. `memo` keeps what was found for one renaming.
    pub(crate) fn rename(
        &mut self,
        id: TermId,
        memo: &mut FxHashMap<TermId, TermId>,
        renaming: &mut Renaming<'_>,
    ) -> TermId {
        if !self.is_numbered(id) {
            return id;
        }
        if let Some(known) = memo.get(&id) {
            return *known;
        }
        let args: Vec<TermId> = self.args(id).to_vec();
        let args = args.into_iter().map(|arg| self.rename(arg, memo, renaming)).collect();
        let head = match self.head(id).clone() {
            Head::Of(space, number) => Head::Of(space, renaming(space, number).unwrap_or(number)),
            other @ (Head::Lit(_)
            | Head::Word(_)
            | Head::Name(_)
            | Head::Field(_)
            | Head::Builtin(_)
            | Head::Matches(_)
            | Head::Record(..)
            | Head::Get(_)) => other,
        };
        let renamed = self.make(head, args);
        memo.insert(id, renamed);
        renamed
    }

    /// Calls `f` once with the head of each term inside, this one included. `seen` keeps which were visited.
    pub(crate) fn visit(&self, id: TermId, seen: &mut FxHashSet<TermId>, f: &mut dyn FnMut(&Head)) {
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                f(self.head(id));
                open.extend(self.args(id));
            }
        }
    }

    /// Whether evaluating it can stop a turn, as far as can be told from its operators.
    pub(crate) fn may_trap(&self, id: TermId) -> bool {
        const SAFE: &[&str] =
            &["not", "and", "or", "??", "is set", "concat", "list", "==", "!=", "<", "<=", "in"];
        let mut traps = false;
        self.visit(id, &mut FxHashSet::default(), &mut |head| {
            traps |= match head {
                Head::Lit(_) | Head::Field(_) | Head::Record(..) | Head::Get(_) => false,
                Head::Word(word) => !SAFE.contains(word),
                Head::Of(space, _) => *space == Space::Function,
                Head::Name(_) | Head::Builtin(_) | Head::Matches(_) => true,
            };
        });
        traps
    }
}
