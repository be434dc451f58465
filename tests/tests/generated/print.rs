//! Trees as source.

use crate::tree::*;
use std::fmt::Write;

/// The files of a project by name.
pub(crate) fn files(project: &Project) -> Vec<(String, String)> {
    let mut files = vec![("lib.sbot".to_owned(), library(project))];
    for (n, bot) in project.bots.iter().enumerate() {
        files.push((format!("bot{n}.sbot"), file(project, n, bot)));
    }
    files
}

fn library(project: &Project) -> String {
    let mut out = "channel shop: whatsapp \"Shop\"\nentity lead { count: int }\n\n".to_owned();
    vars(&mut out, &project.vars);
    for flow in &project.flows {
        print_flow(&mut out, flow);
    }
    out.push_str(MIX);
    out
}

/// Loops that compute without a wait.
const MIX: &str = "fn mix(x: int, y: int = 2) -> int {
  let t = x
  while t > 10 { t -= 7 }
  for q in [1, 2] { if q == 2 and t < 0 { continue } t += q * y }
  return t % 89
}
";

fn file(project: &Project, n: usize, bot: &Bot) -> String {
    let mut out = format!("bot bot{n}{}", params(&bot.params, true));
    out.push_str(if n == 0 { "\n\n" } else { " -> text\n\n" });
    out.push_str("use \"lib.sbot\"\n");
    for other in n + 1..project.bots.len() {
        let _ = writeln!(out, "use \"bot{other}.sbot\"");
    }
    out.push_str(if n == 0 { "\ntrigger message\n\n" } else { "\n" });
    vars(&mut out, &bot.vars);
    for (at, step) in bot.steps.iter().enumerate() {
        let _ = writeln!(out, "step s{at}{}:", params(&step.params, true));
        block(&mut out, &step.body, 1);
        out.push('\n');
    }
    for flow in &bot.flows {
        print_flow(&mut out, flow);
    }
    out
}

fn vars(out: &mut String, vars: &[Var]) {
    for var in vars {
        let _ = writeln!(out, "var {}: {} = {}", var.name, ty(var.ty), expr(&var.init));
    }
}

fn print_flow(out: &mut String, flow: &Flow) {
    let result = flow.result.map(|result| format!(" -> {}", ty(result))).unwrap_or_default();
    let _ = writeln!(out, "flow {}{}{result} {{", flow.name, params(&flow.params, false));
    block(out, &flow.body, 1);
    out.push_str("}\n\n");
}

fn ty(ty: Ty) -> &'static str {
    match ty {
        Ty::Int => "int",
        Ty::Number => "number",
        Ty::Text => "text",
        Ty::List => "[text]",
        Ty::Maybe => "int?",
    }
}

