//! What can be wrong with the text of a file. Kinds and places only: the wording is the compiler's.

use crate::ast::Span;
use smol_str::SmolStr;
use std::fmt;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The bytes that are wrong; empty at the end of the file or where something is missing.
    pub span: Span,
    /// What is wrong.
    pub kind: SyntaxErrorKind,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// E0101. The first character of a run of characters that no token begins with.
    UnknownCharacter(char),
    /// E0101. A sign of another language.
    Foreign {
        /// What is written instead; empty where the sign is left out.
        instead: &'static str,
    },
    /// E0101. A text in quotes that are not `"`. The span is the whole text, quotes included.
    OtherQuotes {
        /// The closing quote; nothing where the text goes on to the end of the line.
        close: Option<Span>,
    },
    /// E0101. A comment that begins like one of another language. The span is what it begins with.
    OtherComment {
        /// Where it ends, after `*/` if it is there.
        end: u32,
    },
    /// E0102. No closing quote; on the same line unless `block`.
    UnterminatedText {
        /// `"""` or `r#"`, which may go over several lines.
        block: bool,
    },
    /// E0102. A `{` in a text without its `}`.
    UnterminatedHole,
    /// E0103. A backslash with something after it that is no escape.
    BadEscape,
    /// E0103. Also a number of more than 28 significant digits.
    BadNumber,
    /// E0103. Also a duration whose seconds do not fit into 64 bits.
    BadDuration,
    /// E0103. Also a day that does not exist.
    BadDate,
    /// E0103. Also a time that does not exist.
    BadTime,
    /// E0110. A token that does not belong where it stands.
    Unexpected {
        /// What stands there.
        found: Found,
        /// What could stand there, the likeliest first; never empty.
        expected: Vec<Expected>,
        /// What was being read.
        context: Option<Context>,
        /// The mistake that was most likely made.
        hint: Option<Hint>,
    },
    /// E0110. Nested or chained too deep: over 64 brackets, braces and holes, or a tree deeper than 256.
    TooDeep,
    /// After 100 errors nothing more is read.
    TooManyErrors,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The end of the file, or of the item where the next one begins.
    End,
    /// The source text of the token, cut to 40 characters.
    Token(SmolStr),
}

/// The mistake that was most likely made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// A comma before the token makes it right.
    MissingComma,
    /// An arrow before the token makes it right: `on timeout 2h followup`.
    MissingArrow {
        /// Whether the file has a step of that name, or it is the word `end`.
        known: bool,
    },
    /// `other -> again` where `on other -> again` was meant. The span is the name.
    MissingOn,
    /// `2 hours` where `2h` was meant. The span is both.
    UnitApart {
        /// The unit as it is written.
        unit: char,
    },
    /// `{{name}}` in a text, where `{name}` was meant. The span is the inner opening brace.
    DoubleBraces {
        /// The inner closing brace.
        close: Span,
    },
    /// A colon before the token makes it right: `step greet message "Hi"`.
    MissingColon,
    /// A reserved word where a name is needed.
    ReservedWord(SmolStr),
    /// `=` where `==` is needed.
    EqualsForComparison,
    /// `is` before a value, where `==` is needed, or `is not` for `!=`.
    IsForComparison {
        /// What is written instead.
        instead: &'static str,
    },
    /// `=` after the name of an argument, where `:` is needed.
    EqualsForColon,
    /// A word of another language.
    Foreign {
        /// What is written instead; empty where the word is left out.
        instead: &'static str,
    },
    /// A text between plain quotes where a raw one is needed.
    RawText,
    /// A name where a statement should begin, with nothing after it that would make one of it.
    /// The span is the name.
    NoStatement,
    /// `step name { … }`: the statements stand after a colon, without braces. The span is the opening one.
    Braces {
        /// The closing brace.
        close: Span,
        /// Whether the colon is there.
        colon: bool,
    },
    /// `var tries = 0`: the type is missing before the token.
    MissingType {
        /// The type of the value, where its first token tells.
        of_value: Option<&'static str>,
    },
    /// `greet:` where `step greet:` was meant. The span is the name.
    MissingStep,
    /// Another word makes it right. The span of the error is the word as written.
    DidYouMean(&'static str),
    /// A bracket that is never closed.
    UnclosedBracket {
        /// The bracket.
        open: Span,
    },
    /// A bracket that closes nothing.
    UnopenedBracket,
    /// The token is one too many: without it the rest is right.
    Superfluous,
}

/// What could stand somewhere, in the words of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Expected {
    Item,
    Statement,
    TestStatement,
    Exit,
    Clause,
    Expression,
    Pattern,
    Trigger,
    Text,
    RawText,
    Number,
    Duration,
    Date,
    Time,
    StepName,
    Name,
    Type,
    Arrow,
    Block,
    /// The parenthesis that opens arguments or parameters.
    Arguments,
    Operator,
    Colon,
    Comma,
    Equals,
    DotDot,
    Bar,
    OpeningBracket,
    ClosingBrace,
    ClosingBracket,
    ClosingParen,
    /// The end of the item: the next item, or the end of the file.
    End,
    /// One word of the language.
    Word(&'static str),
}

impl Expected {
    /// The words for it. A word or sign of the language stands without quotes of its own.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Expected::Item => "an item such as `step`",
            Expected::Statement => "a statement",
            Expected::TestStatement => "a test statement such as `client` or `expect`",
            Expected::Exit => "an exit `on …`",
            Expected::Clause => "a clause such as `buttons`",
            Expected::Expression => "a value",
            Expected::Pattern => "a pattern such as `contains phone`",
            Expected::Trigger => "a trigger such as `message`",
            Expected::Text => "a text in quotes",
            Expected::RawText => "a raw text `r\"…\"`",
            Expected::Number => "a number",
            Expected::Duration => "a duration such as `2h`",
            Expected::Date => "a date such as `2026-11-22`",
            Expected::Time => "a time such as `09:30`",
            Expected::StepName => "the name of a step",
            Expected::Name => "a name",
            Expected::Type => "a type",
            Expected::Arrow => "`->`",
            Expected::Block => "`{`",
            Expected::Arguments => "`(`",
            Expected::Operator => "an operator such as `==`",
            Expected::Colon => "`:`",
            Expected::Comma => "`,`",
            Expected::Equals => "`=`",
            Expected::DotDot => "`..`",
            Expected::Bar => "`|`",
            Expected::OpeningBracket => "`[`",
            Expected::ClosingBrace => "`}`",
            Expected::ClosingBracket => "`]`",
            Expected::ClosingParen => "`)`",
            Expected::End => "nothing more",
            Expected::Word(word) => word,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Expected::Word(word) = self { write!(f, "`{word}`") } else { f.write_str(self.words()) }
    }
}

/// What was being read when something unexpected came. The innermost thing that says something to the author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Context {
    /// An item, by its word: `step`.
    Item(&'static str),
    /// A statement, by its word: `message`.
    Statement(&'static str),
    /// Between the brackets of `buttons`.
    Buttons,
    /// Between the brackets of a `section`.
    Options,
    /// Between the brackets of `rotate`.
    Rotate,
    /// Between the braces of a `when`.
    Arms,
    /// From `on` to its body.
    Exit,
    /// Between the parentheses of a call.
    Arguments,
    /// Between the parentheses of a declaration.
    Parameters,
    /// Between `{` and `}` in a text.
    Hole,
    /// Between `[` and `]` in an expression or type.
    List,
    /// Between `{` and `}` in an expression or type.
    Record,
    /// Between `(` and `)` in an expression or type.
    Parens,
}
