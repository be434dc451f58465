//! One mistake is one error that names it, and everything around it is still read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)] // A test may panic.

use sbot_grammar::{Context, Expected, Found, Hint, SyntaxErrorKind, dump, parse};

/// Each error as `line: source | hint or what was expected first`.
fn report(source: &str) -> Vec<String> {
    parse(source)
        .errors
        .iter()
        .map(|error| {
            let line = source[..error.span.start as usize].matches('\n').count() + 1;
            let what = match &error.kind {
                SyntaxErrorKind::Unexpected { hint: Some(Hint::UnclosedBracket { open }), .. } => {
                    let open_line = source[..open.start as usize].matches('\n').count() + 1;
                    format!("unclosed {} of line {open_line}", &source[open.range()])
                }
                SyntaxErrorKind::Unexpected { hint: Some(hint), .. } => format!("{hint:?}"),
                SyntaxErrorKind::Unexpected { expected, .. } => format!("expected {}", expected[0]),
                kind => format!("{kind:?}"),
            };
            format!("{line}: {} | {what}", &source[error.span.range()])
        })
        .collect()
}

/// The errors of one statement in a step, between two others that must survive, before a step that must.
fn in_step(statement: &str) -> Vec<String> {
    let source = format!("step a:\n  message \"before\"\n{statement}\n  message \"after\"\nstep b: -> end\n");
    let tree = dump(&parse(&source).file);
    for part in ["(step a", "(message \"before\")", "(message \"after\"", "(step b (do (-> end)))"] {
        assert!(tree.contains(part), "{part} is missing in\n{tree}\nof\n{source}");
    }
    report(&source)
}

#[track_caller]
fn one(statement: &str, error: &str) {
    assert_eq!(in_step(statement), [error], "in: {statement}");
}

#[test]
fn a_missing_comma() {
    one("message \"x\" buttons [\"A\" -> a\n \"B\" -> b]", "4: \"B\" | MissingComma");
    one("message \"x\" buttons [\"A\" -> a \"B\" -> b, \"C\" -> c]", "3: \"B\" | MissingComma");
    one(
        "list \"x\" button \"y\" section \"z\" [\"A\" about \"B\" -> a \"C\" -> b]",
        "3: \"C\" | MissingComma",
    );
    one("when { x > 1 -> a x < 1 -> b }", "3: x | MissingComma");
    one("when x { \"a\" -> a \"b\" -> b, else -> c }", "3: \"b\" | MissingComma");
    one("rotate [-> a -> b]", "3: -> | MissingComma");
    one("foo(1 2, on: lead)", "3: 2 | MissingComma");
    one("let x = [1, 2 3]", "3: 3 | MissingComma");
    one("set lead.x = {a: 1 b: 2}", "3: b | MissingComma");
}

#[test]
fn a_missing_arrow() {
    one("message \"x\" buttons [\"A\" a, \"B\" -> b]", "3: a | MissingArrow { known: true }");
    one("message \"x\" on other again on timeout 2h -> b", "3: again | MissingArrow { known: false }");
    one("message \"x\" on timeout 2h again", "3: again | MissingArrow { known: false }");
    one("if x > 3 human", "3: human | MissingArrow { known: false }");
    one("if x > 3 -> human else other", "3: other | MissingArrow { known: false }");
    one("when x { \"a\" again, else -> b }", "3: again | MissingArrow { known: false }");
    one("message \"x\" on other => again", "3: => | Foreign { instead: \"->\" }");
}

#[test]
fn a_missing_colon() {
    let source = "step a message \"x\" -> end\nstep b(x: int) -> end\nuser anna \"Anna\"\nvar x int = 1\n";
    assert_eq!(
        report(source),
        ["1: message | MissingColon", "2: -> | MissingColon", "4: int | MissingColon"]
    );
    assert_eq!(parse(source).file.items.len(), 4);
}

#[test]
fn a_missing_bracket() {
    one(
        "message \"x\" buttons [\"A\" -> a, \"B\" -> b\n on other -> c on timeout 2h -> d",
        "4: on | unclosed [ of line 3",
    );
    one("add_note(\"x\"", "4: message | unclosed ( of line 3");
    one("add_note(\"x\"\n bar(1)", "4: bar | unclosed ( of line 3");
    one("let x = [1, 2", "4: message | unclosed [ of line 3");
    one("if x > (3 { -> a }", "3: { | unclosed ( of line 3");
    one("foo(a, b]", "3: ] | unclosed ( of line 3");
    one("foo(a))", "3: ) | UnopenedBracket");
    one("if a { -> b } }", "3: } | UnopenedBracket");
}

