//! The graph as a list of edges, and that nothing here needs a stack or more than linear time.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A fixture that does not compile is a failure.

use super::durations::{FOREVER, NEVER, plus};
use super::graph::{EdgeKind, Graph, NodeId, NodeKind, RoutineKind};
use super::longest::Longest;
use super::time::Times;
use crate::diagnostic::Code;
use crate::ir::{self, Block, Expr, ExprKind, FieldId, On, Stmt, StmtKind};
use crate::source::{FileId, Place};
use crate::types::Ty;
use rustc_hash::FxHashMap;
use sbot_grammar::ast::Span;
use sbot_vm::value::Value;
use std::io;
use std::time::{Duration, Instant};

struct OneFile<'s>(&'s str);

impl crate::Files for OneFile<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        if self.exists(path) { Ok(self.0.as_bytes().to_vec()) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn exists(&self, path: &str) -> bool {
        path == "main.sbot"
    }
}

fn checked(source: &str) -> crate::Checked {
    crate::check_files("main.sbot", &OneFile(source)).unwrap()
}

/// `greet Send -next-> greet Wait`, a line for each edge.
fn listing(graph: &Graph<'_>) -> String {
    let node = |id: NodeId| {
        let node = graph.node(id).unwrap();
        let name = graph.routine_of(id).unwrap().name;
        let kind = match node.kind {
            NodeKind::Start(_) => return "start".to_owned(),
            NodeKind::Entry => "entry",
            NodeKind::Leave => "leave",
            NodeKind::Send(_) => "send",
            NodeKind::Wait(_) => "wait",
            NodeKind::Validate(_) => "validate",
            NodeKind::Draw(_) => "draw",
            NodeKind::Effect(_) => "effect",
            NodeKind::Branch(_) => "branch",
            NodeKind::Loop { .. } => "loop",
            NodeKind::Call(..) => "call",
            NodeKind::Run(..) => "run",
            NodeKind::HandOver(_) => "hand over",
            NodeKind::Goto(_) => "goto",
            NodeKind::End if graph.bots.iter().any(|bot| bot.end == id) => return "end".to_owned(),
            NodeKind::End => "end",
            NodeKind::Return => "return",
            NodeKind::Plain => "plain",
        };
        format!("{name}.{kind}")
    };
    let lines = graph.edges.iter().map(|edge| {
        let kind = match edge.kind {
            EdgeKind::Next => "next",
            EdgeKind::Then => "then",
            EdgeKind::Else => "else",
            EdgeKind::Exit(exit) => match exit.on {
                On::Option { .. } => "option",
                On::Timeout(_) => "timeout",
                On::Other
                | On::Message
                | On::Failed
                | On::Delivered
                | On::Chosen
                | On::Hours(_)
                | On::VideoOpened
                | On::VideoClosed
                | On::Answer(_)
                | On::Result
                | On::Drawn(_) => "exit",
            },
            EdgeKind::Valid => "valid",
            EdgeKind::Invalid => "invalid",
            EdgeKind::Goto => "goto",
            EdgeKind::Call => "call",
            EdgeKind::Run => "run",
            EdgeKind::HandOver => "hand over",
            EdgeKind::Back => "back",
            EdgeKind::Failed => "failed",
        };
        format!("{} -{kind}-> {}", node(edge.from), node(edge.to))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_statement_is_a_node_and_every_way_an_edge() {
    let source = r#"
bot demo on failed -> rescue
trigger message
step greet:
  message "x" buttons [ "a" -> greet, "b" { add_note("x") } ] on timeout 1h
  ask()
  if client.text is set -> bot demo
step rescue: -> end
flow ask() { while true { pause 1h break } return }
"#;
    let checked = checked(source);
    let project = checked.project.unwrap();
    let graph = Graph::of(&project);
    let want = "\
start -next-> greet.entry
greet.entry -next-> greet.send
greet.send -next-> greet.wait
greet.send -failed-> rescue.entry
greet.call -call-> ask.entry
greet.call -back-> greet.branch
greet.branch -then-> greet.hand over
greet.branch -else-> greet.leave
greet.wait -option-> greet.goto
greet.wait -option-> greet.effect
greet.wait -timeout-> greet.call
greet.goto -goto-> greet.entry
greet.effect -next-> greet.call
greet.effect -failed-> rescue.entry
greet.hand over -hand over-> start
greet.hand over -back-> end
rescue.entry -next-> rescue.end
ask.entry -next-> ask.loop
ask.loop -then-> ask.wait
ask.wait -timeout-> ask.plain
ask.plain -next-> ask.return";
    assert_eq!(listing(&graph), want);
    for (n, edge) in (0u32..).zip(&graph.edges) {
        assert!(graph.incoming(edge.to).any(|(id, _)| id.0 == n));
        assert!(graph.outgoing(edge.from).any(|(id, _)| id.0 == n));
    }
    for routine in &graph.routines {
        assert!(routine.nodes.contains(&routine.entry.0) && routine.nodes.contains(&routine.exit.0));
    }
}

fn place() -> Place {
    Place { file: FileId(0), span: Span::default() }
}

fn project(body: Block) -> ir::Project {
    let step = ir::Step {
        name: "s".into(),
        params: 0,
        locals: Vec::new(),
        body,
        place: place(),
        library: false,
        doc: None,
    };
    let bot = ir::Bot {
        name: "b".into(),
        params: 0,
        vars: Vec::new(),
        steps: vec![step],
        flows: Vec::new(),
        result: None,
        first: ir::StepId(0),
        on_failed: None,
        triggers: Vec::new(),
        upgrades: Vec::new(),
        place: place(),
        doc: None,
    };
    ir::Project { bots: vec![bot], ..ir::Project::default() }
}

#[test]
fn a_long_chain_of_branches_needs_no_stack() {
    let ask = || Expr { ty: Ty::Bool, place: place(), kind: ExprKind::Const(Value::Bool(false)) };
    let stmt = |kind| Stmt { place: place(), kind };
    let set = || stmt(StmtKind::Set { field: FieldId(0), value: None, convert: false });
    let mut chain: Block = vec![stmt(StmtKind::End)];
    for _ in 0..20_000 {
        let condition = ask();
        chain = vec![stmt(StmtKind::If { condition, then: vec![set()], otherwise: chain }), set()];
    }
    assert!(super::falls_through(&chain));
    let project = project(chain);
    let mut found = Vec::new();
    super::check(&project, &mut found);
    let codes: Vec<Code> = found.iter().map(|found| found.code).collect();
    assert_eq!(codes, [Code::W0604]);
    // Dropping a tree that deep needs more stack than a test has.
    std::mem::forget(project);
}

/// Far more than any machine needs; a quadratic step would take hours.
#[test]
fn ten_thousand_steps_take_linear_time() {
    let head =
        "bot big on failed -> s0\nchannel wa: whatsapp \"W\"\nchannel tg: telegram \"T\"\ntrigger message\n";
    let flow = "flow ask(time: duration) { message \"x\" on message { return } on timeout time }\n";
    let steps = |step: &dyn Fn(usize, usize) -> String| {
        let all = (0..10_000usize).map(|n| step(n, (n + 1) % 10_000)).collect::<String>();
        format!("{head}{flow}{all}")
    };
    let sources = [
        // One circle of everything, without a wait.
        steps(&|n, next| format!("step s{n}: message \"x\" -> s{next}\n")),
        // Many circles.
        steps(&|n, next| {
            format!(
                "step s{n}: if client.text is set -> s{next} if lead.id > {n} -> s{} -> s{}\n",
                n * 7 % 9999,
                n / 2
            )
        }),
        // Times that add up, through calls with different times, and lists that one channel does not carry.
        steps(&|n, next| {
            format!(
                "step s{n}: ask({n}s) pause 1m list \"q\" button \"b\" section \"s\" [ \"a\" -> s{next} ] \
                 on other -> s{next} on timeout 1h -> s{next}\n"
            )
        }),
        // Branches by channel that lead on.
        steps(&|n, next| {
            format!("step s{n}: pause 1h if client.channel == wa {{ message \"x\" }} -> s{next}\n")
        }),
    ];
    for source in sources {
        let start = Instant::now();
        let found = checked(&source).diagnostics.len();
        assert!(found > 0);
        assert!(start.elapsed() < Duration::from_secs(60), "it took {:?}", start.elapsed());
    }
}

/// The longest times once more, by trying all ways with their calls on a stack, until nothing gets longer or it is
/// plain that it goes on for ever.
fn longest_by_trying(graph: &Graph<'_>) -> Vec<i64> {
    const ENDLESS: i64 = 5000 * 3600;
    let times = Times::of(graph);
    let mut longest = vec![NEVER; graph.nodes.len()];
    let mut known: FxHashMap<(NodeId, Vec<NodeId>), i64> = FxHashMap::default();
    let mut open = vec![(graph.bots[0].start, Vec::new(), 0)];
    while let Some((id, stack, time)) = open.pop() {
        let time = if time > ENDLESS { FOREVER } else { time };
        let before = known.entry((id, stack.clone())).or_insert(NEVER);
        if time <= *before {
            continue;
        }
        *before = time;
        longest[id.0 as usize] = time.max(longest[id.0 as usize]);
        let flow = matches!(graph.routine_of(id).unwrap().kind, RoutineKind::Flow(..));
        if flow && matches!(graph.node(id).unwrap().kind, NodeKind::Return | NodeKind::Leave) {
            let (back, outer) = stack.split_last().unwrap();
            open.push((*back, outer.to_vec(), time));
        }
        for ((_, edge), passes) in graph.outgoing(id).zip(times.passes(graph, id)) {
            let mut stack = stack.clone();
            match edge.kind {
                EdgeKind::Back => continue,
                EdgeKind::Goto | EdgeKind::Failed => stack.clear(),
                EdgeKind::Call => {
                    let back = graph.outgoing(id).find(|(_, edge)| matches!(edge.kind, EdgeKind::Back));
                    stack.push(back.unwrap().1.to);
                }
                EdgeKind::Next
                | EdgeKind::Then
                | EdgeKind::Else
                | EdgeKind::Exit(_)
                | EdgeKind::Valid
                | EdgeKind::Invalid
                | EdgeKind::Run
                | EdgeKind::HandOver => {}
            }
            open.push((edge.to, stack, plus(time, passes.adds).max(passes.since)));
        }
    }
    longest
}

/// Statements of a step or of the flow of this number, which calls only later ones.
fn statements(random: &mut impl FnMut(u32) -> u32, flow: Option<u32>) -> String {
    let mut out = String::new();
    for _ in 0..=random(2) {
        let (hours, step) = (random(9) + 1, random(4));
        out += &match random(8) {
            0 => format!("pause {hours}h "),
            1 => format!("message \"x\" on message on timeout {hours}h "),
            2 => format!("message \"x\" on message -> s{step} on timeout {hours}h "),
            3 => format!("pause on message on timeout {hours}h -> s{step} "),
            4 => format!("if client.text is set -> s{step} "),
            5 => "message \"x\" ".to_owned(),
            6 => format!("send_webhook(\"https://a.b\") on ok on timeout {hours}h "),
            _ => match flow.map_or(0, |flow| flow + 1) + random(2) {
                callee @ 0..3 => format!("f{callee}() "),
                _ => format!("if client.text is set {{ pause {hours}h }} "),
            },
        };
    }
    if flow.is_some() && random(3) == 0 {
        out += "if client.text is set { return } message \"x\" on message { return } on timeout 1h ";
    }
    out
}

#[test]
fn the_longest_time_is_that_of_the_longest_of_all_ways() {
    let mut seed = 1u32;
    let mut random = |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % below
    };
    let (mut compared, mut endless) = (0, 0);
    for _ in 0..200 {
        let mut source = "bot b on failed -> s0\nchannel wa: whatsapp \"W\"\ntrigger message\n".to_owned();
        for n in 0..4 {
            let end = match random(3) {
                0 => "-> end".to_owned(),
                _ => format!("-> s{}", random(4)),
            };
            source += &format!("step s{n}: {} {end}\n", statements(&mut random, None));
        }
        for n in 0..3 {
            source += &format!("flow f{n}() {{ {} }}\n", statements(&mut random, Some(n)));
        }
        let parsed = crate::project::parse(&["main.sbot".to_owned()], &OneFile(&source)).unwrap();
        let Some(project) = crate::check::check(parsed, &OneFile(&source)).project else { continue };
        let graph = Graph::of(&project);
        let found = Longest::of(&graph, &[(graph.bots[0].start, 0, None)], |_| false);
        let tried = longest_by_trying(&graph);
        for (id, node) in graph.all() {
            let want = tried[id.0 as usize];
            assert_eq!(found.time.get(id), want, "{} {:?}\n{source}", id.0, node.kind);
            compared += 1;
            endless += usize::from(want == FOREVER);
        }
    }
    assert!(compared > 1000 && endless > 50, "{compared} nodes, {endless} without an end");
}
