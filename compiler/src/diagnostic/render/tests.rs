use super::*;
use crate::diagnostic::{Code, Edit};
use crate::source::FileId;
use std::sync::Arc;

fn sources(texts: &[&str]) -> Sources {
    let mut sources = Sources::default();
    for (n, text) in texts.iter().enumerate() {
        let path = if n == 0 { "main.sbot".to_owned() } else { format!("lib{n}.sbot") };
        sources.add(path, Arc::from(*text));
    }
    sources
}

fn place(file: u32, start: usize, end: usize) -> Place {
    Place { file: FileId(file), span: Span::new(small(start), small(end)) }
}

fn at(texts: &[&str], file: u32, what: &str) -> Place {
    let start = texts[file as usize].find(what).unwrap();
    place(file, start, start + what.len())
}

fn unknown(place: Place) -> Diagnostic {
    Diagnostic::new(Code::E0203, place, "`lead` has no field `budgt`").note("no such field")
}

/// The report of one finding in one file.
fn shown(text: &str, diagnostic: Diagnostic) -> String {
    render(&[diagnostic], &sources(&[text]), false)
}

/// The column of the first mark below a source line, and that line.
fn below<'r>(report: &'r str, source: &str) -> (usize, &'r str) {
    let lines: Vec<&str> = report.lines().collect();
    let line = lines.iter().position(|line| line.contains('│') && line.contains(source)).unwrap();
    let start = lines[line + 1].chars().skip(6).position(|c| c != ' ').unwrap() + 6;
    (start, lines[line])
}

fn column(line: &str, what: &str) -> usize {
    line[..line.find(what).unwrap()].chars().count()
}

#[test]
fn a_report_has_head_place_labels_help_and_hint() {
    let texts = ["step a:\n  set lead.budgt = 5\n", "entity lead { budget: int }\n"];
    let diagnostic = unknown(at(&texts, 0, "budgt"))
        .label(at(&texts, 1, "lead"), "`lead` is declared here")
        .label(at(&texts, 0, "set"), "needed here")
        .help("did you mean `budget`?")
        .suggest(at(&texts, 0, "budgt").span, "budget");
    let report = render(&[diagnostic], &sources(&texts), false);
    assert_eq!(
        report,
        "\
error[E0203]: `lead` has no field `budgt`
   ╭─[ main.sbot:2:12 ]
   │
 2 │   set lead.budgt = 5
   │   ─┬─      ──┬──
   │    ╰────────────── needed here
   │              │
   │              ╰──── no such field
   │
   ├─[ lib1.sbot:1:8 ]
   │
 1 │ entity lead { budget: int }
   │        ──┬─
   │          ╰─── `lead` is declared here
───╯
help: did you mean `budget`?
   2 │   set lead.budget = 5
"
    );
}

#[test]
fn warnings_say_so_and_reports_are_apart() {
    let texts = ["step a:\n  -> end\nstep b:\n  -> end\n"];
    let one = Diagnostic::new(Code::W0601, at(&texts, 0, "b"), "nothing leads to the step `b`");
    let two = Diagnostic::new(Code::W0604, at(&texts, 0, "a"), "the bot ends here");
    let report = render(&[one, two], &sources(&texts), false);
    assert!(report.starts_with("warning[W0601]: nothing leads to the step `b`\n"));
    assert!(report.contains("───╯\n\nwarning[W0604]: the bot ends here\n"));
    assert!(report.ends_with("───╯\n"));
    assert!(!report.contains('\x1b'));
    assert_eq!(render(&[], &sources(&texts), false), "");
}

#[test]
fn a_place_without_words_is_underlined() {
    let text = "step a:\n  set lead.budgt = 5\n  -> end\n";
    let bare = |what| Diagnostic::new(Code::E0203, at(&[text], 0, what), "no");
    let report = shown(text, bare("budgt"));
    assert!(report.ends_with(" 2 │   set lead.budgt = 5\n   │            ─────\n───╯\n"), "{report}");
    // Beside another label, above one, and over several lines.
    let report = shown(text, bare("budgt").label(at(&[text], 0, "lead"), "of this"));
    assert!(report.contains("   │       ──┬─ ─────\n   │         ╰───────── of this\n"), "{report}");
    let report = shown(text, bare("budgt").label(at(&[text], 0, "end"), "then"));
    assert!(report.contains(" 2 │   set lead.budgt = 5\n   │            ─────\n 3 │   -> end\n"), "{report}");
    let report = shown(text, Diagnostic::new(Code::E0203, place(0, 0, text.len()), "no"));
    assert!(report.contains("╰─") && !report.contains('\u{2}'), "{report}");
    let report = shown(
        text,
        Diagnostic::new(Code::E0203, place(0, 0, text.len()), "no").label(at(&[text], 0, "end"), "x"),
    );
    assert!(!report.contains('\u{2}'), "{report}");
}