#[test]
fn a_missing_brace() {
    let source = "step a:\n  if x {\n    message \"x\"\n  -> end\n\nstep b: -> end\ntest \"t\" { client \"x\"\nuser bob \"Bob\"\n";
    assert_eq!(report(source), ["6: step | unclosed { of line 2", "8: user | unclosed { of line 7"]);
    let tree = dump(&parse(source).file);
    assert!(tree.contains("(step b (do (-> end)))"), "{tree}");
    assert!(tree.contains("(user bob \"Bob\")"), "{tree}");
    assert!(tree.contains("(client \"x\")"), "{tree}");
    let source = "step a: if x { message \"x\"";
    assert_eq!(report(source), ["1:  | unclosed { of line 1"]);
}

#[test]
fn a_misspelt_word() {
    one("mesage \"Hi\" buttons [\"A\" -> a] on other -> b", "3: mesage | DidYouMean(\"message\")");
    one("message \"Hi\" buttns [\"A\" -> a] on other -> b", "3: buttns | DidYouMean(\"buttons\")");
    one("valdate contains phone on valid -> a on invalid -> b", "3: valdate | DidYouMean(\"validate\")");
    one("pause on timeuot 2h -> a", "3: timeuot | DidYouMean(\"timeout\")");
    one("if a -> b esle -> c", "3: esle | DidYouMean(\"else\")");
    one("if x cotains phone -> a", "3: cotains | DidYouMean(\"contains\")");
    let source = "stp a: message \"x\"\nSTEP b: -> end\nusre anna \"Anna\"\nflwo f(x: int) -> int { return 1 }\ntset \"t\" { }\n";
    let slips = ["stp", "STEP", "usre", "flwo", "tset"];
    let words = ["step", "step", "user", "flow", "test"];
    let errors: Vec<String> = slips
        .iter()
        .zip(words)
        .enumerate()
        .map(|(line, (slip, word))| format!("{}: {slip} | DidYouMean({word:?})", line + 1))
        .collect();
    assert_eq!(report(source), errors);
    assert!(!dump(&parse(source).file).contains("error"));
}

#[test]
fn a_word_of_another_language() {
    let foreign = |line: usize, word: &str, instead: &str| {
        format!("{line}: {word} | Foreign {{ instead: {instead:?} }}")
    };
    for (statement, word, instead) in [
        ("goto b", "goto", "->"),
        ("if x then -> b", "then", ""),
        ("if x then b", "then", "->"),
        ("if x then goto b", "then goto", "->"),
        ("if x -> a otherwise -> b", "otherwise", "else"),
        ("if x -> a elif y -> b", "elif", "else if"),
        ("if x { -> a } elseif y { -> b } else { -> c }", "elseif", "else if"),
        ("unless x -> a", "unless", "if not"),
        ("switch x { \"a\" -> b, else -> a }", "switch", "when"),
        ("send \"x\"", "send", "message"),
        ("print \"x\" buttons [\"A\" -> a]", "print", "message"),
        ("sleep 2h", "sleep", "pause"),
        ("  var x = 3", "var", "let"),
        ("const x = 3", "const", "let"),
        ("if x && y -> a", "&&", "and"),
        ("if x || y -> a", "||", "or"),
        ("if !x -> a", "!", "not"),
        ("if x === y -> a", "===", "=="),
        ("if x <> y -> a", "<>", "!="),
        ("if x ≥ y -> a", "≥", ">="),
        ("message \"x\" on other → b", "→", "->"),
        ("set lead.x = 3;", ";", ""),
        ("set lead.x = 3;;;", ";;;", ""),
    ] {
        one(statement, &foreign(3, word, instead));
    }
    assert_eq!(report("step a:\n  message \"x\"\n  exit\n"), [foreign(3, "exit", "-> end")]);
    let items = "import \"a.sbot\"\nfunction f(x: int) -> int { return x }\nstate b: -> end\n";
    let words = [(1, "import", "use"), (2, "function", "fn"), (3, "state", "step")];
    assert_eq!(report(items), words.map(|(line, word, instead)| foreign(line, word, instead)));
    assert_eq!(
        report("test \"t\" {\n  client says \"a\"\n  bot says \"b\"\n}\n"),
        [foreign(2, "says", ""), foreign(3, "says", "")]
    );
    // A step, a variable or an action may have such a name.
    assert!(report("step then: -> end\nvar goto: int = 1\nstep b: send(1) goto = 2 -> then\n").is_empty());
}

