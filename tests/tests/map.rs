//! Laws of maps, over the fixtures of `fixtures/map` and `fixtures/run` and all examples:
//!
//! - Mermaid and DOT of a fixture of `fixtures/map` are the text beside it;
//! - SVG and HTML are well-formed, with a card for each step and an arrow for each line that leads somewhere;
//! - no two cards overlap; the same project gives the same bytes;
//! - no text of a bot becomes anything but text, and nothing names an address outside of the file.
//!
//! `UPDATE_PAGES=1 cargo test -p sbot-tests --test map` draws the picture of the README anew.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A fixture that cannot be read is a failure.

mod support;

use sbotc::chart::{self, CardKind, Chart, GroupKind, LineKind, Then, To};
use sbotc::ir::{self, StmtKind};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use support::{Memory, entries, fixtures};

/// The chart of a file, or of all files of a folder; none if it has errors on purpose.
fn read(path: &Path) -> Option<(ir::Project, Chart)> {
    let root = if path.is_dir() { path } else { path.parent().unwrap() };
    let mut memory = Memory::default();
    let name = |file: &Path| file.file_name().unwrap().to_str().unwrap().to_owned();
    for file in entries(root).iter().filter(|file| file.is_file()) {
        memory.0.insert(name(file), fs::read(file).unwrap());
    }
    let mut wanted: Vec<String> =
        if path.is_dir() { memory.0.keys().cloned().collect() } else { vec![name(path)] };
    wanted.retain(|file| file.ends_with(".sbot"));
    chart_of(&wanted, &memory)
}

fn chart_of(wanted: &[String], memory: &Memory) -> Option<(ir::Project, Chart)> {
    let parsed = sbotc::project::parse(wanted, memory).unwrap();
    let checked = sbotc::check::check(parsed, memory);
    let project = checked.project?;
    let chart = chart::read(&project, &checked.sources, None);
    Some((project, chart))
}

/// The chart of one file.
fn chart_of_text(source: &str) -> Chart {
    let mut memory = Memory::default();
    memory.0.insert("main.sbot".to_owned(), source.as_bytes().to_vec());
    chart_of(&["main.sbot".to_owned()], &memory).unwrap().1
}

/// Every project that there is a map of, by name.
fn corpus() -> Vec<(String, ir::Project, Chart)> {
    let mut paths = entries(&fixtures("map"));
    paths.retain(|path| path.is_dir());
    paths.extend(
        entries(&fixtures("run")).into_iter().filter(|path| path.to_str().unwrap().ends_with(".sbot")),
    );
    paths.extend(entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")));
    let name = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let all: Vec<_> = paths
        .iter()
        .filter_map(|path| read(path).map(|(project, chart)| (name(path), project, chart)))
        .collect();
    assert!(all.len() > 20, "only {} projects", all.len());
    all
}

/// An element of XML.
#[derive(Debug)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    /// All text inside.
    text: String,
}

/// The elements of a text that has to be well-formed, each after those inside of it.
fn elements(xml: &str) -> Vec<Element> {
    let mut done = Vec::new();
    let mut open: Vec<Element> = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        let text = unescaped(&rest[..at]);
        open.iter_mut().for_each(|element| element.text.push_str(&text));
        let end = rest[at..].find('>').map(|end| at + end).unwrap();
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let element = open.pop().unwrap();
            assert_eq!(element.name, name, "closed in the wrong order");
            done.push(element);
            continue;
        }
        let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let name: String = tag.chars().take_while(|c| !c.is_whitespace()).collect();
        let mut element = Element { text: String::new(), attributes: BTreeMap::new(), name };
        let mut left = tag[element.name.len()..].trim_start();
        while !left.is_empty() {
            let (key, value) = left.split_once("=\"").unwrap();
            let (value, after) = value.split_once('"').unwrap();
            assert!(key.chars().all(|c| c.is_ascii_alphanumeric() || "-:".contains(c)), "{key}");
            assert!(
                element.attributes.insert(key.to_owned(), unescaped(value)).is_none(),
                "{key} stands twice"
            );
            left = after.trim_start();
        }
        if empty {
            done.push(element);
        } else {
            open.push(element);
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "not closed: {:?}", open.last());
    done
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let (entity, after) = rest[at + 1..].split_once(';').unwrap();
        let known = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("#39", '\'')];
        out.push(known.iter().find(|(name, _)| *name == entity).unwrap().1);
        rest = after;
    }
    let bad = |c: char| c == '<' || (c.is_control() && c != '\n') || c == '\u{FFFE}' || c == '\u{FFFF}';
    assert!(!text.contains(bad), "{text:?}");
    out + rest
}

