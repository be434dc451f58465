//! Law: nothing that is given to `sbotc` makes it panic, hang, guess a value or steer the terminal; reports stay
//! readable whatever they quote.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test that cannot make its files has failed.

mod scratch;

use scratch::{Ran, Scratch};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

const HEAD: &str = "\
bot shop

account { zone \"Europe/Madrid\", region \"ES\" }
channel whats: whatsapp \"Shop\"

trigger message via whats

";

/// A bot of these items, in `shop.sbot`.
fn shop(name: &str, items: &str) -> Scratch {
    let scratch = Scratch::new(&format!("hostile-{name}"));
    scratch.write("shop.sbot", format!("{HEAD}{items}"));
    scratch
}

/// Runs it within a time that only something quadratic can take.
fn soon(run: impl FnOnce() -> Ran) -> Ran {
    let start = Instant::now();
    let ran = run();
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    ran
}

/// What the bot says to each line, each time from the beginning.
fn answers(scratch: &Scratch, lines: &[&str]) -> Vec<String> {
    let ran = soon(|| scratch.fed(&["run", "shop.sbot"], lines.join("\n") + "\n"));
    let said = ran.out.lines().filter_map(|line| {
        line.strip_prefix("bot> ").or_else(|| line.strip_prefix("  stopped: ")).map(str::to_owned)
    });
    said.collect()
}

#[test]
fn regular_expressions_that_are_slow_elsewhere() {
    let scratch = shop(
        "regex",
        "step a:\n  when client.text {\n    matches r\"^(a+)+$\" { message \"only a\" },\n    \
         matches r\"(x+x+)+y\" { message \"x and y\" },\n    matches r\"^(\\w+\\s?)*$\" { message \"words\" },\n    \
         else { message \"none\" }\n  }\n  -> end\n",
    );
    let long = [
        "a".repeat(100_000),
        "a".repeat(100_000) + "!",
        "x".repeat(100_000) + "!",
        "é".repeat(50_000),
        "x ".repeat(50_000) + "!",
    ];
    let lines: Vec<&str> = long.iter().map(String::as_str).collect();
    assert_eq!(answers(&scratch, &lines), ["only a", "none", "none", "words", "none"]);
    for (regex, why) in [
        (r"\pL{800}", "too large"),
        (r"((((a{100}){100}){100}){100})", "too large"),
        (r"(?=a)", "look-around"),
        (r"(a)\1", "backreferences"),
        (r"a(b", "unclosed group"),
    ] {
        let scratch =
            shop("regex-bad", &format!("step a:\n  if client.text matches r\"{regex}\" -> end\n  -> end\n"));
        soon(|| scratch.sbotc(&["check", "shop.sbot"])).exits(1).says("E0407").says(why);
    }
}

#[test]
fn loops_and_calls_without_an_end() {
    let scratch = shop(
        "loops",
        "var n: int = 0\n\nfn down(n: int) -> int { if n <= 1 { return 1 } return down(n - 1) + 1 }\n\n\
         fn deep(n: int) -> int { return deep(n + 1) }\n\nfn busy(n: int) -> int { while n > 0 { n == n } return n }\n\n\
         step a:\n  when client.text {\n    \"while\" { code { while n >= 0 { n += 1 } } },\n    \
         \"deep\" { message \"{deep(1)}\" },\n    \"steps\" { code { for x in [1, 2] { while n < 1000000000 { n += x } } } },\n    \
         else { message \"{down(int(client.text ?? \"1\") ?? 1)}\" }\n  }\n  -> end\n",
    );
    // `n == n` alone is no statement.
    soon(|| scratch.sbotc(&["check", "shop.sbot"])).exits(1);
    let source = String::from_utf8(scratch.read("shop.sbot")).unwrap();
    scratch.write("shop.sbot", source.replace("{ n == n }", "{ let _x = n }"));
    let said = answers(&scratch, &["while", "deep", "steps", "63", "64", "65", "1000000"]);
    let starts = [
        "the turn took too many steps",
        "calls nest more than 64 deep",
        "the turn took too many steps",
        "63",
        "64",
    ];
    for (said, start) in said.iter().zip(starts) {
        assert!(said.starts_with(start), "{said} is not {start}");
    }
    for said in &said[5..] {
        assert!(said.starts_with("calls nest more than 64 deep at shop.sbot:"), "{said}");
    }
    assert_eq!(said.len(), 7);
}

#[test]
fn numbers_at_the_edge() {
    let most = "9".repeat(28);
    let int = i64::MAX;
    let large = "the result is too large";
    let cases = [
        (format!("{most} + 0"), most.as_str()),
        (format!("{most} * {most}"), large),
        (format!("{most} / 0.{}1", "0".repeat(27)), large),
        (format!("{most} / 0"), "division by zero"),
        (format!("{most} % 0"), "division by zero"),
        (format!("8 * {most} + 8 * {most}"), large),
        (format!("-8 * {most} - 8 * {most}"), large),
        (format!("round({most} + 0.0)"), most.as_str()),
        (format!("floor({most})"), large),
        (format!("ceil({most})"), large),
        (format!("sum([{most}, {most}, {most}, {most}, {most}, {most}, {most}, {most}, {most}])"), large),
        (format!("{int} + 1"), large),
        (format!("-{int} - 2"), large),
        (format!("{int} * 2"), large),
        (format!("-(-{int} - 1)"), large),
        (format!("abs(-{int} - 1)"), "9223372036854775808"),
        (format!("(-{int} - 1) % (0 - 1)"), "0"),
        (format!("{int} % 0"), "division by zero"),
        ("1 / 0".to_owned(), "division by zero"),
        ("1 / 3".to_owned(), "0.3333333333333333333333333333"),
        (format!("int(\"{int}0\") ?? -1"), "-1"),
        (format!("number(\"{most}{most}\") ?? -1"), "-1"),
        (format!("8760h * {int}"), large),
        ("now + 8760h * 1000000".to_owned(), "the date or time is outside of the calendar"),
        ("[1, 2][2]".to_owned(), "the list has no element"),
    ];
    let mut items = String::from("step a:\n  when client.text {\n");
    let mut lines = Vec::new();
    for (n, (expression, _)) in cases.iter().enumerate() {
        writeln!(items, "    \"case {n}\" {{ message \"{{{expression}}}\" }},").unwrap();
        lines.push(format!("case {n}"));
    }
    items.push_str("    else { message \"?\" }\n  }\n  -> end\n");
    let scratch = shop("numbers", &items);
    scratch.sbotc(&["check", "shop.sbot"]).exits(0);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let said = answers(&scratch, &lines);
    assert_eq!(said.len(), cases.len());
    for ((expression, expected), said) in cases.iter().zip(&said) {
        assert!(
            said == expected
                || said.starts_with(&format!("{expected} at "))
                || (said.starts_with(expected) && said.contains("shop.sbot:")),
            "{expression}: {said}"
        );
    }
    for number in ["9".repeat(29), format!("0.{}", "1".repeat(29)), format!("{int}0.5"), "1e5".to_owned()] {
        let scratch = shop("number", &format!("step a:\n  message \"{{{number}}}\"\n  -> end\n"));
        let code = scratch.sbotc(&["check", "shop.sbot"]);
        let fits = number.len() <= 28;
        assert_eq!(code.err.contains("E0103"), !fits || number.contains('e'), "{number}: {}", code.err);
    }
}

#[test]
fn texts_of_a_megabyte() {
    let long = "x".repeat(1 << 20);
    let scratch = shop("megabyte", &format!("step a:\n  message \"{long}\"\n  -> end\n"));
    soon(|| scratch.sbotc(&["check", "shop.sbot"])).exits(0);
    let ran = soon(|| scratch.fed(&["run", "shop.sbot"], "hi\n")).exits(0);
    assert!(ran.out.len() > 1 << 20);
    let scratch = shop("megabyte-said", "step a:\n  message \"{len(client.text ?? \"\")}\"\n  -> end\n");
    let said = "y".repeat((1 << 20) - 2);
    assert_eq!(answers(&scratch, &[&said]), ["1048574"]);
    let ran = soon(|| scratch.fed(&["run", "shop.sbot"], "z".repeat(3 << 20))).exits(1);
    assert!(ran.err.contains("line 1 of the script: the line is longer than 1048576 bytes"), "{}", ran.err);
}

#[test]
fn what_clients_write_in_every_script() {
    let scratch = shop(
        "scripts",
        "step a:\n  message \"?\" buttons [\n    \"👍🏽 Yes\" | \"👍\" -> say(\"thumb\"),\n    \
         \"שלום\" -> say(\"hebrew\"),\n    \"Cafe\\u{301}\" -> say(\"café\"),\n    \"İptal\" -> say(\"cancel\"),\n    \
         \"ISPARTA\" -> say(\"isparta\"),\n    \"Straße\" -> say(\"street\"),\n    \"日本語\" -> say(\"japanese\"),\n    \
         \"👨‍👩‍👧\" -> say(\"family\"),\n  ]\n  on other -> say(\"other\")\n\n\
         step say(what: text):\n  message \"{what}\"\n  -> end\n",
    );
    let said = |line: &str| {
        let said = answers(&scratch, &["hi", line]);
        assert_eq!(said[0], "?");
        said[1].clone()
    };
    for (line, what) in [
        ("👍🏽 yes", "thumb"),
        ("👍", "thumb"),
        ("שלום", "hebrew"),
        ("CAFÉ", "café"),
        ("cafe\u{301}", "café"),
        ("STRASSE", "street"),
        ("日本語", "japanese"),
        ("👨‍👩‍👧", "family"),
        ("👨", "other"),
        // The folding knows no language: a capital dotted i is the small one with a dot, and no other.
        ("İPTAL", "cancel"),
        ("i\u{307}ptal", "cancel"),
        ("iptal", "other"),
        ("isparta", "isparta"),
        ("ısparta", "other"),
    ] {
        assert_eq!(said(line), what, "{line}");
    }
}

/// Everything but line breaks and our own colours that would steer a terminal.
fn steers(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| {
        (c.is_control() && c != '\n') || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    }) {
        rest = &rest[at..];
        let color = rest.strip_prefix("\u{1b}[").and_then(|after| {
            let end = after.find(|c: char| !(c.is_ascii_digit() || c == ';'))?;
            after[end..].starts_with('m').then(|| &after[end + 1..])
        });
        match color {
            Some(after) => rest = after,
            None => return Some(rest.chars().take(10).collect::<String>().escape_debug().to_string()),
        }
    }
    None
}