#[test]
fn quotes_of_another_language() {
    let quotes = |text: &str, close: Option<(u32, u32)>| {
        let close = close.map(|(from, to)| format!("Some({:?})", sbot_grammar::ast::Span::new(from, to)));
        format!("3: {text} | OtherQuotes {{ close: {} }}", close.unwrap_or_else(|| "None".to_owned()))
    };
    let at = |statement: &str, text: &str| {
        let line = "step a:\n  message \"before\"\n".len() + statement.find(text).unwrap() + text.len();
        let quote = text.chars().next_back().unwrap().len_utf8();
        Some((u32::try_from(line - quote).unwrap(), u32::try_from(line).unwrap()))
    };
    for text in ["'x'", "`x y`", "“x”", "„x“", "«x»", "‘x’", "'It's me'", "“say 'x'”"] {
        let statement = format!("message {text} buttons [\"A\" -> a] on other -> b");
        one(&statement, &quotes(text, at(&statement, text)));
    }
    one("message 'x", &quotes("'x", None));
}

#[test]
fn comments_of_another_language() {
    for (comment, begins) in [("# a 'comment'", "#"), ("/* a comment */", "/*"), ("/* and\nmore */", "/*")] {
        let statement = format!("message \"x\" {comment}");
        let errors = in_step(&statement);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].starts_with(&format!("3: {begins} | OtherComment")), "{errors:?}");
    }
}

#[test]
fn what_is_missing_before_a_name() {
    one("b", "3: b | MissingArrow { known: true }");
    one("c", "3: c | NoStatement");
    one("c.d", "3: c.d | NoStatement");
    one("message \"x\" buttons [\"A\" -> a]\n other -> b", "4: other | MissingOn");
    one("message \"x\" buttons [\"A\" -> a]\n timeout 2h -> b", "4: timeout | MissingOn");
    let source = "greet:\n  message \"x\"\n  -> other\nother: -> end\n";
    assert_eq!(report(source), ["1: greet | MissingStep", "4: other | MissingStep"]);
    assert!(dump(&parse(source).file).contains("(step other (do (-> end)))"));
}

#[test]
fn braces_colons_and_types() {
    for head in ["step a {", "step a: {"] {
        let source = format!("{head}\n  message \"x\"\n  -> b\n}}\nstep b: -> end\n");
        let errors = report(&source);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].starts_with("1: { | Braces { close: "), "{errors:?}");
        assert!(dump(&parse(&source).file).contains("(step b (do (-> end)))"));
    }
    one("foo(\"x\", due = 2h)", "3: = | EqualsForColon");
    one("set lead.x = {a = 1}", "3: = | EqualsForColon");
    for (value, ty) in
        [("0", "int"), ("0.5", "number"), ("\"\"", "text"), ("true", "bool"), ("2h", "duration")]
    {
        let expected = format!("1: = | MissingType {{ of_value: Some({ty:?}) }}");
        assert_eq!(report(&format!("var x = {value}\n")), [expected]);
    }
    assert_eq!(report("var x = []\n"), ["1: = | MissingType { of_value: None }"]);
    let errors = in_step("message \"Hi {{name}}\"");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("3: { | DoubleBraces"), "{errors:?}");
}

