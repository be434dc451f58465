//! The instruction table: the one place that knows an instruction's number, name, operands and meaning.
//!
//! The VM is a register machine: every function has a frame of registers, and an instruction names the registers
//! it reads and writes where a stack machine would push and pop. Everything else about instructions is derived from
//! the table below: the enum, encoding, decoding, the verifier's operand checks, the disassembler, and
//! `docs/instructions.md`. Numbers are written in the table and never change; new instructions take new numbers.
//!
//! To add one: add its row with the next free number, then follow the compiler to the loop in `step.rs`.

use serde::{Deserialize, Serialize};

/// A register of the current frame.
pub type Reg = u16;
/// An index of an instruction of the program.
pub type Target = u32;

/// What the operands of an instruction mean: drives encoding, verification, disassembly and docs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A register that is read.
    Read,
    /// A register that is written.
    Write,
    /// A register that is read and written.
    Update,
    /// The first of `n` registers that are read, where `n` is the following [`Role::Count`] operand.
    Args,
    /// How many registers the preceding [`Role::Args`] operand covers.
    Count,
    /// An instruction to go to, in the same function.
    Target,
    /// An index into `Program::consts`.
    Const,
    /// An index into `Program::functions`; the callee takes exactly the counted arguments.
    Function,
    /// The number of a row of [`crate::builtin::BUILTINS`].
    Builtin,
    /// An index into `Program::fields`.
    Field,
    /// An index into `Program::actions`; the action takes exactly the counted arguments.
    Action,
    /// An index into `Program::messages`.
    Message,
    /// An index into `Program::waits`.
    Wait,
    /// An index into `Program::shapes`.
    Shape,
    /// An index into `Program::regexes`.
    Regex,
    /// A register of the bot's own frame, wherever the call stack stands.
    Var,
    /// An index into `Program::calls`; what is called takes exactly the counted arguments.
    Call,
    /// An index into `Program::bots`; the bot takes exactly the counted arguments.
    Bot,
    /// An index into `Program::counters`.
    Counter,
    /// An instruction of the bot's own function.
    BotTarget,
    /// The first register of the bot's own frame that receives the counted arguments.
    BotReg,
    /// A small number written in the instruction.
    Small,
}

/// An operand as the encoder, verifier and disassembler see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operand {
    /// The name in the table.
    pub name: &'static str,
    /// What it is.
    pub role: Role,
    /// Its value, sign-extended.
    pub value: i64,
}

/// A row of the table, for the documentation.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// The number in the encoding.
    pub number: u8,
    /// The name, in lower case with underscores.
    pub name: &'static str,
    /// Names and roles of the operands, in the order of the encoding.
    pub operands: &'static [(&'static str, Role)],
    /// What it does.
    pub doc: &'static str,
}

macro_rules! ops {
    ($( $number:literal $variant:ident $name:literal { $( $field:ident : $ty:ty = $role:ident ),* $(,)? } $doc:literal )*) => {
        /// One instruction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[allow(missing_docs)]
        pub enum Op {
            $( #[doc = $doc] $variant { $( $field: $ty ),* }, )*
        }

        /// The rows of the table, in order of number.
        pub const TABLE: &[Info] = &[
            $( Info { number: $number, name: $name, operands: &[ $( (stringify!($field), Role::$role) ),* ], doc: $doc }, )*
        ];

        impl Op {
            /// The number in the encoding.
            #[must_use]
            pub fn number(&self) -> u8 {
                match self { $( Op::$variant { .. } => $number, )* }
            }

            /// The name in listings.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $( Op::$variant { .. } => $name, )* }
            }

            /// Calls `f` with every operand, in the order of the encoding.
            pub fn operands(&self, mut f: impl FnMut(Operand)) {
                match *self {
                    $( Op::$variant { $( $field ),* } => {
                        $( f(Operand { name: stringify!($field), role: Role::$role, value: i64::from($field) }); )*
                        let _ = &mut f;
                    } )*
                }
            }

            /// Builds an instruction from its number, taking the operands from `next` in the order of the encoding.
            /// `None` if the number is unknown, an operand is missing, or one does not fit.
            pub fn build(number: u8, mut next: impl FnMut() -> Option<i64>) -> Option<Op> {
                match number {
                    $( $number => Some(Op::$variant { $( $field: <$ty>::try_from(next()?).ok()? ),* }), )*
                    _ => { let _ = &mut next; None }
                }
            }
        }
    };
}