#[test]
fn bytes_after_wide_characters_become_columns() {
    let text = "step b:\n  message \"Straße 日本 👍\" bttons\n";
    let report = shown(text, unknown(at(&[text], 0, "bttons")));
    let column = text.lines().nth(1).unwrap().chars().take_while(|c| *c != 'b').count() + 1;
    assert!(report.contains(&format!("main.sbot:2:{column} ")), "{report}");
    // 日本 and 👍 take two cells each: the mark stands under the word as a terminal shows it.
    let (start, line) = below(&report, "bttons");
    assert_eq!(start, self::column(line, "bttons") + 3, "{report}");
}

#[test]
fn related_files_with_wide_characters_do_not_matter() {
    let texts = ["step a:\n", "ééééééééééé\n日本 é target\n"];
    let diagnostic = unknown(at(&texts, 0, "a")).label(at(&texts, 1, "target"), "there");
    let report = render(&[diagnostic], &sources(&texts), false);
    assert!(report.contains("lib1.sbot:2:6 "), "{report}");
}

#[test]
fn spans_inside_a_character_are_widened() {
    let text = "é日👍\n";
    for start in 0..text.len() + 3 {
        for end in 0..text.len() + 3 {
            let report =
                shown(text, unknown(place(0, start, end)).suggest(Span::new(small(start), small(end)), "x"));
            assert!(report.contains("no such field"), "{start}..{end}\n{report}");
            let json = json_line(&unknown(place(0, start, end)), &sources(&[text]));
            assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
        }
    }
}

#[test]
fn crlf_leaves_no_trace() {
    let text = "step a:\r\n  set lead.budgt = 5\r\n  -> end\r\n";
    let report =
        shown(text, unknown(at(&[text], 0, "budgt")).suggest(at(&[text], 0, "budgt").span, "budget"));
    assert!(!report.contains('\r'), "{report:?}");
    assert!(report.contains("main.sbot:2:12 "), "{report}");
    assert!(report.contains(" 2 │   set lead.budgt = 5\n"), "{report}");
    assert!(report.contains(" 2 │   set lead.budget = 5\n"), "{report}");
}

#[test]
fn tabs_are_widened_alike_in_source_and_marks() {
    let text = "step a:\n\tset\tlead.budgt = 5\n";
    let report =
        shown(text, unknown(at(&[text], 0, "budgt")).suggest(at(&[text], 0, "budgt").span, "budget"));
    assert!(!report.contains('\t'));
    let (start, line) = below(&report, "lead.budgt");
    assert_eq!(start, column(line, "budgt"), "{report}");
    assert!(report.contains("main.sbot:2:11 "), "{report}");
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let text = "step a: message \"\x1b[2J\u{9b}31m\u{202e}\u{7f}\0\u{2028}\x0b\x0c\r\u{85} x\" budgt\n";
    let mut sources = Sources::default();
    sources.add("ma\x1bin\n.sbot".to_owned(), Arc::from(text));
    let mut diagnostic = unknown(at(&[text], 0, "budgt"))
        .label(at(&[text], 0, "step"), "la\x1bbel\nnext")
        .help("do\x07 this\nand that\x1b")
        .suggest(at(&[text], 0, "budgt").span, "\x1b[31m");
    diagnostic.message = "bad \x1b[31m text\r\nhere".to_owned();
    let report = render(&[diagnostic], &sources, false);
    assert!(report.chars().all(|c| c == '\n' || !hidden(c)), "{report:?}");
    assert_eq!(report.matches("main.sbot").count() + report.matches("ma?in .sbot:1:").count(), 1);
    // The line breaks of Unicode are none of ours: all is on line 1, and the mark is under its word.
    assert!(report.contains("\n 1 │ step a"), "{report}");
    assert!(report.contains("╰──── no such field"), "{report}");
    assert!(report.contains("help: do? this\n      and that?\n"), "{report}");
}