#[test]
fn a_unit_apart() {
    one("pause 30 minutes", "3: 30 minutes | UnitApart { unit: 'm' }");
    one("message \"x\" on timeout 2 hours -> a", "3: 2 hours | UnitApart { unit: 'h' }");
    one("pause 3 d", "3: 3 d | UnitApart { unit: 'd' }");
    for (written, meant) in [
        ("2hr", "2h"),
        ("30min", "30m"),
        ("2hours30minutes", "2h30m"),
        ("1.5h", "1h30m"),
        ("0.5d", "12h"),
        ("2 hours 30 min", "2h30m"),
    ] {
        assert_eq!(sbot_grammar::meant_duration(written).as_deref(), Some(meant), "{written}");
    }
    for written in ["", "h", "2", "2h30", "2y", "1.234567h", "99999999999999999999h", "1.5s"] {
        assert_eq!(sbot_grammar::meant_duration(written), None, "{written}");
    }
    assert_eq!(sbot_grammar::meant_day_or_time("9:30").as_deref(), Some("09:30"));
    assert_eq!(sbot_grammar::meant_day_or_time("2026-1-5").as_deref(), Some("2026-01-05"));
    for written in ["25:00", "2026-13-1", "09:30", "1-2-3"] {
        assert_eq!(sbot_grammar::meant_day_or_time(written), None, "{written}");
    }
}

#[test]
fn what_makes_no_sense_takes_nothing_with_it() {
    // The rest of the list, and the exits of the statement, are read.
    for buttons in [
        "-> a, \"B\" -> b",
        "\"A\" -> a -> b, \"B\" -> b",
        "\"A\" link \"x\" -> a, \"B\" -> b",
        "\"A\" -> \"a\"",
    ] {
        let source = format!("step s:\n  message \"x\" buttons [{buttons}]\n    on other -> b\n  -> end\n");
        let errors = report(&source);
        assert_eq!(errors.len(), 1, "{buttons}: {errors:?}");
        let tree = dump(&parse(&source).file);
        assert!(tree.contains("(on (exit other) (-> (step b)))"), "{tree}");
    }
    for statement in
        ["message \"x\" on timeout -> a on other -> b", "foo(1, 2 +, on: lead)", "if x { let y = } else -> b"]
    {
        let errors = in_step(statement);
        assert_eq!(errors.len(), 1, "{statement}: {errors:?}");
    }
}

#[test]
fn a_misspelt_word_in_a_test() {
    let source = "test \"t\" {\n client pressses \"A\"\n bot nxt \"B\"\n expct ended\n expect x = 3\n}\n";
    assert_eq!(
        report(source),
        [
            "2: pressses | DidYouMean(\"presses\")",
            "3: nxt | DidYouMean(\"next\")",
            "4: expct | DidYouMean(\"expect\")",
            "5: = | EqualsForComparison",
        ]
    );
}

#[test]
fn a_reserved_word_for_a_name() {
    one("let list = 3", "3: list | ReservedWord(\"list\")");
    one("user = 3", "3: user | ReservedWord(\"user\")");
    one("foo(to)", "3: to | ReservedWord(\"to\")");
    one("for section in x { }", "3: section | ReservedWord(\"section\")");
    let source = "step form: -> end\nvar user: int = 1\nfn f(list: [int]) -> int { return 1 }\n";
    assert_eq!(
        report(source),
        [
            "1: form | ReservedWord(\"form\")",
            "2: user | ReservedWord(\"user\")",
            "3: list | ReservedWord(\"list\")"
        ]
    );
    assert!(dump(&parse(source).file).contains("(step form (do (-> end)))"));
}

#[test]
fn an_equals_sign_for_a_comparison() {
    one("if x = 3 -> a", "3: = | EqualsForComparison");
    one("when { x = 3 -> a, else -> b }", "3: = | EqualsForComparison");
    one("let x = [a = b]", "3: = | EqualsForComparison");
}

#[test]
fn one_token_too_many() {
    one("message \"x\" \"y\"", "3: \"y\" | Superfluous");
    one("message \"x\" buttons [\"A\" -> a,, \"B\" -> b]", "3: , | Superfluous");
    one("let x = = 3", "3: = | Superfluous");
}

#[test]
fn a_text_without_an_end() {
    one("message \"Hello", "3: \"Hello | UnterminatedText { block: false }");
    one("message \"x\" buttons [\"A -> a,\n \"B\" -> b]", "3: \"A -> a, | UnterminatedText { block: false }");
    one("message \"Hi {name! How\" on other -> b", "3: { | UnterminatedHole");
    one("message \"Hi {f(\"x\") and more\"", "3: { | UnterminatedHole");
}

#[test]
fn an_unknown_character() {
    assert_eq!(
        in_step("§§ message \"x\" ; -> a"),
        ["3: §§ | UnknownCharacter('§')", "3: ; | Foreign { instead: \"\" }"]
    );
}

