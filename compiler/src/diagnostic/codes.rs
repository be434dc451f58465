//! The list of diagnostic codes: code, severity, one line. Pages, help texts and tests are derived from it.

/// Whether a finding stops the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It does.
    Error,
    /// It does not, unless denied.
    Warning,
}

macro_rules! codes {
    ($( $code:ident $severity:ident $title:literal )*) => {
        /// A diagnostic code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $( #[doc = $title] $code, )*
        }

        /// Every code, in order.
        pub const ALL: &[Code] = &[ $( Code::$code ),* ];

        impl Code {
            /// `E0203`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $( Code::$code => stringify!($code), )* }
            }

            /// Whether it stops the build.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $( Code::$code => Severity::$severity, )* }
            }

            /// What it is about, in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $( Code::$code => $title, )* }
            }

            /// The page that explains it, in Markdown.
            #[must_use]
            pub fn page(self) -> &'static str {
                match self { $( Code::$code => include_str!(concat!("explain/", stringify!($code), ".md")), )* }
            }
        }
    };
}

codes! {
    E0101 Error "unknown character"
    E0102 Error "unterminated text"
    E0103 Error "bad escape, number, duration, date or time"
    E0110 Error "unexpected token"
    E0201 Error "unknown step"
    E0202 Error "unknown name"
    E0203 Error "unknown field"
    E0204 Error "defined twice"
    E0205 Error "file not found"
    E0206 Error "files use each other in a circle"
    E0207 Error "a bot with no step"
    E0208 Error "account setting missing"
    E0301 Error "wrong type"
    E0302 Error "wrong arguments"
    E0303 Error "value not among a choice"
    E0304 Error "stage not in the pipeline"
    E0305 Error "possibly absent value"
    E0306 Error "effect or wait where none is allowed"
    E0307 Error "cannot be assigned"
    E0308 Error "waiting call inside an expression"
    E0309 Error "missing result"
    E0401 Error "too many buttons"
    E0402 Error "list without options, or with too many"
    E0403 Error "rotate with too few or too many options"
    E0404 Error "timer out of bounds"
    E0405 Error "empty code"
    E0406 Error "empty message"
    E0407 Error "bad regular expression"
    E0408 Error "bad address, number, zone or file kind"
    E0409 Error "two options with the same text"
    E0410 Error "clauses that exclude each other"
    E0501 Error "no channel can carry it"
    E0502 Error "exit not offered"
    E0503 Error "required exit missing"
    E0601 Error "a circle without a wait"
    E0602 Error "retry of what must not be repeated"
    E0701 Error "runs of an older program would be lost"
    E0702 Error "unknown wait"
    E0703 Error "not in the older program"
    E0801 Error "translations that cannot be read"
    E0802 Error "translation that does not fit its text"
    E0803 Error "text without a translation"
    W0601 Warning "step never reached"
    W0602 Warning "statement never reached"
    W0603 Warning "exit never taken"
    W0604 Warning "the bot ends here without saying so"
    W0605 Warning "arrow on a later line than its exit"
    W0701 Warning "a wait for the client without a time-out"
    W0702 Warning "absent value in a text"
    W0703 Warning "more buttons than WhatsApp shows at once"
    W0704 Warning "text longer than a channel shows"
    W0705 Warning "message over 24 hours after the client's last one"
    W0706 Warning "buttons without an answer to anything else"
    W0707 Warning "sent to everybody on several channels"
    W0708 Warning "webhook that is not encrypted"
    W0709 Warning "never used"
    W0710 Warning "validation that swallows a second message"
    W0711 Warning "second wait of its kind without a name"
    W0712 Warning "some channels cannot carry it"
    W0713 Warning "answer to a comment where there may be none"
    W0801 Warning "text that cannot be translated"
}

impl Code {
    /// The code of this name, in any case.
    #[must_use]
    pub fn find(name: &str) -> Option<Code> {
        ALL.iter().copied().find(|code| code.name().eq_ignore_ascii_case(name))
    }
}
