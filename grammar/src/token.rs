//! The tokens. A token carries no value: what it stands for is read from its bytes when the tree is built,
//! so a token is one byte, and a bad literal is reported once, by the lexer.

#![allow(clippy::wildcard_enum_match_arm, reason = "a match names the few tokens it is about")]

use logos::Logos;

/// What kind of word a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// `and`, `contains`, `true`: part of an expression or an exit.
    Operator,
    /// `message`: begins a statement.
    Statement,
    /// `step`: begins an item.
    Item,
    /// `buttons`: goes on with a statement.
    Clause,
    /// `timeout`: a plain name outside its place.
    Soft,
}

/// A token with its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spanned {
    /// What it is.
    pub(crate) token: Token,
    /// First byte.
    pub(crate) start: u32,
    /// One past the last byte. Equal to `start` where the token was invented.
    pub(crate) end: u32,
}

macro_rules! tokens {
    ($($class:ident { $($variant:ident $text:literal)* })*) => {
        /// One token of the language.
        #[derive(Logos, Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[logos(skip r"[ \t\r\n\f\u{FEFF}]+")]
        #[allow(missing_docs)]
        pub(crate) enum Token {
            $($($variant,)*)*
            #[regex(r"[\p{XID_Start}_]\p{XID_Continue}*")]
            Name,
            /// Everything that begins with a digit; the lexer says which literal it is.
            #[regex(r"[0-9]\p{XID_Continue}*(\.[0-9]\p{XID_Continue}*)?")]
            #[regex(r"[0-9]+-[0-9]+-[0-9]\p{XID_Continue}*", priority = 20)]
            #[regex(r"[0-9]+(:[0-9]+)+\p{XID_Continue}*", priority = 20)]
            Number,
            Duration,
            Date,
            Time,
            /// `"`; the lexer goes on to the end of the text and makes it a `Text` or a sequence from
            /// `TextStart` to `TextEnd`.
            #[token("\"")]
            Quote,
            #[token("\"\"\"")]
            TripleQuote,
            #[regex("r#*\"")]
            RawQuote,
            Text,
            Raw,
            TextStart,
            Piece,
            HoleOpen,
            HoleClose,
            TextEnd,
            /// Stands for tokens that make no sense: `cut.rs` puts it where the grammar takes one.
            Broken,
            #[regex(r"//[^\n]*", allow_greedy = true)]
            Comment,
            /// A sign of another language; `foreign.rs` knows which.
            #[token("&&")]
            #[token("&")]
            #[token("||")]
            #[token("!")]
            #[token("===")]
            #[token("!==")]
            #[token("<>")]
            #[token("≠")]
            #[token("≤")]
            #[token("≥")]
            #[token("=>")]
            #[token("→")]
            #[token("–>")]
            #[token("—>")]
            #[token(";")]
            Sign,
            /// A quote that is not `"`.
            #[regex("['`‘’‚“”„«»]")]
            OtherQuote,
            /// The beginning of a comment of another language.
            #[token("#")]
            #[token("/*")]
            OtherComment,
            #[token("->")]
            Arrow,
            #[token("..")]
            DotDot,
            #[token("??")]
            Coalesce,
            #[token("?")]
            Question,
            #[token("==")]
            Equal,
            #[token("!=")]
            NotEqual,
            #[token("<=")]
            LessEqual,
            #[token(">=")]
            GreaterEqual,
            #[token("<")]
            Less,
            #[token(">")]
            Greater,
            #[token("+=")]
            AddAssign,
            #[token("-=")]
            SubAssign,
            #[token("=")]
            Assign,
            #[token("+")]
            Plus,
            #[token("-")]
            Minus,
            #[token("*")]
            Star,
            #[token("/")]
            Slash,
            #[token("%")]
            Percent,
            #[token("|")]
            Bar,
            #[token(",")]
            Comma,
            #[token(":")]
            Colon,
            #[token(".")]
            Dot,
            #[token("@")]
            At,
            #[token("(")]
            OpenParen,
            #[token(")")]
            CloseParen,
            #[token("[")]
            OpenBracket,
            #[token("]")]
            CloseBracket,
            #[token("{")]
            OpenBrace,
            #[token("}")]
            CloseBrace,
        }

        impl Token {
            /// The word a name is, if it is one of the language's.
            pub(crate) fn of_word(text: &str) -> Option<Token> {
                match text {
                    $($($text => Some(Token::$variant),)*)*
                    _ => None,
                }
            }

            /// How the word is written and what kind of word it is; nothing for any other token.
            pub(crate) fn word(self) -> Option<(&'static str, Class)> {
                match self {
                    $($(Token::$variant => Some(($text, Class::$class)),)*)*
                    _ => None,
                }
            }

            /// What kind of word it is; nothing for any other token. Asked for each token of a file, often twice.
            #[inline]
            pub(crate) fn class(self) -> Option<Class> {
                match self {
                    $($(Token::$variant => Some(Class::$class),)*)*
                    _ => None,
                }
            }
        }

        /// Every word of the language.
        const WORDS: &[(&str, Class, Token)] = &[$($(($text, Class::$class, Token::$variant),)*)*];
    };
}

