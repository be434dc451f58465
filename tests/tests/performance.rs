//! The page of performance belongs to the figures that were taken, and what makes it of them is right. Nothing is timed
//! here, and no other language is built.
//!
//! `UPDATE_PAGES=1 cargo test -p sbot-tests --test performance` writes the tables and the picture anew, of the same figures.

#![allow(clippy::expect_used, clippy::indexing_slicing)] // Whatever is missing is a failure.

use sbot_bench::contender::Vm;
use sbot_bench::expected::expected;
use sbot_bench::protocol::{Form, Mode, Reply, Request, reply};
use sbot_bench::report::{
    self, CONTENDERS, Figure, Measure, Missing, Results, SBOT, Spread, Verdict, beside,
};
use sbot_bench::script::{Act, Contender};
use sbot_bench::timing::{Sample, Taken, rounds};
use sbot_bench::upgrade;
use sbot_bench::yardstick::Yardstick;
use sbot_vm::Run;
use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).expect(name)
}

fn taken() -> Results {
    Results::read(&read("bench/results.json")).expect("bench/results.json")
}

#[test]
fn the_page_and_the_picture_are_made_of_the_figures() {
    let results = taken();
    let page = report::page(&read("docs/performance.md"), &report::tables(&results)).expect("marks");
    for (name, fresh) in [("docs/performance.md", page), ("docs/performance.svg", report::picture(&results))]
    {
        if std::env::var_os("UPDATE_PAGES").is_some() {
            fs::write(path(name), &fresh).expect(name);
        }
        assert_eq!(read(name), fresh, "{name} is not what bench/results.json says; see the top of this test");
    }
    assert_eq!(results.write().expect("JSON"), read("bench/results.json"), "a figure that nobody reads");
}

#[test]
fn nobody_is_left_out_without_a_reason() {
    let results = taken();
    assert_eq!(results.unexplained(), []);
    assert!(!results.circumstances.quick, "a quick run is not for the page");
    let page = read("docs/performance.md");
    for contender in &CONTENDERS {
        let version = results.versions.iter().find(|(id, _)| id == contender.id);
        let row = format!("| {}", contender.name);
        assert!(page.lines().filter(|line| line.starts_with(&row)).count() >= 2, "{}", contender.name);
        if let Some((_, version)) = version {
            assert!(page.contains(version.as_str()), "the version of {}", contender.name);
        }
    }
    for missing in &results.missing {
        assert!(page.contains(&missing.reason), "{}", missing.reason);
    }
}

/// Every target has a row, and those that are not reached are spoken of.
#[test]
fn what_is_not_reached_is_said() {
    let page = read("docs/performance.md");
    let (_, rest) = page.split_once("## What is not reached").expect("the part about it");
    let (said, _) = rest.split_once("\n## ").expect("another part after it");
    let targets = report::targets(&taken());
    assert_eq!(targets.len(), 10);
    for target in targets {
        assert!(page.contains(&format!("| {} | {} |", target.what, target.wanted)), "{}", target.what);
        let spoken_of = said.contains(&format!("**{}**", target.what));
        assert_eq!(spoken_of, target.verdict != Verdict::Reached, "{}: {:?}", target.what, target.verdict);
    }
}