#[test]
fn nothing_in_a_file_steers_the_terminal() {
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}\u{2066}\u{200b}\u{9b}31m\u{8}\r\u{0}";
    let in_text = evil.replace('\r', "");
    let items = format!(
        "// {in_text}\nstep a:\n  message \"{in_text}\" buttons [\"{in_text}\" -> b] on other -> b\n\n\
         step b:\n  add_note(\"{in_text}\", on: lead)\n  set lead.name = \"{in_text}\"\n  message \"{in_text}\"\n  -> end\n\n\
         test \"{in_text}\" {{\n  client \"{in_text}\"\n  bot \"{in_text} no\"\n}}\n"
    );
    let scratch = shop("terminal", &items);
    let bad = format!("// {evil}\n{items}")
        .replace("-> b]", "-> bb]")
        .replace("lead.name", &format!("lead.nam{in_text}e"));
    scratch
        .write("bad.sbot", format!("{HEAD}{bad}"))
        .write("evil\u{1b}[2J.sbot", format!("{HEAD}step a: -> c\n"));
    scratch.sbotc(&["check", "shop.sbot"]).exits(0);
    for args in [
        vec!["check", "shop.sbot"],
        vec!["check", "bad.sbot"],
        vec!["check", "evil\u{1b}[2J.sbot"],
        vec!["check", "bad.sbot", "--diff"],
        vec!["check", "no\u{1b}[2J.sbot"],
        vec!["fmt", "--check", "."],
        vec!["test", "shop.sbot"],
        vec!["disasm", "shop.sbot"],
        vec!["build", "shop.sbot"],
        vec!["run", "shop.sbot"],
    ] {
        let all: Vec<&str> = ["--color", "always"].into_iter().chain(args.iter().copied()).collect();
        let ran = scratch.fed(&all, "hi\n\u{1b}[2J\n1\n");
        assert_eq!(steers(&ran.out), None, "{args:?}\n{:?}", ran.out);
        assert_eq!(steers(&ran.err), None, "{args:?}\n{:?}", ran.err);
    }
}