tokens! {
    Operator {
        And "and" Or "or" Not "not" In "in" Is "is" Contains "contains" Matches "matches" As "as" On "on"
        True "true" False "false" None "none"
    }
    Statement {
        Message "message" List "list" Pause "pause" Validate "validate" If "if" Else "else" When "when"
        Rotate "rotate" Run "run" Set "set" Let "let" Code "code" Return "return" For "for" While "while"
        Break "break" Continue "continue"
    }
    Item {
        Bot "bot" Use "use" Trigger "trigger" Var "var" Step "step" Flow "flow" Fn "fn" Type "type"
        Account "account" Entity "entity" Pipeline "pipeline" User "user" Team "team" Channel "channel"
        Template "template" EmailTemplate "email_template" Form "form" Hours "hours" Action "action"
        Widget "widget" Test "test" Upgrade "upgrade"
    }
    Clause {
        Attach "attach" Voice "voice" To "to" Via "via" Buttons "buttons" Button "button" Link "link"
        From "from" Title "title" Footer "footer" Section "section" About "about" Retry "retry"
        Saying "saying" Called "called"
    }
    Soft {
        End "end" All "all" Main "main" Any "any" Primary "primary" Timeout "timeout" Video "video"
        Opened "opened" Closed "closed" Lead "lead" Created "created" Tag "tag" Added "added"
        Removed "removed" Field "field" Changed "changed" Every "every" At_ "at" Before "before"
        After "after" Silence "silence" Conversation "conversation" Sent "sent" Responsible "responsible"
        During "during" Once "once" Cooldown "cooldown" Comment_ "comment" Stage "stage" Manual "manual"
        Exits "exits" Subject "subject" Body "body" Fields "fields" Tags "tags" Except "except"
        Length "length" Given "given" Client "client" Presses "presses" Comments "comments" Sends "sends"
        Opens "opens" Closes "closes" Wait "wait" Answer "answer" Fail "fail" Failed "failed"
        Expect "expect" Next "next" Nothing "nothing" Restart "restart"
    }
}

const RESERVED_COUNT: usize = {
    let mut count = 0;
    let mut rest = WORDS;
    while let [(_, class, _), tail @ ..] = rest {
        if !matches!(class, Class::Soft) {
            count += 1;
        }
        rest = tail;
    }
    count
};

const fn reserved() -> [&'static str; RESERVED_COUNT] {
    let mut words = [""; RESERVED_COUNT];
    let mut rest = WORDS;
    let mut slots: &mut [&'static str] = &mut words;
    while let ([(text, class, _), tail @ ..], [slot, others @ ..]) = (rest, slots) {
        if matches!(class, Class::Soft) {
            break;
        }
        *slot = text;
        slots = others;
        rest = tail;
    }
    words
}

/// The reserved words, in the order of the language page.
pub const RESERVED: &[&str] = &reserved();

/// Every word of the language, reserved or not.
pub fn language_words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(text, _, _)| *text)
}

/// Every word of the language with its token.
pub(crate) fn words() -> impl Iterator<Item = (&'static str, Class, Token)> {
    WORDS.iter().copied()
}

impl Token {
    /// Whether it begins an item.
    pub(crate) fn is_item_word(self) -> bool {
        self.class() == Some(Class::Item)
    }

    /// Whether it begins a statement. `else` and `set` do not count where an expression may hold them.
    pub(crate) fn is_statement_word(self) -> bool {
        self.class() == Some(Class::Statement)
    }

    /// A name, or a word that is one outside its place.
    pub(crate) fn is_name(self) -> bool {
        self == Token::Name || self.class() == Some(Class::Soft)
    }

    /// A word of the language that can never be a name.
    pub(crate) fn is_reserved(self) -> bool {
        self.class().is_some_and(|class| class != Class::Soft)
    }

    /// Whether an operand can end with it.
    pub(crate) fn ends_operand(self) -> bool {
        self.is_name()
            || matches!(
                self,
                Token::Number
                    | Token::Duration
                    | Token::Date
                    | Token::Time
                    | Token::Text
                    | Token::Raw
                    | Token::TextEnd
                    | Token::True
                    | Token::False
                    | Token::None
                    | Token::Set
                    | Token::CloseParen
                    | Token::CloseBracket
                    | Token::CloseBrace
            )
    }

    /// The bracket that closes this one.
    pub(crate) fn closer(self) -> Option<Token> {
        match self {
            Token::OpenParen => Some(Token::CloseParen),
            Token::OpenBracket => Some(Token::CloseBracket),
            Token::OpenBrace => Some(Token::CloseBrace),
            Token::HoleOpen => Some(Token::HoleClose),
            _ => None,
        }
    }

    /// Whether it closes a bracket.
    pub(crate) fn is_closer(self) -> bool {
        matches!(self, Token::CloseParen | Token::CloseBracket | Token::CloseBrace | Token::HoleClose)
    }
}
