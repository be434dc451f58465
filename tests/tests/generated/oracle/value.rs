//! Values, and what texts have to do with each other.

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Val {
    None,
    Int(i64),
    Text(String),
    List(Vec<String>),
}

/// The function that every file has.
pub(crate) fn mix(x: i64, y: i64) -> i64 {
    let mut t = x;
    while t > 10 {
        t -= 7;
    }
    for q in [1, 2] {
        if q == 2 && t < 0 {
            continue;
        }
        t += q * y;
    }
    t % 89
}

pub(crate) fn shown(value: &Val) -> String {
    match value {
        Val::None => String::new(),
        Val::Int(value) => value.to_string(),
        Val::Text(text) => text.clone(),
        Val::List(items) => items.join(", "),
    }
}

pub(crate) fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The number in a client's text.
pub(crate) fn number_in(said: &Val) -> Option<i64> {
    let Val::Text(said) = said else { return None };
    said.split_whitespace().find_map(|word| word.parse().ok())
}
