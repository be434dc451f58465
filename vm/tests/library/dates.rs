//! Dates and times.

use super::{context, run, t};
use sbot_vm::find;
use sbot_vm::trap::TrapKind;
use sbot_vm::value::Value;
use sbot_vm::value::Value::{Date, Duration, Int, Time};

/// 2026-11-22, a Sunday.
const DAY: i32 = 20_779;

#[test]
fn dates_are_taken_apart_and_put_together() {
    for (name, part) in [("year_of", 2026), ("month_of", 11), ("day_of", 22)] {
        assert_eq!(run(name, &[Date(DAY)]), Ok(Int(part)));
        assert_eq!(run(name, &[Date(i32::MAX)]), Err(TrapKind::BadTime));
    }
    assert_eq!(run("year_of", &[Date(-4_371_587)]), Ok(Int(-9999)));
    let make = |year, month, day| run("make_date", &[Int(year), Int(month), Int(day)]);
    assert_eq!(make(2026, 11, 22), Ok(Date(DAY)));
    assert_eq!(make(9999, 12, 31), Ok(Date(2_932_896)));
    for (year, month, day) in
        [(2026, 2, 29), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (10_000, 1, 1), (i64::MIN, i64::MAX, -1)]
    {
        assert_eq!(make(year, month, day), Ok(Value::None));
    }
    assert_eq!(run("minutes_of", &[Time(570)]), Ok(Int(570)));
    assert_eq!(run("make_time", &[Int(9), Int(30)]), Ok(Time(570)));
    for (hour, minute) in [(24, 0), (-1, 0), (0, 60), (i64::MAX, i64::MAX)] {
        assert_eq!(run("make_time", &[Int(hour), Int(minute)]), Ok(Value::None));
    }
    assert_eq!(run("seconds_of", &[Duration(-90)]), Ok(Int(-90)));
    let months = |days, months| run("add_months", &[Date(days), Int(months)]);
    // 2024-01-31 and the last days of its Februaries.
    assert_eq!(months(19_753, 1), Ok(Date(19_782)));
    assert_eq!(months(19_753, 13), Ok(Date(20_147)));
    assert_eq!(months(19_753, -2), Ok(Date(19_691)));
    assert_eq!(months(19_753, 0), Ok(Date(19_753)));
    assert_eq!(months(2_932_896, 1), Err(TrapKind::BadTime));
    assert_eq!(months(DAY, i64::MAX), Err(TrapKind::BadTime));
    assert_eq!(months(DAY, i64::MIN), Err(TrapKind::BadTime));
    assert_eq!(run("day_name", &[Date(DAY), t("es")]), Ok(t("domingo")));
    assert_eq!(run("day_name", &[Date(DAY + 1), t("en")]), Ok(t("Monday")));
    assert_eq!(run("month_name", &[Date(DAY), t("ru")]), Ok(t("ноября")));
    assert_eq!(run("month_name", &[Date(DAY), t("xx")]), Err(TrapKind::WrongKind));
}

fn read(text: &str, region: Option<&str>) -> Option<i32> {
    find::date(text, DAY, &context(region))
}

