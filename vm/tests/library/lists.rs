//! Lists.

use super::{ints, l, n, run, t};
use sbot_vm::trap::TrapKind;
use sbot_vm::value::Value;
use sbot_vm::value::Value::{Bool, Int};

#[test]
fn lists_are_rearranged() {
    assert_eq!(run("reverse", &[ints(&[1, 2, 3])]), Ok(ints(&[3, 2, 1])));
    assert_eq!(run("reverse", &[l(&[])]), Ok(l(&[])));
    let mixed = l(&[
        Int(2),
        t("a"),
        n("2.0"),
        Value::None,
        t("a"),
        l(&[Int(1)]),
        l(&[n("1")]),
        Bool(true),
        Int(1),
        Value::None,
    ]);
    assert_eq!(
        run("distinct", &[mixed]),
        Ok(l(&[Int(2), t("a"), Value::None, l(&[Int(1)]), Bool(true), Int(1)]))
    );
    let slice = |from, count| run("slice", &[ints(&[1, 2, 3]), Int(from), Int(count)]);
    assert_eq!(slice(1, 1), Ok(ints(&[2])));
    assert_eq!(slice(-2, 9), Ok(ints(&[2, 3])));
    assert_eq!(slice(3, 1), Ok(l(&[])));
    assert_eq!(slice(0, -1), Ok(l(&[])));
    assert_eq!(slice(i64::MIN, i64::MAX), Ok(ints(&[1, 2, 3])));
    assert_eq!(slice(i64::MAX, i64::MAX), Ok(l(&[])));
    assert_eq!(run("flatten", &[l(&[ints(&[1]), l(&[]), ints(&[2, 3])])]), Ok(ints(&[1, 2, 3])));
    assert_eq!(run("flatten", &[ints(&[1])]), Err(TrapKind::WrongKind));
    let long = ints(&[0; 1000]);
    assert_eq!(run("flatten", &[Value::List(vec![long; 1000].into())]), Err(TrapKind::OutOfMemory));
    assert_eq!(run("index_of", &[ints(&[1, 2, 2]), n("2")]), Ok(Int(1)));
    assert_eq!(run("index_of", &[ints(&[1, 2]), Int(3)]), Ok(Value::None));
    assert_eq!(run("count_of", &[ints(&[1, 2, 2]), Int(2)]), Ok(Int(2)));
    assert_eq!(run("without", &[ints(&[3, 1, 2, 1]), l(&[n("1"), t("x")])]), Ok(ints(&[3, 2])));
    assert_eq!(run("range", &[Int(-1), Int(1)]), Ok(ints(&[-1, 0, 1])));
    assert_eq!(run("range", &[Int(2), Int(1)]), Ok(l(&[])));
    assert_eq!(run("range", &[Int(i64::MAX), Int(i64::MAX)]), Ok(ints(&[i64::MAX])));
    assert_eq!(run("range", &[Int(i64::MIN), Int(i64::MAX)]), Err(TrapKind::OutOfMemory));
}