#[test]
fn both_of_ours_do_what_they_should() {
    fn check(contender: &mut impl Contender) {
        for script in 0..3 {
            let (mut memory, mut durable, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
            contender.in_memory(script, &mut memory);
            contender.durable(script, &mut durable, &mut sizes);
            assert_eq!(memory, expected(script), "conversation {script} in memory");
            assert_eq!(durable, expected(script), "conversation {script}, encoded");
            assert_eq!(sizes.len(), 5);
            let waiting = contender.waiting(script);
            let mut bytes = Vec::new();
            contender.encode(&waiting, &mut bytes);
            assert_eq!(bytes.len(), sizes[3]);
        }
    }
    check(&mut Vm::new().expect("it compiles"));
    check(&mut Yardstick::new().expect("it compiles"));
}

/// What the new version needs is in the runs that were moved, and none is lost.
#[test]
fn parked_runs_go_on_under_the_new_version() {
    let mut parked = upgrade::park(30).expect("both compile");
    let before = parked.runs.clone();
    parked.upgrade().expect("every run is moved");
    for (old, new) in before.iter().zip(&parked.runs) {
        let mut run = Run::default();
        run.decode_from(parked.new_version(), new).expect("a run of the new version");
        assert!(run.decode_from(parked.new_version(), old).is_err(), "it was one before");
    }
    let again = parked.upgrade().expect_err("they are moved already");
    assert!(again.contains("program"), "{again}");
}

#[test]
fn requests_are_read_as_they_are_written() {
    let all = [
        Request::About,
        Request::Log(Mode::Durable, 2),
        Request::Sizes,
        Request::Play(Mode::Memory, 1_000),
        Request::Park(Form::Live, 7),
        Request::Park(Form::Stored, 7),
        Request::Compile(10_000),
        Request::Fib(27),
        Request::Sum(10_000_000),
        Request::Upgrade(1_000_000),
    ];
    for request in all {
        assert_eq!(request.to_string().parse(), Ok(request));
    }
    for wrong in ["", "play", "play 3", "play slowly 3", "play memory x", "fib 27 28", "park durable 1"] {
        assert!(wrong.parse::<Request>().is_err(), "{wrong}");
    }
}

#[test]
fn answers_of_every_language_are_read() {
    let log = r#"{"log": [{"send": {"text": "Hi", "buttons": ["A"]}}, {"set": "1"}, {"tag": "t"}, {"note": "n"}, "stage", "end"]}"#;
    let acts = vec![
        Act::Send { text: "Hi".into(), buttons: vec!["A".into()] },
        Act::Set("1".into()),
        Act::Tag("t".into()),
        Act::Note("n".into()),
        Act::Stage,
        Act::End,
    ];
    assert_eq!(reply(log), Ok(Reply::Log(acts)));
    let took = r#"{"took":{"seconds":0.5,"amount":196418}}"#;
    assert_eq!(reply(took), Ok(Reply::Took { seconds: 0.5, amount: 196_418 }));
    let resident = r#"{"resident":{"before":1,"after":3}}"#;
    assert_eq!(reply(resident), Ok(Reply::Resident { before: 1, after: 3 }));
    for wrong in ["", "{}", "Traceback", r#"{"took":{"seconds":1}}"#, r#"{"log":["jump"]}"#] {
        let why = reply(wrong).expect_err("it is no answer");
        assert!(why.starts_with(&format!("`{wrong}` is no answer: ")), "{why}");
    }
}

/// The machine halves its speed half-way. The shares do not notice.
#[test]
fn a_ratio_is_taken_against_the_samples_around_it() {
    let clock = RefCell::new(0);
    let pace = || {
        *clock.borrow_mut() += 1;
        if *clock.borrow() > 9 { 0.5 } else { 1.0 }
    };
    let all =
        rounds(4, 2, Duration::MAX, || Ok(100.0 * pace()), |n| Ok([40.0, 10.0][n] * pace())).expect("paces");
    assert_eq!(all.len(), 2);
    let ratios = |n: usize| all[n].samples.iter().map(Sample::ratio).collect::<Vec<f64>>();
    // All samples are taken between two of the yardstick; in the one that meets the change, they differ.
    assert_eq!(ratios(0).iter().filter(|ratio| (**ratio - 0.4).abs() < 1e-9).count(), 3);
    assert_eq!(ratios(1).iter().filter(|ratio| (**ratio - 0.1).abs() < 1e-9).count(), 4);
    let speeds: Vec<f64> = all[0].samples.iter().map(|sample| sample.speed).collect();
    assert_eq!(speeds, [40.0, 40.0, 20.0, 20.0]);
    let beside = beside(&all[1], &all[0]).expect("a ratio");
    assert!((beside.middle - 0.25).abs() < 1e-9, "{beside:?}");
}

#[test]
fn whoever_fails_or_is_slow_leaves_the_rounds() {
    let failing = |n: usize| match n {
        0 => Ok(1.0),
        _ => Err("it fell".to_owned()),
    };
    let all = rounds(3, 2, Duration::MAX, || Ok(1.0), failing).expect("paces");
    assert_eq!((all[0].samples.len(), &all[0].failed), (3, &None));
    assert_eq!((all[1].samples.len(), all[1].failed.as_deref()), (0, Some("it fell")));
    let all = rounds(3, 1, Duration::ZERO, || Ok(1.0), |_| Ok(1.0)).expect("paces");
    assert_eq!(all[0], Taken::default(), "nothing may be spent");
    assert_eq!(
        rounds(3, 1, Duration::MAX, || Err("no pace".to_owned()), |_| Ok(1.0)),
        Err("no pace".to_owned())
    );
}

#[test]
fn a_spread_has_a_median_or_a_mean_and_both_ends() {
    assert_eq!(Spread::of(&[]), None);
    assert_eq!(Spread::of(&[3.0, 1.0, 2.0]), Some(Spread { middle: 2.0, least: 1.0, most: 3.0, samples: 3 }));
    assert_eq!(
        Spread::of(&[4.0, 1.0, 2.0, 9.0]),
        Some(Spread { middle: 3.0, least: 1.0, most: 9.0, samples: 4 })
    );
    assert_eq!(
        Spread::mean(&[10, 20, 60]),
        Some(Spread { middle: 30.0, least: 10.0, most: 60.0, samples: 3 })
    );
    assert_eq!(Spread::mean(&[]), None);
    // A time instead of a speed: the ends change places.
    let time = Spread { middle: 2.0, least: 1.0, most: 4.0, samples: 3 }.map(|speed| 1.0 / speed);
    assert_eq!(time, Spread { middle: 0.5, least: 0.25, most: 1.0, samples: 3 });
}

fn spread(least: f64, middle: f64, most: f64) -> Spread {
    Spread { middle, least, most, samples: 3 }
}

/// Figures of us that reach all targets but one, and nobody else's.
fn some() -> Results {
    let figure = |measure, value, ratio, of| Figure { contender: SBOT.to_owned(), measure, value, ratio, of };
    let half = Some(spread(0.41, 0.5, 0.62));
    Results {
        circumstances: report::Circumstances { date: "2026-01-05".into(), ..Default::default() },
        versions: vec![(SBOT.to_owned(), "0.1.0".to_owned())],
        figures: vec![
            figure(Measure::Durable, spread(180_000.0, 212_345.0, 250_000.0), half, None),
            figure(Measure::Memory, spread(9e5, 1e6, 2e6), Some(spread(0.3, 0.4999, 0.7)), None),
            figure(Measure::ParkedBytes, spread(15.0, 23.96, 64.0), None, None),
            figure(Measure::Million, Spread::one(1e8), None, Some(1_000_000)),
            figure(Measure::CompileSmall, spread(1.2e6, 1.2e6, 1.2e6), None, None),
            figure(Measure::CompileLarge, spread(1e6, 1.05e6, 1.1e6), None, None),
            figure(Measure::Fib, spread(50.0, 80.0, 100.0), Some(spread(0.9, 1.0, 1.1)), None),
            figure(Measure::Sum, spread(20.0, 25.0, 40.0), Some(spread(0.9, 1.0, 1.1)), None),
            figure(Measure::CheckTime, spread(0.004, 0.005, 0.009), None, None),
            figure(Measure::CheckPeak, Spread::one(9.99e6), None, None),
        ],
        missing: vec![Missing {
            contender: "csml".into(),
            measure: None,
            reason: "it does not build here: error: no C compiler".into(),
        }],
    }
}

#[test]
fn verdicts_follow_from_the_figures() {
    let verdicts = |results: &Results| -> Vec<Verdict> {
        report::targets(results).iter().map(|target| target.verdict).collect()
    };
    let mut wanted = vec![Verdict::Reached; 10];
    (wanted[1], wanted[9]) = (Verdict::Missed, Verdict::Unknown);
    assert_eq!(verdicts(&some()), wanted);

    // A little more or less, and each of them is missed.
    let mut worse = some();
    for figure in &mut worse.figures {
        let less = matches!(figure.measure, Measure::CompileLarge);
        figure.value = figure.value.map(|value| value * if less { 0.9 } else { 1.01 });
        figure.ratio = figure.ratio.map(|ratio| ratio.map(|ratio| ratio * 0.99));
    }
    wanted[..9].fill(Verdict::Missed);
    assert_eq!(verdicts(&worse), wanted);

    // A million is a million.
    let mut fewer = some();
    fewer.figures[3].of = Some(100_000);
    assert_eq!(verdicts(&fewer)[3], Verdict::Unknown);
    assert_eq!(verdicts(&Results { figures: Vec::new(), ..some() }), [Verdict::Unknown; 10]);
}

#[test]
fn tables_have_a_row_for_everybody_and_a_reason_for_what_is_missing() {
    let tables = report::tables(&some());
    let row = |start: &str| tables.lines().filter(|line| line.starts_with(start)).collect::<Vec<_>>();
    assert_eq!(
        row("| durable turns"),
        ["| durable turns | at least 50 % of by hand | 50 % (41 to 62) | yes |"]
    );
    assert_eq!(
        row("| turns in memory"),
        ["| turns in memory | at least 50 % of by hand | 50 % (30 to 70) | **no** |"]
    );
    let sbot = row("| **Sbot** 0.1.0 |");
    assert_eq!(sbot.len(), 4, "{tables}");
    assert_eq!(
        sbot[0],
        "| **Sbot** 0.1.0 | parked run | 212,000 (180,000 to 250,000) | 50 % (41 to 62) | \
         1,000,000 (900,000 to 2,000,000) | 50 % (30 to 70) |"
    );
    assert_eq!(sbot[1], "| **Sbot** 0.1.0 | 24 (15 to 64) | – | – | – |");
    assert_eq!(
        sbot[3],
        "| **Sbot** 0.1.0 | 12.5 (10 to 20) | 100 % (90 to 110) | 40 (25 to 50) | 100 % (90 to 110) |"
    );
    assert_eq!(
        row("| CSML |"),
        [
            "| CSML | memory and hold, JSON | – | – | – | – |",
            "| CSML | – | – | – | – |",
            "| CSML | – | – | – | – |"
        ]
    );
    assert_eq!(row("- CSML"), ["- CSML, everything: it does not build here: error: no C compiler"]);
    let everybody =
        CONTENDERS.iter().filter(|contender| contender.measures.contains(&Measure::Memory)).count();
    assert_eq!(everybody, CONTENDERS.len());

    let unexplained = some().unexplained();
    assert!(unexplained.contains(&("rhai", Measure::Fib)));
    assert!(unexplained.contains(&(SBOT, Measure::Upgrade)));
    assert!(!unexplained.iter().any(|(id, _)| *id == "csml"));
}

#[test]
fn figures_survive_being_written() {
    let json = some().write().expect("JSON");
    assert_eq!(Results::read(&json), Ok(some()));
    // Figures of a clock have more digits than are kept; what was written once is written the same again.
    let mut odd = some();
    odd.figures[0].value = spread(514_541.485_177_103_4, 515_631.673_425_523_56, 516_288.214_863_744);
    let odd = odd.write().expect("JSON");
    assert!(odd.contains("515631.673,"), "{odd}");
    assert_eq!(Results::read(&odd).and_then(|again| again.write()), Ok(odd));
    assert!(Results::read(&json.replace("durable", "endurable")).is_err());
    assert!(Results::read("{").is_err());
}

#[test]
fn only_what_is_between_the_marks_is_replaced() {
    let old = format!("# A\n\n{}\nold\n{}\n\nB\n", report::BEGIN, report::END);
    let new = report::page(&old, "\nnew\n").expect("marks");
    assert_eq!(new, format!("# A\n\n{}\n\nnew\n\n{}\n\nB\n", report::BEGIN, report::END));
    assert_eq!(report::page(&new, "new"), Ok(new.clone()));
    let without = report::page("# A\n", "new").expect_err("no marks");
    assert!(without.contains(report::BEGIN), "{without}");
    let half = report::page(report::BEGIN, "new").expect_err("no end");
    assert!(half.contains(report::END), "{half}");
}

/// No label of the picture lies on another one or leaves its panel, as far as that can be told without the fonts.
#[test]
fn labels_of_the_picture_do_not_overlap() {
    for results in [taken(), some()] {
        let svg = report::picture(&results);
        for panel in svg.split("<rect class=\"p\"").skip(1) {
            let attribute = |text: &str, name: &str| -> f64 {
                let (_, rest) = text.split_once(&format!(" {name}=\"")).expect(name);
                rest.split('"').next().and_then(|value| value.parse().ok()).expect(name)
            };
            let mut lines: Vec<f64> = Vec::new();
            for text in panel.split("<text ").skip(1) {
                let text = format!(" {}", text.split("</text>").next().expect("an end"));
                let (x, y) = (attribute(&text, "x"), attribute(&text, "y"));
                let label = text.split_once('>').expect("a label").1;
                // Wider than most signs of the fonts are.
                let wide = label.chars().count() as f64 * 7.2;
                if text.contains("class=\"l") {
                    assert!(x - wide >= 4.0, "`{label}` begins left of the panel");
                    lines.push(y);
                } else {
                    assert!(x + wide <= 470.0, "`{label}` ends right of the panel");
                }
            }
            assert!(lines.windows(2).all(|pair| pair[1] - pair[0] >= 20.0), "lines too close");
        }
        assert!(svg.contains("prefers-color-scheme:dark"));
    }
}