#[test]
fn line_breaks_marks_and_encodings() {
    let items = "// a comment\nstep a:\n  mesage \"x\"\n  -> end\n";
    let source = format!("{HEAD}{items}");
    let scratch = Scratch::new("hostile-encodings");
    for (file, text) in [
        ("lf.sbot", source.clone()),
        ("crlf.sbot", source.replace('\n', "\r\n")),
        ("cr.sbot", source.replace('\n', "\r")),
        ("mark.sbot", format!("\u{feff}{source}")),
    ] {
        let ran = scratch.write(file, text).sbotc(&["check", file]).exits(1);
        assert!(ran.err.contains(&format!("{file}:10:3 ")), "{}", ran.err);
        assert!(
            ran.err.contains("10 │   mesage \"x\"\n") && ran.err.contains("1 error in 1 file"),
            "{}",
            ran.err
        );
        let fixed = scratch.sbotc(&["check", file, "--fix"]).exits(0);
        assert!(fixed.err.contains("fixed 1 problem"), "{}", fixed.err);
    }
    assert!(
        scratch.read("crlf.sbot").windows(2).filter(|pair| pair == b"\r\n").count()
            == source.matches('\n').count()
    );
    assert!(scratch.read("mark.sbot").starts_with("\u{feff}bot".as_bytes()));
    // A zero byte, and marks in the middle.
    let ran = scratch
        .write("nul.sbot", source.replace("mesage \"x\"", "message \"x\" \0"))
        .sbotc(&["check", "nul.sbot"]);
    assert!(ran.exits(1).err.contains("U+0000 cannot be seen"));
    scratch
        .write("middle.sbot", source.replace("mesage", "\u{feff}message"))
        .sbotc(&["check", "middle.sbot"])
        .exits(0);
    scratch.write("utf8.sbot", [source.as_bytes(), b"\xc3\x28"].concat());
    scratch
        .sbotc(&["check", "utf8.sbot"])
        .exits(2)
        .says("line 12 is not UTF-8")
        .says("save the file as UTF-8");
    let wide: Vec<u8> = "\u{feff}bot a".encode_utf16().flat_map(u16::to_le_bytes).collect();
    scratch.write("utf16.sbot", wide).sbotc(&["check", "utf16.sbot"]).exits(2).says("it is UTF-16");
    for command in ["check", "fmt", "test", "build"] {
        scratch.sbotc(&[command, "utf8.sbot"]).exits(2).says("UTF-8");
    }
}