/// The picture inside of a page.
fn picture(html: &str) -> &str {
    let start = html.find("<svg id=\"map\"").unwrap();
    let end = html.find("</svg>").unwrap();
    &html[start..end + 6]
}

fn class<'e>(elements: &'e [Element], class: &str) -> Vec<&'e Element> {
    let has = |element: &&Element| {
        element.attributes.get("class").is_some_and(|all| all.split(' ').any(|one| one == class))
    };
    elements.iter().filter(has).collect()
}

#[test]
fn mermaid_and_dot_are_the_texts_beside_them() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../fixtures/map");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for path in entries(&fixtures("map")).iter().filter(|path| path.is_dir()) {
            let name = path.file_name().unwrap().to_str().unwrap();
            let (_, chart) = read(path).unwrap();
            insta::assert_snapshot!(format!("{name}.mmd"), chart::mermaid(&chart));
            insta::assert_snapshot!(format!("{name}.dot"), chart::dot(&chart));
        }
    });
}

#[test]
fn the_picture_in_the_readme_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut memory = Memory::default();
    for file in entries(&root.join("examples/pizzeria")).iter().filter(|file| file.is_file()) {
        let name = format!("examples/pizzeria/{}", file.file_name().unwrap().to_str().unwrap());
        memory.0.insert(name, fs::read(file).unwrap());
    }
    let sources = ["account.sbot", "welcome.sbot"].map(|file| format!("examples/pizzeria/{file}"));
    let picture = chart::svg(&chart_of(&sources, &memory).unwrap().1);
    let path = root.join("docs/pizzeria.map.svg");
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(&path, &picture).unwrap();
    }
    let fresh = fs::read_to_string(&path).is_ok_and(|written| written == picture);
    assert!(fresh, "docs/pizzeria.map.svg is not the map of examples/pizzeria; see the top of this test");
}

#[test]
fn every_step_and_every_exit_is_there() {
    for (name, _, chart) in corpus() {
        let svg = chart::svg(&chart);
        let html = chart::html(&chart, None);
        for picture in [svg.as_str(), picture(&html)] {
            let all = elements(picture);
            let cards = class(&all, "card");
            assert_eq!(cards.len(), chart.cards.len(), "{name}");
            for (n, card) in chart.cards.iter().enumerate() {
                let drawn = cards.iter().find(|drawn| drawn.attributes["id"] == format!("c{n}")).unwrap();
                // A long name is cut, but never to nothing.
                let shown: String = card.name.chars().take(12).collect();
                assert!(drawn.text.contains(&shown), "{name}: {shown}");
                assert_eq!(
                    drawn.attributes["class"].contains("unreached"),
                    !card.reached,
                    "{name}: {}",
                    card.name
                );
                assert_eq!(drawn.attributes["class"].contains("first"), card.start, "{name}: {}", card.name);
            }
            let arrows: BTreeSet<(String, String, String)> = class(&all, "edge")
                .iter()
                .map(|edge| {
                    let get = |key| edge.attributes.get(key).cloned().unwrap_or_default();
                    (get("data-from"), get("data-line"), get("data-to"))
                })
                .collect();
            let wanted = chart.edges.iter().map(|edge| {
                let to = if let To::Card(to) = edge.to { to.to_string() } else { String::new() };
                (edge.from.to_string(), edge.line.to_string(), to)
            });
            assert_eq!(arrows, wanted.collect(), "{name}");
        }
    }
}