#[test]
fn a_place_past_the_end_is_the_end() {
    for text in ["", "step a:", "step a:\n", "step a:\r\n", "é"] {
        let report = shown(text, unknown(place(0, 1000, 2000)));
        assert!(report.contains("no such field"), "{text:?}\n{report}");
        let end = sources(&[text]).get(FileId(0)).line_column(small(text.len()));
        assert!(report.contains(&format!("main.sbot:{}:{} ", end.line, end.column)), "{text:?}\n{report}");
    }
}

#[test]
fn places_without_width_show_one_mark() {
    let text = "step a:\n  -> end";
    for byte in 0..=text.len() {
        let report = shown(text, unknown(place(0, byte, byte)));
        assert_eq!(report.matches("no such field").count(), 1, "{report}");
        assert_eq!(report.matches('┬').count(), 1, "{report}");
    }
}

#[test]
fn white_space_at_the_end_is_not_part_of_the_place() {
    let text = "step a:\n  message \"x\"\n\n\nstep b:\n";
    let start = text.find("message").unwrap();
    let report = shown(text, unknown(place(0, start, text.find("step b").unwrap())));
    assert!(report.contains("   │   ─────┬─────\n"), "{report}");
}

#[test]
fn several_lines_are_shown_from_first_to_last() {
    let text = "step a:\n  message \"x\"\n  message \"y\"\n  -> end\n";
    let report = shown(text, unknown(place(0, 0, text.len())));
    assert!(report.contains(" 1 │ ╭─▶ step a:"), "{report}");
    assert!(report.contains(" 4 │ ├─▶   -> end"), "{report}");
}

#[test]
fn labels_of_one_file_are_drawn_in_one_piece() {
    let text = "step a:\n  -> end\nstep b:\n  -> end\nstep a:\n  -> end\n";
    let second = text.rfind('a').unwrap();
    let diagnostic = unknown(place(0, second, second + 1)).label(at(&[text], 0, "a"), "first here");
    let report = shown(text, diagnostic);
    assert_eq!(report.matches("main.sbot:5:6 ").count(), 1, "{report}");
    assert_eq!(report.matches("main.sbot").count(), 1, "{report}");
    assert!(report.find("first here").unwrap() < report.find("no such field").unwrap());
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let text = format!("step a: {} budgt {}\n", "é ".repeat(300_000), "message \"x\" ".repeat(50_000));
    let diagnostic = unknown(at(&[&text], 0, "budgt"))
        .label(at(&[&text], 0, "step"), "far away")
        .suggest(at(&[&text], 0, "budgt").span, "budget");
    let report = shown(&text, diagnostic);
    assert!(report.len() < 10_000, "{}", report.len());
    assert!(report.contains("main.sbot:1:600010 "), "{report}");
    let (_, line) = below(&report, " budgt ");
    assert!(line.contains("│ …") && line.ends_with('…'), "{report}");
    // The related place is outside of what is shown: it is marked at the ellipsis.
    assert!(report.contains("far away"));
    let mark = report.lines().find(|line| line.contains("──┬──")).unwrap();
    assert_eq!(column(mark, "──┬──"), column(line, "budgt"), "{report}");
}

#[test]
fn a_huge_file_is_not_read_for_every_report() {
    let text = "\n".repeat(1_000_000) + "budgt\n";
    let report = shown(&text, unknown(at(&[&text], 0, "budgt")).help("write `budget`"));
    assert_eq!(
        report,
        "\
error[E0203]: `lead` has no field `budgt`
         ╭─[ main.sbot:1000001:1 ]
         │
 1000001 │ budgt
         │ ──┬──
         │   ╰──── no such field
─────────╯
help: write `budget`
"
    );
}

#[test]
fn long_sentences_and_many_labels_are_cut() {
    let text = "step a:\n";
    let mut diagnostic = unknown(place(0, 0, 4)).help("h".repeat(10_000));
    diagnostic.message = "m".repeat(10_000);
    for _ in 0..50 {
        diagnostic = diagnostic.label(place(0, 5, 6), "l".repeat(10_000));
    }
    let report = shown(text, diagnostic);
    assert!(report.contains("no such field (and 30 more places)"), "{report}");
    assert_eq!(report.lines().filter(|line| line.contains("╰") && line.contains("lll")).count(), 20);
    assert!(report.len() < 40_000);
}

