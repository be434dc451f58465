//! The page that describes the instructions, made from their table.

use crate::op::{Role, TABLE};
use std::fmt::Write;

/// All instructions as a Markdown table, in order of their numbers.
#[must_use]
pub fn instructions_page() -> String {
    let mut page = String::from(
        "# Instructions\n\n\
         Made from the table in `vm/src/op.rs`. An instruction is stored as its number, one byte, and then each operand \
         as a signed variable-length integer. Registers belong to the frame of the running function.\n\n\
         | number | name | operands | what it does |\n|---:|---|---|---|\n",
    );
    let mut rows: Vec<_> = TABLE.iter().collect();
    rows.sort_by_key(|row| row.number);
    for row in rows {
        let operands = row.operands.iter().map(|(name, role)| match role_name(*role) {
            "" => format!("`{name}`"),
            role => format!("`{name}` {role}"),
        });
        let doc = row.doc.replace('|', "\\|");
        let _ = writeln!(
            page,
            "| {} | `{}` | {} | {doc} |",
            row.number,
            row.name,
            operands.collect::<Vec<_>>().join(", ")
        );
    }
    page
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Read => "read",
        Role::Write => "written",
        Role::Update => "read and written",
        Role::Args => "first of the arguments",
        Role::Count => "of them",
        Role::Target => "instruction",
        Role::Const => "constant",
        Role::Function => "function",
        Role::Builtin => "built-in function",
        Role::Field => "field",
        Role::Action => "action",
        Role::Message => "message",
        Role::Wait => "wait",
        Role::Shape => "record shape",
        Role::Regex => "regular expression",
        Role::Var => "the bot's register",
        Role::Call => "call",
        Role::Bot => "bot",
        Role::Counter => "counter",
        Role::BotTarget => "instruction of the bot",
        Role::BotReg => "first of the bot's registers that receive",
        Role::Small => "",
    }
}