/// Whatever leads away from somewhere in the program leads away from a line of the map, and the other way round.
#[test]
fn no_way_is_lost() {
    let mut ways = 0;
    for (name, project, chart) in corpus() {
        let mut wanted = 0;
        // The group of each bot is followed by those of the flows it uses.
        let bots: Vec<usize> =
            (0..chart.groups.len()).filter(|at| chart.groups[*at].kind == GroupKind::Bot).collect();
        for (n, bot) in project.bots.iter().enumerate() {
            let groups = bots[n]..bots.get(n + 1).copied().unwrap_or(chart.groups.len());
            let steps = bot.steps.iter().map(|step| (&step.name, &step.body));
            let flows = bot.flows.iter().map(|flow| (&flow.name, &flow.body));
            for (routine, body) in steps.chain(flows) {
                // What a library has and nobody uses is not shown.
                if !chart.cards.iter().any(|card| groups.contains(&card.group) && card.name == **routine) {
                    continue;
                }
                wanted += usize::from(sbotc::flow::falls_through(body));
                ir::each_stmt(body, &mut |stmt| wanted += usize::from(leads_away(&stmt.kind)));
            }
        }
        let away = |card: &chart::Card| {
            let lines = card.lines.iter().filter(|line| matches!(line.then, Then::Edge(_) | Then::End));
            if card.kind == CardKind::Bot { 0 } else { lines.count() }
        };
        assert_eq!(chart.cards.iter().map(away).sum::<usize>(), wanted, "{name}");
        ways += wanted;
    }
    assert!(ways > 300, "only {ways} ways");
}

fn leads_away(kind: &StmtKind) -> bool {
    matches!(
        kind,
        StmtKind::Goto { .. }
            | StmtKind::End
            | StmtKind::Return(_)
            | StmtKind::Enter(_)
            | StmtKind::HandOver { .. }
    )
}

#[test]
fn cards_do_not_overlap() {
    for (name, _, chart) in corpus() {
        let all = elements(&chart::svg(&chart));
        let number = |text: &str| text.parse::<f64>().unwrap();
        let sheets: Vec<(f64, f64)> = class(&all, "paper")
            .iter()
            .map(|paper| (number(&paper.attributes["width"]), number(&paper.attributes["height"])))
            .collect();
        let corners: Vec<(f64, f64)> = class(&all, "card")
            .iter()
            .map(|card| {
                let inner =
                    card.attributes["transform"].trim_start_matches("translate(").trim_end_matches(')');
                let (x, y) = inner.split_once(' ').unwrap();
                (number(x), number(y))
            })
            .collect();
        assert_eq!(sheets.len(), corners.len());
        for (n, ((x, y), (w, h))) in corners.iter().zip(&sheets).enumerate() {
            for ((left, top), (wide, high)) in corners.iter().zip(&sheets).take(n) {
                let apart = x + w <= *left || left + wide <= *x || y + h <= *top || top + high <= *y;
                assert!(apart, "{name}: card {n} at {x} {y} overlaps one at {left} {top}");
            }
        }
    }
}

#[test]
fn the_same_project_gives_the_same_bytes() {
    for path in [fixtures("map").join("everything"), fixtures("map").join("unsafe")] {
        let (one, other) = (read(&path).unwrap().1, read(&path).unwrap().1);
        assert_eq!(chart::svg(&one), chart::svg(&other));
        assert_eq!(chart::html(&one, None), chart::html(&other, None));
        assert_eq!(chart::mermaid(&one), chart::mermaid(&other));
        assert_eq!(chart::dot(&one), chart::dot(&other));
    }
}