#[test]
fn a_finding_without_a_file_has_no_snippet() {
    let diagnostic =
        Diagnostic::new(Code::E0205, place(0, 0, 0), "cannot read `main.sbot`").help("check the name");
    let report = render(std::slice::from_ref(&diagnostic), &Sources::default(), false);
    assert_eq!(report, "error[E0205]: cannot read `main.sbot`\nhelp: check the name\n");
    assert!(json_line(&diagnostic, &Sources::default()).contains("\"file\":\"\""));
}

#[test]
fn hints_are_shown_only_when_they_are_a_few_short_lines() {
    let text = "step a:\n  message \"x\"\n  end\n";
    let at = |what| at(&[text], 0, what).span;
    let hint = |span: Span, new: &str| shown(text, unknown(place(0, 0, 4)).suggest(span, new));
    assert!(hint(at("end"), "-> end").ends_with("help: write it like this\n   3 │   -> end\n"));
    assert!(hint(Span::new(at("end").start, at("end").start), "-> ").ends_with("   3 │   -> end\n"));
    assert!(hint(at("  end"), "").ends_with("   3 │\n"));
    assert!(!hint(at("end"), "end").contains("help"));
    let before_end = Span::new(at("end").start, at("end").start);
    assert!(!hint(before_end, ", ").contains("help"));
    assert!(hint(at("end"), "a\n  b").ends_with("   3 │   a\n   4 │   b\n"));
    assert!(!hint(at("end"), &"a\n".repeat(10)).contains("help"));
    assert!(hint(at("\"x\"\n  end"), "y").ends_with("   2 │   message y\n"));
    assert!(!hint(at("end"), &"x".repeat(1000)).contains("help"));
}

#[test]
fn hints_of_several_places_show_each_line_that_changes() {
    let text = "step a {\r\n  message 'x'\r\n  message \"y\"\r\n}\r\nstep b:\r\n";
    let hint = |edits: Vec<Edit>| shown(text, unknown(place(0, 0, 4)).change(edits, true));
    let at = |what| at(&[text], 0, what).span;
    let quotes: Vec<Edit> = text
        .match_indices('\'')
        .map(|(byte, _)| Edit::new(Span::new(small(byte), small(byte + 1)), "\""))
        .collect();
    assert!(hint(quotes).ends_with("help: write it like this\n   2 │   message \"x\"\n"));
    // A line that is gone is not shown, and those behind it move up.
    let mut edits = vec![Edit::new(at(" {"), ":"), Edit::new(at("\r\n}"), ""), Edit::new(at("b:"), "c:")];
    assert!(hint(edits.clone()).ends_with("   1 │ step a:\n   4 │ step c:\n"));
    edits.truncate(2);
    assert!(hint(edits).ends_with("   1 │ step a:\n"));
    assert!(hint(vec![Edit::insert(at("}").start, "  -> end\n")]).ends_with("   4 │   -> end\n   5 │ }\n"));
    // What a hint shows cannot move the cursor.
    assert!(!hint(vec![Edit::new(at("b"), "\x1b[2J")]).contains('\x1b'));
}

#[test]
fn colours_come_in_runs() {
    let text = "\n".repeat(1234) + "step a:\n  set lead.budgt = 5\n";
    let text = text.as_str();
    let diagnostic = unknown(at(&[text], 0, "budgt"))
        .label(place(0, 0, 0), "long before")
        .help("h")
        .suggest(at(&[text], 0, "budgt").span, "budget");
    let plain = shown(text, diagnostic.clone());
    let colored = render(&[diagnostic], &sources(&[text]), true);
    assert!(colored.starts_with("\x1b[1;31merror[E0203]\x1b[0m\x1b[1m: "));
    assert!(colored.contains("\x1b[31mbudgt\x1b[0m"), "{colored:?}");
    assert!(colored.contains("\x1b[32mbudget\x1b[0m"), "{colored:?}");
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some(at) = rest.find('\x1b') {
        stripped.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find('m').unwrap() + 1..];
    }
    stripped.push_str(rest);
    let trimmed: Vec<&str> = stripped.lines().map(str::trim_end).collect();
    assert_eq!(trimmed, plain.lines().collect::<Vec<_>>());
}