#[test]
fn files_of_every_size() {
    let scratch = Scratch::new("hostile-size");
    let most = 8 << 20;
    let bot = format!("{HEAD}step a: -> end\n");
    scratch.write("most.sbot", bot.clone() + &"// comment\n".repeat((most - bot.len()) / 11));
    soon(|| scratch.sbotc(&["check", "most.sbot"])).exits(0);
    scratch.write("more.sbot", " ".repeat(most + 1));
    soon(|| scratch.sbotc(&["check", "more.sbot"])).exits(2).says("a file may have 8388608, so split it");
    scratch.write("empty.sbot", "").sbotc(&["check", "empty.sbot"]).exits(0);
}

#[test]
fn a_hundred_thousand_errors() {
    let mut steps = String::new();
    let mut other = String::new();
    for n in 0..100_000 {
        writeln!(steps, "step s{n}:\n  -> t{n}").unwrap();
        writeln!(other, "  set lead.nope{n} = {n}").unwrap();
    }
    for (name, items) in [
        ("steps", steps),
        ("fields", format!("step a:\n{other}  -> end\n")),
        ("syntax", format!("step a:\n{}", "  ) ( ] x = = 3 \"\n".repeat(100_000))),
        (
            "commas",
            format!("step a:\n{}", "  message \"x\" buttons [\"A\" -> a \"B\" -> a]\n".repeat(100_000)),
        ),
    ] {
        let scratch = shop(&format!("errors-{name}"), &items);
        let ran = soon(|| scratch.sbotc(&["check", "shop.sbot"])).exits(1);
        assert!(ran.err.len() < 200_000, "{name}: {}", ran.err.len());
        assert!(ran.err.contains("not shown") || ran.err.contains("too many errors"), "{name}: {}", ran.err);
        // What was not read is not missed.
        assert!(name == "steps" || !ran.err.contains("E0201"), "{}", ran.err);
    }
}

