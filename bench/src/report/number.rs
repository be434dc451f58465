//! Numbers as people read them: three digits that count, thousands apart.

use super::Spread;

/// Three digits that count, without zeros behind the point.
pub(super) fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { "?".to_owned() };
    }
    let before = value.abs().log10().floor() as i32 + 1;
    let scale = 10f64.powi(3 - before);
    let rounded = (value * scale).round() / scale;
    let places = usize::try_from(3 - before).unwrap_or(0);
    let written = format!("{rounded:.places$}");
    let (whole, part) = written.split_once('.').unwrap_or((&written, ""));
    let part = part.trim_end_matches('0');
    let whole = thousands(whole);
    if part.is_empty() { whole } else { format!("{whole}.{part}") }
}

fn thousands(digits: &str) -> String {
    let mut out = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The middle, and the range in brackets where there is one.
pub(super) fn with_range(spread: Spread) -> String {
    let (middle, least, most) = (short(spread.middle), short(spread.least), short(spread.most));
    if least == most { middle } else { format!("{middle} ({least} to {most})") }
}

/// A share in percent, with its range.
pub(super) fn percent(ratio: Spread) -> String {
    let of = ratio.map(|ratio| ratio * 100.0);
    let (middle, least, most) = (short(of.middle), short(of.least), short(of.most));
    if least == most { format!("{middle} %") } else { format!("{middle} % ({least} to {most})") }
}