#[test]
fn json_has_every_field_on_one_line() {
    let texts = ["step é:\n  set lead.budgt = 5\n", "entity lead { budget: int }\n"];
    let diagnostic = unknown(at(&texts, 0, "budgt"))
        .label(at(&texts, 1, "lead"), "declared\nhere")
        .help("did you mean `budget`?")
        .suggest(at(&texts, 0, "budgt").span, "budget");
    let json = json_line(&diagnostic, &sources(&texts));
    assert_eq!(
        json,
        concat!(
            r#"{"code":"E0203","severity":"error","message":"`lead` has no field `budgt`","file":"main.sbot","#,
            r#""start":20,"end":25,"line":2,"column":12,"end_line":2,"end_column":17,"note":"no such field","#,
            r#""labels":[{"file":"lib1.sbot","start":7,"end":11,"line":1,"column":8,"text":"declared\nhere"}],"#,
            r#""help":"did you mean `budget`?","fix":[{"start":20,"end":25,"text":"budget"}],"sure":false}"#
        )
    );
    let bare = Diagnostic::new(Code::W0601, at(&texts, 0, "é"), "x");
    let json = json_line(&bare, &sources(&texts));
    assert!(json.contains(r#""severity":"warning""#));
    assert!(json.contains(
        r#""start":5,"end":7,"line":1,"column":6,"end_line":1,"end_column":7,"note":null,"labels":[]"#
    ));
    assert!(json.ends_with(r#""help":null,"fix":null,"sure":false}"#));
}

#[test]
fn json_escapes_what_a_line_cannot_hold() {
    let text = "a\r\nb";
    let mut diagnostic = unknown(place(0, 3, 4));
    diagnostic.message = "two\nlines \x1b[31m \"quoted\"".to_owned();
    let json = json_line(&diagnostic, &sources(&[text]));
    assert!(!json.contains(['\n', '\x1b']));
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["message"], diagnostic.message.as_str());
    assert_eq!((value["line"].as_u64(), value["column"].as_u64()), (Some(2), Some(1)));
}

#[test]
fn sorting_is_stable_and_drops_exact_repeats() {
    let make =
        |code, file, start, message: &str| Diagnostic::new(code, place(file, start, start + 1), message);
    let mut list = vec![
        make(Code::E0503, 1, 0, "b"),
        make(Code::E0503, 0, 5, "z"),
        make(Code::E0203, 0, 5, "m"),
        make(Code::E0503, 0, 5, "a"),
        make(Code::E0503, 0, 5, "z"),
        make(Code::W0601, 0, 2, "w"),
        make(Code::E0503, 0, 5, "a").help("other help"),
    ];
    sort(&mut list);
    let order: Vec<_> = list.iter().map(|d| (d.place.file.0, d.code.name(), d.message.as_str())).collect();
    assert_eq!(
        order,
        [
            (0, "W0601", "w"),
            (0, "E0203", "m"),
            (0, "E0503", "z"),
            (0, "E0503", "a"),
            (0, "E0503", "a"),
            (1, "E0503", "b")
        ]
    );
    let before: Vec<String> = list.iter().map(|d| format!("{d:?}")).collect();
    sort(&mut list);
    assert_eq!(before, list.iter().map(|d| format!("{d:?}")).collect::<Vec<_>>());
}

#[test]
fn no_mix_of_places_is_refused() {
    let texts = [
        "a é\tb\r\n\n日本 👍👍 x\n\u{200d}\u{feff}\u{301}z\n",
        "",
        "\n\n\r\r\n é",
        &("long é ".repeat(100) + "\nx"),
    ];
    let sources = sources(&texts);
    // A linear congruential generator: the same numbers on every machine.
    let mut state: u64 = 1;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..800 {
        let mut somewhere = || {
            let file = next(texts.len());
            let start = next(texts[file].len() + 3);
            place(small(file), start, next(texts[file].len() + 3))
        };
        let mut diagnostic = unknown(somewhere()).suggest(somewhere().span, "new");
        for n in 0..4 {
            diagnostic = diagnostic.label(somewhere(), format!("label {n}"));
        }
        let report = render(std::slice::from_ref(&diagnostic), &sources, false);
        for n in 0..4 {
            assert!(report.contains(&format!("label {n}")), "{diagnostic:?}\n{report}");
        }
        assert!(!json_line(&diagnostic, &sources).is_empty());
    }
}