#[test]
fn texts_stay_texts() {
    let (_, chart) = read(&fixtures("map").join("unsafe")).unwrap();
    let (svg, html) = (chart::svg(&chart), chart::html(&chart, None));
    let said = "</text></svg><script>alert('1')</script>";
    // Texts are broken into lines, so what is looked for stands on the first one.
    assert!(elements(&svg).iter().any(|element| element.text.starts_with(&said[..16])));
    assert_eq!(html.matches("<script").count(), 1);
    assert_eq!(html.matches("</script").count(), 1);
    let page: Vec<Element> = elements(picture(&html));
    for element in elements(&svg).iter().chain(&page) {
        let names = ["svg", "style", "g", "path", "rect", "circle", "text", "tspan", "title"];
        assert!(names.contains(&element.name.as_str()), "{}", element.name);
        assert!(
            element.attributes.keys().all(|key| !key.starts_with("on") && !key.contains("href")),
            "{element:?}"
        );
    }
    for text in [&svg, &html, &chart::mermaid(&chart), &chart::dot(&chart)] {
        assert!(!text.contains(['\u{0}', '\u{202E}', '\u{FFFF}']));
    }
    let mermaid = chart::mermaid(&chart);
    assert!(!mermaid.contains("<script") && !mermaid.contains("<img") && !mermaid.contains("`"));
    for line in mermaid.lines() {
        assert!(matches!(line.matches('"').count(), 0 | 2), "{line}");
    }
    for line in chart::dot(&chart).lines() {
        let quotes = line.replace("\\\\", "").replace("\\\"", "").matches('"').count();
        assert!(quotes % 2 == 0, "{line}");
    }
    assert!(svg.contains("direction=\"rtl\""));
}

#[test]
fn nothing_is_loaded_from_outside() {
    for (name, _, chart) in corpus() {
        let svg = chart::svg(&chart).replacen("http://www.w3.org/2000/svg", "", 1);
        for element in elements(&svg) {
            for (key, value) in &element.attributes {
                let loads =
                    ["href", "src", "style", "xlink:href"].contains(&key.as_str()) || value.contains("url(");
                assert!(!loads, "{name}: {key}={value}");
            }
            assert!(element.name != "style" || !element.text.contains("url("), "{name}");
        }
        let html = chart::html(&chart, None);
        assert!(html.contains("default-src 'none'"));
        // What stands around the picture, which may say anything.
        let page = html.replace(picture(&html), "");
        for way in ["<link", "<img", "<iframe", "src=", "@import", "url(", "http"] {
            let page = page.replace("http-equiv", "");
            assert!(!page.contains(way), "{name}: {way}");
        }
    }
}

#[test]
fn a_place_in_the_source_has_an_address_where_one_is_wanted() {
    let (_, chart) = read(&fixtures("map").join("everything")).unwrap();
    let html = chart::html(&chart, Some(&|at| format!("https://git.example/{}#L{}", at.file, at.line)));
    assert!(html.contains("data-link=\"https://git.example/main.sbot#L"), "no address");
    assert!(html.contains("data-at=\"main.sbot:"), "no place");
}

/// What the page itself may take, and what each card may take on average.
const PAGE: usize = 24_000;
const CARD: usize = 4_500;

#[test]
fn pages_stay_small() {
    for (name, _, chart) in corpus() {
        let (svg, html) = (chart::svg(&chart).len(), chart::html(&chart, None).len());
        assert!(svg <= 8_000 + CARD * chart.cards.len(), "{name}: the picture has {svg} bytes");
        assert!(html <= PAGE + CARD * chart.cards.len(), "{name}: the page has {html} bytes");
    }
}