ops! {
    // Moving values
     1 Const      "const"       { dst: Reg = Write, value: u32 = Const } "dst = a constant of the program"
     2 Int        "int"         { dst: Reg = Write, value: i32 = Small } "dst = an int written in the instruction"
     3 Bool       "bool"        { dst: Reg = Write, value: u8 = Small } "dst = true (1) or false (0)"
     4 None       "none"        { dst: Reg = Write } "dst = absent"
     5 Move       "move"        { dst: Reg = Write, src: Reg = Read } "dst = src"
    // Control
     6 Jump       "jump"        { to: Target = Target } "go on at `to`"
     7 JumpIf     "jump_if"     { cond: Reg = Read, to: Target = Target } "go on at `to` if cond is true; anything but a bool is a trap"
     8 JumpUnless "jump_unless" { cond: Reg = Read, to: Target = Target } "go on at `to` if cond is false"
     9 JumpNone   "jump_none"   { src: Reg = Read, to: Target = Target } "go on at `to` if src is absent"
    10 JumpSet    "jump_set"    { src: Reg = Read, to: Target = Target } "go on at `to` if src is present"
    11 Call       "call"        { dst: Reg = Write, function: u32 = Function, args: Reg = Args, count: u8 = Count } "call a `fn`: its frame begins with copies of the arguments; its result goes to dst"
    12 Return     "return"      { src: Reg = Read } "leave the function with the result src; in a bot's own function: end the bot"
    13 End        "end"         { } "end the bot, from inside a flow too, without a result: the bot that ran it goes on, or the run is over"
    14 Builtin    "builtin"     { dst: Reg = Write, function: u16 = Builtin, args: Reg = Args, count: u8 = Count } "dst = a built-in function of the arguments"
    15 Enter      "enter"       { dst: Reg = Write, call: u32 = Call, args: Reg = Args, count: u8 = Count } "call a flow or run a bot, either of which may wait: its frame begins with copies of the arguments; its result goes to dst, absent if it ends without one"
    16 Leave      "leave"       { to: Target = BotTarget, param: Reg = BotReg, args: Reg = Args, count: u8 = Count } "from inside a flow: drop all flows of the bot, copy the arguments to the bot's registers from `param` on, and go on at `to`"
    17 HandOver   "hand_over"   { bot: u32 = Bot, args: Reg = Args, count: u8 = Count } "that bot takes the place of the running one and its flows, for good"
    // Arithmetic. Operands of another kind are a trap; so are overflow and division by zero.
    20 AddInt     "add_int"     { dst: Reg = Write, a: Reg = Read, b: Reg = Read } "dst = a + b on ints"
    21 SubInt     "sub_int"     { dst: Reg = Write, a: Reg = Read, b: Reg = Read } "dst = a - b on ints"
    22 MulInt     "mul_int"     { dst: Reg = Write, a: Reg = Read, b: Reg = Read } "dst = a * b on ints"
    23 AddImm     "add_imm"     { dst: Reg = Write, a: Reg = Read, value: i32 = Small } "dst = a + value on ints"
    24 Add        "add"         { dst: Reg = Write, a: Reg = Read, b: Reg = Read } "dst = a + b: number (either side may be int), duration, date/datetime + duration, text + text"
    25 Sub        "sub"         { dst: Reg = Write, a: Reg = Read, b: Reg = Read } "dst = a - b: number, duration, date/datetime - duration, date - date and datetime - datetime (a duration)"
    26 Mul        "mul"         { dst: Reg = Write, a: Reg = Read, b: Reg = Read } "dst = a * b: number, duration * int"
    27 Div        "div"         { dst: Reg = Write, a: Reg = Read, b: Reg = Read } "dst = a / b as a number, rounded half to even at 28 digits"
    28 Rem        "rem"         { dst: Reg = Write, a: Reg = Read, b: Reg = Read } "dst = a % b, with the sign of a: int or number"
    29 Neg        "neg"         { dst: Reg = Write, a: Reg = Read } "dst = -a: int, number, duration"
    30 Not        "not"         { dst: Reg = Write, a: Reg = Read } "dst = not a"
    // Comparison. An absent side makes every one of them false.
    40 Eq         "eq"          { dst: Reg = Write, a: Reg = Read, b: Reg = Read } "dst = a == b, int and number compared by value, text exactly"
    41 Ne         "ne"          { dst: Reg = Write, a: Reg = Read, b: Reg = Read } "dst = a != b; false if a side is absent"
    42 Lt         "lt"          { dst: Reg = Write, a: Reg = Read, b: Reg = Read } "dst = a < b: int, number, text, date, time, datetime, duration"
    43 Le         "le"          { dst: Reg = Write, a: Reg = Read, b: Reg = Read } "dst = a <= b"
    44 In         "in"          { dst: Reg = Write, a: Reg = Read, list: Reg = Read } "dst = list holds a value equal to a"
    45 IsSet      "is_set"      { dst: Reg = Write, a: Reg = Read } "dst = a is present"
    46 JumpLtInt  "jump_lt_int" { a: Reg = Read, b: Reg = Read, to: Target = Target } "go on at `to` if a < b on ints"
    47 JumpLeInt  "jump_le_int" { a: Reg = Read, b: Reg = Read, to: Target = Target } "go on at `to` if a <= b on ints"
    48 JumpEqInt  "jump_eq_int" { a: Reg = Read, b: Reg = Read, to: Target = Target } "go on at `to` if a == b on ints"
    72 JumpNeInt  "jump_ne_int" { a: Reg = Read, b: Reg = Read, to: Target = Target } "go on at `to` if a != b on ints"
    // Comparisons with an int that stands in the instruction.
    73 JumpLtImm  "jump_lt_imm" { a: Reg = Read, value: i32 = Small, to: Target = Target } "go on at `to` if a < value on ints"
    74 JumpGtImm  "jump_gt_imm" { a: Reg = Read, value: i32 = Small, to: Target = Target } "go on at `to` if a > value on ints"
    75 JumpEqImm  "jump_eq_imm" { a: Reg = Read, value: i32 = Small, to: Target = Target } "go on at `to` if a == value on ints"
    76 JumpNeImm  "jump_ne_imm" { a: Reg = Read, value: i32 = Small, to: Target = Target } "go on at `to` if a != value on ints"
    // The end of a round: something is counted, and the next round begins.
    77 AddJumpLt  "add_jump_lt" { a: Reg = Update, value: i16 = Small, b: Reg = Read, to: Target = Target } "a = a + value on ints, then go on at `to` if a < b; anything but ints is a trap"
    78 AddJumpLe  "add_jump_le" { a: Reg = Update, value: i16 = Small, b: Reg = Read, to: Target = Target } "a = a + value on ints, then go on at `to` if a <= b; anything but ints is a trap"
    // Building values
    50 Concat     "concat"      { dst: Reg = Write, args: Reg = Args, count: u8 = Count } "dst = the arguments as texts, one after the other; an absent one adds nothing"
    51 List       "list"        { dst: Reg = Write, args: Reg = Args, count: u8 = Count } "dst = a list of the arguments"
    52 Record     "record"      { dst: Reg = Write, shape: u32 = Shape, args: Reg = Args, count: u8 = Count } "dst = a record of that shape"
    53 RecordGet  "record_get"  { dst: Reg = Write, src: Reg = Read, index: u16 = Small } "dst = a field of a record"
    54 Index      "index"       { dst: Reg = Write, src: Reg = Read, at: Reg = Read } "dst = list[at]; outside of the list is a trap"
    // The world
    60 GetField   "get_field"   { dst: Reg = Write, field: u32 = Field } "dst = a CRM or client field as the turn sees it"
    61 SetField   "set_field"   { field: u32 = Field, src: Reg = Read, convert: u8 = Small } "set a field: emits the effect and is seen by later reads. convert = 1: src is text for a field of another kind; unconvertible or absent leaves the field and emits `not_set`"
    62 ClearField "clear_field" { field: u32 = Field } "set a field to absent"
    63 Act        "act"         { action: u32 = Action, args: Reg = Args, count: u8 = Count } "emit the effect of an action"
    64 Message    "message"     { message: u32 = Message, text: Reg = Read } "emit a message effect; what is fixed about it stands in the message table"
    67 LoadVar    "load_var"    { dst: Reg = Write, var: Reg = Var } "dst = a variable of the bot, from inside a `fn` or a flow"
    68 Matches    "matches"     { dst: Reg = Write, src: Reg = Read, regex: u32 = Regex } "dst = the regular expression finds something in the text; false if absent"
    69 StoreVar   "store_var"   { var: Reg = Var, src: Reg = Read } "a variable of the bot = src, from inside a flow"
    70 Draw       "draw"        { counter: u32 = Counter } "emit the effect that asks for a draw from a counter; the wait right after it takes the answer"
    71 Mark       "mark"        { mark: u32 = Small } "note that this place was reached; only in programs that are built to be explored"
    65 Wait       "wait"        { wait: u32 = Wait } "park the run until an event that the wait takes"
}

impl Op {
    /// Whether the instruction after this one is never reached from it.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            Op::Jump { .. }
                | Op::Return { .. }
                | Op::End { .. }
                | Op::Wait { .. }
                | Op::Leave { .. }
                | Op::HandOver { .. }
        )
    }
}