#[test]
fn a_statement_that_makes_no_sense() {
    assert_eq!(in_step("let x = 5 +\n let y = 4"), ["4: let | expected a value"]);
    assert_eq!(in_step("message -> x"), ["3: -> | expected a value"]);
    assert_eq!(in_step("set = 3"), ["3: = | expected a name"]);
    assert_eq!(
        in_step("when x { -> a, \"b\" -> c }"),
        ["3: -> | expected a pattern such as `contains phone`"]
    );
    assert_eq!(in_step("validate \"a\" on 3"), ["3: 3 | expected a name"]);
}

#[test]
fn two_mistakes_in_one_step() {
    let source = "step a:\n  mesage \"x\"\n  if x = 3 -> a\n  message \"y\" buttons [\"A\" -> a \"B\" -> b]\n  let z = )\n  -> end\n";
    assert_eq!(
        report(source),
        [
            "2: mesage | DidYouMean(\"message\")",
            "3: = | EqualsForComparison",
            "4: \"B\" | MissingComma",
            "5: ) | UnopenedBracket",
            "6: -> | expected a value",
        ]
    );
}

#[test]
fn garbage_between_items() {
    let source = "user anna \"Anna\"\nfoo bar 12 -> x\nstep a: -> end\n) ) what\nuser bob \"Bob\"\nupgrade foo\nuse\nstep b: -> end\n";
    let tree = dump(&parse(source).file);
    for part in ["(step a (do (-> end)", "(user bob \"Bob\")", "(step b (do (-> end)))"] {
        assert!(tree.contains(part), "{part} is missing in\n{tree}");
    }
    let lines: Vec<String> = report(source).iter().map(|line| line[..2].to_owned()).collect();
    assert_eq!(lines, ["2:", "4:", "4:", "4:", "6:", "7:"]);
}

#[test]
fn statements_outside_a_step() {
    let source = "message \"x\"\nstep a: -> end\n";
    assert_eq!(report(source), ["1: message | expected an item such as `step`"]);
    assert!(dump(&parse(source).file).contains("(step a (do (-> end)))"));
}

#[test]
fn what_was_being_read() {
    let context = |source: &str| match &parse(source).errors[0].kind {
        SyntaxErrorKind::Unexpected { context, .. } => *context,
        _ => None,
    };
    assert_eq!(context("step a: message \"x\" buttons [\"A\" -> 3]"), Some(Context::Buttons));
    assert_eq!(context("step a: list \"x\" button \"y\" section \"s\" [\"A\" -> 3]"), Some(Context::Options));
    assert_eq!(context("step a: message \"x\" on 3"), Some(Context::Exit));
    assert_eq!(context("step a: pause on hours 3"), Some(Context::Exit));
    assert_eq!(context("step a: foo(3 +)"), Some(Context::Arguments));
    assert_eq!(context("step a: let x = \"a{3 +}\""), Some(Context::Hole));
    assert_eq!(context("step a: rotate [3]"), Some(Context::Rotate));
    assert_eq!(context("step a: when { 3 }"), Some(Context::Arms));
    assert_eq!(context("step a(3): -> end"), Some(Context::Parameters));
    assert_eq!(context("step a: retry"), Some(Context::Item("step")));
    assert_eq!(context("step a: validate -> b"), Some(Context::Statement("validate")));
    assert_eq!(context("pipeline p \"P\" { 3 }"), Some(Context::Item("pipeline")));
    assert_eq!(context("test \"x\" { bot 3 }"), Some(Context::Item("test")));
}

#[test]
fn found_and_expected_are_words_of_the_language() {
    let source = "step a: let x = ";
    let SyntaxErrorKind::Unexpected { found, expected, .. } = &parse(source).errors[0].kind else { panic!() };
    assert_eq!(found, &Found::End);
    assert_eq!(expected, &[Expected::Expression, Expected::Word("run")]);
    let source = format!("use {}", "x".repeat(100));
    let SyntaxErrorKind::Unexpected { found, expected, .. } = &parse(&source).errors[0].kind else {
        panic!()
    };
    assert_eq!(found, &Found::Token("x".repeat(40).into()));
    assert_eq!(expected, &[Expected::Text]);
}