/// A bot with so many steps, as people write them: on with the next, sometimes further, sometimes back, to a few steps
/// that end everything.
fn generated(steps: usize) -> String {
    let mut source = String::from(
        "/// Made for a test.\nbot big on failed -> person\n\naccount { zone \"Europe/Madrid\", region \"ES\" }\n\
         user anna \"Anna\"\n\ntrigger manual\n\n",
    );
    let mut chance = 12_345_u64;
    let mut below = |n: usize| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) as usize % n
    };
    let last = steps - 3;
    for step in 0..last {
        let on = |far: usize| if step + far < last { format!("s{}", step + far) } else { "late".to_owned() };
        let back = format!("s{}", step.saturating_sub(1 + below(6)));
        let text = match below(4) {
            0 => format!(
                "  message \"What about this? There is a lot to choose from.\" buttons [\"Yes\" | \"sure\" -> {}, \
                 \"No\" -> {}]\n    on other -> {back}\n    on timeout 2h -> late\n",
                on(1),
                on(2 + below(4))
            ),
            1 => format!(
                "  validate contains phone as n retry 2 saying \"That is none.\"\n    on valid {{ set contact.phone = n \
                 -> {} }}\n    on invalid -> person\n    on timeout 1d -> late\n",
                on(1)
            ),
            2 => format!(
                "  if lead.sale is set -> {}\n  add_note(\"Here\", on: lead)\n  -> {}\n",
                on(3),
                on(1)
            ),
            _ => format!("  message \"A moment …\"\n  pause 10m\n  -> {}\n", on(1)),
        };
        write!(source, "step s{step}:\n{text}\n").unwrap();
    }
    source
        + "step late: message \"Bye!\" -> end\nstep person: send_internal(\"Help\", to: [anna]) -> end\n\
              step lost: message \"?\" -> end\n"
}

#[test]
fn two_hundred_steps_are_drawn_soon_and_small() {
    let chart = chart_of_text(&generated(200));
    assert_eq!(chart.cards.iter().filter(|card| card.kind == CardKind::Step).count(), 200);
    let start = Instant::now();
    let svg = chart::svg(&chart);
    let html = chart::html(&chart, None);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    assert!(html.len() < PAGE + 200 * CARD, "{}", html.len());
    let all = elements(&svg);
    assert_eq!(class(&all, "card").len(), 201);
    assert_eq!(class(&all, "unreached").len(), 1);
    // Folded into rows: nobody looks at a picture that is forty times as wide as it is high.
    let root = all.last().unwrap();
    let (width, height) = (&root.attributes["width"], &root.attributes["height"]);
    let (width, height): (f64, f64) = (width.parse().unwrap(), height.parse().unwrap());
    assert!(width < 3.0 * height && height < 3.0 * width, "{width} x {height}");
}

#[test]
fn texts_of_a_megabyte_are_cut() {
    let long = "long ".repeat(200_000);
    let chart = chart_of_text(&format!(
        "bot b\n\ntrigger manual\n\n/// {long}\nstep s: message \"{long}\" buttons [\"{long}\" -> end]\n"
    ));
    let html = chart::html(&chart, None);
    assert!(html.len() < PAGE + 2 * CARD, "{}", html.len());
    assert!(chart::mermaid(&chart).len() < 10_000 && chart::dot(&chart).len() < 10_000);
    let lines = chart.cards.iter().flat_map(|card| &card.lines);
    assert!(lines.filter(|line| line.kind == LineKind::Message).all(|line| line.text.ends_with('…')));
}

/// Each branch of a chain hangs on the one before; the picture must not.
#[test]
fn a_thousand_arms_are_a_thousand_lines() {
    let arms: String = (0..1000).map(|n| format!("    \"{n}\" -> end,\n")).collect();
    let source = format!("bot b\n\ntrigger manual\n\nstep s:\n  when client.text ?? \"\" {{\n{arms}  }}\n");
    // Checking goes as deep as the chain is long, and has the stack for it.
    let deep = std::thread::Builder::new().stack_size(256 << 20);
    let chart = deep.spawn(move || chart_of_text(&source)).unwrap().join().unwrap();
    let lines = &chart.cards.last().unwrap().lines;
    let arms = lines.iter().filter(|line| line.kind == LineKind::Condition && line.then == Then::End);
    assert_eq!(arms.count(), 1000);
    assert!(lines.iter().all(|line| line.depth == 0));
}