#[test]
fn nesting_without_an_end() {
    for (name, items) in [
        (
            "parentheses",
            format!("step a:\n  let x = {}1{}\n  -> b\n", "(".repeat(100_000), ")".repeat(100_000)),
        ),
        ("open", format!("step a:\n  let x = {}\n", "([".repeat(100_000))),
        ("blocks", format!("step a:\n{}{}\n", "if lead.sale is set {".repeat(100_000), "}".repeat(100_000))),
        ("holes", format!("step a:\n  message \"{}\n", "{\"".repeat(100_000))),
        ("not", format!("step a:\n  if {}true -> end\n", "not ".repeat(100_000))),
        ("else", format!("step a:\n  if true -> end{}\n", "\n  else if true -> end".repeat(100_000))),
    ] {
        let scratch = shop(&format!("deep-{name}"), &items);
        let ran = soon(|| scratch.sbotc(&["check", "shop.sbot"])).exits(1);
        let named = ran.err.contains("nested too deep") || ran.err.contains("E0102");
        assert!(named && ran.err.len() < 20_000, "{name}: {}", ran.err);
    }
}

#[test]
fn a_line_of_a_megabyte() {
    let long = "message \"日本 x\" ".repeat(60_000);
    let scratch = shop("line", &format!("step a: {long}\tmesage \"y\" {long} -> c\n\nstep b: -> end\n"));
    let ran = soon(|| scratch.sbotc(&["check", "shop.sbot"])).exits(1);
    for line in ran.err.lines() {
        assert!(line.chars().count() < 700, "{line}");
    }
    assert!(ran.err.contains("mesage \"y\"") && ran.err.contains('…'), "{}", ran.err);
    let (mark, word) = marked(&ran.err, "mesage");
    assert_eq!(mark, word, "{}", ran.err);
}

/// The cells before the mark below a line, and before the word that it is about, as a terminal counts them.
fn marked(report: &str, word: &str) -> (usize, usize) {
    let lines: Vec<&str> = report.lines().collect();
    let at = lines.iter().position(|line| line.contains('│') && line.contains(word)).unwrap();
    let cells = |text: &str| text.chars().map(width).sum();
    let mark = lines[at + 1];
    let (_, below) = mark.split_once('│').unwrap();
    let margin = mark.len() - below.len();
    let start = below.find(['─', '┬']).unwrap();
    (cells(&mark[..margin + start]), cells(&lines[at][..lines[at].find(word).unwrap()]))
}

/// The cells that a terminal gives to a character of this test.
fn width(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{ff00}'..='\u{ff60}' => 2,
        '\u{1f300}'..='\u{1faff}' => 2,
        _ => 1,
    }
}

#[test]
fn marks_stand_below_what_they_mean() {
    for before in
        ["日本語のテキスト", "한국어", "é e\u{301} ñ", "👍 🎉", "שלום עולם", "ｆｕｌｌ", "a\t\t", "a\tb"]
    {
        let scratch = shop(
            "marks",
            &format!("step a:\n\tmessage \"{before}\" buttons [\"x\" -> wrong]\n\t  on other -> a\n"),
        );
        let ran = scratch.sbotc(&["check", "shop.sbot"]).exits(1);
        let (mark, word) = marked(&ran.err, "wrong");
        assert_eq!(mark, word, "{before}\n{}", ran.err);
        assert!(!ran.err.contains('\t'), "{}", ran.err);
    }
}