fn params(params: &[Param], may_be_left_out: bool) -> String {
    if params.is_empty() && may_be_left_out {
        return String::new();
    }
    let one = |param: &Param| {
        let default = param.default.as_ref().map(|default| format!(" = {}", expr(default)));
        format!("{}: {}{}", param.name, ty(param.ty), default.unwrap_or_default())
    };
    format!("({})", params.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn block(out: &mut String, stmts: &Block, depth: usize) {
    for (n, stmt) in stmts.iter().enumerate() {
        let _ = write!(out, "{}", "  ".repeat(depth));
        let from = out.len();
        print_stmt(out, stmt, depth);
        // An arrow would belong to an exit without a body.
        let arrow = matches!(stmts.get(n + 1), Some(Stmt::Goto(..) | Stmt::HandOver(..) | Stmt::End));
        if arrow && out[from..].contains("\n") && !out.ends_with(['}', ']']) {
            out.push_str(" { }");
        }
        out.push('\n');
    }
}

fn braces(out: &mut String, stmts: &Block, depth: usize) {
    out.push_str("{\n");
    block(out, stmts, depth + 1);
    let _ = write!(out, "{}}}", "  ".repeat(depth));
}

/// An exit with its body, on a line of its own.
fn exit(out: &mut String, event: &str, body: Option<&Block>, depth: usize) {
    let _ = write!(out, "\n{}on {event}", "  ".repeat(depth + 1));
    if let Some(body) = body {
        out.push(' ');
        braces(out, body, depth + 1);
    }
}

fn timeout(out: &mut String, timer: &Timer, depth: usize) {
    if let Some((minutes, body)) = timer {
        let minutes = match minutes {
            Minutes::Fixed(minutes) => format!("{minutes}m"),
            Minutes::Counted(list) => format!("5m * (len({}) + 1)", expr(list)),
        };
        exit(out, &format!("timeout {minutes}"), body.as_ref(), depth);
    }
}

fn args(args: &[Expr]) -> String {
    args.iter().map(expr).collect::<Vec<_>>().join(", ")
}

fn into(into: &Into) -> String {
    match into {
        Into::Nothing => String::new(),
        Into::Let(name) => format!("let {name} = "),
        Into::Assigned(name) => format!("{name} = "),
    }
}

#[allow(clippy::too_many_lines)]
fn print_stmt(out: &mut String, stmt: &Stmt, depth: usize) {
    let _ = match stmt {
        Stmt::Say(text) => write!(out, "message {}", expr(text)),
        Stmt::SayDelivered(text) => write!(out, "message {} on failed {{ message \"failed\" }}", expr(text)),
        Stmt::Ask { text, bind, body, timer, .. } => {
            let _ = write!(out, "message {}", expr(text));
            let bind = bind.as_ref().map(|bind| format!(" as {bind}")).unwrap_or_default();
            exit(out, &format!("message{bind}"), body.as_ref(), depth);
            timeout(out, timer, depth);
            Ok(())
        }
        Stmt::Buttons { text, buttons, other, timer } => {
            let _ = write!(out, "message {} buttons [", expr(text));
            for button in buttons {
                let _ = write!(out, "{}", expr(&button.label));
                button.synonyms.iter().for_each(|text| out.push_str(&format!(" | \"{text}\"")));
                if let Some(body) = &button.body {
                    out.push(' ');
                    braces(out, body, depth + 1);
                }
                out.push_str(", ");
            }
            out.push(']');
            if let Some((bind, body)) = other {
                let bind = bind.as_ref().map(|bind| format!(" as {bind}")).unwrap_or_default();
                exit(out, &format!("other{bind}"), Some(body), depth);
            }
            timeout(out, timer, depth);
            Ok(())
        }
        Stmt::ButtonsFrom { text, list, bind, body, other, timer } => {
            let _ = write!(out, "message {} buttons from {} as {bind} ", expr(text), expr(list));
            braces(out, body, depth);
            if let Some((bind, body)) = other {
                exit(out, &format!("other as {bind}"), Some(body), depth);
            }
            timeout(out, timer, depth);
            Ok(())
        }
        Stmt::Validate { bind, retry, valid, invalid, timer, .. } => {
            let _ = write!(out, "validate contains number as {bind}");
            if let Some((count, saying)) = retry {
                let _ = write!(out, " retry {count} saying {}", expr(saying));
            }
            exit(out, "valid", valid.as_ref(), depth);
            exit(out, "invalid", invalid.as_ref(), depth);
            timeout(out, timer, depth);
            Ok(())
        }
        Stmt::Pause(minutes) => write!(out, "pause {minutes}m"),
        Stmt::Rotate(_, options) => {
            out.push_str("rotate [");
            for option in options {
                braces(out, option, depth);
                out.push_str(", ");
            }
            write!(out, "]")
        }
        Stmt::Let(name, value) => write!(out, "let {name} = {}", expr(value)),
        Stmt::Assign(name, value) => write!(out, "{name} = {}", expr(value)),
        Stmt::If(condition, then, otherwise) => {
            let _ = write!(out, "if {} ", cond(condition));
            braces(out, then, depth);
            if let Some(otherwise) = otherwise {
                out.push_str(" else ");
                braces(out, otherwise, depth);
            }
            Ok(())
        }
        Stmt::When(subject, arms, otherwise) => {
            let _ = write!(out, "when {} {{", expr(subject));
            for (text, body) in arms {
                let _ = write!(out, "\n{}\"{text}\" ", "  ".repeat(depth + 1));
                braces(out, body, depth + 1);
                out.push(',');
            }
            if let Some(body) = otherwise {
                let _ = write!(out, "\n{}else ", "  ".repeat(depth + 1));
                braces(out, body, depth + 1);
            }
            write!(out, "\n{}}}", "  ".repeat(depth))
        }
        Stmt::For(name, list, body) => {
            let _ = write!(out, "for {name} in {} ", expr(list));
            braces(out, body, depth);
            Ok(())
        }
        Stmt::While(name, from, body) => {
            let inside = "  ".repeat(depth);
            let _ = writeln!(out, "let {name} = {}", expr(from));
            let _ = writeln!(out, "{inside}while {name} > 0 {{\n{inside}  {name} -= 1");
            block(out, body, depth + 1);
            write!(out, "{inside}}}")
        }
        Stmt::Break => write!(out, "break"),
        Stmt::Continue => write!(out, "continue"),
        Stmt::Code(body) => {
            out.push_str("code ");
            braces(out, body, depth);
            Ok(())
        }
        Stmt::SetCount(value) => write!(out, "set lead.count = {}", expr(value)),
        Stmt::Call { into: to, flow, args: given } => write!(out, "{}{flow}({})", into(to), args(given)),
        Stmt::Run { into: to, bot, args: given } => write!(out, "{}run bot{bot}({})", into(to), args(given)),
        Stmt::Webhook { bind, body, timer, .. } => {
            out.push_str("send_webhook(\"https://shop.example\")");
            exit(out, &format!("ok({bind})"), body.as_ref(), depth);
            timeout(out, timer, depth);
            Ok(())
        }
        Stmt::Create { name, timer } => {
            let _ = write!(out, "let {name} = create_lead()");
            if let Some((minutes, body)) = timer {
                exit(out, &format!("timeout {minutes}m"), Some(body), depth);
            }
            Ok(())
        }
        Stmt::Return(Some(value)) => write!(out, "return {}", expr(value)),
        Stmt::Return(None) => write!(out, "return"),
        Stmt::Goto(step, given) => write!(out, "-> s{step}({})", args(given)),
        Stmt::HandOver(bot, given) => write!(out, "-> bot bot{bot}({})", args(given)),
        Stmt::End => write!(out, "-> end"),
    };
}

fn cond(of: &Cond) -> String {
    match of {
        Cond::Less(a, b) => format!("{} < {}", expr(a), expr(b)),
        Cond::Equal(a, b) => format!("{} == {}", expr(a), expr(b)),
        Cond::Set(a) => format!("{} is set", expr(a)),
        Cond::Not(a) => format!("not ({})", cond(a)),
        Cond::And(a, b) => format!("({}) and ({})", cond(a), cond(b)),
        Cond::Or(a, b) => format!("({}) or ({})", cond(a), cond(b)),
    }
}

pub(crate) fn expr(of: &Expr) -> String {
    match of {
        Expr::Int(value) if *value < 0 => format!("({value})"),
        Expr::Int(value) => value.to_string(),
        Expr::Text(text) => format!("\"{text}\""),
        Expr::None => "none".to_owned(),
        Expr::Var(name) => name.clone(),
        Expr::Joined(parts) => {
            let part = |part: &Expr| match part {
                Expr::Text(text) => text.clone(),
                other => format!("{{{}}}", expr(other)),
            };
            format!("\"{}\"", parts.iter().map(part).collect::<String>())
        }
        Expr::Add(a, b) => format!("({} + {})", expr(a), expr(b)),
        Expr::Sub(a, b) => format!("({} - {})", expr(a), expr(b)),
        Expr::Times(a, b) => format!("(({} * {}) % 97)", expr(a), expr(b)),
        Expr::Floor(a) => format!("floor({})", expr(a)),
        Expr::Or(a, value) => format!("({} ?? {value})", expr(a)),
        Expr::Length(a) => format!("len({})", expr(a)),
        Expr::Mix(a, None) => format!("mix({})", expr(a)),
        Expr::Mix(a, Some(b)) => format!("mix({}, y: {})", expr(a), expr(b)),
        Expr::Count => "lead.count".to_owned(),
        Expr::Said => "(client.text ?? \"-\")".to_owned(),
        Expr::List(items) => format!("[{}]", items.iter().map(expr).collect::<Vec<_>>().join(", ")),
        Expr::Append(a, b) => format!("({} + {})", expr(a), expr(b)),
    }
}