#[test]
fn dates_are_read_as_people_write_them() {
    let day = |year, month, day| sbot_vm::calendar::days_of(year, month, day);
    for (text, date) in [
        ("2026-12-24", day(2026, 12, 24)),
        ("on 24.12.2026, please", day(2026, 12, 24)),
        ("24.12", day(2026, 12, 24)),
        ("24.12.", day(2026, 12, 24)),
        ("24/12", day(2026, 12, 24)),
        ("5/6", day(2027, 6, 5)),
        ("22.11", day(2026, 11, 22)),
        ("21.11", day(2027, 11, 21)),
        ("24 December", day(2026, 12, 24)),
        ("December 24th, 2027", day(2027, 12, 24)),
        ("the 24th of dec", day(2026, 12, 24)),
        ("24 de diciembre de 2026", day(2026, 12, 24)),
        ("24 DE MARÇO", day(2027, 3, 24)),
        ("1er janvier", day(2027, 1, 1)),
        ("24. Dez 2026", day(2026, 12, 24)),
        ("24-го декабря", day(2026, 12, 24)),
        ("24 грудня", day(2026, 12, 24)),
        ("3 maja", day(2027, 5, 3)),
        ("24 aralik", day(2026, 12, 24)),
        ("24 ARALIK 2026", day(2026, 12, 24)),
        ("29 feb", day(2028, 2, 29)),
        ("29 February 2027", None),
        ("today", Some(DAY)),
        ("Tomorrow!", Some(DAY + 1)),
        ("the day after tomorrow", Some(DAY + 2)),
        ("pasado mañana", Some(DAY + 2)),
        ("mañana por la tarde", Some(DAY + 1)),
        ("depois de amanhã", Some(DAY + 2)),
        ("aujourd’hui", Some(DAY)),
        ("übermorgen", Some(DAY + 2)),
        ("послезавтра", Some(DAY + 2)),
        ("öbür gün", Some(DAY + 2)),
        ("next Friday", Some(DAY + 5)),
        ("Sunday", Some(DAY + 7)),
        ("mon", Some(DAY + 1)),
        ("miercoles", Some(DAY + 3)),
        ("terça", Some(DAY + 2)),
        ("в пятницу", Some(DAY + 5)),
        ("у п'ятницю", Some(DAY + 5)),
        ("Friday, 4 December", day(2026, 12, 4)),
        ("tomorrow or 24.12.2026", day(2026, 12, 24)),
        ("٢٤.١٢", day(2026, 12, 24)),
    ] {
        assert_eq!(read(text, Some("ES")), date, "{text}");
    }
    for text in [
        "",
        "soon",
        "24",
        "24.13",
        "32 December",
        "22.11.26",
        "jui 3",
        "3 ma",
        "marzipan 3",
        "in 3 days",
        "0 May",
        "24 12",
        "1.2.3.4",
        "\u{0}",
        "🌸",
        "31 April",
        "999999999999 May",
    ] {
        assert_eq!(read(text, Some("ES")), None, "{text}");
    }
    assert_eq!(read("5/6", Some("US")), day(2027, 5, 6));
    assert_eq!(read("5/6", None), None);
    assert_eq!(read("5.6", None), day(2027, 6, 5));
    let c = context(Some("ES"));
    // At the end of the calendar.
    assert_eq!(find::date("tomorrow", 2_932_896, &c), None);
    assert_eq!(find::date("1 May", 2_932_896, &c), None);
    for today in [i32::MIN, i32::MAX] {
        for text in ["tomorrow", "Friday", "1 May", "1.5"] {
            assert_eq!(find::date(text, today, &c), None, "{text}");
        }
    }
    let long = "x 1 ".repeat(1 << 18);
    assert_eq!(find::date(&long, DAY, &c), None);
}

#[test]
fn every_name_of_a_month_and_a_day_is_read() {
    let c = context(Some("ES"));
    for language in find::LANGUAGES {
        for (month, name) in (1..).zip(language.months) {
            let date = sbot_vm::calendar::days_of(2027, month, 3);
            for text in [format!("3 {name} 2027"), format!("{} 3, 2027", name.to_uppercase())] {
                assert_eq!(find::date(&text, DAY, &c), date, "{}: {text}", language.code);
            }
        }
        for (day, name) in (1..).zip(language.days) {
            assert_eq!(find::date(name, DAY, &c), Some(DAY + day), "{}: {name}", language.code);
        }
    }
}

#[test]
fn times_are_read_as_people_write_them() {
    for (text, minutes) in [
        ("9:30", 570),
        ("at 09:30, please", 570),
        ("9.30", 570),
        ("9h30", 570),
        ("21h", 1260),
        ("9 pm", 1260),
        ("9pm", 1260),
        ("9:30 p.m.", 1290),
        ("9:30PM", 1290),
        ("12 am", 0),
        ("12pm", 720),
        ("9", 540),
        ("at 9", 540),
        ("a las 9", 540),
        ("3 de la tarde", 900),
        ("9 de la noche", 1260),
        ("2 de la noche", 120),
        ("12 at night", 0),
        ("9 de la mañana", 540),
        ("mañana a las 9:30", 570),
        ("в 7 вечера", 1140),
        ("um 9 Uhr", 540),
        ("9:30 uhr", 570),
        ("noon", 720),
        ("at midnight", 0),
        ("around 7 o'clock", 420),
        ("23:59:59", 1439),
        ("٩:٣٠", 570),
        ("22.11.2026 at 9:30", 570),
    ] {
        assert_eq!(find::time(text), Some(minutes), "{text}");
    }
    for text in [
        "",
        "soon",
        "24:00",
        "9:60",
        "25",
        "2 people",
        "in 2 hours",
        "9 or 10",
        "930",
        "9:5",
        "1.5",
        "\u{0}",
        "22.11.2026",
    ] {
        assert_eq!(find::time(text), None, "{text}");
    }
}
